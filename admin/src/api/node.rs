//! `/node/…`: the node that answers: what its operator has written, the certificates that it serves,
//! and a backup of its store.

use axum::Json;
use axum::body::Body;
use axum::extract::State as Extract;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use config::settings::Written;
use config::surroundings::CertificateSeen;
use serde::Serialize;
use tokio_util::io::ReaderStream;
use utoipa::ToSchema;

use super::{Listing, Problem};
use crate::authz::Permit;
use crate::backup;
use crate::state::State;

/// Read at the start; changed in the file or the environment alone.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NodeSettings {
    pub file: String,
    pub data: String,
    /// What is written. All else has its default.
    pub written: Vec<Written>,
}

#[utoipa::path(get, path = "/node/settings", tag = "node",
    responses((status = 200, body = NodeSettings)))]
pub async fn settings(Extract(state): Extract<State>) -> Json<NodeSettings> {
    let settings = &state.settings;
    Json(NodeSettings {
        file: settings.file.display().to_string(),
        data: settings.data.display().to_string(),
        written: settings.written.clone(),
    })
}

/// Those that are being served; a file that changes is read again at once.
#[utoipa::path(get, path = "/node/certificates", tag = "node",
    responses((status = 200, body = Listing<CertificateSeen>)))]
pub async fn certificates(Extract(state): Extract<State>) -> Json<Listing<CertificateSeen>> {
    let sight = state.surroundings.get();
    let seen = sight.map(|sight| sight.certificates()).unwrap_or_default();
    Json(Listing::whole(seen))
}

/// The embedded store as it is now, without the master key, for `gatehouse restore`.
#[utoipa::path(get, path = "/node/backup", tag = "node",
    responses((status = 200, content((String = "application/vnd.sqlite3"))),
        (status = 409, description = "The store is PostgreSQL, which has tools of its own")))]
pub async fn back_up(Extract(state): Extract<State>, permit: Permit) -> Result<Response, Problem> {
    let file = backup::take_away(&state, &permit).await?;
    let length = file.length;
    let body = Body::from_stream(ReaderStream::with_capacity(file.content, 64 << 10));
    let mut answer = body.into_response();
    let headers = answer.headers_mut();
    let kind = HeaderValue::from_static("application/vnd.sqlite3");
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    let name = format!("attachment; filename=\"{}\"", file.name);
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(answer)
}
