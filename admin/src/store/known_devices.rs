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

/// Whether the person has signed in with any browser since `not_before`.
pub async fn has_any(
    connection: &mut Connection,
    member: &MemberId,
    not_before: Timestamp,
) -> Result<bool, StoreError> {
    let row: Option<(i64,)> = sqlx::query_as(
        "SELECT last_used_at FROM known_devices WHERE member_id = $1 AND last_used_at > $2 LIMIT 1",
    )
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

/// Notes that the person has signed in with this browser; `true` if they had not before.
pub async fn remember(
    connection: &mut Connection,
    device: &TokenHash,
    member: &MemberId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let (since,): (i64,) = sqlx::query_as(
        "INSERT INTO known_devices (token_hash, member_id, created_at, last_used_at) \
         VALUES ($1, $2, $3, $3) \
         ON CONFLICT (token_hash, member_id) DO UPDATE SET last_used_at = $3 RETURNING created_at",
    )
    .bind(device.to_vec())
    .bind(member.as_str())
    .bind(now.as_millis())
    .fetch_one(connection)
    .await?;
    Ok(since == now.as_millis())
}

/// Whether this person has this browser asked for no second factor at `now`.
pub async fn is_trusted(
    connection: &mut Connection,
    device: &TokenHash,
    member: &MemberId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let row: Option<(i64,)> = sqlx::query_as(
        "SELECT trusted_until FROM known_devices \
         WHERE token_hash = $1 AND member_id = $2 AND trusted_until > $3",
    )
    .bind(device.to_vec())
    .bind(member.as_str())
    .bind(now.as_millis())
    .fetch_optional(connection)
    .await?;
    Ok(row.is_some())
}

/// Marks a browser of the person until then, under the name by which they know it. Of more than `most` that
/// are marked, those that lose the mark first lose it now.
pub async fn trust(
    connection: &mut Connection,
    device: &TokenHash,
    member: &MemberId,
    name: &str,
    until: Timestamp,
    most: u16,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE known_devices SET trusted_until = $3, device = $4 \
         WHERE token_hash = $1 AND member_id = $2",
    )
    .bind(device.to_vec())
    .bind(member.as_str())
    .bind(until.as_millis())
    .bind(name)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "UPDATE known_devices SET trusted_until = NULL \
         WHERE member_id = $1 AND trusted_until IS NOT NULL AND token_hash NOT IN ( \
             SELECT token_hash FROM known_devices WHERE member_id = $1 \
             AND trusted_until IS NOT NULL ORDER BY trusted_until DESC, last_used_at DESC LIMIT $2)",
    )
    .bind(member.as_str())
    .bind(i64::from(most))
    .execute(connection)
    .await?;
    Ok(())
}

/// A browser of a person that is asked for no second factor for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedBrowser {
    /// Of its cookie.
    pub hash: TokenHash,
    /// As the person knows it.
    pub name: String,
    pub last_used_at: Timestamp,
    pub until: Timestamp,
}

/// Those of the person, the last used first.
pub async fn trusted_of(
    connection: &mut Connection,
    member: &MemberId,
    now: Timestamp,
) -> Result<Vec<TrustedBrowser>, StoreError> {
    let rows: Vec<(Vec<u8>, String, i64, i64)> = sqlx::query_as(
        "SELECT token_hash, device, last_used_at, trusted_until FROM known_devices \
         WHERE member_id = $1 AND trusted_until > $2 ORDER BY last_used_at DESC",
    )
    .bind(member.as_str())
    .bind(now.as_millis())
    .fetch_all(connection)
    .await?;
    let browsers = rows.into_iter().filter_map(|(hash, name, used, until)| {
        Some(TrustedBrowser {
            hash: hash.try_into().ok()?,
            name,
            last_used_at: Timestamp(used),
            until: Timestamp(until),
        })
    });
    Ok(browsers.collect())
}

/// One browser of the person is asked for a second factor again. `false` if it was in any case.
pub async fn distrust_one(
    connection: &mut Connection,
    member: &MemberId,
    hash: &TokenHash,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE known_devices SET trusted_until = NULL \
         WHERE member_id = $1 AND token_hash = $2 AND trusted_until IS NOT NULL",
    )
    .bind(member.as_str())
    .bind(hash.to_vec())
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Every browser of the person is asked for a second factor again.
pub async fn distrust(connection: &mut Connection, member: &MemberId) -> Result<(), StoreError> {
    sqlx::query("UPDATE known_devices SET trusted_until = NULL WHERE member_id = $1")
        .bind(member.as_str())
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
