//! Threads that hash passwords and do nothing else. They give way to whoever answers requests, so that many who
//! come in at once are not felt by those who are in; and each keeps the memory that a hash takes for the next
//! one, since to clear it anew costs a twentieth of the hash. When nobody has come for a moment they end.

use std::collections::VecDeque;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use argon2::Block;
use parking_lot::{Condvar, Mutex};
use tokio::sync::oneshot;

/// How long a thread waits for more to do.
const LINGER: Duration = Duration::from_secs(2);
/// Where the processor is short, a thread of this priority gets a third of what others get (setpriority(2)).
const PRIORITY: i32 = 5;

/// What a hash is made in. Whatever the last one left there does not matter.
pub type Memory = Vec<Block>;

type Job = Box<dyn FnOnce(&mut Memory) + Send>;

#[derive(Debug, thiserror::Error)]
#[error("the machine gives no thread: {0}")]
pub struct NoThread(#[from] io::Error);

pub struct Hashers {
    at_once: usize,
    state: Mutex<State>,
    work: Condvar,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    threads: usize,
    /// Of those, the ones that wait for a job.
    idle: usize,
}

impl Hashers {
    /// At most so many threads.
    #[must_use]
    pub fn new(at_once: usize) -> Arc<Self> {
        Arc::new(Self {
            at_once,
            state: Mutex::default(),
            work: Condvar::new(),
        })
    }

    /// Has it done by one of them. Nothing comes back if it panics.
    ///
    /// # Errors
    /// If there is no thread, and none can be had.
    pub fn run<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&mut Memory) -> T + Send + 'static,
    ) -> Result<oneshot::Receiver<T>, NoThread> {
        let (tell, told) = oneshot::channel();
        let job = Box::new(move |memory: &mut Memory| {
            // Whoever asked may have gone.
            let _ = tell.send(work(memory));
        });
        let mut state = self.state.lock();
        if state.idle <= state.jobs.len() && state.threads < self.at_once {
            let hashers = Arc::clone(self);
            let started = thread::Builder::new().name("hash".to_owned());
            match started.spawn(move || hashers.work()) {
                Ok(_) => state.threads += 1,
                Err(error) if state.threads == 0 => return Err(error.into()),
                // One of those that are there comes to it.
                Err(_) => {}
            }
        }
        state.jobs.push_back(job);
        self.work.notify_one();
        Ok(told)
    }

    fn work(&self) {
        // Without it everything is done as well.
        if let Err(error) = rustix::process::setpriority_process(None, PRIORITY) {
            tracing::debug!(%error, "hashing goes on at the usual priority");
        }
        let mut memory = Memory::new();
        while let Some(job) = self.next() {
            let done = catch_unwind(AssertUnwindSafe(|| job(&mut memory)));
            if done.is_err() {
                tracing::error!("a password could not be hashed: that panicked");
            }
        }
    }

    /// `None`: nobody has come for a while, and this thread counts no more.
    fn next(&self) -> Option<Job> {
        let mut state = self.state.lock();
        loop {
            if let Some(job) = state.jobs.pop_front() {
                return Some(job);
            }
            state.idle += 1;
            let waited = self.work.wait_for(&mut state, LINGER);
            state.idle -= 1;
            if waited.timed_out() && state.jobs.is_empty() {
                state.threads -= 1;
                return None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_asked_for_is_done_by_no_more_threads_than_there_may_be() {
        let hashers = Hashers::new(2);
        let asked: Vec<_> = (0..50)
            .map(|n| hashers.run(move |_| (n, thread::current().id())).unwrap())
            .collect();
        let mut threads = std::collections::HashSet::new();
        for (n, told) in asked.into_iter().enumerate() {
            let (done, thread) = told.await.unwrap();
            assert_eq!(done, n);
            threads.insert(thread);
        }
        assert!(threads.len() <= 2, "{threads:?}");
    }

    #[tokio::test]
    async fn a_panic_is_told_of_and_ends_nothing_else() {
        let hashers = Hashers::new(1);
        let asked = hashers.run(|_| -> u8 { panic!("on purpose") }).unwrap();
        assert!(asked.await.is_err());
        assert_eq!(hashers.run(|_| 7).unwrap().await, Ok(7));
    }

    #[tokio::test]
    async fn threads_that_have_ended_are_followed_by_others() {
        let hashers = Hashers::new(1);
        hashers.run(|_| ()).unwrap().await.unwrap();
        while hashers.state.lock().threads > 0 {
            tokio::time::sleep(LINGER / 20).await;
        }
        assert_eq!(hashers.run(|_| 7).unwrap().await, Ok(7));
    }
}
