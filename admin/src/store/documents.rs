//! Settings of the organisation that change while running, one JSON document each.

use config::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Connection, StoreError};

/// The name of the document that holds a [`config::snapshot::Brand`].
pub const BRAND: &str = "brand";
/// The name of the document that holds a [`config::snapshot::Watermark`].
pub const WATERMARK: &str = "watermark";

/// The name of the document that holds a [`crate::ip_lists::switch::Switch`].
pub const IP_RULES: &str = "ip_rules";

/// The name of the document that holds a [`crate::sign_in_policy::SignInPolicy`].
pub const SIGN_IN_POLICY: &str = "sign_in_policy";

/// The name of the document that holds a [`crate::guests::GuestSettings`].
pub const GUEST_SETTINGS: &str = "guest_settings";

/// A document and how often it has been changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document<T> {
    pub body: T,
    pub version: i64,
}

/// `None` if it was never written.
pub async fn get<T: DeserializeOwned>(
    connection: &mut Connection,
    name: &str,
) -> Result<Option<Document<T>>, StoreError> {
    let row: Option<(String, i64)> =
        sqlx::query_as("SELECT body, version FROM documents WHERE name = $1")
            .bind(name)
            .fetch_optional(connection)
            .await?;
    row.map(|(body, version)| {
        let body = serde_json::from_str(&body)
            .map_err(|e| StoreError::Corrupt(format!("the document {name}: {e}")))?;
        Ok(Document { body, version })
    })
    .transpose()
}

/// Writes it, whatever it was before; returns its new version.
pub async fn put<T: Serialize>(
    tx: &mut Connection,
    name: &str,
    body: &T,
    now: Timestamp,
) -> Result<i64, StoreError> {
    let (version,): (i64,) = sqlx::query_as(
        "INSERT INTO documents (name, body, updated_at, version) VALUES ($1, $2, $3, 1) \
         ON CONFLICT (name) DO UPDATE SET body = excluded.body, \
         updated_at = excluded.updated_at, version = documents.version + 1 RETURNING version",
    )
    .bind(name)
    .bind(serde_json::to_string(body)?)
    .bind(now.as_millis())
    .fetch_one(tx)
    .await?;
    Ok(version)
}

/// Writes it if it was never written.
pub async fn put_new<T: Serialize>(
    tx: &mut Connection,
    name: &str,
    body: &T,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO documents (name, body, updated_at, version) VALUES ($1, $2, $3, 1) \
         ON CONFLICT (name) DO NOTHING",
    )
    .bind(name)
    .bind(serde_json::to_string(body)?)
    .bind(now.as_millis())
    .execute(tx)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::on_both_engines;

    #[tokio::test]
    async fn a_document_is_read_back_as_it_was_last_written() {
        on_both_engines(async |store| {
            let mut tx = store.begin().await.unwrap();
            let none: Option<Document<String>> = get(&mut tx, BRAND).await.unwrap();
            assert_eq!(none, None);
            assert_eq!(put(&mut tx, BRAND, &"a", Timestamp(1)).await.unwrap(), 1);
            assert_eq!(put(&mut tx, BRAND, &"b", Timestamp(2)).await.unwrap(), 2);
            let found: Option<Document<String>> = get(&mut tx, BRAND).await.unwrap();
            let body = "b".to_owned();
            assert_eq!(found, Some(Document { body, version: 2 }));
        })
        .await;
    }
}
