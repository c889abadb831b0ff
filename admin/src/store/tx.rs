//! Transactions: [`Tx`] writes, [`View`] reads one moment.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use config::clock::Stopwatch;
use sqlx::{Any, Transaction};
use tokio::sync::OwnedSemaphorePermit;

use super::{Connection, Shared, StoreError};
use crate::metrics::Metrics;

/// A writing transaction. Dropped without [`Tx::commit`], it leaves no trace.
#[derive(Debug)]
pub struct Tx {
    // Ends before the permit is given back: fields are dropped in this order.
    inner: Transaction<'static, Any>,
    _turn: Option<OwnedSemaphorePermit>,
    shared: Arc<Shared>,
    pub(super) announces: bool,
    since: Stopwatch,
}

impl Tx {
    pub(super) async fn begin(shared: &Arc<Shared>) -> Result<Self, StoreError> {
        let since = Stopwatch::start();
        let turn = match &shared.writer {
            Some(writer) => Some(
                Arc::clone(writer)
                    .acquire_owned()
                    .await
                    .map_err(|e| StoreError::Away(e.to_string()))?,
            ),
            None => None,
        };
        Ok(Self {
            inner: shared
                .pool
                .begin_with(shared.engine.begin_write())
                .await
                .map_err(|e| shared.noted(e))?,
            _turn: turn,
            shared: Arc::clone(shared),
            announces: false,
            since,
        })
    }

    /// Makes everything in the transaction lasting, all or nothing.
    ///
    /// # Errors
    /// If the answer was lost on the way ([`StoreError::Away`]), it may have been committed all the
    /// same.
    pub async fn commit(self) -> Result<(), StoreError> {
        self.inner.commit().await?;
        self.shared.metrics.store_took(self.since.elapsed());
        if self.announces {
            self.shared.announced.notify_one();
        }
        Ok(())
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        &self.shared.metrics
    }

    pub(super) fn is_sqlite(&self) -> bool {
        self.shared.engine.is_sqlite()
    }
}

impl Deref for Tx {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.inner
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.inner
    }
}

/// Reads that all see the store as it was when the first of them ran.
#[derive(Debug)]
pub struct View(Transaction<'static, Any>);

impl View {
    pub(super) async fn begin(shared: &Shared) -> Result<Self, StoreError> {
        Ok(Self(
            shared
                .pool
                .begin_with(shared.engine.begin_view())
                .await
                .map_err(|e| shared.noted(e))?,
        ))
    }
}

impl Deref for View {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.0
    }
}

impl DerefMut for View {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.0
    }
}

#[cfg(test)]
mod tests {
    use crate::store::StoreError;
    use crate::store::testing::TestStore;

    #[tokio::test]
    async fn a_disk_that_was_full_spoils_no_connection() {
        let store = TestStore::sqlite().await;
        for _ in 0..3 {
            let mut tx = store.begin().await.unwrap();
            sqlx::query("PRAGMA max_page_count = 1")
                .execute(&mut *tx)
                .await
                .unwrap();
            let full: StoreError = sqlx::query(
                "INSERT INTO documents (name, body, updated_at, version) \
                 VALUES ('large', zeroblob(1000000), 0, 1)",
            )
            .execute(&mut *tx)
            .await
            .unwrap_err()
            .into();
            assert!(matches!(full, StoreError::Away(_)), "{full:?}");
        }
        for _ in 0..20 {
            store.begin().await.unwrap().commit().await.unwrap();
            store.view().await.unwrap();
        }
    }
}
