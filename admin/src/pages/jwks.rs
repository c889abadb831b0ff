//! `/.gatehouse/jwks.json`, on every host: the keys with which an application checks who it is told
//! is calling.

use axum::extract::State as Shared;
use axum::http::header;
use axum::response::IntoResponse;

use super::{Answer, Failure};
use crate::state::State;

/// The JSON Web Key Set (RFC 7517 §5) of the snapshot in force. A new key is published long before
/// it signs, so applications may keep the set for a few minutes.
pub async fn serve(Shared(state): Shared<State>) -> Answer {
    let snapshot = state.snapshot().ok_or(Failure::StoreAway)?;
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "public, max-age=300"),
    ];
    Ok((headers, snapshot.signing_keys.jwks.to_string()).into_response())
}
