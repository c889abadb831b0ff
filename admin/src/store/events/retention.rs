//! Forgetting events that are older than the operator wants to keep.

use config::Timestamp;

use crate::store::{Connection, StoreError};

/// One of the logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Log {
    Access,
    SignIn,
    Audit,
}

/// Deletes at most `limit` of the log's events before `then`, the oldest first; says how many. Small
/// batches leave room for other writers in between.
pub async fn delete_older(
    tx: &mut Connection,
    log: Log,
    then: Timestamp,
    limit: i64,
) -> Result<u64, StoreError> {
    let statement = match log {
        Log::Access => {
            "DELETE FROM access_events WHERE (at, id) IN \
             (SELECT at, id FROM access_events WHERE at < $1 ORDER BY at, id LIMIT $2)"
        }
        Log::SignIn => {
            "DELETE FROM sign_in_events WHERE id IN \
             (SELECT id FROM sign_in_events WHERE at < $1 ORDER BY at, id LIMIT $2)"
        }
        Log::Audit => {
            "DELETE FROM audit_events WHERE id IN \
             (SELECT id FROM audit_events WHERE at < $1 ORDER BY at, id LIMIT $2)"
        }
    };
    let done = sqlx::query(statement)
        .bind(then.as_millis())
        .bind(limit)
        .execute(tx)
        .await?;
    Ok(done.rows_affected())
}
