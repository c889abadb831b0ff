//! One session in the cache, shared by the requests that are under way on it.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use config::session::Revocation;
use config::{Session, Timestamp};

use crate::identity::AssertionSlot;

pub struct SessionEntry {
    pub session: Session,
    /// When the store last said that it is good.
    asked_at: AtomicI64,
    /// The last request that is known of, here or in the store.
    seen_at: AtomicI64,
    withdrawn: AtomicBool,
    /// What was signed for this session lately.
    pub(crate) assertions: AssertionSlot,
}

impl SessionEntry {
    #[must_use]
    pub fn new(session: Session) -> Self {
        Self {
            asked_at: AtomicI64::new(0),
            seen_at: AtomicI64::new(session.last_seen_at.as_millis()),
            withdrawn: AtomicBool::new(false),
            assertions: AssertionSlot::default(),
            session,
        }
    }

    /// Whether it has been revoked, or replaced by newer facts, since the request found it.
    #[must_use]
    pub fn is_withdrawn(&self) -> bool {
        self.withdrawn.load(Ordering::Acquire)
    }

    pub(super) fn withdraw(&self) {
        self.withdrawn.store(true, Ordering::Release);
    }

    pub(super) fn confirm(&self, now: Timestamp) {
        self.asked_at.fetch_max(now.as_millis(), Ordering::AcqRel);
    }

    pub(super) fn asked_at(&self) -> Timestamp {
        Timestamp(self.asked_at.load(Ordering::Acquire))
    }

    pub(super) fn saw(&self, now: Timestamp) {
        // Most requests of a page come within one millisecond: spare the others' cache line.
        if self.seen_at.load(Ordering::Relaxed) < now.as_millis() {
            self.seen_at.fetch_max(now.as_millis(), Ordering::AcqRel);
        }
    }

    pub(super) fn seen_at(&self) -> Timestamp {
        Timestamp(self.seen_at.load(Ordering::Acquire))
    }

    pub(super) fn has_expired(&self, now: Timestamp) -> bool {
        self.session.expires_at <= now
    }

    /// Whether nothing has been heard for longer than is allowed, as far as this node knows.
    pub(super) fn is_idle(&self, now: Timestamp) -> bool {
        let limit = self.session.idle_limit;
        limit.is_some_and(|limit| now.since(self.seen_at()) >= limit)
    }

    /// Whether the store still says what it said before; when it was last seen changes all the time.
    pub(super) fn says_the_same_as(&self, other: &Session) -> bool {
        let ours = &self.session;
        ours.id == other.id
            && ours.sign_in == other.sign_in
            && ours.host == other.host
            && ours.principal == other.principal
            && ours.authenticated_at == other.authenticated_at
            && ours.second_factor_at == other.second_factor_at
            && ours.methods == other.methods
            && ours.expires_at == other.expires_at
            && ours.idle_limit == other.idle_limit
    }
}

/// The revocations that would end this session.
pub(super) fn ended_by(session: &Session) -> [Revocation; 3] {
    [
        Revocation::Session(session.id.clone()),
        Revocation::SignIn(session.sign_in.clone()),
        Revocation::Member(session.principal.id.clone()),
    ]
}
