//! `/certificates`: those that are uploaded for every node; and reading the files of this node again.

use axum::Json;
use axum::extract::{Path, State as Extract};
use axum::http::StatusCode;

use super::{Body, Listing, Problem};
use crate::authz::Permit;
use crate::certificates::{self, Certificate, CertificateUpload};
use crate::edit::Edit;
use crate::state::State;

/// Those that were uploaded, newest first, without their keys. What this node has from files beside
/// them stands in `/node/certificates`.
#[utoipa::path(get, path = "/certificates", tag = "certificates",
    responses((status = 200, body = Listing<Certificate>)))]
pub async fn list(Extract(state): Extract<State>) -> Result<Json<Listing<Certificate>>, Problem> {
    let all = certificates::list(&mut *state.store.read().await?).await?;
    Ok(Json(Listing::whole(all)))
}

/// Uploads a certificate with its key. Every node serves it from the next handshake on, before those of
/// files that are for the same names.
#[utoipa::path(post, path = "/certificates", tag = "certificates", request_body = CertificateUpload,
    responses((status = 201, body = Certificate)))]
pub async fn create(
    Extract(state): Extract<State>,
    permit: Permit,
    Body(upload): Body<CertificateUpload>,
) -> Result<(StatusCode, Json<Certificate>), Problem> {
    let made = certificates::add(&state, &permit, upload).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

#[utoipa::path(get, path = "/certificates/{id}", tag = "certificates",
    params(("id" = String, Path)), responses((status = 200, body = Certificate)))]
pub async fn read(
    Extract(state): Extract<State>,
    Path(id): Path<String>,
) -> Result<Json<Certificate>, Problem> {
    let found = certificates::find(&mut *state.store.read().await?, &id).await?;
    Ok(Json(found))
}

/// Every node stops serving it, and its key is forgotten. A listener that has none from files and loses
/// the last upload shows none at all: nobody gets through it any more, to this API neither.
#[utoipa::path(delete, path = "/certificates/{id}", tag = "certificates",
    params(("id" = String, Path)), responses((status = 204)))]
pub async fn remove(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    certificates::remove(Edit::begin(&state, &permit).await?, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Reads the certificate files of this node again, as it does by itself when they change. What is wrong
/// with one is told by its file, and what was served before goes on.
#[utoipa::path(post, path = "/node/certificates/reload", tag = "certificates",
    responses((status = 204)))]
pub async fn reload(Extract(state): Extract<State>, permit: Permit) -> Result<StatusCode, Problem> {
    certificates::reload(&state, &permit).await?;
    Ok(StatusCode::NO_CONTENT)
}
