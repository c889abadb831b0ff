//! How many connections are open on all listeners together, and how many may be.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use prometheus::IntCounter;

use crate::listeners::sparing::Sparing;

/// One line in the log tells of all connections that were closed meanwhile.
pub(super) const TELL_EVERY: Duration = Duration::from_secs(10);

/// The count that all listeners share.
#[derive(Clone)]
pub struct Connections {
    open: Arc<AtomicUsize>,
    limit: usize,
    refused: IntCounter,
    lines: Arc<Sparing>,
}

impl Connections {
    #[must_use]
    pub fn limited_to(limit: usize, refused: IntCounter) -> Self {
        Self {
            open: Arc::default(),
            limit,
            refused,
            lines: Arc::new(Sparing::new(1, TELL_EVERY)),
        }
    }

    /// How many are open.
    #[must_use]
    pub fn count(&self) -> usize {
        self.open.load(Ordering::Acquire)
    }

    /// Counts one more until what is returned is dropped. `None`, counted, and now and then told in
    /// the log, where that would be one too many.
    #[must_use]
    pub fn one_more(&self) -> Option<OpenConnection> {
        let before = self.open.fetch_add(1, Ordering::AcqRel);
        let open = OpenConnection(Arc::clone(&self.open));
        if before < self.limit {
            return Some(open);
        }
        self.refused.inc();
        if let Some(others) = self.lines.tell() {
            tracing::warn!(
                limit = self.limit,
                others,
                "a connection too many was closed, as were others since this was last told"
            );
        }
        None
    }
}

/// One connection in the count of those that are open.
pub struct OpenConnection(Arc<AtomicUsize>);

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attack_20_a_connection_past_the_limit_is_not_kept() {
        let refused = IntCounter::new("refused", "refused").unwrap();
        let connections = Connections::limited_to(1, refused.clone());
        let first = connections.one_more();
        assert!(first.is_some());
        assert!(connections.clone().one_more().is_none());
        assert_eq!(refused.get(), 1);
        drop(first);
        assert_eq!(connections.count(), 0);
        assert!(connections.one_more().is_some());
    }
}
