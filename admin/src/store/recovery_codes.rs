//! Codes that each stand in for an authenticator once. Only their hashes are kept.

use config::Timestamp;
use config::id::MemberId;

use super::{Connection, StoreError};
use crate::tokens::TokenHash;

/// Puts new codes in the place of all earlier ones.
pub async fn replace(
    connection: &mut Connection,
    member: &MemberId,
    hashes: &[TokenHash],
    now: Timestamp,
) -> Result<(), StoreError> {
    forget(connection, member).await?;
    for hash in hashes {
        sqlx::query(
            "INSERT INTO recovery_codes (id, member_id, code_hash, created_at) \
             VALUES ($1, $2, $3, $4)",
        )
        .bind(uuid::Uuid::now_v7().to_string())
        .bind(member.as_str())
        .bind(hash.to_vec())
        .bind(now.as_millis())
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Takes all codes away.
pub async fn forget(connection: &mut Connection, member: &MemberId) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM recovery_codes WHERE member_id = $1")
        .bind(member.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

/// Uses a code up. `false` if there is none such left: of several that try at once, one succeeds.
pub async fn use_up(
    connection: &mut Connection,
    member: &MemberId,
    hash: &TokenHash,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE recovery_codes SET used_at = $3 \
         WHERE member_id = $1 AND code_hash = $2 AND used_at IS NULL",
    )
    .bind(member.as_str())
    .bind(hash.to_vec())
    .bind(now.as_millis())
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// How many are left.
pub async fn left(connection: &mut Connection, member: &MemberId) -> Result<i64, StoreError> {
    let (left,): (i64,) = sqlx::query_as(
        "SELECT count(*) FROM recovery_codes WHERE member_id = $1 AND used_at IS NULL",
    )
    .bind(member.as_str())
    .fetch_one(connection)
    .await?;
    Ok(left)
}
