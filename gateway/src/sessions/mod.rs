//! Sessions as this node knows them: a map in front of the store, kept true by revocations.

use config::Session;

pub struct SessionCache {}

/// One session in the cache, shared by the requests that are under way on it.
pub struct SessionEntry {
    pub session: Session,
}
