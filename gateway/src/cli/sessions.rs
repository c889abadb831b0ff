//! `gatehouse sessions …`: who is signed in, and ending it.

use clap::{Args, Subcommand};

use crate::cli::client::{Ask, CommandError, encoded};
use crate::cli::node::Node;
use crate::cli::{members, output, pages};

#[derive(Debug, Args)]
pub struct Sessions {
    #[command(flatten)]
    pub node: Node,
    #[command(subcommand)]
    pub action: Action,
}

#[derive(Debug, Subcommand)]
pub enum Action {
    /// List the sign-ins of a person.
    List { member: String },
    /// End one sign-in of a person, or all of them, at every application at once.
    Revoke {
        member: String,
        /// Only this one, by its id.
        #[arg(long)]
        id: Option<String>,
    },
}

const COLUMNS: [output::Column; 5] = [
    ("ID", "id"),
    ("DEVICE", "device"),
    ("FROM", "address"),
    ("SINCE", "started_at"),
    ("LAST SEEN", "last_seen_at"),
];

/// Does what was asked for.
pub async fn run(options: &Sessions) -> Result<(), CommandError> {
    let client = options.node.client()?;
    match &options.action {
        Action::List { member } => {
            let path = format!("{}/sign-ins", members::path_of(&client, member).await?);
            let rows = pages::all(&client, &path, usize::MAX).await?;
            output::rows(&rows, &COLUMNS, options.node.json);
        }
        Action::Revoke { member, id } => {
            let mut path = format!("{}/sign-ins", members::path_of(&client, member).await?);
            if let Some(id) = id {
                path = format!("{path}/{}", encoded(id));
            }
            client.ask(Ask::new("DELETE", &path, None)).await?;
        }
    }
    Ok(())
}
