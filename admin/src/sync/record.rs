//! The sync records: what each run did, as it is shown.

use config::Timestamp;
use config::id::{DirectoryId, RunId};
use config::language::LocalText;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::refused::Refused;
use crate::store::sync_changes::{self, ChangeRow, Wanted};
use crate::store::sync_runs::{self as rows, RunRow};
use crate::store::{Connection, StoreError};

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SyncPhase {
    Reading,
    /// Somebody has to say whether it goes on.
    Waiting,
    Applying,
    Done,
    Failed,
    /// Somebody said that it does not go on.
    Dropped,
    /// A later run took it back.
    Undone,
}

impl SyncPhase {
    /// One that this version does not know is none that anything can be done about.
    fn from_name(name: &str) -> Self {
        match name {
            "reading" => Self::Reading,
            "waiting" => Self::Waiting,
            "applying" => Self::Applying,
            "done" => Self::Done,
            "dropped" => Self::Dropped,
            "undone" => Self::Undone,
            _ => Self::Failed,
        }
    }
}

/// So many changes of one sort.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SyncTally {
    /// `department`, `person`, `group`, `person_manager` or `department_managers`.
    pub object: String,
    /// `create`, `update`, `link`, `enable`, `disable`, `remove`, `conflict`, `unfit` or `undo`.
    pub kind: String,
    /// `planned`, `held`, `done`, `failed`, `taken_back` or `kept`.
    pub outcome: String,
    pub count: i64,
}

/// One run. Times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SyncRun {
    pub id: RunId,
    pub directory: DirectoryId,
    pub directory_name: String,
    /// `full`, `changes` (of what the directory told of since the run before), `push` (what a directory told by
    /// itself within an hour) or `undo`.
    pub mode: String,
    /// It waits once all is read, whatever was found.
    pub trial: bool,
    pub phase: SyncPhase,
    pub started_by: String,
    pub started_at: Timestamp,
    pub finished_at: Option<Timestamp>,
    /// So many people were read.
    pub listed: i64,
    /// So many were known when it began.
    pub known: i64,
    /// So many changes are to be made, and how many of them were made, and were not.
    pub planned: i64,
    pub done: i64,
    pub failed: i64,
    /// Why it waits, or failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub reason: Option<LocalText>,
    /// The run that it takes back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undoes: Option<RunId>,
    /// In the answer to one run alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tally: Vec<SyncTally>,
}

/// One change of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SyncChange {
    pub seq: i64,
    pub object: String,
    pub kind: String,
    /// The key in the directory.
    pub key: String,
    /// The id here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object_id: Option<String>,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub before: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub after: Option<Value>,
    pub outcome: String,
    /// Why it was not made.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub reason: Option<LocalText>,
}

fn json<T: serde::de::DeserializeOwned>(text: Option<&str>) -> Result<Option<T>, StoreError> {
    Ok(text.map(serde_json::from_str).transpose()?)
}

fn shown(row: RunRow, tally: Vec<SyncTally>) -> Result<SyncRun, StoreError> {
    Ok(SyncRun {
        reason: json(row.reason.as_deref())?,
        id: row.id,
        directory: row.directory,
        directory_name: row.directory_name,
        mode: row.mode,
        trial: row.is_trial,
        phase: SyncPhase::from_name(&row.phase),
        started_by: row.actor_name,
        started_at: row.started_at,
        finished_at: row.finished_at,
        listed: row.counts.listed,
        known: row.counts.known,
        planned: row.counts.planned,
        done: row.counts.done,
        failed: row.counts.failed,
        undoes: row.undoes,
        tally,
    })
}

fn change(row: ChangeRow) -> Result<SyncChange, StoreError> {
    Ok(SyncChange {
        before: json(row.before.as_deref())?,
        after: json(row.after.as_deref())?,
        reason: json(row.reason.as_deref())?,
        seq: row.seq,
        object: row.object,
        kind: row.kind,
        key: row.key,
        object_id: row.object_id,
        name: row.name,
        outcome: row.outcome,
    })
}

/// The newest first, of one directory or of all, with where the next part begins.
pub async fn list(
    connection: &mut Connection,
    directory: Option<&DirectoryId>,
    before: Option<(i64, &str)>,
    limit: i64,
) -> Result<(Vec<SyncRun>, Option<String>), StoreError> {
    let found = rows::list(connection, directory, before, limit).await?;
    let is_full = i64::try_from(found.len()).is_ok_and(|count| count == limit);
    let next = found.last().filter(|_| is_full);
    let next = next.map(|last| format!("{}_{}", last.started_at.as_millis(), last.id));
    let runs: Result<_, StoreError> = found
        .into_iter()
        .map(|row| shown(row, Vec::new()))
        .collect();
    Ok((runs?, next))
}

/// That of a directory to be looked at.
pub async fn latest(
    connection: &mut Connection,
    directory: &DirectoryId,
) -> Result<Option<SyncRun>, StoreError> {
    let row = rows::latest(connection, directory).await?;
    row.map(|row| shown(row, Vec::new())).transpose()
}

/// One, with how many changes of each sort there are.
pub async fn find(connection: &mut Connection, id: &RunId) -> Result<SyncRun, Refused> {
    let row = rows::find(connection, id).await?;
    let row = row.ok_or(Refused::NotFound("sync run"))?;
    let tally = sync_changes::tally(connection, id).await?.into_iter();
    let tally = tally.map(|(object, kind, outcome, count)| SyncTally {
        object,
        kind,
        outcome,
        count,
    });
    Ok(shown(row, tally.collect())?)
}

/// Some of its changes, with where the next part begins.
pub async fn changes(
    connection: &mut Connection,
    id: &RunId,
    wanted: Wanted<'_>,
    after: i64,
    limit: i64,
) -> Result<(Vec<SyncChange>, Option<String>), Refused> {
    if rows::find(connection, id).await?.is_none() {
        return Err(Refused::NotFound("sync run"));
    }
    let found = sync_changes::list(connection, id, wanted, after, limit).await?;
    let is_full = i64::try_from(found.len()).is_ok_and(|count| count == limit);
    let next = found
        .last()
        .filter(|_| is_full)
        .map(|last| last.seq.to_string());
    let changes: Result<_, StoreError> = found.into_iter().map(change).collect();
    Ok((changes?, next))
}
