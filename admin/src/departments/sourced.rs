//! A department that comes from a directory is named, moved and removed there.

use config::id::DepartmentId;

use crate::refused::{Refused, both};
use crate::store::{Connection, directory_units as units};

/// # Errors
/// [`Refused::Impossible`] if it comes from a directory.
pub(super) async fn may_change(
    connection: &mut Connection,
    id: &DepartmentId,
) -> Result<(), Refused> {
    let Some(name) = units::source_of_department(connection, id).await? else {
        return Ok(());
    };
    Err(Refused::Impossible(both((
        &format!("this department comes from the directory “{name}”: change it there"),
        &format!("该部门来自目录“{name}”，请在该目录中修改"),
    ))))
}
