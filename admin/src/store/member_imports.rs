//! Files of people that were uploaded, a row of the file a row here, until they are applied or expire.

use config::Timestamp;

use super::{Connection, StoreError};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportRow {
    pub id: String,
    pub file_name: String,
    pub create_departments: bool,
    /// JSON.
    pub ignored: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub applying_at: Option<Timestamp>,
    pub applied_at: Option<Timestamp>,
}

/// A row of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineRow {
    pub line: i64,
    /// JSON.
    pub content: String,
    pub verdict: String,
    /// JSON.
    pub problems: String,
    pub outcome: Option<String>,
}

type Line = (i64, String, String, String, Option<String>);

impl From<Line> for LineRow {
    fn from((line, content, verdict, problems, outcome): Line) -> Self {
        Self {
            line,
            content,
            verdict,
            problems,
            outcome,
        }
    }
}

pub async fn insert(connection: &mut Connection, row: &ImportRow) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO member_imports (id, file_name, create_departments, ignored, created_at, \
         expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(row.id.as_str())
    .bind(row.file_name.as_str())
    .bind(row.create_departments.then_some(row.created_at.as_millis()))
    .bind(row.ignored.as_str())
    .bind(row.created_at.as_millis())
    .bind(row.expires_at.as_millis())
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn insert_line(
    connection: &mut Connection,
    import: &str,
    row: &LineRow,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO member_import_rows (import_id, line, content, verdict, problems) \
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(import)
    .bind(row.line)
    .bind(row.content.as_str())
    .bind(row.verdict.as_str())
    .bind(row.problems.as_str())
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn find(
    connection: &mut Connection,
    id: &str,
    now: Timestamp,
) -> Result<Option<ImportRow>, StoreError> {
    type Row = (
        String,
        String,
        Option<i64>,
        String,
        i64,
        i64,
        Option<i64>,
        Option<i64>,
    );
    let row: Option<Row> = sqlx::query_as(
        "SELECT id, file_name, create_departments, ignored, created_at, expires_at, applying_at, \
         applied_at FROM member_imports WHERE id = $1 AND expires_at > $2",
    )
    .bind(id)
    .bind(now.as_millis())
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| ImportRow {
        id: row.0,
        file_name: row.1,
        create_departments: row.2.is_some(),
        ignored: row.3,
        created_at: Timestamp(row.4),
        expires_at: Timestamp(row.5),
        applying_at: row.6.map(Timestamp),
        applied_at: row.7.map(Timestamp),
    }))
}

/// How many rows there are of each verdict and outcome.
pub async fn counts(
    connection: &mut Connection,
    id: &str,
) -> Result<Vec<(String, Option<String>, i64)>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT verdict, outcome, count(*) FROM member_import_rows WHERE import_id = $1 \
         GROUP BY verdict, outcome",
    )
    .bind(id)
    .fetch_all(connection)
    .await?)
}

/// In the order of the file, those after a line; of one verdict, if one is asked for.
pub async fn lines(
    connection: &mut Connection,
    id: &str,
    verdict: Option<&str>,
    after: i64,
    limit: i64,
) -> Result<Vec<LineRow>, StoreError> {
    let rows: Vec<Line> = sqlx::query_as(
        "SELECT line, content, verdict, problems, outcome FROM member_import_rows \
         WHERE import_id = $1 AND line > $2 AND ($3 IS NULL OR verdict = $3) \
         ORDER BY line LIMIT $4",
    )
    .bind(id)
    .bind(after)
    .bind(verdict)
    .bind(limit)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(LineRow::from).collect())
}

/// Those that are still to be done, in the order of the file.
pub async fn waiting(
    connection: &mut Connection,
    id: &str,
    limit: i64,
) -> Result<Vec<LineRow>, StoreError> {
    let rows: Vec<Line> = sqlx::query_as(
        "SELECT line, content, verdict, problems, outcome FROM member_import_rows \
         WHERE import_id = $1 AND outcome IS NULL AND verdict IN ('create', 'update') \
         ORDER BY line LIMIT $2",
    )
    .bind(id)
    .bind(limit)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(LineRow::from).collect())
}

/// Notes how it went with a line. `false` if that was noted before, or the import is gone.
pub async fn settle(
    connection: &mut Connection,
    id: &str,
    line: i64,
    outcome: &str,
    problems: &str,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE member_import_rows SET outcome = $3, problems = $4 \
         WHERE import_id = $1 AND line = $2 AND outcome IS NULL",
    )
    .bind(id)
    .bind(line)
    .bind(outcome)
    .bind(problems)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes that whoever gave the last sign, or the first to do so, is at it. `false` if it is done, gone,
/// or another's.
pub async fn keep_applying(
    connection: &mut Connection,
    id: &str,
    sign: Option<Timestamp>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE member_imports SET applying_at = $2 \
         WHERE id = $1 AND applied_at IS NULL AND COALESCE(applying_at, -1) = $3",
    )
    .bind(id)
    .bind(now.as_millis())
    .bind(sign.map_or(-1, Timestamp::as_millis))
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes that whoever gave the last sign is at it no more, although it is not done: the sign is then as
/// old as can be. `false` as for [`keep_applying`].
pub async fn give_up(
    connection: &mut Connection,
    id: &str,
    sign: Timestamp,
) -> Result<bool, StoreError> {
    keep_applying(connection, id, Some(sign), Timestamp(0)).await
}

/// Notes that all is done; whatever was not is left out. `false` if that was noted before.
pub async fn finish(
    connection: &mut Connection,
    id: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    sqlx::query(
        "UPDATE member_import_rows SET outcome = 'left_out' WHERE import_id = $1 AND outcome IS NULL",
    )
    .bind(id)
    .execute(&mut *connection)
    .await?;
    let done = sqlx::query(
        "UPDATE member_imports SET applied_at = $2 WHERE id = $1 AND applied_at IS NULL",
    )
    .bind(id)
    .bind(now.as_millis())
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn remove(connection: &mut Connection, id: &str) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM member_imports WHERE id = $1")
        .bind(id)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn delete_expired(
    connection: &mut Connection,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let done = sqlx::query("DELETE FROM member_imports WHERE expires_at <= $1")
        .bind(now.as_millis())
        .execute(connection)
        .await?;
    Ok(done.rows_affected())
}
