//! The feed of changes that every node follows.
//!
//! Whoever changes what gateways obey or remember announces it in the same transaction. A counter
//! row gives the number, and its lock is held until commit: numbers appear in the order in which
//! transactions commit, so a reader that has seen `n` has missed nothing below it. Announce last in
//! a transaction, to hold that lock briefly.

use config::Timestamp;
use config::session::Revocation;
use serde::{Deserialize, Serialize};

use super::{Connection, StoreError, Tx};

/// The channel of PostgreSQL's LISTEN that says "look at the feed".
pub(super) const CHANNEL: &str = "gatehouse_changes";

/// Something that other nodes must know at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "body")]
pub enum Change {
    /// Applications, IP lists, brand, watermark or signing keys: the snapshot must be built anew.
    Snapshot,
    /// Sessions that are no longer valid, or whose facts have changed.
    Revoked(Revocation),
}

/// Appends to the feed; other nodes see it once the transaction is committed.
pub async fn announce(tx: &mut Tx, change: Change, now: Timestamp) -> Result<(), StoreError> {
    tx.announces = true;
    let (kind, body) = match &change {
        Change::Snapshot => {
            advance(tx, "snapshot").await?;
            ("snapshot", String::new())
        }
        Change::Revoked(revocation) => ("revoked", serde_json::to_string(revocation)?),
    };
    let seq = advance(tx, "changes").await?;
    sqlx::query("INSERT INTO changes (seq, at, kind, body) VALUES ($1, $2, $3, $4)")
        .bind(seq)
        .bind(now.as_millis())
        .bind(kind)
        .bind(body)
        .execute(&mut **tx)
        .await?;
    if !tx.is_sqlite() {
        // Delivered at commit, not before.
        sqlx::query("SELECT pg_notify($1, '')")
            .bind(CHANNEL)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

/// The next number of a counter. The row stays locked until the transaction ends.
async fn advance(tx: &mut Connection, counter: &str) -> Result<i64, StoreError> {
    let (value,): (i64,) =
        sqlx::query_as("UPDATE counters SET value = value + 1 WHERE name = $1 RETURNING value")
            .bind(counter)
            .fetch_one(tx)
            .await?;
    Ok(value)
}

/// How far the feed has come, and the revision of what gateways obey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    pub seq: i64,
    pub snapshot: i64,
}

pub async fn position(connection: &mut Connection) -> Result<Position, StoreError> {
    let rows: Vec<(String, i64)> =
        sqlx::query_as("SELECT name, value FROM counters WHERE name IN ('changes', 'snapshot')")
            .fetch_all(connection)
            .await?;
    let value = |wanted: &str| {
        rows.iter()
            .find(|(name, _)| name == wanted)
            .map(|(_, value)| *value)
            .ok_or_else(|| StoreError::Corrupt(format!("the counter {wanted} is missing")))
    };
    Ok(Position {
        seq: value("changes")?,
        snapshot: value("snapshot")?,
    })
}

/// What was announced after `seq`, oldest first, at most `limit` of it.
pub async fn after(
    connection: &mut Connection,
    seq: i64,
    limit: i64,
) -> Result<Vec<(i64, Change)>, StoreError> {
    let rows: Vec<(i64, String, String)> =
        sqlx::query_as("SELECT seq, kind, body FROM changes WHERE seq > $1 ORDER BY seq LIMIT $2")
            .bind(seq)
            .bind(limit)
            .fetch_all(connection)
            .await?;
    Ok(rows
        .into_iter()
        .map(|(seq, kind, body)| (seq, read_change(&kind, &body)))
        .collect())
}

fn read_change(kind: &str, body: &str) -> Change {
    let revocation = match kind {
        "snapshot" => return Change::Snapshot,
        "revoked" => serde_json::from_str(body).ok(),
        _ => None,
    };
    // A newer node speaks of something unknown here: forgetting everything is always safe, and what
    // comes after it must not be held up.
    Change::Revoked(revocation.unwrap_or(Revocation::All))
}

/// Forgets what was announced before `then`. A node that was away for longer notices the gap.
pub async fn prune(connection: &mut Connection, then: Timestamp) -> Result<u64, StoreError> {
    let done = sqlx::query("DELETE FROM changes WHERE at < $1")
        .bind(then.as_millis())
        .execute(connection)
        .await?;
    Ok(done.rows_affected())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::on_both_engines;

    #[tokio::test]
    async fn what_is_announced_is_seen_in_order_once_committed() {
        on_both_engines(async |store| {
            let revoked = Change::Revoked(Revocation::SignIn("s1".into()));
            let mut tx = store.begin().await.unwrap();
            announce(&mut tx, Change::Snapshot, Timestamp(1))
                .await
                .unwrap();
            announce(&mut tx, revoked.clone(), Timestamp(1))
                .await
                .unwrap();
            let mut read = store.read().await.unwrap();
            assert_eq!(after(&mut read, 0, 10).await.unwrap(), []);
            tx.commit().await.unwrap();
            assert_eq!(
                after(&mut read, 0, 10).await.unwrap(),
                [(1, Change::Snapshot), (2, revoked)]
            );
            let at = position(&mut read).await.unwrap();
            assert_eq!((at.seq, at.snapshot), (2, 1));
        })
        .await;
    }

    #[test]
    fn what_a_newer_node_says_is_understood_as_everything() {
        let all = Change::Revoked(Revocation::All);
        assert_eq!(read_change("from_the_future", ""), all);
        assert_eq!(read_change("revoked", r#"{"from_the_future":"x"}"#), all);
    }

    #[tokio::test]
    async fn a_transaction_that_is_dropped_announces_nothing() {
        on_both_engines(async |store| {
            let mut tx = store.begin().await.unwrap();
            announce(&mut tx, Change::Snapshot, Timestamp(1))
                .await
                .unwrap();
            drop(tx);
            let mut read = store.read().await.unwrap();
            assert_eq!(position(&mut read).await.unwrap().seq, 0);
        })
        .await;
    }
}
