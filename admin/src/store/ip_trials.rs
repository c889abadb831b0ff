//! The change of who may come in that waits to be confirmed, if there is one.

use config::Timestamp;
use config::id::RuleId;

use super::{Connection, StoreError};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialRow {
    pub list: RuleId,
    /// As the list was before.
    pub effect: String,
    pub scope: String,
    pub revision: String,
    pub entries: i64,
    /// Who made the change, and from where.
    pub actor_name: String,
    pub address: String,
    pub begun_at: Timestamp,
    /// When it is put back.
    pub until: Timestamp,
}

type Row = (
    String,
    String,
    String,
    String,
    i64,
    String,
    String,
    i64,
    i64,
);

const COLUMNS: &str =
    "list_id, effect, scope, revision, entries, actor_name, address, begun_at, until";

impl From<Row> for TrialRow {
    fn from(row: Row) -> Self {
        Self {
            list: row.0.into(),
            effect: row.1,
            scope: row.2,
            revision: row.3,
            entries: row.4,
            actor_name: row.5,
            address: row.6,
            begun_at: Timestamp(row.7),
            until: Timestamp(row.8),
        }
    }
}

/// # Errors
/// [`StoreError::Conflict`] if one waits already.
pub async fn begin(connection: &mut Connection, trial: &TrialRow) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO ip_trials (name, {COLUMNS}) \
         VALUES ('pending', $1, $2, $3, $4, $5, $6, $7, $8, $9)"
    );
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(trial.list.as_str())
        .bind(trial.effect.as_str())
        .bind(trial.scope.as_str())
        .bind(trial.revision.as_str())
        .bind(trial.entries)
        .bind(trial.actor_name.as_str())
        .bind(trial.address.as_str())
        .bind(trial.begun_at.as_millis())
        .bind(trial.until.as_millis())
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn pending(connection: &mut Connection) -> Result<Option<TrialRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM ip_trials WHERE name = 'pending'");
    let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .fetch_optional(connection)
        .await?;
    Ok(row.map(TrialRow::from))
}

/// Ends it, and gives it to whoever does so first.
pub async fn end(connection: &mut Connection) -> Result<Option<TrialRow>, StoreError> {
    let sql = format!("DELETE FROM ip_trials WHERE name = 'pending' RETURNING {COLUMNS}");
    let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .fetch_optional(connection)
        .await?;
    Ok(row.map(TrialRow::from))
}

/// The same, if it is overdue: another may have begun since it was looked at.
pub async fn end_overdue(
    connection: &mut Connection,
    now: Timestamp,
) -> Result<Option<TrialRow>, StoreError> {
    let sql =
        format!("DELETE FROM ip_trials WHERE name = 'pending' AND until <= $1 RETURNING {COLUMNS}");
    let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(now.as_millis())
        .fetch_optional(connection)
        .await?;
    Ok(row.map(TrialRow::from))
}

/// Puts the list back to what it was.
pub async fn put_back(
    connection: &mut Connection,
    trial: &TrialRow,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE ip_lists SET effect = $2, scope = $3, revision = $4, entries = $5, \
         updated_at = $6, version = version + 1 WHERE id = $1",
    )
    .bind(trial.list.as_str())
    .bind(trial.effect.as_str())
    .bind(trial.scope.as_str())
    .bind(trial.revision.as_str())
    .bind(trial.entries)
    .bind(now.as_millis())
    .execute(connection)
    .await?;
    Ok(())
}
