//! What has been told at the callback, for whoever follows the directory. A mark is the number of the event up to
//! which everything was looked at; `!` behind it says that a change of departments among them is still owed a look
//! at everything. People come first: somebody may have to be cut off.

use std::time::Duration;

use config::clock::Stopwatch;
use config::id::DirectoryId;
use tokio::time::{sleep, timeout};

use super::Suites;
use crate::directories::source::{Hints, News, SourceError};
use crate::state::State;
use crate::store::directory_events::{self as rows, EventRow, Touches};
use crate::store::{Store, StoreError, directory_callbacks};

/// How often it is looked for what other nodes have taken.
const EVERY: Duration = Duration::from_millis(200);
/// What comes in a row is looked at together.
const GATHER: Duration = Duration::from_millis(100);
/// So many events are looked at together.
const MOST: i64 = 500;
/// The suites tell again for seven hours what they are not sure of: for much longer we know it.
pub const KEEP: Duration = Duration::from_hours(24 * 7);

pub struct Feed {
    store: Store,
    suites: Suites,
    directory: DirectoryId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    seq: i64,
    owes_everything: bool,
}

impl Mark {
    fn read(text: &str) -> Option<Self> {
        let owes_everything = text.ends_with('!');
        let seq = text.trim_end_matches('!').parse().ok()?;
        Some(Self {
            seq,
            owes_everything,
        })
    }

    fn to_text(self) -> String {
        let owed = if self.owes_everything { "!" } else { "" };
        format!("{}{owed}", self.seq)
    }
}

impl Feed {
    #[must_use]
    pub fn new(state: &State, directory: &DirectoryId) -> Self {
        Self {
            store: state.store.clone(),
            suites: state.suites.clone(),
            directory: directory.clone(),
        }
    }

    /// Behind all that has been told so far.
    ///
    /// # Errors
    /// If the store is away.
    pub async fn mark(&self) -> Result<String, SourceError> {
        let mut read = self.store.read().await.map_err(away)?;
        let seq = rows::position(&mut read).await.map_err(away)?;
        let mark = Mark {
            seq,
            owes_everything: false,
        };
        Ok(mark.to_text())
    }

    /// What has been told since a mark, waited for so long.
    ///
    /// # Errors
    /// If the store is away.
    pub async fn news(&self, mark: &str, patience: Duration) -> Result<News, SourceError> {
        let Some(mark) = Mark::read(mark) else {
            return Ok(News::Lost);
        };
        let since = Stopwatch::start();
        let mut arrivals = self.suites.arrivals();
        loop {
            arrivals.mark_unchanged();
            if self.has_forgotten(mark).await.map_err(away)? {
                return Ok(News::Lost);
            }
            if !self.after(mark).await.map_err(away)?.is_empty() {
                if !patience.is_zero() {
                    sleep(GATHER).await;
                }
                let found = self.after(mark).await.map_err(away)?;
                return Ok(told(mark, &found));
            }
            if mark.owes_everything {
                return Ok(News::Lost);
            }
            if since.elapsed() >= patience {
                return Ok(News::Nothing);
            }
            // Woken by what was taken here, and else looking.
            let _ = timeout(EVERY, arrivals.changed()).await;
        }
    }

    async fn after(&self, mark: Mark) -> Result<Vec<EventRow>, StoreError> {
        let mut read = self.store.read().await?;
        rows::after(&mut read, &self.directory, mark.seq, MOST).await
    }

    async fn has_forgotten(&self, mark: Mark) -> Result<bool, StoreError> {
        let mut read = self.store.read().await?;
        let callback = directory_callbacks::find(&mut read, &self.directory).await?;
        Ok(callback.forgotten_seq.is_some_and(|seq| mark.seq < seq))
    }
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn away(error: StoreError) -> SourceError {
    tracing::warn!(%error, "the events of a directory cannot be read");
    SourceError::new(("the store does not answer", "存储没有响应"))
}

fn told(mark: Mark, events: &[EventRow]) -> News {
    let is_structure = |event: &EventRow| event.touches == Touches::Structure;
    let mut keys: Vec<String> = events
        .iter()
        .filter(|event| !is_structure(event))
        .flat_map(|event| event.keys.iter().cloned())
        .collect();
    keys.sort_unstable();
    keys.dedup();
    if keys.is_empty() && events.iter().any(is_structure) {
        return News::Lost;
    }
    let behind = Mark {
        seq: events.last().map_or(mark.seq, |event| event.seq),
        owes_everything: mark.owes_everything || events.iter().any(is_structure),
    };
    News::Hints(Hints {
        keys,
        present: None,
        cursor: behind.to_text(),
    })
}

#[cfg(test)]
#[path = "feed_tests.rs"]
mod tests;
