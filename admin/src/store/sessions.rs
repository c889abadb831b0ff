//! Sessions: each at one host, found by the hash of its cookie, hanging on a sign-in.

use config::Timestamp;
use config::id::{SessionId, SignInId};

use super::{Connection, StoreError};
use crate::tokens::TokenHash;

pub async fn insert(
    connection: &mut Connection,
    id: &SessionId,
    sign_in: &SignInId,
    host: &str,
    token: &TokenHash,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO sessions (id, sign_in_id, host, token_hash, created_at, last_seen_at) \
         VALUES ($1, $2, $3, $4, $5, $5)",
    )
    .bind(id.as_str())
    .bind(sign_in.as_str())
    .bind(host)
    .bind(token.to_vec())
    .bind(now.as_millis())
    .execute(connection)
    .await?;
    Ok(())
}

/// Ends the session of a cookie at one host; gives its id if it had not ended before.
pub async fn end(
    connection: &mut Connection,
    token: &TokenHash,
    host: &str,
    now: Timestamp,
) -> Result<Option<SessionId>, StoreError> {
    let row: Option<(String,)> = sqlx::query_as(
        "UPDATE sessions SET ended_at = $3 \
         WHERE token_hash = $1 AND host = $2 AND ended_at IS NULL RETURNING id",
    )
    .bind(token.to_vec())
    .bind(host)
    .bind(now.as_millis())
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|(id,)| id.into()))
}

/// Notes that a session was used, for its idle limit.
pub async fn touch(
    connection: &mut Connection,
    id: &SessionId,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE sessions SET last_seen_at = $2 WHERE id = $1 AND last_seen_at < $2")
        .bind(id.as_str())
        .bind(now.as_millis())
        .execute(connection)
        .await?;
    Ok(())
}

/// Where a sign-in is in use: the hosts of its sessions that have not ended.
pub async fn hosts(
    connection: &mut Connection,
    sign_in: &SignInId,
) -> Result<Vec<String>, StoreError> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT DISTINCT host FROM sessions WHERE sign_in_id = $1 AND ended_at IS NULL ORDER BY host",
    )
    .bind(sign_in.as_str())
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(host,)| host).collect())
}
