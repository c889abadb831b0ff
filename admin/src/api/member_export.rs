//! `/member-export`: members as a table to take away.

use axum::extract::State as Extract;
use axum::http::HeaderMap;
use axum::response::Response;

use super::download::Download;
use super::members::Which;
use super::{Problem, Query, language};
use crate::authz::Permit;
use crate::edit::Edit;
use crate::logs::Target;
use crate::members::table::export;
use crate::refused::Refused;
use crate::state::State;
use crate::table_file::by_page;

/// What the filter shows, as a table. Who took it, and with which filter, is in the audit log.
#[utoipa::path(get, path = "/member-export", tag = "members", operation_id = "export",
    params(Which, Download),
    responses((status = 200, content((String = "text/csv"),
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (String = "application/x-ndjson")))))]
pub async fn take(
    Extract(state): Extract<State>,
    permit: Permit,
    headers: HeaderMap,
    Query(which): Query<Which>,
    Query(download): Query<Download>,
) -> Result<Response, Problem> {
    let language = language::of(&headers);
    let asked = serde_json::to_value(&which).ok();
    let filter = which.filter(permit.reach());
    let all = state.clone();
    let rows = by_page(move |after: Option<String>| {
        let (state, filter) = (all.clone(), filter.clone());
        async move { export::page(&state, &filter, language, after).await }
    });
    let answer = download.answer::<Refused>("members", export::headings(language), rows)?;
    let target = Target {
        kind: "member",
        id: None,
        name: download.format.extension().to_owned(),
    };
    let edit = Edit::begin(&state, &permit).await?;
    edit.commit("export", target, None, asked).await?;
    Ok(answer)
}
