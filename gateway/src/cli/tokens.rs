//! `gatehouse tokens …`: credentials for programs that use the API.

use clap::{Args, Subcommand};
use serde_json::json;

use crate::cli::client::{Ask, CommandError};
use crate::cli::members::role_names;
use crate::cli::node::Node;
use crate::cli::{named, output, pages};

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
        /// What it may do; may be repeated.
        #[arg(long, required = true, value_parser = role_names())]
        role: Vec<String>,
        /// Ends after so many days.
        #[arg(long, default_value_t = 90)]
        days: u32,
    },
    /// List the tokens, without their secrets.
    List,
    /// End a token, named by its name or id.
    Revoke { token: String },
}

const COLUMNS: [output::Column; 5] = [
    ("NAME", "name"),
    ("ROLES", "roles"),
    ("EXPIRES", "expires_at"),
    ("LAST USED", "last_used_at"),
    ("ID", "id"),
];

/// Does what was asked for.
pub async fn run(options: &Tokens) -> Result<(), CommandError> {
    let client = options.node.client()?;
    let json = options.node.json;
    match &options.action {
        Action::Create { name, role, days } => {
            let body = json!({ "name": name, "roles": role, "days": days });
            let made = client.ask(Ask::new("POST", "/tokens", Some(body))).await?;
            output::one(&made.body, json);
        }
        Action::List => {
            let rows = pages::all(&client, "/tokens", usize::MAX).await?;
            output::rows(&rows, &COLUMNS, json);
        }
        Action::Revoke { token } => {
            let path = named::path_of(&client, "/tokens", token).await?;
            client.ask(Ask::new("DELETE", &path, None)).await?;
        }
    }
    Ok(())
}
