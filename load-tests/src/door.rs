//! Where a program under measurement is reached: plainly, for wrk, and by TLS, for h2load.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::BenchError;

/// A certificate and its key, in PEM files.
#[derive(Clone, Debug)]
pub struct Pair {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

#[derive(Clone, Debug)]
pub struct Door {
    pub plain: SocketAddr,
    pub secure: SocketAddr,
    pub pair: Pair,
    /// That serve there.
    pub threads: usize,
}

impl Pair {
    /// For `hosts`, made in `folder` by the `gatehouse` at `program`.
    pub fn make(program: &Path, folder: &Path, hosts: &[&str]) -> Result<Self, BenchError> {
        let folder = folder.join("certificates");
        let output = Command::new(program)
            .arg("dev-certificates")
            .arg(&folder)
            .args(hosts)
            .output()
            .map_err(BenchError::io("making certificates"))?;
        if !output.status.success() {
            let why = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(BenchError::Unexpected(why));
        }
        Ok(Self {
            certificate: folder.join("hosts.pem"),
            key: folder.join("hosts.key"),
        })
    }
}

impl Door {
    /// On two addresses on which nobody listens.
    pub fn free(pair: &Pair, threads: usize) -> Result<Self, BenchError> {
        Ok(Self {
            plain: free_address()?,
            secure: free_address()?,
            pair: pair.clone(),
            threads,
        })
    }
}

/// An address of loopback on which nobody listens.
pub fn free_address() -> Result<SocketAddr, BenchError> {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .map_err(BenchError::io("looking for a free port"))
}
