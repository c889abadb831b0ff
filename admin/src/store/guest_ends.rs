//! Guests whose time comes to its end: who is to be told before, and whose end has not been recorded yet.

use config::Timestamp;
use config::id::MemberId;

use super::guests::{GuestRow, SELECT};
use super::{Connection, StoreError};

/// Who is told of an end before it comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    Guest,
    Sponsor,
}

impl Told {
    fn column(self) -> &'static str {
        match self {
            Self::Guest => "guest_told_at",
            Self::Sponsor => "sponsor_told_at",
        }
    }
}

/// By which ways it can be told just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ways {
    pub mail: bool,
    pub sms: bool,
}

impl Ways {
    /// What holds for those who can be reached.
    fn reach(self, told: Told) -> String {
        let (mail, sms) = match told {
            Told::Guest => ("m.email IS NOT NULL", "m.mobile IS NOT NULL"),
            Told::Sponsor => ("s.email_verified_at IS NOT NULL", "s.mobile IS NOT NULL"),
        };
        let ways = [(self.mail, mail), (self.sms, sms)];
        let ways: Vec<&str> = ways.into_iter().filter(|w| w.0).map(|w| w.1).collect();
        if ways.is_empty() {
            return "1 = 0".to_owned();
        }
        ways.join(" OR ")
    }
}

/// Active guests who end by `until` and of whom this has not been told, the soonest first. Those whom
/// nothing reaches are left out: they would be in the way of others.
pub async fn untold(
    connection: &mut Connection,
    told: Told,
    ways: Ways,
    (now, until): (Timestamp, Timestamp),
    limit: i64,
) -> Result<Vec<GuestRow>, StoreError> {
    let whom = match told {
        Told::Guest => "",
        Told::Sponsor => "AND s.status = 'active' AND s.kind = 'member'",
    };
    let sql = format!(
        "{SELECT} WHERE g.expires_at > $1 AND g.expires_at <= $2 AND g.{} IS NULL \
         AND m.status = 'active' {whom} AND ({}) ORDER BY g.expires_at, m.id LIMIT $3",
        told.column(),
        ways.reach(told)
    );
    let rows = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(now.as_millis())
        .bind(until.as_millis())
        .bind(limit)
        .fetch_all(connection)
        .await?;
    Ok(rows)
}

/// Notes that this end is told. `false`: another node has done so already, or the end has moved.
pub async fn note_told(
    tx: &mut Connection,
    member: &MemberId,
    told: Told,
    end: Timestamp,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let column = told.column();
    let sql = format!(
        "UPDATE guests SET {column} = $2 \
         WHERE member_id = $1 AND expires_at = $3 AND {column} IS NULL"
    );
    let done = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(member.as_str())
        .bind(now.as_millis())
        .bind(end.as_millis())
        .execute(tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Guests who have ended without a record of it.
pub async fn unrecorded(
    connection: &mut Connection,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<MemberId>, StoreError> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT member_id FROM guests WHERE expires_at <= $1 AND end_noted_at IS NULL \
         ORDER BY expires_at, member_id LIMIT $2",
    )
    .bind(now.as_millis())
    .bind(limit)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}

/// Notes that the end is recorded. `false`: it was already, or it has moved.
pub async fn note_end(
    tx: &mut Connection,
    member: &MemberId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE guests SET end_noted_at = $2 \
         WHERE member_id = $1 AND expires_at <= $2 AND end_noted_at IS NULL",
    )
    .bind(member.as_str())
    .bind(now.as_millis())
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
