//! What a gateway sees of its surroundings just now, for those who watch over it: whether upstreams
//! are well, and which certificates it serves.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::Timestamp;
use crate::id::ApplicationId;

/// Asked of the gateway of this node, which alone knows.
pub trait Surroundings: Send + Sync {
    /// Of every application in force.
    fn upstreams(&self) -> Vec<UpstreamSeen>;

    /// Of every listener that speaks TLS.
    fn certificates(&self) -> Vec<CertificateSeen>;
}

/// One upstream, as this node sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UpstreamSeen {
    pub application: ApplicationId,
    /// As the operator wrote it.
    pub address: String,
    pub health: UpstreamHealth,
}

/// Whether an upstream takes requests, and if not, why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UpstreamHealth {
    Well,
    /// The active check finds that it does not answer as it should.
    FailsChecks,
    /// Taken out for a while because requests failed on it.
    Ejected,
    /// Its name leads to no address.
    Unresolved,
}

/// One certificate that is being served.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CertificateSeen {
    #[schema(value_type = String)]
    pub listener: SocketAddr,
    /// What it is for; `*.` begins those for one label more.
    pub names: Vec<String>,
    /// Who signed it, as the certificate writes it.
    pub issuer: String,
    pub not_before: Timestamp,
    pub not_after: Timestamp,
    /// Where it was read from; absent: it was uploaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The id of one that was uploaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upload: Option<String>,
    /// Whether others are shown in its place, for each of its names.
    pub superseded: bool,
}
