//! `/brand/pictures`, and icons of applications.

use axum::Json;
use axum::extract::{Path, State as Extract};
use axum::http::StatusCode;
use bytes::Bytes;
use config::id::ApplicationId;
use config::snapshot::{Picture, PictureKind};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Listing, Problem};
use crate::applications;
use crate::authz::Permit;
use crate::edit::Edit;
use crate::pictures::{self, Made};
use crate::refused::Refused;
use crate::state::State;

/// Those that there are; a kind that is missing has a stand-in.
#[utoipa::path(get, path = "/brand/pictures", tag = "appearance", operation_id = "list_pictures",
    responses((status = 200, body = Listing<Picture>)))]
pub async fn list(Extract(state): Extract<State>) -> Result<Json<Listing<Picture>>, Problem> {
    let mut connection = state.store.read().await?;
    let all = pictures::all(&mut connection).await?;
    Ok(Json(Listing::whole(all.brand)))
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
    let made = make(&state, kind, bytes).await?;
    let edit = Edit::begin(&state, &permit).await?;
    Ok(Json(pictures::put(edit, kind, made).await?))
}

async fn make(state: &State, kind: PictureKind, bytes: Bytes) -> Result<Made, Refused> {
    let work = move || pictures::make(kind, &bytes);
    state.turns.pictures.run(work).await?
}

/// Where the icon of an application is found.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ApplicationIcon {
    pub application: ApplicationId,
    /// The address on each of our hosts: it changes with the content.
    pub path: String,
}

/// Of those applications that have one.
#[utoipa::path(get, path = "/application-icons", tag = "applications", operation_id = "list_icons",
    responses((status = 200, body = Listing<ApplicationIcon>)))]
pub async fn icons(
    Extract(state): Extract<State>,
) -> Result<Json<Listing<ApplicationIcon>>, Problem> {
    let mut connection = state.store.read().await?;
    let icons = pictures::all(&mut connection).await?.icons.into_iter();
    let icons = icons.map(|(application, path)| ApplicationIcon { application, path });
    let mut icons: Vec<_> = icons.collect();
    icons.sort_by(|a, b| a.application.as_str().cmp(b.application.as_str()));
    Ok(Json(Listing::whole(icons)))
}

/// Gives the application an icon, square, as PNG, JPEG or WebP of at most 2 MiB. It is made anew at
/// 256 × 256 pixels.
#[utoipa::path(put, path = "/applications/{id}/icon", tag = "applications", operation_id = "put_icon",
    params(("id" = String, Path)), request_body(content((String = "application/octet-stream"))),
    responses((status = 200, body = ApplicationIcon)))]
pub async fn put_icon(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
    bytes: Bytes,
) -> Result<Json<ApplicationIcon>, Problem> {
    let application = ApplicationId::from(id);
    applications::find(&mut *state.store.read().await?, &application).await?;
    let made = make(&state, PictureKind::Icon, bytes).await?;
    let edit = Edit::begin(&state, &permit).await?;
    let path = pictures::icons::put(edit, &application, made).await?;
    Ok(Json(ApplicationIcon { application, path }))
}

/// Goes back to the letter.
#[utoipa::path(delete, path = "/applications/{id}/icon", tag = "applications",
    operation_id = "remove_icon", params(("id" = String, Path)), responses((status = 204)))]
pub async fn remove_icon(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    pictures::icons::remove(edit, &ApplicationId::from(id)).await?;
    Ok(StatusCode::NO_CONTENT)
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
