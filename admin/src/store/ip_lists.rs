//! Lists of addresses. Their entries are in [`super::ip_entries`].

use config::Timestamp;
use config::id::RuleId;
use config::snapshot::Effect;

use super::condition::Condition;
use super::listing::{self, Listed, Part, Place};
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

const COLUMNS: &str = "id, name, effect, scope, revision, entries, version";

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
         search, name_order, version) VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8, 1)",
    )
    .bind(row.id.as_str())
    .bind(row.name.as_str())
    .bind(name_key)
    .bind(effect_name(row.effect))
    .bind(scope_name(row.everywhere))
    .bind(now.as_millis())
    .bind(search_key::of_thing(&row.name))
    .bind(search_key::order(&row.name))
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
         search = $8, name_order = $9, version = version + 1 WHERE id = $1 AND version = $2",
    )
    .bind(row.id.as_str())
    .bind(row.version)
    .bind(row.name.as_str())
    .bind(name_key)
    .bind(effect_name(row.effect))
    .bind(scope_name(row.everywhere))
    .bind(now.as_millis())
    .bind(search_key::of_thing(&row.name))
    .bind(search_key::order(&row.name))
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
    let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
        "SELECT {COLUMNS} FROM ip_lists WHERE id = $1"
    )))
    .bind(id.as_str())
    .fetch_optional(connection)
    .await?;
    Ok(row.map(IpListRow::from))
}

pub async fn find_by_key(
    connection: &mut Connection,
    name_key: &str,
) -> Result<Option<IpListRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM ip_lists WHERE name_key = $1");
    let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(name_key)
        .fetch_optional(connection)
        .await?;
    Ok(row.map(IpListRow::from))
}

pub async fn all(connection: &mut Connection) -> Result<Vec<IpListRow>, StoreError> {
    let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
        "SELECT {COLUMNS} FROM ip_lists ORDER BY name_key"
    )))
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

pub async fn list(
    connection: &mut Connection,
    filter: &Filter,
    part: &Part,
) -> Result<(Vec<IpListRow>, Option<Place>), StoreError> {
    let listed = Listed {
        columns: COLUMNS,
        table: "ip_lists",
        name: "name_order",
    };
    let mut all = Condition::default();
    if let Some(typed) = &filter.search {
        all.search("search", typed);
    }
    if let Some(everywhere) = filter.everywhere {
        let scope = all.text(scope_name(everywhere));
        all.and(&format!("scope = {scope}"));
    }
    listing::page::<Row, _>(connection, listed, all, part).await
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
