//! The audit log in the store.

use config::Timestamp;
use config::id::EventId;
use config::snapshot::address::AddressRange;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::{FromRow, Row, any::AnyRow};

use super::page::{Found, Key, Page, Placed};
use super::part::{self, Part};
use super::select::Select;
use crate::store::{Connection, StoreError};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AuditEvent {
    pub id: EventId,
    pub at: Timestamp,
    pub actor_kind: String,
    pub actor: Option<String>,
    pub actor_name: String,
    /// Whether that was a guest; never of events that were recorded before this was.
    #[serde(default)]
    pub actor_guest: bool,
    pub client_address: Option<String>,
    pub request_id: Option<String>,
    pub action: String,
    pub target_kind: String,
    pub target: Option<String>,
    pub target_name: String,
    /// Whether that was a guest, as `actor_guest`.
    #[serde(default)]
    pub target_guest: bool,
    pub result: String,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

/// Which events; what is `None` does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    pub actor: Option<String>,
    pub actor_name: Option<Part>,
    pub target_kind: Option<String>,
    pub target: Option<String>,
    pub target_name: Option<Part>,
    pub action: Option<String>,
    pub result: Option<String>,
    pub client_address: Option<AddressRange>,
    pub request_id: Option<String>,
}

impl AuditFilter {
    fn wants(&self, event: &AuditEvent) -> bool {
        part::is(self.actor.as_ref(), event.actor.as_ref())
            && part::has(self.actor_name.as_ref(), Some(&event.actor_name))
            && part::is(self.target_kind.as_ref(), Some(&event.target_kind))
            && part::is(self.target.as_ref(), event.target.as_ref())
            && part::has(self.target_name.as_ref(), Some(&event.target_name))
            && part::is(self.action.as_ref(), Some(&event.action))
            && part::is(self.result.as_ref(), Some(&event.result))
            && part::is_within(
                self.client_address.as_ref(),
                event.client_address.as_deref(),
            )
            && part::is(self.request_id.as_ref(), event.request_id.as_ref())
    }
}

impl Placed for AuditEvent {
    fn key(&self) -> Key {
        Key {
            at: self.at,
            id: self.id.to_string(),
        }
    }
}

impl FromRow<'_, AnyRow> for AuditEvent {
    fn from_row(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get::<String, _>("id")?.into(),
            at: Timestamp(row.try_get("at")?),
            actor_kind: row.try_get("actor_kind")?,
            actor: row.try_get("actor_id")?,
            actor_name: row.try_get("actor_name")?,
            actor_guest: row.try_get::<Option<i64>, _>("actor_guest")?.is_some(),
            client_address: row.try_get("client_address")?,
            request_id: row.try_get("request_id")?,
            action: row.try_get("action")?,
            target_kind: row.try_get("target_kind")?,
            target: row.try_get("target_id")?,
            target_name: row.try_get("target_name")?,
            target_guest: row.try_get::<Option<i64>, _>("target_guest")?.is_some(),
            result: row.try_get("result")?,
            before: json(row, "state_before")?,
            after: json(row, "state_after")?,
        })
    }
}

fn json(row: &AnyRow, column: &str) -> Result<Option<Value>, sqlx::Error> {
    row.try_get::<Option<String>, _>(column)?
        .map(|text| serde_json::from_str(&text))
        .transpose()
        .map_err(|e| sqlx::Error::Decode(e.into()))
}

pub async fn insert_audit(tx: &mut Connection, event: &AuditEvent) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO audit_events (id, at, actor_kind, actor_id, actor_name, client_address, \
         request_id, action, target_kind, target_id, target_name, result, state_before, \
         state_after, actor_guest, target_guest) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
    )
    .bind(event.id.as_str())
    .bind(event.at.as_millis())
    .bind(event.actor_kind.as_str())
    .bind(event.actor.as_deref())
    .bind(event.actor_name.as_str())
    .bind(event.client_address.as_deref())
    .bind(event.request_id.as_deref())
    .bind(event.action.as_str())
    .bind(event.target_kind.as_str())
    .bind(event.target.as_deref())
    .bind(event.target_name.as_str())
    .bind(event.result.as_str())
    .bind(event.before.as_ref().map(Value::to_string))
    .bind(event.after.as_ref().map(Value::to_string))
    .bind(event.actor_guest.then_some(1_i64))
    .bind(event.target_guest.then_some(1_i64))
    .execute(tx)
    .await?;
    Ok(())
}

/// A page of the log.
pub async fn audit_events(
    connection: &mut Connection,
    filter: &AuditFilter,
    page: &Page,
) -> Result<Found<AuditEvent>, StoreError> {
    Select::new("*", "audit_events")
        .by("target_id", filter.target.as_deref())
        .by("actor_id", filter.actor.as_deref())
        .search(
            connection,
            page,
            *filter != AuditFilter::default(),
            |event| filter.wants(event),
        )
        .await
}
