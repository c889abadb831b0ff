//! `gatehouse breached-passwords load FILE`: what was asked for. `main` does it, because only it may name the
//! admin plane.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::node::Node;

#[derive(Debug, Args)]
pub struct BreachedPasswords {
    #[command(flatten)]
    pub node: Node,
    #[command(subcommand)]
    pub action: Action,
}

#[derive(Debug, Subcommand)]
pub enum Action {
    /// Put a list in the place of this node's, also while the node runs.
    Load {
        /// Passwords, one a line; or SHA-1 in hexadecimal, with or without a count, as Have I Been Pwned
        /// publishes them.
        file: PathBuf,
    },
}
