//! Which node a command speaks to, and how it prints: the options that all such commands share.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use config::Settings;

use crate::cli::client::{Client, CommandError};

#[derive(Clone, Debug, Args)]
pub struct Node {
    /// The settings file of the node.
    #[arg(
        long,
        short,
        global = true,
        value_name = "FILE",
        env = "GATEHOUSE_CONFIG",
        default_value = "/etc/gatehouse/gatehouse.toml"
    )]
    pub config: PathBuf,
    /// The data folder of the node, instead of the one that the settings name.
    #[arg(long, global = true, value_name = "FOLDER")]
    pub data: Option<PathBuf>,
    /// Print what the node answers as JSON.
    #[arg(long, global = true)]
    pub json: bool,
}

impl Node {
    /// # Errors
    /// If the settings cannot be read.
    pub fn client(&self) -> Result<Client, CommandError> {
        match &self.data {
            Some(data) => Ok(Client::of(data)),
            None => Ok(Client::of(&self.settings()?.data)),
        }
    }

    /// # Errors
    /// All that is wrong with the settings, a line each.
    pub fn settings(&self) -> Result<Settings, CommandError> {
        let variables = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        Settings::load(&self.config, variables).map_err(|problems| {
            let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
            CommandError::Usage(lines.join("\n"))
        })
    }
}

/// Ends a command: 0 if it was carried out, 1 if it was refused, 2 if it was not understood.
#[allow(clippy::print_stderr, reason = "a command tells what went wrong")]
pub fn exit(result: Result<(), CommandError>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(CommandError::Differs) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("gatehouse: {error}");
            match error {
                CommandError::Usage(_) => ExitCode::from(2),
                _ => ExitCode::FAILURE,
            }
        }
    }
}
