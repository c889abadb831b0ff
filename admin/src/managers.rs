//! Who heads a department, and to whom somebody reports, as administrators see and say it. What a directory
//! says of it is said there.

use std::collections::HashMap;

use config::id::{DepartmentId, DirectoryId, MemberId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::authz::{Action, Forbidden, Resource};
use crate::departments;
use crate::directories::{self, Whole};
use crate::edit::{Edit, shown, target};
use crate::members::{self, Status, reach};
use crate::refused::{Invalid, Refused, both};
use crate::store::{Connection, StoreError, holds, managers as rows, sync_people};

/// So many head a department.
const MOST: usize = 20;

/// A manager. One who has left stays named until somebody else is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Manager {
    pub id: MemberId,
    pub username: String,
    pub display_name: String,
    pub status: Status,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Managers {
    /// The first among them first.
    pub managers: Vec<Manager>,
    /// The name of the directory that says so; `null`: it is said here.
    pub said_by: Option<String>,
}

/// Who is to be the manager.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ManagersDraft {
    /// Their ids, the first among them first: of a department at most 20, of a person at most one.
    #[schema(max_items = 20)]
    pub managers: Vec<MemberId>,
}

/// # Errors
/// [`Refused::NotFound`] if there is no such department.
pub async fn of_department(
    connection: &mut Connection,
    id: &DepartmentId,
) -> Result<Managers, Refused> {
    departments::find(connection, id).await?;
    let found = rows::of_departments(connection, &[id.as_str()]).await?;
    let directory = rows::directory_of_department(connection, id).await?;
    let tells = |whole: &Whole| whole.source.tells_department_managers();
    Ok(Managers {
        managers: named(connection, found, id.as_str()).await?,
        said_by: said_by(connection, directory, tells).await?,
    })
}

/// # Errors
/// [`Refused::NotFound`] if there is no such person.
pub async fn of_member(connection: &mut Connection, id: &MemberId) -> Result<Managers, Refused> {
    members::find(connection, id).await?;
    let found = rows::of_members(connection, &[id.as_str()]).await?;
    let directory = rows::directory_of_member(connection, id).await?;
    let tells = |whole: &Whole| whole.source.tells_managers();
    Ok(Managers {
        managers: named(connection, found, id.as_str()).await?,
        said_by: said_by(connection, directory, tells).await?,
    })
}

/// # Errors
/// If the department is not the caller's to change, or a directory says who heads it.
pub async fn set_of_department(
    mut edit: Edit<'_>,
    id: &DepartmentId,
    draft: &ManagersDraft,
) -> Result<Managers, Refused> {
    holds::departments(&mut edit.tx).await?;
    let department = departments::find(&mut edit.tx, id).await?;
    let reach = edit.permit().reach();
    if !departments::sees(&mut edit.tx, reach, id).await? {
        return Err(Forbidden::Confined.into());
    }
    let before = of_department(&mut edit.tx, id).await?;
    said_here(&before)?;
    check(&mut edit, draft, MOST).await?;
    rows::set_of_department(&mut edit.tx, id.as_str(), &draft.managers).await?;
    let after = of_department(&mut edit.tx, id).await?;
    let target = target("department", id.as_str(), &department.name);
    edit.commit("set_managers", target, shown(&before), shown(&after))
        .await?;
    Ok(after)
}

/// # Errors
/// If the person is not the caller's to change, or a directory says to whom they report.
pub async fn set_of_member(
    mut edit: Edit<'_>,
    id: &MemberId,
    draft: &ManagersDraft,
) -> Result<Managers, Refused> {
    let member = members::find(&mut edit.tx, id).await?;
    reach::may_touch(&mut edit, &member).await?;
    let before = of_member(&mut edit.tx, id).await?;
    said_here(&before)?;
    if draft.managers.contains(id) {
        return Err(Invalid::new(
            "managers",
            ("nobody reports to themselves", "不能将本人设为自己的上级"),
            ("the id of somebody else", "其他成员的 id"),
        )
        .into());
    }
    check(&mut edit, draft, 1).await?;
    rows::set_of_member(&mut edit.tx, id.as_str(), draft.managers.first()).await?;
    let after = of_member(&mut edit.tx, id).await?;
    let target = target("member", id.as_str(), &member.username);
    edit.commit("set_managers", target, shown(&before), shown(&after))
        .await?;
    Ok(after)
}

async fn named(
    connection: &mut Connection,
    mut found: HashMap<String, Vec<MemberId>>,
    of: &str,
) -> Result<Vec<Manager>, StoreError> {
    let ids = found.remove(of).unwrap_or_default();
    let people = sync_people::rows(connection, &ids).await?;
    let mut managers: Vec<Manager> = { people.into_iter() }
        .map(|row| Manager {
            id: row.id,
            username: row.username,
            display_name: row.display_name,
            status: Status::from_name(&row.status),
        })
        .collect();
    managers.sort_by_key(|one| ids.iter().position(|id| *id == one.id));
    Ok(managers)
}

async fn said_by(
    connection: &mut Connection,
    directory: Option<DirectoryId>,
    tells: impl Fn(&Whole) -> bool,
) -> Result<Option<String>, Refused> {
    let Some(directory) = directory else {
        return Ok(None);
    };
    let whole = directories::whole(connection, &directory).await?;
    let says = whole.used_for().organisation() && tells(&whole);
    Ok(says.then_some(whole.row.name))
}

fn said_here(before: &Managers) -> Result<(), Refused> {
    let Some(name) = &before.said_by else {
        return Ok(());
    };
    Err(Refused::Impossible(both((
        &format!("the directory “{name}” says who the manager is: change it there"),
        &format!("负责人由目录“{name}”提供，请在该目录中修改"),
    ))))
}

/// Nobody is named twice, nor whom the caller does not see.
async fn check(edit: &mut Edit<'_>, draft: &ManagersDraft, most: usize) -> Result<(), Refused> {
    if draft.managers.len() > most {
        return Err(Invalid::new(
            "managers",
            ("these are too many", "负责人数量过多"),
            (&format!("at most {most}"), &format!("最多 {most} 名")),
        )
        .into());
    }
    let reach = edit.permit().also(Resource::Members, Action::Read)?;
    for (at, id) in draft.managers.iter().enumerate() {
        let is_known = !sync_people::rows(&mut edit.tx, std::slice::from_ref(id))
            .await?
            .is_empty()
            && reach::sees(&mut edit.tx, &reach, id).await?;
        if !is_known || draft.managers[..at].contains(id) {
            return Err(Invalid::new(
                &format!("managers.{at}"),
                (
                    "there is no such member, or they are named twice",
                    "该成员不存在，或重复填写",
                ),
                ("the ids of members, each once", "成员的 id，每个仅填一次"),
            )
            .into());
        }
    }
    Ok(())
}
