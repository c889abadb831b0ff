//! Between a gateway and the store: access events wait here, on the disk, until the store has them.
//!
//! A request never waits for the store and its event is not lost when the store is away or the
//! program is killed. The [`writer`] appends events to segments in `spool/` of the data folder; the
//! [`carrier`] brings them to the store in order, and moves its cursor there in the same transaction,
//! so that each arrives exactly once. Segments are deleted when all of them has arrived.
//!
//! When the disk is full or the spool has reached its limit, `EventState::stopped` is set: gateways
//! then refuse what must be recorded. Events that were already under way wait in memory.

mod activity;
mod carrier;
mod pace;
mod piece;
mod record;
mod segment;
mod writer;

use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use config::AccessEvent;
use config::link::EventState;
use tokio::sync::{mpsc, watch};

use crate::metrics::Metrics;
use crate::sign_in_policy::LEAST_IDLE;

pub use carrier::carry;

/// How much, and how safely.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of all segments together.
    pub total_bytes: u64,
    /// After events were written, so long others gather before they are written together.
    pub gather: Duration,
    /// A segment is closed when it has grown to so many bytes.
    pub segment_bytes: u64,
    /// What was written is forced to the disk at least this often.
    pub sync_every: Duration,
    /// No event waits longer for a store that takes as many as come.
    pub oldest: Duration,
}

impl Limits {
    /// Long enough that a busy gateway need not wake the writer for each event, and what a killed
    /// process has not written yet.
    const GATHER: Duration = Duration::from_millis(10);
    /// Small enough that space comes back soon, large enough that files are few.
    const SEGMENT_BYTES: u64 = 8 << 20;

    /// By events the store learns who is at work: long before any policy would take them for idle.
    const OLDEST: Duration = Duration::from_secs(LEAST_IDLE.as_secs() / 4);

    #[must_use]
    pub fn of(settings: &config::settings::Settings) -> Self {
        let events = &settings.events;
        let sync_every = Duration::from_millis(events.fsync_ms);
        Self {
            total_bytes: events.max_spool_bytes,
            gather: Self::GATHER.min(sync_every),
            segment_bytes: Self::SEGMENT_BYTES,
            sync_every,
            oldest: Self::OLDEST,
        }
    }
}

/// A place between two events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub segment: segment::SegmentNumber,
    /// Bytes from the beginning of the segment.
    pub offset: u64,
}

/// An open spool. What it holds from before is still to be carried.
#[derive(Clone, Debug)]
pub struct Spool {
    folder: PathBuf,
    /// Names this spool in the store for as long as its folder lives.
    id: Arc<str>,
    limits: Limits,
    metrics: Metrics,
    /// Up to where events lie on the disk.
    written: watch::Sender<Position>,
    /// Bytes of all segments.
    bytes: Arc<AtomicU64>,
    /// Whether what was stored before this start has been taken off the depth.
    counted: Arc<AtomicBool>,
}

impl Spool {
    /// Opens the spool in `folder`, makes it if it is absent, and repairs what a crash left.
    pub fn open(folder: &Path, limits: Limits, metrics: Metrics) -> io::Result<Self> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
        let (mut depth, mut bytes, mut last) = (0, 0, 0);
        for (number, _) in segment::list(folder)? {
            depth += segment::repair(folder, number)?;
            last = number;
        }
        for (_, size) in segment::list(folder)? {
            bytes += size;
        }
        // At once: were the folder ever empty, numbers would begin anew, below the cursor in the store.
        segment::open(folder, last + 1)?;
        metrics.spool_depth.set(i64::try_from(depth).unwrap_or(0));
        metrics.spool_bytes.set(i64::try_from(bytes).unwrap_or(0));
        Ok(Self {
            id: read_id(folder)?.into(),
            folder: folder.to_owned(),
            limits,
            metrics,
            written: watch::Sender::new(Position {
                segment: last + 1,
                offset: 0,
            }),
            bytes: Arc::new(AtomicU64::new(bytes)),
            counted: Arc::default(),
        })
    }

    /// Writes all that comes until the senders are gone or `stop` says so; what has been sent until
    /// then is still written. The future ends when it is on the disk.
    pub async fn write(
        &self,
        events: mpsc::UnboundedReceiver<AccessEvent>,
        state: Arc<EventState>,
        stop: tokio_util::sync::CancellationToken,
    ) {
        let spool = self.clone();
        let runtime = tokio::runtime::Handle::current();
        let (done, ended) = tokio::sync::oneshot::channel();
        let flag = Arc::clone(&state);
        let started = std::thread::Builder::new()
            .name("spool".into())
            .spawn(move || {
                runtime.block_on(writer::run(spool, events, state, stop));
                let _ = done.send(());
            });
        if let Err(error) = started {
            tracing::error!(%error, "the spool has no thread to write on");
        }
        let _ = ended.await;
        flag.stopped.store(true, Ordering::Release);
    }

    /// How full it is, as a part of its largest size.
    #[expect(clippy::cast_precision_loss, reason = "a part need not be exact")]
    fn filled(&self) -> f64 {
        self.bytes.load(Ordering::Acquire) as f64 / self.limits.total_bytes.max(1) as f64
    }

    fn add_bytes(&self, more: u64) {
        let bytes = self.bytes.fetch_add(more, Ordering::AcqRel) + more;
        self.metrics
            .spool_bytes
            .set(i64::try_from(bytes).unwrap_or(0));
    }

    fn remove_bytes(&self, less: u64) {
        let before = self.bytes.fetch_sub(less, Ordering::AcqRel);
        self.metrics
            .spool_bytes
            .set(i64::try_from(before.saturating_sub(less)).unwrap_or(0));
    }
}

/// Made with the folder: if that is lost, the next one is another spool, with a cursor of its own.
fn read_id(folder: &Path) -> io::Result<String> {
    let file = folder.join("id");
    match fs::read_to_string(&file) {
        Ok(id) if !id.trim().is_empty() => return Ok(id.trim().to_owned()),
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let id = uuid::Uuid::now_v7().to_string();
    let temporary = folder.join("id.new");
    fs::write(&temporary, &id)?;
    fs::File::open(&temporary)?.sync_all()?;
    fs::rename(&temporary, &file)?;
    fs::File::open(folder)?.sync_all()?;
    Ok(id)
}

#[cfg(test)]
mod tests;
