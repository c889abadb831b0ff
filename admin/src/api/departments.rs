//! `/departments`

use axum::Json;
use axum::extract::{Path, State as Extract};
use axum::http::StatusCode;
use config::id::DepartmentId;

use super::{Body, IfMatch, Listing, Problem, Versioned};
use crate::authz::Permit;
use crate::departments::{self, Department, DepartmentDraft};
use crate::edit::Edit;
use crate::state::State;

#[utoipa::path(get, path = "/departments", tag = "departments",
    responses((status = 200, body = Listing<Department>)))]
pub async fn list(Extract(state): Extract<State>) -> Result<Json<Listing<Department>>, Problem> {
    let mut connection = state.store.read().await?;
    Ok(Json(Listing::whole(
        departments::all(&mut connection).await?,
    )))
}

#[utoipa::path(post, path = "/departments", tag = "departments", request_body = DepartmentDraft,
    responses((status = 201, body = Department)))]
pub async fn create(
    Extract(state): Extract<State>,
    permit: Permit,
    Body(draft): Body<DepartmentDraft>,
) -> Result<Versioned<Department>, Problem> {
    let made = departments::create(Edit::begin(&state, &permit).await?, &draft).await?;
    Ok(Versioned::created(made.version, made))
}

#[utoipa::path(get, path = "/departments/{id}", tag = "departments", params(("id" = String, Path)),
    responses((status = 200, body = Department)))]
pub async fn read(
    Extract(state): Extract<State>,
    Path(id): Path<String>,
) -> Result<Versioned<Department>, Problem> {
    let mut connection = state.store.read().await?;
    let found = departments::find(&mut connection, &DepartmentId::from(id)).await?;
    Ok(Versioned::ok(found.version, found))
}

#[utoipa::path(put, path = "/departments/{id}", tag = "departments", request_body = DepartmentDraft,
    params(("id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = Department)))]
pub async fn update(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
    IfMatch(expected): IfMatch,
    Body(draft): Body<DepartmentDraft>,
) -> Result<Versioned<Department>, Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    let after = departments::update(edit, &DepartmentId::from(id), expected, &draft).await?;
    Ok(Versioned::ok(after.version, after))
}

#[utoipa::path(delete, path = "/departments/{id}", tag = "departments",
    params(("id" = String, Path), ("If-Match" = String, Header)), responses((status = 204)))]
pub async fn remove(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
    IfMatch(expected): IfMatch,
) -> Result<StatusCode, Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    departments::remove(edit, &DepartmentId::from(id), expected).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(put, path = "/departments/{id}/members/{member}", tag = "departments",
    params(("id" = String, Path), ("member" = String, Path)), responses((status = 204)))]
pub async fn add_member(
    Extract(state): Extract<State>,
    permit: Permit,
    Path((id, member)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    departments::set_member(edit, &id.into(), &member.into(), true).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(delete, path = "/departments/{id}/members/{member}", tag = "departments",
    params(("id" = String, Path), ("member" = String, Path)), responses((status = 204)))]
pub async fn remove_member(
    Extract(state): Extract<State>,
    permit: Permit,
    Path((id, member)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    departments::set_member(edit, &id.into(), &member.into(), false).await?;
    Ok(StatusCode::NO_CONTENT)
}
