//! API tokens: by their hash only.

use config::Timestamp;
use config::id::MemberId;

use super::{Connection, StoreError};
use crate::tokens::TokenHash;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRow {
    pub id: String,
    pub name: String,
    pub maker: Option<MemberId>,
    pub scope: Scope,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub last_used_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

impl TokenRow {
    /// Neither revoked nor expired.
    #[must_use]
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| end > now)
    }
}

/// What a token may do, as far as its maker may.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Names of built-in roles, and ids of others.
    pub roles: Vec<String>,
    /// Each as `resource:action`.
    pub permissions: Vec<String>,
}

impl Scope {
    /// Both are kept in one list: only a permission has a colon.
    fn read(text: &str) -> Result<Self, StoreError> {
        let all: Vec<String> = serde_json::from_str(text)?;
        let (permissions, roles) = all.into_iter().partition(|scope| scope.contains(':'));
        Ok(Self { roles, permissions })
    }

    fn written(&self) -> Result<String, StoreError> {
        let all: Vec<&String> = self.roles.iter().chain(&self.permissions).collect();
        Ok(serde_json::to_string(&all)?)
    }
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
        scope: Scope::read(&row.3)?,
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
    .bind(token.scope.written()?)
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

/// Newest first, those made before `after`.
pub async fn list(
    connection: &mut Connection,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<TokenRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM api_tokens WHERE ($1 IS NULL OR id < $1) ORDER BY id DESC LIMIT $2"
    );
    let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(after)
        .bind(limit)
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

pub async fn rename(connection: &mut Connection, id: &str, name: &str) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE api_tokens SET name = $2 WHERE id = $1")
        .bind(id)
        .bind(name)
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
