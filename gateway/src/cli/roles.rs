//! `gatehouse roles`: what people can be allowed to do in the admin plane.

use clap::Args;

use crate::cli::client::{Client, CommandError};
use crate::cli::node::Node;
use crate::cli::{named, output, pages};

#[derive(Debug, Args)]
pub struct Roles {
    #[command(flatten)]
    pub node: Node,
}

/// Lists the roles, built in and made here.
pub async fn run(options: &Roles) -> Result<(), CommandError> {
    let client = options.node.client()?;
    let rows = pages::all(&client, "/roles", usize::MAX).await?;
    let columns = [
        ("ID", "id"),
        ("NAME", "name"),
        ("HOLDERS", "holders"),
        ("PERMISSIONS", "permissions"),
    ];
    output::rows(&rows, &columns, options.node.json);
    Ok(())
}

/// The ids of the roles that a person names by their ids or names.
///
/// # Errors
/// If there is no such role.
pub async fn ids(client: &Client, names: &[String]) -> Result<Vec<String>, CommandError> {
    let mut ids = Vec::with_capacity(names.len());
    for name in names {
        ids.push(named::id_of(client, "/roles", name).await?);
    }
    Ok(ids)
}
