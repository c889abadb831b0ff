//! `/sync-runs`: runs that take over what directories say, and what is decided about them.

use axum::Json;
use axum::extract::{Path, State as Extract};
use axum::http::StatusCode;
use config::id::{DirectoryId, RunId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Body, Page, Problem, Query};
use crate::authz::Permit;
use crate::edit::Edit;
use crate::refused::Invalid;
use crate::state::State;
use crate::store::sync_changes::Wanted;
use crate::sync::decide;
use crate::sync::record::{self, SyncChange, SyncRun};

/// What is to be begun.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SyncOrder {
    pub directory: DirectoryId,
    /// Nothing is written until somebody says so.
    #[serde(default)]
    pub trial: bool,
}

/// Has everything that a directory says taken over, or looked at. It goes on after the answer.
#[utoipa::path(post, path = "/sync-runs", tag = "directories", operation_id = "begin_sync",
    request_body = SyncOrder, responses((status = 202, body = SyncRun)))]
pub async fn begin(
    Extract(state): Extract<State>,
    permit: Permit,
    Body(order): Body<SyncOrder>,
) -> Result<(StatusCode, Json<SyncRun>), Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    let run = decide::begin(edit, &order.directory, order.trial).await?;
    Ok((StatusCode::ACCEPTED, Json(run)))
}

/// Whose runs. What is left out does not narrow.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct WhichRuns {
    /// The id of a directory.
    directory: Option<String>,
    /// Of a directory, the one to be looked at alone: one that is not over, else the newest, the records of what
    /// the directory told by itself aside.
    latest: bool,
}

/// Runs, the newest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SyncRunPage {
    pub items: Vec<SyncRun>,
    /// To be sent as `after` for the part that follows; absent in the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// The sync records.
#[utoipa::path(get, path = "/sync-runs", tag = "directories", operation_id = "list_sync_runs",
    params(WhichRuns, Page), responses((status = 200, body = SyncRunPage)))]
pub async fn list(
    Extract(state): Extract<State>,
    _permit: Permit,
    Query(which): Query<WhichRuns>,
    Query(page): Query<Page>,
) -> Result<Json<SyncRunPage>, Problem> {
    let before = page.after.as_deref().map(moment).transpose()?;
    let mut view = state.store.view().await?;
    let directory = which.directory.map(DirectoryId::from);
    if which.latest {
        let directory = directory.ok_or_else(no_directory)?;
        let items = record::latest(&mut view, &directory).await?;
        let items = items.into_iter().collect();
        return Ok(Json(SyncRunPage { items, next: None }));
    }
    let found = record::list(&mut view, directory.as_ref(), before, page.limit()?).await?;
    let (items, next) = found;
    Ok(Json(SyncRunPage { items, next }))
}

fn no_directory() -> Invalid {
    Invalid::new(
        "directory",
        (
            "the latest run is that of one directory",
            "latest 需要与 directory 一起使用",
        ),
        ("the id of a directory", "目录的 id"),
    )
}

fn moment(after: &str) -> Result<(i64, &str), Invalid> {
    let place = after.split_once('_');
    let place = place.and_then(|(at, id)| Some((at.parse().ok()?, id)));
    place.ok_or_else(Invalid::no_place)
}

/// One run, with how many changes of each sort there are.
#[utoipa::path(get, path = "/sync-runs/{id}", tag = "directories", operation_id = "read_sync_run",
    params(("id" = String, Path)), responses((status = 200, body = SyncRun)))]
pub async fn read(
    Extract(state): Extract<State>,
    _permit: Permit,
    Path(id): Path<String>,
) -> Result<Json<SyncRun>, Problem> {
    let mut view = state.store.view().await?;
    Ok(Json(record::find(&mut view, &RunId::from(id)).await?))
}

/// Which changes. What is left out does not narrow.
#[derive(Clone, Debug, Default, Deserialize, Serialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct WhichChanges {
    /// `department`, `person`, `group`, `person_manager` or `department_managers`.
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<String>,
    /// `create`, `update`, `link`, `enable`, `disable`, `remove`, `conflict`, `unfit` or `undo`.
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<String>,
    /// `planned`, `held`, `done`, `failed`, `taken_back` or `kept`.
    #[serde(skip_serializing_if = "Option::is_none")]
    came_of_it: Option<String>,
    /// A part of the name, or of the key in the directory.
    #[serde(skip_serializing_if = "Option::is_none")]
    search: Option<String>,
}

impl WhichChanges {
    pub(super) fn wanted(&self) -> Wanted<'_> {
        let search = self.search.as_deref();
        Wanted {
            object: self.object.as_deref(),
            kind: self.change.as_deref(),
            outcome: self.came_of_it.as_deref(),
            search: search.filter(|text| !text.trim().is_empty()),
        }
    }
}

/// Changes of a run.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SyncChangePage {
    pub items: Vec<SyncChange>,
    /// To be sent as `after` for the part that follows; absent in the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// What a run is to change, and what became of it.
#[utoipa::path(get, path = "/sync-runs/{id}/changes", tag = "directories",
    operation_id = "list_sync_changes", params(("id" = String, Path), WhichChanges, Page),
    responses((status = 200, body = SyncChangePage)))]
pub async fn changes(
    Extract(state): Extract<State>,
    _permit: Permit,
    Path(id): Path<String>,
    Query(which): Query<WhichChanges>,
    Query(page): Query<Page>,
) -> Result<Json<SyncChangePage>, Problem> {
    let after = page.after.as_deref().map(str::parse::<i64>).transpose();
    let after = after.map_err(|_| Invalid::no_place())?.unwrap_or(0);
    let mut view = state.store.view().await?;
    let id = RunId::from(id);
    let found = record::changes(&mut view, &id, which.wanted(), after, page.limit()?).await?;
    let (items, next) = found;
    Ok(Json(SyncChangePage { items, next }))
}

/// Lets a run go on that waits for somebody.
#[utoipa::path(post, path = "/sync-runs/{id}/go-on", tag = "directories", operation_id = "go_on_sync",
    params(("id" = String, Path)), responses((status = 200, body = SyncRun)))]
pub async fn go_on(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
) -> Result<Json<SyncRun>, Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    Ok(Json(decide::go_on(edit, &RunId::from(id)).await?))
}

/// Ends a run that is not over. What it has done already stays.
#[utoipa::path(post, path = "/sync-runs/{id}/drop", tag = "directories", operation_id = "drop_sync",
    params(("id" = String, Path)), responses((status = 200, body = SyncRun)))]
pub async fn drop_run(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
) -> Result<Json<SyncRun>, Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    Ok(Json(decide::drop_run(edit, &RunId::from(id)).await?))
}

/// Takes back what a run did, as far as nothing newer touched the same people. It goes on after the answer.
#[utoipa::path(post, path = "/sync-runs/{id}/undo", tag = "directories", operation_id = "undo_sync",
    params(("id" = String, Path)), responses((status = 202, body = SyncRun)))]
pub async fn undo(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<SyncRun>), Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    let back = decide::undo(edit, &RunId::from(id)).await?;
    Ok((StatusCode::ACCEPTED, Json(back)))
}
