//! Who somebody is as far as exceptions of the sign-in policy look at it.

use std::collections::HashSet;

use config::PrincipalKind;
use config::id::{GroupId, MemberId};

use super::session_facts::read_kind;
use super::{Connection, StoreError};

/// The kind of the person, and the groups; `None` if there is no such person.
pub async fn of(
    connection: &mut Connection,
    member: &MemberId,
) -> Result<Option<(PrincipalKind, HashSet<GroupId>)>, StoreError> {
    let rows: Vec<(String, Option<String>)> = sqlx::query_as(
        "SELECT m.kind, g.group_id FROM members m \
         LEFT JOIN group_members g ON g.member_id = m.id WHERE m.id = $1",
    )
    .bind(member.as_str())
    .fetch_all(connection)
    .await?;
    let Some((kind, _)) = rows.first() else {
        return Ok(None);
    };
    let kind = read_kind(kind)?;
    let groups = rows.iter().filter_map(|(_, group)| group.clone());
    Ok(Some((kind, groups.map(GroupId::from).collect())))
}
