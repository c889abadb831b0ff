//! One-time codes that carry a sign-in from the access host to an application host.

use config::Timestamp;
use config::id::SignInId;

use super::{Connection, StoreError};
use crate::tokens::TokenHash;

pub struct Handover<'a> {
    pub code: TokenHash,
    pub sign_in: &'a SignInId,
    pub host: &'a str,
    /// Of the browser that began at that host.
    pub state: TokenHash,
    pub return_path: &'a str,
    pub now: Timestamp,
    pub expires: Timestamp,
}

pub async fn insert(connection: &mut Connection, h: Handover<'_>) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO handovers (code_hash, sign_in_id, host, state_hash, return_path, created_at, \
         expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(h.code.to_vec())
    .bind(h.sign_in.as_str())
    .bind(h.host)
    .bind(h.state.to_vec())
    .bind(h.return_path)
    .bind(h.now.as_millis())
    .bind(h.expires.as_millis())
    .execute(connection)
    .await?;
    Ok(())
}

/// Uses a code up, at the host and in the browser that it was made for; gives the sign-in and the
/// path to return to. Of several that try at once, one succeeds.
pub async fn take(
    connection: &mut Connection,
    code: &TokenHash,
    host: &str,
    state: &TokenHash,
    now: Timestamp,
) -> Result<Option<(SignInId, String)>, StoreError> {
    let row: Option<(String, String)> = sqlx::query_as(
        "UPDATE handovers SET used_at = $4 \
         WHERE code_hash = $1 AND host = $2 AND state_hash = $3 AND expires_at > $4 \
         AND used_at IS NULL \
         RETURNING sign_in_id, return_path",
    )
    .bind(code.to_vec())
    .bind(host)
    .bind(state.to_vec())
    .bind(now.as_millis())
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|(sign_in, path)| (sign_in.into(), path)))
}
