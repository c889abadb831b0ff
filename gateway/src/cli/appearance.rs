//! `gatehouse brand …` and `gatehouse watermark …`: documents that are shown and set as a whole.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::applications::read;
use crate::cli::client::CommandError;
use crate::cli::node::Node;
use crate::cli::output;

#[derive(Debug, Args)]
pub struct Document {
    #[command(flatten)]
    pub node: Node,
    #[command(subcommand)]
    pub action: Action,
}

#[derive(Debug, Subcommand)]
pub enum Action {
    /// Print it.
    Show,
    /// Replace it by what a TOML or JSON file holds. What the file leaves out takes its default.
    Set { file: PathBuf },
}

/// Does what was asked for to the document at `path`.
pub async fn run(options: &Document, path: &str) -> Result<(), CommandError> {
    let client = options.node.client()?;
    let answer = match &options.action {
        Action::Show => client.get(path).await?,
        Action::Set { file } => client.replace(path, read(file)?).await?,
    };
    output::one(&answer.body, options.node.json);
    Ok(())
}
