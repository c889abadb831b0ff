//! `/Groups`

use std::collections::HashSet;
use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State as Extract};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use config::id::EventId;
use serde_json::{Map, Value, json};

use super::answer::{self, Resource};
use super::error::ScimError;
use super::gate::{Caller, ScimBody, check_version, has_version};
use super::query::Asked;
use super::schema::GROUPS;
use super::{document, filter, patch as operations};
use crate::directories::entry::TheirGroup;
use crate::name_key::name_key;
use crate::state::State;
use crate::store::scim_groups::{self as rows, ScimGroupRow};
use crate::store::scim_users::By;
use crate::store::{Connection, scim_users};
use crate::sync::push::Push;

type Directory = Extension<Arc<Caller>>;
type OfOne = Path<(String, String)>;

/// Once a page shows so many members, no further group is on it.
const MOST_SHOWN: usize = if cfg!(test) { 3 } else { 50_000 };

pub async fn list(
    Extract(state): Extract<State>,
    Extension(caller): Directory,
    asked: Asked,
) -> Result<Response, ScimError> {
    let mut read = state.store.read().await?;
    let is_filtered = asked.filters("members");
    let by = asked.filter.as_ref();
    let by = by.and_then(|filter| filter::indexed(&GROUPS, filter));
    let all = rows::all(&mut read, &caller.directory).await?;
    let all = all.into_iter().filter(|row| match &by {
        Some(By::Id(id)) => row.id == *id,
        Some(By::NameKey(key)) => row.name_key == *key,
        Some(By::ExternalId(id)) => row.external_id.as_ref() == Some(id),
        None => true,
    });
    let (mut total, mut shown, mut page) = (0, 0, Vec::new());
    for row in all {
        let found = resource(&mut read, &caller, row.clone(), is_filtered).await?;
        if !asked.wants(&found, &caller.base) {
            continue;
        }
        total += 1;
        // A page ends where it would grow too large: what follows is asked for by its place.
        if total <= asked.start || page.len() >= asked.count || shown >= MOST_SHOWN {
            continue;
        }
        let found = if asked.chosen.has("members") && !is_filtered {
            resource(&mut read, &caller, row, true).await?
        } else {
            found
        };
        shown += count_members(&found);
        page.push(found);
    }
    Ok(asked.answer(&caller.base, total, &page))
}

fn count_members(group: &Resource) -> usize {
    let members = group.document.get("members").and_then(Value::as_array);
    members.map_or(0, Vec::len)
}

pub async fn read(
    Extract(state): Extract<State>,
    Extension(caller): Directory,
    Path((_, id)): OfOne,
    headers: HeaderMap,
    asked: Asked,
) -> Result<Response, ScimError> {
    let mut read = state.store.read().await?;
    let row = existing(&mut read, &caller, &id).await?;
    if has_version(&headers, row.version) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    let found = resource(&mut read, &caller, row, asked.touches("members")).await?;
    Ok(answer::resource(
        StatusCode::OK,
        &caller.base,
        &found,
        &asked.chosen,
    ))
}

pub async fn create(
    Extract(state): Extract<State>,
    Extension(caller): Directory,
    asked: Asked,
    ScimBody(body): ScimBody,
) -> Result<Response, ScimError> {
    let told = document::read(&GROUPS, &body)?;
    let mut push = Push::begin(&state, &caller.permit, &caller.directory).await?;
    let now = push.edit.now;
    let row = ScimGroupRow {
        id: EventId::generate().to_string(),
        name: String::new(),
        name_key: String::new(),
        external_id: None,
        created_at: now,
        modified_at: now,
        version: 0,
    };
    let row = keep(&mut push, &caller, row, &told, &[]).await?;
    finish(&state, &caller, push, row, (StatusCode::CREATED, &asked)).await
}

pub async fn replace(
    Extract(state): Extract<State>,
    Extension(caller): Directory,
    Path((_, id)): OfOne,
    headers: HeaderMap,
    asked: Asked,
    ScimBody(body): ScimBody,
) -> Result<Response, ScimError> {
    let told = document::read(&GROUPS, &body)?;
    let mut push = Push::begin(&state, &caller.permit, &caller.directory).await?;
    let before = existing(push.connection(), &caller, &id).await?;
    check_version(&headers, before.version)?;
    let members = rows::members(push.connection(), &caller.directory, &id).await?;
    let row = keep(&mut push, &caller, before, &told, &members).await?;
    finish(&state, &caller, push, row, (StatusCode::OK, &asked)).await
}

/// Who is in a large group is not told again to whoever has just changed it, unless they ask for it.
pub async fn patch(
    Extract(state): Extract<State>,
    Extension(caller): Directory,
    Path((_, id)): OfOne,
    headers: HeaderMap,
    asked: Asked,
    ScimBody(body): ScimBody,
) -> Result<Response, ScimError> {
    let mut push = Push::begin(&state, &caller.permit, &caller.directory).await?;
    let before = existing(push.connection(), &caller, &id).await?;
    check_version(&headers, before.version)?;
    let members = rows::members(push.connection(), &caller.directory, &id).await?;
    let document = document_of(&before, Some(&members), &caller.base);
    let told = operations::apply(&GROUPS, &document, &body)?;
    let row = keep(&mut push, &caller, before, &told, &members).await?;
    let status = if asked.chosen.is_everything() {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::OK
    };
    finish(&state, &caller, push, row, (status, &asked)).await
}

pub async fn remove(
    Extract(state): Extract<State>,
    Extension(caller): Directory,
    Path((_, id)): OfOne,
    headers: HeaderMap,
) -> Result<Response, ScimError> {
    let mut push = Push::begin(&state, &caller.permit, &caller.directory).await?;
    let before = existing(push.connection(), &caller, &id).await?;
    check_version(&headers, before.version)?;
    push.group_gone(&id).await?;
    rows::remove(push.connection(), &caller.directory, &id).await?;
    push.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn existing(
    connection: &mut Connection,
    caller: &Caller,
    id: &str,
) -> Result<ScimGroupRow, ScimError> {
    let row = rows::find(connection, &caller.directory, id).await?;
    row.ok_or_else(ScimError::not_found)
}

/// Writes down what was told.
async fn keep(
    push: &mut Push<'_>,
    caller: &Caller,
    before: ScimGroupRow,
    told: &Map<String, Value>,
    members: &[String],
) -> Result<ScimGroupRow, ScimError> {
    document::complete(&GROUPS, told)?;
    let text = |name: &str| told.get(name).and_then(Value::as_str).map(str::to_owned);
    let name = text("displayName").unwrap_or_default();
    let after = ScimGroupRow {
        name_key: name_key(&name),
        name,
        external_id: text("externalId"),
        modified_at: push.edit.now,
        version: before.version + 1,
        ..before.clone()
    };
    let directory = &caller.directory;
    let holder = rows::holder_of_name(push.connection(), directory, &after.name_key).await?;
    if holder.is_some_and(|holder| holder != after.id) {
        return Err(ScimError::taken((
            "displayName is taken by another group of this directory",
            "displayName 已被该目录的另一用户组使用",
        )));
    }
    if before.version == 0 {
        rows::insert(push.connection(), directory, &after).await?;
    } else {
        rows::update(push.connection(), directory, &after).await?;
    }
    let told = member_ids(told);
    let there: HashSet<&str> = members.iter().map(String::as_str).collect();
    let coming: Vec<&str> = told.difference(&there).copied().collect();
    let leaving: Vec<&str> = there.difference(&told).copied().collect();
    check_users(push.connection(), caller, &coming).await?;
    rows::add_members(push.connection(), directory, &after.id, &coming).await?;
    rows::remove_members(push.connection(), directory, &after.id, &leaving).await?;
    Ok(after)
}

fn member_ids(told: &Map<String, Value>) -> HashSet<&str> {
    let members = told
        .get("members")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    members
        .filter_map(|one| one.get("value").and_then(Value::as_str))
        .collect()
}

async fn check_users(
    connection: &mut Connection,
    caller: &Caller,
    ids: &[&str],
) -> Result<(), ScimError> {
    let found = scim_users::of_ids(connection, &caller.directory, ids).await?;
    let found: HashSet<&str> = found.iter().map(|row| row.id.as_str()).collect();
    match ids.iter().find(|id| !found.contains(*id)) {
        Some(id) => Err(ScimError::invalid_value((
            &format!("members: there is no user {id} of this directory"),
            &format!("members：该目录没有用户 {id}"),
        ))),
        None => Ok(()),
    }
}

/// Takes over what was written down, and answers with it.
async fn finish(
    state: &State,
    caller: &Caller,
    mut push: Push<'_>,
    row: ScimGroupRow,
    (status, asked): (StatusCode, &Asked),
) -> Result<Response, ScimError> {
    let theirs = TheirGroup {
        people: rows::members(push.connection(), &caller.directory, &row.id).await?,
        key: row.id.clone(),
        name: row.name.clone(),
    };
    push.group(&theirs).await?;
    push.commit().await?;
    if status == StatusCode::NO_CONTENT {
        return Ok(status.into_response());
    }
    let mut read = state.store.read().await?;
    let found = resource(&mut read, caller, row, asked.touches("members")).await?;
    Ok(answer::resource(
        status,
        &caller.base,
        &found,
        &asked.chosen,
    ))
}

fn document_of(row: &ScimGroupRow, members: Option<&[String]>, base: &str) -> Map<String, Value> {
    let mut document = Map::new();
    document.insert("displayName".to_owned(), row.name.as_str().into());
    if let Some(id) = &row.external_id {
        document.insert("externalId".to_owned(), id.as_str().into());
    }
    let members = members.unwrap_or_default().iter();
    let members: Vec<Value> = members
        .map(|id| json!({"value": id, "$ref": format!("{base}/Users/{id}")}))
        .collect();
    if !members.is_empty() {
        document.insert("members".to_owned(), members.into());
    }
    document
}

async fn resource(
    connection: &mut Connection,
    caller: &Caller,
    row: ScimGroupRow,
    with_members: bool,
) -> Result<Resource, ScimError> {
    let members = if with_members {
        Some(rows::members(connection, &caller.directory, &row.id).await?)
    } else {
        None
    };
    Ok(Resource {
        schema: &GROUPS,
        document: document_of(&row, members.as_deref(), &caller.base),
        id: row.id,
        created_at: row.created_at,
        modified_at: row.modified_at,
        version: row.version,
    })
}
