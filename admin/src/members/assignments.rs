//! Which roles a person holds, and to which departments each is confined.

use std::collections::HashSet;

use config::id::{DepartmentId, MemberId};
use config::{Named, Role};
use serde::Deserialize;
use utoipa::ToSchema;

use super::credentials::end_codes;
use super::{Member, account, find};
use crate::authz::holding::of_departments;
use crate::authz::{Holding, roles as rules};
use crate::edit::{Edit, shown, target};
use crate::refused::{Expected, Invalid, Refused};
use crate::roles;
use crate::store::{Connection, departments, holds, members as rows, role_holdings};

/// So many departments a role can be confined to.
const MOST_DEPARTMENTS: usize = 100;

/// A role that a person is to hold.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Assignment {
    /// The name of a built-in role, or the id of one that was made here.
    pub role: String,
    /// Ids of 1 to 100 departments to which it is confined, with all below them; what knows no
    /// departments, such as applications, it then does not give. Absent: it is good everywhere.
    #[serde(default)]
    pub within: Option<Vec<DepartmentId>>,
}

/// Gives the person exactly these roles.
pub async fn set(
    mut edit: Edit<'_>,
    id: &MemberId,
    expected: Expected,
    wanted: &[Assignment],
) -> Result<Member, Refused> {
    holds::roles(&mut edit.tx).await?;
    let before = find(&mut edit.tx, id).await?;
    expected.check(before.version)?;
    let after = holdings(&mut edit.tx, wanted).await?;
    rules::may_change(edit.permit().authority(), &before.roles, &after)?;
    write(&mut edit, id, &after).await?;
    rows::touch(&mut edit.tx, id, edit.now).await?;
    account::keep_an_owner(&mut edit, &before).await?;
    if after.iter().any(|held| !before.roles.contains(held)) {
        // Made for somebody with less, perhaps by somebody who may not touch them any more.
        let why = (
            "it was withdrawn: the member was given a role",
            "已撤回，该成员被授予了新的角色",
        );
        end_codes(&mut edit, id, why).await?;
    }
    edit.forget(id);
    let after = find(&mut edit.tx, id).await?;
    let target = target("member", id.as_str(), &after.username);
    edit.commit("set_roles", target, shown(&before), shown(&after))
        .await?;
    Ok(after)
}

async fn write(edit: &mut Edit<'_>, id: &MemberId, held: &[Holding]) -> Result<(), Refused> {
    let within: Vec<Option<Vec<DepartmentId>>> = held
        .iter()
        .map(|held| {
            let within = held.within.as_ref()?;
            Some(within.iter().map(|named| named.id.clone()).collect())
        })
        .collect();
    let rows: Vec<_> = held
        .iter()
        .zip(&within)
        .map(|(held, within)| (held.role.as_str(), within.as_deref()))
        .collect();
    Ok(role_holdings::set(&mut edit.tx, id, &rows, edit.now).await?)
}

async fn holdings(
    connection: &mut Connection,
    wanted: &[Assignment],
) -> Result<Vec<Holding>, Refused> {
    let mut seen = HashSet::new();
    let mut all = Vec::with_capacity(wanted.len());
    for (at, assignment) in wanted.iter().enumerate() {
        let found = roles::holding(connection, &assignment.role).await?;
        let mut held = found.ok_or_else(|| no_role(at))?;
        if !seen.insert(assignment.role.as_str()) {
            return Err(named_twice(at).into());
        }
        if let Some(departments) = &assignment.within {
            held.within = Some(confined(connection, at, &held, departments).await?);
        }
        all.push(held);
    }
    Ok(all)
}

/// The departments to which a role is to be confined, by name, as they are read again.
async fn confined(
    connection: &mut Connection,
    at: usize,
    held: &Holding,
    within: &[DepartmentId],
) -> Result<Vec<Named<DepartmentId>>, Refused> {
    let permissions = held.permissions().unwrap_or_default();
    if held.role == Role::Owner.as_str() || of_departments(permissions).is_empty() {
        return Err(not_to_be_confined(at).into());
    }
    if !(1..=MOST_DEPARTMENTS).contains(&within.len()) {
        return Err(departments_wrong(at).into());
    }
    let mut named: Vec<Named<DepartmentId>> = Vec::with_capacity(within.len());
    for id in within {
        let row = departments::find(connection, id).await?;
        let row = row.ok_or_else(|| departments_wrong(at))?;
        if named.iter().any(|known| known.id == row.id) {
            return Err(departments_wrong(at).into());
        }
        let (id, name) = (row.id, row.name);
        named.push(Named { id, name });
    }
    named.sort_by(|a, b| (&a.name, a.id.as_str()).cmp(&(&b.name, b.id.as_str())));
    Ok(named)
}

fn no_role(at: usize) -> Invalid {
    Invalid::new(
        &format!("roles[{at}].role"),
        ("there is no such role", "该角色不存在"),
        (
            "the `id` of a role that GET /roles shows",
            "GET /roles 中某个角色的 id",
        ),
    )
}

fn named_twice(at: usize) -> Invalid {
    Invalid::new(
        &format!("roles[{at}].role"),
        ("this role is named twice", "该角色重复出现"),
        (
            "each role once, with all departments to which it is confined",
            "每个角色只出现一次，并列出其限定的全部部门",
        ),
    )
}

fn not_to_be_confined(at: usize) -> Invalid {
    Invalid::new(
        &format!("roles[{at}].within"),
        (
            "this role cannot be confined to departments",
            "该角色不能限定到部门",
        ),
        (
            "only for a role that changes or reads members, credentials, sessions or departments, and never for the owner",
            "仅适用于可查看或管理成员、凭据、会话或部门的角色，且不适用于所有者",
        ),
    )
}

fn departments_wrong(at: usize) -> Invalid {
    Invalid::new(
        &format!("roles[{at}].within"),
        (
            "this is no list of departments that exist",
            "部门列表有误：部门不存在、重复或数量不符",
        ),
        (
            "ids of 1 to 100 departments, each once; leave it out for everywhere",
            "1 到 100 个已存在部门的 id，不可重复；留空表示不限部门",
        ),
    )
}
