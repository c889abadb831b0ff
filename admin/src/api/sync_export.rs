//! `/sync-runs/{id}/changes/export`: what a run changed, as a table to take away.

use axum::extract::{Path, State as Extract};
use axum::http::HeaderMap;
use axum::response::Response;
use config::id::RunId;

use super::download::Download;
use super::sync_runs::WhichChanges;
use super::{Problem, Query, language};
use crate::authz::Permit;
use crate::edit::{Edit, target};
use crate::refused::Refused;
use crate::state::State;
use crate::sync::{record, table};
use crate::table_file::by_page;

/// What the filter shows, as a table. Who took it, and with which filter, is in the audit log.
#[utoipa::path(get, path = "/sync-runs/{id}/changes/export", tag = "directories",
    operation_id = "export_sync_changes", params(("id" = String, Path), WhichChanges, Download),
    responses((status = 200, content((String = "text/csv"),
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (String = "application/x-ndjson")))))]
pub async fn take(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
    headers: HeaderMap,
    Query(which): Query<WhichChanges>,
    Query(download): Query<Download>,
) -> Result<Response, Problem> {
    let (id, language) = (RunId::from(id), language::of(&headers));
    let run = record::find(&mut *state.store.read().await?, &id).await?;
    let asked = serde_json::to_value(&which).ok();
    let (all, of) = (state.clone(), id.clone());
    let rows = by_page(move |after: Option<i64>| {
        let (state, id, which) = (all.clone(), of.clone(), which.clone());
        async move { table::page(&state, &id, which.wanted(), language, after).await }
    });
    let answer = download.answer::<Refused>("sync-changes", table::headings(language), rows)?;
    let target = target("directory", run.directory.as_str(), &run.directory_name);
    let edit = Edit::begin(&state, &permit).await?;
    edit.commit("export", target, None, asked).await?;
    Ok(answer)
}
