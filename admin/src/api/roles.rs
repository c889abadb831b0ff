//! `/roles`

use axum::Json;
use axum::extract::{Path, State as Extract};
use axum::http::StatusCode;

use super::{Body, IfMatch, Listing, Problem, Versioned};
use crate::authz::Permit;
use crate::edit::Edit;
use crate::roles::{self, RoleDetail, RoleDraft};
use crate::state::State;

/// The built-in roles, then those that were made here, by name.
#[utoipa::path(get, path = "/roles", tag = "roles",
    responses((status = 200, body = Listing<RoleDetail>)))]
pub async fn list(Extract(state): Extract<State>) -> Result<Json<Listing<RoleDetail>>, Problem> {
    let mut view = state.store.view().await?;
    Ok(Json(Listing::whole(roles::all(&mut view).await?)))
}

/// Out of permissions that the caller has, and not all of them; an owner out of any.
#[utoipa::path(post, path = "/roles", tag = "roles", request_body = RoleDraft,
    responses((status = 201, body = RoleDetail)))]
pub async fn create(
    Extract(state): Extract<State>,
    permit: Permit,
    Body(draft): Body<RoleDraft>,
) -> Result<Versioned<RoleDetail>, Problem> {
    let made = roles::create(Edit::begin(&state, &permit).await?, &draft).await?;
    Ok(Versioned::created(made.version, made))
}

#[utoipa::path(get, path = "/roles/{id}", tag = "roles", params(("id" = String, Path)),
    responses((status = 200, body = RoleDetail)))]
pub async fn read(
    Extract(state): Extract<State>,
    Path(id): Path<String>,
) -> Result<Versioned<RoleDetail>, Problem> {
    let mut view = state.store.view().await?;
    let found = roles::find(&mut view, &id).await?;
    Ok(Versioned::ok(found.version, found))
}

/// What its holders may do changes with their next request.
#[utoipa::path(put, path = "/roles/{id}", tag = "roles", request_body = RoleDraft,
    params(("id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = RoleDetail)))]
pub async fn update(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
    IfMatch(expected): IfMatch,
    Body(draft): Body<RoleDraft>,
) -> Result<Versioned<RoleDetail>, Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    let after = roles::update(edit, &id, expected, &draft).await?;
    Ok(Versioned::ok(after.version, after))
}

/// Only one that nobody holds.
#[utoipa::path(delete, path = "/roles/{id}", tag = "roles",
    params(("id" = String, Path), ("If-Match" = String, Header)), responses((status = 204)))]
pub async fn remove(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
    IfMatch(expected): IfMatch,
) -> Result<StatusCode, Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    roles::remove(edit, &id, expected).await?;
    Ok(StatusCode::NO_CONTENT)
}
