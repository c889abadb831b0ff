//! Access events: what the gateways report of each request.

use std::fmt::Write as _;

use config::AccessEvent;
use config::access_event::Outcome;
use config::id::{ApplicationId, MemberId};
use sqlx::AssertSqlSafe;

use super::Page;
use super::select::Select;
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

/// Rows of one INSERT: a round trip each to PostgreSQL would cost more than the work itself.
const ROWS: usize = 64;
const COLUMNS: usize = 11;

/// Adds the events in order; says how many were new. One that is there already stays as it is.
pub async fn insert_access_many(
    tx: &mut Connection,
    events: &[AccessEvent],
) -> Result<u64, StoreError> {
    let mut new = 0;
    for rows in events.chunks(ROWS) {
        let mut query = sqlx::query(AssertSqlSafe(insert_text(rows.len())));
        for event in rows {
            let (outcome, reason) = outcome_columns(&event.outcome);
            query = query
                .bind(event.id.as_str())
                .bind(event.at.as_millis())
                .bind(event.principal.as_ref().map(MemberId::as_str))
                .bind(event.username.as_deref().map(line))
                .bind(event.application.as_ref().map(ApplicationId::as_str))
                .bind(line(&event.host))
                .bind(event.client_address.map(|address| address.to_string()))
                .bind(outcome)
                .bind(reason)
                .bind(i64::from(event.status))
                .bind(serde_json::to_string(event)?);
        }
        new += query.execute(&mut *tx).await?.rows_affected();
    }
    Ok(new)
}

/// Holds nothing but the numbers of parameters.
fn insert_text(rows: usize) -> String {
    let mut text = String::from(
        "INSERT INTO access_events (id, at, member_id, username, application_id, host, \
         client_address, outcome, reason, status, body) VALUES ",
    );
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for column in 1..=COLUMNS {
            let comma = if column == 1 { "" } else { ", " };
            // Writing to a String cannot fail.
            let _ = write!(text, "{comma}${}", row * COLUMNS + column);
        }
        text.push(')');
    }
    text.push_str(" ON CONFLICT (id) DO NOTHING");
    text
}

/// PostgreSQL refuses a text with a zero byte: what strangers send is made plain first. In the JSON
/// it is escaped anyway.
fn line(text: &str) -> String {
    crate::logs::line(text).into_owned()
}

fn outcome_columns(outcome: &Outcome) -> (&'static str, Option<&str>) {
    match outcome {
        Outcome::Granted => ("granted", None),
        Outcome::Cut(reason) => ("cut", Some(reason)),
        Outcome::Denied(reason) => ("denied", Some(reason)),
        Outcome::OwnPage => ("own_page", None),
    }
}

/// A page of the log, newest first.
pub async fn access_events(
    connection: &mut Connection,
    filter: &AccessFilter,
    page: &Page,
) -> Result<Vec<AccessEvent>, StoreError> {
    let application = filter.application.as_ref().map(ApplicationId::as_str);
    let rows: Vec<(String,)> = Select::new("body", "access_events")
        .only("member_id", filter.member.as_ref().map(MemberId::as_str))
        .only("application_id", application)
        .only("outcome", filter.outcome.as_deref())
        .only("client_address", filter.client_address.as_deref())
        .fetch(connection, page)
        .await?;
    rows.iter()
        .map(|(body,)| Ok(serde_json::from_str(body)?))
        .collect()
}
