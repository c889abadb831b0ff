//! `/directories/{id}/tokens`: with what a directory that pushes proves that it is the one.

use axum::Json;
use axum::extract::{Path, State as Extract};
use axum::http::StatusCode;
use axum::response::Response;
use config::id::DirectoryId;

use super::Problem;
use super::credentials::shown_once;
use crate::authz::Permit;
use crate::directories::scim::tokens::{self, DirectoryTokens, NewDirectoryToken};
use crate::edit::Edit;
use crate::state::State;

/// The address to which a directory pushes by SCIM 2.0, and the tokens that are good there.
#[utoipa::path(get, path = "/directories/{id}/tokens", tag = "directories",
    operation_id = "list_directory_tokens", params(("id" = String, Path)),
    responses((status = 200, body = DirectoryTokens)))]
pub async fn list(
    Extract(state): Extract<State>,
    _permit: Permit,
    Path(id): Path<String>,
) -> Result<Json<DirectoryTokens>, Problem> {
    let mut view = state.store.view().await?;
    let found = tokens::list(&state, &mut view, &DirectoryId::from(id)).await?;
    Ok(Json(found))
}

/// Makes a token, which is shown this once. Two are good at a time, so that one can take the place of the other.
#[utoipa::path(post, path = "/directories/{id}/tokens", tag = "directories",
    operation_id = "create_directory_token", params(("id" = String, Path)),
    responses((status = 201, body = NewDirectoryToken)))]
pub async fn create(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    let made = tokens::create(edit, &DirectoryId::from(id)).await?;
    Ok(shown_once(StatusCode::CREATED, made))
}

/// Ends a token at once.
#[utoipa::path(delete, path = "/directories/{id}/tokens/{token}", tag = "directories",
    operation_id = "end_directory_token",
    params(("id" = String, Path), ("token" = String, Path)), responses((status = 204)))]
pub async fn remove(
    Extract(state): Extract<State>,
    permit: Permit,
    Path((id, token)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    tokens::remove(edit, &DirectoryId::from(id), &token).await?;
    Ok(StatusCode::NO_CONTENT)
}
