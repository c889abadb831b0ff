//! Whether people and departments are in a part of the tree.

use config::id::{DepartmentId, MemberId};

use super::{Connection, StoreError};

/// Whether the person is in one of the departments or below one.
pub async fn has_member(
    connection: &mut Connection,
    departments: &[DepartmentId],
    member: &MemberId,
) -> Result<bool, StoreError> {
    let start = "SELECT department_id FROM department_members WHERE member_id = $1";
    meets(connection, start, member.as_str(), departments).await
}

/// Whether the department is one of these or below one.
pub async fn has_department(
    connection: &mut Connection,
    departments: &[DepartmentId],
    id: &DepartmentId,
) -> Result<bool, StoreError> {
    let start = "SELECT id FROM departments WHERE id = $1";
    meets(connection, start, id.as_str(), departments).await
}

/// Whether one of the departments is met on the way up from where it starts.
async fn meets(
    connection: &mut Connection,
    start: &str,
    from: &str,
    departments: &[DepartmentId],
) -> Result<bool, StoreError> {
    if departments.is_empty() {
        return Ok(false);
    }
    let places: Vec<String> = (2..departments.len() + 2)
        .map(|n| format!("${n}"))
        .collect();
    let sql = format!(
        "WITH RECURSIVE up (id) AS ({start} UNION \
         SELECT d.parent_id FROM departments d JOIN up ON d.id = up.id) \
         SELECT CAST(1 AS BIGINT) FROM up WHERE up.id IN ({}) LIMIT 1",
        places.join(", ")
    );
    let mut query = sqlx::query_as::<_, (i64,)>(sqlx::AssertSqlSafe(sql)).bind(from);
    for department in departments {
        query = query.bind(department.as_str());
    }
    Ok(query.fetch_optional(connection).await?.is_some())
}
