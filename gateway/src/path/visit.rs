//! One request's way through the gate: what each stage found out. It is pingora's CTX, and the
//! access event is made from it.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use config::Timestamp;
use config::clock::Stopwatch;
use config::id::EventId;

use crate::exchange::Exchange;
use crate::path::denial::Denial;
use crate::path::policy::Grant;
use crate::path::session::Identity;
use crate::path::watermark::Marking;
use crate::rulebook::{Route, Rulebook};

/// Which kind of listener a request came by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Entrance {
    /// For everybody: applications and the access host.
    #[default]
    Public,
    /// For operators: the host of `[admin]`, and nothing else.
    Admin,
}

pub struct Visit {
    pub at: Timestamp,
    pub stopwatch: Stopwatch,
    /// Of the request and of the one event that will tell of it; sent to the upstream as X-Request-Id
    /// and shown on our pages.
    pub request_id: EventId,
    pub entrance: Entrance,

    // Stage 1
    pub peer: Option<SocketAddr>,
    pub client_address: Option<IpAddr>,
    /// The rules by which this visit is judged, from beginning to end.
    pub rulebook: Option<Arc<Rulebook>>,

    // Stage 3
    /// Normalised: lower case, no port, no trailing dot.
    pub host: String,
    /// Where the request leads: an application, or our own pages.
    pub route: Option<Route>,
    /// Which path rule of the application decides; `None` for the application's own.
    pub path_rule: Option<usize>,

    /// The list that holds everywhere and keeps the address out, until it is known whether the application
    /// has lists of its own in its place.
    pub kept_out: Option<Arc<str>>,

    // Stage 4
    pub identity: Identity,

    // Stage 5
    /// The name of the rule that decided.
    pub rule: Option<Arc<str>>,

    /// Set by whoever drives the stages.
    pub outcome: Option<Result<Grant, Denial>>,

    // Stages 6 and 7
    pub exchange: Exchange,
    pub marking: Marking,
}

impl Visit {
    /// A request that has just been read and of which nothing else is known.
    #[must_use]
    pub fn begin(at: Timestamp) -> Self {
        Self {
            at,
            stopwatch: Stopwatch::start(),
            request_id: EventId::generate(),
            entrance: Entrance::default(),
            peer: None,
            client_address: None,
            rulebook: None,
            host: String::new(),
            route: None,
            path_rule: None,
            kept_out: None,
            identity: Identity::default(),
            rule: None,
            outcome: None,
            exchange: Exchange::default(),
            marking: Marking::default(),
        }
    }
}
