//! `/tokens`

use axum::Json;
use axum::extract::{Path, State as Extract};
use axum::http::StatusCode;
use axum::response::Response;

use super::credentials::shown_once;
use super::{Body, Listing, Page, Problem, Query};
use crate::api_tokens::{self, ApiToken, NewApiToken, TokenDraft, TokenName};
use crate::authz::Permit;
use crate::edit::Edit;
use crate::state::State;

/// Newest first.
#[utoipa::path(get, path = "/tokens", tag = "tokens", params(Page),
    responses((status = 200, body = Listing<ApiToken>)))]
pub async fn list(
    Extract(state): Extract<State>,
    Query(page): Query<Page>,
) -> Result<Json<Listing<ApiToken>>, Problem> {
    let mut connection = state.store.read().await?;
    let after = page.after.as_deref();
    let (items, next) = api_tokens::list(&mut connection, after, page.limit()?).await?;
    Ok(Json(Listing { items, next }))
}

/// The secret is shown this once. A token cannot make another one.
#[utoipa::path(post, path = "/tokens", tag = "tokens", request_body = TokenDraft,
    responses((status = 201, body = NewApiToken)))]
pub async fn create(
    Extract(state): Extract<State>,
    permit: Permit,
    Body(draft): Body<TokenDraft>,
) -> Result<Response, Problem> {
    let made = api_tokens::create(Edit::begin(&state, &permit).await?, &draft).await?;
    Ok(shown_once(StatusCode::CREATED, made))
}

/// Gives the token another name. What it may do cannot be changed: make another one.
#[utoipa::path(put, path = "/tokens/{id}", tag = "tokens", request_body = TokenName,
    params(("id" = String, Path)), responses((status = 200, body = ApiToken)))]
pub async fn rename(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
    Body(wanted): Body<TokenName>,
) -> Result<Json<ApiToken>, Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    Ok(Json(api_tokens::rename(edit, &id, &wanted).await?))
}

#[utoipa::path(delete, path = "/tokens/{id}", tag = "tokens", params(("id" = String, Path)),
    responses((status = 204)))]
pub async fn revoke(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    api_tokens::revoke(Edit::begin(&state, &permit).await?, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
