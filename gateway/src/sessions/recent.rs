//! The last revocations, so that an answer of the store that was already on its way when one came
//! does not bring back what it ended.

use std::collections::VecDeque;

use config::Session;
use config::session::Revocation;
use parking_lot::Mutex;

use super::entry::ended_by;

/// A lookup that lasted through more revocations than this asks again.
const KEPT: usize = 1024;

/// Only misses and revocations come here; a session that is found in the cache does not.
#[derive(Default)]
pub struct RecentRevocations(Mutex<Log>);

#[derive(Default)]
struct Log {
    /// How many have come in all.
    count: u64,
    last: VecDeque<Revocation>,
}

/// A moment between two revocations.
#[derive(Clone, Copy)]
pub struct Mark(u64);

impl RecentRevocations {
    pub fn mark(&self) -> Mark {
        Mark(self.0.lock().count)
    }

    pub fn push(&self, revocation: Revocation) {
        let mut log = self.0.lock();
        log.count += 1;
        if log.last.len() == KEPT {
            log.last.pop_front();
        }
        log.last.push_back(revocation);
    }

    /// Whether a revocation since `mark` might have ended this session.
    pub fn touched(&self, session: &Session, mark: Mark) -> bool {
        let log = self.0.lock();
        let missed = usize::try_from(log.count - mark.0).unwrap_or(usize::MAX);
        if missed == 0 {
            return false;
        }
        let ends = ended_by(session);
        missed > log.last.len()
            || log
                .last
                .iter()
                .rev()
                .take(missed)
                .any(|r| *r == Revocation::All || ends.contains(r))
    }
}
