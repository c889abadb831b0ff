//! The groups that directories have told us of by SCIM, and who is in them.

use config::Timestamp;
use config::id::DirectoryId;

use super::many::{CHUNK, placeholders};
use super::{Connection, StoreError};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScimGroupRow {
    pub id: String,
    pub name: String,
    pub name_key: String,
    pub external_id: Option<String>,
    pub created_at: Timestamp,
    pub modified_at: Timestamp,
    pub version: i64,
}

type Row = (String, String, String, Option<String>, i64, i64, i64);

const COLUMNS: &str = "id, name, name_key, external_id, created_at, modified_at, version";

impl From<Row> for ScimGroupRow {
    fn from(row: Row) -> Self {
        Self {
            id: row.0,
            name: row.1,
            name_key: row.2,
            external_id: row.3,
            created_at: Timestamp(row.4),
            modified_at: Timestamp(row.5),
            version: row.6,
        }
    }
}

/// # Errors
/// [`StoreError::Conflict`] if another one has the name.
pub async fn insert(
    connection: &mut Connection,
    directory: &DirectoryId,
    row: &ScimGroupRow,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO scim_groups (directory_id, id, name, name_key, external_id, created_at, modified_at, \
         version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(directory.as_str())
    .bind(row.id.as_str())
    .bind(row.name.as_str())
    .bind(row.name_key.as_str())
    .bind(row.external_id.as_deref())
    .bind(row.created_at.as_millis())
    .bind(row.modified_at.as_millis())
    .bind(row.version)
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn update(
    connection: &mut Connection,
    directory: &DirectoryId,
    row: &ScimGroupRow,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE scim_groups SET name = $3, name_key = $4, external_id = $5, modified_at = $6, version = $7 \
         WHERE directory_id = $1 AND id = $2",
    )
    .bind(directory.as_str())
    .bind(row.id.as_str())
    .bind(row.name.as_str())
    .bind(row.name_key.as_str())
    .bind(row.external_id.as_deref())
    .bind(row.modified_at.as_millis())
    .bind(row.version)
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn remove(
    connection: &mut Connection,
    directory: &DirectoryId,
    id: &str,
) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM scim_groups WHERE directory_id = $1 AND id = $2")
        .bind(directory.as_str())
        .bind(id)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn find(
    connection: &mut Connection,
    directory: &DirectoryId,
    id: &str,
) -> Result<Option<ScimGroupRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM scim_groups WHERE directory_id = $1 AND id = $2");
    let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(directory.as_str())
        .bind(id)
        .fetch_optional(connection)
        .await?;
    Ok(row.map(ScimGroupRow::from))
}

/// All of a directory, in the order of their ids. There are few, beside its people.
pub async fn all(
    connection: &mut Connection,
    directory: &DirectoryId,
) -> Result<Vec<ScimGroupRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM scim_groups WHERE directory_id = $1 ORDER BY id");
    let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(directory.as_str())
        .fetch_all(connection)
        .await?;
    Ok(rows.into_iter().map(ScimGroupRow::from).collect())
}

/// The group that has a name.
pub async fn holder_of_name(
    connection: &mut Connection,
    directory: &DirectoryId,
    name_key: &str,
) -> Result<Option<String>, StoreError> {
    let row: Option<(String,)> =
        sqlx::query_as("SELECT id FROM scim_groups WHERE directory_id = $1 AND name_key = $2")
            .bind(directory.as_str())
            .bind(name_key)
            .fetch_optional(connection)
            .await?;
    Ok(row.map(|(id,)| id))
}

/// Who is in a group, by their ids.
pub async fn members(
    connection: &mut Connection,
    directory: &DirectoryId,
    group: &str,
) -> Result<Vec<String>, StoreError> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT user_id FROM scim_group_members WHERE directory_id = $1 AND group_id = $2 ORDER BY user_id",
    )
    .bind(directory.as_str())
    .bind(group)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The groups of these people: the person, the group's id and its name.
pub async fn of_users(
    connection: &mut Connection,
    directory: &DirectoryId,
    users: &[&str],
) -> Result<Vec<(String, String, String)>, StoreError> {
    let mut found = Vec::new();
    for users in users.chunks(CHUNK) {
        let sql = format!(
            "SELECT m.user_id, g.id, g.name FROM scim_group_members m JOIN scim_groups g \
             ON g.directory_id = m.directory_id AND g.id = m.group_id \
             WHERE m.directory_id = $1 AND m.user_id IN ({}) ORDER BY g.id",
            placeholders(2, users.len())
        );
        let query = sqlx::query_as::<_, (String, String, String)>(sqlx::AssertSqlSafe(sql))
            .bind(directory.as_str());
        let query = users.iter().fold(query, |query, id| query.bind(*id));
        found.extend(query.fetch_all(&mut *connection).await?);
    }
    Ok(found)
}

/// So many rows a statement.
const AT_ONCE: usize = 100;

pub async fn add_members(
    connection: &mut Connection,
    directory: &DirectoryId,
    group: &str,
    users: &[&str],
) -> Result<(), StoreError> {
    for users in users.chunks(AT_ONCE) {
        let values: Vec<String> = (0..users.len())
            .map(|at| format!("($1, $2, ${})", at + 3))
            .collect();
        let sql = format!(
            "INSERT INTO scim_group_members (directory_id, group_id, user_id) VALUES {} \
             ON CONFLICT DO NOTHING",
            values.join(", ")
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(directory.as_str())
            .bind(group);
        let query = users.iter().fold(query, |query, id| query.bind(*id));
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

pub async fn remove_members(
    connection: &mut Connection,
    directory: &DirectoryId,
    group: &str,
    users: &[&str],
) -> Result<(), StoreError> {
    for users in users.chunks(CHUNK) {
        let sql = format!(
            "DELETE FROM scim_group_members WHERE directory_id = $1 AND group_id = $2 AND user_id IN ({})",
            placeholders(3, users.len())
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(directory.as_str())
            .bind(group);
        let query = users.iter().fold(query, |query, id| query.bind(*id));
        query.execute(&mut *connection).await?;
    }
    Ok(())
}
