//! Who heads a department, and to whom somebody reports.

use std::collections::HashMap;

use config::id::{DepartmentId, DirectoryId, MemberId};

use super::many::found;
use super::{Connection, StoreError};

/// Who heads these departments, the first among them first.
pub async fn of_departments(
    connection: &mut Connection,
    ids: &[&str],
) -> Result<HashMap<String, Vec<MemberId>>, StoreError> {
    let mut rows: Vec<(String, i64, String)> = found(connection, &[], ids, |names| {
        format!(
            "SELECT department_id, position, member_id FROM department_managers \
             WHERE department_id IN ({names})"
        )
    })
    .await?;
    rows.sort_unstable();
    let mut managers: HashMap<String, Vec<MemberId>> = HashMap::new();
    for (department, _, member) in rows {
        managers.entry(department).or_default().push(member.into());
    }
    Ok(managers)
}

/// To whom these people report.
pub async fn of_members(
    connection: &mut Connection,
    ids: &[&str],
) -> Result<HashMap<String, Vec<MemberId>>, StoreError> {
    let rows: Vec<(String, String)> = found(connection, &[], ids, |names| {
        format!("SELECT member_id, manager_id FROM member_managers WHERE member_id IN ({names})")
    })
    .await?;
    Ok(rows
        .into_iter()
        .map(|(member, manager)| (member, vec![manager.into()]))
        .collect())
}

/// Puts these at the head of a department, in this order, and nobody else.
pub async fn set_of_department(
    connection: &mut Connection,
    department: &str,
    managers: &[MemberId],
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM department_managers WHERE department_id = $1")
        .bind(department)
        .execute(&mut *connection)
        .await?;
    for (position, member) in (0_i64..).zip(managers) {
        sqlx::query(
            "INSERT INTO department_managers (department_id, position, member_id) VALUES ($1, $2, $3)",
        )
        .bind(department)
        .bind(position)
        .bind(member.as_str())
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Has somebody report to this one, or to nobody.
pub async fn set_of_member(
    connection: &mut Connection,
    member: &str,
    manager: Option<&MemberId>,
) -> Result<(), StoreError> {
    let Some(manager) = manager else {
        sqlx::query("DELETE FROM member_managers WHERE member_id = $1")
            .bind(member)
            .execute(connection)
            .await?;
        return Ok(());
    };
    sqlx::query(
        "INSERT INTO member_managers (member_id, manager_id) VALUES ($1, $2) \
         ON CONFLICT (member_id) DO UPDATE SET manager_id = excluded.manager_id",
    )
    .bind(member)
    .bind(manager.as_str())
    .execute(connection)
    .await?;
    Ok(())
}

/// The directory that says who the person is.
pub async fn directory_of_member(
    connection: &mut Connection,
    member: &MemberId,
) -> Result<Option<DirectoryId>, StoreError> {
    let row: Option<(String,)> = sqlx::query_as(
        "SELECT p.directory_id FROM directory_people p JOIN directories d ON d.id = p.directory_id \
         JOIN members m ON m.id = p.member_id WHERE p.member_id = $1 AND d.used_for <> 'sign_in' \
         ORDER BY CASE WHEN m.source = d.name THEN 0 ELSE 1 END, p.linked_at LIMIT 1",
    )
    .bind(member.as_str())
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|(id,)| id.into()))
}

/// The directory from which a department comes.
pub async fn directory_of_department(
    connection: &mut Connection,
    department: &DepartmentId,
) -> Result<Option<DirectoryId>, StoreError> {
    let row: Option<(String,)> = sqlx::query_as(
        "SELECT directory_id FROM directory_departments WHERE department_id = $1 LIMIT 1",
    )
    .bind(department.as_str())
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|(id,)| id.into()))
}
