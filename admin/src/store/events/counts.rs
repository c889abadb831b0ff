//! Access events by the hour and by the day, counted as they are stored.

use std::collections::BTreeMap;
use std::net::IpAddr;

use config::Timestamp;

use super::access::{Row, plain};
use crate::access_record::Id;
use crate::store::{Connection, StoreError};

pub const HOUR_MS: i64 = 3_600_000;
pub const DAY_MS: i64 = 24 * HOUR_MS;
/// Of the addresses that were refused in a batch, so many are counted, those with the most first: who
/// calls from ever other addresses must not make each event dearer.
const ADDRESSES: usize = 64;

/// The beginning of the hour.
#[must_use]
pub fn hour(at: Timestamp) -> Timestamp {
    Timestamp(at.as_millis().div_euclid(HOUR_MS) * HOUR_MS)
}

const HOURS: &str = "INSERT INTO access_counts (hour, application_id, outcome, reason, requests) \
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT (hour, application_id, outcome, reason) \
     DO UPDATE SET requests = access_counts.requests + excluded.requests";
const DAYS: &str = "INSERT INTO access_days (day, application_id, outcome, reason, requests) \
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT (day, application_id, outcome, reason) \
     DO UPDATE SET requests = access_days.requests + excluded.requests";

/// By the moment at which they are counted, application, outcome and reason.
type Requests<'a> = BTreeMap<(Timestamp, Option<Id<'a>>, &'static str, &'a str), i64>;

/// What a batch adds.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct AccessCounts<'a> {
    /// By the hour.
    requests: Requests<'a>,
    /// By hour and address.
    refused: BTreeMap<(Timestamp, IpAddr), i64>,
}

impl<'a> AccessCounts<'a> {
    pub fn count(&mut self, row: &Row<'a>) {
        let record = &row.record;
        let hour = hour(Timestamp(record.at));
        let (outcome, reason) = (record.outcome(), record.reason());
        let key = (
            hour,
            record.application,
            outcome,
            reason.unwrap_or_default(),
        );
        *self.requests.entry(key).or_default() += 1;
        if let (Some(_), Some(address)) = (reason, record.client_address) {
            *self.refused.entry((hour, address)).or_default() += 1;
        }
    }

    /// Always in one order, so that nodes which count at once wait for each other in a row and not in
    /// a ring.
    pub async fn add(&self, tx: &mut Connection) -> Result<(), StoreError> {
        for (table, requests) in [(HOURS, &self.requests), (DAYS, &self.by_day())] {
            for ((began, application, outcome, reason), requests) in requests {
                sqlx::query(table)
                    .bind(began.as_millis())
                    .bind(application.as_ref().map(plain).unwrap_or_default())
                    .bind(*outcome)
                    .bind(crate::logs::line(reason).into_owned())
                    .bind(requests)
                    .execute(&mut *tx)
                    .await?;
            }
        }
        for ((hour, address), requests) in self.most_refused() {
            sqlx::query(
                "INSERT INTO refused_addresses (hour, address, requests) VALUES ($1, $2, $3) \
                 ON CONFLICT (hour, address) \
                 DO UPDATE SET requests = refused_addresses.requests + excluded.requests",
            )
            .bind(hour.as_millis())
            .bind(address.to_canonical().to_string())
            .bind(requests)
            .execute(&mut *tx)
            .await?;
        }
        Ok(())
    }

    fn by_day(&self) -> Requests<'a> {
        let mut days = Requests::new();
        for ((hour, application, outcome, reason), requests) in &self.requests {
            let day = Timestamp(hour.as_millis().div_euclid(DAY_MS) * DAY_MS);
            *days
                .entry((day, *application, *outcome, *reason))
                .or_default() += requests;
        }
        days
    }

    fn most_refused(&self) -> BTreeMap<(Timestamp, IpAddr), i64> {
        let mut most: Vec<_> = self.refused.iter().map(|(key, n)| (*n, *key)).collect();
        most.sort_unstable_by(|a, b| b.cmp(a));
        most.truncate(ADDRESSES);
        most.into_iter().map(|(n, key)| (key, n)).collect()
    }
}
