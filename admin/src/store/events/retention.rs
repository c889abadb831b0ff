//! Forgetting access events that are older than the operator wants to keep.

use config::Timestamp;

use crate::store::{Connection, StoreError};

/// Deletes at most `limit` of the access events before `then`, the oldest first; says how many.
/// Small batches leave room for other writers in between.
pub async fn delete_older(
    tx: &mut Connection,
    then: Timestamp,
    limit: i64,
) -> Result<u64, StoreError> {
    let done = sqlx::query(
        "DELETE FROM access_events WHERE (at, id) IN \
         (SELECT at, id FROM access_events WHERE at < $1 ORDER BY at, id LIMIT $2)",
    )
    .bind(then.as_millis())
    .bind(limit)
    .execute(tx)
    .await?;
    Ok(done.rows_affected())
}
