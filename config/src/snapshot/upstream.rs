//! Where an application really runs, and how a gateway talks to it.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Pool {
    pub upstreams: Vec<Upstream>,
    #[serde(default)]
    pub protocol: Protocol,
    /// `None`: plain text.
    #[serde(default)]
    pub tls: Option<UpstreamTls>,
    #[serde(default)]
    pub host_header: HostHeader,
    #[serde(default)]
    pub timeouts: Timeouts,
    #[serde(default)]
    pub health_check: Option<HealthCheck>,
    #[serde(default)]
    pub ejection: Option<Ejection>,
    /// Further tries on another upstream when a connection cannot be made. Nothing has been sent then,
    /// so this holds for every method. A request that is idempotent (RFC 9110 §9.2.2) is also sent again
    /// when a connection kept from an earlier one turns out to be dead.
    #[serde(default = "one")]
    pub retries: u8,
}

fn one() -> u8 {
    1
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Upstream {
    /// `host:port`; an IPv6 address in brackets.
    pub address: String,
    /// A share of the requests relative to the others; 0 takes none.
    #[serde(default = "one_weight")]
    pub weight: u16,
}

fn one_weight() -> u16 {
    1
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    #[default]
    Http1,
    /// HTTP/2 only, as gRPC needs: by ALPN over TLS, with prior knowledge in plain text.
    Http2,
    /// Over TLS whichever of the two is agreed.
    Either,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpstreamTls {
    /// The name that the certificate must carry and that is sent as SNI; never empty, because an
    /// empty one would switch verification off.
    pub server_name: String,
    /// PEM of the authorities to trust instead of the machine's.
    #[serde(default)]
    pub ca_pem: Option<String>,
}

/// What the upstream reads as Host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case", tag = "kind", content = "value")]
pub enum HostHeader {
    /// As the client sent it.
    #[default]
    Preserve,
    Fixed(String),
}

/// In milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Timeouts {
    pub connect: u64,
    /// Between two reads from the upstream. Streams that fall silent for longer, such as server-sent
    /// events without a heartbeat, need more.
    pub read: u64,
    pub write: u64,
    /// How long an unused connection is kept.
    pub idle: u64,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: 5_000,
            read: 300_000,
            write: 60_000,
            idle: 60_000,
        }
    }
}

/// Asks each upstream at an interval, and takes it out of the pool while it does not answer well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct HealthCheck {
    pub path: String,
    pub interval_ms: u64,
    pub timeout_ms: u64,
    /// Good answers in a row that bring it back.
    pub healthy_after: u32,
    /// Bad answers in a row that take it out.
    pub unhealthy_after: u32,
}

impl Default for HealthCheck {
    fn default() -> Self {
        Self {
            path: "/".into(),
            interval_ms: 10_000,
            timeout_ms: 3_000,
            healthy_after: 2,
            unhealthy_after: 3,
        }
    }
}

/// Takes an upstream out for a while when real requests fail on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Ejection {
    /// Connection failures and 502, 503, 504 in a row.
    pub after_failures: u32,
    pub for_ms: u64,
}

impl Default for Ejection {
    fn default() -> Self {
        Self {
            after_failures: 5,
            for_ms: 30_000,
        }
    }
}
