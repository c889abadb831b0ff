//! Uploaded certificates. A row is never changed: what an id stands for stays what it is.

use config::Timestamp;
use config::certificates::CertificateFacts;

use super::{Connection, StoreError};

/// A certificate without its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateRow {
    pub id: String,
    pub created_at: Timestamp,
    pub facts: CertificateFacts,
}

/// What it takes to serve one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedRow {
    pub id: String,
    pub chain: String,
    /// PEM, sealed.
    pub private_key: Vec<u8>,
}

/// All of them, the newest first.
pub async fn all(connection: &mut Connection) -> Result<Vec<CertificateRow>, StoreError> {
    let rows: Vec<(String, i64, String)> = sqlx::query_as(
        "SELECT id, created_at, facts FROM certificates ORDER BY created_at DESC, id DESC",
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|(id, created_at, facts)| {
            Ok(CertificateRow {
                id,
                created_at: Timestamp(created_at),
                facts: serde_json::from_str(&facts)?,
            })
        })
        .collect()
}

/// All of them with their keys, the newest first.
pub async fn sealed(connection: &mut Connection) -> Result<Vec<SealedRow>, StoreError> {
    let rows: Vec<(String, String, Vec<u8>)> = sqlx::query_as(
        "SELECT id, chain, private_key FROM certificates ORDER BY created_at DESC, id DESC",
    )
    .fetch_all(connection)
    .await?;
    let rows = rows.into_iter();
    Ok(rows
        .map(|(id, chain, private_key)| SealedRow {
            id,
            chain,
            private_key,
        })
        .collect())
}

pub async fn insert(
    tx: &mut Connection,
    row: &CertificateRow,
    sealed: &SealedRow,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO certificates (id, created_at, chain, private_key, facts) \
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(row.id.as_str())
    .bind(row.created_at.as_millis())
    .bind(sealed.chain.as_str())
    .bind(sealed.private_key.as_slice())
    .bind(serde_json::to_string(&row.facts)?)
    .execute(tx)
    .await?;
    Ok(())
}

/// The one with just this chain.
pub async fn of_chain(
    connection: &mut Connection,
    chain: &str,
) -> Result<Option<String>, StoreError> {
    let found = sqlx::query_scalar("SELECT id FROM certificates WHERE chain = $1")
        .bind(chain)
        .fetch_optional(connection)
        .await?;
    Ok(found)
}

/// Whether there was one.
pub async fn delete(tx: &mut Connection, id: &str) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM certificates WHERE id = $1")
        .bind(id)
        .execute(tx)
        .await?;
    Ok(done.rows_affected() == 1)
}
