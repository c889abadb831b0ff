//! Brings events from the spool to the store, in order, each exactly once.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Duration;

use config::{AccessEvent, Clock};
use tokio_util::sync::CancellationToken;

use super::{Position, Spool, record, segment};
use crate::store::{Store, StoreError, spool_cursors};

/// So many bytes are read at once: some hundreds of events make one transaction.
const PIECE: u64 = 512 << 10;
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
}

/// What one piece of a segment holds.
struct Piece {
    events: Vec<AccessEvent>,
    /// Where the next piece begins.
    next: Position,
    /// The segment that turned out to be damaged after these events.
    damaged: Option<segment::SegmentNumber>,
}

impl Carrier<'_> {
    async fn carry_on(&mut self) {
        let mut written = self.spool.written.subscribe();
        let mut retry = FIRST_RETRY;
        loop {
            written.borrow_and_update();
            match self.carry_rest().await {
                Ok(()) => {
                    retry = FIRST_RETRY;
                    if written.changed().await.is_err() {
                        return;
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "access events wait in the spool");
                    tokio::time::sleep(retry).await;
                    retry = (retry * 2).min(LAST_RETRY);
                }
            }
        }
    }

    /// Carries until the spool is empty.
    async fn carry_rest(&mut self) -> Result<(), StoreError> {
        loop {
            let from = match self.at {
                Some(at) => at,
                None => self.ask_store().await?,
            };
            let Some(piece) = self.read(from).await? else {
                self.spool.metrics.spool_age_ms.set(0);
                return Ok(());
            };
            self.note_age(&piece);
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
        }
    }

    async fn ask_store(&mut self) -> Result<Position, StoreError> {
        let mut read = self.store.read().await?;
        let known = spool_cursors::get(&mut read, &self.spool.id).await?;
        let at = known.unwrap_or_default();
        if !self.spool.counted.swap(true, Ordering::AcqRel) {
            let stored = count_before(&self.spool.folder, at).unwrap_or(0);
            self.spool
                .metrics
                .spool_depth
                .sub(i64::try_from(stored).unwrap_or(0));
        }
        self.forget_before(at.segment);
        Ok(at)
    }

    async fn store_piece(&self, piece: &Piece) -> Result<(), StoreError> {
        let new = match self.store_events(&piece.events, piece.next).await {
            Err(error @ (StoreError::Away(_) | StoreError::Corrupt(_))) => return Err(error),
            Err(error) => {
                tracing::error!(%error, "the store refused access events; trying one by one");
                self.store_singly(piece).await?
            }
            Ok(new) => new,
        };
        self.spool.metrics.events_stored.inc_by(new);
        let carried = i64::try_from(piece.events.len()).unwrap_or(0);
        self.spool.metrics.spool_depth.sub(carried);
        Ok(())
    }

    async fn store_events(
        &self,
        events: &[AccessEvent],
        next: Position,
    ) -> Result<u64, StoreError> {
        let now = self.clock.now();
        let mut tx = self.store.begin().await?;
        let new = crate::store::events::insert_access_many(&mut tx, events).await?;
        crate::store::session_facts::touch_all(&mut tx, events).await?;
        spool_cursors::put(&mut tx, &self.spool.id, next, now).await?;
        tx.commit().await?;
        Ok(new)
    }

    /// One event that the store will not have must not hold up all that follow.
    async fn store_singly(&self, piece: &Piece) -> Result<u64, StoreError> {
        let mut new = 0;
        for event in &piece.events {
            let mut tx = self.store.begin().await?;
            let one = std::slice::from_ref(event);
            match crate::store::events::insert_access_many(&mut tx, one).await {
                Ok(count) => {
                    tx.commit().await?;
                    new += count;
                }
                Err(error @ StoreError::Away(_)) => return Err(error),
                Err(error) => {
                    tracing::error!(%error, ?event, "the store refuses this access event");
                }
            }
        }
        self.store_events(&[], piece.next).await?;
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

    fn note_age(&self, piece: &Piece) {
        if let Some(oldest) = piece.events.first() {
            let age = self.clock.now().since(oldest.at).as_millis();
            self.spool
                .metrics
                .spool_age_ms
                .set(i64::try_from(age).unwrap_or(i64::MAX));
        }
    }

    /// The next events after `from`; `None` if there are none yet.
    async fn read(&self, from: Position) -> Result<Option<Piece>, StoreError> {
        let spool = self.spool.clone();
        let written = *spool.written.borrow();
        tokio::task::spawn_blocking(move || read_piece(&spool.folder, from, written))
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

/// Reads events from `from` on, up to `written` at most.
fn read_piece(folder: &Path, from: Position, written: Position) -> io::Result<Option<Piece>> {
    let segments = segment::list(folder)?;
    let Some((number, size)) = segments
        .into_iter()
        .find(|(number, _)| *number >= from.segment)
    else {
        return Ok(None);
    };
    let offset = if number == from.segment {
        from.offset
    } else {
        0
    };
    let is_active = number >= written.segment;
    let end = if is_active { written.offset } else { size };
    if offset >= end {
        // A finished segment has been read whole: go on with the next, even if it holds nothing.
        return Ok((!is_active).then(|| Piece {
            events: Vec::new(),
            next: Position {
                segment: number + 1,
                offset: 0,
            },
            damaged: None,
        }));
    }
    let bytes = read_bytes(&segment::path(folder, number), offset, end, PIECE)?;
    let (events, used, damaged) = decode(&bytes);
    let is_finished = !is_active && offset + used as u64 == size;
    let next = if damaged || is_finished {
        Position {
            segment: number + 1,
            offset: 0,
        }
    } else {
        Position {
            segment: number,
            offset: offset + used as u64,
        }
    };
    Ok(Some(Piece {
        events,
        next,
        damaged: damaged.then_some(number),
    }))
}

/// How many events lie before a place.
fn count_before(folder: &Path, at: Position) -> io::Result<u64> {
    let mut count = 0;
    for (number, size) in segment::list(folder)? {
        if number <= at.segment {
            let end = if number == at.segment {
                at.offset
            } else {
                size
            };
            let bytes = read_bytes(&segment::path(folder, number), 0, end.min(size), u64::MAX)?;
            count += record::measure(&bytes).0;
        }
    }
    Ok(count)
}

/// A piece, or more where one record is larger than that.
fn read_bytes(path: &Path, offset: u64, end: u64, piece: u64) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    let mut limit = piece;
    loop {
        let want = limit.min(end - offset);
        (&mut file)
            .take(want - bytes.len() as u64)
            .read_to_end(&mut bytes)?;
        let cut = matches!(record::next(&bytes), record::Next::Partial);
        if !cut || want == end - offset {
            return Ok(bytes);
        }
        limit = limit.saturating_mul(2);
    }
}

/// The whole records that `bytes` begins with, their length, and whether damage follows.
fn decode(bytes: &[u8]) -> (Vec<AccessEvent>, usize, bool) {
    let mut events = Vec::new();
    let mut used = 0;
    loop {
        match record::next(&bytes[used..]) {
            record::Next::Body(body) => {
                match serde_json::from_slice(body) {
                    Ok(event) => events.push(event),
                    Err(_) => return (events, used, true),
                }
                used += record::HEAD + body.len();
            }
            record::Next::Damaged => return (events, used, true),
            // A first record that is cut off in what has been written whole is damage.
            record::Next::Partial => return (events, used, used == 0),
            record::Next::End => return (events, used, false),
        }
    }
}
