//! Until when sign-ins that are open last, and how many of a person's stay, as the sign-in policy has it just
//! now.

use config::Timestamp;
use config::id::{MemberId, SignInId};
use sqlx::Row;

use super::by_audience::ByAudience;
use super::{Connection, StoreError};

/// How long a sign-in lasts, in milliseconds, and how many a person has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// From its beginning.
    pub absolute_ms: i64,
    /// Without a request.
    pub idle_ms: Option<i64>,
    /// 0: as many as they like.
    pub most: u16,
}

/// When a sign-in was last used.
const USED: &str = "(SELECT MAX(x.last_seen_at) FROM sessions x WHERE x.sign_in_id = sign_ins.id)";

/// Sets the limits of all that is open. What has expired stays so, and what was idle for too long until now.
pub async fn settle(
    tx: &mut Connection,
    limits: &ByAudience<Limits>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = format!(
        "UPDATE sign_ins SET idle_limit_ms = {idle}, expires_at = \
         CASE WHEN idle_limit_ms IS NOT NULL AND {USED} + idle_limit_ms <= $1 THEN $1 \
         ELSE started_at + {absolute} END \
         WHERE ended_at IS NULL AND expires_at > $1 {only}",
        idle = limits.number(2, |limits| limits.idle_ms),
        absolute = limits.number(2, |limits| Some(limits.absolute_ms)),
        only = limits.and_only(2),
    );
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(now.as_millis());
    limits.bind(query).execute(tx).await?;
    Ok(())
}

/// Whoever is signed in more often than they may, and how often that is.
pub async fn beyond_most(
    connection: &mut Connection,
    limits: &ByAudience<Limits>,
    now: Timestamp,
) -> Result<Vec<(MemberId, u16)>, StoreError> {
    let most = limits.number(2, |limits| {
        (limits.most > 0).then(|| i64::from(limits.most))
    });
    let sql = format!(
        "SELECT member_id, {most} AS most FROM sign_ins \
         WHERE ended_at IS NULL AND expires_at > $1 {} \
         GROUP BY member_id HAVING count(*) > {most} ORDER BY member_id",
        limits.and_only(2)
    );
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(now.as_millis());
    let rows = limits.bind(query).fetch_all(connection).await?;
    let read = |row: &sqlx::any::AnyRow| {
        let most: i64 = row.try_get("most")?;
        let member: String = row.try_get("member_id")?;
        Ok((member.into(), u16::try_from(most).unwrap_or(u16::MAX)))
    };
    rows.iter().map(read).collect()
}

/// The open sign-ins of a person, that which was used longest ago first.
pub async fn by_last_use(
    connection: &mut Connection,
    member: &MemberId,
    now: Timestamp,
) -> Result<Vec<SignInId>, StoreError> {
    let sql = format!(
        "SELECT id, COALESCE({USED}, started_at) AS used FROM sign_ins \
         WHERE member_id = $1 AND ended_at IS NULL AND expires_at > $2 ORDER BY used, id"
    );
    let rows: Vec<(String, i64)> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(member.as_str())
        .bind(now.as_millis())
        .fetch_all(connection)
        .await?;
    Ok(rows.into_iter().map(|(id, _)| id.into()).collect())
}
