//! The people that directories have told us of by SCIM, as they told it.

use config::Timestamp;
use config::id::DirectoryId;

use super::many::{CHUNK, placeholders};
use super::{Connection, StoreError};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScimUserRow {
    pub id: String,
    pub user_name_key: String,
    pub external_id: Option<String>,
    pub is_active: bool,
    /// JSON: what was told, but for what the other fields say.
    pub document: String,
    pub created_at: Timestamp,
    pub modified_at: Timestamp,
    pub version: i64,
}

type Row = (
    String,
    String,
    Option<String>,
    Option<i64>,
    String,
    i64,
    i64,
    i64,
);

const COLUMNS: &str =
    "id, user_name_key, external_id, is_active, document, created_at, modified_at, version";

impl From<Row> for ScimUserRow {
    fn from(row: Row) -> Self {
        Self {
            id: row.0,
            user_name_key: row.1,
            external_id: row.2,
            is_active: row.3.is_some(),
            document: row.4,
            created_at: Timestamp(row.5),
            modified_at: Timestamp(row.6),
            version: row.7,
        }
    }
}

/// # Errors
/// [`StoreError::Conflict`] if another one has the name.
pub async fn insert(
    connection: &mut Connection,
    directory: &DirectoryId,
    row: &ScimUserRow,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO scim_users (directory_id, id, user_name_key, external_id, is_active, document, \
         created_at, modified_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(directory.as_str())
    .bind(row.id.as_str())
    .bind(row.user_name_key.as_str())
    .bind(row.external_id.as_deref())
    .bind(row.is_active.then_some(1_i64))
    .bind(row.document.as_str())
    .bind(row.created_at.as_millis())
    .bind(row.modified_at.as_millis())
    .bind(row.version)
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes what was told of one, be it one that was gone; what was refused before is told no more.
pub async fn update(
    connection: &mut Connection,
    directory: &DirectoryId,
    row: &ScimUserRow,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE scim_users SET user_name_key = $3, external_id = $4, is_active = $5, document = $6, \
         modified_at = $7, version = $8, deleted_at = NULL, awaits = NULL, \
         shut_at = CASE WHEN CAST($5 AS BIGINT) IS NULL THEN shut_at ELSE NULL END \
         WHERE directory_id = $1 AND id = $2",
    )
    .bind(directory.as_str())
    .bind(row.id.as_str())
    .bind(row.user_name_key.as_str())
    .bind(row.external_id.as_deref())
    .bind(row.is_active.then_some(1_i64))
    .bind(row.document.as_str())
    .bind(row.modified_at.as_millis())
    .bind(row.version)
    .execute(connection)
    .await?;
    Ok(())
}

/// It is told of no more. Whoever is told of again under the same id of theirs is the same.
pub async fn set_gone(
    connection: &mut Connection,
    directory: &DirectoryId,
    id: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE scim_users SET deleted_at = $3, is_active = NULL, awaits = NULL, version = version + 1 \
         WHERE directory_id = $1 AND id = $2",
    )
    .bind(directory.as_str())
    .bind(id)
    .bind(now.as_millis())
    .execute(&mut *connection)
    .await?;
    sqlx::query("DELETE FROM scim_group_members WHERE directory_id = $1 AND user_id = $2")
        .bind(directory.as_str())
        .bind(id)
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn find(
    connection: &mut Connection,
    directory: &DirectoryId,
    id: &str,
) -> Result<Option<ScimUserRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM scim_users WHERE directory_id = $1 AND id = $2 AND deleted_at IS NULL"
    );
    let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(directory.as_str())
        .bind(id)
        .fetch_optional(connection)
        .await?;
    Ok(row.map(ScimUserRow::from))
}

/// One that was told of before, is gone, and had this id there.
pub async fn find_gone(
    connection: &mut Connection,
    directory: &DirectoryId,
    external_id: &str,
) -> Result<Option<ScimUserRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM scim_users WHERE directory_id = $1 AND external_id = $2 \
         AND deleted_at IS NOT NULL ORDER BY deleted_at DESC LIMIT 1"
    );
    let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(directory.as_str())
        .bind(external_id)
        .fetch_optional(connection)
        .await?;
    Ok(row.map(ScimUserRow::from))
}

/// What is looked up by an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    Id(String),
    NameKey(String),
    ExternalId(String),
}

pub async fn find_by(
    connection: &mut Connection,
    directory: &DirectoryId,
    by: &By,
) -> Result<Vec<ScimUserRow>, StoreError> {
    let (column, value) = match by {
        By::Id(value) => ("id", value),
        By::NameKey(value) => ("user_name_key", value),
        By::ExternalId(value) => ("external_id", value),
    };
    let sql = format!(
        "SELECT {COLUMNS} FROM scim_users WHERE directory_id = $1 AND {column} = $2 \
         AND deleted_at IS NULL ORDER BY id"
    );
    let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(directory.as_str())
        .bind(value.as_str())
        .fetch_all(connection)
        .await?;
    Ok(rows.into_iter().map(ScimUserRow::from).collect())
}

/// Some of them in the order of their ids, behind `after` and past `skip` more.
pub async fn page(
    connection: &mut Connection,
    directory: &DirectoryId,
    (after, skip): (&str, i64),
    limit: i64,
) -> Result<Vec<ScimUserRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM scim_users WHERE directory_id = $1 AND deleted_at IS NULL AND id > $2 \
         ORDER BY id LIMIT $3 OFFSET $4"
    );
    let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(directory.as_str())
        .bind(after)
        .bind(limit)
        .bind(skip)
        .fetch_all(connection)
        .await?;
    Ok(rows.into_iter().map(ScimUserRow::from).collect())
}

pub async fn count(
    connection: &mut Connection,
    directory: &DirectoryId,
) -> Result<i64, StoreError> {
    let (count,): (i64,) = sqlx::query_as(
        "SELECT count(*) FROM scim_users WHERE directory_id = $1 AND deleted_at IS NULL",
    )
    .bind(directory.as_str())
    .fetch_one(connection)
    .await?;
    Ok(count)
}

/// Of these, those that are told of, as they are.
pub async fn of_ids(
    connection: &mut Connection,
    directory: &DirectoryId,
    ids: &[&str],
) -> Result<Vec<ScimUserRow>, StoreError> {
    let mut found = Vec::with_capacity(ids.len());
    for ids in ids.chunks(CHUNK) {
        let sql = format!(
            "SELECT {COLUMNS} FROM scim_users WHERE directory_id = $1 AND deleted_at IS NULL \
             AND id IN ({})",
            placeholders(2, ids.len())
        );
        let query = sqlx::query_as::<_, Row>(sqlx::AssertSqlSafe(sql)).bind(directory.as_str());
        let query = ids.iter().fold(query, |query, id| query.bind(*id));
        let rows = query.fetch_all(&mut *connection).await?;
        found.extend(rows.into_iter().map(ScimUserRow::from));
    }
    Ok(found)
}

/// Notes that what was told shut somebody out.
pub async fn set_shut(
    connection: &mut Connection,
    directory: &DirectoryId,
    id: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE scim_users SET shut_at = $3 WHERE directory_id = $1 AND id = $2")
        .bind(directory.as_str())
        .bind(id)
        .bind(now.as_millis())
        .execute(connection)
        .await?;
    Ok(())
}

/// How many were shut out since.
pub async fn count_shut(
    connection: &mut Connection,
    directory: &DirectoryId,
    since: Timestamp,
) -> Result<i64, StoreError> {
    let (count,): (i64,) =
        sqlx::query_as("SELECT count(*) FROM scim_users WHERE directory_id = $1 AND shut_at > $2")
            .bind(directory.as_str())
            .bind(since.as_millis())
            .fetch_one(connection)
            .await?;
    Ok(count)
}

/// Notes what was refused until somebody decides; whether that is new.
pub async fn set_awaits(
    connection: &mut Connection,
    directory: &DirectoryId,
    id: &str,
    awaits: &str,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE scim_users SET awaits = $3 WHERE directory_id = $1 AND id = $2 \
         AND (awaits IS NULL OR awaits <> $3)",
    )
    .bind(directory.as_str())
    .bind(id)
    .bind(awaits)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes that somebody has agreed to what was refused, and counts anew from now on.
pub async fn release(
    connection: &mut Connection,
    directory: &DirectoryId,
) -> Result<(), StoreError> {
    for sql in [
        "UPDATE scim_users SET awaits = 'agreed_' || awaits WHERE directory_id = $1 \
         AND awaits IN ('inactive', 'removed')",
        "UPDATE scim_users SET shut_at = NULL WHERE directory_id = $1 AND shut_at IS NOT NULL",
    ] {
        sqlx::query(sql)
            .bind(directory.as_str())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Takes as told what was refused of these, and has been agreed to.
pub async fn take_agreed(
    connection: &mut Connection,
    directory: &DirectoryId,
    ids: &[&str],
    now: Timestamp,
) -> Result<(), StoreError> {
    for ids in ids.chunks(CHUNK) {
        let these = placeholders(2, ids.len());
        let groups = format!(
            "DELETE FROM scim_group_members WHERE directory_id = $1 AND user_id IN (SELECT id FROM scim_users \
             WHERE directory_id = $1 AND awaits = 'agreed_removed' AND id IN ({these}))"
        );
        let told = format!(
            "UPDATE scim_users SET is_active = NULL, modified_at = ${now}, version = version + 1, \
             deleted_at = CASE WHEN awaits = 'agreed_removed' THEN CAST(${now} AS BIGINT) ELSE NULL END, \
             awaits = NULL WHERE directory_id = $1 AND awaits IN ('agreed_inactive', 'agreed_removed') \
             AND id IN ({these})",
            now = ids.len() + 2,
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(groups)).bind(directory.as_str());
        let query = ids.iter().fold(query, |query, id| query.bind(*id));
        query.execute(&mut *connection).await?;
        let query = sqlx::query(sqlx::AssertSqlSafe(told)).bind(directory.as_str());
        let query = ids.iter().fold(query, |query, id| query.bind(*id));
        let query = query.bind(now.as_millis());
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

/// What was refused is not to happen.
pub async fn forget_awaiting(
    connection: &mut Connection,
    directory: &DirectoryId,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE scim_users SET awaits = NULL WHERE directory_id = $1")
        .bind(directory.as_str())
        .execute(connection)
        .await?;
    Ok(())
}
