//! What ends in a message, done after whatever asked for it was answered. Whoever of the nodes comes first
//! does it; if it dies on the way, another does it again.

use config::Timestamp;

use super::{Connection, StoreError};

/// A job, as JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobRow {
    pub id: String,
    pub job: String,
    pub created_at: Timestamp,
    /// This one included.
    pub attempts: i64,
}

pub async fn insert(
    connection: &mut Connection,
    job: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO message_jobs (id, job, created_at, attempts, next_at) \
         VALUES ($1, $2, $3, 0, $3)",
    )
    .bind(uuid::Uuid::now_v7().to_string())
    .bind(job)
    .bind(now.as_millis())
    .execute(connection)
    .await?;
    Ok(())
}

/// Whether one waits.
pub async fn is_due(connection: &mut Connection, now: Timestamp) -> Result<bool, StoreError> {
    let row: Option<(i64,)> =
        sqlx::query_as("SELECT CAST(1 AS BIGINT) FROM message_jobs WHERE next_at <= $1 LIMIT 1")
            .bind(now.as_millis())
            .fetch_optional(connection)
            .await?;
    Ok(row.is_some())
}

/// Takes the one that has waited longest; another gets it if it is still there at `again_at`.
pub async fn claim(
    tx: &mut Connection,
    now: Timestamp,
    again_at: Timestamp,
) -> Result<Option<JobRow>, StoreError> {
    let row: Option<(String, String, i64, i64)> = sqlx::query_as(
        "UPDATE message_jobs SET next_at = $2, attempts = attempts + 1 \
         WHERE id = (SELECT id FROM message_jobs WHERE next_at <= $1 ORDER BY next_at, id LIMIT 1) \
         AND next_at <= $1 RETURNING id, job, created_at, attempts",
    )
    .bind(now.as_millis())
    .bind(again_at.as_millis())
    .fetch_optional(tx)
    .await?;
    Ok(row.map(|(id, job, created_at, attempts)| JobRow {
        id,
        job,
        created_at: Timestamp(created_at),
        attempts,
    }))
}

/// It is done. Of several that did it at once, one gets `true`, and only that one's work is to stay.
pub async fn finish(tx: &mut Connection, id: &str) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM message_jobs WHERE id = $1")
        .bind(id)
        .execute(tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// How many wait.
#[cfg(test)]
pub async fn count(connection: &mut Connection) -> Result<i64, StoreError> {
    let (count,): (i64,) = sqlx::query_as("SELECT CAST(count(*) AS BIGINT) FROM message_jobs")
        .fetch_one(connection)
        .await?;
    Ok(count)
}
