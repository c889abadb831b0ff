//! Up to where each spool has been stored. Moves in the transaction that stores its events.

use config::Timestamp;

use super::{Connection, StoreError};
use crate::spool::Position;

/// `None` if nothing of it was ever stored.
pub async fn get(connection: &mut Connection, spool: &str) -> Result<Option<Position>, StoreError> {
    let row: Option<(i64, i64)> =
        sqlx::query_as("SELECT segment, position FROM spool_cursors WHERE node = $1")
            .bind(spool)
            .fetch_optional(connection)
            .await?;
    Ok(row.map(|(segment, offset)| Position {
        segment: u64::try_from(segment).unwrap_or(0),
        offset: u64::try_from(offset).unwrap_or(0),
    }))
}

/// How a spool was when something of it was last stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// Events that were left in it.
    pub waiting: i64,
    /// The age of the oldest that was stored.
    pub behind_ms: i64,
}

pub async fn put(
    tx: &mut Connection,
    spool: &str,
    at: Position,
    left: Left,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO spool_cursors (node, segment, position, updated_at, waiting, behind_ms) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (node) DO UPDATE SET \
         segment = excluded.segment, position = excluded.position, \
         updated_at = excluded.updated_at, waiting = excluded.waiting, \
         behind_ms = excluded.behind_ms",
    )
    .bind(spool)
    .bind(i64::try_from(at.segment).unwrap_or(i64::MAX))
    .bind(i64::try_from(at.offset).unwrap_or(i64::MAX))
    .bind(now.as_millis())
    .bind(left.waiting)
    .bind(left.behind_ms)
    .execute(tx)
    .await?;
    Ok(())
}

/// One spool, as the store knows it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Known {
    pub node: String,
    pub updated_at: i64,
    pub waiting: i64,
    pub behind_ms: i64,
}

/// Those of which something was stored since.
pub async fn active(
    connection: &mut Connection,
    since: Timestamp,
) -> Result<Vec<Known>, StoreError> {
    let query = sqlx::query_as(
        "SELECT node, updated_at, waiting, behind_ms FROM spool_cursors WHERE updated_at >= $1 \
         ORDER BY node LIMIT 1000",
    );
    Ok(query.bind(since.as_millis()).fetch_all(connection).await?)
}
