//! `[monitor]`: where Prometheus and the health checks ask.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Monitor {
    /// Serves `/metrics`, `/healthz` and `/readyz` without a credential: loopback by default.
    pub address: SocketAddr,
}
