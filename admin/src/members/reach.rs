//! Whose account a caller reaches: nobody outside the departments to which their role is confined, and
//! nobody who holds a role that is not theirs to govern.

use config::id::{DepartmentId, MemberId};

use super::Member;
use crate::authz::{Forbidden, Reach, roles};
use crate::edit::Edit;
use crate::refused::Refused;
use crate::store::{Connection, StoreError, within};

/// # Errors
/// If the person is not the caller's to change.
pub async fn may_touch(edit: &mut Edit<'_>, member: &Member) -> Result<(), Refused> {
    let reach = edit.permit().reach();
    if !sees(&mut edit.tx, reach, &member.id).await? {
        return Err(Forbidden::Confined.into());
    }
    Ok(roles::may_touch(edit.permit().authority(), &member.roles)?)
}

/// Whether the person is where the caller may look.
pub async fn sees(
    connection: &mut Connection,
    reach: &Reach,
    member: &MemberId,
) -> Result<bool, StoreError> {
    match reach {
        Reach::Everywhere => Ok(true),
        Reach::Within(departments) => within::has_member(connection, departments, member).await,
    }
}

/// # Errors
/// If one of the departments is not where the caller may act.
pub async fn must_have(
    connection: &mut Connection,
    reach: &Reach,
    wanted: &[DepartmentId],
) -> Result<(), Refused> {
    let Reach::Within(departments) = reach else {
        return Ok(());
    };
    for id in wanted {
        if !within::has_department(connection, departments, id).await? {
            return Err(Forbidden::Confined.into());
        }
    }
    Ok(())
}
