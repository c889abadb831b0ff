//! The decision of the request path: one function, read top to bottom, one stage after another.

use std::net::SocketAddr;
use std::sync::Arc;

use arc_swap::{ArcSwap, ArcSwapOption};
use config::Clock;
use config::link::EventSender;
use config::settings::{AccessHost, AdminHost, NodeRole};
use pingora::http::RequestHeader;

use crate::follow::Feed;
use crate::live::OpenVisits;
use crate::path::addresses::AddressSet;
use crate::path::client_address;
use crate::path::denial::Denial;
use crate::path::ip_rules;
use crate::path::limits;
use crate::path::policy::{self, Grant};
use crate::path::route;
use crate::path::session;
use crate::path::visit::Visit;
use crate::rulebook::Rulebook;
use crate::sessions::SessionCache;

/// Everything that a decision needs. Shared by all connections.
pub struct Gate {
    pub access: AccessHost,
    /// Reached by listeners of its own.
    pub admin: Option<AdminHost>,
    /// What this node serves.
    pub role: NodeRole,
    /// Whose word about the caller is believed. Replaced when settings are reloaded.
    pub trusted_proxies: ArcSwap<AddressSet>,
    /// Replaced when a new snapshot compiles. `None` until the first did: then nobody gets in.
    pub rulebook: ArcSwapOption<Rulebook>,
    pub sessions: Arc<SessionCache>,
    /// What is open and has to be cut when it would no longer be let in.
    pub open: Arc<OpenVisits>,
    pub events: EventSender,
    pub clock: Clock,
}

impl Gate {
    /// A gate that lets nobody in until it follows its feed and a snapshot has come over it.
    #[must_use]
    pub fn open(
        settings: &config::Settings,
        link: config::Link,
        clock: Clock,
    ) -> (Arc<Self>, Feed) {
        let grace = settings.sessions.grace;
        let sessions = SessionCache::new(link.sessions, link.feed, grace, clock.clone());
        let gate = Self {
            access: settings.access.clone(),
            admin: settings.admin.clone(),
            role: settings.role,
            trusted_proxies: ArcSwap::from_pointee(settings.trust.proxies.iter().collect()),
            rulebook: ArcSwapOption::empty(),
            sessions: Arc::new(sessions),
            open: Arc::default(),
            events: link.events,
            clock,
        };
        let feed = Feed {
            snapshots: link.snapshots,
            revocations: link.revocations,
        };
        (Arc::new(gate), feed)
    }

    /// Decides whether a request may go on. Each stage records what it found in `visit` before the
    /// next one may refuse, so that the access event is complete even for a denial.
    pub async fn admit(
        &self,
        peer: Option<SocketAddr>,
        request: &RequestHeader,
        visit: &mut Visit,
    ) -> Result<Grant, Denial> {
        client_address::find(self, peer, request, visit)?;
        let rulebook = self.rulebook.load_full().ok_or(Denial::NoSnapshot)?;
        visit.rulebook = Some(Arc::clone(&rulebook));
        ip_rules::judge_everywhere(&rulebook, visit)?;
        let routed = route::find(self, &rulebook, request, visit);
        ip_rules::check(visit)?;
        routed?;
        limits::check_address(visit)?;
        session::find(self, request, visit).await?;
        policy::decide(self, request, visit)
    }
}

#[cfg(test)]
mod tests;
