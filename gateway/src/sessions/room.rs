//! What happens when more sessions are in use than are kept in memory: those that were not used for
//! the longest time are forgotten, many at once, on a thread of their own. The store still knows them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use config::session::TokenHash;

use super::Shared;

/// Of so many sessions, one is forgotten when there is no room.
const ONE_OF: usize = 16;

pub struct Room {
    /// From this many on, room is made.
    most: usize,
    being_made: AtomicBool,
}

impl Room {
    pub fn for_most(most: usize) -> Self {
        Self {
            most,
            being_made: AtomicBool::new(false),
        }
    }

    #[cfg(test)]
    pub fn is_being_made(&self) -> bool {
        self.being_made.load(Ordering::Acquire)
    }

    /// Whether one more may be kept. While room is being made there may be a few too many.
    pub fn is_left(&self, kept: usize) -> bool {
        kept < self.most + self.most / ONE_OF
    }
}

impl Shared {
    /// Sees to it that there is room for one more soon; waits for nothing.
    pub(super) fn make_room(self: &Arc<Self>) {
        let full = self.entries.len() >= self.room.most;
        if !full || self.room.being_made.swap(true, Ordering::AcqRel) {
            return;
        }
        let shared = Arc::clone(self);
        tokio::task::spawn_blocking(move || {
            shared.forget_the_oldest();
            shared.room.being_made.store(false, Ordering::Release);
        });
    }

    /// Forgets what was not used for the longest time, down to a little below what may be kept.
    fn forget_the_oldest(&self) {
        let entries = self.entries.iter();
        let mut seen: Vec<(i64, TokenHash)> = entries
            .map(|entry| (entry.seen_at().as_millis(), *entry.key()))
            .collect();
        let keep = self.room.most - self.room.most / ONE_OF;
        let excess = seen.len().saturating_sub(keep);
        if excess == 0 {
            return;
        }
        seen.select_nth_unstable(excess - 1);
        for (_, token) in &seen[..excess] {
            self.drop_entry(token);
        }
        tracing::warn!(
            forgotten = excess,
            most = self.room.most,
            "there are more sessions than are kept in memory"
        );
    }
}
