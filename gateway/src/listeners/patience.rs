//! How long a connection may take for its next request (slowloris; RFC 9112 §9.5).
//!
//! A timer for each wait would be made and thrown away once a request, which costs more than the whole
//! decision about it. Here one task looks at all connections a few times a second, and a wait is no more
//! than a number that is written down.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use config::clock::Stopwatch;
use dashmap::DashMap;
use futures::task::AtomicWaker;

/// Between two looks at all connections: a wait may last longer by so much.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Nothing is waited for.
const NEVER: u64 = u64::MAX;
/// The time was up when somebody looked.
const OVERDUE: u64 = 0;

/// Watches over the waits of all connections. Its task ends with the last handle.
#[derive(Clone)]
pub(crate) struct Patience(Arc<Shared>);

struct Shared {
    since: Stopwatch,
    connections: DashMap<u64, Arc<Wait>>,
    next: AtomicU64,
}

/// One connection's wait for a request head.
pub(crate) struct Waiting {
    all: Arc<Shared>,
    number: u64,
    wait: Arc<Wait>,
}

struct Wait {
    /// Milliseconds since [`Shared::since`], [`NEVER`], or [`OVERDUE`].
    until: AtomicU64,
    waker: AtomicWaker,
}

impl Patience {
    /// Begins to watch, in the current runtime.
    #[must_use]
    pub(crate) fn begin() -> Self {
        let shared = Arc::new(Shared {
            since: Stopwatch::start(),
            connections: DashMap::new(),
            next: AtomicU64::new(0),
        });
        let watched = Arc::downgrade(&shared);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(LOOK_EVERY).await;
                match watched.upgrade() {
                    Some(shared) => shared.look(),
                    None => return,
                }
            }
        });
        Self(shared)
    }

    /// Watches over one more connection, until what is returned is dropped.
    #[must_use]
    pub(crate) fn connection(&self) -> Waiting {
        let number = self.0.next.fetch_add(1, Ordering::Relaxed);
        let wait = Arc::new(Wait {
            until: AtomicU64::new(NEVER),
            waker: AtomicWaker::new(),
        });
        self.0.connections.insert(number, Arc::clone(&wait));
        Waiting {
            all: Arc::clone(&self.0),
            number,
            wait,
        }
    }
}

impl Shared {
    fn look(&self) {
        let now = milliseconds(self.since.elapsed());
        for connection in &self.connections {
            let wait = connection.value();
            let until = wait.until.load(Ordering::Acquire);
            if until <= now
                && wait
                    .until
                    .compare_exchange(until, OVERDUE, Ordering::AcqRel, Ordering::Relaxed)
                    .is_ok()
            {
                wait.waker.wake();
            }
        }
    }
}

impl Waiting {
    /// The next head has to have been read so long after `start`.
    pub(crate) fn for_head_within(&self, start: Stopwatch, patience: Duration) {
        let until = milliseconds(start.after(self.all.since).saturating_add(patience));
        self.wait.until.store(until.max(1), Ordering::Release);
    }

    /// The head has come.
    pub(crate) fn is_over(&self) {
        self.wait.until.store(NEVER, Ordering::Release);
    }

    /// Ready once the time is up; wakes whoever asked last.
    pub(crate) fn poll_overdue(&self, context: &Context<'_>) -> Poll<()> {
        self.wait.waker.register(context.waker());
        if self.wait.until.load(Ordering::Acquire) == OVERDUE {
            return Poll::Ready(());
        }
        Poll::Pending
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.all.connections.remove(&self.number);
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(NEVER)
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    #[tokio::test]
    async fn attack_20_only_whoever_takes_too_long_is_overdue() {
        let patience = Patience::begin();
        let (slow, quick, patient) = (
            patience.connection(),
            patience.connection(),
            patience.connection(),
        );
        let now = Stopwatch::start();
        slow.for_head_within(now, Duration::from_millis(1));
        quick.for_head_within(now, Duration::from_millis(1));
        quick.is_over();
        patient.for_head_within(now, Duration::from_hours(1));
        poll_fn(|context| slow.poll_overdue(context)).await;
        poll_fn(|context| {
            assert!(quick.poll_overdue(context).is_pending());
            assert!(patient.poll_overdue(context).is_pending());
            Poll::Ready(())
        })
        .await;
    }

    #[tokio::test]
    async fn a_connection_that_has_gone_is_no_longer_watched() {
        let patience = Patience::begin();
        drop(patience.connection());
        assert!(patience.0.connections.is_empty());
    }
}
