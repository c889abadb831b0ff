//! Departments: the organisation's tree. Lists of them are in [`super::department_lists`].

use config::Timestamp;
use config::id::{DepartmentId, MemberId};

use super::{Connection, StoreError};
use crate::search_key;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DepartmentRow {
    pub id: DepartmentId,
    pub parent: Option<DepartmentId>,
    pub name: String,
    pub position: i64,
    pub version: i64,
    /// How many departments are directly below it.
    pub children: i64,
    /// How many people are directly in it.
    pub members: i64,
}

pub(super) type Row = (String, Option<String>, String, i64, i64, i64, i64);

pub(super) const SELECT: &str = "SELECT d.id, d.parent_id, d.name, d.position, d.version, \
     (SELECT count(*) FROM departments c WHERE c.parent_id = d.id), \
     (SELECT count(*) FROM department_members x WHERE x.department_id = d.id) FROM departments d";

impl From<Row> for DepartmentRow {
    fn from((id, parent, name, position, version, children, members): Row) -> Self {
        Self {
            id: id.into(),
            parent: parent.map(Into::into),
            name,
            position,
            version,
            children,
            members,
        }
    }
}

/// What is written down of a department.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fields {
    pub parent: Option<DepartmentId>,
    pub name: String,
    pub position: i64,
}

/// # Errors
/// [`StoreError::Reference`] if there is no such parent.
pub async fn insert(
    connection: &mut Connection,
    id: &DepartmentId,
    fields: &Fields,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO departments (id, parent_id, name, search, position, created_at, updated_at, \
         version) VALUES ($1, $2, $3, $4, $5, $6, $6, 1)",
    )
    .bind(id.as_str())
    .bind(fields.parent.as_ref().map(DepartmentId::as_str))
    .bind(fields.name.as_str())
    .bind(search_key::of_thing(&fields.name))
    .bind(fields.position)
    .bind(now.as_millis())
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes the row if it is still at its version.
pub async fn update(
    connection: &mut Connection,
    id: &DepartmentId,
    version: i64,
    fields: &Fields,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE departments SET parent_id = $3, name = $4, search = $5, position = $6, \
         updated_at = $7, version = version + 1 WHERE id = $1 AND version = $2",
    )
    .bind(id.as_str())
    .bind(version)
    .bind(fields.parent.as_ref().map(DepartmentId::as_str))
    .bind(fields.name.as_str())
    .bind(search_key::of_thing(&fields.name))
    .bind(fields.position)
    .bind(now.as_millis())
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Puts it into this place among its siblings, which is no change of the department itself.
pub async fn set_position(
    connection: &mut Connection,
    id: &DepartmentId,
    position: i64,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE departments SET position = $2 WHERE id = $1")
        .bind(id.as_str())
        .bind(position)
        .execute(connection)
        .await?;
    Ok(())
}

/// Hangs all that is directly below one department below another, behind what is there.
pub async fn move_children(
    connection: &mut Connection,
    from: &DepartmentId,
    to: Option<&DepartmentId>,
    (behind, now): (i64, Timestamp),
) -> Result<u64, StoreError> {
    let done = sqlx::query(
        "UPDATE departments SET parent_id = $2, position = position + $3, updated_at = $4, \
         version = version + 1 WHERE parent_id = $1",
    )
    .bind(from.as_str())
    .bind(to.map(DepartmentId::as_str))
    .bind(behind)
    .bind(now.as_millis())
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}

/// Puts everyone of one department into another; who is in both stays once, in the place that comes
/// first: where the one that goes was somebody's main department, the other becomes it.
pub async fn move_members(
    connection: &mut Connection,
    from: &DepartmentId,
    to: &DepartmentId,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE members SET updated_at = $2, version = version + 1 \
         WHERE id IN (SELECT member_id FROM department_members WHERE department_id = $1)",
    )
    .bind(from.as_str())
    .bind(now.as_millis())
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "INSERT INTO department_members (department_id, member_id, position) \
         SELECT $2, member_id, position FROM department_members WHERE department_id = $1 \
         ON CONFLICT (department_id, member_id) DO UPDATE SET position = excluded.position \
         WHERE excluded.position < department_members.position",
    )
    .bind(from.as_str())
    .bind(to.as_str())
    .execute(&mut *connection)
    .await?;
    sqlx::query("DELETE FROM department_members WHERE department_id = $1")
        .bind(from.as_str())
        .execute(connection)
        .await?;
    Ok(())
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
    let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(format!("{SELECT} WHERE d.id = $1")))
        .bind(id.as_str())
        .fetch_optional(connection)
        .await?;
    Ok(row.map(DepartmentRow::from))
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
