//! `/ip-lists`

use crate::ip_lists::Upload;
use crate::refused::{Expected, Invalid};
use axum::Json;
use axum::extract::{Path, State as Extract};
use axum::http::StatusCode;
use config::id::RuleId;
use config::snapshot::IpEntry;

use super::{Body, IfMatch, Listing, Page, Problem, Query, Versioned};
use crate::authz::Permit;
use crate::edit::Edit;
use crate::ip_lists::{self, IpList, IpListDraft};
use crate::state::State;

#[utoipa::path(get, path = "/ip-lists", tag = "ip-lists",
    responses((status = 200, body = Listing<IpList>)))]
pub async fn list(Extract(state): Extract<State>) -> Result<Json<Listing<IpList>>, Problem> {
    let mut connection = state.store.read().await?;
    Ok(Json(Listing::whole(ip_lists::all(&mut connection).await?)))
}

#[utoipa::path(post, path = "/ip-lists", tag = "ip-lists", request_body = IpListDraft,
    responses((status = 201, body = IpList)))]
pub async fn create(
    Extract(state): Extract<State>,
    permit: Permit,
    Body(draft): Body<IpListDraft>,
) -> Result<Versioned<IpList>, Problem> {
    let made = ip_lists::create(Edit::begin(&state, &permit).await?, &draft).await?;
    Ok(Versioned::created(made.version, made))
}

#[utoipa::path(get, path = "/ip-lists/{id}", tag = "ip-lists", params(("id" = String, Path)),
    responses((status = 200, body = IpList)))]
pub async fn read(
    Extract(state): Extract<State>,
    Path(id): Path<String>,
) -> Result<Versioned<IpList>, Problem> {
    let mut connection = state.store.read().await?;
    let found = ip_lists::find(&mut connection, &RuleId::from(id)).await?;
    Ok(Versioned::ok(found.version, found))
}

#[utoipa::path(put, path = "/ip-lists/{id}", tag = "ip-lists", request_body = IpListDraft,
    params(("id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = IpList)))]
pub async fn update(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
    IfMatch(expected): IfMatch,
    Body(draft): Body<IpListDraft>,
) -> Result<Versioned<IpList>, Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    let after = ip_lists::update(edit, &RuleId::from(id), expected, &draft).await?;
    Ok(Versioned::ok(after.version, after))
}

#[utoipa::path(delete, path = "/ip-lists/{id}", tag = "ip-lists",
    params(("id" = String, Path), ("If-Match" = String, Header)), responses((status = 204)))]
pub async fn remove(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
    IfMatch(expected): IfMatch,
) -> Result<StatusCode, Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    ip_lists::remove(edit, &RuleId::from(id), expected).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(get, path = "/ip-lists/{id}/entries", tag = "ip-lists",
    params(("id" = String, Path), Page), responses((status = 200, body = Listing<IpEntry>)))]
pub async fn entries(
    Extract(state): Extract<State>,
    Path(id): Path<String>,
    Query(page): Query<Page>,
) -> Result<Json<Listing<IpEntry>>, Problem> {
    let mut connection = state.store.read().await?;
    let limit = page.limit()?;
    let place = page.after.as_deref().map_or(Ok(0), place)?;
    let id = RuleId::from(id);
    let rows = ip_lists::entries(&mut connection, &id, place, limit).await?;
    let full = i64::try_from(rows.len()).is_ok_and(|n| n == limit);
    let next = rows
        .last()
        .filter(|_| full)
        .map(|row| row.place.to_string());
    let items = rows.into_iter().map(|row| row.entry).collect();
    Ok(Json(Listing { items, next }))
}

fn place(text: &str) -> Result<i64, Problem> {
    text.parse().map_err(|_| {
        Invalid::new(
            "after",
            ("this is no place in a list", "这不是列表中的有效位置"),
            ("`next` of the page before", "上一页返回的 next"),
        )
        .into()
    })
}

/// Replaces all entries: text, one a line, with an optional note after `#`.
#[utoipa::path(put, path = "/ip-lists/{id}/entries", tag = "ip-lists",
    request_body(content = String, content_type = "text/plain"),
    params(("id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = IpList)))]
pub async fn replace_entries(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
    IfMatch(expected): IfMatch,
    text: String,
) -> Result<Versioned<IpList>, Problem> {
    upload(
        &state,
        &permit,
        &id.into(),
        expected,
        &text,
        Upload::Replace,
    )
    .await
}

/// Adds entries: text, one a line, with an optional note after `#`.
#[utoipa::path(post, path = "/ip-lists/{id}/entries", tag = "ip-lists",
    request_body(content = String, content_type = "text/plain"),
    params(("id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = IpList)))]
pub async fn append_entries(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
    IfMatch(expected): IfMatch,
    text: String,
) -> Result<Versioned<IpList>, Problem> {
    upload(&state, &permit, &id.into(), expected, &text, Upload::Append).await
}

async fn upload(
    state: &State,
    permit: &Permit,
    id: &RuleId,
    expected: Expected,
    text: &str,
    how: Upload,
) -> Result<Versioned<IpList>, Problem> {
    let entries = ip_lists::read_text(text)?;
    let list = ip_lists::upload(state, permit, id, expected, &entries, how).await?;
    Ok(Versioned::ok(list.version, list))
}
