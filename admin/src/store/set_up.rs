//! Whether anybody administers this installation yet, and making the first who does.

use config::Timestamp;
use config::id::MemberId;

use super::{Connection, StoreError};
use crate::name_key::name_key;

/// Whether there is an owner. While there is none, whoever holds the set-up code becomes one.
pub async fn has_owner(connection: &mut Connection) -> Result<bool, StoreError> {
    let row: Option<(i64,)> = sqlx::query_as(
        "SELECT CAST(1 AS BIGINT) FROM member_roles r JOIN members m ON m.id = r.member_id \
         WHERE r.role = 'owner' AND m.status = 'active' LIMIT 1",
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.is_some())
}

/// Makes a member who owns the installation.
///
/// # Errors
/// [`StoreError::Conflict`] if the username is taken.
pub async fn insert_owner(
    connection: &mut Connection,
    id: &MemberId,
    username: &str,
    display_name: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO members (id, kind, status, username, username_key, display_name, created_at, \
         updated_at, version) VALUES ($1, 'member', 'active', $2, $3, $4, $5, $5, 1)",
    )
    .bind(id.as_str())
    .bind(username)
    .bind(name_key(username))
    .bind(display_name)
    .bind(now.as_millis())
    .execute(&mut *connection)
    .await?;
    sqlx::query("INSERT INTO member_roles (member_id, role, granted_at) VALUES ($1, 'owner', $2)")
        .bind(id.as_str())
        .bind(now.as_millis())
        .execute(connection)
        .await?;
    Ok(())
}
