//! Which department or group of a directory is which one here.

use std::collections::HashMap;

use config::id::{DepartmentId, DirectoryId, GroupId};

use super::many::found;
use super::{Connection, StoreError};

/// A department here that comes from a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedDepartment {
    pub key: String,
    pub id: DepartmentId,
    pub parent: Option<DepartmentId>,
    pub name: String,
    pub position: i64,
    pub version: i64,
}

/// All that come from the directory.
pub async fn departments(
    connection: &mut Connection,
    directory: &DirectoryId,
) -> Result<Vec<LinkedDepartment>, StoreError> {
    let rows: Vec<(String, String, Option<String>, String, i64, i64)> = sqlx::query_as(
        "SELECT l.their_key, d.id, d.parent_id, d.name, d.position, d.version \
         FROM directory_departments l JOIN departments d ON d.id = l.department_id \
         WHERE l.directory_id = $1 ORDER BY l.their_key",
    )
    .bind(directory.as_str())
    .fetch_all(connection)
    .await?;
    let linked = rows.into_iter();
    Ok(linked
        .map(
            |(key, id, parent, name, position, version)| LinkedDepartment {
                key,
                id: id.into(),
                parent: parent.map(Into::into),
                name,
                position,
                version,
            },
        )
        .collect())
}

pub async fn link_department(
    connection: &mut Connection,
    directory: &DirectoryId,
    key: &str,
    id: &DepartmentId,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO directory_departments (directory_id, their_key, department_id) VALUES ($1, $2, $3)",
    )
    .bind(directory.as_str())
    .bind(key)
    .bind(id.as_str())
    .execute(connection)
    .await?;
    Ok(())
}

/// Whether something here is known by this key.
pub async fn is_department_linked(
    connection: &mut Connection,
    directory: &DirectoryId,
    key: &str,
) -> Result<bool, StoreError> {
    let row: Option<(i64,)> = sqlx::query_as(
        "SELECT 1 FROM directory_departments WHERE directory_id = $1 AND their_key = $2",
    )
    .bind(directory.as_str())
    .bind(key)
    .fetch_optional(connection)
    .await?;
    Ok(row.is_some())
}

/// The directory no longer names it; it stays here.
pub async fn unlink_department(
    connection: &mut Connection,
    directory: &DirectoryId,
    key: &str,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM directory_departments WHERE directory_id = $1 AND their_key = $2")
        .bind(directory.as_str())
        .bind(key)
        .execute(connection)
        .await?;
    Ok(())
}

/// The names of the directories from which these departments come, where any does.
pub async fn sources_of_departments(
    connection: &mut Connection,
    ids: &[DepartmentId],
) -> Result<HashMap<DepartmentId, String>, StoreError> {
    let ids: Vec<&str> = ids.iter().map(DepartmentId::as_str).collect();
    let rows: Vec<(String, String)> = found(connection, &[], &ids, |names| {
        format!(
            "SELECT l.department_id, d.name FROM directory_departments l \
             JOIN directories d ON d.id = l.directory_id WHERE l.department_id IN ({names})"
        )
    })
    .await?;
    Ok(rows
        .into_iter()
        .map(|(id, name)| (id.into(), name))
        .collect())
}

/// The name of the directory from which a department comes.
pub async fn source_of_department(
    connection: &mut Connection,
    id: &DepartmentId,
) -> Result<Option<String>, StoreError> {
    let row: Option<(String,)> = sqlx::query_as(
        "SELECT d.name FROM directory_departments l JOIN directories d ON d.id = l.directory_id \
         WHERE l.department_id = $1",
    )
    .bind(id.as_str())
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|(name,)| name))
}

/// A group here that comes from a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedGroup {
    pub key: String,
    pub id: GroupId,
    pub name: String,
    pub version: i64,
}

/// All that come from the directory.
pub async fn groups(
    connection: &mut Connection,
    directory: &DirectoryId,
) -> Result<Vec<LinkedGroup>, StoreError> {
    let rows: Vec<(String, String, String, i64)> = sqlx::query_as(
        "SELECT l.their_key, g.id, g.name, g.version FROM directory_groups l \
         JOIN groups g ON g.id = l.group_id WHERE l.directory_id = $1 ORDER BY l.their_key",
    )
    .bind(directory.as_str())
    .fetch_all(connection)
    .await?;
    let linked = rows.into_iter();
    Ok(linked
        .map(|(key, id, name, version)| LinkedGroup {
            key,
            id: id.into(),
            name,
            version,
        })
        .collect())
}

/// The one of this key.
pub async fn group(
    connection: &mut Connection,
    directory: &DirectoryId,
    key: &str,
) -> Result<Option<LinkedGroup>, StoreError> {
    let row: Option<(String, String, i64)> = sqlx::query_as(
        "SELECT g.id, g.name, g.version FROM directory_groups l JOIN groups g ON g.id = l.group_id \
         WHERE l.directory_id = $1 AND l.their_key = $2",
    )
    .bind(directory.as_str())
    .bind(key)
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|(id, name, version)| LinkedGroup {
        key: key.to_owned(),
        id: id.into(),
        name,
        version,
    }))
}

pub async fn link_group(
    connection: &mut Connection,
    directory: &DirectoryId,
    key: &str,
    id: &GroupId,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO directory_groups (directory_id, their_key, group_id) VALUES ($1, $2, $3)",
    )
    .bind(directory.as_str())
    .bind(key)
    .bind(id.as_str())
    .execute(connection)
    .await?;
    Ok(())
}

/// The directory tells of the group under another key.
pub async fn relink_group(
    connection: &mut Connection,
    directory: &DirectoryId,
    (from, to): (&str, &str),
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE directory_groups SET their_key = $3 WHERE directory_id = $1 AND their_key = $2",
    )
    .bind(directory.as_str())
    .bind(from)
    .bind(to)
    .execute(connection)
    .await?;
    Ok(())
}

/// The departments that come from no directory, by the one above and the name.
pub async fn free_departments(
    connection: &mut Connection,
) -> Result<Vec<(DepartmentId, Option<DepartmentId>, String)>, StoreError> {
    let rows: Vec<(String, Option<String>, String)> = sqlx::query_as(
        "SELECT d.id, d.parent_id, d.name FROM departments d WHERE NOT EXISTS \
         (SELECT 1 FROM directory_departments l WHERE l.department_id = d.id) ORDER BY d.id",
    )
    .fetch_all(connection)
    .await?;
    let free = rows.into_iter();
    Ok(free
        .map(|(id, parent, name)| (id.into(), parent.map(Into::into), name))
        .collect())
}

/// The name of the directory from which a group comes.
pub async fn source_of_group(
    connection: &mut Connection,
    id: &GroupId,
) -> Result<Option<String>, StoreError> {
    let row: Option<(String,)> = sqlx::query_as(
        "SELECT d.name FROM directory_groups l JOIN directories d ON d.id = l.directory_id \
         WHERE l.group_id = $1",
    )
    .bind(id.as_str())
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|(name,)| name))
}
