//! Brings events from the spool to the store, in order, each exactly once.

use std::sync::atomic::Ordering;
use std::time::Duration;

use config::clock::Stopwatch;
use config::{Clock, Timestamp};
use tokio_util::sync::CancellationToken;

use super::activity::Activity;
use super::piece::{self, Piece};
use super::{Position, Spool, pace, segment};
use crate::store::events::{Row, insert_access_many};
use crate::store::spool_cursors::Left;
use crate::store::{Store, StoreError, session_facts, spool_cursors};

const FIRST_RETRY: Duration = Duration::from_millis(200);
const LAST_RETRY: Duration = Duration::from_secs(5);
/// At the end, what is left is carried for so long; the rest waits for the next start.
const FAREWELL: Duration = Duration::from_secs(3);

/// Carries until `stop`, and then what is left if the store takes it at once.
pub async fn carry(spool: &Spool, store: &Store, clock: &Clock, stop: CancellationToken) {
    let mut carrier = Carrier {
        spool,
        store,
        clock,
        at: None,
        oldest: None,
        activity: Activity::default(),
    };
    tokio::select! {
        () = stop.cancelled() => {}
        () = carrier.carry_on() => {}
    }
    let _ = tokio::time::timeout(FAREWELL, carrier.carry_rest()).await;
}

struct Carrier<'a> {
    spool: &'a Spool,
    store: &'a Store,
    clock: &'a Clock,
    /// Up to where the store has everything; `None` until it has been asked, and after a commit
    /// whose answer was lost.
    at: Option<Position>,
    /// When the first of those that wait was made, as far as it was read.
    oldest: Option<Timestamp>,
    activity: Activity,
}

impl Carrier<'_> {
    /// Carries, and rests after each piece as [`pace`] says.
    async fn carry_on(&mut self) {
        let mut written = self.spool.written.subscribe();
        let mut retry = FIRST_RETRY;
        loop {
            written.borrow_and_update();
            let since = Stopwatch::start();
            match self.carry_piece().await {
                Ok(Some(age)) => {
                    retry = FIRST_RETRY;
                    let aged = age.div_duration_f64(self.spool.limits.oldest);
                    let share = pace::share(self.spool.filled(), aged);
                    tokio::time::sleep(pace::rest(since.elapsed(), share)).await;
                }
                Ok(None) => {
                    retry = FIRST_RETRY;
                    if written.changed().await.is_err() {
                        return;
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "access events wait in the spool");
                    self.tell_age();
                    tokio::time::sleep(retry).await;
                    retry = (retry * 2).min(LAST_RETRY);
                }
            }
        }
    }

    /// Carries until the spool is empty.
    async fn carry_rest(&mut self) -> Result<(), StoreError> {
        while self.carry_piece().await?.is_some() {}
        Ok(())
    }

    /// Carries the next events; says how old the oldest of them was, or `None` if the spool is empty.
    async fn carry_piece(&mut self) -> Result<Option<Duration>, StoreError> {
        let from = match self.at {
            Some(at) => at,
            None => self.ask_store().await?,
        };
        let Some(piece) = self.read(from).await? else {
            self.oldest = None;
            self.tell_age();
            return Ok(None);
        };
        let now = self.clock.now();
        let age = piece.age(now);
        self.oldest = Some(now.minus(age));
        self.tell_age();
        // Until it is certain, the store is asked again.
        self.at = None;
        self.store_piece(&piece).await?;
        self.at = Some(piece.next);
        if let Some(number) = piece.damaged {
            self.put_aside(number);
        }
        if piece.next.segment != from.segment {
            self.forget_before(piece.next.segment);
        }
        Ok(Some(age))
    }

    /// While the store is away, what waits for it grows older, too.
    fn tell_age(&self) {
        let age = self
            .oldest
            .map_or(Duration::ZERO, |oldest| self.clock.now().since(oldest));
        let in_ms = i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
        self.spool.metrics.spool_age_ms.set(in_ms);
    }

    async fn ask_store(&mut self) -> Result<Position, StoreError> {
        let mut read = self.store.read().await?;
        let known = spool_cursors::get(&mut read, &self.spool.id).await?;
        let at = known.unwrap_or_default();
        if !self.spool.counted.swap(true, Ordering::AcqRel) {
            let stored = piece::count_before(&self.spool.folder, at).unwrap_or(0);
            self.spool
                .metrics
                .spool_depth
                .sub(i64::try_from(stored).unwrap_or(0));
        }
        self.forget_before(at.segment);
        Ok(at)
    }

    async fn store_piece(&mut self, piece: &Piece) -> Result<(), StoreError> {
        let rows = piece.rows();
        let carried = i64::try_from(piece.len()).unwrap_or(0);
        let metrics = &self.spool.metrics;
        let left = Left {
            waiting: (metrics.spool_depth.get() - carried).max(0),
            behind_ms: metrics.spool_age_ms.get(),
        };
        let new = match self.store_rows(&rows, piece.next, left).await {
            Err(error) if is_about_an_event(&error) => {
                tracing::error!(%error, "the store refused access events; trying one by one");
                self.store_singly(&rows, piece.next, left).await?
            }
            stored => stored?,
        };
        self.spool.metrics.events_stored.inc_by(new);
        self.spool.metrics.spool_depth.sub(carried);
        Ok(())
    }

    async fn store_rows(
        &mut self,
        rows: &[Row<'_>],
        next: Position,
        left: Left,
    ) -> Result<u64, StoreError> {
        let (now, news) = (self.clock.now(), self.activity.news(rows));
        let mut tx = self.store.begin().await?;
        let new = insert_access_many(&mut tx, rows).await?;
        session_facts::touch_all(&mut tx, &news).await?;
        spool_cursors::put(&mut tx, &self.spool.id, next, left, now).await?;
        tx.commit().await?;
        self.activity.told(news);
        Ok(new)
    }

    /// One event that the store will not have must not hold up all that follow.
    async fn store_singly(
        &mut self,
        rows: &[Row<'_>],
        next: Position,
        left: Left,
    ) -> Result<u64, StoreError> {
        let mut new = 0;
        for row in rows {
            let mut tx = self.store.begin().await?;
            match insert_access_many(&mut tx, std::slice::from_ref(row)).await {
                Ok(count) => {
                    tx.commit().await?;
                    new += count;
                }
                Err(error) if !is_about_an_event(&error) => return Err(error),
                Err(error) => {
                    let event = &row.record;
                    tracing::error!(%error, ?event, "the store refuses this access event");
                }
            }
        }
        self.store_rows(&[], next, left).await?;
        Ok(new)
    }

    /// Keeps a damaged segment for the operator rather than deleting what is in it.
    fn put_aside(&self, number: segment::SegmentNumber) {
        match segment::put_aside(&self.spool.folder, number) {
            Ok((file, size)) => {
                self.spool.remove_bytes(size);
                tracing::error!(
                    file = %file.display(),
                    "a segment of the spool is damaged: what came before the damage is in the \
                     store, the rest of it is not; the file has been put aside"
                );
            }
            Err(error) => tracing::error!(%error, number, "a damaged segment cannot be moved"),
        }
    }

    /// The next events after `from`; `None` if there are none yet.
    async fn read(&self, from: Position) -> Result<Option<Piece>, StoreError> {
        let spool = self.spool.clone();
        let written = *spool.written.borrow();
        tokio::task::spawn_blocking(move || piece::read(&spool.folder, from, written))
            .await
            .map_err(|e| StoreError::Other(e.to_string()))?
            .map_err(|e| StoreError::Away(format!("the spool cannot be read: {e}")))
    }

    /// Deletes segments that the store has whole.
    fn forget_before(&self, number: segment::SegmentNumber) {
        let Ok(segments) = segment::list(&self.spool.folder) else {
            return;
        };
        for (old, size) in segments.into_iter().take_while(|(old, _)| *old < number) {
            if std::fs::remove_file(segment::path(&self.spool.folder, old)).is_ok() {
                self.spool.remove_bytes(size);
            }
        }
    }
}

/// Whether the store has something against an event. Anything else is wrong with the store, such as a
/// table that another version has changed, and no reason to lose events: they wait.
fn is_about_an_event(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::Unstorable | StoreError::Conflict { .. } | StoreError::Reference
    )
}
