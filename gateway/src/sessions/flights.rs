//! Questions to the store that are under way: whoever wants to know the same waits for the same
//! answer.

use std::future::Future;

use config::link::StoreAway;
use config::session::TokenHash;
use dashmap::DashMap;
use dashmap::mapref::entry::Entry;
use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use std::sync::Arc;

use super::entry::SessionEntry;

pub type Answer = Result<Option<Arc<SessionEntry>>, StoreAway>;

/// A session is asked about at one host; the same token at another host is another question.
type Question = (TokenHash, Arc<str>);

#[derive(Default)]
pub struct Flights(DashMap<Question, Shared<BoxFuture<'static, Answer>>>);

impl Flights {
    /// Joins the question if it is under way, or asks it. It is asked to the end even if all who
    /// wait for it go away.
    pub async fn join<F>(
        self: &Arc<Self>,
        token: TokenHash,
        host: &str,
        ask: impl FnOnce() -> F,
    ) -> Answer
    where
        F: Future<Output = Answer> + Send + 'static,
    {
        let question: Question = (token, host.into());
        let flight = match self.0.entry(question.clone()) {
            Entry::Occupied(under_way) => under_way.get().clone(),
            Entry::Vacant(free) => {
                let asking = ask();
                let flights = Arc::clone(self);
                let task = tokio::spawn(async move {
                    let answer = asking.await;
                    flights.0.remove(&question);
                    answer
                });
                let answer = task.map(|joined| {
                    joined.unwrap_or_else(|e| Err(StoreAway(format!("the question failed: {e}"))))
                });
                free.insert(answer.boxed().shared()).clone()
            }
        };
        flight.await
    }
}
