//! What a directory says of a person is changed there: here it would be put back by the next run.

use super::{Member, Profile};
use crate::edit::Edit;
use crate::refused::{Refused, both};
use crate::store::directory_people as links;
use crate::store::members::Fields;

/// # Errors
/// [`Refused::Impossible`] if something is to be changed that a directory says.
pub(super) async fn may_change(
    edit: &mut Edit<'_>,
    before: &Member,
    fields: &Fields,
    profile: &Profile,
) -> Result<(), Refused> {
    let departments = before.departments.iter().map(|one| &one.id);
    let is_same = before.username == fields.username
        && before.display_name == fields.display_name
        && before.email == fields.email
        && before.mobile == fields.mobile
        && before.employee_number == fields.employee_number
        && before.kind == fields.kind
        && departments.eq(&profile.departments);
    if is_same {
        return Ok(());
    }
    let Some(name) = links::organisation_of(&mut edit.tx, &before.id).await? else {
        return Ok(());
    };
    Err(Refused::Impossible(both((
        &format!(
            "this member comes from the directory “{name}”: change names, addresses and departments there"
        ),
        &format!("该成员来自目录“{name}”，请在该目录中修改姓名、联系方式和部门"),
    ))))
}
