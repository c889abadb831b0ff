//! `/configuration`: configuration as code.

use axum::Json;
use axum::extract::State as Extract;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Body, Listing, Problem};
use crate::authz::Permit;
use crate::configuration::marks::{self, Managed};
use crate::configuration::{self, Export, File, Mode, Plan};
use crate::state::State;

/// Files, and what becomes of that which is in none of them.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Files {
    files: Vec<File>,
    /// Removes what is managed by code and in none of the files.
    #[serde(default)]
    prune: bool,
}

/// Writes down what is there, as files that can be applied.
#[utoipa::path(get, path = "/configuration", tag = "configuration",
    responses((status = 200, body = Export)))]
pub async fn export(
    Extract(state): Extract<State>,
    permit: Permit,
) -> Result<Json<Export>, Problem> {
    configuration::may_read(&permit)?;
    let mut view = state.store.view().await?;
    Ok(Json(configuration::export(&mut view).await?))
}

/// Tells what applying these files would do, and does nothing.
#[utoipa::path(post, path = "/configuration/diff", tag = "configuration", request_body = Files,
    responses((status = 200, body = Plan)))]
pub async fn diff(
    Extract(state): Extract<State>,
    permit: Permit,
    Body(sent): Body<Files>,
) -> Result<Json<Plan>, Problem> {
    run(&state, &permit, &sent, Mode::Diff).await
}

/// Makes it so, all or nothing, and tells what was done.
#[utoipa::path(post, path = "/configuration/apply", tag = "configuration", request_body = Files,
    responses((status = 200, body = Plan)))]
pub async fn apply(
    Extract(state): Extract<State>,
    permit: Permit,
    Body(sent): Body<Files>,
) -> Result<Json<Plan>, Problem> {
    run(&state, &permit, &sent, Mode::Apply).await
}

async fn run(
    state: &State,
    permit: &Permit,
    sent: &Files,
    mode: Mode,
) -> Result<Json<Plan>, Problem> {
    let plan = configuration::run(state, permit, &sent.files, sent.prune, mode).await?;
    Ok(Json(plan))
}

/// What is managed by code, and whether it was changed by hand since.
#[utoipa::path(get, path = "/configuration/managed", tag = "configuration",
    responses((status = 200, body = Listing<Managed>)))]
pub async fn managed(Extract(state): Extract<State>) -> Result<Json<Listing<Managed>>, Problem> {
    let mut view = state.store.view().await?;
    Ok(Json(Listing::whole(marks::all(&mut view).await?)))
}
