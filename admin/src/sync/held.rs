//! What a directory tells by itself and what waits until somebody decides: too many people could no longer sign
//! in, or would be taken out of a group at once. It is written down in a run that waits; once somebody says so it
//! is made, and what the directory tells counts anew.

use config::id::DirectoryId;
use config::language::LocalText;

use super::push_record::begun;
use super::run::Mode;
use crate::authz::Permit;
use crate::directories::{self, Whole};
use crate::edit::{Edit, target};
use crate::refused::Refused;
use crate::state::State;
use crate::store::sync_changes::{self, ChangeRow};
use crate::store::sync_runs::{self as rows, RunRow};
use crate::store::{Connection, StoreError, Tx, holds, scim_users};

/// Writes down what was refused, once.
pub async fn hold(
    state: &State,
    permit: &Permit,
    directory: &DirectoryId,
    change: ChangeRow,
    why: &LocalText,
) -> Result<(), Refused> {
    let mut edit = Edit::begin(state, permit).await?;
    holds::directories(&mut edit.tx).await?;
    let whole = directories::whole(&mut edit.tx, directory).await?;
    let awaits = if change.turn == super::turn::LEAVERS {
        "removed"
    } else {
        "inactive"
    };
    if !scim_users::set_awaits(&mut edit.tx, directory, &change.key, awaits).await? {
        return Ok(());
    }
    write_down(&mut edit, &whole, change, why).await?;
    edit.finish().await
}

/// Writes down what was told of a group and is not taken over, once, along with what is kept of it.
pub(super) async fn hold_group(
    edit: &mut Edit<'_>,
    directory: &Whole,
    mut change: ChangeRow,
    why: &LocalText,
) -> Result<(), Refused> {
    if change.kind != "remove" {
        "update".clone_into(&mut change.kind);
    }
    let waiting = waiting(&mut edit.tx, &directory.row.id).await?;
    if let Some(run) = waiting
        && sync_changes::set_kind(&mut edit.tx, &run.id, ("group", &change.key), &change.kind)
            .await?
    {
        return Ok(());
    }
    write_down(edit, directory, change, why).await
}

/// What was told of a group is no more: it has another key by now.
pub(super) async fn forget_group(
    connection: &mut Connection,
    directory: &DirectoryId,
    key: &str,
) -> Result<(), StoreError> {
    if let Some(run) = waiting(connection, directory).await? {
        sync_changes::set_kind(connection, &run.id, ("group", key), "none").await?;
    }
    Ok(())
}

async fn waiting(
    connection: &mut Connection,
    directory: &DirectoryId,
) -> Result<Option<RunRow>, StoreError> {
    let unfinished = rows::unfinished(connection, Some(directory)).await?;
    Ok(unfinished.into_iter().find(is_held))
}

/// In the run that waits, or in a new one.
async fn write_down(
    edit: &mut Edit<'_>,
    directory: &Whole,
    mut change: ChangeRow,
    why: &LocalText,
) -> Result<(), Refused> {
    let id = &directory.row.id;
    let mut run = if let Some(run) = waiting(&mut edit.tx, id).await? {
        run
    } else {
        let run = begun(edit, directory, "waiting");
        rows::insert(&mut edit.tx, &run).await?;
        let reason = serde_json::to_string(why).map_err(StoreError::from)?;
        let stays = ("waiting", "waiting");
        rows::move_on(&mut edit.tx, &run.id, stays, Some(&reason), None).await?;
        let target = target("directory", id.as_str(), &directory.row.name);
        let after = serde_json::json!({ "run": run.id, "reason": why.en });
        edit.note("hold_sync", target, None, Some(after)).await?;
        run
    };
    run.counts.planned += 1;
    change.seq = run.counts.planned;
    sync_changes::insert(&mut edit.tx, &run.id, &[change]).await?;
    rows::set_counts(&mut edit.tx, &run.id, run.counts).await?;
    Ok(())
}

fn is_held(run: &RunRow) -> bool {
    run.mode == Mode::Push.as_str() && run.phase == "waiting"
}

/// Somebody says that what was refused is to be: each is taken over where it is made ([`super::pushed`]).
pub(super) async fn release(tx: &mut Tx, run: &RunRow) -> Result<(), StoreError> {
    if is_held(run) {
        scim_users::release(tx, &run.directory).await?;
    }
    Ok(())
}

/// Somebody says that it is not to be, or no more of it.
pub(super) async fn drop_held(tx: &mut Tx, run: &RunRow) -> Result<(), StoreError> {
    if run.mode == Mode::Push.as_str() {
        scim_users::forget_awaiting(tx, &run.directory).await?;
    }
    Ok(())
}
