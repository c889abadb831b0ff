//! `gatehouse tokens …`: credentials for programs that use the API.

use clap::{Args, Subcommand};
use serde_json::json;

use crate::cli::client::{Ask, CommandError};
use crate::cli::node::Node;
use crate::cli::{named, output, pages, roles};

#[derive(Debug, Args)]
pub struct Tokens {
    #[command(flatten)]
    pub node: Node,
    #[command(subcommand)]
    pub action: Action,
}

#[derive(Debug, Subcommand)]
pub enum Action {
    /// Make a token. It is printed once and kept nowhere.
    Create {
        /// What it is for.
        name: String,
        /// A role with which it acts; may be repeated.
        #[arg(long, required_unless_present = "permission")]
        role: Vec<String>,
        /// A single permission such as `members:read`; may be repeated.
        #[arg(long)]
        permission: Vec<String>,
        /// Ends after so many days.
        #[arg(long, default_value_t = 90)]
        days: u32,
    },
    /// List the tokens, without their secrets.
    List,
    /// Give a token, named by its name or id, another name.
    Rename { token: String, name: String },
    /// End a token, named by its name or id.
    Revoke { token: String },
}

const COLUMNS: [output::Column; 6] = [
    ("NAME", "name"),
    ("ROLES", "roles"),
    ("PERMISSIONS", "permissions"),
    ("EXPIRES", "expires_at"),
    ("LAST USED", "last_used_at"),
    ("ID", "id"),
];

/// Does what was asked for.
pub async fn run(options: &Tokens) -> Result<(), CommandError> {
    let client = options.node.client()?;
    let json = options.node.json;
    match &options.action {
        Action::Create {
            name,
            role,
            permission,
            days,
        } => {
            let body = json!({
                "name": name, "roles": roles::ids(&client, role).await?,
                "permissions": permission, "days": days
            });
            let made = client.ask(Ask::new("POST", "/tokens", Some(body))).await?;
            output::one(&made.body, json);
        }
        Action::List => {
            let rows = pages::all(&client, "/tokens", usize::MAX).await?;
            output::rows(&rows, &COLUMNS, json);
        }
        Action::Rename { token, name } => {
            let path = named::path_of(&client, "/tokens", token).await?;
            let body = json!({ "name": name });
            client.ask(Ask::new("PUT", &path, Some(body))).await?;
        }
        Action::Revoke { token } => {
            let path = named::path_of(&client, "/tokens", token).await?;
            client.ask(Ask::new("DELETE", &path, None)).await?;
        }
    }
    Ok(())
}
