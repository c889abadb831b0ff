//! `/guests`, `/sponsored-guests`, `/guest-batch` and `/guest-settings`.
//!
//! Whoever may add guests calls what changes one; whether this guest is theirs to change is looked at by
//! [`guests::may_manage`] and [`guests::may_release`].

use axum::Json;
use axum::extract::{Path, State as Extract};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use config::id::{GroupId, MemberId};
use config::{Named, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::credentials::{Link, OneTimeMessage, SentOneTimeMessage, shown_once};
use super::{Body, IfMatch, Page, Problem, Query, Versioned, language};
use crate::authz::{Permit, Reach};
use crate::edit::Edit;
use crate::guests::{self, Guest, GuestDraft, GuestQuota, GuestSettings, GuestState};
use crate::members::credentials::{self, Occasion, Way};
use crate::members::{Status, account};
use crate::messages::Channel;
use crate::refused::Invalid;
use crate::state::State;
use crate::store::guests::{GuestFilter, Wanted};
use crate::store::{self, groups};

/// Which guests. What is left out does not narrow.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct WhichGuests {
    /// A part of a username, name, mail address or mobile; Chinese names also by pinyin or its initials.
    search: Option<String>,
    #[param(inline)]
    state: Option<GuestState>,
    /// The id of a group for guests.
    group: Option<String>,
    /// The id of the member who answers for them.
    sponsor: Option<String>,
    /// Those who end before this time, in milliseconds since 1970.
    expires_before: Option<i64>,
}

impl WhichGuests {
    fn filter(self, reach: &Reach) -> GuestFilter {
        GuestFilter {
            search: self.search.filter(|text| !text.trim().is_empty()),
            group: self.group,
            sponsor: self.sponsor,
            state: self.state.map(|state| match state {
                GuestState::Active => Wanted::Active,
                GuestState::Suspended => Wanted::Suspended,
                GuestState::Expired => Wanted::Expired,
            }),
            expires_before: self.expires_before.map(Timestamp),
            within: reach.departments().map(<[_]>::to_vec),
        }
    }
}

/// Guests, and what whoever looks after them needs to know beside.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct GuestPage {
    /// In the order in which they end.
    pub items: Vec<Guest>,
    /// To be sent as `after` for the part that follows; absent in the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    pub quota: GuestQuota,
    /// The groups for guests, by name.
    pub groups: Vec<Named<GroupId>>,
    /// For so many days a guest is invited unless told.
    pub default_days: u16,
}

async fn page(state: &State, filter: &GuestFilter, page: &Page) -> Result<GuestPage, Problem> {
    let now = state.clock.now();
    let after = page.after.as_deref().map(place).transpose()?;
    let mut view = state.store.view().await?;
    let (items, next) = guests::list(&mut view, filter, after, page.limit()?, now).await?;
    Ok(GuestPage {
        items,
        next,
        quota: guests::quota(&mut view, now).await?,
        groups: groups::for_guests(&mut view).await?,
        default_days: guests::settings(&mut view).await?.body.default_days,
    })
}

fn place(after: &str) -> Result<(i64, &str), Invalid> {
    let place = after.split_once('_');
    let place = place.and_then(|(end, id)| Some((end.parse().ok()?, id)));
    place.ok_or_else(|| {
        Invalid::new(
            "after",
            ("this is no place in a list", "这不是列表中的有效位置"),
            ("`next` of the page before", "上一页返回的 next"),
        )
    })
}

/// All guests.
#[utoipa::path(get, path = "/guests", tag = "guests", params(WhichGuests, Page),
    responses((status = 200, body = GuestPage)))]
pub async fn list(
    Extract(state): Extract<State>,
    permit: Permit,
    Query(which): Query<WhichGuests>,
    Query(part): Query<Page>,
) -> Result<Json<GuestPage>, Problem> {
    let filter = which.filter(permit.reach());
    Ok(Json(page(&state, &filter, &part).await?))
}

/// The guests for whom the caller answers.
#[utoipa::path(get, path = "/sponsored-guests", tag = "guests", operation_id = "list_sponsored",
    params(WhichGuests, Page), responses((status = 200, body = GuestPage)))]
pub async fn list_sponsored(
    Extract(state): Extract<State>,
    permit: Permit,
    Query(which): Query<WhichGuests>,
    Query(part): Query<Page>,
) -> Result<Json<GuestPage>, Problem> {
    let caller = permit.actor().member();
    let filter = GuestFilter {
        sponsor: Some(caller.map(ToString::to_string).unwrap_or_default()),
        within: None,
        ..which.filter(permit.reach())
    };
    Ok(Json(page(&state, &filter, &part).await?))
}

/// Invites a guest. It takes a permission of its own, for whoever may add these and nobody else.
#[utoipa::path(post, path = "/guests", tag = "guests", request_body = GuestDraft,
    responses((status = 201, body = Guest)))]
pub async fn create(
    Extract(state): Extract<State>,
    permit: Permit,
    Body(draft): Body<GuestDraft>,
) -> Result<Versioned<Guest>, Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    let made = guests::invite(edit, std::slice::from_ref(&draft)).await?;
    let guest = made.into_iter().next();
    let guest = guest.ok_or_else(|| Problem::new(super::problem::Code::Internal))?;
    Ok(Versioned::created(guest.version, guest))
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GuestBatch {
    #[schema(min_items = 1, max_items = 100)]
    pub guests: Vec<GuestDraft>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct InvitedGuests {
    /// In the order in which they were sent.
    pub guests: Vec<Guest>,
}

/// Invites many guests at once, all of them or none.
#[utoipa::path(post, path = "/guest-batch", tag = "guests", operation_id = "create_several",
    request_body = GuestBatch, responses((status = 201, body = InvitedGuests)))]
pub async fn create_several(
    Extract(state): Extract<State>,
    permit: Permit,
    Body(batch): Body<GuestBatch>,
) -> Result<(StatusCode, Json<InvitedGuests>), Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    let guests = guests::invite(edit, &batch.guests).await?;
    Ok((StatusCode::CREATED, Json(InvitedGuests { guests })))
}

/// One guest, for whoever may see guests where this one is.
#[utoipa::path(get, path = "/guests/{id}", tag = "guests", params(("id" = String, Path)),
    responses((status = 200, body = Guest)))]
pub async fn read(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
) -> Result<Versioned<Guest>, Problem> {
    let (mut view, now) = (state.store.view().await?, state.clock.now());
    let guest = guests::read(&mut view, &permit, &MemberId::from(id), now).await?;
    Ok(Versioned::ok(guest.version, guest))
}

/// Changes what is known of a guest: their end, their group and their sponsor, too. Theirs who answers for
/// the guest; anybody's takes `guests:change`.
#[utoipa::path(put, path = "/guests/{id}", tag = "guests", request_body = GuestDraft,
    params(("id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = Guest)))]
pub async fn update(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
    IfMatch(expected): IfMatch,
    Body(draft): Body<GuestDraft>,
) -> Result<Versioned<Guest>, Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    let guest = guests::update(edit, &MemberId::from(id), expected, &draft).await?;
    Ok(Versioned::ok(guest.version, guest))
}

/// Ends every sign-in at once and lets the guest sign in no longer. What whoever may change guests does here,
/// the sponsor does not undo.
#[utoipa::path(post, path = "/guests/{id}/suspend", tag = "guests", params(("id" = String, Path)),
    responses((status = 200, body = Guest)))]
pub async fn suspend(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
) -> Result<Versioned<Guest>, Problem> {
    set_status(&state, &permit, id, Status::Disabled).await
}

/// Lets a suspended guest sign in again, if a place is free and somebody answers for them. Where an
/// administrator has suspended them, it takes `guests:change`.
#[utoipa::path(post, path = "/guests/{id}/resume", tag = "guests", params(("id" = String, Path)),
    responses((status = 200, body = Guest)))]
pub async fn resume(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
) -> Result<Versioned<Guest>, Problem> {
    set_status(&state, &permit, id, Status::Active).await
}

async fn set_status(
    state: &State,
    permit: &Permit,
    id: String,
    status: Status,
) -> Result<Versioned<Guest>, Problem> {
    let id = MemberId::from(id);
    let mut edit = Edit::begin(state, permit).await?;
    if status == Status::Active {
        guests::may_release(&mut edit, &id).await?;
    } else {
        guests::may_manage(&mut edit, &id).await?;
    }
    account::set_status(edit, &id, status).await?;
    let mut read = state.store.read().await?;
    let guest = guests::find(&mut read, &id, state.clock.now()).await?;
    Ok(Versioned::ok(guest.version, guest))
}

/// Only a guest who is suspended can be removed; by an administrator's hand, it takes `guests:change`.
#[utoipa::path(delete, path = "/guests/{id}", tag = "guests", params(("id" = String, Path)),
    responses((status = 204)))]
pub async fn remove(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let id = MemberId::from(id);
    let mut edit = Edit::begin(&state, &permit).await?;
    guests::may_release(&mut edit, &id).await?;
    account::remove(edit, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A code with which the guest sets a password, in the place of every earlier one; the password that they
/// had, and every sign-in, end at once.
#[utoipa::path(post, path = "/guests/{id}/one-time-link", tag = "guests",
    params(("id" = String, Path)), responses((status = 201, body = Link)))]
pub async fn one_time_link(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id = MemberId::from(id);
    let mut edit = Edit::begin(&state, &permit).await?;
    guests::may_manage(&mut edit, &id).await?;
    let link = credentials::one_time_link(edit, &state.settings.access, &id, false).await?;
    Ok(shown_once(StatusCode::CREATED, Link::from(link)))
}

/// As a one-time link, but the code is sent to the guest and not shown to the caller. Mail to a guest who has set
/// no password is an invitation; texts of SMS are registered by their kind, and are of the one that is asked for.
#[utoipa::path(post, path = "/guests/{id}/one-time-messages", tag = "guests",
    operation_id = "send_one_time_link", params(("id" = String, Path)),
    request_body = OneTimeMessage, responses((status = 202, body = SentOneTimeMessage)))]
pub async fn send_one_time_link(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(wanted): Body<OneTimeMessage>,
) -> Result<(StatusCode, Json<SentOneTimeMessage>), Problem> {
    let id = MemberId::from(id);
    let mut edit = Edit::begin(&state, &permit).await?;
    guests::may_manage(&mut edit, &id).await?;
    let way = Way {
        channel: wanted.channel,
        language: wanted.language.unwrap_or_else(|| language::of(&headers)),
    };
    let account = store::credentials::find(&mut edit.tx, &id).await?;
    let is_new = account.is_some_and(|account| account.password_hash.is_none());
    let occasion = if is_new && way.channel == Channel::Mail {
        Occasion::Invitation
    } else {
        wanted.occasion()
    };
    let sent = credentials::send_one_time_link(edit, &state, &id, occasion, way).await?;
    Ok((StatusCode::ACCEPTED, Json(sent.into())))
}

#[utoipa::path(get, path = "/guest-settings", tag = "guests", operation_id = "read_settings",
    responses((status = 200, body = GuestSettings)))]
pub async fn read_settings(
    Extract(state): Extract<State>,
) -> Result<Versioned<GuestSettings>, Problem> {
    let mut connection = state.store.read().await?;
    let document = guests::settings(&mut connection).await?;
    Ok(Versioned::ok(document.version, document.body))
}

/// Changes the settings; they hold at once. Guests who are there already stay, however few places are left.
#[utoipa::path(put, path = "/guest-settings", tag = "guests", operation_id = "write_settings",
    request_body = GuestSettings, params(("If-Match" = String, Header)),
    responses((status = 200, body = GuestSettings)))]
pub async fn write_settings(
    Extract(state): Extract<State>,
    permit: Permit,
    IfMatch(expected): IfMatch,
    Body(body): Body<GuestSettings>,
) -> Result<Versioned<GuestSettings>, Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    let document = guests::put_settings(edit, expected, body).await?;
    Ok(Versioned::ok(document.version, document.body))
}
