//! Of what administrators were told about directories, each once; and what they are to be told of.

use config::Timestamp;
use config::id::{DirectoryId, MemberId};

use super::sync_runs::{self, RunRow};
use super::{Connection, StoreError};

/// Notes that administrators are told. `false`: they were told before.
pub async fn note(
    connection: &mut Connection,
    directory: &DirectoryId,
    subject: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO directory_notices (directory_id, subject, told_at) VALUES ($1, $2, $3) \
         ON CONFLICT (directory_id, subject) DO NOTHING",
    )
    .bind(directory.as_str())
    .bind(subject)
    .bind(now.as_millis())
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether administrators were told.
pub async fn is_told(
    connection: &mut Connection,
    directory: &DirectoryId,
    subject: &str,
) -> Result<bool, StoreError> {
    let row: Option<(i64,)> = sqlx::query_as(
        "SELECT told_at FROM directory_notices WHERE directory_id = $1 AND subject = $2",
    )
    .bind(directory.as_str())
    .bind(subject)
    .fetch_optional(connection)
    .await?;
    Ok(row.is_some())
}

/// The newest run of each directory, the records of what it told by itself aside, where the schedule began it and it has failed or waits, and of which nobody
/// was told: `run:` with its id is the subject. Of failures one after the other the first is told.
pub async fn untold_runs(connection: &mut Connection) -> Result<Vec<RunRow>, StoreError> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT r.id FROM sync_runs r JOIN directories d ON d.id = r.directory_id \
         WHERE r.phase IN ('failed', 'waiting') AND r.is_trial IS NULL AND r.actor_kind = 'system' \
         AND NOT EXISTS (SELECT 1 FROM sync_runs n WHERE n.directory_id = r.directory_id \
         AND n.started_at > r.started_at AND NOT (n.mode = 'push' AND n.phase = 'done')) \
         AND NOT EXISTS (SELECT 1 FROM directory_notices t WHERE t.directory_id = r.directory_id \
         AND t.subject = 'run:' || r.id) \
         AND NOT (r.phase = 'failed' AND EXISTS (SELECT 1 FROM directory_notices t \
         JOIN sync_runs f ON t.subject = 'run:' || f.id \
         WHERE f.directory_id = r.directory_id AND f.phase = 'failed' \
         AND NOT EXISTS (SELECT 1 FROM sync_runs ok WHERE ok.directory_id = r.directory_id \
         AND ok.phase = 'done' AND ok.mode <> 'push' AND ok.started_at > f.started_at)))",
    )
    .fetch_all(&mut *connection)
    .await?;
    let mut runs = Vec::with_capacity(rows.len());
    for (id,) in rows {
        runs.extend(sync_runs::find(connection, &id.into()).await?);
    }
    Ok(runs)
}

/// Forgets that administrators were told of runs that are forgotten.
pub async fn forget_runs(connection: &mut Connection) -> Result<(), StoreError> {
    sqlx::query(
        "DELETE FROM directory_notices WHERE subject LIKE 'run:%' \
         AND NOT EXISTS (SELECT 1 FROM sync_runs r WHERE directory_notices.subject = 'run:' || r.id)",
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Who holds a role that is not confined to departments.
pub async fn holders(connection: &mut Connection) -> Result<Vec<MemberId>, StoreError> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT DISTINCT member_id FROM member_roles WHERE confined_at IS NULL ORDER BY member_id",
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}
