//! Removes a department, never with what it holds: people and departments go elsewhere first, or in
//! the same breath.

use config::id::DepartmentId;
use serde::Serialize;

use super::{Department, find, forget_people, no_such, place, reach, sourced};
use crate::edit::{Edit, shown, target};
use crate::groups;
use crate::refused::{Expected, Refused, both};
use crate::store::departments as rows;
use crate::store::holds;

/// Where what a department holds goes when it is removed.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Heirs {
    pub members: Option<DepartmentId>,
    /// `Some(None)`: to the top.
    pub children: Option<Option<DepartmentId>>,
}

pub async fn remove(
    mut edit: Edit<'_>,
    id: &DepartmentId,
    expected: Expected,
    heirs: &Heirs,
) -> Result<(), Refused> {
    holds::departments(&mut edit.tx).await?;
    holds::group_rules(&mut edit.tx).await?;
    let before = find(&mut edit.tx, id).await?;
    expected.check(before.version)?;
    sourced::may_remove(&mut edit.tx, id).await?;
    reach::may_hold(&mut edit, before.parent.as_ref()).await?;
    if let Some(to) = &heirs.members {
        reach::may_hold(&mut edit, Some(to)).await?;
    }
    if let Some(to) = &heirs.children {
        reach::may_hold(&mut edit, to.as_ref()).await?;
    }
    forget_people(&mut edit, id).await?;
    move_members(&mut edit, &before, heirs.members.as_ref()).await?;
    move_children(&mut edit, &before, heirs.children.as_ref()).await?;
    rows::remove(&mut edit.tx, id).await?;
    groups::refresh_departments(&mut edit).await?;
    let target = target("department", id.as_str(), &before.name);
    let inherited = before.members > 0 || before.children > 0;
    let after = if inherited {
        shown(&Moved { moved_to: heirs })
    } else {
        None
    };
    edit.commit("delete", target, shown(&before), after).await
}

/// What the audit log says of a department that is gone.
#[derive(Serialize)]
struct Moved<'a> {
    moved_to: &'a Heirs,
}

async fn move_members(
    edit: &mut Edit<'_>,
    from: &Department,
    to: Option<&DepartmentId>,
) -> Result<(), Refused> {
    if from.members == 0 {
        return Ok(());
    }
    let to = to.ok_or_else(not_empty)?;
    if *to == from.id || rows::find(&mut edit.tx, to).await?.is_none() {
        return Err(no_such("move_members_to").into());
    }
    Ok(rows::move_members(&mut edit.tx, &from.id, to, edit.now).await?)
}

async fn move_children(
    edit: &mut Edit<'_>,
    from: &Department,
    to: Option<&Option<DepartmentId>>,
) -> Result<(), Refused> {
    if from.children == 0 {
        return Ok(());
    }
    let to = to.ok_or_else(not_empty)?.as_ref();
    if let Some(parent) = to
        && rows::find(&mut edit.tx, parent).await?.is_none()
    {
        return Err(no_such("move_children_to").into());
    }
    place::may_hang(&mut edit.tx, &from.id, to, "move_children_to").await?;
    let behind = place::behind(&mut edit.tx, to).await?;
    rows::move_children(&mut edit.tx, &from.id, to, (behind, edit.now)).await?;
    Ok(())
}

fn not_empty() -> Refused {
    Refused::Impossible(both((
        "the department is not empty: say where its people and departments go, or move them elsewhere first",
        "部门不为空，请指定其成员和下级部门的去向，或先将其移走",
    )))
}
