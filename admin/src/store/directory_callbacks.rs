//! How the callbacks of suites do: when one was last tried out, what came last, and what was refused.

use config::Timestamp;
use config::id::DirectoryId;

use super::{Connection, StoreError};

/// No directory has more rows of refusals: what comes beyond them is only in the log of the program.
const MOST_REFUSALS: i64 = 200;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallbackRow {
    pub verified_at: Option<Timestamp>,
    pub event_at: Option<Timestamp>,
    pub event_kind: Option<String>,
    /// Events up to this number are no longer kept.
    pub forgotten_seq: Option<i64>,
}

/// What was refused, and how often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusalRow {
    pub reason: String,
    pub address: String,
    pub times: i64,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
}

pub async fn find(
    connection: &mut Connection,
    directory: &DirectoryId,
) -> Result<CallbackRow, StoreError> {
    type Row = (Option<i64>, Option<i64>, Option<String>, Option<i64>);
    let row: Option<Row> = sqlx::query_as(
        "SELECT verified_at, event_at, event_kind, forgotten_seq FROM directory_callbacks \
         WHERE directory_id = $1",
    )
    .bind(directory.as_str())
    .fetch_optional(connection)
    .await?;
    Ok(row.map_or_else(CallbackRow::default, |row| CallbackRow {
        verified_at: row.0.map(Timestamp),
        event_at: row.1.map(Timestamp),
        event_kind: row.2,
        forgotten_seq: row.3,
    }))
}

/// The suite has tried the address out.
pub async fn verified(
    connection: &mut Connection,
    directory: &DirectoryId,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO directory_callbacks (directory_id, verified_at) VALUES ($1, $2) \
         ON CONFLICT (directory_id) DO UPDATE SET verified_at = excluded.verified_at",
    )
    .bind(directory.as_str())
    .bind(now.as_millis())
    .execute(connection)
    .await?;
    Ok(())
}

/// The suite has told something.
pub async fn told(
    connection: &mut Connection,
    directory: &DirectoryId,
    kind: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO directory_callbacks (directory_id, event_at, event_kind) VALUES ($1, $2, $3) \
         ON CONFLICT (directory_id) DO UPDATE SET event_at = excluded.event_at, \
         event_kind = excluded.event_kind",
    )
    .bind(directory.as_str())
    .bind(now.as_millis())
    .bind(kind)
    .execute(connection)
    .await?;
    Ok(())
}

/// Counts what was refused. A stranger can cause it: rows are bounded.
pub async fn refused(
    connection: &mut Connection,
    directory: &DirectoryId,
    (reason, address): (&str, &str),
    now: Timestamp,
) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE directory_refusals SET times = times + 1, last_at = $4 \
         WHERE directory_id = $1 AND reason = $2 AND address = $3",
    )
    .bind(directory.as_str())
    .bind(reason)
    .bind(address)
    .bind(now.as_millis())
    .execute(&mut *connection)
    .await?;
    if done.rows_affected() > 0 {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO directory_refusals (directory_id, reason, address, times, first_at, last_at) \
         SELECT id, $2, $3, 1, CAST($4 AS BIGINT), CAST($4 AS BIGINT) FROM directories WHERE id = $1 \
         AND (SELECT count(*) FROM directory_refusals WHERE directory_id = $1) < $5 \
         ON CONFLICT (directory_id, reason, address) DO NOTHING",
    )
    .bind(directory.as_str())
    .bind(reason)
    .bind(address)
    .bind(now.as_millis())
    .bind(MOST_REFUSALS)
    .execute(connection)
    .await?;
    Ok(())
}

/// What was refused, the latest first.
pub async fn refusals(
    connection: &mut Connection,
    directory: &DirectoryId,
    limit: i64,
) -> Result<Vec<RefusalRow>, StoreError> {
    let rows: Vec<(String, String, i64, i64, i64)> = sqlx::query_as(
        "SELECT reason, address, times, first_at, last_at FROM directory_refusals \
         WHERE directory_id = $1 ORDER BY last_at DESC, reason, address LIMIT $2",
    )
    .bind(directory.as_str())
    .bind(limit)
    .fetch_all(connection)
    .await?;
    let read = |row: (String, String, i64, i64, i64)| RefusalRow {
        reason: row.0,
        address: row.1,
        times: row.2,
        first_at: Timestamp(row.3),
        last_at: Timestamp(row.4),
    };
    Ok(rows.into_iter().map(read).collect())
}

/// Forgets what was last refused before `then`.
pub async fn forget_refusals(
    connection: &mut Connection,
    then: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM directory_refusals WHERE last_at < $1")
        .bind(then.as_millis())
        .execute(connection)
        .await?;
    Ok(())
}
