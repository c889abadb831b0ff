//! The directories that the organisation has connected.

use config::Timestamp;
use config::id::{DirectoryId, MemberId};

use super::{Connection, StoreError};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryRow {
    pub id: DirectoryId,
    pub kind: String,
    pub name: String,
    pub used_for: String,
    /// JSON, without a secret.
    pub settings: String,
    /// Sealed.
    pub secret: Option<Vec<u8>>,
    pub enabled_at: Option<Timestamp>,
    pub position: i64,
    pub synced_at: Option<Timestamp>,
    pub next_run_at: Option<Timestamp>,
    pub version: i64,
}

type Row = (
    String,
    String,
    String,
    String,
    String,
    Option<Vec<u8>>,
    Option<i64>,
    i64,
    Option<i64>,
    Option<i64>,
    i64,
);

const COLUMNS: &str = "id, kind, name, used_for, settings, secret, enabled_at, position, synced_at, \
     next_run_at, version";

impl From<Row> for DirectoryRow {
    fn from(row: Row) -> Self {
        Self {
            id: row.0.into(),
            kind: row.1,
            name: row.2,
            used_for: row.3,
            settings: row.4,
            secret: row.5,
            enabled_at: row.6.map(Timestamp),
            position: row.7,
            synced_at: row.8.map(Timestamp),
            next_run_at: row.9.map(Timestamp),
            version: row.10,
        }
    }
}

/// # Errors
/// [`StoreError::Conflict`] if another directory has the name.
pub async fn insert(
    connection: &mut Connection,
    row: &DirectoryRow,
    name_key: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO directories (id, kind, name, name_key, used_for, settings, secret, enabled_at, \
         position, created_at, updated_at, version) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, 1)",
    )
    .bind(row.id.as_str())
    .bind(row.kind.as_str())
    .bind(row.name.as_str())
    .bind(name_key)
    .bind(row.used_for.as_str())
    .bind(row.settings.as_str())
    .bind(row.secret.as_deref())
    .bind(row.enabled_at.map(Timestamp::as_millis))
    .bind(row.position)
    .bind(now.as_millis())
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes it if it is still at its version.
pub async fn update(
    connection: &mut Connection,
    row: &DirectoryRow,
    name_key: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE directories SET name = $3, name_key = $4, used_for = $5, settings = $6, secret = $7, \
         enabled_at = $8, position = $9, next_run_at = $10, updated_at = $11, version = version + 1 \
         WHERE id = $1 AND version = $2",
    )
    .bind(row.id.as_str())
    .bind(row.version)
    .bind(row.name.as_str())
    .bind(name_key)
    .bind(row.used_for.as_str())
    .bind(row.settings.as_str())
    .bind(row.secret.as_deref())
    .bind(row.enabled_at.map(Timestamp::as_millis))
    .bind(row.position)
    .bind(row.next_run_at.map(Timestamp::as_millis))
    .bind(now.as_millis())
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes that a run over everything is done, which is no change of what an administrator set.
pub async fn set_synced(
    connection: &mut Connection,
    id: &DirectoryId,
    at: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE directories SET synced_at = $2 WHERE id = $1")
        .bind(id.as_str())
        .bind(at.as_millis())
        .execute(connection)
        .await?;
    Ok(())
}

/// When the next run is due; `None`: when somebody says so.
pub async fn set_next_run(
    connection: &mut Connection,
    id: &DirectoryId,
    at: Option<Timestamp>,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE directories SET next_run_at = $2 WHERE id = $1")
        .bind(id.as_str())
        .bind(at.map(Timestamp::as_millis))
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn remove(connection: &mut Connection, id: &DirectoryId) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM directories WHERE id = $1")
        .bind(id.as_str())
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn find(
    connection: &mut Connection,
    id: &DirectoryId,
) -> Result<Option<DirectoryRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM directories WHERE id = $1");
    let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(id.as_str())
        .fetch_optional(connection)
        .await?;
    Ok(row.map(DirectoryRow::from))
}

/// All of them, in their order. There are few.
pub async fn all(connection: &mut Connection) -> Result<Vec<DirectoryRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM directories ORDER BY position, name_key, id");
    let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .fetch_all(connection)
        .await?;
    Ok(rows.into_iter().map(DirectoryRow::from).collect())
}

/// Those whose run is due.
pub async fn due(
    connection: &mut Connection,
    now: Timestamp,
) -> Result<Vec<DirectoryRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM directories WHERE enabled_at IS NOT NULL AND next_run_at <= $1 \
         ORDER BY next_run_at, id"
    );
    let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(now.as_millis())
        .fetch_all(connection)
        .await?;
    Ok(rows.into_iter().map(DirectoryRow::from).collect())
}

/// How many people are linked to it.
pub async fn count_people(
    connection: &mut Connection,
    id: &DirectoryId,
) -> Result<i64, StoreError> {
    let (count,): (i64,) =
        sqlx::query_as("SELECT count(*) FROM directory_people WHERE directory_id = $1")
            .bind(id.as_str())
            .fetch_one(connection)
            .await?;
    Ok(count)
}

/// Says of everybody who comes from it where they come from; `None`: from nowhere any more.
pub async fn name_source(
    connection: &mut Connection,
    id: &DirectoryId,
    (from, to): (&str, Option<&str>),
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE members SET source = $2 WHERE source = $3 AND id IN \
         (SELECT member_id FROM directory_people WHERE directory_id = $1)",
    )
    .bind(id.as_str())
    .bind(to)
    .bind(from)
    .execute(connection)
    .await?;
    Ok(())
}

/// The directories to which a person is linked, with the key there and since when.
pub async fn links_of(
    connection: &mut Connection,
    member: &MemberId,
) -> Result<Vec<(DirectoryRow, String, Timestamp)>, StoreError> {
    let columns: Vec<String> = COLUMNS
        .split(", ")
        .map(|column| format!("d.{}", column.trim()))
        .collect();
    let sql = format!(
        "SELECT {}, p.their_key, p.linked_at FROM directory_people p \
         JOIN directories d ON d.id = p.directory_id WHERE p.member_id = $1 ORDER BY d.position, d.id",
        columns.join(", ")
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(member.as_str())
        .fetch_all(connection)
        .await?;
    rows.iter().map(read_link).collect()
}

fn read_link(row: &sqlx::any::AnyRow) -> Result<(DirectoryRow, String, Timestamp), StoreError> {
    use sqlx::Row as _;
    let moment = |column| -> Result<Option<Timestamp>, StoreError> {
        let at: Option<i64> = row.try_get(column)?;
        Ok(at.map(Timestamp))
    };
    let directory = DirectoryRow {
        id: row.try_get::<String, _>("id")?.into(),
        kind: row.try_get("kind")?,
        name: row.try_get("name")?,
        used_for: row.try_get("used_for")?,
        settings: row.try_get("settings")?,
        secret: row.try_get("secret")?,
        enabled_at: moment("enabled_at")?,
        position: row.try_get("position")?,
        synced_at: moment("synced_at")?,
        next_run_at: moment("next_run_at")?,
        version: row.try_get("version")?,
    };
    let since = Timestamp(row.try_get("linked_at")?);
    Ok((directory, row.try_get("their_key")?, since))
}
