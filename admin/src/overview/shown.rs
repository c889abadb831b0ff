//! What the overview shows.

use config::Timestamp;
use config::id::ApplicationId;
use config::language::LocalText;
use config::surroundings::{CertificateSeen, UpstreamSeen};
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Overview {
    /// When it was looked at.
    pub at: Timestamp,
    /// How the last hours went, the present one last.
    pub hours: i64,
    pub sign_ins: SignIns,
    pub requests: Requests,
    /// The applications that were asked for most.
    pub busiest: Vec<OfApplication>,
    /// Those that turned most away.
    pub most_refusing: Vec<OfApplication>,
    /// The addresses that were refused most.
    pub refused_addresses: Vec<Counted>,
    pub signed_in: SignedIn,
    pub organisation: Organisation,
    pub store: StoreState,
    pub spools: Vec<SpoolState>,
    pub node: NodeState,
}

/// One number an hour: the first for the hour that began at `from`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SignIns {
    pub from: Timestamp,
    /// Absent while nothing was ever counted; later than `from` where counting began in between.
    pub counted_since: Option<Timestamp>,
    pub succeeded: Vec<i64>,
    pub failed: Vec<i64>,
    /// By reason code, the most first.
    pub failures: Vec<Counted>,
}

/// One number an hour: the first for the hour that began at `from`. Our own pages are left out.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Requests {
    pub from: Timestamp,
    /// Absent while nothing was ever counted; later than `from` where counting began in between.
    pub counted_since: Option<Timestamp>,
    pub granted: Vec<i64>,
    /// Refused, or cut while they were open.
    pub refused: Vec<i64>,
    /// By reason code, the most first.
    pub refusals: Vec<Counted>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Counted {
    pub name: String,
    pub count: i64,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OfApplication {
    pub id: ApplicationId,
    /// Absent where it is gone.
    pub name: Option<LocalText>,
    pub requests: i64,
    pub refused: i64,
}

/// Just now.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SignedIn {
    /// Sign-ins that have not ended, and the people behind them.
    pub sign_ins: i64,
    pub people: i64,
    /// Those with which something was opened in the last fifteen minutes.
    pub active_sign_ins: i64,
    pub active_people: i64,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Organisation {
    pub people: Vec<People>,
    pub departments: i64,
    pub groups: i64,
    pub applications: i64,
    pub ip_lists: i64,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct People {
    /// `member` or `guest`.
    pub kind: String,
    /// `active`, `disabled`, …
    pub status: String,
    pub count: i64,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StoreState {
    /// `SQLite` or `PostgreSQL`.
    pub engine: String,
    pub bytes: i64,
}

/// Access events on their way from a node to the store, as of when some last arrived.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SpoolState {
    /// The spool's id.
    pub id: String,
    pub at: Timestamp,
    /// Events that were left in it.
    pub waiting: i64,
    /// How old the oldest was that arrived, in milliseconds.
    pub behind_ms: i64,
}

/// What the node that answers sees; of others each knows by itself.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NodeState {
    /// The number of the snapshot in force; absent until there is one.
    pub snapshot: Option<u64>,
    pub upstreams: Vec<UpstreamSeen>,
    pub certificates: Vec<CertificateSeen>,
}
