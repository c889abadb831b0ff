//! The tokens with which suites are asked, sealed, for all nodes.

use config::Timestamp;
use config::id::DirectoryId;

use super::{Connection, StoreError};

/// The sealed token, and until when it is good.
pub async fn find(
    connection: &mut Connection,
    directory: &DirectoryId,
    name: &str,
) -> Result<Option<(Vec<u8>, Timestamp)>, StoreError> {
    let row: Option<(Vec<u8>, i64)> = sqlx::query_as(
        "SELECT sealed, expires_at FROM directory_app_tokens WHERE directory_id = $1 AND name = $2",
    )
    .bind(directory.as_str())
    .bind(name)
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|(sealed, expires_at)| (sealed, Timestamp(expires_at))))
}

/// Keeps it in the place of the one before, while there is such a directory.
pub async fn keep(
    connection: &mut Connection,
    directory: &DirectoryId,
    name: &str,
    (sealed, expires_at): (&[u8], Timestamp),
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO directory_app_tokens (directory_id, name, sealed, expires_at) \
         SELECT id, $2, $3, $4 FROM directories WHERE id = $1 \
         ON CONFLICT (directory_id, name) DO UPDATE SET sealed = excluded.sealed, \
         expires_at = excluded.expires_at",
    )
    .bind(directory.as_str())
    .bind(name)
    .bind(sealed)
    .bind(expires_at.as_millis())
    .execute(connection)
    .await?;
    Ok(())
}
