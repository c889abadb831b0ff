//! A group that comes from a directory is named there, and its people are chosen there.

use config::id::GroupId;

use crate::refused::{Refused, both};
use crate::store::{Connection, directory_units as units};

/// # Errors
/// [`Refused::Impossible`] if it comes from a directory.
pub(super) async fn may_change(connection: &mut Connection, id: &GroupId) -> Result<(), Refused> {
    let Some(name) = units::source_of_group(connection, id).await? else {
        return Ok(());
    };
    Err(Refused::Impossible(both((
        &format!("this group comes from the directory “{name}”: change it there"),
        &format!("该用户组来自目录“{name}”，请在该目录中修改"),
    ))))
}
