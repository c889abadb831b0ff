//! The sign-in log in the store.

use std::net::IpAddr;

use config::Timestamp;
use config::id::{EventId, MemberId, SignInId};
use config::snapshot::address::AddressRange;
use serde::{Deserialize, Serialize};
use sqlx::{FromRow, Row, any::AnyRow};

use super::page::{Found, Key, Page, Placed};
use super::part::{self, Part};
use super::select::Select;
use crate::places::Place;
use crate::store::{Connection, StoreError};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SignInEvent {
    pub id: EventId,
    pub at: Timestamp,
    pub kind: String,
    pub member: Option<MemberId>,
    /// Whether that is a guest; never of events that were recorded before this was.
    #[serde(default)]
    pub guest: bool,
    pub username: String,
    pub method: Option<String>,
    pub reason: Option<String>,
    pub client_address: String,
    /// Where that is, as the databases of the node had it then.
    #[serde(default)]
    pub place: Option<Place>,
    pub user_agent: String,
    pub device: String,
    /// What was unusual: `new_device`, `many_failures`, `unknown_network`, …; empty where the policy did not look.
    #[serde(default)]
    pub risk: Vec<String>,
    pub sign_in: Option<SignInId>,
    pub request_id: String,
}

/// Which events; what is `None` does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignInFilter {
    pub member: Option<MemberId>,
    pub username: Option<Part>,
    pub kind: Option<String>,
    pub method: Option<String>,
    pub reason: Option<String>,
    pub client_address: Option<AddressRange>,
    pub device: Option<Part>,
    pub risk: Option<String>,
    pub request_id: Option<String>,
}

impl SignInFilter {
    fn wants(&self, event: &SignInEvent) -> bool {
        part::is(self.member.as_ref(), event.member.as_ref())
            && part::has(self.username.as_ref(), Some(&event.username))
            && part::is(self.kind.as_ref(), Some(&event.kind))
            && part::is(self.method.as_ref(), event.method.as_ref())
            && part::is(self.reason.as_ref(), event.reason.as_ref())
            && part::is_within(self.client_address.as_ref(), Some(&event.client_address))
            && (part::has(self.device.as_ref(), Some(&event.device))
                || part::has(self.device.as_ref(), Some(&event.user_agent)))
            && self
                .risk
                .as_ref()
                .is_none_or(|wanted| event.risk.contains(wanted))
            && part::is(self.request_id.as_ref(), Some(&event.request_id))
    }
}

impl Placed for SignInEvent {
    fn key(&self) -> Key {
        Key {
            at: self.at,
            id: self.id.to_string(),
        }
    }
}

impl FromRow<'_, AnyRow> for SignInEvent {
    fn from_row(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get::<String, _>("id")?.into(),
            at: Timestamp(row.try_get("at")?),
            kind: row.try_get("kind")?,
            member: row
                .try_get::<Option<String>, _>("member_id")?
                .map(Into::into),
            guest: row.try_get::<Option<i64>, _>("guest")?.is_some(),
            username: row.try_get("username")?,
            method: row.try_get("method")?,
            reason: row.try_get("reason")?,
            client_address: row.try_get("client_address")?,
            place: place(row.try_get("place")?),
            user_agent: row.try_get("user_agent")?,
            device: row.try_get("device")?,
            risk: parted(row.try_get("risk")?),
            sign_in: row
                .try_get::<Option<String>, _>("sign_in_id")?
                .map(Into::into),
            request_id: row.try_get("request_id")?,
        })
    }
}

/// What cannot be read hides no entry.
fn place(written: Option<String>) -> Option<Place> {
    serde_json::from_str(&written?).ok()
}

fn parted(written: Option<String>) -> Vec<String> {
    let written = written.unwrap_or_default();
    let parts = written.split(',').filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}

pub async fn insert_sign_in(tx: &mut Connection, event: &SignInEvent) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO sign_in_events (id, at, kind, member_id, username, method, reason, \
         client_address, user_agent, device, sign_in_id, request_id, guest, risk, place) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    )
    .bind(event.id.as_str())
    .bind(event.at.as_millis())
    .bind(event.kind.as_str())
    .bind(event.member.as_ref().map(MemberId::as_str))
    .bind(event.username.as_str())
    .bind(event.method.as_deref())
    .bind(event.reason.as_deref())
    .bind(event.client_address.as_str())
    .bind(event.user_agent.as_str())
    .bind(event.device.as_str())
    .bind(event.sign_in.as_ref().map(SignInId::as_str))
    .bind(event.request_id.as_str())
    .bind(event.guest.then_some(1_i64))
    .bind((!event.risk.is_empty()).then(|| event.risk.join(",")))
    .bind(
        event
            .place
            .as_ref()
            .map(serde_json::to_string)
            .transpose()?,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// A page of the log.
pub async fn sign_in_events(
    connection: &mut Connection,
    filter: &SignInFilter,
    page: &Page,
) -> Result<Found<SignInEvent>, StoreError> {
    let address = part::only_address(filter.client_address.as_ref());
    let by_member = SignInFilter {
        member: filter.member.clone(),
        ..SignInFilter::default()
    };
    Select::new("*", "sign_in_events")
        .by("member_id", filter.member.as_ref().map(MemberId::as_str))
        .by("client_address", address.as_deref())
        .search(connection, page, *filter != by_member, |event| {
            filter.wants(event)
        })
        .await
}

/// When the person last signed in, as far as the log goes back.
pub async fn last_sign_in(
    connection: &mut Connection,
    member: &MemberId,
) -> Result<Option<Timestamp>, StoreError> {
    let row: Option<(i64,)> = sqlx::query_as(
        "SELECT at FROM sign_in_events WHERE member_id = $1 AND kind = 'signed_in' \
         ORDER BY at DESC LIMIT 1",
    )
    .bind(member.as_str())
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|(at,)| Timestamp(at)))
}

/// When and from which addresses the person signed in last, newest first.
pub async fn last_addresses(
    connection: &mut Connection,
    member: &MemberId,
    most: u32,
) -> Result<Vec<(Timestamp, IpAddr)>, StoreError> {
    let rows: Vec<(i64, String)> = sqlx::query_as(
        "SELECT at, client_address FROM sign_in_events \
         WHERE member_id = $1 AND kind = 'signed_in' ORDER BY at DESC, id DESC LIMIT $2",
    )
    .bind(member.as_str())
    .bind(i64::from(most))
    .fetch_all(connection)
    .await?;
    let known = |(at, text): (i64, String)| Some((Timestamp(at), text.parse().ok()?));
    Ok(rows.into_iter().filter_map(known).collect())
}

/// The addresses from which the person signed in between these moments, but for one sign-in if need be.
pub async fn addresses_of(
    connection: &mut Connection,
    member: &MemberId,
    (from, to): (Timestamp, Timestamp),
    but: Option<&SignInId>,
) -> Result<Vec<IpAddr>, StoreError> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT DISTINCT client_address FROM sign_in_events \
         WHERE member_id = $1 AND at >= $2 AND at <= $3 AND kind = 'signed_in' AND sign_in_id <> $4",
    )
    .bind(member.as_str())
    .bind(from.as_millis())
    .bind(to.as_millis())
    .bind(but.map_or("", SignInId::as_str))
    .fetch_all(connection)
    .await?;
    let addresses = rows.into_iter().filter_map(|(text,)| text.parse().ok());
    Ok(addresses.collect())
}
