//! `/Users`

use std::collections::HashMap;
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
use super::schema::USERS;
use super::{document, filter, patch as operations};
use crate::directories::Source;
use crate::directories::scim::{ScimSettings, their_department, their_person};
use crate::name_key::name_key;
use crate::state::State;
use crate::store::scim_users::{self as rows, ScimUserRow};
use crate::store::{Connection, StoreError, scim_groups};
use crate::sync::held::hold;
use crate::sync::push::{Push, PushError};

type Directory = Extension<Arc<Caller>>;
type OfOne = Path<(String, String)>;

/// So many are looked at at a time.
const PAGE: i64 = 500;

pub async fn list(
    Extract(state): Extract<State>,
    Extension(caller): Directory,
    asked: Asked,
) -> Result<Response, ScimError> {
    let mut read = state.store.read().await?;
    let (total, found) = match &asked.filter {
        None => unfiltered(&mut read, &caller, &asked).await?,
        Some(_) => filtered(&mut read, &caller, &asked).await?,
    };
    let page = resources(&mut read, &caller, found, asked.touches("groups")).await?;
    Ok(asked.answer(&caller.base, total, &page))
}

async fn unfiltered(
    read: &mut Connection,
    caller: &Caller,
    asked: &Asked,
) -> Result<(usize, Vec<ScimUserRow>), ScimError> {
    let total = rows::count(read, &caller.directory).await?;
    let skip = i64::try_from(asked.start).unwrap_or(i64::MAX);
    let count = i64::try_from(asked.count).unwrap_or(0);
    let found = rows::page(read, &caller.directory, ("", skip), count).await?;
    Ok((usize::try_from(total).unwrap_or(0), found))
}

/// By an index where that finds all of them, else by looking at each.
async fn filtered(
    read: &mut Connection,
    caller: &Caller,
    asked: &Asked,
) -> Result<(usize, Vec<ScimUserRow>), ScimError> {
    let mut found = Found::default();
    let by = asked.filter.as_ref();
    let by = by.and_then(|filter| filter::indexed(&USERS, filter));
    if let Some(by) = by {
        let some = rows::find_by(read, &caller.directory, &by).await?;
        found.look_at(read, caller, asked, some).await?;
        return Ok((found.total, found.page));
    }
    let mut after = String::new();
    loop {
        let some = rows::page(read, &caller.directory, (&after, 0), PAGE).await?;
        let Some(last) = some.last() else {
            return Ok((found.total, found.page));
        };
        after.clone_from(&last.id);
        found.look_at(read, caller, asked, some).await?;
    }
}

#[derive(Default)]
struct Found {
    total: usize,
    page: Vec<ScimUserRow>,
}

impl Found {
    async fn look_at(
        &mut self,
        read: &mut Connection,
        caller: &Caller,
        asked: &Asked,
        some: Vec<ScimUserRow>,
    ) -> Result<(), ScimError> {
        let with_groups = asked.touches("groups");
        let seen = resources(read, caller, some.clone(), with_groups).await?;
        for (row, resource) in some.into_iter().zip(seen) {
            if !asked.wants(&resource, &caller.base) {
                continue;
            }
            if self.total >= asked.start && self.page.len() < asked.count {
                self.page.push(row);
            }
            self.total += 1;
        }
        Ok(())
    }
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
    let found = resources(&mut read, &caller, vec![row], asked.touches("groups")).await?;
    let found = found.first().ok_or_else(ScimError::not_found)?;
    Ok(answer::resource(
        StatusCode::OK,
        &caller.base,
        found,
        &asked.chosen,
    ))
}

pub async fn create(
    Extract(state): Extract<State>,
    Extension(caller): Directory,
    asked: Asked,
    ScimBody(body): ScimBody,
) -> Result<Response, ScimError> {
    let mut told = document::read(&USERS, &body)?;
    let mut push = Push::begin(&state, &caller.permit, &caller.directory).await?;
    let now = push.edit.now;
    let external_id = told.get("externalId").and_then(Value::as_str);
    // Whoever comes back under the id that they have there is who they were.
    let before = match external_id {
        Some(id) => rows::find_gone(push.connection(), &caller.directory, id).await?,
        None => None,
    };
    let is_new = before.is_none();
    let before = before.unwrap_or_else(|| ScimUserRow {
        id: EventId::generate().to_string(),
        user_name_key: String::new(),
        external_id: None,
        is_active: true,
        document: String::new(),
        created_at: now,
        modified_at: now,
        version: 0,
    });
    told.entry("active").or_insert(true.into());
    let row = keep(&mut push, &caller, before, told, is_new).await?;
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
    let mut told = document::read(&USERS, &body)?;
    let mut push = Push::begin(&state, &caller.permit, &caller.directory).await?;
    let before = existing(push.connection(), &caller, &id).await?;
    check_version(&headers, before.version)?;
    told.entry("active").or_insert(before.is_active.into());
    let row = keep(&mut push, &caller, before, told, false).await?;
    finish(&state, &caller, push, row, (StatusCode::OK, &asked)).await
}

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
    let told = operations::apply(&USERS, &document_of(&before)?, &body)?;
    let row = keep(&mut push, &caller, before, told, false).await?;
    finish(&state, &caller, push, row, (StatusCode::OK, &asked)).await
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
    let now = push.edit.now;
    rows::set_gone(push.connection(), &caller.directory, &id, now).await?;
    let made = push.leaver(&id).await;
    done(&state, &caller, push, made).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn existing(
    connection: &mut Connection,
    caller: &Caller,
    id: &str,
) -> Result<ScimUserRow, ScimError> {
    let row = rows::find(connection, &caller.directory, id).await?;
    row.ok_or_else(ScimError::not_found)
}

/// Writes down what was told. Who is said to be neither active nor not stays what they are: nobody is let in
/// again because something was left out.
async fn keep(
    push: &mut Push<'_>,
    caller: &Caller,
    before: ScimUserRow,
    told: Map<String, Value>,
    is_new: bool,
) -> Result<ScimUserRow, ScimError> {
    document::complete(&USERS, &told)?;
    let text = |name: &str| told.get(name).and_then(Value::as_str).map(str::to_owned);
    let user_name_key = name_key(&text("userName").unwrap_or_default());
    let by = rows::By::NameKey(user_name_key.clone());
    let holders = rows::find_by(push.connection(), &caller.directory, &by).await?;
    if holders.iter().any(|holder| holder.id != before.id) {
        return Err(ScimError::taken((
            "userName is taken by another user of this directory",
            "userName 已被该目录的另一用户使用",
        )));
    }
    let is_active = told.get("active").and_then(Value::as_bool);
    let after = ScimUserRow {
        user_name_key,
        external_id: text("externalId"),
        is_active: is_active.unwrap_or(before.is_active),
        document: Value::Object(told).to_string(),
        ..before.clone()
    };
    let after = if after == before {
        after
    } else {
        ScimUserRow {
            modified_at: push.edit.now,
            version: before.version + 1,
            ..after
        }
    };
    if is_new {
        rows::insert(push.connection(), &caller.directory, &after).await?;
    } else {
        rows::update(push.connection(), &caller.directory, &after).await?;
    }
    Ok(after)
}

/// Takes over what was written down, and answers with it.
async fn finish(
    state: &State,
    caller: &Caller,
    mut push: Push<'_>,
    row: ScimUserRow,
    (status, asked): (StatusCode, &Asked),
) -> Result<Response, ScimError> {
    let settings = match &push.directory.source {
        Source::Scim(settings) => settings.clone(),
        _ => ScimSettings::default(),
    };
    let theirs = their_person(&row, &settings)?;
    let department = their_department(&serde_json::from_str(&row.document)?, &settings);
    let made = push.person(theirs, department).await;
    done(state, caller, push, made).await?;
    let mut read = state.store.read().await?;
    let found = resources(&mut read, caller, vec![row], asked.touches("groups")).await?;
    let found = found.first().ok_or_else(ScimError::not_found)?;
    Ok(answer::resource(status, &caller.base, found, &asked.chosen))
}

/// Makes it lasting; what has to wait for somebody is written down, and nothing of it made.
async fn done(
    state: &State,
    caller: &Caller,
    push: Push<'_>,
    made: Result<(), PushError>,
) -> Result<(), ScimError> {
    match made {
        Ok(()) => Ok(push.commit().await?),
        Err(PushError::Halted { why, change }) => {
            // Its transaction ends without a trace, before another one begins.
            drop(push);
            hold(state, &caller.permit, &caller.directory, *change, &why).await?;
            Err(ScimError::halted(&why))
        }
        Err(other) => Err(other.into()),
    }
}

fn document_of(row: &ScimUserRow) -> Result<Map<String, Value>, StoreError> {
    let mut document: Map<String, Value> = serde_json::from_str(&row.document)?;
    if document.contains_key("active") {
        document.insert("active".to_owned(), row.is_active.into());
    }
    Ok(document)
}

/// As they are answered with.
async fn resources(
    connection: &mut Connection,
    caller: &Caller,
    found: Vec<ScimUserRow>,
    with_groups: bool,
) -> Result<Vec<Resource>, ScimError> {
    let mut groups: HashMap<String, Vec<Value>> = HashMap::new();
    if with_groups {
        let ids: Vec<&str> = found.iter().map(|row| row.id.as_str()).collect();
        for (user, id, name) in scim_groups::of_users(connection, &caller.directory, &ids).await? {
            let location = format!("{}/Groups/{id}", caller.base);
            let group = json!({"value": id, "$ref": location, "display": name});
            groups.entry(user).or_default().push(group);
        }
    }
    let mut all = Vec::with_capacity(found.len());
    for row in found {
        let mut document = document_of(&row)?;
        if let Some(groups) = groups.remove(&row.id) {
            document.insert("groups".to_owned(), groups.into());
        }
        all.push(Resource {
            schema: &USERS,
            document,
            id: row.id,
            created_at: row.created_at,
            modified_at: row.modified_at,
            version: row.version,
        });
    }
    Ok(all)
}
