//! Which roles people hold, and to which departments each is confined.

use std::collections::HashMap;

use config::id::{DepartmentId, MemberId};
use config::{Named, Timestamp};

use super::many::placeholders;
use super::{Connection, StoreError};

/// A role that somebody holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldingRow {
    /// The name of a built-in role, or the id of one that was made here.
    pub role: String,
    /// What is written down of one that was made here.
    pub made: Option<MadeRole>,
    /// The departments to which it is confined, by name; `None`: everywhere.
    pub within: Option<Vec<Named<DepartmentId>>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeRole {
    pub name: String,
    pub permissions: Vec<String>,
}

type Row = (String, String, Option<i64>, Option<String>, Option<String>);

/// By the id of the member; one without any is missing. No more members than fit on a page are asked
/// about at once.
pub async fn of(
    connection: &mut Connection,
    members: &[MemberId],
) -> Result<HashMap<MemberId, Vec<HoldingRow>>, StoreError> {
    let mut found: HashMap<MemberId, Vec<HoldingRow>> = HashMap::new();
    if members.is_empty() {
        return Ok(found);
    }
    let places = placeholders(1, members.len());
    let sql = format!(
        "SELECT x.member_id, x.role, x.confined_at, r.name, r.permissions FROM member_roles x \
         LEFT JOIN roles r ON r.id = x.role WHERE x.member_id IN ({places}) \
         ORDER BY x.granted_at, x.role"
    );
    let mut query = sqlx::query_as::<_, Row>(sqlx::AssertSqlSafe(sql));
    for member in members {
        query = query.bind(member.as_str());
    }
    let mut is_any_confined = false;
    for (member, role, confined, name, permissions) in query.fetch_all(&mut *connection).await? {
        let made = name.zip(permissions).map(|(name, permissions)| {
            Ok::<_, StoreError>(MadeRole {
                name,
                permissions: serde_json::from_str(&permissions)?,
            })
        });
        is_any_confined |= confined.is_some();
        found.entry(member.into()).or_default().push(HoldingRow {
            role,
            made: made.transpose()?,
            within: confined.map(|_| Vec::new()),
        });
    }
    if is_any_confined {
        confine(connection, &mut found, members, &places).await?;
    }
    Ok(found)
}

/// Puts the departments to those that are confined.
async fn confine(
    connection: &mut Connection,
    found: &mut HashMap<MemberId, Vec<HoldingRow>>,
    members: &[MemberId],
    places: &str,
) -> Result<(), StoreError> {
    let sql = format!(
        "SELECT x.member_id, x.role, d.id, d.name FROM member_role_departments x \
         JOIN departments d ON d.id = x.department_id WHERE x.member_id IN ({places}) \
         ORDER BY d.name, d.id"
    );
    let mut query = sqlx::query_as::<_, (String, String, String, String)>(sqlx::AssertSqlSafe(sql));
    for member in members {
        query = query.bind(member.as_str());
    }
    for (member, role, id, name) in query.fetch_all(connection).await? {
        let held = found.get_mut(&MemberId::from(member));
        let held = held.and_then(|held| held.iter_mut().find(|held| held.role == role));
        if let Some(within) = held.and_then(|held| held.within.as_mut()) {
            let id = id.into();
            within.push(Named { id, name });
        }
    }
    Ok(())
}

/// The roles of one person.
pub async fn of_member(
    connection: &mut Connection,
    member: &MemberId,
) -> Result<Vec<HoldingRow>, StoreError> {
    let mut found = of(connection, std::slice::from_ref(member)).await?;
    Ok(found.remove(member).unwrap_or_default())
}

/// Gives the person exactly these roles, each with the departments to which it is confined.
///
/// # Errors
/// [`StoreError::Reference`] if there is no such department.
pub async fn set(
    connection: &mut Connection,
    member: &MemberId,
    roles: &[(&str, Option<&[DepartmentId]>)],
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM member_role_departments WHERE member_id = $1")
        .bind(member.as_str())
        .execute(&mut *connection)
        .await?;
    sqlx::query("DELETE FROM member_roles WHERE member_id = $1")
        .bind(member.as_str())
        .execute(&mut *connection)
        .await?;
    for (role, within) in roles {
        let confined = within.map(|_| now.as_millis());
        sqlx::query(
            "INSERT INTO member_roles (member_id, role, granted_at, confined_at) \
             VALUES ($1, $2, $3, $4)",
        )
        .bind(member.as_str())
        .bind(*role)
        .bind(now.as_millis())
        .bind(confined)
        .execute(&mut *connection)
        .await?;
        for department in within.unwrap_or_default() {
            sqlx::query(
                "INSERT INTO member_role_departments (member_id, role, department_id) \
                 VALUES ($1, $2, $3)",
            )
            .bind(member.as_str())
            .bind(*role)
            .bind(department.as_str())
            .execute(&mut *connection)
            .await?;
        }
    }
    Ok(())
}

/// How many owners can sign in. Until the transaction ends no other one can answer the same
/// question, so that two owners cannot remove each other at the same moment.
pub async fn count_owners(connection: &mut Connection) -> Result<i64, StoreError> {
    sqlx::query("UPDATE member_roles SET granted_at = granted_at WHERE role = 'owner'")
        .execute(&mut *connection)
        .await?;
    let (count,): (i64,) = sqlx::query_as(
        "SELECT count(*) FROM member_roles r JOIN members m ON m.id = r.member_id \
         WHERE r.role = 'owner' AND m.status = 'active'",
    )
    .fetch_one(connection)
    .await?;
    Ok(count)
}
