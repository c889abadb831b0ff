//! What configuration as code has applied, and how it stood then.

use config::Timestamp;
use serde_json::Value;

use super::{Connection, StoreError};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkRow {
    pub kind: String,
    /// What the files call it.
    pub key: String,
    /// Empty for what there is one of.
    pub object_id: String,
    /// As it stood when it was applied.
    pub applied: Value,
    pub applied_at: Timestamp,
}

type Row = (String, String, String, String, i64);

const SELECT: &str = "SELECT kind, key, object_id, applied, applied_at FROM managed_objects";

fn read((kind, key, object_id, applied, applied_at): Row) -> MarkRow {
    MarkRow {
        kind,
        key,
        object_id,
        // One that cannot be read tells of drift, which the next apply mends.
        applied: serde_json::from_str(&applied).unwrap_or(Value::Null),
        applied_at: Timestamp(applied_at),
    }
}

/// Marks the object, whatever was marked by its key or as its own before.
pub async fn put(connection: &mut Connection, row: &MarkRow) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM managed_objects WHERE kind = $1 AND (key = $2 OR object_id = $3)")
        .bind(row.kind.as_str())
        .bind(row.key.as_str())
        .bind(row.object_id.as_str())
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "INSERT INTO managed_objects (kind, key, object_id, applied, applied_at) \
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(row.kind.as_str())
    .bind(row.key.as_str())
    .bind(row.object_id.as_str())
    .bind(row.applied.to_string())
    .bind(row.applied_at.as_millis())
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn remove(connection: &mut Connection, kind: &str, key: &str) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM managed_objects WHERE kind = $1 AND key = $2")
        .bind(kind)
        .bind(key)
        .execute(connection)
        .await?;
    Ok(())
}

/// By kind and key.
pub async fn all(connection: &mut Connection) -> Result<Vec<MarkRow>, StoreError> {
    let sql = format!("{SELECT} ORDER BY kind, key");
    let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .fetch_all(connection)
        .await?;
    Ok(rows.into_iter().map(read).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::on_both_engines;

    #[tokio::test]
    async fn an_object_has_one_mark_and_a_key_one_object() {
        on_both_engines(async |store| {
            let mark = |key: &str, id: &str| MarkRow {
                kind: "group".into(),
                key: key.into(),
                object_id: id.into(),
                applied: serde_json::json!({"name": key}),
                applied_at: Timestamp(1),
            };
            let mut tx = store.begin().await.unwrap();
            for row in [
                mark("a", "1"),
                mark("b", "2"),
                mark("a", "3"),
                mark("c", "3"),
            ] {
                put(&mut tx, &row).await.unwrap();
            }
            let left = all(&mut tx).await.unwrap();
            assert_eq!(left, [mark("b", "2"), mark("c", "3")]);
            remove(&mut tx, "group", "b").await.unwrap();
            assert_eq!(all(&mut tx).await.unwrap().len(), 1);
        })
        .await;
    }
}
