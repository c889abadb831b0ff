//! `/directories`: what is connected, and who of theirs is whom.

use axum::Json;
use axum::extract::{Path, State as Extract};
use axum::http::StatusCode;
use config::id::DirectoryId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Body, IfMatch, Page, Problem, Query, Versioned};
use crate::authz::Permit;
use crate::directories::conflicts::{self, ConflictDecision, SyncConflict};
use crate::directories::probe::{self, DirectoryFinding, DirectoryProbe};
use crate::directories::suite::state::{self as suite, DirectoryCallback};
use crate::directories::{self, Directory, DirectoryDraft};
use crate::edit::Edit;
use crate::state::State;

/// All of them.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DirectoryList {
    /// In their order. There are few.
    pub items: Vec<Directory>,
}

/// The directories that are connected.
#[utoipa::path(get, path = "/directories", tag = "directories",
    responses((status = 200, body = DirectoryList)))]
pub async fn list(
    Extract(state): Extract<State>,
    _permit: Permit,
) -> Result<Json<DirectoryList>, Problem> {
    let mut view = state.store.view().await?;
    let items = directories::all(&mut view).await?;
    Ok(Json(DirectoryList { items }))
}

/// Under which id.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub struct AsDirectory {
    /// A UUID that the caller chose, so that the addresses below `/sign-in/directories/{id}/` could be entered
    /// elsewhere before. Left out, one is made.
    id: Option<String>,
}

/// Connects a directory.
#[utoipa::path(post, path = "/directories", tag = "directories", params(AsDirectory),
    request_body = DirectoryDraft,
    responses((status = 201, body = Directory)))]
pub async fn create(
    Extract(state): Extract<State>,
    permit: Permit,
    Query(AsDirectory { id }): Query<AsDirectory>,
    Body(draft): Body<DirectoryDraft>,
) -> Result<Versioned<Directory>, Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    let id = id.map_or_else(DirectoryId::generate, DirectoryId::from);
    let made = directories::create_as(edit, id, draft).await?;
    Ok(Versioned::created(made.version, made))
}

/// Tries one out that is being set up, and shows some of what it tells. Nothing is kept.
#[utoipa::path(post, path = "/directory-probe", tag = "directories", request_body = DirectoryProbe,
    responses((status = 200, body = DirectoryFinding)))]
pub async fn probe(
    Extract(state): Extract<State>,
    _permit: Permit,
    Body(probe): Body<DirectoryProbe>,
) -> Result<Json<DirectoryFinding>, Problem> {
    Ok(Json(probe::probe(&state, probe).await?))
}

/// One directory.
#[utoipa::path(get, path = "/directories/{id}", tag = "directories", params(("id" = String, Path)),
    responses((status = 200, body = Directory)))]
pub async fn read(
    Extract(state): Extract<State>,
    _permit: Permit,
    Path(id): Path<String>,
) -> Result<Versioned<Directory>, Problem> {
    let mut view = state.store.view().await?;
    let found = directories::find(&mut view, &DirectoryId::from(id)).await?;
    Ok(Versioned::ok(found.version, found))
}

/// Changes how a directory is used. Its kind stays.
#[utoipa::path(put, path = "/directories/{id}", tag = "directories", request_body = DirectoryDraft,
    params(("id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = Directory)))]
pub async fn update(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
    IfMatch(expected): IfMatch,
    Body(draft): Body<DirectoryDraft>,
) -> Result<Versioned<Directory>, Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    let after = directories::update(edit, &DirectoryId::from(id), expected, draft).await?;
    Ok(Versioned::ok(after.version, after))
}

/// Lets a directory go. Whoever came from it stays, and is looked after by hand.
#[utoipa::path(delete, path = "/directories/{id}", tag = "directories",
    params(("id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 204)))]
pub async fn remove(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
    IfMatch(expected): IfMatch,
) -> Result<StatusCode, Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    directories::remove(edit, &DirectoryId::from(id), expected).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How the callback does at which a directory tells of changes.
#[utoipa::path(get, path = "/directories/{id}/callback", tag = "directories",
    operation_id = "read_callback", params(("id" = String, Path)),
    responses((status = 200, body = DirectoryCallback)))]
pub async fn callback(
    Extract(state): Extract<State>,
    _permit: Permit,
    Path(id): Path<String>,
) -> Result<Json<DirectoryCallback>, Problem> {
    let mut view = state.store.view().await?;
    let found = suite::callback(&state, &mut view, &DirectoryId::from(id)).await?;
    Ok(Json(found))
}

/// Which of the entries that wait.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct WhichConflicts {
    /// Those, too, of which it is decided that they are nobody of ours.
    ignored: bool,
}

/// Entries that wait for somebody to say who they are.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ConflictPage {
    pub items: Vec<SyncConflict>,
    /// To be sent as `after` for the part that follows; absent in the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// The entries of a directory of which nobody but an administrator can say who they are.
#[utoipa::path(get, path = "/directories/{id}/conflicts", tag = "directories",
    operation_id = "list_conflicts", params(("id" = String, Path), WhichConflicts, Page),
    responses((status = 200, body = ConflictPage)))]
pub async fn conflicts(
    Extract(state): Extract<State>,
    _permit: Permit,
    Path(id): Path<String>,
    Query(which): Query<WhichConflicts>,
    Query(page): Query<Page>,
) -> Result<Json<ConflictPage>, Problem> {
    let mut view = state.store.view().await?;
    let id = DirectoryId::from(id);
    let after = page.after.as_deref().unwrap_or_default();
    let found = conflicts::list(&mut view, &id, which.ignored, after, page.limit()?).await?;
    let (items, next) = found;
    Ok(Json(ConflictPage { items, next }))
}

/// Who an entry is.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecidedConflict {
    /// The key of the entry.
    pub key: String,
    pub decision: ConflictDecision,
}

/// Says who an entry is. Linking takes `directories:change` and `members:change`, too.
#[utoipa::path(post, path = "/directories/{id}/conflicts/decide", tag = "directories",
    operation_id = "decide_conflict", request_body = DecidedConflict, params(("id" = String, Path)),
    responses((status = 204)))]
pub async fn decide(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
    Body(decided): Body<DecidedConflict>,
) -> Result<StatusCode, Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    conflicts::decide(
        edit,
        &DirectoryId::from(id),
        &decided.key,
        &decided.decision,
    )
    .await?;
    Ok(StatusCode::NO_CONTENT)
}
