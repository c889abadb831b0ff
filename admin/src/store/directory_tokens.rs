//! With what directories that tell us by themselves prove who they are: by hashes only.

use config::Timestamp;
use config::id::DirectoryId;

use super::{Connection, StoreError};
use crate::tokens::TokenHash;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryTokenRow {
    pub id: String,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
    pub last_used_from: Option<String>,
    pub last_request: Option<String>,
    pub hash: TokenHash,
}

type Row = (
    String,
    i64,
    Option<i64>,
    Option<String>,
    Option<String>,
    Vec<u8>,
);

fn read(row: Row) -> Result<DirectoryTokenRow, StoreError> {
    let hash = row.5.try_into();
    Ok(DirectoryTokenRow {
        hash: hash
            .map_err(|_| StoreError::Corrupt(format!("the token {} of a directory", row.0)))?,
        id: row.0,
        created_at: Timestamp(row.1),
        last_used_at: row.2.map(Timestamp),
        last_used_from: row.3,
        last_request: row.4,
    })
}

pub async fn insert(
    connection: &mut Connection,
    directory: &DirectoryId,
    token: &DirectoryTokenRow,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO directory_tokens (id, directory_id, token_hash, created_at) VALUES ($1, $2, $3, $4)",
    )
    .bind(token.id.as_str())
    .bind(directory.as_str())
    .bind(token.hash.to_vec())
    .bind(token.created_at.as_millis())
    .execute(connection)
    .await?;
    Ok(())
}

/// Those of a directory, the oldest first. There are few.
pub async fn of_directory(
    connection: &mut Connection,
    directory: &DirectoryId,
) -> Result<Vec<DirectoryTokenRow>, StoreError> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT id, created_at, last_used_at, last_used_from, last_request, token_hash \
         FROM directory_tokens WHERE directory_id = $1 ORDER BY id",
    )
    .bind(directory.as_str())
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(read).collect()
}

/// Whether there was one.
pub async fn remove(
    connection: &mut Connection,
    directory: &DirectoryId,
    id: &str,
) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM directory_tokens WHERE directory_id = $1 AND id = $2")
        .bind(directory.as_str())
        .bind(id)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes the use: when, from where, and for what.
pub async fn used(
    connection: &mut Connection,
    id: &str,
    now: Timestamp,
    (from, request): (&str, &str),
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE directory_tokens SET last_used_at = $2, last_used_from = $3, last_request = $4 \
         WHERE id = $1",
    )
    .bind(id)
    .bind(now.as_millis())
    .bind(from)
    .bind(request)
    .execute(connection)
    .await?;
    Ok(())
}
