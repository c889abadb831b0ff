//! Whether anybody administers this installation yet.

use super::{Connection, StoreError};

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

/// Lets one set-up in at a time, whichever code it comes with, until the transaction ends.
pub async fn hold(connection: &mut Connection) -> Result<(), StoreError> {
    sqlx::query("UPDATE counters SET value = value WHERE name = 'changes'")
        .execute(connection)
        .await?;
    Ok(())
}
