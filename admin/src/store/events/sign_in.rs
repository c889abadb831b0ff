//! The sign-in log in the store.

use config::Timestamp;
use config::id::{EventId, MemberId, SignInId};
use serde::{Deserialize, Serialize};
use sqlx::{FromRow, Row, any::AnyRow};

use super::Page;
use super::select::Select;
use crate::store::{Connection, StoreError};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SignInEvent {
    pub id: EventId,
    pub at: Timestamp,
    pub kind: String,
    pub member: Option<MemberId>,
    pub username: String,
    pub method: Option<String>,
    pub reason: Option<String>,
    pub client_address: String,
    pub user_agent: String,
    pub device: String,
    pub sign_in: Option<SignInId>,
    pub request_id: String,
}

/// Which events; what is `None` does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignInFilter {
    pub member: Option<MemberId>,
    pub kind: Option<String>,
    pub client_address: Option<String>,
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
            username: row.try_get("username")?,
            method: row.try_get("method")?,
            reason: row.try_get("reason")?,
            client_address: row.try_get("client_address")?,
            user_agent: row.try_get("user_agent")?,
            device: row.try_get("device")?,
            sign_in: row
                .try_get::<Option<String>, _>("sign_in_id")?
                .map(Into::into),
            request_id: row.try_get("request_id")?,
        })
    }
}

pub async fn insert_sign_in(tx: &mut Connection, event: &SignInEvent) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO sign_in_events (id, at, kind, member_id, username, method, reason, \
         client_address, user_agent, device, sign_in_id, request_id) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
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
    .execute(tx)
    .await?;
    Ok(())
}

/// A page of the log, newest first.
pub async fn sign_in_events(
    connection: &mut Connection,
    filter: &SignInFilter,
    page: &Page,
) -> Result<Vec<SignInEvent>, StoreError> {
    Select::new("*", "sign_in_events")
        .only("member_id", filter.member.as_ref().map(MemberId::as_str))
        .only("kind", filter.kind.as_deref())
        .only("client_address", filter.client_address.as_deref())
        .fetch(connection, page)
        .await
}
