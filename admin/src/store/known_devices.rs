//! Browsers in which a person has signed in before, by the hash of a long-lived cookie.

use config::Timestamp;
use config::id::MemberId;

use super::{Connection, StoreError};
use crate::tokens::TokenHash;

/// Whether this person has signed in with this browser since `not_before`.
pub async fn knows(
    connection: &mut Connection,
    device: &TokenHash,
    member: &MemberId,
    not_before: Timestamp,
) -> Result<bool, StoreError> {
    let row: Option<(i64,)> = sqlx::query_as(
        "SELECT last_used_at FROM known_devices \
         WHERE token_hash = $1 AND member_id = $2 AND last_used_at > $3",
    )
    .bind(device.to_vec())
    .bind(member.as_str())
    .bind(not_before.as_millis())
    .fetch_optional(connection)
    .await?;
    Ok(row.is_some())
}

/// Whether anybody at all has signed in with this browser since `not_before`.
pub async fn is_anybodys(
    connection: &mut Connection,
    device: &TokenHash,
    not_before: Timestamp,
) -> Result<bool, StoreError> {
    let row: Option<(i64,)> = sqlx::query_as(
        "SELECT last_used_at FROM known_devices WHERE token_hash = $1 AND last_used_at > $2 LIMIT 1",
    )
    .bind(device.to_vec())
    .bind(not_before.as_millis())
    .fetch_optional(connection)
    .await?;
    Ok(row.is_some())
}

pub async fn remember(
    connection: &mut Connection,
    device: &TokenHash,
    member: &MemberId,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO known_devices (token_hash, member_id, created_at, last_used_at) \
         VALUES ($1, $2, $3, $3) \
         ON CONFLICT (token_hash, member_id) DO UPDATE SET last_used_at = $3",
    )
    .bind(device.to_vec())
    .bind(member.as_str())
    .bind(now.as_millis())
    .execute(connection)
    .await?;
    Ok(())
}

/// Forgets all browsers of a person, as when the account may have been in other hands.
pub async fn forget_member(
    connection: &mut Connection,
    member: &MemberId,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM known_devices WHERE member_id = $1")
        .bind(member.as_str())
        .execute(connection)
        .await?;
    Ok(())
}
