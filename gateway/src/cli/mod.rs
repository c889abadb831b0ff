//! The command line: one file a command. Most commands speak to the running node through its
//! control socket; `main` does what needs the admin plane itself.

pub mod appearance;
pub mod applications;
pub mod backup;
pub mod breached_passwords;
pub mod certificates;
pub mod check;
pub mod configuration;
pub mod departments;
pub mod dev_certificates;
pub mod events;
pub mod explain;
pub mod groups;
pub mod ip_lists;
pub mod ip_rules;
pub mod members;
pub mod roles;
pub mod run;
pub mod sessions;
pub mod set_up_link;
pub mod tokens;

mod client;
mod named;
mod node;
mod output;
mod pages;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use client::CommandError;
pub use node::exit;
pub use output::line as tell;

const FIRST_STEPS: &str = "\
To begin: write a settings file, look at it with `gatehouse check FILE`, start with
`gatehouse run --config FILE`, and open the address that it prints.";

/// An access gate: people sign in once, and reach the applications that they may use.
#[derive(Debug, Parser)]
#[command(name = "gatehouse", version, after_help = FIRST_STEPS)]
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
    /// Write a copy of the embedded store to a file, also while the node runs.
    Backup(backup::Backup),
    /// Put a copy in the place of the embedded store, while the node is stopped.
    Restore(backup::Restore),
    /// Passwords that are known from leaks, which nobody may choose where the sign-in policy says so.
    BreachedPasswords(breached_passwords::BreachedPasswords),
    #[command(flatten)]
    Control(Control),
    /// Print the version.
    Version,
}

/// Commands that the running node carries out.
#[derive(Debug, Subcommand)]
pub enum Control {
    /// Print a new link that makes the first administrator, while there is none.
    SetUpLink(set_up_link::SetUpLink),
    /// People with an account.
    Members(members::Members),
    /// What people can be allowed to do in the admin plane.
    Roles(roles::Roles),
    /// Named sets of people.
    Groups(groups::Groups),
    /// The organisation's tree.
    Departments(departments::Departments),
    /// What stands behind the gate.
    Applications(applications::Applications),
    /// Addresses that may come in, or must stay out.
    IpLists(ip_lists::IpLists),
    /// Whether these lists are in force at all: the way out for whoever is locked out.
    IpRules(ip_rules::IpRules),
    /// How our own pages look.
    Brand(appearance::Document),
    /// What is written across pages that pass.
    Watermark(appearance::Document),
    /// Write down as YAML files what administrators decide.
    Export(configuration::Export),
    /// Tell what applying YAML files would change: ends with 0 if nothing, with 1 if something.
    Diff(configuration::Files),
    /// Make it so as YAML files say, all or nothing.
    Apply(configuration::Files),
    /// With which certificates the gate shows who it is.
    Certificates(certificates::Certificates),
    /// Who is signed in.
    Sessions(sessions::Sessions),
    /// Who came, who signed in, who changed what.
    Events(events::Events),
    /// Credentials for programs that use the API.
    Tokens(tokens::Tokens),
    /// How a request would be decided, stage by stage.
    Explain(explain::Explain),
}

/// Lets the running node do what was asked for.
pub fn control(command: &Control) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let result = match runtime {
        Ok(runtime) => runtime.block_on(ask(command)),
        Err(why) => Err(CommandError::Broken(why.to_string())),
    };
    exit(result)
}

async fn ask(command: &Control) -> Result<(), CommandError> {
    match command {
        Control::SetUpLink(options) => set_up_link::run(options).await,
        Control::Members(options) => members::run(options).await,
        Control::Roles(options) => roles::run(options).await,
        Control::Groups(options) => groups::run(options).await,
        Control::Departments(options) => departments::run(options).await,
        Control::Applications(options) => applications::run(options).await,
        Control::IpLists(options) => ip_lists::run(options).await,
        Control::IpRules(options) => ip_rules::run(options).await,
        Control::Brand(options) => appearance::run(options, "/brand").await,
        Control::Watermark(options) => appearance::run(options, "/watermark").await,
        Control::Export(options) => configuration::export(options).await,
        Control::Diff(options) => configuration::diff(options).await,
        Control::Apply(options) => configuration::apply(options).await,
        Control::Certificates(options) => certificates::run(options).await,
        Control::Sessions(options) => sessions::run(options).await,
        Control::Events(options) => events::run(options).await,
        Control::Tokens(options) => tokens::run(options).await,
        Control::Explain(options) => explain::run(options).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
