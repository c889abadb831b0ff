//! Which departments a caller reaches whose role is confined to some: those and all below them. They
//! stay where they hang in the tree, and what is below them may be moved about.

use config::id::DepartmentId;

use super::Department;
use crate::authz::{Forbidden, Reach};
use crate::edit::Edit;
use crate::refused::Refused;
use crate::store::{Connection, StoreError, within};

/// Whether the department is where the caller may look.
pub async fn sees(
    connection: &mut Connection,
    reach: &Reach,
    id: &DepartmentId,
) -> Result<bool, StoreError> {
    match reach {
        Reach::Everywhere => Ok(true),
        Reach::Within(departments) => within::has_department(connection, departments, id).await,
    }
}

/// # Errors
/// If the department is not the caller's to change.
pub(super) async fn may_change(
    edit: &mut Edit<'_>,
    department: &Department,
) -> Result<(), Refused> {
    may_hold(edit, Some(&department.id)).await
}

/// Whether the caller may take something from below this department, or hang it there; `None`: the top.
///
/// # Errors
/// If not.
pub(super) async fn may_hold(
    edit: &mut Edit<'_>,
    parent: Option<&DepartmentId>,
) -> Result<(), Refused> {
    let reach = edit.permit().reach();
    let holds = match parent {
        Some(parent) => sees(&mut edit.tx, reach, parent).await?,
        None => *reach == Reach::Everywhere,
    };
    if holds {
        Ok(())
    } else {
        Err(Forbidden::Confined.into())
    }
}
