//! What a directory tells by itself and what is refused until somebody decides: too many people could no
//! longer sign in. It is written down in a run that waits; once somebody says so it is made, and what the
//! directory tells counts anew.

use config::Timestamp;
use config::id::DirectoryId;
use config::language::LocalText;

use super::push_record::begun;
use super::run::Mode;
use crate::authz::Permit;
use crate::directories;
use crate::edit::{Edit, target};
use crate::refused::Refused;
use crate::state::State;
use crate::store::sync_changes::{self, ChangeRow};
use crate::store::sync_runs::{self as rows, RunRow};
use crate::store::{StoreError, Tx, holds, scim_users};

/// Writes down what was refused, once.
pub async fn hold(
    state: &State,
    permit: &Permit,
    directory: &DirectoryId,
    mut change: ChangeRow,
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
    let unfinished = rows::unfinished(&mut edit.tx, Some(directory)).await?;
    let waiting = unfinished.into_iter().find(is_held);
    let mut run = if let Some(run) = waiting {
        run
    } else {
        let run = begun(&edit, &whole, "waiting");
        rows::insert(&mut edit.tx, &run).await?;
        let reason = serde_json::to_string(why).map_err(StoreError::from)?;
        let stays = ("waiting", "waiting");
        rows::move_on(&mut edit.tx, &run.id, stays, Some(&reason), None).await?;
        let target = target("directory", directory.as_str(), &whole.row.name);
        let after = serde_json::json!({ "run": run.id, "reason": why.en });
        edit.note("hold_sync", target, None, Some(after)).await?;
        run
    };
    run.counts.planned += 1;
    change.seq = run.counts.planned;
    sync_changes::insert(&mut edit.tx, &run.id, &[change]).await?;
    rows::set_counts(&mut edit.tx, &run.id, run.counts).await?;
    edit.finish().await
}

fn is_held(run: &RunRow) -> bool {
    run.mode == Mode::Push.as_str() && run.phase == "waiting"
}

/// Somebody says that what was refused is to be.
pub(super) async fn release(tx: &mut Tx, run: &RunRow, now: Timestamp) -> Result<(), StoreError> {
    if is_held(run) {
        scim_users::release(tx, &run.directory, now).await?;
    }
    Ok(())
}

/// Somebody says that it is not to be.
pub(super) async fn drop_held(tx: &mut Tx, run: &RunRow) -> Result<(), StoreError> {
    if is_held(run) {
        scim_users::forget_awaiting(tx, &run.directory).await?;
    }
    Ok(())
}
