//! Until when sign-ins that are open last, as the sign-in policy has it just now.

use config::Timestamp;
use config::id::{GroupId, MemberId};

use super::{Connection, StoreError};

/// How long a sign-in lasts, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// From its beginning.
    pub absolute_ms: i64,
    /// Without a request.
    pub idle_ms: Option<i64>,
}

/// Of whom.
#[derive(Clone, Copy, Debug)]
pub enum Whose<'a> {
    Everybody,
    Guests,
    Group(&'a GroupId),
    Member(&'a MemberId),
}

/// Sets the limits of all that is open. What has expired stays so.
pub async fn settle(
    tx: &mut Connection,
    whose: Whose<'_>,
    limits: Limits,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (condition, id) = match whose {
        Whose::Everybody => ("", None),
        Whose::Guests => (
            "AND member_id IN (SELECT id FROM members WHERE kind = 'guest')",
            None,
        ),
        Whose::Group(id) => (
            "AND member_id IN (SELECT member_id FROM group_members WHERE group_id = $4)",
            Some(id.as_str()),
        ),
        Whose::Member(id) => ("AND member_id = $4", Some(id.as_str())),
    };
    let sql = format!(
        "UPDATE sign_ins SET expires_at = started_at + $1, idle_limit_ms = $2 \
         WHERE ended_at IS NULL AND expires_at > $3 {condition}"
    );
    let query = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(limits.absolute_ms)
        .bind(limits.idle_ms)
        .bind(now.as_millis());
    let query = id.into_iter().fold(query, sqlx::query::Query::bind);
    query.execute(tx).await?;
    Ok(())
}

/// Whoever is signed in more than `most` times.
pub async fn most_of_all(
    connection: &mut Connection,
    most: u16,
    now: Timestamp,
) -> Result<Vec<MemberId>, StoreError> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT member_id FROM sign_ins WHERE ended_at IS NULL AND expires_at > $1 \
         GROUP BY member_id HAVING count(*) > $2 ORDER BY member_id",
    )
    .bind(now.as_millis())
    .bind(i64::from(most))
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}

/// How many open sign-ins of the person have lasted longer than these limits would have them.
pub async fn beyond(
    connection: &mut Connection,
    member: &MemberId,
    limits: Limits,
    now: Timestamp,
) -> Result<i64, StoreError> {
    let (beyond,): (i64,) = sqlx::query_as(
        "SELECT CAST(count(*) AS BIGINT) FROM sign_ins s \
         WHERE s.member_id = $1 AND s.ended_at IS NULL AND s.expires_at > $2 \
         AND (s.started_at <= $3 OR \
             (SELECT MAX(x.last_seen_at) FROM sessions x WHERE x.sign_in_id = s.id) <= $4)",
    )
    .bind(member.as_str())
    .bind(now.as_millis())
    .bind(now.as_millis().saturating_sub(limits.absolute_ms))
    .bind(
        limits
            .idle_ms
            .map_or(i64::MIN, |idle| now.as_millis().saturating_sub(idle)),
    )
    .fetch_one(connection)
    .await?;
    Ok(beyond)
}
