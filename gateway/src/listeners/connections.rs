//! How many connections are open on all listeners together, and how many may be.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The count that all listeners share.
#[derive(Clone)]
pub struct Connections {
    open: Arc<AtomicUsize>,
    limit: usize,
}

impl Connections {
    #[must_use]
    pub fn limited_to(limit: usize) -> Self {
        Self {
            open: Arc::default(),
            limit,
        }
    }

    /// How many are open.
    #[must_use]
    pub fn count(&self) -> usize {
        self.open.load(Ordering::Acquire)
    }

    /// Counts one more until what is returned is dropped. `None`, and a line in the log, where that
    /// would be one too many.
    #[must_use]
    pub fn one_more(&self) -> Option<OpenConnection> {
        let before = self.open.fetch_add(1, Ordering::AcqRel);
        let open = OpenConnection(Arc::clone(&self.open));
        if before < self.limit {
            return Some(open);
        }
        tracing::warn!(limit = self.limit, "a connection too many was closed");
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
        let connections = Connections::limited_to(1);
        let first = connections.one_more();
        assert!(first.is_some());
        assert!(connections.clone().one_more().is_none());
        drop(first);
        assert_eq!(connections.count(), 0);
        assert!(connections.one_more().is_some());
    }
}
