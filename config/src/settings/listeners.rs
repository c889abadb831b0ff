//! `[[listener]]`: where the gateway takes connections.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::settings::section::Section;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listener {
    pub address: SocketAddr,
    /// Absent: plain text.
    pub tls: Option<ListenerTls>,
    /// Answers every request with a redirect to the same address under https. Plain listeners only.
    pub redirect_to_https: bool,
    /// Leads to the host of `[admin]` and nowhere else.
    pub admin: bool,
    /// Expects a PROXY protocol header (v1 or v2) before anything else. Only from trusted networks.
    pub proxy_protocol: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListenerTls {
    /// Chosen by SNI; the first answers where no name matches. Empty: only uploaded ones are served.
    pub certificates: Vec<CertificateFiles>,
    /// PEM of the authorities whose certificate a caller must show; absent: none is asked for.
    pub client_authority: Option<PathBuf>,
    pub http2: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateFiles {
    /// PEM, the leaf first, then its chain.
    pub certificate: PathBuf,
    /// PEM.
    pub key: PathBuf,
}

pub(super) const ADDRESS_ALLOWED: &str =
    "write an address and a port, such as 0.0.0.0:443, [::]:443 or 127.0.0.1:8080";

/// Stands in for an address that could not be read, while the other settings are checked.
const UNKNOWN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);

pub(super) fn read(section: &mut Section<'_>) -> Listener {
    section.require("address", ADDRESS_ALLOWED);
    let address = section.parsed("address", ADDRESS_ALLOWED, str::parse::<SocketAddr>);
    let tls = section.optional_section("tls", read_tls);
    let redirect_to_https = section.boolean("redirect_to_https").unwrap_or(false);
    let admin = section.boolean("admin").unwrap_or(false);
    let proxy_protocol = section.boolean("proxy_protocol").unwrap_or(false);
    Listener {
        address: address.unwrap_or(UNKNOWN),
        tls,
        redirect_to_https,
        admin,
        proxy_protocol,
    }
}

fn read_tls(section: &mut Section<'_>) -> ListenerTls {
    section.require(
        "certificates",
        "write at least one: certificates = [{ certificate = \"….pem\", key = \"….key\" }]; or [], \
         where all are uploaded",
    );
    ListenerTls {
        certificates: section.sections("certificates", |entry| CertificateFiles {
            certificate: entry.required_path("certificate").unwrap_or_default(),
            key: entry.required_path("key").unwrap_or_default(),
        }),
        client_authority: section.path("client_authority"),
        http2: section.boolean("http2").unwrap_or(true),
    }
}
