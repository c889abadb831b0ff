//! From where on directories are asked for changes, and the marks behind what runs have read.

use config::id::{DirectoryId, RunId};

use super::{Connection, StoreError};

/// The mark of a directory; `None`: everything is to be listed.
pub async fn of_directory(
    connection: &mut Connection,
    id: &DirectoryId,
) -> Result<Option<String>, StoreError> {
    let row: Option<(Option<String>,)> =
        sqlx::query_as("SELECT mark FROM directories WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(connection)
            .await?;
    Ok(row.and_then(|(mark,)| mark))
}

pub async fn set_of_directory(
    connection: &mut Connection,
    id: &DirectoryId,
    mark: Option<&str>,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE directories SET mark = $2 WHERE id = $1")
        .bind(id.as_str())
        .bind(mark)
        .execute(connection)
        .await?;
    Ok(())
}

/// Moves it on from one to another, if nobody has moved it since; whether that was so.
pub async fn advance(
    connection: &mut Connection,
    id: &DirectoryId,
    (from, to): (&str, &str),
) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE directories SET mark = $3 WHERE id = $1 AND mark = $2")
        .bind(id.as_str())
        .bind(from)
        .bind(to)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes the mark behind what a run has read, and whether that was everything.
pub async fn set_of_run(
    connection: &mut Connection,
    id: &RunId,
    mode: &str,
    mark: Option<&str>,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE sync_runs SET mark = $2, mode = $3 WHERE id = $1")
        .bind(id.as_str())
        .bind(mark)
        .bind(mode)
        .execute(connection)
        .await?;
    Ok(())
}

/// Makes the mark of a run that is done its directory's.
pub async fn settle(connection: &mut Connection, run: &RunId) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE directories SET mark = (SELECT mark FROM sync_runs WHERE id = $1) \
         WHERE id = (SELECT directory_id FROM sync_runs WHERE id = $1)",
    )
    .bind(run.as_str())
    .execute(connection)
    .await?;
    Ok(())
}
