//! What comes round for the counts of hours: sign-ins are counted when an hour has passed, and what
//! no chart shows any more is forgotten.

use std::time::Duration;

use config::Timestamp;

use super::counts::{HOUR_MS, hour};
use crate::store::{Connection, StoreError};

/// An entry is committed so soon after the moment that it bears, on whichever node.
const SETTLED: Duration = Duration::from_mins(5);
/// Hours that are counted in one transaction.
const HOURS: i64 = 24;
/// No chart goes back further.
const KEEP: Duration = Duration::from_hours(24 * 32);
/// So many refused addresses of an hour stay.
const KEEP_ADDRESSES: i64 = 100;
/// An hour's addresses are thinned out when it has passed for so long, and for a day.
const LATE: Duration = Duration::from_hours(2);

/// Counts the sign-ins of the next hours that have passed. Says whether some are left to count.
pub async fn count_sign_ins(tx: &mut Connection, now: Timestamp) -> Result<bool, StoreError> {
    // Holds the row, so that two nodes cannot count the same hours.
    let (counted,): (i64,) = sqlx::query_as(
        "UPDATE counters SET value = value WHERE name = 'sign_ins_counted_to' RETURNING value",
    )
    .fetch_one(&mut *tx)
    .await?;
    let passed = hour(now.minus(SETTLED)).as_millis();
    let (first,): (Option<i64>,) =
        sqlx::query_as("SELECT min(at) FROM sign_in_events WHERE at >= $1")
            .bind(counted)
            .fetch_one(&mut *tx)
            .await?;
    let from = first
        .map_or(passed, |at| hour(Timestamp(at)).as_millis())
        .max(counted);
    if from >= passed {
        set_counted_to(tx, passed.max(counted)).await?;
        return Ok(false);
    }
    let to = passed.min(from + HOURS * HOUR_MS);
    sqlx::query(
        "INSERT INTO sign_in_counts (hour, kind, reason, events) \
         SELECT at / 3600000 * 3600000, kind, COALESCE(reason, ''), count(*) FROM sign_in_events \
         WHERE at >= $1 AND at < $2 GROUP BY at / 3600000 * 3600000, kind, COALESCE(reason, '')",
    )
    .bind(from)
    .bind(to)
    .execute(&mut *tx)
    .await?;
    set_counted_to(tx, to).await?;
    Ok(to < passed)
}

async fn set_counted_to(tx: &mut Connection, moment: i64) -> Result<(), StoreError> {
    sqlx::query("UPDATE counters SET value = $1 WHERE name = 'sign_ins_counted_to'")
        .bind(moment)
        .execute(tx)
        .await?;
    Ok(())
}

/// Forgets hours that no chart shows, and addresses that were refused little.
pub async fn forget_counts(tx: &mut Connection, now: Timestamp) -> Result<(), StoreError> {
    for statement in [
        "DELETE FROM access_counts WHERE hour < $1",
        "DELETE FROM access_days WHERE day < $1",
        "DELETE FROM refused_addresses WHERE hour < $1",
        "DELETE FROM sign_in_counts WHERE hour < $1",
    ] {
        sqlx::query(statement)
            .bind(now.minus(KEEP).as_millis())
            .execute(&mut *tx)
            .await?;
    }
    let late = now.minus(LATE);
    sqlx::query(
        "DELETE FROM refused_addresses WHERE hour >= $1 AND hour < $2 AND (hour, address) IN \
         (SELECT hour, address FROM (SELECT hour, address, ROW_NUMBER() OVER \
         (PARTITION BY hour ORDER BY requests DESC, address) AS place FROM refused_addresses \
         WHERE hour >= $1 AND hour < $2) ranked WHERE place > $3)",
    )
    .bind(late.minus(Duration::from_hours(24)).as_millis())
    .bind(late.as_millis())
    .bind(KEEP_ADDRESSES)
    .execute(tx)
    .await?;
    Ok(())
}
