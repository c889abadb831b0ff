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

pub async fn put(
    tx: &mut Connection,
    spool: &str,
    at: Position,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO spool_cursors (node, segment, position, updated_at) \
         VALUES ($1, $2, $3, $4) ON CONFLICT (node) DO UPDATE SET \
         segment = excluded.segment, position = excluded.position, \
         updated_at = excluded.updated_at",
    )
    .bind(spool)
    .bind(i64::try_from(at.segment).unwrap_or(i64::MAX))
    .bind(i64::try_from(at.offset).unwrap_or(i64::MAX))
    .bind(now.as_millis())
    .execute(tx)
    .await?;
    Ok(())
}
