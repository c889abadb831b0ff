//! Runs of bringing what is here in step with a directory.

use config::Timestamp;
use config::id::{DirectoryId, RunId};

use super::{Connection, StoreError};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunRow {
    pub id: RunId,
    pub directory: DirectoryId,
    pub directory_name: String,
    pub mode: String,
    pub is_trial: bool,
    pub phase: String,
    pub actor_kind: String,
    pub actor_id: Option<String>,
    pub actor_name: String,
    pub started_at: Timestamp,
    pub finished_at: Option<Timestamp>,
    pub counts: Counts,
    /// JSON, in both languages.
    pub reason: Option<String>,
    pub undoes: Option<RunId>,
}

/// How much of what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub listed: i64,
    pub known: i64,
    pub planned: i64,
    pub done: i64,
    pub failed: i64,
}

const COLUMNS: &str = "id, directory_id, directory_name, mode, is_trial, phase, actor_kind, actor_id, \
     actor_name, started_at, finished_at, listed, known, planned, done, failed, reason, undoes";

fn read(row: &sqlx::any::AnyRow) -> Result<RunRow, StoreError> {
    use sqlx::Row as _;
    let finished: Option<i64> = row.try_get("finished_at")?;
    let trial: Option<i64> = row.try_get("is_trial")?;
    Ok(RunRow {
        id: row.try_get::<String, _>("id")?.into(),
        directory: row.try_get::<String, _>("directory_id")?.into(),
        directory_name: row.try_get("directory_name")?,
        mode: row.try_get("mode")?,
        is_trial: trial.is_some(),
        phase: row.try_get("phase")?,
        actor_kind: row.try_get("actor_kind")?,
        actor_id: row.try_get("actor_id")?,
        actor_name: row.try_get("actor_name")?,
        started_at: Timestamp(row.try_get("started_at")?),
        finished_at: finished.map(Timestamp),
        counts: Counts {
            listed: row.try_get("listed")?,
            known: row.try_get("known")?,
            planned: row.try_get("planned")?,
            done: row.try_get("done")?,
            failed: row.try_get("failed")?,
        },
        reason: row.try_get("reason")?,
        undoes: row.try_get::<Option<String>, _>("undoes")?.map(Into::into),
    })
}

pub async fn insert(connection: &mut Connection, run: &RunRow) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO sync_runs (id, directory_id, directory_name, mode, is_trial, phase, actor_kind, \
         actor_id, actor_name, started_at, listed, known, planned, done, failed, undoes) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 0, 0, 0, 0, $11)",
    )
    .bind(run.id.as_str())
    .bind(run.directory.as_str())
    .bind(run.directory_name.as_str())
    .bind(run.mode.as_str())
    .bind(run.is_trial.then_some(1_i64))
    .bind(run.phase.as_str())
    .bind(run.actor_kind.as_str())
    .bind(run.actor_id.as_deref())
    .bind(run.actor_name.as_str())
    .bind(run.started_at.as_millis())
    .bind(run.undoes.as_ref().map(RunId::as_str))
    .execute(connection)
    .await?;
    Ok(())
}

/// Moves the run from one phase to another; whether it stood in the first.
pub async fn move_on(
    connection: &mut Connection,
    id: &RunId,
    (from, to): (&str, &str),
    reason: Option<&str>,
    finished: Option<Timestamp>,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE sync_runs SET phase = $3, reason = $4, finished_at = $5 WHERE id = $1 AND phase = $2",
    )
    .bind(id.as_str())
    .bind(from)
    .bind(to)
    .bind(reason)
    .bind(finished.map(Timestamp::as_millis))
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether the run stands in this phase; until the transaction ends, nobody moves it on.
pub async fn hold(
    connection: &mut Connection,
    id: &RunId,
    phase: &str,
) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE sync_runs SET phase = phase WHERE id = $1 AND phase = $2")
        .bind(id.as_str())
        .bind(phase)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes that somebody who had looked at the run let it go on.
pub async fn set_let_on(
    connection: &mut Connection,
    id: &RunId,
    at: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE sync_runs SET let_on_at = $2 WHERE id = $1")
        .bind(id.as_str())
        .bind(at.as_millis())
        .execute(connection)
        .await?;
    Ok(())
}

/// To how many people this was done by runs that began since then and that nobody looked at.
pub async fn count_unseen(
    connection: &mut Connection,
    directory: &DirectoryId,
    kind: &str,
    since: Timestamp,
) -> Result<i64, StoreError> {
    let (count,): (i64,) = sqlx::query_as(
        "SELECT count(*) FROM sync_changes c JOIN sync_runs r ON r.id = c.run_id \
         WHERE r.directory_id = $1 AND r.started_at >= $2 AND r.let_on_at IS NULL \
         AND c.outcome = 'done' AND c.object = 'person' AND c.kind = $3",
    )
    .bind(directory.as_str())
    .bind(since.as_millis())
    .bind(kind)
    .fetch_one(connection)
    .await?;
    Ok(count)
}

/// Notes how far it is.
pub async fn set_counts(
    connection: &mut Connection,
    id: &RunId,
    counts: Counts,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE sync_runs SET listed = $2, known = $3, planned = $4, done = $5, failed = $6 WHERE id = $1",
    )
    .bind(id.as_str())
    .bind(counts.listed)
    .bind(counts.known)
    .bind(counts.planned)
    .bind(counts.done)
    .bind(counts.failed)
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn find(connection: &mut Connection, id: &RunId) -> Result<Option<RunRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM sync_runs WHERE id = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(id.as_str())
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(read).transpose()
}

/// The newest first, of one directory or of all, before `before`.
pub async fn list(
    connection: &mut Connection,
    directory: Option<&DirectoryId>,
    before: Option<(i64, &str)>,
    limit: i64,
) -> Result<Vec<RunRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM sync_runs WHERE (CAST($1 AS TEXT) IS NULL OR directory_id = $1) \
         AND (CAST($2 AS BIGINT) IS NULL OR (started_at, id) < ($2, $3)) \
         ORDER BY started_at DESC, id DESC LIMIT $4"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(directory.map(DirectoryId::as_str))
        .bind(before.map(|(at, _)| at))
        .bind(before.map_or("", |(_, id)| id))
        .bind(limit)
        .fetch_all(connection)
        .await?;
    rows.iter().map(read).collect()
}

/// Those that are not over, the oldest first.
pub async fn unfinished(
    connection: &mut Connection,
    directory: Option<&DirectoryId>,
) -> Result<Vec<RunRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM sync_runs WHERE phase IN ('reading', 'waiting', 'applying') \
         AND (CAST($1 AS TEXT) IS NULL OR directory_id = $1) ORDER BY started_at, id"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(directory.map(DirectoryId::as_str))
        .fetch_all(connection)
        .await?;
    rows.iter().map(read).collect()
}

/// The run of a directory to be looked at: one that is not over, else the newest, the records of what it told by
/// itself aside.
pub async fn latest(
    connection: &mut Connection,
    directory: &DirectoryId,
) -> Result<Option<RunRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM sync_runs WHERE directory_id = $1 \
         AND NOT (mode = 'push' AND phase IN ('done', 'undone')) \
         ORDER BY CASE WHEN phase IN ('reading', 'waiting', 'applying') THEN 0 ELSE 1 END, \
         started_at DESC, id DESC LIMIT 1"
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(directory.as_str())
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(read).transpose()
}

/// The latest run of what a directory told by itself that began after `since` and is over.
pub async fn latest_push(
    connection: &mut Connection,
    directory: &DirectoryId,
    since: Timestamp,
) -> Result<Option<RunRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM sync_runs WHERE directory_id = $1 AND mode = 'push' AND phase = 'done' \
         AND started_at > $2 ORDER BY started_at DESC, id DESC LIMIT 1"
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(directory.as_str())
        .bind(since.as_millis())
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(read).transpose()
}

/// Forgets what runs that ended before `then` did; says how many.
pub async fn forget(
    connection: &mut Connection,
    then: Timestamp,
    most: i64,
) -> Result<u64, StoreError> {
    let done = sqlx::query(
        "DELETE FROM sync_runs WHERE id IN (SELECT id FROM sync_runs WHERE finished_at < $1 \
         ORDER BY finished_at LIMIT $2)",
    )
    .bind(then.as_millis())
    .bind(most)
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}
