//! Access events: what the gateways report of each request.

use std::fmt::Write as _;
use std::sync::Arc;

use config::access_event::{ErrorSource, ExchangeError, Outcome};
use config::id::{ApplicationId, MemberId};
use config::{AccessEvent, Timestamp};
use sqlx::{AssertSqlSafe, Connection as _};

use super::access_filter::AccessFilter;
use super::counts::AccessCounts;
use super::page::{Found, Key, Page, Placed};
use super::select::Select;
use crate::access_record::{Id, Record, RecordError};
use crate::store::{Connection, StoreError};

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
/// Rows of one INSERT, the most that fit first: few round trips, and few statements to be prepared.
const CHUNKS: [usize; 4] = [256, 32, 4, 1];
/// SQLite makes no round trips, and looks for each parameter's name among those of the statement one by
/// one: with 256 rows that took three quarters of its time.
const MOST_OF_SQLITE: usize = 32;

/// Adds the events in order and counts them; says how many were new. One that is there already stays as
/// it is and does not count again.
pub async fn insert_access_many(tx: &mut Connection, rows: &[Row<'_>]) -> Result<u64, StoreError> {
    let mut counts = AccessCounts::default();
    let mut attempt = tx.begin().await?;
    if insert(&mut attempt, rows).await? == rows.len() as u64 {
        for row in rows {
            counts.count(row);
        }
        counts.add(&mut attempt).await?;
        attempt.commit().await?;
        return Ok(rows.len() as u64);
    }
    // Some are there, and nobody says which: one by one it shows.
    attempt.rollback().await?;
    let mut new = 0;
    for row in rows {
        if insert(tx, std::slice::from_ref(row)).await? > 0 {
            counts.count(row);
            new += 1;
        }
    }
    counts.add(tx).await?;
    Ok(new)
}

async fn insert(tx: &mut Connection, rows: &[Row<'_>]) -> Result<u64, StoreError> {
    let (mut new, mut rest) = (0, rows);
    let most = match tx.backend_name() {
        "SQLite" => MOST_OF_SQLITE,
        _ => usize::MAX,
    };
    for size in CHUNKS {
        if size > most || rest.len() < size {
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
pub(super) fn plain(id: &Id<'_>) -> String {
    crate::logs::line(&id.to_string()).into_owned()
}

/// A page of the log. Of an event that cannot be read, what is known: one that is damaged, or that a
/// later version has written, must not hide all others.
pub async fn access_events(
    connection: &mut Connection,
    filter: &AccessFilter,
    page: &Page,
) -> Result<Found<AccessEvent>, StoreError> {
    let application = filter.application.as_ref().map(ApplicationId::as_str);
    let sifts = filter.sifts();
    let found: Found<Stored> = Select::new("at, id, record, body", "access_events")
        .by("member_id", filter.member.as_ref().map(MemberId::as_str))
        .among(REFUSED, filter.is_of_refusals())
        .by("application_id", application)
        .search(connection, page, sifts, |stored: &Stored| {
            stored.is_wanted(filter, sifts)
        })
        .await?;
    let mut events = Vec::with_capacity(found.items.len());
    for stored in found.items {
        events.push(match stored.event() {
            Ok(event) => event,
            Err(why) => {
                tracing::error!(id = stored.id, %why, "an access event cannot be read");
                let known = known(connection, &stored).await?;
                what_is_known(&stored, known, &why)
            }
        });
    }
    Ok(Found {
        items: events,
        next: found.next,
        is_cut_short: found.is_cut_short,
    })
}

/// As the index has it.
const REFUSED: &str = "outcome IN ('denied', 'cut')";

/// A row as it lies in the store.
#[derive(sqlx::FromRow)]
struct Stored {
    at: i64,
    id: String,
    record: Option<Vec<u8>>,
    /// In the place of a record in events from before there were any.
    body: Option<String>,
}

impl Placed for Stored {
    fn key(&self) -> Key {
        Key {
            at: Timestamp(self.at),
            id: self.id.clone(),
        }
    }
}

impl Stored {
    /// What cannot be read meets no condition that it would have to be read for.
    fn is_wanted(&self, filter: &AccessFilter, sifts: bool) -> bool {
        if !sifts {
            return true;
        }
        match (&self.record, &self.body) {
            (Some(record), _) => Record::read(record).is_ok_and(|record| filter.wants(&record)),
            (None, _) => self
                .event()
                .is_ok_and(|event| filter.wants(&Record::from(&event))),
        }
    }

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
}

/// What is told of an event beside its record.
#[derive(Default, sqlx::FromRow)]
struct Known {
    member_id: Option<String>,
    application_id: Option<String>,
    client_address: Option<String>,
    outcome: String,
}

async fn known(connection: &mut Connection, stored: &Stored) -> Result<Known, StoreError> {
    let row = sqlx::query_as(
        "SELECT member_id, application_id, client_address, outcome FROM access_events \
         WHERE at = $1 AND id = $2",
    )
    .bind(stored.at)
    .bind(stored.id.as_str());
    Ok(row.fetch_optional(connection).await?.unwrap_or_default())
}

fn what_is_known(stored: &Stored, known: Known, why: &str) -> AccessEvent {
    let address = known.client_address.as_deref();
    AccessEvent {
        id: stored.id.as_str().into(),
        at: Timestamp(stored.at),
        request_id: stored.id.clone(),
        peer: None,
        client_address: address.and_then(|address| address.parse().ok()),
        method: String::new(),
        host: String::new(),
        path: String::new(),
        protocol: String::new(),
        user_agent: None,
        application: known.application_id.map(Into::into),
        principal: known.member_id.map(Into::into),
        username: None,
        guest: false,
        session: None,
        rule: None,
        outcome: match &*known.outcome {
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
