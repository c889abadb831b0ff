//! Appends events to the spool, on a thread of its own: here it may wait for the disk.

use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use config::AccessEvent;
use config::clock::Stopwatch;
use config::link::EventState;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{Position, Spool, record, segment};

/// So many events are written at once.
const BATCH: usize = 4096;
/// How long to wait before a write that failed is tried again.
const RETRY: Duration = Duration::from_millis(250);

pub(super) async fn run(
    spool: Spool,
    mut events: mpsc::UnboundedReceiver<AccessEvent>,
    state: Arc<EventState>,
    stop: CancellationToken,
) {
    let mut writer = Writer::new(spool);
    let mut batch = Vec::new();
    loop {
        let wait = writer.wait();
        let received = tokio::select! {
            biased;
            () = stop.cancelled() => { events.close(); events.recv_many(&mut batch, BATCH).await }
            received = events.recv_many(&mut batch, BATCH) => received,
            () = tokio::time::sleep(wait) => usize::MAX,
        };
        if received == 0 {
            break;
        }
        if !batch.is_empty() {
            write_until_done(&mut writer, &batch, &state, &stop).await;
            state.waiting.fetch_sub(batch.len(), Ordering::Relaxed);
            let dropped = state.dropped.swap(0, Ordering::Relaxed);
            writer.spool.metrics.events_dropped.inc_by(dropped);
            let more = batch.len() == BATCH;
            batch.clear();
            writer.sync_if_due();
            if !more && !stop.is_cancelled() {
                // The thread is the writer's own. Nobody has to wake it for what comes meanwhile.
                std::thread::sleep(writer.spool.limits.gather);
            }
        }
        writer.sync_if_due();
    }
    writer.sync();
}

/// Tries until the disk takes it. Meanwhile nothing more that must be recorded is let in.
async fn write_until_done(
    writer: &mut Writer,
    batch: &[AccessEvent],
    state: &EventState,
    stop: &CancellationToken,
) {
    let (encoded, count) = encode(batch);
    loop {
        let error = match writer.write(&encoded, count) {
            Ok(()) => {
                if state.stopped.swap(false, Ordering::AcqRel) {
                    tracing::info!("the spool takes access events again");
                }
                writer.spool.metrics.spool_stopped.set(0);
                return;
            }
            Err(error) => error,
        };
        writer.spool.metrics.spool_stopped.set(1);
        if !state.stopped.swap(true, Ordering::AcqRel) {
            tracing::error!(
                %error,
                folder = %writer.spool.folder.display(),
                "the spool cannot take access events: requests that must be recorded are refused \
                 until there is room"
            );
        }
        if stop.is_cancelled() {
            tracing::error!(
                events = batch.len(),
                "access events could not be written at the end"
            );
            return;
        }
        tokio::time::sleep(RETRY).await;
    }
}

/// The records of the events, and how many they are.
fn encode(batch: &[AccessEvent]) -> (Vec<u8>, usize) {
    let mut bytes = Vec::with_capacity(batch.len() * 512);
    let mut count = 0;
    for event in batch {
        match record::append(&mut bytes, event) {
            Ok(()) => count += 1,
            Err(error) => {
                tracing::error!(%error, id = %event.id, "an access event cannot be recorded");
            }
        }
    }
    (bytes, count)
}

struct Writer {
    spool: Spool,
    /// `None` until the first event, and after a failure that leaves its end in doubt.
    open: Option<File>,
    at: Position,
    unsynced: Option<Stopwatch>,
}

impl Writer {
    fn new(spool: Spool) -> Self {
        let at = *spool.written.borrow();
        Self {
            spool,
            open: None,
            at,
            unsynced: None,
        }
    }

    fn write(&mut self, bytes: &[u8], events: usize) -> io::Result<()> {
        let size = bytes.len() as u64;
        if self.spool.bytes.load(Ordering::Acquire) + size > self.spool.limits.total_bytes {
            return Err(io::Error::other("the spool has reached its largest size"));
        }
        if self.at.offset >= self.spool.limits.segment_bytes {
            self.close_segment()?;
        }
        let mut file = match self.open.take() {
            Some(file) => file,
            None => segment::open(&self.spool.folder, self.at.segment)?,
        };
        if let Err(error) = file.write_all(bytes) {
            self.take_back(file);
            return Err(error);
        }
        self.open = Some(file);
        self.at.offset += size;
        self.unsynced.get_or_insert_with(Stopwatch::start);
        self.spool.add_bytes(size);
        self.spool
            .metrics
            .spool_depth
            .add(i64::try_from(events).unwrap_or(0));
        self.spool.written.send_replace(self.at);
        Ok(())
    }

    fn close_segment(&mut self) -> io::Result<()> {
        if let Some(file) = &self.open {
            file.sync_data()?;
        }
        self.open = None;
        self.unsynced = None;
        self.at = Position {
            segment: self.at.segment + 1,
            offset: 0,
        };
        Ok(())
    }

    /// Removes what a failed write left behind; if even that fails, goes on in a new segment.
    fn take_back(&mut self, file: File) {
        if file.set_len(self.at.offset).is_ok() {
            self.open = Some(file);
        } else {
            self.at = Position {
                segment: self.at.segment + 1,
                offset: 0,
            };
        }
    }

    /// How long until the next sync is due.
    fn wait(&self) -> Duration {
        match self.unsynced {
            Some(since) => self.spool.limits.sync_every.saturating_sub(since.elapsed()),
            None => Duration::from_hours(1),
        }
    }

    fn sync_if_due(&mut self) {
        if self
            .unsynced
            .is_some_and(|since| since.elapsed() >= self.spool.limits.sync_every)
        {
            self.sync();
        }
    }

    fn sync(&mut self) {
        if let Some(file) = &self.open
            && let Err(error) = file.sync_data()
        {
            tracing::error!(%error, "the spool could not be forced to the disk");
        }
        self.unsynced = None;
    }
}
