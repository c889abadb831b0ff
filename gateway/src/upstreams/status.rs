//! What is known of an upstream, for those who watch.

use std::sync::Arc;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamStatus {
    /// As the operator wrote it.
    pub address: Arc<str>,
    /// What the active check says; true where none is made.
    pub answers_checks: bool,
    /// Taken out for a while because requests failed on it.
    pub ejected: bool,
    /// Whether an address is known to connect to.
    pub resolved: bool,
}

impl UpstreamStatus {
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.answers_checks && !self.ejected && self.resolved
    }
}
