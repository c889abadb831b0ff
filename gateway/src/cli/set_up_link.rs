//! `gatehouse set-up-link`: a new way in for the first administrator, when the printed one was lost.

use clap::Args;

use crate::cli::client::{Ask, CommandError};
use crate::cli::node::Node;
use crate::cli::output;

#[derive(Debug, Args)]
pub struct SetUpLink {
    #[command(flatten)]
    pub node: Node,
}

/// Does what was asked for.
pub async fn run(options: &SetUpLink) -> Result<(), CommandError> {
    let client = options.node.client()?;
    let made = client.ask(Ask::new("POST", "/set-up-link", None)).await?;
    output::one(&made.body, options.node.json);
    Ok(())
}
