//! What there is just now, in numbers.

use config::Timestamp;

use super::{Connection, Engine, StoreError};

/// People of one kind and status.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct People {
    pub kind: String,
    pub status: String,
    pub count: i64,
}

/// What an administrator has set up.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct SetUp {
    pub departments: i64,
    pub groups: i64,
    pub applications: i64,
    pub ip_lists: i64,
}

/// Sign-ins and the people behind them.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct SignedIn {
    pub sign_ins: i64,
    pub people: i64,
}

pub async fn people(connection: &mut Connection) -> Result<Vec<People>, StoreError> {
    let query = sqlx::query_as(
        "SELECT kind, status, CAST(count(*) AS BIGINT) AS count FROM members \
         GROUP BY kind, status ORDER BY kind, status",
    );
    Ok(query.fetch_all(connection).await?)
}

pub async fn set_up(connection: &mut Connection) -> Result<SetUp, StoreError> {
    let query = sqlx::query_as(
        "SELECT (SELECT CAST(count(*) AS BIGINT) FROM departments) AS departments, \
         (SELECT CAST(count(*) AS BIGINT) FROM groups) AS groups, \
         (SELECT CAST(count(*) AS BIGINT) FROM applications) AS applications, \
         (SELECT CAST(count(*) AS BIGINT) FROM ip_lists) AS ip_lists",
    );
    Ok(query.fetch_one(connection).await?)
}

/// Those that have not ended.
pub async fn signed_in(
    connection: &mut Connection,
    now: Timestamp,
) -> Result<SignedIn, StoreError> {
    let query = sqlx::query_as(
        "SELECT CAST(count(*) AS BIGINT) AS sign_ins, \
         CAST(count(DISTINCT member_id) AS BIGINT) AS people \
         FROM sign_ins WHERE ended_at IS NULL AND expires_at > $1",
    );
    Ok(query.bind(now.as_millis()).fetch_one(connection).await?)
}

/// Those of them that something was opened with since.
pub async fn active(
    connection: &mut Connection,
    since: Timestamp,
    now: Timestamp,
) -> Result<SignedIn, StoreError> {
    let query = sqlx::query_as(
        "SELECT CAST(count(DISTINCT i.id) AS BIGINT) AS sign_ins, \
         CAST(count(DISTINCT i.member_id) AS BIGINT) AS people \
         FROM sessions s JOIN sign_ins i ON i.id = s.sign_in_id \
         WHERE s.last_seen_at >= $1 AND s.ended_at IS NULL AND i.ended_at IS NULL \
         AND i.expires_at > $2",
    );
    let query = query.bind(since.as_millis()).bind(now.as_millis());
    Ok(query.fetch_one(connection).await?)
}

/// What the store takes, in bytes.
pub async fn size(connection: &mut Connection, engine: &Engine) -> Result<i64, StoreError> {
    let text = if engine.is_sqlite() {
        "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    } else {
        "SELECT pg_database_size(current_database())"
    };
    let (size,): (i64,) = sqlx::query_as(text).fetch_one(connection).await?;
    Ok(size)
}
