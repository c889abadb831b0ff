//! Work that takes a processor and memory for a while: done off the threads on which others wait, so
//! much of it at a time.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::store::StoreError;
use crate::{captcha, directories};

/// Each kind of work by itself.
#[derive(Clone)]
pub struct TurnsByWork {
    /// Pictures are decoded one at a time: each takes its share of memory.
    pub pictures: Turns,
    /// Lists and tables that people bring are read two at a time.
    pub reading: Turns,
    /// Pictures of captchas are drawn two at a time: anybody can ask for one.
    pub captchas: Turns,
    /// As many documents of XML and their signatures are checked: anybody can send one.
    pub xml: Turns,
}

impl Default for TurnsByWork {
    fn default() -> Self {
        Self {
            pictures: Turns::new(1),
            reading: Turns::new(2),
            captchas: Turns::with_queue(2, captcha::MOST_WAITING),
            xml: Turns::with_queue(2, directories::MOST_XML_WAITING),
        }
    }
}

/// Cheap to clone; all clones share one bound.
#[derive(Clone)]
pub struct Turns {
    turns: Arc<Semaphore>,
    /// For those whose turn it is and those who wait for theirs.
    room: Arc<Semaphore>,
}

impl Turns {
    #[must_use]
    pub fn new(at_once: usize) -> Self {
        Self::with_queue(at_once, Semaphore::MAX_PERMITS - at_once)
    }

    /// The same, where so many at most wait for their turn.
    #[must_use]
    pub fn with_queue(at_once: usize, waiting: usize) -> Self {
        Self {
            turns: Arc::new(Semaphore::new(at_once)),
            room: Arc::new(Semaphore::new(at_once + waiting)),
        }
    }

    /// Does the work when its turn comes; `None` where as many as may wait already.
    ///
    /// # Errors
    /// As [`Turns::run`].
    pub async fn run_if_room<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<Option<T>, StoreError> {
        let Ok(room) = Arc::clone(&self.room).try_acquire_owned() else {
            return Ok(None);
        };
        let done = self.run(move || {
            let _held = room;
            work()
        });
        done.await.map(Some)
    }

    /// Does the work when its turn comes.
    ///
    /// # Errors
    /// If the machine gives no thread, or the work panics.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        // The work goes on when nobody waits for it any more, so it is what holds the turn.
        let done = tokio::task::spawn_blocking(move || {
            let _held = turn;
            work()
        });
        done.await
            .map_err(|error| StoreError::Other(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn work_keeps_its_turn_when_nobody_waits_for_it_any_more() {
        let turns = Turns::new(1);
        let (begun, has_begun) = tokio::sync::oneshot::channel();
        let (go_on, may_go_on) = mpsc::channel::<()>();
        let first = turns.clone();
        let asked = tokio::spawn(async move {
            first
                .run(move || {
                    let _ = begun.send(());
                    let _ = may_go_on.recv();
                })
                .await
        });
        has_begun.await.unwrap();
        asked.abort();
        assert!(asked.await.unwrap_err().is_cancelled());
        let second = turns.run(|| ());
        tokio::pin!(second);
        let early = tokio::time::timeout(Duration::from_millis(50), &mut second).await;
        assert!(early.is_err(), "two at once");
        go_on.send(()).unwrap();
        second.await.unwrap();
    }

    #[tokio::test]
    async fn attack_17_whoever_finds_the_queue_full_does_not_wait() {
        let turns = Turns::with_queue(1, 1);
        let (begun, has_begun) = tokio::sync::oneshot::channel();
        let (go_on, may_go_on) = mpsc::channel::<()>();
        let first = turns.clone();
        let first = tokio::spawn(async move {
            first
                .run_if_room(move || {
                    let _ = begun.send(());
                    let _ = may_go_on.recv();
                })
                .await
        });
        has_begun.await.unwrap();
        let mut second = Box::pin(turns.run_if_room(|| ()));
        assert!(futures::poll!(&mut second).is_pending());
        assert!(turns.run_if_room(|| ()).await.unwrap().is_none());
        go_on.send(()).unwrap();
        assert!(second.await.unwrap().is_some());
        assert!(first.await.unwrap().unwrap().is_some());
        assert!(turns.run_if_room(|| ()).await.unwrap().is_some());
    }
}
