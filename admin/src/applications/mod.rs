//! Applications: what people reach through the gate.

pub mod check;
mod definition;
pub mod foretell;
mod mentions;
pub mod sort_out;
mod unreadable;

use config::Language;
use config::id::ApplicationId;
use serde::Serialize;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

pub use definition::Definition;
pub use unreadable::Unreadable;

use crate::authz::{Action, Forbidden, Resource};
use crate::edit::{Edit, shown, target};
use crate::pictures::icons;
use crate::refused::{Expected, Refused};
use crate::store::applications as rows;
use crate::store::applications::ApplicationRow;
use crate::store::listing::{Part, Place};
use crate::store::{Connection, StoreError};

/// An application as it is kept.
#[derive(Clone, Debug, Serialize)]
pub struct Kept {
    pub id: ApplicationId,
    /// Absent where it cannot be read.
    #[serde(flatten)]
    pub definition: Option<Definition>,
    /// Why the definition cannot be read, where that is so: nobody reaches the application until it is
    /// written anew.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unreadable: Option<String>,
    pub version: i64,
}

impl From<ApplicationRow> for Kept {
    fn from(row: ApplicationRow) -> Self {
        let (definition, unreadable) = match row.definition {
            Ok(definition) => (Some(definition), None),
            Err(unreadable) => (None, Some(unreadable.why)),
        };
        Self {
            id: row.id,
            definition,
            unreadable,
            version: row.version,
        }
    }
}

impl Kept {
    pub fn name(&self) -> &str {
        let definition = self.definition.as_ref();
        definition.map_or("", |definition| definition.name.get(config::Language::En))
    }
}

/// That of a definition, with what is kept beside it.
impl PartialSchema for Kept {
    fn schema() -> RefOr<Schema> {
        let mut schema = Definition::schema();
        if let RefOr::T(Schema::Object(object)) = &mut schema {
            object.additional_properties = None;
            object.required = vec!["id".to_owned(), "version".to_owned()];
            let text = <String as PartialSchema>::schema();
            object.properties.insert("id".to_owned(), text.clone());
            object.properties.insert("unreadable".to_owned(), text);
            let version = <i64 as PartialSchema>::schema();
            object.properties.insert("version".to_owned(), version);
        }
        schema
    }
}

impl ToSchema for Kept {
    fn name() -> std::borrow::Cow<'static, str> {
        "Application".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        Definition::schemas(schemas);
    }
}

pub async fn all(connection: &mut Connection) -> Result<Vec<Kept>, StoreError> {
    let rows = rows::all(connection).await?;
    Ok(rows.into_iter().map(Kept::from).collect())
}

/// All, or those whose names or hosts have this in them, with the place at which the next page begins.
pub async fn list(
    connection: &mut Connection,
    search: Option<&str>,
    language: Language,
    part: &Part,
) -> Result<(Vec<Kept>, Option<Place>), StoreError> {
    let (found, next) = rows::list(connection, search, language, part).await?;
    Ok((found.into_iter().map(Kept::from).collect(), next))
}

pub async fn find(connection: &mut Connection, id: &ApplicationId) -> Result<Kept, Refused> {
    rows::find(connection, id)
        .await?
        .map(Kept::from)
        .ok_or(Refused::NotFound("application"))
}

pub async fn create(mut edit: Edit<'_>, definition: &Definition) -> Result<Kept, Refused> {
    let made = add(&mut edit, definition).await?;
    edit.finish().await?;
    Ok(made)
}

/// Adds one, as a part of what is being changed.
pub async fn add(edit: &mut Edit<'_>, definition: &Definition) -> Result<Kept, Refused> {
    mentions::check(&mut edit.tx, definition, None).await?;
    may_stand_apart(edit, None, definition)?;
    let id = ApplicationId::generate();
    rows::insert(&mut edit.tx, &id, definition, edit.now).await?;
    let made = find(&mut edit.tx, &id).await?;
    edit.republish();
    let target = target("application", id.as_str(), made.name());
    edit.note("create", target, None, shown(&made)).await?;
    Ok(made)
}

pub async fn update(
    mut edit: Edit<'_>,
    id: &ApplicationId,
    expected: Expected,
    definition: &Definition,
) -> Result<Kept, Refused> {
    let after = change(&mut edit, id, expected, definition).await?;
    edit.finish().await?;
    Ok(after)
}

/// Changes one, as a part of what is being changed.
pub async fn change(
    edit: &mut Edit<'_>,
    id: &ApplicationId,
    expected: Expected,
    definition: &Definition,
) -> Result<Kept, Refused> {
    let before = find(&mut edit.tx, id).await?;
    expected.check(before.version)?;
    mentions::check(&mut edit.tx, definition, before.definition.as_ref()).await?;
    may_stand_apart(edit, before.definition.as_ref(), definition)?;
    if !rows::update(&mut edit.tx, id, before.version, definition, edit.now).await? {
        return Err(Refused::Stale);
    }
    let after = find(&mut edit.tx, id).await?;
    edit.republish();
    let target = target("application", id.as_str(), after.name());
    edit.note("update", target, shown(&before), shown(&after))
        .await?;
    Ok(after)
}

/// Taking an application out of the lists that hold everywhere takes what changing those takes, and so does
/// changing what is outside of them: how it is reached, what answers there, and what guards it in their place.
fn may_stand_apart(
    edit: &Edit<'_>,
    before: Option<&Definition>,
    after: &Definition,
) -> Result<(), Forbidden> {
    let stays = before.is_some_and(|before| {
        before.own_ip_lists_only
            && before.ip_lists == after.ip_lists
            && before.hosts == after.hosts
            && before.path_prefix == after.path_prefix
            && before.pool == after.pool
    });
    if after.own_ip_lists_only && !stays {
        edit.permit()
            .also_everywhere(Resource::IpLists, Action::Change)?;
    }
    Ok(())
}

pub async fn remove(
    mut edit: Edit<'_>,
    id: &ApplicationId,
    expected: Expected,
) -> Result<(), Refused> {
    take_away(&mut edit, id, expected).await?;
    edit.finish().await
}

/// Removes one, as a part of what is being changed.
pub async fn take_away(
    edit: &mut Edit<'_>,
    id: &ApplicationId,
    expected: Expected,
) -> Result<(), Refused> {
    let before = find(&mut edit.tx, id).await?;
    expected.check(before.version)?;
    rows::remove(&mut edit.tx, id).await?;
    icons::forget(&mut edit.tx, id).await?;
    edit.republish();
    let target = target("application", id.as_str(), before.name());
    edit.note("delete", target, shown(&before), None).await
}
