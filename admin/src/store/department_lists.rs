//! The organisation's tree as it is read: a part of it at a time, up to the root, and down to the
//! leaves.

use std::collections::HashMap;

use config::Named;
use config::id::{DepartmentId, MemberId};

use super::departments::{DepartmentRow, Row, SELECT};
use super::many::placeholders;
use super::{Connection, StoreError};
use crate::search_key;

/// No organisation is deeper; a loop in the tree, which must not be, ends here.
pub const MAX_DEPTH: i64 = 64;

/// A place in the order of siblings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub position: i64,
    pub name: String,
    pub id: String,
}

/// The departments directly below one, or at the top, in their order.
pub async fn children(
    connection: &mut Connection,
    parent: Option<&DepartmentId>,
    after: Option<&Place>,
    limit: i64,
) -> Result<Vec<DepartmentRow>, StoreError> {
    let below = match parent {
        Some(_) => "d.parent_id = $1",
        None => "CAST($1 AS TEXT) IS NULL AND d.parent_id IS NULL",
    };
    let sql = format!(
        "{SELECT} WHERE {below} AND ($4 IS NULL OR (d.position, d.name, d.id) > ($2, $3, $4)) \
         ORDER BY d.position, d.name, d.id LIMIT $5"
    );
    let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(parent.map(DepartmentId::as_str))
        .bind(after.map_or(0, |place| place.position))
        .bind(after.map_or("", |place| place.name.as_str()))
        .bind(after.map(|place| place.id.as_str()))
        .bind(limit)
        .fetch_all(connection)
        .await?;
    Ok(rows.into_iter().map(DepartmentRow::from).collect())
}

/// The ids of the departments directly below one, or at the top, with their positions, in their order.
pub async fn siblings(
    connection: &mut Connection,
    parent: Option<&DepartmentId>,
) -> Result<Vec<(DepartmentId, i64)>, StoreError> {
    let below = match parent {
        Some(_) => "parent_id = $1",
        None => "CAST($1 AS TEXT) IS NULL AND parent_id IS NULL",
    };
    let sql =
        format!("SELECT id, position FROM departments WHERE {below} ORDER BY position, name, id");
    let rows: Vec<(String, i64)> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(parent.map(DepartmentId::as_str))
        .fetch_all(connection)
        .await?;
    Ok(rows.into_iter().map(|(id, at)| (id.into(), at)).collect())
}

/// Those of this name directly below one, or at the top; two are enough to know that it is not one.
pub async fn named(
    connection: &mut Connection,
    parent: Option<&DepartmentId>,
    name: &str,
) -> Result<Vec<DepartmentId>, StoreError> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT id FROM departments WHERE name = $2 AND COALESCE(parent_id, '') = $1 LIMIT 2",
    )
    .bind(parent.map_or("", DepartmentId::as_str))
    .bind(name)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}

/// By name and id: all, or those whose names have this in them; `within`: of these and what is below
/// them.
pub async fn by_name(
    connection: &mut Connection,
    search: Option<&str>,
    within: Option<&[DepartmentId]>,
    after: Option<(&str, &str)>,
    limit: i64,
) -> Result<Vec<DepartmentRow>, StoreError> {
    let part = within.map_or_else(String::new, |within| {
        format!(
            "AND d.id IN (WITH RECURSIVE down (id) AS ( \
             SELECT id FROM departments WHERE id IN ({}) \
             UNION SELECT c.id FROM departments c JOIN down ON c.parent_id = down.id) \
             SELECT id FROM down)",
            places(within)
        )
    });
    named_after(connection, search, (&part, within), after, limit).await
}

/// Those of these departments that are not below another of them, by name and id.
pub async fn tops_of(
    connection: &mut Connection,
    within: &[DepartmentId],
    after: Option<(&str, &str)>,
    limit: i64,
) -> Result<Vec<DepartmentRow>, StoreError> {
    let these = places(within);
    let part = format!(
        "AND d.id IN ({these}) AND NOT EXISTS (WITH RECURSIVE up (id) AS ( \
         SELECT d.parent_id UNION SELECT p.parent_id FROM departments p JOIN up ON p.id = up.id) \
         SELECT 1 FROM up WHERE up.id IN ({these}))"
    );
    named_after(connection, None, (&part, Some(within)), after, limit).await
}

/// How many values [`named_after`] binds before the departments.
const BOUND: usize = 5;

fn places(of: &[DepartmentId]) -> String {
    placeholders(BOUND + 1, of.len())
}

async fn named_after(
    connection: &mut Connection,
    search: Option<&str>,
    (part, within): (&str, Option<&[DepartmentId]>),
    after: Option<(&str, &str)>,
    limit: i64,
) -> Result<Vec<DepartmentRow>, StoreError> {
    let patterns = search.map(search_key::patterns).unzip();
    let sql = format!(
        "{SELECT} WHERE ($1 IS NULL OR d.search LIKE $1 ESCAPE '!' OR d.search LIKE $2 ESCAPE '!') \
         AND ($3 IS NULL OR (d.name, d.id) > ($3, $4)) {part} ORDER BY d.name, d.id LIMIT $5"
    );
    let mut query = sqlx::query_as::<_, Row>(sqlx::AssertSqlSafe(sql))
        .bind(patterns.0)
        .bind(patterns.1)
        .bind(after.map(|(name, _)| name))
        .bind(after.map(|(_, id)| id))
        .bind(limit);
    for id in within.into_iter().flatten() {
        query = query.bind(id.as_str());
    }
    let rows = query.fetch_all(connection).await?;
    Ok(rows.into_iter().map(DepartmentRow::from).collect())
}

/// The departments above each of these, the root first.
pub async fn paths(
    connection: &mut Connection,
    of: &[DepartmentId],
) -> Result<HashMap<DepartmentId, Vec<Named<DepartmentId>>>, StoreError> {
    let mut found: HashMap<DepartmentId, Vec<Named<DepartmentId>>> = HashMap::new();
    if of.is_empty() {
        return Ok(found);
    }
    let sql = format!(
        "WITH RECURSIVE up (origin, id, parent_id, name, depth) AS ( \
             SELECT d.id, d.id, d.parent_id, d.name, CAST(0 AS BIGINT) FROM departments d \
             WHERE d.id IN ({}) \
             UNION ALL \
             SELECT up.origin, d.id, d.parent_id, d.name, up.depth + 1 \
             FROM departments d JOIN up ON d.id = up.parent_id WHERE up.depth < $1 \
         ) SELECT origin, id, name FROM up WHERE depth > 0 ORDER BY origin, depth DESC",
        placeholders(2, of.len())
    );
    let mut query = sqlx::query_as::<_, (String, String, String)>(sqlx::AssertSqlSafe(sql));
    query = query.bind(MAX_DEPTH);
    for id in of {
        query = query.bind(id.as_str());
    }
    for (origin, id, name) in query.fetch_all(connection).await? {
        let id = id.into();
        let path = found.entry(origin.into()).or_default();
        path.push(Named { id, name });
    }
    Ok(found)
}

/// How many levels there are from this department down to the lowest below it; 1 for a leaf.
pub async fn height(connection: &mut Connection, id: &DepartmentId) -> Result<i64, StoreError> {
    let (height,): (i64,) = sqlx::query_as(
        "WITH RECURSIVE down (id, depth) AS ( \
             SELECT CAST($1 AS TEXT), CAST(1 AS BIGINT) \
             UNION ALL \
             SELECT d.id, down.depth + 1 FROM departments d JOIN down ON d.parent_id = down.id \
             WHERE down.depth < $2 \
         ) SELECT CAST(max(depth) AS BIGINT) FROM down",
    )
    .bind(id.as_str())
    .bind(MAX_DEPTH)
    .fetch_one(connection)
    .await?;
    Ok(height)
}

/// Everyone in the department and below it, but no more than `most`.
pub async fn people_below(
    connection: &mut Connection,
    id: &DepartmentId,
    most: i64,
) -> Result<Vec<MemberId>, StoreError> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "WITH RECURSIVE down (id) AS ( \
             SELECT CAST($1 AS TEXT) \
             UNION SELECT d.id FROM departments d JOIN down ON d.parent_id = down.id \
         ) SELECT DISTINCT x.member_id FROM down \
         JOIN department_members x ON x.department_id = down.id LIMIT $2",
    )
    .bind(id.as_str())
    .bind(most)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}

/// How many people are in each of these departments and below it, each counted once.
pub async fn totals(
    connection: &mut Connection,
    of: &[DepartmentId],
) -> Result<HashMap<DepartmentId, i64>, StoreError> {
    if of.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!(
        "WITH RECURSIVE down (origin, id) AS ( \
             SELECT d.id, d.id FROM departments d WHERE d.id IN ({}) \
             UNION SELECT down.origin, d.id FROM departments d JOIN down ON d.parent_id = down.id \
         ) SELECT down.origin, count(DISTINCT x.member_id) FROM down \
         JOIN department_members x ON x.department_id = down.id GROUP BY down.origin",
        placeholders(1, of.len())
    );
    let mut query = sqlx::query_as::<_, (String, i64)>(sqlx::AssertSqlSafe(sql));
    for id in of {
        query = query.bind(id.as_str());
    }
    let rows = query.fetch_all(connection).await?.into_iter();
    Ok(rows.map(|(id, count)| (id.into(), count)).collect())
}
