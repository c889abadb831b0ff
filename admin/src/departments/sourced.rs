//! A department that comes from a directory is named, moved and removed there.

use config::id::DepartmentId;

use crate::directories;
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

/// # Errors
/// As [`may_change`], and if a directory hangs its own departments below this one.
pub(super) async fn may_remove(
    connection: &mut Connection,
    id: &DepartmentId,
) -> Result<(), Refused> {
    may_change(connection, id).await?;
    let Some(name) = directories::hanging_below(connection, id).await? else {
        return Ok(());
    };
    Err(Refused::Impossible(both((
        &format!(
            "the departments of the directory “{name}” hang below this one: choose another place for them first"
        ),
        &format!("目录“{name}”的部门挂在该部门之下，请先为其选择其他位置"),
    ))))
}
