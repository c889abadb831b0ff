//! `gatehouse dev-certificates DIR NAME…`: certificates for trying Gatehouse on one's own machine.

use std::path::PathBuf;
use std::process::ExitCode;

use certs::development;
use clap::Args;
use config::Timestamp;

use crate::cli::output;

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
#[allow(clippy::print_stderr, reason = "for whoever asked")]
pub fn run(options: &DevCertificates, now: Timestamp) -> ExitCode {
    match development::certificates(&options.folder, &options.names, now.as_seconds()) {
        Ok(made) => {
            output::line(&format!("authority    {}", made.authority.display()));
            output::line(&format!("certificate  {}", made.certificate.display()));
            output::line(&format!("key          {}", made.key.display()));
            if made.new_authority {
                output::line(
                    "The authority is new: tell your browser to trust it, or accept its warning.",
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
