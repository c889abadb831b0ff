//! What identity providers last said of themselves that can be used.

use config::Timestamp;
use config::id::DirectoryId;

use super::{Connection, StoreError};

/// What was fetched from `url`, whenever that was.
pub async fn find(
    connection: &mut Connection,
    directory: &DirectoryId,
    url: &str,
) -> Result<Option<String>, StoreError> {
    let row: Option<(String,)> =
        sqlx::query_as("SELECT body FROM directory_metadata WHERE directory_id = $1 AND url = $2")
            .bind(directory.as_str())
            .bind(url)
            .fetch_optional(connection)
            .await?;
    Ok(row.map(|(body,)| body))
}

pub async fn keep(
    connection: &mut Connection,
    directory: &DirectoryId,
    (url, body): (&str, &str),
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO directory_metadata (directory_id, url, body, fetched_at) \
         SELECT id, $2, $3, $4 FROM directories WHERE id = $1 \
         ON CONFLICT (directory_id) DO UPDATE SET url = $2, body = $3, fetched_at = $4",
    )
    .bind(directory.as_str())
    .bind(url)
    .bind(body)
    .bind(now.as_millis())
    .execute(connection)
    .await?;
    Ok(())
}
