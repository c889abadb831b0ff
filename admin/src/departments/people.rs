//! Who is in a department.

use config::id::{DepartmentId, MemberId};

use super::find;
use crate::authz::{Action, Forbidden, Resource};
use crate::edit::{Edit, shown, target};
use crate::groups;
use crate::members;
use crate::members::reach::{must_have, sees};
use crate::refused::Refused;
use crate::store::departments as rows;
use crate::store::holds;
use crate::store::members::touch;

/// Puts a person into the department, or takes them out. Nothing happens where that is so already.
pub async fn set_member(
    mut edit: Edit<'_>,
    id: &DepartmentId,
    member: &MemberId,
    belongs: bool,
) -> Result<(), Refused> {
    holds::group_rules(&mut edit.tx).await?;
    let department = find(&mut edit.tx, id).await?;
    let before = members::find(&mut edit.tx, member).await?;
    // Nobody is drawn into a department by those who do not reach them where they are.
    let reach = edit.permit().also(Resource::Departments, Action::Change)?;
    must_have(&mut edit.tx, &reach, std::slice::from_ref(id)).await?;
    if !sees(&mut edit.tx, &reach, member).await? {
        return Err(Forbidden::Confined.into());
    }
    let changed = if belongs {
        rows::add_member(&mut edit.tx, id, member).await?
    } else {
        rows::remove_member(&mut edit.tx, id, member).await?
    };
    if !changed {
        return Ok(());
    }
    edit.forget(member);
    touch(&mut edit.tx, member, edit.now).await?;
    groups::refresh_member(&mut edit, member).await?;
    let after = members::find(&mut edit.tx, member).await?;
    // A person counts to their main department first: that is given by those alone who have it.
    let [was_main, main] =
        [&before, &after].map(|member| member.departments.first().map(|named| &named.id));
    if let Some(main) = main.filter(|main| was_main != Some(*main)) {
        must_have(&mut edit.tx, &reach, std::slice::from_ref(main)).await?;
    }
    let action = if belongs {
        "add_member"
    } else {
        "remove_member"
    };
    let target = target("department", id.as_str(), &department.name);
    edit.commit(action, target, shown(&before), shown(&after))
        .await
}
