//! The right to work on the runs of a directory: one node has it, for as long as it renews it.

use std::time::Duration;

use config::Timestamp;
use config::id::DirectoryId;

use crate::state::State;
use crate::store::{Connection, StoreError, leases};

/// A node that does not renew it for so long has stopped.
const LENGTH: Duration = Duration::from_mins(1);
/// How often it is renewed.
pub(super) const RENEW: Duration = Duration::from_secs(15);

#[derive(Clone, Debug)]
pub struct Lease {
    name: String,
    holder: String,
}

impl Lease {
    #[must_use]
    pub fn of(directory: &DirectoryId, node: &str) -> Self {
        Self {
            name: format!("sync:{directory}"),
            holder: node.to_owned(),
        }
    }

    /// As that, of listening to the directory.
    #[must_use]
    pub fn of_follower(directory: &DirectoryId, node: &str) -> Self {
        Self {
            name: format!("follow:{directory}"),
            holder: node.to_owned(),
        }
    }

    /// Takes or renews it. Whether it is this node's now.
    pub async fn take(&self, state: &State) -> Result<bool, StoreError> {
        let mut tx = state.store.begin().await?;
        let now = state.clock.now();
        let ours = leases::take(&mut tx, &self.name, &self.holder, now, LENGTH).await?;
        tx.commit().await?;
        Ok(ours)
    }

    /// Gives it up, so that whoever is next need not wait for its end.
    pub async fn give_up(&self, state: &State) {
        let given_up = async {
            let mut tx = state.store.begin().await?;
            leases::give_up(&mut tx, &self.name, &self.holder).await?;
            tx.commit().await
        };
        if let Err(error) = given_up.await {
            tracing::warn!(%error, lease = self.name, "a lease lasts until its end");
        }
    }

    /// Whether it is this node's still. A node that was held up for long may not have noticed.
    pub async fn is_held(
        &self,
        connection: &mut Connection,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        leases::is_held(connection, &self.name, &self.holder, now).await
    }
}
