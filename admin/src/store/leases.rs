//! Leases: work that one node does for all, until it stops renewing.

use std::time::Duration;

use config::Timestamp;

use super::{Connection, StoreError};

/// Takes or renews a lease; says whether `holder` has it now. The clocks of the nodes must agree to
/// within the length of the lease.
pub async fn take(
    tx: &mut Connection,
    name: &str,
    holder: &str,
    now: Timestamp,
    length: Duration,
) -> Result<bool, StoreError> {
    let row: Option<(String,)> = sqlx::query_as(
        "INSERT INTO leases (name, holder, until) VALUES ($1, $2, $3) \
         ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until \
         WHERE leases.holder = excluded.holder OR leases.until < $4 RETURNING holder",
    )
    .bind(name)
    .bind(holder)
    .bind(now.plus(length).as_millis())
    .bind(now.as_millis())
    .fetch_optional(tx)
    .await?;
    Ok(row.is_some())
}

/// Gives it up before its time, if `holder` has it.
pub async fn give_up(tx: &mut Connection, name: &str, holder: &str) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM leases WHERE name = $1 AND holder = $2")
        .bind(name)
        .bind(holder)
        .execute(tx)
        .await?;
    Ok(())
}

/// Whether `holder` has it.
pub async fn is_held(
    connection: &mut Connection,
    name: &str,
    holder: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let row: Option<(i64,)> =
        sqlx::query_as("SELECT 1 FROM leases WHERE name = $1 AND holder = $2 AND until >= $3")
            .bind(name)
            .bind(holder)
            .bind(now.as_millis())
            .fetch_optional(connection)
            .await?;
    Ok(row.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{TestStore, on_both_engines};

    async fn take_at(store: &TestStore, holder: &str, now: i64) -> bool {
        let mut tx = store.begin().await.unwrap();
        let length = Duration::from_millis(100);
        let taken = take(&mut tx, "work", holder, Timestamp(now), length)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        taken
    }

    #[tokio::test]
    async fn one_node_holds_a_lease_until_it_no_longer_renews() {
        on_both_engines(async |store| {
            assert!(take_at(&store, "a", 0).await);
            assert!(!take_at(&store, "b", 50).await);
            assert!(take_at(&store, "a", 90).await, "renewed");
            assert!(!take_at(&store, "b", 150).await);
            assert!(take_at(&store, "b", 191).await, "a stopped renewing");
            assert!(!take_at(&store, "a", 192).await);
            for holder in ["a", "b"] {
                assert!(!take_at(&store, "c", 193).await, "it was not {holder}'s");
                let mut tx = store.begin().await.unwrap();
                give_up(&mut tx, "work", holder).await.unwrap();
                tx.commit().await.unwrap();
            }
            assert!(take_at(&store, "c", 194).await, "b gave it up");
        })
        .await;
    }
}
