//! `gatehouse backup FILE` and `gatehouse restore FILE`: what was asked for. `main` does it, because
//! only it may name the admin plane.

use std::path::PathBuf;

use clap::Args;

use crate::cli::node::Node;

#[derive(Debug, Args)]
pub struct Backup {
    #[command(flatten)]
    pub node: Node,
    /// The file to write; it must not be there yet.
    pub file: PathBuf,
}

#[derive(Debug, Args)]
pub struct Restore {
    #[command(flatten)]
    pub node: Node,
    /// A file that `gatehouse backup` has written.
    pub file: PathBuf,
}
