//! Groups of people, and who is in them.

use config::id::{GroupId, MemberId};
use config::{Named, Timestamp};

use super::condition::Condition;
use super::listing::{self, Listed, Part, Place};
use super::many::{CHUNK, placeholders};
use super::{Connection, StoreError};
use crate::search_key;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupRow {
    pub id: GroupId,
    pub name: String,
    pub name_key: String,
    pub description: String,
    /// By what it takes people in, as JSON; `None`: they are put into it by hand.
    pub rule: Option<String>,
    /// Guests are put into it, and nobody else is.
    pub for_guests: bool,
    /// The lists that say from where its guests come in, as JSON; `None`: from everywhere.
    pub ip_lists: Option<String>,
    pub members: i64,
    pub version: i64,
}

/// What is written down of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fields {
    pub name: String,
    pub name_key: String,
    pub description: String,
    pub rule: Option<String>,
    pub for_guests: bool,
    pub ip_lists: Option<String>,
}

type Row = (
    String,
    String,
    String,
    String,
    Option<String>,
    i64,
    i64,
    Option<i64>,
    Option<String>,
);

const COLUMNS: &str = "g.id, g.name, g.name_key, g.description, g.rule, \
     (SELECT count(*) FROM group_members x WHERE x.group_id = g.id), g.version, \
     g.for_guests_since, g.ip_lists";
const TABLE: &str = "groups g";

impl From<Row> for GroupRow {
    fn from(row: Row) -> Self {
        let (id, name, name_key, description, rule, members, version, for_guests, ip_lists) = row;
        Self {
            id: id.into(),
            name,
            name_key,
            description,
            rule,
            for_guests: for_guests.is_some(),
            ip_lists,
            members,
            version,
        }
    }
}

pub async fn insert(
    connection: &mut Connection,
    id: &GroupId,
    fields: &Fields,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO groups (id, name, name_key, description, created_at, updated_at, search, \
         rule, name_order, for_guests_since, ip_lists, version) \
         VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8, $9, $10, 1)",
    )
    .bind(id.as_str())
    .bind(fields.name.as_str())
    .bind(fields.name_key.as_str())
    .bind(fields.description.as_str())
    .bind(now.as_millis())
    .bind(search_key::of_thing(&fields.name))
    .bind(fields.rule.as_deref())
    .bind(search_key::order(&fields.name))
    .bind(fields.for_guests.then_some(now.as_millis()))
    .bind(fields.ip_lists.as_deref())
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn update(
    connection: &mut Connection,
    id: &GroupId,
    version: i64,
    fields: &Fields,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE groups SET name = $3, name_key = $4, description = $5, updated_at = $6, \
         search = $7, rule = $8, name_order = $9, \
         for_guests_since = CASE WHEN $10 IS NULL THEN NULL ELSE COALESCE(for_guests_since, $10) END, \
         ip_lists = $11, version = version + 1 WHERE id = $1 AND version = $2",
    )
    .bind(id.as_str())
    .bind(version)
    .bind(fields.name.as_str())
    .bind(fields.name_key.as_str())
    .bind(fields.description.as_str())
    .bind(now.as_millis())
    .bind(search_key::of_thing(&fields.name))
    .bind(fields.rule.as_deref())
    .bind(search_key::order(&fields.name))
    .bind(fields.for_guests.then_some(now.as_millis()))
    .bind(fields.ip_lists.as_deref())
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn remove(connection: &mut Connection, id: &GroupId) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM groups WHERE id = $1")
        .bind(id.as_str())
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn find(
    connection: &mut Connection,
    id: &GroupId,
) -> Result<Option<GroupRow>, StoreError> {
    let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
        "SELECT {COLUMNS} FROM {TABLE} WHERE g.id = $1"
    )))
    .bind(id.as_str())
    .fetch_optional(connection)
    .await?;
    Ok(row.map(GroupRow::from))
}

/// All, or those whose names have this in them.
pub async fn list(
    connection: &mut Connection,
    search: Option<&str>,
    part: &Part,
) -> Result<(Vec<GroupRow>, Option<Place>), StoreError> {
    let listed = Listed {
        columns: COLUMNS,
        table: TABLE,
        name: "name_order",
    };
    let mut all = Condition::default();
    if let Some(typed) = search {
        all.search("search", typed);
    }
    listing::page::<Row, _>(connection, listed, all, part).await
}

/// The groups for guests, by name.
pub async fn for_guests(connection: &mut Connection) -> Result<Vec<Named<GroupId>>, StoreError> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "SELECT id, name FROM groups WHERE for_guests_since IS NOT NULL ORDER BY name_key",
    )
    .fetch_all(connection)
    .await?;
    let named = rows.into_iter().map(|(id, name)| Named {
        id: id.into(),
        name,
    });
    Ok(named.collect())
}

/// A group of guests that does not let them come from everywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    pub id: GroupId,
    pub name: String,
    /// The ids of its IP lists, as JSON.
    pub written: String,
}

/// The groups for guests that name IP lists.
pub async fn bound_to_networks(connection: &mut Connection) -> Result<Vec<Bound>, StoreError> {
    let rows: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT id, name, ip_lists FROM groups \
         WHERE for_guests_since IS NOT NULL AND ip_lists IS NOT NULL ORDER BY id",
    )
    .fetch_all(connection)
    .await?;
    let bound = rows.into_iter().map(|(id, name, written)| Bound {
        id: id.into(),
        name,
        written,
    });
    Ok(bound.collect())
}

/// Those into which nobody is put by hand: they have a rule, are for guests, or come from a directory.
pub async fn not_by_hand(connection: &mut Connection) -> Result<Vec<GroupId>, StoreError> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT id FROM groups WHERE rule IS NOT NULL OR for_guests_since IS NOT NULL \
         OR id IN (SELECT group_id FROM directory_groups) ORDER BY id",
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}

pub async fn find_by_key(
    connection: &mut Connection,
    name_key: &str,
) -> Result<Option<GroupId>, StoreError> {
    let row: Option<(String,)> = sqlx::query_as("SELECT id FROM groups WHERE name_key = $1")
        .bind(name_key)
        .fetch_optional(connection)
        .await?;
    Ok(row.map(|(id,)| id.into()))
}

pub async fn member_ids(
    connection: &mut Connection,
    id: &GroupId,
) -> Result<Vec<MemberId>, StoreError> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT member_id FROM group_members WHERE group_id = $1 ORDER BY member_id",
    )
    .bind(id.as_str())
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}

/// Whether the person was not in the group before.
///
/// # Errors
/// [`StoreError::Reference`] if there is no such person or group.
pub async fn add_member(
    connection: &mut Connection,
    group: &GroupId,
    member: &MemberId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO group_members (group_id, member_id, added_at) VALUES ($1, $2, $3) \
         ON CONFLICT (group_id, member_id) DO NOTHING",
    )
    .bind(group.as_str())
    .bind(member.as_str())
    .bind(now.as_millis())
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Puts people who are not in it into the group.
///
/// # Errors
/// [`StoreError::Reference`] if there is no such person or group.
pub async fn add_members(
    connection: &mut Connection,
    group: &GroupId,
    members: &[MemberId],
    now: Timestamp,
) -> Result<(), StoreError> {
    for members in members.chunks(CHUNK) {
        let values: Vec<String> = (0..members.len())
            .map(|at| format!("($1, ${}, CAST($2 AS BIGINT))", at + 3))
            .collect();
        let sql = format!(
            "INSERT INTO group_members (group_id, member_id, added_at) VALUES {} \
             ON CONFLICT (group_id, member_id) DO NOTHING",
            values.join(", ")
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(group.as_str())
            .bind(now.as_millis());
        let query = { members.iter() }.fold(query, |query, id| query.bind(id.as_str()));
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

pub async fn remove_members(
    connection: &mut Connection,
    group: &GroupId,
    members: &[MemberId],
) -> Result<(), StoreError> {
    for members in members.chunks(CHUNK) {
        let sql = format!(
            "DELETE FROM group_members WHERE group_id = $1 AND member_id IN ({})",
            placeholders(2, members.len())
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(group.as_str());
        let query = { members.iter() }.fold(query, |query, id| query.bind(id.as_str()));
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

/// Notes of everybody in the group that what hangs on them changes.
pub async fn touch_members(
    connection: &mut Connection,
    group: &GroupId,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE members SET updated_at = $2, version = version + 1 \
         WHERE id IN (SELECT member_id FROM group_members WHERE group_id = $1)",
    )
    .bind(group.as_str())
    .bind(now.as_millis())
    .execute(connection)
    .await?;
    Ok(())
}

/// Whether the person was in the group.
pub async fn remove_member(
    connection: &mut Connection,
    group: &GroupId,
    member: &MemberId,
) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM group_members WHERE group_id = $1 AND member_id = $2")
        .bind(group.as_str())
        .bind(member.as_str())
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Whatever is written there.
#[cfg(test)]
pub async fn write_ip_lists(
    tx: &mut Connection,
    group: &GroupId,
    written: &str,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE groups SET ip_lists = $2 WHERE id = $1")
        .bind(group.as_str())
        .bind(written)
        .execute(tx)
        .await?;
    Ok(())
}
