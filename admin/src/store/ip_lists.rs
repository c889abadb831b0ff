//! Lists of addresses. Their entries are in [`super::ip_entries`].

use config::Timestamp;
use config::id::RuleId;
use config::snapshot::Effect;

use super::{Connection, StoreError};
use crate::search_key;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IpListRow {
    pub id: RuleId,
    pub name: String,
    pub effect: Effect,
    /// Guards every host rather than the applications that name it.
    pub everywhere: bool,
    /// Which entries are in force; empty for none.
    pub revision: String,
    pub entries: i64,
    pub version: i64,
}

type Row = (String, String, String, String, String, i64, i64);

const SELECT: &str =
    "SELECT l.id, l.name, l.effect, l.scope, l.revision, l.entries, l.version FROM ip_lists l";

impl From<Row> for IpListRow {
    fn from((id, name, effect, scope, revision, entries, version): Row) -> Self {
        Self {
            id: id.into(),
            name,
            // Of two readings of something unknown, deny is the safe one.
            effect: if effect == "allow" {
                Effect::Allow
            } else {
                Effect::Deny
            },
            everywhere: scope == "everywhere",
            revision,
            entries,
            version,
        }
    }
}

pub fn effect_name(effect: Effect) -> &'static str {
    match effect {
        Effect::Allow => "allow",
        Effect::Deny => "deny",
    }
}

pub fn scope_name(everywhere: bool) -> &'static str {
    if everywhere {
        "everywhere"
    } else {
        "applications"
    }
}

pub async fn insert(
    connection: &mut Connection,
    row: &IpListRow,
    name_key: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO ip_lists (id, name, name_key, effect, scope, created_at, updated_at, \
         search, version) VALUES ($1, $2, $3, $4, $5, $6, $6, $7, 1)",
    )
    .bind(row.id.as_str())
    .bind(row.name.as_str())
    .bind(name_key)
    .bind(effect_name(row.effect))
    .bind(scope_name(row.everywhere))
    .bind(now.as_millis())
    .bind(search_key::of_thing(&row.name))
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes the row if it is still at its version.
pub async fn update(
    connection: &mut Connection,
    row: &IpListRow,
    name_key: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE ip_lists SET name = $3, name_key = $4, effect = $5, scope = $6, updated_at = $7, \
         search = $8, version = version + 1 WHERE id = $1 AND version = $2",
    )
    .bind(row.id.as_str())
    .bind(row.version)
    .bind(row.name.as_str())
    .bind(name_key)
    .bind(effect_name(row.effect))
    .bind(scope_name(row.everywhere))
    .bind(now.as_millis())
    .bind(search_key::of_thing(&row.name))
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Removes the list if it is still at `version`.
pub async fn remove(
    connection: &mut Connection,
    id: &RuleId,
    version: i64,
) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM ip_lists WHERE id = $1 AND version = $2")
        .bind(id.as_str())
        .bind(version)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn find(
    connection: &mut Connection,
    id: &RuleId,
) -> Result<Option<IpListRow>, StoreError> {
    let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(format!("{SELECT} WHERE l.id = $1")))
        .bind(id.as_str())
        .fetch_optional(connection)
        .await?;
    Ok(row.map(IpListRow::from))
}

pub async fn find_by_key(
    connection: &mut Connection,
    name_key: &str,
) -> Result<Option<IpListRow>, StoreError> {
    let sql = format!("{SELECT} WHERE l.name_key = $1");
    let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(name_key)
        .fetch_optional(connection)
        .await?;
    Ok(row.map(IpListRow::from))
}

pub async fn all(connection: &mut Connection) -> Result<Vec<IpListRow>, StoreError> {
    let rows: Vec<Row> =
        sqlx::query_as(sqlx::AssertSqlSafe(format!("{SELECT} ORDER BY l.name_key")))
            .fetch_all(connection)
            .await?;
    Ok(rows.into_iter().map(IpListRow::from).collect())
}

/// Which lists. What is `None` does not narrow.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// A part of a name.
    pub search: Option<String>,
    pub everywhere: Option<bool>,
}

/// In the order of the name keys, those after `after`.
pub async fn list(
    connection: &mut Connection,
    filter: &Filter,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<IpListRow>, StoreError> {
    let patterns = filter.search.as_deref().map(search_key::patterns).unzip();
    let sql = format!(
        "{SELECT} WHERE ($1 IS NULL OR l.name_key > $1) \
         AND ($2 IS NULL OR l.search LIKE $2 ESCAPE '!' OR l.search LIKE $3 ESCAPE '!') \
         AND ($4 IS NULL OR l.scope = $4) ORDER BY l.name_key LIMIT $5"
    );
    let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(after)
        .bind(patterns.0)
        .bind(patterns.1)
        .bind(filter.everywhere.map(scope_name))
        .bind(limit)
        .fetch_all(connection)
        .await?;
    Ok(rows.into_iter().map(IpListRow::from).collect())
}

/// Puts a revision of entries in force if the list is still at its version.
pub async fn put_in_force(
    connection: &mut Connection,
    row: &IpListRow,
    (revision, entries): (&str, i64),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE ip_lists SET revision = $3, entries = $4, updated_at = $5, version = version + 1 \
         WHERE id = $1 AND version = $2",
    )
    .bind(row.id.as_str())
    .bind(row.version)
    .bind(revision)
    .bind(entries)
    .bind(now.as_millis())
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}
