//! `/applications`

use axum::Json;
use axum::extract::{Path, State as Extract};
use axum::http::{HeaderMap, StatusCode};
use config::id::ApplicationId;
use serde::Deserialize;
use utoipa::IntoParams;

use super::order::Order;
use super::{Body, IfMatch, Listing, Page, Problem, Query, Versioned, language};
use crate::applications::foretell::{self, Foretold};
use crate::applications::{self, Definition, Kept};
use crate::authz::{Action, Permit, Resource};
use crate::edit::Edit;
use crate::refused::Refused;
use crate::state::State;
use crate::store::listing::Sort;

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// A part of a name or of a host; Chinese names also by pinyin or its initials.
    search: Option<String>,
}

/// Where they are put in order by name, by that in the caller's language.
#[utoipa::path(get, path = "/applications", tag = "applications", params(Which, Order, Page),
    responses((status = 200, body = Listing<Kept>)))]
pub async fn list(
    Extract(state): Extract<State>,
    headers: HeaderMap,
    Query(which): Query<Which>,
    Query(order): Query<Order>,
    Query(page): Query<Page>,
) -> Result<Json<Listing<Kept>>, Problem> {
    let search = which.search.filter(|text| !text.trim().is_empty());
    let part = order.part(Sort::CreatedAt, &page)?;
    let (search, language) = (search.as_deref(), language::of(&headers));
    let mut connection = state.store.read().await?;
    let (items, next) = applications::list(&mut connection, search, language, &part).await?;
    Ok(Json(Listing::part(items, next.as_ref())))
}

#[utoipa::path(post, path = "/applications", tag = "applications", request_body = Definition,
    responses((status = 201, body = Kept)))]
pub async fn create(
    Extract(state): Extract<State>,
    permit: Permit,
    Body(draft): Body<Definition>,
) -> Result<Versioned<Kept>, Problem> {
    let made = applications::create(Edit::begin(&state, &permit).await?, &draft).await?;
    Ok(Versioned::created(made.version, made))
}

/// What of the requests of the last seven days would have become under a changed definition: which were
/// let in and would be turned away, and the other way round. At most 20,000 requests, the newest, are
/// looked at. People are taken as they are today, and to have just proven a second factor. Nothing is
/// changed.
#[utoipa::path(post, path = "/applications/{id}/trial", tag = "applications",
    request_body = Definition, operation_id = "foretell", params(("id" = String, Path)),
    responses((status = 200, body = Foretold)))]
pub async fn foretell(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
    Body(draft): Body<Definition>,
) -> Result<Json<Foretold>, Problem> {
    permit
        .also_everywhere(Resource::AccessLog, Action::Read)
        .map_err(Refused::from)?;
    let id = ApplicationId::from(id);
    applications::find(&mut *state.store.read().await?, &id).await?;
    let Some(gateway) = state.foresees.get().cloned() else {
        return Err(Refused::no_gateway().into());
    };
    let told = foretell::foretell(&state, gateway.as_ref(), &id, draft).await?;
    Ok(Json(told))
}

#[utoipa::path(get, path = "/applications/{id}", tag = "applications", params(("id" = String, Path)),
    responses((status = 200, body = Kept)))]
pub async fn read(
    Extract(state): Extract<State>,
    Path(id): Path<String>,
) -> Result<Versioned<Kept>, Problem> {
    let mut connection = state.store.read().await?;
    let found = applications::find(&mut connection, &ApplicationId::from(id)).await?;
    Ok(Versioned::ok(found.version, found))
}

#[utoipa::path(put, path = "/applications/{id}", tag = "applications", request_body = Definition,
    params(("id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = Kept)))]
pub async fn update(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
    IfMatch(expected): IfMatch,
    Body(draft): Body<Definition>,
) -> Result<Versioned<Kept>, Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    let after = applications::update(edit, &ApplicationId::from(id), expected, &draft).await?;
    Ok(Versioned::ok(after.version, after))
}

#[utoipa::path(delete, path = "/applications/{id}", tag = "applications",
    params(("id" = String, Path), ("If-Match" = String, Header)), responses((status = 204)))]
pub async fn remove(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
    IfMatch(expected): IfMatch,
) -> Result<StatusCode, Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    applications::remove(edit, &ApplicationId::from(id), expected).await?;
    Ok(StatusCode::NO_CONTENT)
}
