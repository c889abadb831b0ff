//! Looking again at what is open, one look after another.
//!
//! There is a reason to look every few seconds and at each change, and while the store is away a look
//! takes long. Looks that were begun for each reason would pile up and do the same work. So at most
//! one runs, and at most one waits for its end: it will see all that has happened until it begins.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

const IDLE: u8 = 0;
const RUNNING: u8 = 1;
/// Somebody wants another look after the one that is running.
const WANTED: u8 = 2;

/// Whether a look is under way, and whether another one is wanted.
#[derive(Clone, Debug, Default)]
pub struct Turns(Arc<AtomicU8>);

/// The right to look. A look that comes to grief gives it back as well.
#[derive(Debug)]
pub struct Turn {
    state: Arc<AtomicU8>,
    given_back: bool,
}

impl Turns {
    /// Asks for a look. `None`: one is under way, and another will follow it.
    #[must_use]
    pub fn ask(&self) -> Option<Turn> {
        let next = |state| Some(if state == IDLE { RUNNING } else { WANTED });
        let before = self
            .0
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, next);
        (before == Ok(IDLE)).then(|| Turn {
            state: Arc::clone(&self.0),
            given_back: false,
        })
    }
}

impl Turn {
    /// To be asked after each look: `None` if nobody wants another one.
    #[must_use]
    pub fn again(mut self) -> Option<Self> {
        let next = |state| Some(if state == WANTED { RUNNING } else { IDLE });
        let before = self
            .state
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, next);
        if before == Ok(WANTED) {
            return Some(self);
        }
        self.given_back = true;
        None
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        // Once given back, the next one may be under way.
        if !self.given_back {
            self.state.store(IDLE, Ordering::Release);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_look_runs_and_one_waits_however_often_it_is_asked_for() {
        let turns = Turns::default();
        let first = turns.ask().unwrap();
        for _ in 0..100 {
            assert!(turns.ask().is_none());
        }
        let second = first.again().expect("another look was asked for");
        assert!(second.again().is_none(), "a hundred wishes are one look");
        assert!(turns.ask().is_some());
    }

    #[test]
    fn a_look_that_came_to_grief_stands_in_nobodys_way() {
        let turns = Turns::default();
        drop(turns.ask());
        assert!(turns.ask().is_some());
    }
}
