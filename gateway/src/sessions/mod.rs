//! Sessions as this node knows them: a map in front of the store, kept true by revocations.

use config::Session;

use crate::identity::AssertionSlot;

pub struct SessionCache {}

/// One session in the cache, shared by the requests that are under way on it.
pub struct SessionEntry {
    pub session: Session,
    /// What was signed for this session lately.
    pub assertions: AssertionSlot,
}

impl SessionEntry {
    #[must_use]
    pub fn new(session: Session) -> Self {
        Self {
            session,
            assertions: AssertionSlot::default(),
        }
    }
}
