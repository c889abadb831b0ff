//! The counts of hours and days, as charts show them.

use config::Timestamp;

use super::counts::{DAY_MS, hour};
use crate::store::{Connection, StoreError};

/// The requests of the hour that began then.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct InHour {
    pub hour: i64,
    pub granted: i64,
    pub refused: i64,
}

/// So many of what has this name.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Counted {
    pub name: String,
    pub count: i64,
}

/// The requests to an application, and how many of them were turned away.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct OfApplication {
    pub application: String,
    pub requests: i64,
    pub refused: i64,
}

const REFUSED: &str =
    "CAST(SUM(CASE WHEN outcome IN ('denied', 'cut') THEN requests ELSE 0 END) AS BIGINT)";

/// Everything since `$1`: by the day from `$2` on, when the first whole day began, and by the hour until then.
const COUNTED: &str = "(SELECT application_id, outcome, reason, requests FROM access_days WHERE day >= $2 \
     UNION ALL SELECT application_id, outcome, reason, requests FROM access_counts \
     WHERE hour >= $1 AND hour < $2) counted";

fn first_whole_day(since: Timestamp) -> i64 {
    let days = since.as_millis().div_euclid(DAY_MS) + i64::from(since.as_millis() % DAY_MS != 0);
    days * DAY_MS
}

/// When counting began, as far as is known; `None` while nothing was counted.
pub async fn counted_since(
    connection: &mut Connection,
) -> Result<(Option<Timestamp>, Option<Timestamp>), StoreError> {
    let (access, sign_ins): (Option<i64>, Option<i64>) = sqlx::query_as(
        "SELECT (SELECT MIN(hour) FROM access_counts), \
         (SELECT MIN(hour) FROM sign_in_counts)",
    )
    .fetch_one(connection)
    .await?;
    Ok((access.map(Timestamp), sign_ins.map(Timestamp)))
}

/// Requests by the hour. Grouped by nothing else, they come in the order in which the counts lie, and no
/// engine need sort them.
pub async fn requests(
    connection: &mut Connection,
    since: Timestamp,
) -> Result<Vec<InHour>, StoreError> {
    let text = format!(
        "SELECT hour, \
         CAST(SUM(CASE WHEN outcome = 'granted' THEN requests ELSE 0 END) AS BIGINT) AS granted, \
         {REFUSED} AS refused FROM access_counts WHERE hour >= $1 GROUP BY hour ORDER BY hour"
    );
    let query = sqlx::query_as(sqlx::AssertSqlSafe(text));
    Ok(query.bind(since.as_millis()).fetch_all(connection).await?)
}

/// Requests that were turned away, by reason, the most first.
pub async fn refusals(
    connection: &mut Connection,
    since: Timestamp,
) -> Result<Vec<Counted>, StoreError> {
    let text = format!(
        "SELECT reason AS name, CAST(SUM(requests) AS BIGINT) AS count FROM {COUNTED} \
         WHERE outcome IN ('denied', 'cut') GROUP BY reason ORDER BY count DESC, name"
    );
    let query = sqlx::query_as(sqlx::AssertSqlSafe(text));
    let query = query.bind(since.as_millis()).bind(first_whole_day(since));
    Ok(query.fetch_all(connection).await?)
}

/// Each application that was asked for.
pub async fn by_application(
    connection: &mut Connection,
    since: Timestamp,
) -> Result<Vec<OfApplication>, StoreError> {
    let text = format!(
        "SELECT application_id AS application, CAST(SUM(requests) AS BIGINT) AS requests, \
         {REFUSED} AS refused FROM {COUNTED} WHERE application_id <> '' \
         AND outcome <> 'own_page' GROUP BY application_id ORDER BY requests DESC, application"
    );
    let query = sqlx::query_as(sqlx::AssertSqlSafe(text));
    let query = query.bind(since.as_millis()).bind(first_whole_day(since));
    Ok(query.fetch_all(connection).await?)
}

/// The addresses that were refused most.
pub async fn refused_addresses(
    connection: &mut Connection,
    since: Timestamp,
    limit: i64,
) -> Result<Vec<Counted>, StoreError> {
    let query = sqlx::query_as(
        "SELECT address AS name, CAST(SUM(requests) AS BIGINT) AS count FROM refused_addresses \
         WHERE hour >= $1 GROUP BY address ORDER BY count DESC, name LIMIT $2",
    );
    let query = query.bind(since.as_millis()).bind(limit);
    Ok(query.fetch_all(connection).await?)
}

/// An hour's entries of the sign-in log of one kind, by reason.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct SignIns {
    pub hour: i64,
    pub kind: String,
    pub reason: String,
    pub count: i64,
}

/// What has been counted of the sign-in log, and the log itself from there on.
pub async fn sign_ins(
    connection: &mut Connection,
    since: Timestamp,
) -> Result<Vec<SignIns>, StoreError> {
    let mut all: Vec<SignIns> = sqlx::query_as(
        "SELECT hour, kind, reason, events AS count FROM sign_in_counts \
         WHERE hour >= $1 AND kind IN ('signed_in', 'failed')",
    )
    .bind(since.as_millis())
    .fetch_all(&mut *connection)
    .await?;
    let (counted,): (i64,) =
        sqlx::query_as("SELECT value FROM counters WHERE name = 'sign_ins_counted_to'")
            .fetch_one(&mut *connection)
            .await?;
    let rest: Vec<SignIns> = sqlx::query_as(
        "SELECT at / 3600000 * 3600000 AS hour, kind, COALESCE(reason, '') AS reason, \
         CAST(count(*) AS BIGINT) AS count FROM sign_in_events \
         WHERE at >= $1 AND kind IN ('signed_in', 'failed') \
         GROUP BY at / 3600000 * 3600000, kind, COALESCE(reason, '')",
    )
    .bind(counted.max(hour(since).as_millis()))
    .fetch_all(connection)
    .await?;
    all.extend(rest);
    Ok(all)
}
