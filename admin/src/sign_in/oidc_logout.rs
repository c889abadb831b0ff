//! `OpenID Connect` and sessions that end: a provider tells, without any browser, which of its own are over.

use axum::Json;
use axum::extract::{Path, State as Shared};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::directory::found;
use super::directory_logout::end_in;
use super::saml::fields;
use crate::directories::oidc::Over;
use crate::directories::provider::ProviderError;
use crate::directories::sign_in::CameBy;
use crate::directories::{self, Whole};
use crate::pages::{Failure, Reader};
use crate::state::State;
use crate::store::{StoreError, answered_questions};

/// Why nothing was ended.
#[derive(Debug, thiserror::Error)]
enum NotEnded {
    #[error("{0}")]
    Refused(&'static str),
    #[error(transparent)]
    Provider(#[from] ProviderError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// `POST /sign-in/directories/{id}/backchannel-logout`, by the provider itself.
pub async fn told(
    Shared(state): Shared<State>,
    reader: Reader,
    Path(id): Path<String>,
    body: String,
) -> Result<Response, Failure> {
    let directory = found(&mut *state.store.read().await?, &id).await?;
    let provider = directories::oidc_provider(&state, &directory)?;
    let brought = fields(&body).ok();
    let token = brought.as_ref().and_then(|all| all.get("logout_token"));
    let Some(token) = token else {
        return Ok(refused("there is no logout_token"));
    };
    let ended = match provider.ended(token).await {
        Ok(over) => end(&state, &reader, &directory, over).await,
        Err(error) => Err(error.into()),
    };
    match ended {
        Ok(()) => Ok(([(header::CACHE_CONTROL, "no-store")], StatusCode::OK).into_response()),
        Err(NotEnded::Store(error)) => Err(error.into()),
        Err(error) => {
            tracing::info!(%error, directory = directory.row.name, "a logout was refused");
            Ok(refused("the logout_token does not count"))
        }
    }
}

/// §2.8. Which part did not hold is in the log alone.
fn refused(why: &str) -> Response {
    let body = Json(json!({"error": "invalid_request", "error_description": why}));
    let head = [(header::CACHE_CONTROL, "no-store")];
    (StatusCode::BAD_REQUEST, head, body).into_response()
}

/// Ends what the token names, once: should that fail, the provider may tell it again.
async fn end(
    state: &State,
    reader: &Reader,
    directory: &Whole,
    over: Over,
) -> Result<(), NotEnded> {
    let id = &directory.row.id;
    let hash = Sha256::digest(format!("{id}\n{}", over.id));
    let once = format!("oidc-{}", URL_SAFE_NO_PAD.encode(hash));
    let came_by = CameBy {
        directory: id.clone(),
        session: over.session,
        subject: over.subject,
        repeated: None,
        renewal: None,
    };
    let mut tx = state.store.begin().await?;
    if !answered_questions::note(&mut tx, &once, over.until).await? {
        return Err(NotEnded::Refused("said_before"));
    }
    end_in(&mut tx, reader, &came_by, state.clock.now()).await?;
    tx.commit().await?;
    Ok(())
}
