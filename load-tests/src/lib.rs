//! Drives a running Gatehouse and its peers over sockets and prints ratios.
//!
//! Figures of one machine on one day mean little by themselves. Every claim about speed is therefore
//! a ratio between two programs that were measured in the same run, against the same origin, by the
//! same client, in turns.

pub mod browser;
mod connection;
pub mod door;
pub mod flat;
pub mod gatehouse;
pub mod h2load;
pub mod hashes;
pub mod nginx;
pub mod process;
pub mod pulse;
pub mod questions;
pub mod report;
pub mod sign_ins;
pub mod slapd;
pub mod socket;
pub mod wrk;

/// Why a measurement could not be made.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    #[error("{what}: {source}")]
    Io {
        what: String,
        source: std::io::Error,
    },
    #[error("{program} did not listen on {address}")]
    NotListening { program: String, address: String },
    #[error("{0}")]
    Unexpected(String),
}

impl BenchError {
    /// An input or output error with what was being done.
    pub fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }
}
