//! Icons of applications: on the portal and in the console, in the place of a letter.

use config::id::ApplicationId;
use serde::Serialize;

use super::{Made, keep, path};
use crate::applications;
use crate::edit::{Edit, target};
use crate::refused::Refused;
use crate::store::pictures as rows;
use crate::store::{Connection, StoreError};

/// What the kind of a picture begins with that is an icon; the id of the application follows.
const KIND: &str = "application/";

/// What the audit log says of an icon.
#[derive(Serialize)]
struct Noted {
    icon: Option<String>,
}

/// Whose icon a picture of this kind is.
pub(super) fn application_of(kind: &str) -> Option<ApplicationId> {
    kind.strip_prefix(KIND).map(ApplicationId::from)
}

/// Gives the application an icon; its address.
pub async fn put(mut edit: Edit<'_>, id: &ApplicationId, made: Made) -> Result<String, Refused> {
    let before = find(&mut edit.tx, id).await?;
    let row = keep(&mut edit, &format!("{KIND}{id}"), made).await?;
    let after = path(&row);
    finish(edit, id, before, Some(after.clone())).await?;
    Ok(after)
}

/// Goes back to the letter.
pub async fn remove(mut edit: Edit<'_>, id: &ApplicationId) -> Result<(), Refused> {
    let before = find(&mut edit.tx, id).await?;
    if before.is_none() {
        return Ok(());
    }
    forget(&mut edit.tx, id).await?;
    edit.republish();
    finish(edit, id, before, None).await
}

/// An application that is gone needs none.
pub async fn forget(connection: &mut Connection, id: &ApplicationId) -> Result<(), StoreError> {
    rows::remove(connection, &format!("{KIND}{id}")).await?;
    Ok(())
}

async fn find(
    connection: &mut Connection,
    id: &ApplicationId,
) -> Result<Option<String>, StoreError> {
    let kind = format!("{KIND}{id}");
    let rows = rows::all(connection).await?;
    Ok(rows.iter().find(|row| row.kind == kind).map(path))
}

async fn finish(
    mut edit: Edit<'_>,
    id: &ApplicationId,
    before: Option<String>,
    after: Option<String>,
) -> Result<(), Refused> {
    let application = applications::find(&mut edit.tx, id).await?;
    let target = target("application", id.as_str(), application.name());
    let shown = |icon| crate::edit::shown(&Noted { icon });
    edit.commit("set_icon", target, shown(before), shown(after))
        .await
}
