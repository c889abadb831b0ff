//! Access events: what the gateways report of each request.

use std::fmt::Write as _;
use std::sync::Arc;

use config::access_event::{ErrorSource, ExchangeError, Outcome};
use config::id::{ApplicationId, MemberId};
use config::{AccessEvent, Timestamp};
use sqlx::AssertSqlSafe;

use super::Page;
use super::select::Select;
use crate::access_record::{Id, Record, RecordError};
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

/// One event as it is stored: read from its bytes, which are kept as they are.
#[derive(Clone, Debug)]
pub struct Row<'a> {
    pub record: Record<'a>,
    bytes: &'a [u8],
}

impl<'a> Row<'a> {
    /// # Errors
    /// If `bytes` are no record.
    pub fn read(bytes: &'a [u8]) -> Result<Self, RecordError> {
        let record = Record::read(bytes)?;
        Ok(Self { record, bytes })
    }
}

const COLUMNS: usize = 7;
/// Rows of one INSERT, the most that fit first: few round trips, and few statements to be prepared. No
/// more than 32, for SQLite looks for each parameter's name among those of the statement one by one:
/// with 256 rows that took three quarters of its time.
const CHUNKS: [usize; 3] = [32, 4, 1];

/// Adds the events in order; says how many were new. One that is there already stays as it is.
pub async fn insert_access_many(tx: &mut Connection, rows: &[Row<'_>]) -> Result<u64, StoreError> {
    let (mut new, mut rest) = (0, rows);
    for size in CHUNKS {
        if rest.len() < size {
            continue;
        }
        let text: Arc<str> = insert_text(size).into();
        while let Some((chunk, after)) = rest.split_at_checked(size) {
            new += insert_chunk(tx, Arc::clone(&text), chunk).await?;
            rest = after;
        }
    }
    Ok(new)
}

async fn insert_chunk(
    tx: &mut Connection,
    text: Arc<str>,
    rows: &[Row<'_>],
) -> Result<u64, StoreError> {
    let mut query = sqlx::query(AssertSqlSafe(text));
    for Row { record, bytes } in rows {
        query = query
            .bind(record.at)
            .bind(plain(&record.id))
            .bind(record.principal.as_ref().map(plain))
            .bind(record.application.as_ref().map(plain))
            .bind(record.client_address.map(|address| address.to_string()))
            .bind(record.outcome())
            .bind(*bytes);
    }
    Ok(query.execute(tx).await?.rows_affected())
}

/// Holds nothing but the numbers of parameters.
fn insert_text(rows: usize) -> String {
    let mut text = String::from(
        "INSERT INTO access_events (at, id, member_id, application_id, client_address, outcome, \
         record) VALUES ",
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
    text.push_str(" ON CONFLICT (at, id) DO NOTHING");
    text
}

/// PostgreSQL refuses a text with a zero byte; no id of ours has one.
fn plain(id: &Id<'_>) -> String {
    crate::logs::line(&id.to_string()).into_owned()
}

/// A page of the log, newest first. Of an event that cannot be read, what is known: one that is damaged,
/// or that a later version has written, must not hide all others.
pub async fn access_events(
    connection: &mut Connection,
    filter: &AccessFilter,
    page: &Page,
) -> Result<Vec<AccessEvent>, StoreError> {
    let application = filter.application.as_ref().map(ApplicationId::as_str);
    let columns = "at, id, member_id, application_id, client_address, outcome, record, body";
    let rows: Vec<Stored> = Select::new(columns, "access_events")
        .only("member_id", filter.member.as_ref().map(MemberId::as_str))
        .only("application_id", application)
        .only("outcome", filter.outcome.as_deref())
        .only("client_address", filter.client_address.as_deref())
        .fetch(connection, page)
        .await?;
    let events = rows.into_iter().map(|stored| {
        stored.event().unwrap_or_else(|why| {
            tracing::error!(id = stored.id, %why, "an access event cannot be read");
            stored.what_is_known(&why)
        })
    });
    Ok(events.collect())
}

/// A row as it lies in the store.
#[derive(sqlx::FromRow)]
struct Stored {
    at: i64,
    id: String,
    member_id: Option<String>,
    application_id: Option<String>,
    client_address: Option<String>,
    outcome: String,
    record: Option<Vec<u8>>,
    /// In the place of a record in events from before there were any.
    body: Option<String>,
}

impl Stored {
    fn event(&self) -> Result<AccessEvent, String> {
        match (&self.record, &self.body) {
            (Some(record), _) => match Record::read(record) {
                Ok(record) => Ok(record.into()),
                Err(error) => Err(error.to_string()),
            },
            (None, body) => serde_json::from_str(body.as_deref().unwrap_or_default())
                .map_err(|error| error.to_string()),
        }
    }

    fn what_is_known(&self, why: &str) -> AccessEvent {
        let address = self.client_address.as_deref();
        AccessEvent {
            id: self.id.as_str().into(),
            at: Timestamp(self.at),
            request_id: self.id.clone(),
            peer: None,
            client_address: address.and_then(|address| address.parse().ok()),
            method: String::new(),
            host: String::new(),
            path: String::new(),
            protocol: String::new(),
            user_agent: None,
            application: self.application_id.as_deref().map(Into::into),
            principal: self.member_id.as_deref().map(Into::into),
            username: None,
            session: None,
            rule: None,
            outcome: match &*self.outcome {
                "granted" => Outcome::Granted,
                "own_page" => Outcome::OwnPage,
                "cut" => Outcome::Cut("unreadable".to_owned()),
                _ => Outcome::Denied("unreadable".to_owned()),
            },
            status: 0,
            upstream: None,
            error: Some(ExchangeError {
                source: ErrorSource::Internal,
                what: format!("this event cannot be read: {why}"),
            }),
            request_bytes: 0,
            response_bytes: 0,
            duration_us: 0,
            upstream_us: None,
            snapshot: 0,
            watermarked: false,
        }
    }
}
