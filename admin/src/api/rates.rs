//! How many requests a caller may send to the API: each person and each token so many, and each address
//! as many that carry no good credential. Counted by each node for itself, and not for the control
//! socket: who can open that is the operator.

use std::net::IpAddr;
use std::sync::Arc;

use config::Timestamp;
use config::id::DirectoryId;
use config::limiter::{Limiter, network_of};
use config::settings::Limits;
use config::snapshot::RateLimit;

use crate::authn::Actor;

/// The rates of the API on this node.
#[derive(Clone)]
pub struct ApiRates(Arc<Counts>);

struct Counts {
    callers: Limiter<Caller>,
    strangers: Limiter<IpAddr>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
enum Caller {
    Member(String),
    Token(String),
    Directory(String),
}

impl ApiRates {
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        let limit = RateLimit {
            requests_per_second: limits.api_rate,
            burst: limits.api_burst,
        };
        Self(Arc::new(Counts {
            callers: Limiter::new(limit),
            strangers: Limiter::new(limit),
        }))
    }

    /// Counts a request of somebody who is known; false where it is one too many.
    #[must_use]
    pub fn take(&self, actor: &Actor, now: Timestamp) -> bool {
        let caller = match actor {
            Actor::Member { id, .. } => Caller::Member(id.to_string()),
            Actor::Token { id, .. } => Caller::Token(id.clone()),
            Actor::Operator { .. } | Actor::Directory { .. } => return true,
        };
        self.0.callers.take(&caller, now)
    }

    /// Counts a request of a directory that pushes; false where it is one too many.
    #[must_use]
    pub fn take_directory(&self, id: &DirectoryId, now: Timestamp) -> bool {
        let caller = Caller::Directory(id.to_string());
        self.0.callers.take(&caller, now)
    }

    /// Counts a request of nobody who is known, from this address.
    #[must_use]
    pub fn take_stranger(&self, address: Option<IpAddr>, now: Timestamp) -> bool {
        address.is_none_or(|address| self.0.strangers.take(&network_of(address), now))
    }

    /// Forgets whoever has been silent.
    pub fn forget_the_silent(&self, now: Timestamp) {
        self.0.callers.forget_the_silent(now);
        self.0.strangers.forget_the_silent(now);
    }
}
