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
                let under_way = UnderWay(Arc::clone(self), question);
                let task = tokio::spawn(async move {
                    let _until_answered = under_way;
                    asking.await
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

/// Takes a question off the list when it has been answered, also where asking it has panicked.
struct UnderWay(Arc<Flights>, Question);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.0.remove(&self.1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_question_that_came_to_grief_is_asked_again() {
        let flights = Arc::new(Flights::default());
        let host = "wiki.example.com";
        let failed = flights
            .join([7; 32], host, || async {
                panic!("the store's driver is broken")
            })
            .await;
        assert!(failed.is_err());
        let answered = flights.join([7; 32], host, || async { Ok(None) }).await;
        assert!(matches!(answered, Ok(None)));
    }
}
