//! Entries of directories for which nobody but an administrator can say who they are.

use config::Timestamp;
use config::id::{DirectoryId, MemberId};

use super::{Connection, StoreError};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConflictRow {
    pub directory: DirectoryId,
    pub key: String,
    pub name: String,
    /// JSON.
    pub entry: String,
    /// JSON, in both languages.
    pub reason: String,
    /// Who it could be.
    pub member: Option<MemberId>,
    pub found_at: Timestamp,
    /// Since when it is decided that it is nobody of ours.
    pub ignored_at: Option<Timestamp>,
}

type Row = (
    String,
    String,
    String,
    String,
    String,
    Option<String>,
    i64,
    Option<i64>,
);

const COLUMNS: &str =
    "directory_id, their_key, name, entry, reason, member_id, found_at, ignored_at";

impl From<Row> for ConflictRow {
    fn from(row: Row) -> Self {
        Self {
            directory: row.0.into(),
            key: row.1,
            name: row.2,
            entry: row.3,
            reason: row.4,
            member: row.5.map(Into::into),
            found_at: Timestamp(row.6),
            ignored_at: row.7.map(Timestamp),
        }
    }
}

/// Puts it into the queue, or renews what is known of it there.
pub async fn put(connection: &mut Connection, row: &ConflictRow) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO sync_conflicts (directory_id, their_key, name, entry, reason, member_id, found_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (directory_id, their_key) DO UPDATE SET \
         name = excluded.name, entry = excluded.entry, reason = excluded.reason, \
         member_id = excluded.member_id",
    )
    .bind(row.directory.as_str())
    .bind(row.key.as_str())
    .bind(row.name.as_str())
    .bind(row.entry.as_str())
    .bind(row.reason.as_str())
    .bind(row.member.as_ref().map(MemberId::as_str))
    .bind(row.found_at.as_millis())
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn find(
    connection: &mut Connection,
    directory: &DirectoryId,
    key: &str,
) -> Result<Option<ConflictRow>, StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM sync_conflicts WHERE directory_id = $1 AND their_key = $2");
    let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(directory.as_str())
        .bind(key)
        .fetch_optional(connection)
        .await?;
    Ok(row.map(ConflictRow::from))
}

/// Those of a directory behind `after`, by their keys; those that are decided only if asked for.
pub async fn list(
    connection: &mut Connection,
    directory: &DirectoryId,
    with_ignored: bool,
    after: &str,
    limit: i64,
) -> Result<Vec<ConflictRow>, StoreError> {
    let open = if with_ignored {
        ""
    } else {
        "AND ignored_at IS NULL"
    };
    let sql = format!(
        "SELECT {COLUMNS} FROM sync_conflicts WHERE directory_id = $1 AND their_key > $2 {open} \
         ORDER BY their_key LIMIT $3"
    );
    let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(directory.as_str())
        .bind(after)
        .bind(limit)
        .fetch_all(connection)
        .await?;
    Ok(rows.into_iter().map(ConflictRow::from).collect())
}

/// The keys that are decided to be nobody of ours.
pub async fn ignored(
    connection: &mut Connection,
    directory: &DirectoryId,
) -> Result<Vec<String>, StoreError> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT their_key FROM sync_conflicts WHERE directory_id = $1 AND ignored_at IS NOT NULL",
    )
    .bind(directory.as_str())
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(key,)| key).collect())
}

/// How many wait to be decided.
pub async fn count(
    connection: &mut Connection,
    directory: &DirectoryId,
) -> Result<i64, StoreError> {
    let (count,): (i64,) = sqlx::query_as(
        "SELECT count(*) FROM sync_conflicts WHERE directory_id = $1 AND ignored_at IS NULL",
    )
    .bind(directory.as_str())
    .fetch_one(connection)
    .await?;
    Ok(count)
}

/// Decides that the entry is nobody of ours, or undoes that.
pub async fn set_ignored(
    connection: &mut Connection,
    directory: &DirectoryId,
    key: &str,
    since: Option<Timestamp>,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE sync_conflicts SET ignored_at = $3 WHERE directory_id = $1 AND their_key = $2",
    )
    .bind(directory.as_str())
    .bind(key)
    .bind(since.map(Timestamp::as_millis))
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// It is one no more.
pub async fn remove(
    connection: &mut Connection,
    directory: &DirectoryId,
    key: &str,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM sync_conflicts WHERE directory_id = $1 AND their_key = $2")
        .bind(directory.as_str())
        .bind(key)
        .execute(connection)
        .await?;
    Ok(())
}
