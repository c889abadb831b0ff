//! `gatehouse ip-rules …`: whether IP lists are in force at all. For whoever is locked out and can
//! reach nothing but the machine.

use clap::{Args, Subcommand};

use crate::cli::client::{Ask, CommandError};
use crate::cli::node::Node;
use crate::cli::output;

#[derive(Debug, Args)]
pub struct IpRules {
    #[command(flatten)]
    pub node: Node,
    #[command(subcommand)]
    pub action: Action,
}

#[derive(Debug, Subcommand)]
pub enum Action {
    /// Put all IP lists out of force, on every node and until they are switched on again: nobody is
    /// kept out by an address any more.
    Off,
    /// Put them in force again.
    On,
    /// Tell whether they are in force, and whether a change is on trial.
    Status,
    /// Keep the change that is on trial.
    Confirm,
    /// Put the change that is on trial back at once.
    PutBack,
}

/// Does what was asked for.
pub async fn run(options: &IpRules) -> Result<(), CommandError> {
    let client = options.node.client()?;
    let path = match options.action {
        Action::Status => {
            let told = client.ask(Ask::new("GET", "/ip-rules", None)).await?;
            output::one(&told.body, options.node.json);
            return Ok(());
        }
        Action::Off => "/ip-rules/off",
        Action::On => "/ip-rules/on",
        Action::Confirm => "/ip-rules/trial/confirm",
        Action::PutBack => "/ip-rules/trial/put-back",
    };
    client.ask(Ask::new("POST", path, None)).await.map(|_| ())
}
