//! What a run is to change, and what became of it, a row for each thing.

use config::id::RunId;

use super::{Connection, StoreError};
use crate::search_key;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeRow {
    pub seq: i64,
    /// What comes first; within a turn by the key.
    pub turn: i64,
    pub object: String,
    pub kind: String,
    pub key: String,
    pub object_id: Option<String>,
    pub name: String,
    /// JSON: what the directory says.
    pub entry: Option<String>,
    pub before: Option<String>,
    pub after: Option<String>,
    pub outcome: String,
    /// JSON, in both languages.
    pub reason: Option<String>,
    /// JSON: who went into a group, and out of it.
    pub moved: Option<String>,
}

type Row = (
    i64,
    i64,
    String,
    String,
    String,
    Option<String>,
    String,
    Option<String>,
    Option<String>,
    Option<String>,
    String,
    Option<String>,
    Option<String>,
);

const COLUMNS: &str = "seq, turn, object, kind, their_key, object_id, name, entry, state_before, state_after, \
     outcome, reason, moved";

impl From<Row> for ChangeRow {
    fn from(row: Row) -> Self {
        Self {
            seq: row.0,
            turn: row.1,
            object: row.2,
            kind: row.3,
            key: row.4,
            object_id: row.5,
            name: row.6,
            entry: row.7,
            before: row.8,
            after: row.9,
            outcome: row.10,
            reason: row.11,
            moved: row.12,
        }
    }
}

/// So many columns of each row are bound.
const BOUND: usize = 13;
/// More rows by a statement gain nothing.
const AT_ONCE: usize = 32;

pub async fn insert(
    connection: &mut Connection,
    run: &RunId,
    rows: &[ChangeRow],
) -> Result<(), StoreError> {
    for rows in rows.chunks(AT_ONCE) {
        let values: Vec<String> = (0..rows.len())
            .map(|at| format!("($1, {})", super::many::placeholders(2 + at * BOUND, BOUND)))
            .collect();
        let sql = format!(
            "INSERT INTO sync_changes (run_id, {COLUMNS}) VALUES {}",
            values.join(", ")
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(run.as_str());
        for row in rows {
            query = query
                .bind(row.seq)
                .bind(row.turn)
                .bind(row.object.as_str())
                .bind(row.kind.as_str())
                .bind(row.key.as_str())
                .bind(row.object_id.as_deref())
                .bind(row.name.as_str())
                .bind(row.entry.as_deref())
                .bind(row.before.as_deref())
                .bind(row.after.as_deref())
                .bind(row.outcome.as_str())
                .bind(row.reason.as_deref())
                .bind(row.moved.as_deref());
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

/// Writes what became of one.
pub async fn settle(
    connection: &mut Connection,
    run: &RunId,
    row: &ChangeRow,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE sync_changes SET kind = $3, object_id = $4, state_before = $5, state_after = $6, \
         outcome = $7, reason = $8, moved = $9 WHERE run_id = $1 AND seq = $2",
    )
    .bind(run.as_str())
    .bind(row.seq)
    .bind(row.kind.as_str())
    .bind(row.object_id.as_deref())
    .bind(row.before.as_deref())
    .bind(row.after.as_deref())
    .bind(row.outcome.as_str())
    .bind(row.reason.as_deref())
    .bind(row.moved.as_deref())
    .execute(connection)
    .await?;
    Ok(())
}

/// Notes of many, which went as they were planned, that they are done.
pub async fn settle_as_planned(
    connection: &mut Connection,
    run: &RunId,
    seqs: &[i64],
) -> Result<(), StoreError> {
    for seqs in seqs.chunks(super::many::CHUNK) {
        let sql = format!(
            "UPDATE sync_changes SET outcome = 'done' WHERE run_id = $1 AND seq IN ({})",
            super::many::placeholders(2, seqs.len())
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(run.as_str());
        let query = seqs.iter().fold(query, |query, seq| query.bind(*seq));
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

/// The next of this outcome, in the order in which they are made.
pub async fn next(
    connection: &mut Connection,
    run: &RunId,
    outcome: &str,
    limit: i64,
) -> Result<Vec<ChangeRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM sync_changes WHERE run_id = $1 AND outcome = $2 \
         ORDER BY turn, their_key, seq LIMIT $3"
    );
    let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(run.as_str())
        .bind(outcome)
        .bind(limit)
        .fetch_all(connection)
        .await?;
    Ok(rows.into_iter().map(ChangeRow::from).collect())
}

/// The keys of departments that are to go at the end of the run.
pub async fn leaving_departments(
    connection: &mut Connection,
    run: &RunId,
) -> Result<Vec<String>, StoreError> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT their_key FROM sync_changes WHERE run_id = $1 AND outcome = 'planned' \
         AND object = 'department' AND kind = 'remove'",
    )
    .bind(run.as_str())
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(key,)| key).collect())
}

/// What was done and not taken back yet, the last first.
pub async fn last_done(
    connection: &mut Connection,
    run: &RunId,
    limit: i64,
) -> Result<Vec<ChangeRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM sync_changes WHERE run_id = $1 AND outcome = 'done' AND kind <> 'none' \
         ORDER BY turn DESC, their_key DESC, seq DESC LIMIT $2"
    );
    let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(run.as_str())
        .bind(limit)
        .fetch_all(connection)
        .await?;
    Ok(rows.into_iter().map(ChangeRow::from).collect())
}

/// What is asked of the list of a run's changes; `None` asks nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    pub object: Option<&'a str>,
    pub kind: Option<&'a str>,
    pub outcome: Option<&'a str>,
    /// A part of the name or of the key.
    pub search: Option<&'a str>,
}

/// In the order in which they were found, behind `after`.
pub async fn list(
    connection: &mut Connection,
    run: &RunId,
    wanted: Wanted<'_>,
    after: i64,
    limit: i64,
) -> Result<Vec<ChangeRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM sync_changes WHERE run_id = $1 AND seq > $2 AND kind <> 'none' \
         AND (CAST($3 AS TEXT) IS NULL OR object = $3) AND (CAST($4 AS TEXT) IS NULL OR kind = $4) \
         AND (CAST($5 AS TEXT) IS NULL OR outcome = $5) \
         AND (CAST($6 AS TEXT) IS NULL OR LOWER(name) LIKE $6 ESCAPE '!' OR their_key LIKE $6 ESCAPE '!') \
         ORDER BY seq LIMIT $7"
    );
    let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(run.as_str())
        .bind(after)
        .bind(wanted.object)
        .bind(wanted.kind)
        .bind(wanted.outcome)
        .bind(wanted.search.map(|typed| search_key::patterns(typed).0))
        .bind(limit)
        .fetch_all(connection)
        .await?;
    Ok(rows.into_iter().map(ChangeRow::from).collect())
}

/// How many of each object, kind and outcome there are.
pub async fn tally(
    connection: &mut Connection,
    run: &RunId,
) -> Result<Vec<(String, String, String, i64)>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT object, kind, outcome, count(*) FROM sync_changes WHERE run_id = $1 AND kind <> 'none' \
         GROUP BY object, kind, outcome ORDER BY object, kind, outcome",
    )
    .bind(run.as_str())
    .fetch_all(connection)
    .await?)
}

/// Forgets what stayed as it was.
pub async fn forget_unchanged(connection: &mut Connection, run: &RunId) -> Result<(), StoreError> {
    sqlx::query(
        "DELETE FROM sync_changes WHERE run_id = $1 AND kind = 'none' AND outcome = 'done'",
    )
    .bind(run.as_str())
    .execute(connection)
    .await?;
    Ok(())
}

/// Forgets what was planned: the run reads anew.
pub async fn forget(connection: &mut Connection, run: &RunId) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM sync_changes WHERE run_id = $1")
        .bind(run.as_str())
        .execute(connection)
        .await?;
    Ok(())
}
