//! `/brand/pictures`

use axum::Json;
use axum::extract::{Path, State as Extract};
use axum::http::StatusCode;
use bytes::Bytes;
use config::snapshot::{Picture, PictureKind};

use super::{Listing, Problem};
use crate::authz::Permit;
use crate::edit::Edit;
use crate::pictures;
use crate::refused::Refused;
use crate::state::State;
use crate::store::StoreError;

/// Those that there are; a kind that is missing has a stand-in.
#[utoipa::path(get, path = "/brand/pictures", tag = "appearance", operation_id = "list_pictures",
    responses((status = 200, body = Listing<Picture>)))]
pub async fn list(Extract(state): Extract<State>) -> Result<Json<Listing<Picture>>, Problem> {
    let mut connection = state.store.read().await?;
    let all = pictures::all(&mut connection).await?;
    Ok(Json(Listing::whole(all.iter().cloned().collect())))
}

/// Puts a picture in its place: PNG, JPEG or WebP of at most 2 MiB and 4096 × 4096 pixels. It is made
/// anew, and scaled to at most 640 × 160 (`logo`, and `logo_dark` for dark grounds), 256 × 256 (`icon`,
/// square) or 1600 × 1600 (`illustration`, beside the sign-in form).
#[utoipa::path(put, path = "/brand/pictures/{kind}", tag = "appearance",
    operation_id = "put_picture", params(("kind" = PictureKind, Path)),
    request_body(content((String = "application/octet-stream"))),
    responses((status = 200, body = Picture)))]
pub async fn put(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(kind): Path<String>,
    bytes: Bytes,
) -> Result<Json<Picture>, Problem> {
    let kind = known(&kind)?;
    let turn = state.picture_turns.acquire().await;
    let made = tokio::task::spawn_blocking(move || pictures::make(kind, &bytes)).await;
    drop(turn);
    let made = made.map_err(|error| StoreError::Other(error.to_string()))??;
    let edit = Edit::begin(&state, &permit).await?;
    Ok(Json(pictures::put(edit, kind, made).await?))
}

/// Goes back to the stand-in.
#[utoipa::path(delete, path = "/brand/pictures/{kind}", tag = "appearance",
    operation_id = "remove_picture", params(("kind" = PictureKind, Path)),
    responses((status = 204)))]
pub async fn remove(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(kind): Path<String>,
) -> Result<StatusCode, Problem> {
    let kind = known(&kind)?;
    pictures::remove(Edit::begin(&state, &permit).await?, kind).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn known(kind: &str) -> Result<PictureKind, Refused> {
    PictureKind::from_name(kind).ok_or(Refused::NotFound("kind of picture"))
}
