//! Sign-ins under way, each bound to a browser by the hash of a cookie.

use config::Timestamp;
use config::id::MemberId;

use super::{Connection, StoreError};
use crate::tokens::TokenHash;

pub async fn insert(
    connection: &mut Connection,
    token: &TokenHash,
    member: &str,
    state: &str,
    now: Timestamp,
    expires: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO sign_in_flows (token_hash, member_id, state, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(token.to_vec())
    .bind(member)
    .bind(state)
    .bind(now.as_millis())
    .bind(expires.as_millis())
    .execute(connection)
    .await?;
    Ok(())
}

/// The state of a flow, and when it expires: one that has is kept for a while, to tell where its
/// person wanted to go.
pub async fn find(
    connection: &mut Connection,
    token: &TokenHash,
) -> Result<Option<(String, Timestamp)>, StoreError> {
    let row: Option<(String, i64)> =
        sqlx::query_as("SELECT state, expires_at FROM sign_in_flows WHERE token_hash = $1")
            .bind(token.to_vec())
            .fetch_optional(connection)
            .await?;
    Ok(row.map(|(state, expires)| (state, Timestamp(expires))))
}

/// Keeps another state of a flow that stays where it is.
pub async fn update(
    connection: &mut Connection,
    token: &TokenHash,
    state: &str,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE sign_in_flows SET state = $2 WHERE token_hash = $1")
        .bind(token.to_vec())
        .bind(state)
        .execute(connection)
        .await?;
    Ok(())
}

/// Takes a flow away. Of several that try at once, one succeeds.
pub async fn take(connection: &mut Connection, token: &TokenHash) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM sign_in_flows WHERE token_hash = $1")
        .bind(token.to_vec())
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends all sign-ins under way of a person, as after a new password.
pub async fn forget_member(
    connection: &mut Connection,
    member: &MemberId,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM sign_in_flows WHERE member_id = $1")
        .bind(member.as_str())
        .execute(connection)
        .await?;
    Ok(())
}
