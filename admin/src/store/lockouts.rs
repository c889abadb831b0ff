//! Counters of attempts, atomic in the store: guesses sent in parallel, or to different nodes, are
//! all counted.

use std::time::Duration;

use config::Timestamp;

use super::{Connection, StoreError};

/// How many attempts there may be, and what follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    pub most: i64,
    /// They are counted for so long from the first.
    pub window: Duration,
    /// For so long from the last that was counted there are no more; `None`: until somebody clears the
    /// counter.
    pub lock: Option<Duration>,
}

impl Limit {
    /// A count that reached the limit later than this is a lock.
    fn locked_since(&self, now: Timestamp) -> i64 {
        self.lock
            .map_or(i64::MIN, |lock| now.minus(lock).as_millis())
    }

    fn kept_until(&self, now: Timestamp, is_locked: bool) -> i64 {
        if !is_locked {
            return now.plus(self.window).as_millis();
        }
        let until = |lock: Duration| now.plus(lock.max(self.window)).as_millis();
        self.lock.map_or(i64::MAX, until)
    }
}

/// Counts one more attempt on `subject` and tells how many there were, this one included: more than
/// `limit.most` where it is locked. Attempts at what is locked keep it locked no longer, and a window is
/// not moved by later ones, so that a trickle of guesses cannot keep an account locked for good.
pub async fn count(
    connection: &mut Connection,
    subject: &str,
    limit: Limit,
    now: Timestamp,
) -> Result<i64, StoreError> {
    const LOCKED: &str = "lockouts.failures >= $4 AND lockouts.last_failed_at > $5";
    const OVER: &str = "lockouts.failures >= $4 OR lockouts.first_failed_at <= $3";
    let sql = format!(
        "INSERT INTO lockouts (subject, failures, first_failed_at, last_failed_at, kept_until) \
         VALUES ($1, 1, $2, $2, $7) \
         ON CONFLICT (subject) DO UPDATE SET \
         failures = CASE WHEN {LOCKED} THEN $4 + 1 WHEN {OVER} THEN 1 \
             ELSE lockouts.failures + 1 END, \
         first_failed_at = CASE WHEN {LOCKED} THEN lockouts.first_failed_at \
             WHEN {OVER} THEN $2 ELSE lockouts.first_failed_at END, \
         last_failed_at = CASE WHEN {LOCKED} THEN lockouts.last_failed_at ELSE $2 END, \
         kept_until = CASE WHEN {LOCKED} THEN lockouts.kept_until \
             WHEN NOT ({OVER}) AND lockouts.failures + 1 >= $4 THEN $6 ELSE $7 END \
         RETURNING failures"
    );
    let (failures,): (i64,) = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(subject)
        .bind(now.as_millis())
        .bind(now.minus(limit.window).as_millis())
        .bind(limit.most)
        .bind(limit.locked_since(now))
        .bind(limit.kept_until(now, true))
        .bind(limit.kept_until(now, limit.most <= 1))
        .fetch_one(connection)
        .await?;
    Ok(failures)
}

/// How many attempts on `subject` count at `now`.
pub async fn counted(
    connection: &mut Connection,
    subject: &str,
    limit: Limit,
    now: Timestamp,
) -> Result<i64, StoreError> {
    let row: Option<(i64,)> = sqlx::query_as(
        "SELECT failures FROM lockouts WHERE subject = $1 AND \
         ((failures < $3 AND first_failed_at > $2) OR (failures >= $3 AND last_failed_at > $4))",
    )
    .bind(subject)
    .bind(now.minus(limit.window).as_millis())
    .bind(limit.most)
    .bind(limit.locked_since(now))
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

/// Forgets counters that have had their time.
pub async fn prune(connection: &mut Connection, now: Timestamp) -> Result<u64, StoreError> {
    let done = sqlx::query("DELETE FROM lockouts WHERE kept_until < $1")
        .bind(now.as_millis())
        .execute(connection)
        .await?;
    Ok(done.rows_affected())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::on_both_engines;

    #[tokio::test]
    async fn a_count_is_kept_for_its_window_and_a_lock_without_end_until_it_is_cleared() {
        const LIMIT: Limit = Limit {
            most: 3,
            window: Duration::from_mins(15),
            lock: None,
        };
        on_both_engines(async |store| {
            let begun = Timestamp(1_000_000);
            let over = begun.plus(LIMIT.window + Duration::from_millis(1));
            let mut tx = store.begin().await.unwrap();
            for (subject, guesses) in [("once", 1), ("locked", 3)] {
                for _ in 0..guesses {
                    count(&mut tx, subject, LIMIT, begun).await.unwrap();
                }
            }
            assert_eq!(prune(&mut tx, over).await.unwrap(), 1);
            assert_eq!(counted(&mut tx, "locked", LIMIT, over).await.unwrap(), 3);
        })
        .await;
    }
}
