//! Work that takes a processor and memory for a while: done off the threads on which others wait, so
//! much of it at a time.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::store::StoreError;

/// Cheap to clone; all clones share one bound.
#[derive(Clone)]
pub struct Turns(Arc<Semaphore>);

impl Turns {
    #[must_use]
    pub fn new(at_once: usize) -> Self {
        Self(Arc::new(Semaphore::new(at_once)))
    }

    /// Does the work when its turn comes.
    ///
    /// # Errors
    /// If the machine gives no thread, or the work panics.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        let turn = Arc::clone(&self.0).acquire_owned().await;
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
}
