//! PostgreSQL's LISTEN as a wake-up for the feed of changes.
//!
//! Nothing is lost if it fails: whoever follows the feed looks at intervals anyway.

use std::time::Duration;

use sqlx::postgres::PgListener;

use super::changes::CHANNEL;
use super::{Shared, StoreError};

const RETRY: Duration = Duration::from_secs(2);

/// Runs until it is dropped. On SQLite there is nobody else to hear of.
pub(super) async fn listen(shared: &Shared) {
    if shared.engine.is_sqlite() {
        std::future::pending::<()>().await;
    }
    loop {
        if let Err(error) = listen_once(shared).await {
            tracing::debug!(%error, "LISTEN ended; changes are found by asking until it is back");
        }
        tokio::time::sleep(RETRY).await;
    }
}

async fn listen_once(shared: &Shared) -> Result<(), StoreError> {
    let mut listener = PgListener::connect(shared.engine.url()).await?;
    listener.listen(CHANNEL).await?;
    loop {
        // Something may have been announced before we listened, or while the connection was lost.
        shared.announced.notify_one();
        listener.try_recv().await?;
    }
}
