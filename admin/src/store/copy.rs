//! Copies of the embedded store: made while it is in use, and checked before they are trusted.

use std::path::Path;
use std::time::Duration;

use config::Timestamp;
use config::language::LocalText;
use sqlx::pool::PoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};

use super::{MIGRATIONS, StoreError, migration_error};

/// Waits so long for whoever writes to the store just now.
const PATIENCE: Duration = Duration::from_secs(30);

/// Writes a copy of `store`, as it is at one moment, to the empty file `copy`. Others may read and
/// write meanwhile.
pub async fn copy(store: &Path, copy: &Path) -> Result<(), StoreError> {
    let pool = open(store, true).await?;
    let path = copy
        .to_str()
        .ok_or_else(|| StoreError::Other("the path is not valid UTF-8".into()))?;
    let done = sqlx::query("VACUUM INTO $1")
        .bind(path)
        .execute(&pool)
        .await;
    pool.close().await;
    done?;
    Ok(())
}

/// Whether `file` is a store of ours that this version can run on.
///
/// # Errors
/// [`StoreError::Corrupt`] with the reason.
pub async fn check(file: &Path) -> Result<(), StoreError> {
    let pool = open(file, true).await?;
    let result = check_in(&pool).await;
    pool.close().await;
    result
}

async fn check_in(pool: &SqlitePool) -> Result<(), StoreError> {
    let unreadable = |e: sqlx::Error| StoreError::Corrupt(e.to_string());
    let (found,): (String,) = sqlx::query_as("PRAGMA integrity_check(1)")
        .fetch_one(pool)
        .await
        .map_err(unreadable)?;
    if found != "ok" {
        return Err(StoreError::Corrupt(found));
    }
    let steps: Vec<(i64,)> = sqlx::query_as("SELECT version FROM _sqlx_migrations")
        .fetch_all(pool)
        .await
        .map_err(|_| StoreError::Corrupt("this is no store of gatehouse".into()))?;
    match steps
        .iter()
        .find(|(step,)| !MIGRATIONS.version_exists(*step))
    {
        Some((step,)) => Err(StoreError::Corrupt(format!(
            "its schema is at step {step}, which this version does not know: use the version that \
             made it, or a later one"
        ))),
        None => Ok(()),
    }
}

/// Brings the schema of `file` up to date: an earlier version may have made it.
pub async fn migrate(file: &Path) -> Result<(), StoreError> {
    let pool = open(file, false).await?;
    let done = MIGRATIONS.run(&pool).await;
    pool.close().await;
    done.map_err(migration_error)
}

/// Ends every sign-in in `file`, and takes back what had been handed out to begin one: a copy knows
/// nothing of those who have signed out, or have used their code, since it was made.
pub async fn end_sign_ins(file: &Path, now: Timestamp) -> Result<u64, StoreError> {
    let pool = open(file, false).await?;
    let done = end_sign_ins_in(&pool, now).await;
    pool.close().await;
    done
}

async fn end_sign_ins_in(pool: &SqlitePool, now: Timestamp) -> Result<u64, StoreError> {
    for forget in [
        "DELETE FROM one_time_links",
        "DELETE FROM sign_in_flows",
        "DELETE FROM handovers",
        "DELETE FROM message_codes",
        "DELETE FROM message_jobs",
    ] {
        sqlx::query(forget).execute(pool).await?;
    }
    // What they say works no more.
    let why = LocalText::from(("the store was restored", "数据已从备份恢复"));
    sqlx::query(
        "UPDATE messages SET state = 'failed', content = NULL, finding = $1, done_at = $2 \
         WHERE state = 'waiting'",
    )
    .bind(serde_json::to_string(&why)?)
    .bind(now.as_millis())
    .execute(pool)
    .await?;
    let done = sqlx::query(
        "UPDATE sign_ins SET ended_at = $1, end_reason = 'restored' WHERE ended_at IS NULL",
    )
    .bind(now.as_millis())
    .execute(pool)
    .await?;
    Ok(done.rows_affected())
}

/// The body of the document `name` in `file`, if there is one.
pub async fn document(file: &Path, name: &str) -> Result<Option<String>, StoreError> {
    let pool = open(file, true).await?;
    let row: Result<Option<(String,)>, _> =
        sqlx::query_as("SELECT body FROM documents WHERE name = $1")
            .bind(name)
            .fetch_optional(&pool)
            .await;
    pool.close().await;
    Ok(row?.map(|(body,)| body))
}

async fn open(file: &Path, read_only: bool) -> Result<SqlitePool, StoreError> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .read_only(read_only)
        .busy_timeout(PATIENCE);
    Ok(PoolOptions::new()
        .max_connections(1)
        .connect_with(options)
        .await?)
}

/// An empty store in `file` as it was before the schema's step `step`.
#[cfg(test)]
pub async fn make_before(step: i64, file: &Path) -> Result<(), StoreError> {
    let earlier = MIGRATIONS.iter().filter(|one| one.version < step);
    let earlier = sqlx::migrate::Migrator {
        migrations: earlier.cloned().collect(),
        ..sqlx::migrate::Migrator::DEFAULT
    };
    std::fs::File::create_new(file).map_err(|e| StoreError::Other(e.to_string()))?;
    let pool = open(file, false).await?;
    let done = earlier.run(&pool).await;
    pool.close().await;
    done.map_err(migration_error)
}
