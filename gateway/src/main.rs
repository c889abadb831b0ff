//! The program `gatehouse`: composes the gateway and the admin plane.

mod cli;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Command};

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Run(options) => run(&options),
        Command::Version => {
            #[allow(clippy::print_stdout, reason = "this is what was asked for")]
            {
                println!("gatehouse {}", env!("CARGO_PKG_VERSION"));
            }
            ExitCode::SUCCESS
        }
    }
}

fn run(options: &cli::run::Run) -> ExitCode {
    tracing::error!(settings = %options.config.display(), "this build has no admin plane");
    ExitCode::FAILURE
}
