//! `gatehouse run`.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub struct Run {
    /// The settings file.
    #[arg(
        long,
        short,
        value_name = "FILE",
        env = "GATEHOUSE_CONFIG",
        default_value = "/etc/gatehouse/gatehouse.toml"
    )]
    pub config: PathBuf,
    /// Take over the listening sockets of the process that runs already; send it SIGQUIT then.
    #[arg(long)]
    pub upgrade: bool,
}
