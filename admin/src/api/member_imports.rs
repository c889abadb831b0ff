//! `/member-imports`: many members from a file, looked at first.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State as Extract};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bytes::Bytes;
use config::Language;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::download::Download;
use super::problem::FieldProblem;
use super::{Body, Listing, Page, Problem, Query, language};
use crate::authz::Permit;
use crate::edit::Edit;
use crate::members::import::{self, CellProblem, MemberImport};
use crate::members::names;
use crate::members::table::columns::Column;
use crate::refused::{Invalid, Refused};
use crate::state::State;
use crate::store::StoreError;
use crate::store::member_imports::LineRow;
use crate::table_file::Format;

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct How {
    /// As people call the file.
    file_name: Option<String>,
    /// Whether departments are made that are named in the file and not there.
    create_departments: Option<bool>,
}

/// Looks at a file, CSV in UTF-8 or GBK or XLSX, whose first row has the headings of the template.
/// Nothing is written but what each row would do.
#[utoipa::path(post, path = "/member-imports", tag = "member-imports", params(How),
    request_body(content((String = "text/csv"), (String = "application/octet-stream"))),
    responses((status = 201, body = MemberImport)))]
pub async fn upload(
    Extract(state): Extract<State>,
    permit: Permit,
    Query(how): Query<How>,
    file: Bytes,
) -> Result<(StatusCode, Json<MemberImport>), Problem> {
    let name = how.file_name.filter(|name| !name.trim().is_empty());
    let name = name.map(|name| names::display_name("file_name", &name));
    let name = name.transpose()?.unwrap_or_default();
    let create = how.create_departments.unwrap_or_default();
    let made = import::upload(&state, &permit, file.into(), &name, create).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

#[utoipa::path(get, path = "/member-imports/{id}", tag = "member-imports",
    params(("id" = String, Path)), responses((status = 200, body = MemberImport)))]
pub async fn read(
    Extract(state): Extract<State>,
    Path(id): Path<String>,
) -> Result<Json<MemberImport>, Problem> {
    let mut view = state.store.view().await?;
    let found = import::find(&mut view, &id, state.clock.now()).await?;
    Ok(Json(found))
}

/// What a row would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Create,
    Update,
    Nothing,
    Error,
}

impl Verdict {
    fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Nothing => "nothing",
            Self::Error => "error",
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WhichRows {
    #[param(inline)]
    verdict: Option<Verdict>,
}

/// A row of the file.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ImportedRow {
    /// As the file counts them.
    pub line: i64,
    /// `create`, `update`, `nothing` or `error`.
    pub verdict: String,
    /// `done`, `failed` or `left_out`; `null` while it was not carried out.
    pub outcome: Option<String>,
    /// What stands in the columns, by the names of a member's fields.
    #[schema(value_type = Object)]
    pub values: BTreeMap<String, String>,
    /// What is wrong, and in which column.
    pub problems: Vec<FieldProblem>,
}

#[utoipa::path(get, path = "/member-imports/{id}/rows", tag = "member-imports",
    operation_id = "rows", params(("id" = String, Path), WhichRows, Page),
    responses((status = 200, body = Listing<ImportedRow>)))]
pub async fn rows(
    Extract(state): Extract<State>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(which): Query<WhichRows>,
    Query(page): Query<Page>,
) -> Result<Json<Listing<ImportedRow>>, Problem> {
    let mut view = state.store.view().await?;
    import::find(&mut view, &id, state.clock.now()).await?;
    let (limit, after) = (page.limit()?, page.after.as_deref().map_or(Ok(0), place)?);
    let verdict = which.verdict.map(Verdict::as_str);
    let rows = import::lines(&mut view, &id, verdict, after, limit).await?;
    let full = i64::try_from(rows.len()).is_ok_and(|n| n == limit);
    let next = rows.last().filter(|_| full).map(|row| row.line.to_string());
    let language = language::of(&headers);
    let items = rows.into_iter().map(|row| shown(row, language));
    let items = items.collect::<Result<_, StoreError>>()?;
    Ok(Json(Listing { items, next }))
}

fn shown(row: LineRow, language: Language) -> Result<ImportedRow, StoreError> {
    let problems: Vec<CellProblem> = serde_json::from_str(&row.problems)?;
    let problems = problems.into_iter().map(|problem| FieldProblem {
        field: problem.column,
        detail: problem.what.get(language).to_owned(),
        allowed: problem.allowed.get(language).to_owned(),
    });
    Ok(ImportedRow {
        line: row.line,
        verdict: row.verdict,
        outcome: row.outcome,
        values: serde_json::from_str(&row.content)?,
        problems: problems.collect(),
    })
}

fn place(text: &str) -> Result<i64, Problem> {
    text.parse().map_err(|_| Invalid::no_place().into())
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Apply {
    /// Whether rows with errors are left out. Otherwise nothing is done while there are any.
    #[serde(default)]
    leave_out_errors: bool,
}

/// Begins to carry the rows out, or takes that up again where it was broken off. How far it has come
/// is told by the import.
#[utoipa::path(post, path = "/member-imports/{id}/apply", tag = "member-imports",
    request_body = Apply, params(("id" = String, Path)),
    responses((status = 202, body = MemberImport)))]
pub async fn apply(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
    Body(how): Body<Apply>,
) -> Result<(StatusCode, Json<MemberImport>), Problem> {
    let (import, turn) = import::begin(&state, &id, how.leave_out_errors).await?;
    if let Some(turn) = turn {
        // The name that the request was given is taken by its answer; the rows are changes of their own.
        tokio::spawn(import::run(state, permit.unnamed(), turn));
    }
    Ok((StatusCode::ACCEPTED, Json(import)))
}

/// Forgets the file. What was carried out already stays.
#[utoipa::path(delete, path = "/member-imports/{id}", tag = "member-imports",
    operation_id = "discard", params(("id" = String, Path)), responses((status = 204)))]
pub async fn discard(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    import::discard(Edit::begin(&state, &permit).await?, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// An empty table with the headings that are read.
#[utoipa::path(get, path = "/member-import-template", tag = "member-imports",
    operation_id = "template", params(Download),
    responses((status = 200, content((String = "text/csv"),
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
pub async fn template(
    headers: HeaderMap,
    Query(download): Query<Download>,
) -> Result<Response, Problem> {
    if download.format == Format::Ndjson {
        return Err(Invalid::new(
            "format",
            (
                "there is nothing to be filled in by hand",
                "该格式不能作为填写模板",
            ),
            ("csv or xlsx", "csv 或 xlsx"),
        )
        .into());
    }
    let language = language::of(&headers);
    let headings = Column::ALL.map(|column| column.heading(language).to_owned());
    let rows = futures::stream::empty();
    download.answer::<Refused>("members-template", headings.to_vec(), rows)
}
