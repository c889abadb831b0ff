//! The records of what directories tell by themselves: a run for what was told within an hour.

use config::id::RunId;
use serde_json::Value;

use super::push::{WINDOW, target_of};
use super::run::Mode;
use crate::directories::Whole;
use crate::edit::Edit;
use crate::logs;
use crate::refused::Refused;
use crate::store::sync_changes::{self, ChangeRow};
use crate::store::sync_runs::{self as rows, Counts, RunRow};
use crate::store::{StoreError, directories as directory_rows};

/// Adds what was made to the record.
pub(super) async fn record(
    edit: &mut Edit<'_>,
    directory: &Whole,
    made: Vec<ChangeRow>,
) -> Result<(), StoreError> {
    let now = edit.now;
    if directory.row.synced_at.is_some() && directory.is_enabled() {
        directory_rows::set_synced(&mut edit.tx, &directory.row.id, now).await?;
    }
    let mut made: Vec<ChangeRow> = made.into_iter().filter(|row| row.kind != "none").collect();
    if made.is_empty() {
        return Ok(());
    }
    let mut run = current(edit, directory).await?;
    let counts = &mut run.counts;
    for row in &mut made {
        counts.planned += 1;
        row.seq = counts.planned;
        counts.done += i64::from(row.outcome == "done");
        counts.failed += i64::from(row.outcome == "failed");
    }
    sync_changes::insert(&mut edit.tx, &run.id, &made).await?;
    rows::set_counts(&mut edit.tx, &run.id, run.counts).await?;
    rows::move_on(&mut edit.tx, &run.id, ("done", "done"), None, Some(now)).await?;
    Ok(())
}

/// The run of this hour, unless it is being taken back.
async fn current(edit: &mut Edit<'_>, directory: &Whole) -> Result<RunRow, StoreError> {
    let id = &directory.row.id;
    let since = edit.now.minus(WINDOW);
    let latest = rows::latest_push(&mut edit.tx, id, since).await?;
    if let Some(latest) = latest {
        let unfinished = rows::unfinished(&mut edit.tx, Some(id)).await?;
        if !unfinished
            .iter()
            .any(|run| run.undoes.as_ref() == Some(&latest.id))
        {
            return Ok(latest);
        }
    }
    let run = begun(edit, directory, "done");
    rows::insert(&mut edit.tx, &run).await?;
    Ok(run)
}

/// A run of what is told, that begins now.
pub(super) fn begun(edit: &Edit<'_>, directory: &Whole, phase: &str) -> RunRow {
    let actor = logs::Actor::from(edit.permit().actor());
    RunRow {
        id: RunId::generate(),
        directory: directory.row.id.clone(),
        directory_name: directory.row.name.clone(),
        mode: Mode::Push.as_str().to_owned(),
        is_trial: false,
        phase: phase.to_owned(),
        actor_kind: actor.kind.as_str().to_owned(),
        actor_id: actor.id,
        actor_name: actor.name,
        started_at: edit.now,
        finished_at: None,
        counts: Counts::default(),
        reason: None,
        undoes: None,
    }
}

/// Tells the audit log of one change that was made.
pub(super) async fn audit(
    edit: &mut Edit<'_>,
    kind: &'static str,
    row: &ChangeRow,
) -> Result<(), Refused> {
    let action = match row.kind.as_str() {
        "create" => "create",
        "link" => "link",
        // A group that is removed stays, with nobody in it.
        "update" | "remove" => "update",
        "enable" => "enable",
        "disable" => "disable",
        _ => return Ok(()),
    };
    let read =
        |text: &Option<String>| -> Option<Value> { serde_json::from_str(text.as_deref()?).ok() };
    let (before, after) = (read(&row.before), read(&row.after));
    edit.note(action, target_of(kind, row), before, after).await
}
