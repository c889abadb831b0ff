//! Roles that the organisation has made.

use config::Timestamp;

use super::{Connection, StoreError};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleRow {
    pub id: String,
    pub name: String,
    pub description: String,
    pub permissions: Vec<String>,
    /// How many people hold it.
    pub holders: i64,
    pub version: i64,
}

/// What is written down of a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fields {
    pub name: String,
    pub name_key: String,
    pub description: String,
    pub permissions: Vec<String>,
}

type Row = (String, String, String, String, i64, i64);

const SELECT: &str = "SELECT r.id, r.name, r.description, r.permissions, \
     (SELECT count(*) FROM member_roles x WHERE x.role = r.id), r.version FROM roles r";

fn read(
    (id, name, description, permissions, holders, version): Row,
) -> Result<RoleRow, StoreError> {
    Ok(RoleRow {
        id,
        name,
        description,
        permissions: serde_json::from_str(&permissions)?,
        holders,
        version,
    })
}

pub async fn insert(
    connection: &mut Connection,
    id: &str,
    fields: &Fields,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO roles (id, name, name_key, description, permissions, created_at, updated_at, \
         version) VALUES ($1, $2, $3, $4, $5, $6, $6, 1)",
    )
    .bind(id)
    .bind(fields.name.as_str())
    .bind(fields.name_key.as_str())
    .bind(fields.description.as_str())
    .bind(serde_json::to_string(&fields.permissions)?)
    .bind(now.as_millis())
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes the row if it is still at its version.
pub async fn update(
    connection: &mut Connection,
    id: &str,
    version: i64,
    fields: &Fields,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE roles SET name = $3, name_key = $4, description = $5, permissions = $6, \
         updated_at = $7, version = version + 1 WHERE id = $1 AND version = $2",
    )
    .bind(id)
    .bind(version)
    .bind(fields.name.as_str())
    .bind(fields.name_key.as_str())
    .bind(fields.description.as_str())
    .bind(serde_json::to_string(&fields.permissions)?)
    .bind(now.as_millis())
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Removes the row if it is still at its version.
pub async fn remove(
    connection: &mut Connection,
    id: &str,
    version: i64,
) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM roles WHERE id = $1 AND version = $2")
        .bind(id)
        .bind(version)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn find(connection: &mut Connection, id: &str) -> Result<Option<RoleRow>, StoreError> {
    let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(format!("{SELECT} WHERE r.id = $1")))
        .bind(id)
        .fetch_optional(connection)
        .await?;
    row.map(read).transpose()
}

/// By name.
pub async fn all(connection: &mut Connection) -> Result<Vec<RoleRow>, StoreError> {
    let sql = format!("{SELECT} ORDER BY r.name_key");
    let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .fetch_all(connection)
        .await?;
    rows.into_iter().map(read).collect()
}

/// How many people hold each of the roles, built-in ones among them.
pub async fn holders(connection: &mut Connection) -> Result<Vec<(String, i64)>, StoreError> {
    let rows = sqlx::query_as("SELECT role, count(*) FROM member_roles GROUP BY role")
        .fetch_all(connection)
        .await?;
    Ok(rows)
}
