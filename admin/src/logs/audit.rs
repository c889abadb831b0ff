//! The audit log: who changed what, from what to what, and whether it was done.

use std::net::IpAddr;

use config::Timestamp;
use config::id::{EventId, MemberId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::clean;
use crate::store::{Connection, StoreError, events, members};

/// Who acted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    pub kind: ActorKind,
    /// The id of the member or the token.
    pub id: Option<String>,
    /// As a person reads it, even after the account is gone.
    pub name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    Member,
    Token,
    /// Whoever may open the control socket on the machine.
    Operator,
    /// Gatehouse itself, on a schedule.
    System,
}

impl ActorKind {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Token => "token",
            Self::Operator => "operator",
            Self::System => "system",
        }
    }
}

/// What was acted on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The noun: `member`, `application`, `ip_list`.
    pub kind: &'static str,
    pub id: Option<String>,
    pub name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuditResult {
    Done,
    /// The actor was not allowed to.
    Refused,
    Failed,
}

impl AuditResult {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    pub actor: Actor,
    pub client_address: Option<IpAddr>,
    pub request_id: Option<String>,
    /// A verb: `create`, `update`, `delete`, `revoke`.
    pub action: &'static str,
    pub target: Target,
    pub result: AuditResult,
    /// The state before, without secrets; `None` for what did not exist.
    pub before: Option<Value>,
    /// The state after, without secrets; `None` for what no longer exists.
    pub after: Option<Value>,
}

/// Writes the entry as part of the transaction of the change.
pub async fn record_audit(
    tx: &mut Connection,
    now: Timestamp,
    entry: &AuditEntry,
) -> Result<EventId, StoreError> {
    let actor = (entry.actor.kind == ActorKind::Member).then_some(&entry.actor.id);
    let target = (entry.target.kind == "member").then_some(&entry.target.id);
    let event = events::AuditEvent {
        actor_guest: is_guest(tx, actor).await?,
        target_guest: is_guest(tx, target).await?,
        id: EventId::generate(),
        at: now,
        actor_kind: entry.actor.kind.as_str().to_owned(),
        actor: entry.actor.id.clone(),
        actor_name: clean::line(&entry.actor.name).into_owned(),
        client_address: entry
            .client_address
            .map(|address| address.to_canonical().to_string()),
        request_id: entry
            .request_id
            .as_deref()
            .map(|id| clean::line(id).into_owned()),
        action: entry.action.to_owned(),
        target_kind: entry.target.kind.to_owned(),
        target: entry.target.id.clone(),
        target_name: clean::line(&entry.target.name).into_owned(),
        result: entry.result.as_str().to_owned(),
        before: entry.before.clone(),
        after: entry.after.clone(),
    };
    events::insert_audit(tx, &event).await?;
    Ok(event.id)
}

async fn is_guest(tx: &mut Connection, id: Option<&Option<String>>) -> Result<bool, StoreError> {
    match id {
        Some(Some(id)) => members::is_guest(tx, &MemberId::from(id.as_str())).await,
        _ => Ok(false),
    }
}
