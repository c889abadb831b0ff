//! `/members/{id}/one-time-link`, `…/second-factor`, `…/unlock`, and the set-up link.

use axum::Json;
use axum::extract::{Path, State as Extract};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use config::id::MemberId;
use config::{Language, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Body, Problem, Query, language};
use crate::authz::Permit;
use crate::edit::Edit;
use crate::members::credentials::{self, Occasion, SentLink, Way};
use crate::messages::Channel;
use crate::refused::{Refused, both};
use crate::set_up;
use crate::sign_in::one_time_links::OneTimeLink;
use crate::state::State;

/// A page and the code that it takes once.
#[derive(Clone, Serialize, ToSchema)]
pub struct Link {
    pub url: String,
    /// Shown this once.
    pub code: String,
    /// Milliseconds since 1970.
    pub expires_at: Timestamp,
}

impl From<OneTimeLink> for Link {
    fn from(link: OneTimeLink) -> Self {
        Self {
            url: link.url,
            code: link.code,
            expires_at: link.expires_at,
        }
    }
}

/// What becomes of the password until the code is used.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Reset {
    /// Let the password that the member has work until the code is used, and all sign-ins go on. By
    /// default both end at once, as when somebody else may know the password.
    #[serde(default)]
    keep_password: bool,
}

/// A code with which the member sets a password, in the place of every earlier one. Hand it over by
/// a way that reaches only that person. The password that the member had, and every sign-in, end at
/// once unless they are to be kept. Nobody's own: the account page changes those, and asks for a proof.
#[utoipa::path(post, path = "/members/{id}/one-time-link", tag = "credentials",
    params(("id" = String, Path), Reset), responses((status = 201, body = Link)))]
pub async fn one_time_link(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
    Query(reset): Query<Reset>,
) -> Result<Response, Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    let (access, id) = (&state.settings.access, MemberId::from(id));
    let link = credentials::one_time_link(edit, access, &id, reset.keep_password).await?;
    Ok(shown_once(StatusCode::CREATED, Link::from(link)))
}

/// By which way a code goes to the member.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OneTimeMessage {
    /// To the member's mail address, or to their mobile.
    pub channel: Channel,
    /// In the caller's unless told.
    #[serde(default)]
    pub language: Option<Language>,
    /// As with a link: let the password that the member has work until the code is used.
    #[serde(default)]
    pub keep_password: bool,
    /// An invitation, for somebody who has set no password yet.
    #[serde(default)]
    pub invitation: bool,
}

impl OneTimeMessage {
    pub(super) fn occasion(&self) -> Occasion {
        if self.invitation {
            return Occasion::Invitation;
        }
        let keep = self.keep_password;
        Occasion::NewPassword { keep }
    }
}

/// A code that is on its way.
#[derive(Clone, Serialize, ToSchema)]
pub struct SentOneTimeMessage {
    /// The id of the message, which `GET /messages` shows.
    pub message: String,
    pub recipient: String,
    /// Milliseconds since 1970.
    pub expires_at: Timestamp,
}

impl From<SentLink> for SentOneTimeMessage {
    fn from(sent: SentLink) -> Self {
        Self {
            message: sent.message,
            recipient: sent.recipient,
            expires_at: sent.expires_at,
        }
    }
}

/// As a one-time link, but the code is sent to the member and not shown to the caller.
#[utoipa::path(post, path = "/members/{id}/one-time-messages", tag = "credentials",
    operation_id = "send_one_time_link", params(("id" = String, Path)),
    request_body = OneTimeMessage, responses((status = 202, body = SentOneTimeMessage)))]
pub async fn send_one_time_link(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(wanted): Body<OneTimeMessage>,
) -> Result<(StatusCode, Json<SentOneTimeMessage>), Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    let way = Way {
        channel: wanted.channel,
        language: wanted.language.unwrap_or_else(|| language::of(&headers)),
    };
    let id = MemberId::from(id);
    let sent = credentials::send_one_time_link(edit, &state, &id, wanted.occasion(), way).await?;
    Ok((StatusCode::ACCEPTED, Json(sent.into())))
}

/// A new code that makes the first administrator, while there is none.
#[utoipa::path(post, path = "/set-up-link", tag = "credentials",
    responses((status = 201, body = Link)))]
pub async fn set_up_link(
    Extract(state): Extract<State>,
    permit: Permit,
) -> Result<Response, Problem> {
    match set_up::new_link_for(&state, permit.actor().into(), permit.origin()).await? {
        Some(link) => Ok(shown_once(StatusCode::CREATED, Link::from(link))),
        None => Err(Refused::Impossible(both((
            "there is an administrator already: ask them for a one-time link",
            "管理员已存在，请联系其获取一次性链接",
        )))
        .into()),
    }
}

/// An answer that nothing on the way may keep.
pub(super) fn shown_once<T: Serialize>(status: StatusCode, body: T) -> Response {
    let mut response = (status, Json(body)).into_response();
    let no_store = HeaderValue::from_static("no-store");
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, no_store);
    response
}

/// Takes the member's authenticator, passkeys and recovery codes away and signs them out everywhere. Nobody's
/// own: the account page changes those, and asks for a proof.
#[utoipa::path(delete, path = "/members/{id}/second-factor", tag = "credentials",
    params(("id" = String, Path)), responses((status = 204)))]
pub async fn reset_second_factor(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    credentials::reset_second_factor(edit, &MemberId::from(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets the member try again at once after too many failures.
#[utoipa::path(post, path = "/members/{id}/unlock", tag = "credentials",
    params(("id" = String, Path)), responses((status = 204)))]
pub async fn unlock(
    Extract(state): Extract<State>,
    permit: Permit,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let edit = Edit::begin(&state, &permit).await?;
    credentials::unlock(edit, &MemberId::from(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
