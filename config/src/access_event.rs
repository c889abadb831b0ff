//! What a gateway reports of each request: who came, from where, to what, and how it was decided.
//!
//! A query string is never recorded: applications put secrets there.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::id::{ApplicationId, EventId, MemberId, SessionId};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AccessEvent {
    pub id: EventId,
    pub at: Timestamp,
    /// Also sent to the upstream and shown on our error pages.
    pub request_id: String,
    /// The address at the other end of the connection.
    #[schema(value_type = Option<String>)]
    pub peer: Option<IpAddr>,
    /// Who was found to be really calling; absent if the request was refused before that was known.
    #[schema(value_type = Option<String>)]
    pub client_address: Option<IpAddr>,
    pub method: String,
    /// Lower case, without port; empty if it could not be told.
    pub host: String,
    /// Without query.
    pub path: String,
    pub protocol: String,
    pub user_agent: Option<String>,
    pub application: Option<ApplicationId>,
    pub principal: Option<MemberId>,
    pub username: Option<String>,
    /// Whether they are a guest; never of events that were recorded before this was.
    #[serde(default)]
    pub guest: bool,
    pub session: Option<SessionId>,
    /// The rule that let the request in or turned it away.
    pub rule: Option<String>,
    pub outcome: Outcome,
    pub status: u16,
    pub upstream: Option<String>,
    /// Who was at fault where the exchange failed.
    pub error: Option<ExchangeError>,
    pub request_bytes: u64,
    pub response_bytes: u64,
    /// Microseconds from the first byte of the request to the last of the response.
    pub duration_us: u64,
    /// Microseconds of those spent waiting for the upstream's response head.
    pub upstream_us: Option<u64>,
    pub snapshot: u64,
    pub watermarked: bool,
}

/// How a visit ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case", tag = "kind", content = "reason")]
pub enum Outcome {
    Granted,
    /// Granted, then cut because the grant was taken back while the exchange was open.
    Cut(String),
    /// The reason code of the denial, from a fixed set; `unreadable`, as above, where the record of the
    /// event is damaged and its reason lost.
    Denied(String),
    /// One of our own pages answered.
    OwnPage,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ExchangeError {
    pub source: ErrorSource,
    pub what: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorSource {
    Downstream,
    Upstream,
    Internal,
}
