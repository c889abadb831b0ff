//! Follows the feed of changes for the gateway of this node: snapshots, revocations, and the pulse
//! that says that none was missed.

use std::sync::Arc;
use std::time::Duration;

use config::link::FeedPulse;
use config::session::Revocation;
use config::{Clock, Snapshot};
use tokio::sync::{mpsc, watch};

use crate::applications::sort_out::SetAside;
use crate::health::Health;
use crate::publish::{PublishError, Publisher};
use crate::sealed::Sealer;
use crate::store::changes::{self, Change};
use crate::store::{Connection, Store, StoreError};

/// Without any wake-up, the feed is looked at so often.
const POLL: Duration = Duration::from_millis(500);
/// A look that takes longer counts as a store that is away.
const PATIENCE: Duration = Duration::from_secs(10);
/// As long as the largest IP list may take to read.
const BUILD_PATIENCE: Duration = Duration::from_mins(1);
/// So many changes are read at once.
const MANY: i64 = 1000;

pub struct Follower {
    pub store: Store,
    pub sealer: Sealer,
    pub clock: Clock,
    pub snapshots: watch::Sender<Option<Arc<Snapshot>>>,
    pub revocations: mpsc::UnboundedSender<Revocation>,
    pub pulse: FeedPulse,
    health: Health,
    publisher: Publisher,
    /// The last change that was dealt with; `None` before the first look.
    seen: Option<i64>,
    /// Set when a snapshot must be built, and until one has been.
    stale: bool,
}

impl Follower {
    pub fn new(
        store: Store,
        sealer: Sealer,
        clock: Clock,
        snapshots: watch::Sender<Option<Arc<Snapshot>>>,
        revocations: mpsc::UnboundedSender<Revocation>,
        pulse: FeedPulse,
        health: Health,
    ) -> Self {
        Self {
            store,
            sealer,
            clock,
            snapshots,
            revocations,
            pulse,
            health,
            publisher: Publisher::default(),
            seen: None,
            stale: true,
        }
    }

    /// Runs until it is dropped.
    pub async fn run(mut self) {
        let store = self.store.clone();
        let mut away = false;
        loop {
            match self.look().await {
                Ok(more) => {
                    if away {
                        tracing::info!("the store answers again");
                    }
                    away = false;
                    if more {
                        continue;
                    }
                }
                Err(error) if !away => {
                    tracing::error!(%error, "changes cannot be read; the last ones stay in force");
                    away = true;
                }
                Err(_) => {}
            }
            let _ = tokio::time::timeout(POLL, store.announced()).await;
        }
    }

    /// Hears what is new and brings the snapshot up to date; says whether there is more.
    async fn look(&mut self) -> Result<bool, StoreError> {
        // What commits after this moment may be missed, what committed before is not.
        let moment = self.clock.now();
        let mut view = in_time(PATIENCE, self.store.view()).await?;
        // First the cuts: they do not wait for a list with a million entries. Whoever is judged by
        // the old rules meanwhile is judged again by the new ones.
        let more = in_time(PATIENCE, self.hear(&mut view)).await?;
        let built = in_time(BUILD_PATIENCE, self.build(&mut view)).await?;
        drop(view);
        if let Some(snapshot) = built {
            self.put_in_force(snapshot);
        }
        if !more {
            self.pulse.beat(moment);
        }
        Ok(more)
    }

    /// Passes revocations on and remembers whether the snapshot is stale; says whether there is more.
    async fn hear(&mut self, view: &mut Connection) -> Result<bool, StoreError> {
        let head = changes::position(view).await?.seq;
        let seen = self.seen.unwrap_or(head);
        let rows = changes::after(view, seen, MANY).await?;
        let first = rows.first().map(|(seq, _)| *seq);
        let last = rows.last().map(|(seq, _)| *seq);
        // Pruned while this node was away, or a store that was put back to an earlier state.
        let gap = head != seen && (head < seen || first != Some(seen + 1));
        let mut revocations = Vec::new();
        for (_, change) in rows {
            match change {
                Change::Snapshot => self.stale = true,
                Change::Revoked(revocation) => revocations.push(revocation),
            }
        }
        if gap {
            tracing::warn!(
                seen,
                head,
                "there is a gap in the feed: all sessions are asked again"
            );
            self.stale = true;
            revocations = vec![Revocation::All];
        }
        for revocation in revocations {
            let _ = self.revocations.send(revocation);
        }
        let seen = if gap { head } else { last.unwrap_or(head) };
        self.seen = Some(seen);
        Ok(seen < head)
    }

    /// A snapshot if one is due. One that must not be obeyed is refused until something changes.
    async fn build(&mut self, view: &mut Connection) -> Result<Option<Snapshot>, StoreError> {
        let now = self.clock.now();
        let is_over = self.publisher.until().is_some_and(|until| until <= now);
        if !self.stale && !is_over {
            return Ok(None);
        }
        match self.publisher.build(view, &self.sealer, now).await {
            Ok(built) => {
                self.stale = false;
                self.tell_of(&built.set_aside);
                for problem in self.health.unread_certificates(built.unread_certificates) {
                    tracing::error!(problem, "an uploaded certificate is not served");
                }
                Ok(Some(built.snapshot))
            }
            Err(PublishError::Store(error @ StoreError::Away(_))) => Err(error),
            // Comes with the first key, which is announced.
            Err(PublishError::NoSigningKey) => Ok(None),
            Err(error) => {
                self.stale = false;
                self.store.metrics().snapshots_refused.inc();
                tracing::error!(%error, "the store holds what must not be obeyed; the last good snapshot stays in force");
                Ok(None)
            }
        }
    }

    fn tell_of(&self, set_aside: &[SetAside]) {
        let count = i64::try_from(set_aside.len()).unwrap_or(i64::MAX);
        self.store.metrics().applications_set_aside.set(count);
        for problem in self.health.set_aside(set_aside) {
            tracing::error!(
                problem,
                "an application is not obeyed: its last good definition stays in force, or its \
                 hosts are closed; the others go on"
            );
        }
    }

    fn put_in_force(&self, snapshot: Snapshot) {
        let metrics = self.store.metrics();
        let revision = i64::try_from(snapshot.revision).unwrap_or(i64::MAX);
        metrics.snapshot_revision.set(revision);
        metrics.snapshot_built.set(snapshot.built_at.as_seconds());
        tracing::info!(
            revision,
            applications = snapshot.applications.len(),
            "snapshot in force"
        );
        self.snapshots.send_replace(Some(Arc::new(snapshot)));
    }
}

async fn in_time<T>(
    patience: Duration,
    work: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    tokio::time::timeout(patience, work)
        .await
        .unwrap_or_else(|_| Err(StoreError::Away("it did not answer in time".into())))
}

#[cfg(test)]
mod tests;
