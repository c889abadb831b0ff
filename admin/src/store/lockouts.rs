//! Counters of attempts, atomic in the store: guesses sent in parallel, or to different nodes, are
//! all counted.

use config::Timestamp;

use super::{Connection, StoreError};

/// Counts one more attempt on `subject` and tells how many there were in its window, this one
/// included. The window begins with the first attempt and is not moved by later ones, so that an
/// attacker cannot keep an account locked for good with a trickle of guesses in one window.
pub async fn count(
    connection: &mut Connection,
    subject: &str,
    now: Timestamp,
    window_start: Timestamp,
) -> Result<i64, StoreError> {
    let (failures,): (i64,) = sqlx::query_as(
        "INSERT INTO lockouts (subject, failures, first_failed_at, last_failed_at) \
         VALUES ($1, 1, $2, $2) \
         ON CONFLICT (subject) DO UPDATE SET \
         failures = CASE WHEN lockouts.first_failed_at <= $3 THEN 1 ELSE lockouts.failures + 1 END, \
         first_failed_at = CASE WHEN lockouts.first_failed_at <= $3 THEN $2 \
             ELSE lockouts.first_failed_at END, \
         last_failed_at = $2 \
         RETURNING failures",
    )
    .bind(subject)
    .bind(now.as_millis())
    .bind(window_start.as_millis())
    .fetch_one(connection)
    .await?;
    Ok(failures)
}

/// How many attempts on `subject` were counted so far, in a window that began after `window_start`.
pub async fn counted(
    connection: &mut Connection,
    subject: &str,
    window_start: Timestamp,
) -> Result<i64, StoreError> {
    let row: Option<(i64,)> =
        sqlx::query_as("SELECT failures FROM lockouts WHERE subject = $1 AND first_failed_at > $2")
            .bind(subject)
            .bind(window_start.as_millis())
            .fetch_optional(connection)
            .await?;
    Ok(row.map_or(0, |(failures,)| failures))
}

/// Takes one attempt back that turned out to be right.
pub async fn refund(connection: &mut Connection, subject: &str) -> Result<(), StoreError> {
    sqlx::query("UPDATE lockouts SET failures = failures - 1 WHERE subject = $1 AND failures > 0")
        .bind(subject)
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn clear(connection: &mut Connection, subject: &str) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM lockouts WHERE subject = $1")
        .bind(subject)
        .execute(connection)
        .await?;
    Ok(())
}

/// Clears every counter whose subject begins so. The text must hold no sign that LIKE knows.
pub async fn clear_all(connection: &mut Connection, beginning: &str) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM lockouts WHERE subject LIKE $1")
        .bind(format!("{beginning}%"))
        .execute(connection)
        .await?;
    Ok(())
}

/// Forgets counters whose window is over.
pub async fn prune(connection: &mut Connection, before: Timestamp) -> Result<u64, StoreError> {
    let done = sqlx::query("DELETE FROM lockouts WHERE last_failed_at < $1")
        .bind(before.as_millis())
        .execute(connection)
        .await?;
    Ok(done.rows_affected())
}
