//! `gatehouse groups …`: named sets of people.

use clap::{Args, Subcommand};
use serde_json::json;

use crate::cli::client::{Ask, CommandError};
use crate::cli::node::Node;
use crate::cli::{members, named, output, pages};

#[derive(Debug, Args)]
pub struct Groups {
    #[command(flatten)]
    pub node: Node,
    #[command(subcommand)]
    pub action: Action,
}

/// Where a group is asked for, its name or its id is meant.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Add a group.
    Add { name: String },
    /// List the groups.
    List {
        /// Only those whose name contains this.
        #[arg(long)]
        search: Option<String>,
    },
    /// List the people in a group.
    Members { group: String },
    /// Give a group another name.
    Rename { group: String, name: String },
    /// Put a person into a group.
    AddMember { group: String, member: String },
    /// Take a person out of a group.
    RemoveMember { group: String, member: String },
    /// Remove a group. Rules that name it match nobody by it any more.
    Remove { group: String },
}

/// Does what was asked for.
pub async fn run(options: &Groups) -> Result<(), CommandError> {
    let client = options.node.client()?;
    let json = options.node.json;
    let group_path = async |group: &str| named::path_of(&client, "/groups", group).await;
    match &options.action {
        Action::Add { name } => {
            let ask = Ask::new("POST", "/groups", Some(json!({ "name": name })));
            output::one(&client.ask(ask).await?.body, json);
        }
        Action::List { search } => {
            let path = pages::of("/groups", search.as_deref());
            let rows = pages::all(&client, &path, usize::MAX).await?;
            output::rows(
                &rows,
                &[("NAME", "name"), ("MEMBERS", "members"), ("ID", "id")],
                json,
            );
        }
        Action::Members { group } => {
            let group = group_path(group).await?;
            let path = format!("/members?group={}", group.trim_start_matches("/groups/"));
            let rows = pages::all(&client, &path, usize::MAX).await?;
            output::rows(&rows, &members::COLUMNS, json);
        }
        Action::Rename { group, name } => {
            let path = group_path(group).await?;
            let changes = json!({ "name": name });
            let fields = ["name", "description"];
            let renamed = client.change(&path, &fields, &changes).await?;
            output::one(&renamed.body, json);
        }
        Action::AddMember { group, member } => {
            let path = membership(&client, &group_path(group).await?, member).await?;
            client.ask(Ask::new("PUT", &path, None)).await?;
        }
        Action::RemoveMember { group, member } => {
            let path = membership(&client, &group_path(group).await?, member).await?;
            client.ask(Ask::new("DELETE", &path, None)).await?;
        }
        Action::Remove { group } => {
            client.remove(&group_path(group).await?).await?;
        }
    }
    Ok(())
}

/// `/groups/{id}/members/{id}`.
async fn membership(
    client: &crate::cli::client::Client,
    group: &str,
    member: &str,
) -> Result<String, CommandError> {
    Ok(format!(
        "{group}{}",
        members::path_of(client, member).await?
    ))
}
