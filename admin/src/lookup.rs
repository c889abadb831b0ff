//! Answers the gateway's question for a session that it does not remember.

use std::time::Duration;

use config::Clock;
use config::link::{SessionLookup, StoreAway};
use config::session::{Session, TokenHash};
use futures::future::{BoxFuture, FutureExt};

use crate::store::{Store, StoreError, session_facts};

/// A request waits no longer: the gateway has a clear answer for a store that is away.
const PATIENCE: Duration = Duration::from_secs(3);

#[derive(Clone, Debug)]
pub struct StoreLookup {
    pub store: Store,
    pub clock: Clock,
}

impl StoreLookup {
    async fn ask(&self, token: &TokenHash, host: &str) -> Result<Option<Session>, StoreError> {
        // One moment: a session must not come with groups from before a change and roles from after.
        let mut view = self.store.view().await?;
        session_facts::find(&mut view, token, host, self.clock.now()).await
    }
}

impl SessionLookup for StoreLookup {
    fn find<'a>(
        &'a self,
        token: &'a TokenHash,
        host: &'a str,
    ) -> BoxFuture<'a, Result<Option<Session>, StoreAway>> {
        async move {
            match tokio::time::timeout(PATIENCE, self.ask(token, host)).await {
                Ok(Ok(found)) => Ok(found),
                Ok(Err(error)) => {
                    tracing::warn!(%error, "a session could not be looked up");
                    Err(StoreAway(error.to_string()))
                }
                Err(_) => Err(StoreAway("it did not answer in time".into())),
            }
        }
        .boxed()
    }
}
