//! Access events: what the gateways report of each request.

use config::AccessEvent;
use config::access_event::Outcome;
use config::id::{ApplicationId, MemberId};

use super::Page;
use crate::store::{Connection, StoreError};

/// Which events; what is `None` does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccessFilter {
    pub member: Option<MemberId>,
    pub application: Option<ApplicationId>,
    /// `granted`, `cut`, `denied` or `own_page`.
    pub outcome: Option<String>,
    pub client_address: Option<String>,
}

/// Adds the event; says whether it was new. An event that is there already stays as it is.
pub async fn insert_access(tx: &mut Connection, event: &AccessEvent) -> Result<bool, StoreError> {
    let (outcome, reason) = match &event.outcome {
        Outcome::Granted => ("granted", None),
        Outcome::Cut(reason) => ("cut", Some(reason.as_str())),
        Outcome::Denied(reason) => ("denied", Some(reason.as_str())),
        Outcome::OwnPage => ("own_page", None),
    };
    let done = sqlx::query(
        "INSERT INTO access_events (id, at, member_id, username, application_id, host, \
         client_address, outcome, reason, status, body) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (id) DO NOTHING",
    )
    .bind(event.id.as_str())
    .bind(event.at.as_millis())
    .bind(event.principal.as_ref().map(MemberId::as_str))
    .bind(event.username.as_deref())
    .bind(event.application.as_ref().map(ApplicationId::as_str))
    .bind(event.host.as_str())
    .bind(event.client_address.map(|address| address.to_string()))
    .bind(outcome)
    .bind(reason)
    .bind(i64::from(event.status))
    .bind(serde_json::to_string(event)?)
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A page of the log, newest first.
pub async fn access_events(
    connection: &mut Connection,
    filter: &AccessFilter,
    page: &Page,
) -> Result<Vec<AccessEvent>, StoreError> {
    let (since, until, at, id) = page.bounds();
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT body FROM access_events \
         WHERE at >= $1 AND at < $2 AND (at, id) < ($3, $4) \
         AND ($5 IS NULL OR member_id = $5) AND ($6 IS NULL OR application_id = $6) \
         AND ($7 IS NULL OR outcome = $7) AND ($8 IS NULL OR client_address = $8) \
         ORDER BY at DESC, id DESC LIMIT $9",
    )
    .bind(since)
    .bind(until)
    .bind(at)
    .bind(id)
    .bind(filter.member.as_ref().map(MemberId::as_str))
    .bind(filter.application.as_ref().map(ApplicationId::as_str))
    .bind(filter.outcome.as_deref())
    .bind(filter.client_address.as_deref())
    .bind(page.limit())
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|(body,)| Ok(serde_json::from_str(body)?))
        .collect()
}
