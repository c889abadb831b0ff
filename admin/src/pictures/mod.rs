//! Pictures of the brand: uploaded by an administrator, made anew, kept in the store, and served on
//! each of our hosts to whoever sees a sign-in page.

pub mod icons;
mod make;

use axum::extract::{Path, State as Shared};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use config::snapshot::{Picture, PictureKind, Pictures};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::edit::{Edit, shown};
use crate::hex::hex;
use crate::logs::Target;
use crate::refused::Refused;
use crate::state::State;
use crate::store::pictures::{self as rows, PictureRow};
use crate::store::{Connection, StoreError};

pub use make::{MAX_BYTES, Made, make};

/// Under `/.gatehouse/`, so that the same address serves the access host and application hosts.
pub const ROUTE: &str = "/.gatehouse/pictures/{name}";
const FOLDER: &str = "/.gatehouse/pictures";

/// All that there are.
pub async fn all(connection: &mut Connection) -> Result<Pictures, StoreError> {
    let rows = rows::all(connection).await?;
    let icons = rows.iter().filter_map(|row| {
        let id = icons::application_of(&row.kind)?;
        Some((id, path(row)))
    });
    Ok(Pictures {
        brand: rows.iter().filter_map(picture).collect(),
        icons: icons.collect(),
    })
}

fn path(row: &PictureRow) -> String {
    let extension = if row.media_type == "image/jpeg" {
        "jpg"
    } else {
        "png"
    };
    format!("{FOLDER}/{}.{extension}", row.hash)
}

/// One of a kind that this version does not know is not shown.
fn picture(row: &PictureRow) -> Option<Picture> {
    Some(Picture {
        kind: PictureKind::from_name(&row.kind)?,
        path: path(row),
        width: u32::try_from(row.width).ok()?,
        height: u32::try_from(row.height).ok()?,
    })
}

/// What the audit log says of a picture.
#[derive(Serialize)]
struct Noted<'a> {
    path: &'a str,
    width: u32,
    height: u32,
}

/// Puts a picture that was made anew in the place of what was there.
pub async fn put(mut edit: Edit<'_>, kind: PictureKind, made: Made) -> Result<Picture, Refused> {
    let before = all(&mut edit.tx).await?;
    keep(&mut edit, kind.as_str(), made).await?;
    let after = all(&mut edit.tx).await?;
    let (noted_before, noted) = (noted(&before, kind), noted(&after, kind));
    edit.commit("update", target(kind), noted_before, noted)
        .await?;
    let found = after.find(kind).cloned();
    found.ok_or(Refused::NotFound("picture"))
}

async fn keep(edit: &mut Edit<'_>, kind: &str, made: Made) -> Result<PictureRow, Refused> {
    let row = PictureRow {
        kind: kind.to_owned(),
        hash: hex(&Sha256::digest(&made.content)),
        media_type: made.media_type.to_owned(),
        width: made.width.into(),
        height: made.height.into(),
    };
    rows::put(&mut edit.tx, &row, made.content, edit.now).await?;
    edit.republish();
    Ok(row)
}

/// Goes back to the stand-in.
pub async fn remove(mut edit: Edit<'_>, kind: PictureKind) -> Result<(), Refused> {
    let before = all(&mut edit.tx).await?;
    if !rows::remove(&mut edit.tx, kind.as_str()).await? {
        return Ok(());
    }
    edit.republish();
    let noted = noted(&before, kind);
    edit.commit("delete", target(kind), noted, None).await
}

fn noted(pictures: &Pictures, kind: PictureKind) -> Option<serde_json::Value> {
    let picture = pictures.find(kind)?;
    shown(&Noted {
        path: &picture.path,
        width: picture.width,
        height: picture.height,
    })
}

fn target(kind: PictureKind) -> Target {
    Target {
        kind: "picture",
        id: None,
        name: kind.as_str().to_owned(),
    }
}

/// `GET /.gatehouse/pictures/…`: for everybody, as the sign-in page is. A browser keeps it for good: the
/// address changes with the content.
pub async fn serve(
    Shared(state): Shared<State>,
    Path(name): Path<String>,
    sent: HeaderMap,
) -> Response {
    let hash = name.split_once('.').map_or("", |(hash, _)| hash);
    if hash.len() != 64 || !hash.bytes().all(|b| b.is_ascii_hexdigit()) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let tag = format!("\"{hash}\"");
    // Whoever has what is called so has it whole: nothing is read for them.
    if has(&sent, &tag) {
        let headers = [
            (header::ETAG, tag.as_str()),
            (header::CACHE_CONTROL, FOR_GOOD),
        ];
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    match find(&state, hash).await {
        Ok(Some((media_type, content))) => {
            ([(header::ETAG, tag)], kept(&media_type, content)).into_response()
        }
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            tracing::warn!(%error, "a picture cannot be read");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

const FOR_GOOD: &str = "public, max-age=31536000, immutable";

/// Whether the browser has what bears the tag (RFC 9110 §13.1.2).
fn has(sent: &HeaderMap, tag: &str) -> bool {
    let values = sent.get_all(header::IF_NONE_MATCH).iter();
    let mut tags = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|one| one.trim().trim_start_matches("W/"));
    tags.any(|one| one == tag)
}

async fn find(state: &State, hash: &str) -> Result<Option<(String, Vec<u8>)>, StoreError> {
    let mut connection = state.store.read().await?;
    rows::content(&mut connection, hash).await
}

fn kept(media_type: &str, content: Vec<u8>) -> Response {
    // Nothing else is ever made.
    let kind = if media_type == "image/jpeg" {
        "image/jpeg"
    } else {
        "image/png"
    };
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, FOR_GOOD),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; sandbox",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    let headers = headers.map(|(name, value)| (name, HeaderValue::from_static(value)));
    (headers, content).into_response()
}
