//! Names that callers gave to their requests, and what was answered.

use config::Timestamp;

use super::{Connection, StoreError};
use crate::once::Once;

/// What is known of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earlier {
    pub fingerprint: Vec<u8>,
    /// Sealed; absent until it is known.
    pub answer: Option<Vec<u8>>,
}

/// Takes the name, unless somebody has it.
pub async fn claim(
    connection: &mut Connection,
    once: &Once,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO idempotent_answers (caller, name, fingerprint, created_at) \
         VALUES ($1, $2, $3, $4) ON CONFLICT (caller, name) DO NOTHING",
    )
    .bind(once.caller.as_str())
    .bind(once.name.as_str())
    .bind(once.fingerprint.to_vec())
    .bind(now.as_millis())
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Keeps the answer to a request of this name, unless another request has the name.
pub async fn keep(
    connection: &mut Connection,
    once: &Once,
    answer: &[u8],
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO idempotent_answers (caller, name, fingerprint, created_at, answer) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (caller, name) DO UPDATE \
         SET answer = excluded.answer \
         WHERE idempotent_answers.fingerprint = excluded.fingerprint \
         AND idempotent_answers.answer IS NULL",
    )
    .bind(once.caller.as_str())
    .bind(once.name.as_str())
    .bind(once.fingerprint.to_vec())
    .bind(now.as_millis())
    .bind(answer.to_vec())
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn find(connection: &mut Connection, once: &Once) -> Result<Option<Earlier>, StoreError> {
    let row: Option<(Vec<u8>, Option<Vec<u8>>)> = sqlx::query_as(
        "SELECT fingerprint, answer FROM idempotent_answers WHERE caller = $1 AND name = $2",
    )
    .bind(once.caller.as_str())
    .bind(once.name.as_str())
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|(fingerprint, answer)| Earlier {
        fingerprint,
        answer,
    }))
}

/// Forgets names that were given before `then`.
pub async fn forget(connection: &mut Connection, then: Timestamp) -> Result<u64, StoreError> {
    let done = sqlx::query("DELETE FROM idempotent_answers WHERE created_at < $1")
        .bind(then.as_millis())
        .execute(connection)
        .await?;
    Ok(done.rows_affected())
}
