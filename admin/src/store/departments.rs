//! Departments: the organisation's tree.

use config::Timestamp;
use config::id::{DepartmentId, MemberId};

use super::{Connection, StoreError};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DepartmentRow {
    pub id: DepartmentId,
    pub parent: Option<DepartmentId>,
    pub name: String,
    pub position: i64,
    pub version: i64,
}

type Row = (String, Option<String>, String, i64, i64);

impl From<Row> for DepartmentRow {
    fn from((id, parent, name, position, version): Row) -> Self {
        Self {
            id: id.into(),
            parent: parent.map(Into::into),
            name,
            position,
            version,
        }
    }
}

/// Serialises writers of the tree, so that two moves cannot close a circle between them.
pub async fn lock_tree(connection: &mut Connection) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO counters (name, value) VALUES ('departments', 1) \
         ON CONFLICT (name) DO UPDATE SET value = counters.value + 1",
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn insert(
    connection: &mut Connection,
    row: &DepartmentRow,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO departments (id, parent_id, name, position, created_at, updated_at, version) \
         VALUES ($1, $2, $3, $4, $5, $5, 1)",
    )
    .bind(row.id.as_str())
    .bind(row.parent.as_ref().map(DepartmentId::as_str))
    .bind(row.name.as_str())
    .bind(row.position)
    .bind(now.as_millis())
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes the row if it is still at its version.
pub async fn update(
    connection: &mut Connection,
    row: &DepartmentRow,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE departments SET parent_id = $3, name = $4, position = $5, updated_at = $6, \
         version = version + 1 WHERE id = $1 AND version = $2",
    )
    .bind(row.id.as_str())
    .bind(row.version)
    .bind(row.parent.as_ref().map(DepartmentId::as_str))
    .bind(row.name.as_str())
    .bind(row.position)
    .bind(now.as_millis())
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn remove(connection: &mut Connection, id: &DepartmentId) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM departments WHERE id = $1")
        .bind(id.as_str())
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn find(
    connection: &mut Connection,
    id: &DepartmentId,
) -> Result<Option<DepartmentRow>, StoreError> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT id, parent_id, name, position, version FROM departments WHERE id = $1",
    )
    .bind(id.as_str())
    .fetch_optional(connection)
    .await?;
    Ok(row.map(DepartmentRow::from))
}

/// The whole tree; siblings in their order.
pub async fn all(connection: &mut Connection) -> Result<Vec<DepartmentRow>, StoreError> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT id, parent_id, name, position, version FROM departments ORDER BY position, name, id",
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(DepartmentRow::from).collect())
}

/// Everyone directly in the department.
pub async fn member_ids(
    connection: &mut Connection,
    id: &DepartmentId,
) -> Result<Vec<MemberId>, StoreError> {
    let rows: Vec<(String,)> =
        sqlx::query_as("SELECT member_id FROM department_members WHERE department_id = $1")
            .bind(id.as_str())
            .fetch_all(connection)
            .await?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}

/// Puts the person into the department, behind those that they are in. Whether they were not in it.
pub async fn add_member(
    connection: &mut Connection,
    department: &DepartmentId,
    member: &MemberId,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO department_members (department_id, member_id, position) \
         VALUES ($1, $2, (SELECT COALESCE(MAX(position), -1) + 1 FROM department_members \
         WHERE member_id = $2)) ON CONFLICT (department_id, member_id) DO NOTHING",
    )
    .bind(department.as_str())
    .bind(member.as_str())
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether the person was in the department.
pub async fn remove_member(
    connection: &mut Connection,
    department: &DepartmentId,
    member: &MemberId,
) -> Result<bool, StoreError> {
    let done =
        sqlx::query("DELETE FROM department_members WHERE department_id = $1 AND member_id = $2")
            .bind(department.as_str())
            .bind(member.as_str())
            .execute(connection)
            .await?;
    Ok(done.rows_affected() == 1)
}
