//! A store of sessions that does as it is told.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use config::Session;
use config::link::{SessionLookup, StoreAway};
use config::session::TokenHash;
use futures::FutureExt;
use futures::future::BoxFuture;
use parking_lot::Mutex;
use tokio::sync::Semaphore;

#[derive(Default)]
pub struct FakeStore {
    sessions: Mutex<HashMap<TokenHash, Session>>,
    pub away: AtomicBool,
    /// How often it was asked.
    pub asked: AtomicUsize,
    /// While true, an answer that has been found is held back until [`FakeStore::release`].
    pub holds_answers: AtomicBool,
    answers: Held,
}

struct Held(Semaphore);

impl Default for Held {
    fn default() -> Self {
        Self(Semaphore::new(0))
    }
}

impl FakeStore {
    pub fn put(&self, token: TokenHash, session: Session) {
        self.sessions.lock().insert(token, session);
    }

    pub fn end_all(&self) {
        self.sessions.lock().clear();
    }

    /// Changes all sessions, as a change of their people would.
    pub fn change_all(&self, change: impl Fn(&mut Session)) {
        self.sessions.lock().values_mut().for_each(change);
    }

    pub fn set_away(&self, away: bool) {
        self.away.store(away, Ordering::SeqCst);
    }

    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    pub fn hold_answers(&self) {
        self.holds_answers.store(true, Ordering::SeqCst);
    }

    /// Lets all answers go, those that are held back and those to come.
    pub fn release(&self) {
        self.holds_answers.store(false, Ordering::SeqCst);
        self.answers.0.add_permits(1024);
    }
}

impl SessionLookup for FakeStore {
    fn find<'a>(
        &'a self,
        token: &'a TokenHash,
        host: &'a str,
    ) -> BoxFuture<'a, Result<Option<Session>, StoreAway>> {
        async move {
            self.asked.fetch_add(1, Ordering::SeqCst);
            let found = self.sessions.lock().get(token).cloned();
            let found = found.filter(|session| session.host == host);
            if self.holds_answers.load(Ordering::SeqCst) {
                let _permit = self.answers.0.acquire().await;
            }
            if self.away.load(Ordering::SeqCst) {
                return Err(StoreAway("as told".into()));
            }
            Ok(found)
        }
        .boxed()
    }
}
