//! Forgetting what has had its time: codes, flows, counters, and sign-ins that ended long ago.

use std::time::Duration;

use config::Timestamp;

use super::{Connection, StoreError};

/// Sign-ins that have neither ended nor expired.
pub async fn open_sign_ins(connection: &mut Connection, now: Timestamp) -> Result<i64, StoreError> {
    let (open,): (i64,) = sqlx::query_as(
        "SELECT CAST(count(*) AS BIGINT) FROM sign_ins WHERE ended_at IS NULL AND expires_at > $1",
    )
    .bind(now.as_millis())
    .fetch_one(connection)
    .await?;
    Ok(open)
}

/// A sign-in that was left half-way still tells for so long where its person wanted to go.
const KEEP_FLOWS: Duration = Duration::from_hours(1);

/// Deletes codes, flows, links and answered questions that have expired: used or not, they open nothing any
/// more.
pub async fn delete_used_up(tx: &mut Connection, now: Timestamp) -> Result<u64, StoreError> {
    let mut deleted = 0;
    for (statement, then) in [
        ("DELETE FROM handovers WHERE expires_at <= $1", now),
        (
            "DELETE FROM sign_in_flows WHERE expires_at <= $1",
            now.minus(KEEP_FLOWS),
        ),
        ("DELETE FROM one_time_links WHERE expires_at <= $1", now),
        ("DELETE FROM message_codes WHERE expires_at <= $1", now),
        (
            "DELETE FROM answered_challenges WHERE expires_at <= $1",
            now,
        ),
    ] {
        deleted += sqlx::query(statement)
            .bind(then.as_millis())
            .execute(&mut *tx)
            .await?
            .rows_affected();
    }
    Ok(deleted)
}

/// Deletes authenticators that were never confirmed, and browsers in which nobody has signed in
/// since.
pub async fn delete_abandoned(
    tx: &mut Connection,
    enrolments_before: Timestamp,
    devices_before: Timestamp,
) -> Result<u64, StoreError> {
    let mut deleted = 0;
    for (statement, then) in [
        (
            "DELETE FROM totp_enrolments WHERE created_at <= $1",
            enrolments_before,
        ),
        (
            "DELETE FROM known_devices WHERE last_used_at <= $1",
            devices_before,
        ),
    ] {
        deleted += sqlx::query(statement)
            .bind(then.as_millis())
            .execute(&mut *tx)
            .await?
            .rows_affected();
    }
    Ok(deleted)
}

/// Deletes at most `limit` sign-ins, with their sessions, that ended or expired before `then`.
pub async fn delete_ended_sign_ins(
    tx: &mut Connection,
    then: Timestamp,
    limit: i64,
) -> Result<u64, StoreError> {
    let done = sqlx::query(
        "DELETE FROM sign_ins WHERE id IN (SELECT id FROM sign_ins \
         WHERE expires_at < $1 OR ended_at < $1 ORDER BY id LIMIT $2)",
    )
    .bind(then.as_millis())
    .bind(limit)
    .execute(tx)
    .await?;
    Ok(done.rows_affected())
}
