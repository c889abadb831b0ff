//! The command line: one file a command. Commands say what was asked for; `main` does what needs
//! the admin plane.

pub mod check;
pub mod dev_certificates;
pub mod run;

use clap::{Parser, Subcommand};

/// An access gate: people sign in once, and reach the applications that they may use.
#[derive(Debug, Parser)]
#[command(name = "gatehouse", version, about, propagate_version = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a node: gateway, admin plane, or both, as the settings say.
    Run(run::Run),
    /// Check a settings file and what it names, and tell everything that is wrong.
    Check(check::Check),
    /// Make certificates for trying Gatehouse on this machine.
    DevCertificates(dev_certificates::DevCertificates),
    /// Print the version.
    Version,
}
