//! `[monitor]`: where Prometheus and the health checks ask.

use std::net::{Ipv4Addr, SocketAddr};

use serde::{Deserialize, Serialize};

use crate::settings::listeners::ADDRESS_ALLOWED;
use crate::settings::section::Section;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Monitor {
    /// Serves `/metrics`, `/healthz` and `/readyz` without a credential: loopback by default. Any
    /// other address must be asked for with `allow_remote = true`.
    pub address: SocketAddr,
}

impl Default for Monitor {
    fn default() -> Self {
        Self {
            address: (Ipv4Addr::LOCALHOST, 9090).into(),
        }
    }
}

pub(super) fn read(section: &mut Section<'_>) -> Monitor {
    let address = section
        .parsed("address", ADDRESS_ALLOWED, str::parse::<SocketAddr>)
        .unwrap_or(Monitor::default().address);
    let allow_remote = section.boolean("allow_remote").unwrap_or(false);
    if !address.ip().is_loopback() && !allow_remote {
        let key = section.path_of("address");
        section.report.problem(
            &key,
            format!("{address} can be reached from other machines, without a credential"),
            "listen on 127.0.0.1 or [::1], or set allow_remote = true where a firewall keeps it",
        );
    }
    Monitor { address }
}
