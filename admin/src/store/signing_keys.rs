//! The rows of the keys that sign identity assertions.

use config::Timestamp;

use super::{Connection, StoreError};

/// A key and where it stands in its life: waiting, signing or retired, and published all the while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRow {
    pub kid: String,
    pub public_jwk: String,
    /// PKCS #8 in PEM, sealed.
    pub private_key: Vec<u8>,
    pub created_at: Timestamp,
    pub signs_since: Option<Timestamp>,
    pub retired_at: Option<Timestamp>,
}

type Columns = (String, String, Vec<u8>, i64, Option<i64>, Option<i64>);

/// All keys, the oldest first.
pub async fn all(connection: &mut Connection) -> Result<Vec<KeyRow>, StoreError> {
    let rows: Vec<Columns> = sqlx::query_as(
        "SELECT kid, public_jwk, private_key, created_at, signs_since, retired_at \
         FROM signing_keys ORDER BY created_at, kid",
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(
            |(kid, public_jwk, private_key, created, signs, retired)| KeyRow {
                kid,
                public_jwk,
                private_key,
                created_at: Timestamp(created),
                signs_since: signs.map(Timestamp),
                retired_at: retired.map(Timestamp),
            },
        )
        .collect())
}

pub async fn insert(tx: &mut Connection, key: &KeyRow) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO signing_keys (kid, public_jwk, private_key, created_at, signs_since, \
         retired_at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(key.kid.as_str())
    .bind(key.public_jwk.as_str())
    .bind(key.private_key.as_slice())
    .bind(key.created_at.as_millis())
    .bind(key.signs_since.map(Timestamp::as_millis))
    .bind(key.retired_at.map(Timestamp::as_millis))
    .execute(tx)
    .await?;
    Ok(())
}

/// Lets the key sign and retires the one that did.
pub async fn promote(tx: &mut Connection, kid: &str, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE signing_keys SET retired_at = $1 \
         WHERE signs_since IS NOT NULL AND retired_at IS NULL",
    )
    .bind(now.as_millis())
    .execute(&mut *tx)
    .await?;
    sqlx::query("UPDATE signing_keys SET signs_since = $1 WHERE kid = $2")
        .bind(now.as_millis())
        .bind(kid)
        .execute(tx)
        .await?;
    Ok(())
}

pub async fn delete(tx: &mut Connection, kid: &str) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM signing_keys WHERE kid = $1")
        .bind(kid)
        .execute(tx)
        .await?;
    Ok(())
}
