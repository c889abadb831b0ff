//! The program `gatehouse`: composes the gateway and the admin plane.

mod cli;

use std::process::ExitCode;

use clap::Parser;
use config::Clock;

use crate::cli::{Cli, Command};

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Run(options) => run(&options),
        Command::Check(options) => cli::check::run(&options, Clock::system().now(), &|source| {
            admin::sealed::load(source)
                .map(|_| ())
                .map_err(|error| error.to_string())
        }),
        Command::DevCertificates(options) => {
            cli::dev_certificates::run(&options, Clock::system().now())
        }
        Command::Control(command) => cli::control(&command),
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
