//! `/events/…`: the three logs, newest first.

use std::net::IpAddr;

use axum::Json;
use axum::extract::State as Extract;
use config::{AccessEvent, Timestamp};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::extract::within_page;
use super::{Listing, Problem, Query};
use crate::logs::SignInKind;
use crate::refused::Invalid;
use crate::state::State;
use crate::store::events::{
    self, AccessFilter, AuditEvent, AuditFilter, Key, Page, SignInEvent, SignInFilter,
};

/// Which part of a log.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Span {
    /// Milliseconds since 1970; this moment or later.
    since: Option<i64>,
    /// Milliseconds since 1970; before this moment.
    until: Option<i64>,
    /// `next` of the page before.
    after: Option<String>,
    /// How many at most: 1 to 1000, 50 unless told.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<i64>,
}

impl Span {
    fn page(&self) -> Result<Page, Problem> {
        let before = match self.after.as_deref() {
            None => None,
            Some(text) => Some(read_key(text).ok_or_else(|| {
                Problem::invalid(vec![Invalid::new(
                    "after",
                    ("this is no place in a log", "这不是日志中的有效位置"),
                    ("`next` of the page before", "上一页返回的 next"),
                )])
            })?),
        };
        if let (Some(since), Some(until)) = (self.since, self.until)
            && since >= until
        {
            return Err(no_time_between());
        }
        Ok(Page {
            since: self.since.map(Timestamp),
            until: self.until.map(Timestamp),
            before,
            limit: u32::try_from(within_page(self.limit)?).unwrap_or(u32::MAX),
        })
    }
}

fn no_time_between() -> Problem {
    Invalid::new(
        "until",
        ("it is not after since", "不晚于 since"),
        ("a later moment than since", "晚于 since 的时刻"),
    )
    .into()
}

/// An address as events have it.
fn written(address: Option<IpAddr>) -> Option<String> {
    address.map(|address| address.to_canonical().to_string())
}

fn read_key(text: &str) -> Option<Key> {
    let (at, id) = text.split_once('_')?;
    Some(Key {
        at: Timestamp(at.parse().ok()?),
        id: id.to_owned(),
    })
}

fn listing<T>(items: Vec<T>, page: &Page, key: impl Fn(&T) -> (Timestamp, &str)) -> Listing<T> {
    let full = u32::try_from(items.len()).is_ok_and(|n| n == page.limit);
    let next = items.last().filter(|_| full).map(|last| {
        let (at, id) = key(last);
        format!("{}_{id}", at.as_millis())
    });
    Listing { items, next }
}

/// How a visit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    Granted,
    Cut,
    Denied,
    OwnPage,
}

impl Ended {
    fn as_str(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Cut => "cut",
            Self::Denied => "denied",
            Self::OwnPage => "own_page",
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WhichAccess {
    /// The id of a member.
    member: Option<String>,
    /// The id of an application.
    application: Option<String>,
    #[param(inline)]
    outcome: Option<Ended>,
    #[param(value_type = Option<String>)]
    client_address: Option<IpAddr>,
}

#[utoipa::path(get, path = "/events/access", tag = "events", params(WhichAccess, Span),
    responses((status = 200, body = Listing<AccessEvent>)))]
pub async fn access(
    Extract(state): Extract<State>,
    Query(which): Query<WhichAccess>,
    Query(span): Query<Span>,
) -> Result<Json<Listing<AccessEvent>>, Problem> {
    let page = span.page()?;
    let filter = AccessFilter {
        member: which.member.map(Into::into),
        application: which.application.map(Into::into),
        outcome: which.outcome.map(|ended| ended.as_str().to_owned()),
        client_address: written(which.client_address),
    };
    let mut connection = state.store.read().await?;
    let items = events::access_events(&mut connection, &filter, &page).await?;
    Ok(Json(listing(items, &page, |e| (e.at, e.id.as_str()))))
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WhichSignIns {
    /// The id of a member.
    member: Option<String>,
    #[param(inline)]
    kind: Option<SignInKind>,
    #[param(value_type = Option<String>)]
    client_address: Option<IpAddr>,
}

#[utoipa::path(get, path = "/events/sign-ins", tag = "events", params(WhichSignIns, Span),
    responses((status = 200, body = Listing<SignInEvent>)))]
pub async fn sign_ins(
    Extract(state): Extract<State>,
    Query(which): Query<WhichSignIns>,
    Query(span): Query<Span>,
) -> Result<Json<Listing<SignInEvent>>, Problem> {
    let page = span.page()?;
    let filter = SignInFilter {
        member: which.member.map(Into::into),
        kind: which.kind.map(|kind| kind.as_str().to_owned()),
        client_address: written(which.client_address),
    };
    let mut connection = state.store.read().await?;
    let items = events::sign_in_events(&mut connection, &filter, &page).await?;
    Ok(Json(listing(items, &page, |e| (e.at, e.id.as_str()))))
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WhichAudit {
    /// The id of the member or token that acted.
    actor: Option<String>,
    /// What was acted on: `member`, `group`, `application`, `ip_list`, …
    target_kind: Option<String>,
    /// Its id.
    target: Option<String>,
    /// `create`, `update`, `delete`, …
    action: Option<String>,
}

#[utoipa::path(get, path = "/events/audit", tag = "events", params(WhichAudit, Span),
    responses((status = 200, body = Listing<AuditEvent>)))]
pub async fn audit(
    Extract(state): Extract<State>,
    Query(which): Query<WhichAudit>,
    Query(span): Query<Span>,
) -> Result<Json<Listing<AuditEvent>>, Problem> {
    let page = span.page()?;
    let filter = AuditFilter {
        actor: which.actor,
        target_kind: which.target_kind,
        target: which.target,
        action: which.action,
    };
    let mut connection = state.store.read().await?;
    let items = events::audit_events(&mut connection, &filter, &page).await?;
    Ok(Json(listing(items, &page, |e| (e.at, e.id.as_str()))))
}
