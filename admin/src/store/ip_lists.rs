//! Lists of addresses, which may hold hundreds of thousands of entries.

use config::Timestamp;
use config::id::{EventId, RuleId};
use config::snapshot::{Effect, IpEntry};

use super::{Connection, StoreError};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IpListRow {
    pub id: RuleId,
    pub name: String,
    pub effect: Effect,
    /// Guards every host rather than the applications that name it.
    pub everywhere: bool,
    pub entries: i64,
    pub version: i64,
}

type Row = (String, String, String, String, i64, i64);

const SELECT: &str = "SELECT l.id, l.name, l.effect, l.scope, \
     (SELECT count(*) FROM ip_entries e WHERE e.list_id = l.id), l.version FROM ip_lists l";

impl From<Row> for IpListRow {
    fn from((id, name, effect, scope, entries, version): Row) -> Self {
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
            entries,
            version,
        }
    }
}

fn effect_name(effect: Effect) -> &'static str {
    match effect {
        Effect::Allow => "allow",
        Effect::Deny => "deny",
    }
}

fn scope_name(everywhere: bool) -> &'static str {
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
        "INSERT INTO ip_lists (id, name, name_key, effect, scope, created_at, updated_at, version) \
         VALUES ($1, $2, $3, $4, $5, $6, $6, 1)",
    )
    .bind(row.id.as_str())
    .bind(row.name.as_str())
    .bind(name_key)
    .bind(effect_name(row.effect))
    .bind(scope_name(row.everywhere))
    .bind(now.as_millis())
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
         version = version + 1 WHERE id = $1 AND version = $2",
    )
    .bind(row.id.as_str())
    .bind(row.version)
    .bind(row.name.as_str())
    .bind(name_key)
    .bind(effect_name(row.effect))
    .bind(scope_name(row.everywhere))
    .bind(now.as_millis())
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn remove(connection: &mut Connection, id: &RuleId) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM ip_lists WHERE id = $1")
        .bind(id.as_str())
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

pub async fn all(connection: &mut Connection) -> Result<Vec<IpListRow>, StoreError> {
    let rows: Vec<Row> =
        sqlx::query_as(sqlx::AssertSqlSafe(format!("{SELECT} ORDER BY l.name_key")))
            .fetch_all(connection)
            .await?;
    Ok(rows.into_iter().map(IpListRow::from).collect())
}

/// An entry with the id that a page of them ends at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryRow {
    pub id: String,
    pub entry: IpEntry,
}

/// In the order in which they were added, those after the entry `after`.
pub async fn entries(
    connection: &mut Connection,
    list: &RuleId,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<EntryRow>, StoreError> {
    let rows: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT id, range, note FROM ip_entries WHERE list_id = $1 AND ($2 IS NULL OR id > $2) \
         ORDER BY id LIMIT $3",
    )
    .bind(list.as_str())
    .bind(after)
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|(id, range, note)| {
            let range = range
                .parse()
                .map_err(|e| StoreError::Corrupt(format!("IP list {list}: {e}")))?;
            Ok(EntryRow {
                id,
                entry: IpEntry { range, note },
            })
        })
        .collect()
}

/// Adds the entries; one that the list has already takes the new note. At most [`BATCH`] rows go in
/// one statement, which makes hundreds of thousands a matter of seconds.
pub async fn add_entries(
    connection: &mut Connection,
    list: &RuleId,
    entries: &[IpEntry],
    now: Timestamp,
) -> Result<(), StoreError> {
    for batch in entries.chunks(BATCH) {
        let values: Vec<String> = (0..batch.len())
            .map(|i| format!("(${}, $1, ${}, ${}, $2)", 3 * i + 3, 3 * i + 4, 3 * i + 5))
            .collect();
        let sql = format!(
            "INSERT INTO ip_entries (id, list_id, range, note, created_at) VALUES {} \
             ON CONFLICT (list_id, range) DO UPDATE SET note = excluded.note",
            values.join(", ")
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(list.as_str())
            .bind(now.as_millis());
        for entry in batch {
            query = query
                .bind(EventId::generate().as_str().to_owned())
                .bind(entry.range.to_string())
                .bind(entry.note.as_str());
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

/// Rows in one statement: well below the 32,766 parameters of SQLite and the 65,535 of PostgreSQL.
const BATCH: usize = 1_000;

pub async fn clear_entries(connection: &mut Connection, list: &RuleId) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM ip_entries WHERE list_id = $1")
        .bind(list.as_str())
        .execute(connection)
        .await?;
    Ok(())
}
