//! Departments: the organisation's tree. A policy on a department covers all below it.

mod lists;
mod people;
mod place;
mod reach;
mod remove;
mod sourced;

use config::Named;
use config::id::DepartmentId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::edit::{Edit, MOST_FORGOTTEN, shown, target};
use crate::groups;
use crate::members::names;
use crate::refused::{Expected, Invalid, Refused};
use crate::store::department_lists as tree;
use crate::store::departments as rows;
use crate::store::departments::Fields;
use crate::store::{Connection, StoreError, holds};

pub use lists::{List, Under, list};
pub use people::set_member;
pub use place::{Place, may_stand, put};
pub use reach::sees;
pub use remove::{Heirs, remove};

/// What an administrator writes down about a department.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DepartmentDraft {
    pub name: String,
    /// Absent: at the top.
    #[serde(default)]
    pub parent: Option<DepartmentId>,
    /// Siblings stand in the order of this number. Absent: it stays where it is, and a new one, or
    /// one that comes from elsewhere, stands last.
    #[serde(default)]
    pub position: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Department {
    pub id: DepartmentId,
    pub parent: Option<DepartmentId>,
    pub name: String,
    pub position: i64,
    /// The departments above it, the root first.
    pub path: Vec<Named<DepartmentId>>,
    /// How many departments are directly below it.
    pub children: i64,
    /// How many people are directly in it.
    pub members: i64,
    /// How many people are in it and below it, each counted once; where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members_below: Option<i64>,
    /// The directory that it comes from, and is changed in; `null` for those made here.
    pub source: Option<String>,
    pub version: i64,
}

pub async fn find(connection: &mut Connection, id: &DepartmentId) -> Result<Department, Refused> {
    let row = rows::find(connection, id).await?;
    let row = row.ok_or(Refused::NotFound("department"))?;
    let mut found = lists::complete(connection, vec![row]).await?;
    found.pop().ok_or(Refused::NotFound("department"))
}

pub async fn create(mut edit: Edit<'_>, draft: &DepartmentDraft) -> Result<Department, Refused> {
    let name = names::display_name("name", &draft.name)?;
    holds::departments(&mut edit.tx).await?;
    reach::may_hold(&mut edit, draft.parent.as_ref()).await?;
    let id = DepartmentId::generate();
    make(&mut edit, &id, name, draft.parent.clone(), draft.position).await?;
    let made = find(&mut edit.tx, &id).await?;
    let target = target("department", id.as_str(), &made.name);
    edit.commit("create", target, None, shown(&made)).await?;
    Ok(made)
}

/// Adds a department to a tree that is locked.
async fn make(
    edit: &mut Edit<'_>,
    id: &DepartmentId,
    name: String,
    parent: Option<DepartmentId>,
    position: Option<i64>,
) -> Result<(), Refused> {
    place::not_too_deep(&mut edit.tx, parent.as_ref(), 1).await?;
    let position = match position {
        Some(position) => position,
        None => place::behind(&mut edit.tx, parent.as_ref()).await?,
    };
    let fields = Fields {
        parent,
        name,
        position,
    };
    let kept = rows::insert(&mut edit.tx, id, &fields, edit.now).await;
    kept.map_err(no_such_parent)
}

/// Renames or moves it; all that is below moves with it.
pub async fn update(
    mut edit: Edit<'_>,
    id: &DepartmentId,
    expected: Expected,
    draft: &DepartmentDraft,
) -> Result<Department, Refused> {
    let name = names::display_name("name", &draft.name)?;
    holds::departments(&mut edit.tx).await?;
    holds::group_rules(&mut edit.tx).await?;
    let before = find(&mut edit.tx, id).await?;
    expected.check(before.version)?;
    reach::may_change(&mut edit, &before).await?;
    sourced::may_change(&mut edit.tx, id).await?;
    let moves = before.parent != draft.parent;
    if moves || draft.position.is_some_and(|at| at != before.position) {
        reach::may_hold(&mut edit, before.parent.as_ref()).await?;
        reach::may_hold(&mut edit, draft.parent.as_ref()).await?;
    }
    if moves {
        place::may_hang(&mut edit.tx, id, draft.parent.as_ref(), "parent").await?;
    }
    let position = match draft.position {
        Some(position) => position,
        None if moves => place::behind(&mut edit.tx, draft.parent.as_ref()).await?,
        None => before.position,
    };
    let fields = Fields {
        parent: draft.parent.clone(),
        name,
        position,
    };
    write(&mut edit, &before, &fields).await?;
    let after = find(&mut edit.tx, id).await?;
    let target = target("department", id.as_str(), &after.name);
    edit.commit("update", target, shown(&before), shown(&after))
        .await?;
    Ok(after)
}

/// Writes what has changed, and forgets whoever is told of it.
async fn write(edit: &mut Edit<'_>, before: &Department, fields: &Fields) -> Result<(), Refused> {
    let kept = rows::update(&mut edit.tx, &before.id, before.version, fields, edit.now).await;
    if !kept.map_err(no_such_parent)? {
        return Err(Refused::Stale);
    }
    if before.name != fields.name || before.parent != fields.parent {
        forget_people(edit, &before.id).await?;
    }
    if before.parent != fields.parent {
        groups::refresh_departments(edit).await?;
    }
    Ok(())
}

/// Forgets what was cached of everyone in the department and below it.
pub async fn forget_people(edit: &mut Edit<'_>, id: &DepartmentId) -> Result<(), StoreError> {
    let most = i64::try_from(MOST_FORGOTTEN).unwrap_or(i64::MAX);
    for member in tree::people_below(&mut edit.tx, id, most.saturating_add(1)).await? {
        edit.forget(&member);
    }
    Ok(())
}

fn no_such_parent(error: StoreError) -> Refused {
    if error == StoreError::Reference {
        no_such("parent").into()
    } else {
        error.into()
    }
}

fn no_such(field: &str) -> Invalid {
    Invalid::new(
        field,
        ("there is no such department", "该部门不存在"),
        ("the id of a department, or none", "已存在部门的 id，或留空"),
    )
}
