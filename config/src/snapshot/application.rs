//! Something behind the gate: under which names people reach it, where it really runs, who may.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::ApplicationId;
use crate::language::{LocalText, Words};
use crate::snapshot::access::{Access, PathRule};
use crate::snapshot::address::IpList;
use crate::snapshot::identity::IdentityHeaders;
use crate::snapshot::upstream::Pool;
use std::sync::Arc;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    pub id: ApplicationId,
    pub name: LocalText,
    pub description: LocalText,
    pub hosts: Vec<HostPattern>,
    /// `/`, or a prefix of whole segments such as `/wiki`. It is not taken off when forwarding.
    pub path_prefix: String,
    pub pool: Pool,
    /// For all paths that no path rule names.
    pub access: Access,
    pub path_rules: Vec<PathRule>,
    pub ip_lists: Vec<Arc<IpList>>,
    /// Whether these hold in the place of the lists that hold everywhere, and not besides them.
    pub own_ip_lists_only: bool,
    pub identity: IdentityHeaders,
    pub watermark: bool,
    pub websockets: WebSockets,
    pub limits: Limits,
    /// Shown on the portal. A hidden one still opens by its address.
    pub on_portal: bool,
}

/// The places of an application that cannot be obeyed. Nobody reaches them, by another application's
/// wildcard neither.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosedApplication {
    pub id: ApplicationId,
    pub hosts: Vec<HostPattern>,
    /// Where it cannot be made out, the whole hosts are closed, over every other application there: any
    /// path may be one of this application's.
    pub path_prefix: Option<String>,
}

/// A host name that leads to an application, lower case and without port.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum HostPattern {
    Exact(String),
    /// `*.preview.example.com`: one label more than the suffix held here (`preview.example.com`).
    Wildcard(String),
}

/// What is allowed where a host name is asked for.
pub const HOST_ALLOWED: Words = (
    "write a host name such as wiki.example.com or *.preview.example.com: no scheme, port or path",
    "请填写 wiki.example.com 或 *.preview.example.com 这样的主机名，不含协议、端口和路径",
);

impl TryFrom<String> for HostPattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let lower = text.trim().trim_end_matches('.').to_ascii_lowercase();
        let (name, wildcard) = match lower.strip_prefix("*.") {
            Some(rest) => (rest, true),
            None => (lower.as_str(), false),
        };
        let label_is_good = |label: &str| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        };
        if name.len() > 253 || !name.split('.').all(label_is_good) {
            return Err(format!("\"{text}\" is not a host name; {}", HOST_ALLOWED.0));
        }
        Ok(if wildcard {
            Self::Wildcard(name.to_owned())
        } else {
            Self::Exact(name.to_owned())
        })
    }
}

impl utoipa::PartialSchema for HostPattern {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        <String as utoipa::PartialSchema>::schema()
    }
}

impl utoipa::ToSchema for HostPattern {}

impl From<HostPattern> for String {
    fn from(pattern: HostPattern) -> Self {
        pattern.to_string()
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(name) => f.write_str(name),
            Self::Wildcard(suffix) => write!(f, "*.{suffix}"),
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct WebSockets {
    /// Off until someone needs it: an upgrade is refused.
    pub enabled: bool,
    /// Origins besides the application's own that may open one, as `https://host[:port]`.
    pub allowed_origins: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Largest request body in bytes; `null` for no limit.
    pub max_request_body: Option<u64>,
    pub per_principal: Option<RateLimit>,
    pub per_address: Option<RateLimit>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    pub requests_per_second: u32,
    /// So many at once before the rate is enforced; at least 1.
    pub burst: u32,
}
