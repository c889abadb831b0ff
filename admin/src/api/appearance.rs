//! `/brand` and `/watermark`

use axum::Json;
use axum::extract::State as Extract;
use config::Language;
use config::snapshot::{Brand, Watermark};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::problem::Code;
use super::{Body, IfMatch, Problem, Versioned};
use crate::appearance::{self, Part};
use crate::authz::Permit;
use crate::edit::Edit;
use crate::refused::Expected;
use crate::sign_in::methods;
use crate::state::State;

#[utoipa::path(get, path = "/brand", tag = "appearance", responses((status = 200, body = Brand)))]
pub async fn read_brand(Extract(state): Extract<State>) -> Result<Versioned<Brand>, Problem> {
    read(&state).await
}

#[utoipa::path(put, path = "/brand", tag = "appearance", request_body = Brand,
    params(("If-Match" = String, Header)), responses((status = 200, body = Brand)))]
pub async fn write_brand(
    Extract(state): Extract<State>,
    permit: Permit,
    IfMatch(expected): IfMatch,
    Body(body): Body<Brand>,
) -> Result<Versioned<Brand>, Problem> {
    write(&state, &permit, expected, body).await
}

/// A brand that is being written.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BrandDraft {
    pub brand: Brand,
    /// Of the page.
    pub language: Language,
}

/// The sign-in page as it would be.
#[derive(Serialize, ToSchema)]
pub struct BrandPreview {
    /// The page in HTML, without a script, with the pictures that are in force.
    pub page: String,
}

/// The sign-in page with a brand that is not saved
#[utoipa::path(post, path = "/brand/preview", tag = "appearance", request_body = BrandDraft,
    responses((status = 200, body = BrandPreview)))]
pub async fn preview_brand(
    Extract(state): Extract<State>,
    Body(draft): Body<BrandDraft>,
) -> Result<Json<BrandPreview>, Problem> {
    let page = methods::preview(&state, &draft.brand, draft.language).await?;
    let page = page.map_err(|error| {
        tracing::error!(%error, "a preview could not be written");
        Problem::new(Code::Internal)
    })?;
    Ok(Json(BrandPreview { page }))
}

#[utoipa::path(get, path = "/watermark", tag = "appearance", responses((status = 200, body = Watermark)))]
pub async fn read_watermark(
    Extract(state): Extract<State>,
) -> Result<Versioned<Watermark>, Problem> {
    read(&state).await
}

#[utoipa::path(put, path = "/watermark", tag = "appearance", request_body = Watermark,
    params(("If-Match" = String, Header)), responses((status = 200, body = Watermark)))]
pub async fn write_watermark(
    Extract(state): Extract<State>,
    permit: Permit,
    IfMatch(expected): IfMatch,
    Body(body): Body<Watermark>,
) -> Result<Versioned<Watermark>, Problem> {
    write(&state, &permit, expected, body).await
}

async fn read<T: Part>(state: &State) -> Result<Versioned<T>, Problem> {
    let mut connection = state.store.read().await?;
    let document = appearance::get::<T>(&mut connection).await?;
    Ok(Versioned::ok(document.version, document.body))
}

async fn write<T: Part>(
    state: &State,
    permit: &Permit,
    expected: Expected,
    body: T,
) -> Result<Versioned<T>, Problem> {
    let document = appearance::put(Edit::begin(state, permit).await?, expected, body).await?;
    Ok(Versioned::ok(document.version, document.body))
}
