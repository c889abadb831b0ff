//! API tokens: by their hash only.

use config::id::MemberId;
use config::{Role, Timestamp};

use super::{Connection, StoreError};
use crate::tokens::TokenHash;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRow {
    pub id: String,
    pub name: String,
    pub maker: Option<MemberId>,
    pub roles: Vec<Role>,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub last_used_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

type Row = (
    String,
    String,
    Option<String>,
    String,
    i64,
    Option<i64>,
    Option<i64>,
    Option<i64>,
);

fn read(row: Row) -> Result<TokenRow, StoreError> {
    Ok(TokenRow {
        id: row.0,
        name: row.1,
        maker: row.2.map(Into::into),
        roles: serde_json::from_str(&row.3)?,
        created_at: Timestamp(row.4),
        expires_at: row.5.map(Timestamp),
        last_used_at: row.6.map(Timestamp),
        revoked_at: row.7.map(Timestamp),
    })
}

const COLUMNS: &str =
    "id, name, member_id, scopes, created_at, expires_at, last_used_at, revoked_at";

pub async fn insert(
    connection: &mut Connection,
    token: &TokenRow,
    hash: &TokenHash,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO api_tokens (id, name, member_id, token_hash, scopes, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(token.id.as_str())
    .bind(token.name.as_str())
    .bind(token.maker.as_ref().map(MemberId::as_str))
    .bind(hash.to_vec())
    .bind(serde_json::to_string(&token.roles)?)
    .bind(token.created_at.as_millis())
    .bind(token.expires_at.map(Timestamp::as_millis))
    .execute(connection)
    .await?;
    Ok(())
}

/// One that is neither revoked nor expired.
pub async fn find_good(
    connection: &mut Connection,
    hash: &TokenHash,
    now: Timestamp,
) -> Result<Option<TokenRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM api_tokens WHERE token_hash = $1 AND revoked_at IS NULL \
         AND (expires_at IS NULL OR expires_at > $2)"
    );
    let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(hash.to_vec())
        .bind(now.as_millis())
        .fetch_optional(connection)
        .await?;
    row.map(read).transpose()
}

pub async fn find(connection: &mut Connection, id: &str) -> Result<Option<TokenRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM api_tokens WHERE id = $1");
    let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(id)
        .fetch_optional(connection)
        .await?;
    row.map(read).transpose()
}

/// Newest first.
pub async fn list(connection: &mut Connection) -> Result<Vec<TokenRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM api_tokens ORDER BY id DESC");
    let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .fetch_all(connection)
        .await?;
    rows.into_iter().map(read).collect()
}

/// Whether it was good until now.
pub async fn revoke(
    connection: &mut Connection,
    id: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let done =
        sqlx::query("UPDATE api_tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL")
            .bind(id)
            .bind(now.as_millis())
            .execute(connection)
            .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes the use.
pub async fn used(connection: &mut Connection, id: &str, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query("UPDATE api_tokens SET last_used_at = $2 WHERE id = $1")
        .bind(id)
        .bind(now.as_millis())
        .execute(connection)
        .await?;
    Ok(())
}
