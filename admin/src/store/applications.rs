//! Applications: their definitions as JSON.

use config::Timestamp;
use config::id::ApplicationId;

use super::{Connection, StoreError};
use crate::applications::{Definition, Unreadable};
use crate::search_key;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationRow {
    pub id: ApplicationId,
    pub definition: Result<Definition, Unreadable>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub version: i64,
}

type Row = (String, String, i64, i64, i64);

const SELECT: &str =
    "SELECT a.id, a.definition, a.created_at, a.updated_at, a.version FROM applications a";

impl From<Row> for ApplicationRow {
    fn from((id, definition, created_at, updated_at, version): Row) -> Self {
        Self {
            definition: serde_json::from_str(&definition).map_err(|why| Unreadable {
                why: why.to_string(),
                text: definition,
            }),
            id: id.into(),
            created_at: Timestamp(created_at),
            updated_at: Timestamp(updated_at),
            version,
        }
    }
}

pub async fn insert(
    connection: &mut Connection,
    id: &ApplicationId,
    definition: &Definition,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO applications (id, definition, search, created_at, updated_at, version) \
         VALUES ($1, $2, $4, $3, $3, 1)",
    )
    .bind(id.as_str())
    .bind(serde_json::to_string(definition)?)
    .bind(now.as_millis())
    .bind(search(definition))
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn update(
    connection: &mut Connection,
    id: &ApplicationId,
    version: i64,
    definition: &Definition,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE applications SET definition = $3, updated_at = $4, search = $5, \
         version = version + 1 WHERE id = $1 AND version = $2",
    )
    .bind(id.as_str())
    .bind(version)
    .bind(serde_json::to_string(definition)?)
    .bind(now.as_millis())
    .bind(search(definition))
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn remove(connection: &mut Connection, id: &ApplicationId) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM applications WHERE id = $1")
        .bind(id.as_str())
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn find(
    connection: &mut Connection,
    id: &ApplicationId,
) -> Result<Option<ApplicationRow>, StoreError> {
    let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(format!("{SELECT} WHERE a.id = $1")))
        .bind(id.as_str())
        .fetch_optional(connection)
        .await?;
    Ok(row.map(ApplicationRow::from))
}

/// In the order in which they were made.
pub async fn all(connection: &mut Connection) -> Result<Vec<ApplicationRow>, StoreError> {
    let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(format!("{SELECT} ORDER BY a.id")))
        .fetch_all(connection)
        .await?;
    Ok(rows.into_iter().map(ApplicationRow::from).collect())
}

/// In the order in which they were made, those after `after`; all, or those whose names or hosts have this
/// in them.
pub async fn list(
    connection: &mut Connection,
    search: Option<&str>,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<ApplicationRow>, StoreError> {
    let patterns = search.map(search_key::patterns).unzip();
    let sql = format!(
        "{SELECT} WHERE ($1 IS NULL OR a.id > $1) \
         AND ($2 IS NULL OR a.search LIKE $2 ESCAPE '!' OR a.search LIKE $3 ESCAPE '!') \
         ORDER BY a.id LIMIT $4"
    );
    let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(after)
        .bind(patterns.0)
        .bind(patterns.1)
        .bind(limit)
        .fetch_all(connection)
        .await?;
    Ok(rows.into_iter().map(ApplicationRow::from).collect())
}

/// What it is found by.
pub fn search(definition: &Definition) -> String {
    let names = [&*definition.name.zh_cn, &*definition.name.en];
    search_key::of_application(names, definition.hosts.iter().map(ToString::to_string))
}
