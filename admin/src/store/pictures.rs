//! Pictures of the brand.

use config::Timestamp;

use super::{Connection, StoreError};

/// A picture without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureRow {
    pub kind: String,
    /// SHA-256 of the content, in hexadecimal digits.
    pub hash: String,
    pub media_type: String,
    pub width: i64,
    pub height: i64,
}

pub async fn put(
    connection: &mut Connection,
    picture: &PictureRow,
    content: Vec<u8>,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO pictures (kind, hash, media_type, width, height, content, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (kind) DO UPDATE SET \
         hash = excluded.hash, media_type = excluded.media_type, width = excluded.width, \
         height = excluded.height, content = excluded.content, updated_at = excluded.updated_at",
    )
    .bind(picture.kind.as_str())
    .bind(picture.hash.as_str())
    .bind(picture.media_type.as_str())
    .bind(picture.width)
    .bind(picture.height)
    .bind(content)
    .bind(now.as_millis())
    .execute(connection)
    .await?;
    Ok(())
}

/// Whether there was one.
pub async fn remove(connection: &mut Connection, kind: &str) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM pictures WHERE kind = $1")
        .bind(kind)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn all(connection: &mut Connection) -> Result<Vec<PictureRow>, StoreError> {
    let rows: Vec<(String, String, String, i64, i64)> =
        sqlx::query_as("SELECT kind, hash, media_type, width, height FROM pictures ORDER BY kind")
            .fetch_all(connection)
            .await?;
    let rows = rows.into_iter();
    Ok(rows
        .map(|(kind, hash, media_type, width, height)| PictureRow {
            kind,
            hash,
            media_type,
            width,
            height,
        })
        .collect())
}

/// The media type and the content, by its hash.
pub async fn content(
    connection: &mut Connection,
    hash: &str,
) -> Result<Option<(String, Vec<u8>)>, StoreError> {
    let row = sqlx::query_as("SELECT media_type, content FROM pictures WHERE hash = $1 LIMIT 1")
        .bind(hash)
        .fetch_optional(connection)
        .await?;
    Ok(row)
}
