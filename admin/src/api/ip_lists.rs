//! `/ip-lists`

use std::net::IpAddr;

use axum::Json;
use axum::extract::{Path, State as Extract};
use axum::http::{HeaderMap, StatusCode};
use config::id::RuleId;
use config::snapshot::address::RANGE_ALLOWED;
use config::snapshot::{AddressRange, IpEntry};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::extract::PlainText;
use super::order::Order;
use super::routes::{MAX_BODY, MAX_UPLOAD};
use super::{Body, IfMatch, Listing, Page, Problem, Query, Versioned, language};
use crate::authz::Permit;
use crate::edit::Edit;
use crate::ip_lists::text::{self, Preview, WrongLine};
use crate::ip_lists::{self, IpList, IpListDraft, Lockout, Upload};
use crate::refused::{Expected, Invalid};
use crate::state::State;
use crate::store::ip_entries;
use crate::store::ip_lists::Filter;
use crate::store::listing::Sort;

/// What is done where a change would keep out whoever makes it.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Confirmed {
    /// Make it all the same, on trial: it is put back after a minute unless somebody whom it lets in
    /// confirms it. Without, such a change is refused with the code `would_lock_out`.
    #[serde(default)]
    on_trial: bool,
}

impl Confirmed {
    fn lockout(self) -> Lockout {
        if self.on_trial {
            Lockout::OnTrial
        } else {
            Lockout::Refuse
        }
    }
}

/// Which lists. What is left out does not narrow.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// A part of a name, Chinese ones also by pinyin or its initials.
    search: Option<String>,
    /// Whether those that guard every host are meant, or those that applications choose.
    everywhere: Option<bool>,
}

#[utoipa::path(get, path = "/ip-lists", tag = "ip-lists", params(Which, Order, Page),
    responses((status = 200, body = Listing<IpList>)))]
pub async fn list(
    Extract(state): Extract<State>,
    Query(which): Query<Which>,
    Query(order): Query<Order>,
    Query(page): Query<Page>,
) -> Result<Json<Listing<IpList>>, Problem> {
    let filter = Filter {
        search: which.search.filter(|text| !text.trim().is_empty()),
        everywhere: which.everywhere,
    };
    let part = order.part(Sort::Name, &page)?;
    let mut connection = state.store.read().await?;
    let (items, next) = ip_lists::list(&mut connection, &filter, &part).await?;
    Ok(Json(Listing::part(items, next.as_ref())))
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

/// What changes the name, too, is never put on trial.
#[utoipa::path(put, path = "/ip-lists/{id}", tag = "ip-lists", request_body = IpListDraft,
    params(("id" = String, Path), ("If-Match" = String, Header), Confirmed),
    responses((status = 200, body = IpList)))]
pub async fn update(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
    IfMatch(expected): IfMatch,
    Query(confirmed): Query<Confirmed>,
    Body(draft): Body<IpListDraft>,
) -> Result<Versioned<IpList>, Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    let after = ip_lists::update(
        edit,
        &RuleId::from(id),
        expected,
        &draft,
        confirmed.lockout(),
    )
    .await?;
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
    text.parse().map_err(|_| Invalid::no_place().into())
}

/// Replaces all entries: text, one a line, `10.0.0.0/8 until=2027-01-31 # a note`; the end and the note
/// may be left out. At most a million lines, and 64 MiB.
#[utoipa::path(put, path = "/ip-lists/{id}/entries", tag = "ip-lists",
    request_body(content = String, content_type = "text/plain"),
    params(("id" = String, Path), ("If-Match" = String, Header), Confirmed),
    responses((status = 200, body = IpList)))]
pub async fn replace_entries(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
    IfMatch(expected): IfMatch,
    Query(confirmed): Query<Confirmed>,
    PlainText(text): PlainText<{ MAX_UPLOAD >> 20 }>,
) -> Result<Versioned<IpList>, Problem> {
    let how = (Upload::Replace, confirmed.lockout());
    upload(&state, &permit, (&id.into(), expected), text, how).await
}

/// Adds entries: text, one a line, `10.0.0.0/8 until=2027-01-31 # a note`; the end and the note may be
/// left out. At most a million lines, and 64 MiB.
#[utoipa::path(post, path = "/ip-lists/{id}/entries", tag = "ip-lists",
    request_body(content = String, content_type = "text/plain"),
    params(("id" = String, Path), ("If-Match" = String, Header), Confirmed),
    responses((status = 200, body = IpList)))]
pub async fn append_entries(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
    IfMatch(expected): IfMatch,
    Query(confirmed): Query<Confirmed>,
    PlainText(text): PlainText<{ MAX_UPLOAD >> 20 }>,
) -> Result<Versioned<IpList>, Problem> {
    let how = (Upload::Append, confirmed.lockout());
    upload(&state, &permit, (&id.into(), expected), text, how).await
}

async fn upload(
    state: &State,
    permit: &Permit,
    (id, expected): (&RuleId, Expected),
    text: String,
    how: (Upload, Lockout),
) -> Result<Versioned<IpList>, Problem> {
    let read = move || text::read_whole(&text);
    let entries = state.turns.reading.run(read).await??;
    let list = ip_lists::upload(state, permit, id, expected, &entries, how).await?;
    Ok(Versioned::ok(list.version, list))
}

/// Which entry.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Entry {
    /// Its range, exactly: one address, a CIDR block or from-to.
    range: String,
}

/// Takes one entry off the list. One that is added again takes the new note and the new end.
#[utoipa::path(delete, path = "/ip-lists/{id}/entries", tag = "ip-lists",
    params(("id" = String, Path), ("If-Match" = String, Header), Entry, Confirmed),
    responses((status = 200, body = IpList)))]
pub async fn remove_entry(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
    IfMatch(expected): IfMatch,
    Query(entry): Query<Entry>,
    Query(confirmed): Query<Confirmed>,
) -> Result<Versioned<IpList>, Problem> {
    let range = entry.range.parse::<AddressRange>().map_err(|error| {
        let what = (&*error.to_string(), "这不是有效的地址、网段或范围");
        Invalid::new("range", what, RANGE_ALLOWED)
    })?;
    let which = (range, confirmed.lockout());
    let list = ip_lists::remove_entry(&state, &permit, &id.into(), expected, which).await?;
    Ok(Versioned::ok(list.version, list))
}

/// What a text of at most 1 MiB would do to the list, and each line of it that cannot be read. Nothing is
/// written.
#[utoipa::path(post, path = "/ip-lists/{id}/entries/preview", tag = "ip-lists",
    request_body(content = String, content_type = "text/plain"), operation_id = "preview_entries",
    params(("id" = String, Path)), responses((status = 200, body = Preview)))]
pub async fn preview(
    Extract(state): Extract<State>,
    Path(id): Path<String>,
    headers: HeaderMap,
    PlainText(text): PlainText<{ MAX_BODY >> 20 }>,
) -> Result<Json<Preview>, Problem> {
    let language = language::of(&headers);
    let read = state.turns.reading.run(move || text::read(&text)).await?;
    let mut connection = state.store.read().await?;
    let revision = ip_lists::row(&mut connection, &id.into()).await?.revision;
    let wrong = read.wrong.into_iter().map(|line| WrongLine {
        line: line.number,
        text: line.text,
        problem: line.why.what.get(language).to_owned(),
        allowed: line.why.allowed.get(language).to_owned(),
    });
    Ok(Json(Preview {
        new: text::count_new(&mut connection, &revision, &read.entries).await?,
        entries: read.entries.len(),
        repeated: read.repeated,
        wrong: wrong.collect(),
        more_wrong: read.more_wrong,
    }))
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Lookup {
    /// An IP address.
    address: String,
}

/// The entry that has an address in it; absent if none has.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Found {
    pub entry: Option<IpEntry>,
}

/// Whether an address is on the list, and by which entry.
#[utoipa::path(get, path = "/ip-lists/{id}/lookup", tag = "ip-lists", operation_id = "look_up",
    params(("id" = String, Path), Lookup), responses((status = 200, body = Found)))]
pub async fn look_up(
    Extract(state): Extract<State>,
    Path(id): Path<String>,
    Query(lookup): Query<Lookup>,
) -> Result<Json<Found>, Problem> {
    let address: IpAddr = lookup.address.trim().parse().map_err(|_| {
        Problem::invalid(vec![Invalid::new(
            "address",
            ("this is not an IP address", "这不是有效的 IP 地址"),
            ("192.0.2.7 or 2001:db8::7", "192.0.2.7 或 2001:db8::7"),
        )])
    })?;
    let mut connection = state.store.read().await?;
    let revision = ip_lists::row(&mut connection, &id.into()).await?.revision;
    let now = state.clock.now();
    let entry = ip_entries::find(&mut connection, &revision, address, now).await?;
    Ok(Json(Found { entry }))
}
