//! `gatehouse dev-certificates DIR NAME…`: certificates for trying Gatehouse on one's own machine.

use std::path::PathBuf;
use std::process::ExitCode;

use certs::development;
use clap::Args;
use config::Timestamp;

#[derive(Debug, Args)]
pub struct DevCertificates {
    /// The folder to keep the authority, the certificate and the keys in.
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// The hosts, each in full: browsers refuse *.localhost.
    #[arg(value_name = "NAME", required = true)]
    pub names: Vec<String>,
}

/// Makes what is not there yet and says where it is.
#[allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this is what was asked for"
)]
pub fn run(options: &DevCertificates, now: Timestamp) -> ExitCode {
    match development::certificates(&options.folder, &options.names, now.as_seconds()) {
        Ok(made) => {
            println!("authority    {}", made.authority.display());
            println!("certificate  {}", made.certificate.display());
            println!("key          {}", made.key.display());
            if made.new_authority {
                println!(
                    "The authority is new: tell your browser to trust it, or accept its warning."
                );
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
