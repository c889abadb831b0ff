//! `/tokens`

use axum::Json;
use axum::extract::{Path, State as Extract};
use axum::http::StatusCode;
use axum::response::Response;

use super::credentials::shown_once;
use super::{Body, Listing, Problem};
use crate::api_tokens::{self, ApiToken, NewApiToken, TokenDraft};
use crate::authz::Permit;
use crate::edit::Edit;
use crate::state::State;

#[utoipa::path(get, path = "/tokens", tag = "tokens",
    responses((status = 200, body = Listing<ApiToken>)))]
pub async fn list(Extract(state): Extract<State>) -> Result<Json<Listing<ApiToken>>, Problem> {
    let mut connection = state.store.read().await?;
    Ok(Json(Listing::whole(
        api_tokens::list(&mut connection).await?,
    )))
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
