//! Applications: what people reach through the gate.

pub mod check;
mod definition;

use config::id::ApplicationId;
use serde::Serialize;
use utoipa::ToSchema;

pub use definition::Definition;

use crate::edit::{Edit, shown, target};
use crate::refused::{Expected, Refused};
use crate::store::applications as rows;
use crate::store::applications::ApplicationRow;
use crate::store::{Connection, StoreError};

/// An application as it is kept.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Application)]
pub struct Kept {
    pub id: ApplicationId,
    #[serde(flatten)]
    pub definition: Definition,
    pub version: i64,
}

impl From<ApplicationRow> for Kept {
    fn from(row: ApplicationRow) -> Self {
        Self {
            id: row.id,
            definition: row.definition,
            version: row.version,
        }
    }
}

impl Kept {
    fn name(&self) -> &str {
        self.definition.name.get(config::Language::En)
    }
}

pub async fn all(connection: &mut Connection) -> Result<Vec<Kept>, StoreError> {
    let rows = rows::all(connection).await?;
    Ok(rows.into_iter().map(Kept::from).collect())
}

pub async fn find(connection: &mut Connection, id: &ApplicationId) -> Result<Kept, Refused> {
    rows::find(connection, id)
        .await?
        .map(Kept::from)
        .ok_or(Refused::NotFound("application"))
}

pub async fn create(mut edit: Edit<'_>, definition: &Definition) -> Result<Kept, Refused> {
    let id = ApplicationId::generate();
    rows::insert(&mut edit.tx, &id, definition, edit.now).await?;
    let made = find(&mut edit.tx, &id).await?;
    edit.republish();
    let target = target("application", id.as_str(), made.name());
    edit.commit("create", target, None, shown(&made)).await?;
    Ok(made)
}

pub async fn update(
    mut edit: Edit<'_>,
    id: &ApplicationId,
    expected: Expected,
    definition: &Definition,
) -> Result<Kept, Refused> {
    let before = find(&mut edit.tx, id).await?;
    expected.check(before.version)?;
    if !rows::update(&mut edit.tx, id, before.version, definition, edit.now).await? {
        return Err(Refused::Stale);
    }
    let after = find(&mut edit.tx, id).await?;
    edit.republish();
    let target = target("application", id.as_str(), after.name());
    edit.commit("update", target, shown(&before), shown(&after))
        .await?;
    Ok(after)
}

pub async fn remove(
    mut edit: Edit<'_>,
    id: &ApplicationId,
    expected: Expected,
) -> Result<(), Refused> {
    let before = find(&mut edit.tx, id).await?;
    expected.check(before.version)?;
    rows::remove(&mut edit.tx, id).await?;
    edit.republish();
    let target = target("application", id.as_str(), before.name());
    edit.commit("delete", target, shown(&before), None).await
}
