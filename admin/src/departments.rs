//! Departments: the organisation's tree. A policy on a department covers all below it.

use std::collections::HashSet;

use config::id::{DepartmentId, MemberId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::edit::{Edit, shown, target};
use crate::members::{self, names};
use crate::refused::{Expected, Invalid, Refused, both};
use crate::store::departments as rows;
use crate::store::departments::DepartmentRow;
use crate::store::{Connection, StoreError};

/// What an administrator writes down about a department.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DepartmentDraft {
    pub name: String,
    /// Absent: at the top.
    #[serde(default)]
    pub parent: Option<DepartmentId>,
    /// Siblings stand in the order of this number.
    #[serde(default)]
    pub position: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Department {
    pub id: DepartmentId,
    pub parent: Option<DepartmentId>,
    pub name: String,
    pub position: i64,
    pub version: i64,
}

impl From<DepartmentRow> for Department {
    fn from(row: DepartmentRow) -> Self {
        Self {
            id: row.id,
            parent: row.parent,
            name: row.name,
            position: row.position,
            version: row.version,
        }
    }
}

pub async fn find(connection: &mut Connection, id: &DepartmentId) -> Result<Department, Refused> {
    rows::find(connection, id)
        .await?
        .map(Department::from)
        .ok_or(Refused::NotFound("department"))
}

/// The whole tree; siblings in their order.
pub async fn all(connection: &mut Connection) -> Result<Vec<Department>, StoreError> {
    let rows = rows::all(connection).await?;
    Ok(rows.into_iter().map(Department::from).collect())
}

pub async fn create(mut edit: Edit<'_>, draft: &DepartmentDraft) -> Result<Department, Refused> {
    let row = DepartmentRow {
        id: DepartmentId::generate(),
        parent: draft.parent.clone(),
        name: names::display_name("name", &draft.name)?,
        position: draft.position,
        version: 0,
    };
    rows::insert(&mut edit.tx, &row, edit.now)
        .await
        .map_err(no_such_parent)?;
    let made = find(&mut edit.tx, &row.id).await?;
    let target = target("department", row.id.as_str(), &made.name);
    edit.commit("create", target, None, shown(&made)).await?;
    Ok(made)
}

/// Renames or moves it; all that is below moves with it.
pub async fn update(
    mut edit: Edit<'_>,
    id: &DepartmentId,
    expected: Expected,
    draft: &DepartmentDraft,
) -> Result<Department, Refused> {
    rows::lock_tree(&mut edit.tx).await?;
    let before = find(&mut edit.tx, id).await?;
    expected.check(before.version)?;
    let below = sub_tree(&rows::all(&mut edit.tx).await?, id);
    if draft.parent.as_ref().is_some_and(|p| below.contains(p)) {
        return Err(circle().into());
    }
    let row = DepartmentRow {
        id: id.clone(),
        parent: draft.parent.clone(),
        name: names::display_name("name", &draft.name)?,
        position: draft.position,
        version: before.version,
    };
    let kept = rows::update(&mut edit.tx, &row, edit.now).await;
    if !kept.map_err(no_such_parent)? {
        return Err(Refused::Stale);
    }
    let after = find(&mut edit.tx, id).await?;
    if before.name != after.name || before.parent != after.parent {
        for department in &below {
            for member in rows::member_ids(&mut edit.tx, department).await? {
                edit.forget(&member);
            }
        }
    }
    let target = target("department", id.as_str(), &after.name);
    edit.commit("update", target, shown(&before), shown(&after))
        .await?;
    Ok(after)
}

/// Removes one that holds neither people nor departments.
pub async fn remove(
    mut edit: Edit<'_>,
    id: &DepartmentId,
    expected: Expected,
) -> Result<(), Refused> {
    rows::lock_tree(&mut edit.tx).await?;
    let before = find(&mut edit.tx, id).await?;
    expected.check(before.version)?;
    let has_people = !rows::member_ids(&mut edit.tx, id).await?.is_empty();
    let has_below = sub_tree(&rows::all(&mut edit.tx).await?, id).len() > 1;
    if has_people || has_below {
        return Err(Refused::Impossible(both((
            "the department is not empty: move its people and departments elsewhere first",
            "部门不为空，请先移走其中的成员和下级部门",
        ))));
    }
    rows::remove(&mut edit.tx, id).await?;
    let target = target("department", id.as_str(), &before.name);
    edit.commit("delete", target, shown(&before), None).await
}

/// Puts a person into the department, or takes them out. Nothing happens where that is so already.
pub async fn set_member(
    mut edit: Edit<'_>,
    id: &DepartmentId,
    member: &MemberId,
    belongs: bool,
) -> Result<(), Refused> {
    let department = find(&mut edit.tx, id).await?;
    let before = members::find(&mut edit.tx, member).await?;
    let changed = if belongs {
        rows::add_member(&mut edit.tx, id, member).await?
    } else {
        rows::remove_member(&mut edit.tx, id, member).await?
    };
    if !changed {
        return Ok(());
    }
    edit.forget(member);
    let after = members::find(&mut edit.tx, member).await?;
    let action = if belongs {
        "add_member"
    } else {
        "remove_member"
    };
    let target = target("department", id.as_str(), &department.name);
    edit.commit(action, target, shown(&before), shown(&after))
        .await
}

/// The department and all below it.
fn sub_tree(all: &[DepartmentRow], top: &DepartmentId) -> HashSet<DepartmentId> {
    let mut found = HashSet::from([top.clone()]);
    loop {
        let size = found.len();
        for row in all {
            if row.parent.as_ref().is_some_and(|p| found.contains(p)) {
                found.insert(row.id.clone());
            }
        }
        if found.len() == size {
            return found;
        }
    }
}

fn circle() -> Invalid {
    Invalid::new(
        "parent",
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

fn no_such_parent(error: StoreError) -> Refused {
    if error != StoreError::Reference {
        return error.into();
    }
    Invalid::new(
        "parent",
        ("there is no such department", "该部门不存在"),
        ("the id of a department, or none", "已存在部门的 id，或留空"),
    )
    .into()
}
