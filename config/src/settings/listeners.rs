//! `[[listener]]`: where the gateway takes connections.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listener {
    pub address: SocketAddr,
    /// Absent: plain text.
    pub tls: Option<ListenerTls>,
    /// Answers every request with a redirect to the same address under https. Plain listeners only.
    pub redirect_to_https: bool,
    /// Expects a PROXY protocol header (v1 or v2) before anything else. Only from trusted networks.
    pub proxy_protocol: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListenerTls {
    /// Chosen by SNI; the first answers where no name matches.
    pub certificates: Vec<CertificateFiles>,
    pub http2: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateFiles {
    /// PEM, the leaf first, then its chain.
    pub certificate: PathBuf,
    /// PEM.
    pub key: PathBuf,
}
