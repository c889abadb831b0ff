//! Where a department hangs in the tree, and where it stands among its siblings.

use config::id::DepartmentId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Department, find, no_such, reach, sourced, write};
use crate::edit::{Edit, shown, target};
use crate::refused::{Expected, Invalid, Refused, both};
use crate::store::department_lists::{self as tree, MAX_DEPTH};
use crate::store::departments as rows;
use crate::store::departments::Fields;
use crate::store::{Connection, StoreError, holds};

/// Where a department is to be put.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Below this one; absent: at the top.
    #[serde(default)]
    pub parent: Option<DepartmentId>,
    /// Directly before this one, which is below the same parent.
    #[serde(default)]
    pub before: Option<DepartmentId>,
    /// Directly after this one, which is below the same parent. Neither: last.
    #[serde(default)]
    pub after: Option<DepartmentId>,
}

/// Moves a department, with all below it, to a place in the tree.
pub async fn put(
    mut edit: Edit<'_>,
    id: &DepartmentId,
    expected: Expected,
    place: &Place,
) -> Result<Department, Refused> {
    holds::departments(&mut edit.tx).await?;
    holds::group_rules(&mut edit.tx).await?;
    let before = find(&mut edit.tx, id).await?;
    expected.check(before.version)?;
    sourced::may_change(&mut edit.tx, id).await?;
    reach::may_hold(&mut edit, before.parent.as_ref()).await?;
    reach::may_hold(&mut edit, place.parent.as_ref()).await?;
    if before.parent != place.parent {
        may_hang(&mut edit.tx, id, place.parent.as_ref(), "parent").await?;
    }
    let position = make_room(&mut edit.tx, id, place).await?;
    let fields = Fields {
        parent: place.parent.clone(),
        name: before.name.clone(),
        position,
    };
    write(&mut edit, &before, &fields).await?;
    let after = find(&mut edit.tx, id).await?;
    let target = target("department", id.as_str(), &after.name);
    edit.commit("move", target, shown(&before), shown(&after))
        .await?;
    Ok(after)
}

/// Numbers the siblings so that the place is free, and tells its number.
async fn make_room(
    connection: &mut Connection,
    id: &DepartmentId,
    place: &Place,
) -> Result<i64, Refused> {
    let mut siblings = tree::siblings(connection, place.parent.as_ref()).await?;
    siblings.retain(|(sibling, _)| sibling != id);
    let at = |wanted: &DepartmentId| siblings.iter().position(|(sibling, _)| sibling == wanted);
    let at = match (&place.before, &place.after) {
        (None, None) => siblings.len(),
        (Some(next), None) => at(next).ok_or_else(|| no_sibling("before"))?,
        (None, Some(last)) => at(last).ok_or_else(|| no_sibling("after"))? + 1,
        (Some(_), Some(_)) => return Err(no_sibling("after").into()),
    };
    let mut position = 0;
    for (index, (sibling, was)) in siblings.iter().enumerate() {
        position += i64::from(index == at);
        if *was != position {
            rows::set_position(connection, sibling, position).await?;
        }
        position += 1;
    }
    Ok(i64::try_from(at).unwrap_or(i64::MAX))
}

fn no_sibling(field: &str) -> Invalid {
    Invalid::new(
        field,
        (
            "this is no other department below that parent",
            "它不是该上级部门下的其他部门",
        ),
        (
            "one of before and after: the id of a department below `parent`",
            "before 与 after 只填其一：parent 下某个部门的 id",
        ),
    )
}

/// The number of the place behind all that are there.
pub(super) async fn behind(
    connection: &mut Connection,
    parent: Option<&DepartmentId>,
) -> Result<i64, StoreError> {
    let siblings = tree::siblings(connection, parent).await?;
    Ok(siblings.last().map_or(0, |(_, at)| at.saturating_add(1)))
}

/// Whether there is a place for the department below `parent`, whatever its depth.
///
/// # Errors
/// [`Refused::Impossible`] if the parent is gone, or is below the department itself.
pub async fn may_stand(
    connection: &mut Connection,
    id: &DepartmentId,
    parent: Option<&DepartmentId>,
) -> Result<(), Refused> {
    let Some(parent) = parent else { return Ok(()) };
    if rows::find(connection, parent).await?.is_none() {
        return Err(Refused::Impossible(both((
            "the department above it is no longer there",
            "其上级部门已不存在",
        ))));
    }
    let above = tree::paths(connection, std::slice::from_ref(parent)).await?;
    let above = above.get(parent).map(Vec::as_slice).unwrap_or_default();
    if parent == id || above.iter().any(|one| one.id == *id) {
        return Err(Refused::Impossible(both((
            "the department above it is below it by now",
            "其上级部门目前位于该部门之下",
        ))));
    }
    Ok(())
}

/// Whether the department, with all below it, can hang below `parent`.
///
/// # Errors
/// If it would be below itself, or deeper than policies look.
pub(super) async fn may_hang(
    connection: &mut Connection,
    id: &DepartmentId,
    parent: Option<&DepartmentId>,
    field: &str,
) -> Result<(), Refused> {
    let Some(parent) = parent else { return Ok(()) };
    let above = tree::paths(connection, std::slice::from_ref(parent)).await?;
    let above = above.get(parent).map(Vec::as_slice).unwrap_or_default();
    if parent == id || above.iter().any(|one| one.id == *id) {
        return Err(circle(field).into());
    }
    let height = tree::height(connection, id).await?;
    not_too_deep(connection, Some(parent), height).await
}

/// Whether that many levels may be below `parent`.
pub(super) async fn not_too_deep(
    connection: &mut Connection,
    parent: Option<&DepartmentId>,
    levels: i64,
) -> Result<(), Refused> {
    let Some(parent) = parent else { return Ok(()) };
    if rows::find(connection, parent).await?.is_none() {
        return Err(no_such("parent").into());
    }
    let above = tree::paths(connection, std::slice::from_ref(parent)).await?;
    let above = above.get(parent).map_or(0, Vec::len);
    let deep = i64::try_from(above).unwrap_or(i64::MAX).saturating_add(1);
    if deep.saturating_add(levels) > MAX_DEPTH {
        return Err(too_deep().into());
    }
    Ok(())
}

fn circle(field: &str) -> Invalid {
    Invalid::new(
        field,
        (
            "a department cannot be below itself",
            "部门不能成为自己的下级",
        ),
        (
            "a department outside this sub-tree, or none",
            "该部门子树之外的部门，或留空",
        ),
    )
}

fn too_deep() -> Invalid {
    Invalid::new(
        "parent",
        ("the tree would be too deep", "组织架构的层级过深"),
        ("at most 64 levels", "最多 64 级"),
    )
}
