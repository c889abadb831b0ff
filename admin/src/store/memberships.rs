//! What hangs on many members at once, for a page of them: four questions, however many they are.

use std::collections::HashMap;

use config::Named;
use config::id::{DepartmentId, GroupId, MemberId};

use super::many::placeholders;
use super::{Connection, StoreError, role_holdings};
use crate::authz::Holding;

/// By the id of the member; a member without any is missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memberships {
    pub roles: HashMap<MemberId, Vec<Holding>>,
    /// The main one first.
    pub departments: HashMap<MemberId, Vec<Named<DepartmentId>>>,
    /// By name.
    pub groups: HashMap<MemberId, Vec<Named<GroupId>>>,
}

/// No more members than fit on a page are asked about at once.
pub async fn of(
    connection: &mut Connection,
    members: &[MemberId],
) -> Result<Memberships, StoreError> {
    if members.is_empty() {
        return Ok(Memberships::default());
    }
    let mut found = Memberships::default();
    let roles = role_holdings::of(connection, members).await?.into_iter();
    found.roles = roles
        .map(|(member, held)| (member, held.into_iter().map(Holding::from).collect()))
        .collect();
    let departments = "SELECT x.member_id, d.id, d.name FROM department_members x \
         JOIN departments d ON d.id = x.department_id WHERE x.member_id IN (?) \
         ORDER BY x.position, d.id";
    for (member, id, name) in ask(connection, departments, members).await? {
        let id = id.into();
        let all = found.departments.entry(member).or_default();
        all.push(Named { id, name });
    }
    let groups = "SELECT x.member_id, g.id, g.name FROM group_members x \
         JOIN groups g ON g.id = x.group_id WHERE x.member_id IN (?) ORDER BY g.name, g.id";
    for (member, id, name) in ask(connection, groups, members).await? {
        let id = id.into();
        let all = found.groups.entry(member).or_default();
        all.push(Named { id, name });
    }
    Ok(found)
}

/// Puts the members in the place of the question mark.
async fn ask(
    connection: &mut Connection,
    sql: &str,
    members: &[MemberId],
) -> Result<Vec<(MemberId, String, String)>, StoreError> {
    let sql = sql.replace('?', &placeholders(1, members.len()));
    let mut query = sqlx::query_as::<_, (String, String, String)>(sqlx::AssertSqlSafe(sql));
    for member in members {
        query = query.bind(member.as_str());
    }
    let rows = query.fetch_all(connection).await?.into_iter();
    Ok(rows.map(|(member, a, b)| (member.into(), a, b)).collect())
}
