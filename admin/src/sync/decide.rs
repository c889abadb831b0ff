//! What a person decides about runs: that one begins, goes on, is dropped or is taken back.

use config::id::{DirectoryId, RunId};

use super::held;
use super::record::{self, SyncRun};
use super::run::{self, Begin, Mode};
use super::stale::FRESH;
use crate::directories;
use crate::edit::{Edit, target};
use crate::refused::{Refused, both};
use crate::store::holds;
use crate::store::sync_runs::{self as rows, RunRow};

/// Has everything taken over, or, as a trial, looked at.
pub async fn begin(
    mut edit: Edit<'_>,
    directory: &DirectoryId,
    is_trial: bool,
) -> Result<SyncRun, Refused> {
    let whole = directories::whole(&mut edit.tx, directory).await?;
    if !whole.is_enabled() && !is_trial {
        return Err(Refused::Impossible(both((
            "the directory is not used: switch it on, or look at a trial run first",
            "该目录未启用，请先启用，或先进行预览",
        ))));
    }
    let begin = Begin {
        directory,
        mode: Mode::Full,
        is_trial,
        actor: edit.permit().actor().into(),
        undoes: None,
    };
    let now = edit.now;
    let run = run::begin(&mut edit.tx, begin, now).await?;
    let action = if is_trial { "try_sync" } else { "start_sync" };
    noted(edit, &run, action).await
}

/// Lets a run go on that waits.
pub async fn go_on(mut edit: Edit<'_>, id: &RunId) -> Result<SyncRun, Refused> {
    // Nothing is held in it meanwhile that nobody has seen.
    holds::directories(&mut edit.tx).await?;
    let run = waiting(&mut edit, id).await?;
    let whole = directories::whole(&mut edit.tx, &run.directory).await?;
    if !whole.is_enabled() {
        return Err(Refused::Impossible(both((
            "the directory is not used: switch it on first",
            "该目录未启用，请先启用",
        ))));
    }
    if !whole.used_for().organisation() {
        return Err(Refused::Impossible(both((
            "the directory is no longer used for the organisation",
            "该目录不再用于组织架构",
        ))));
    }
    let now = edit.now;
    held::release(&mut edit.tx, &run, now).await?;
    // What was read long ago may be so no more: it is read, and looked at, anew.
    let is_fresh = run.mode == Mode::Push.as_str() || now.since(run.started_at) < FRESH;
    let to = if is_fresh { "applying" } else { "reading" };
    if !rows::move_on(&mut edit.tx, id, ("waiting", to), None, None).await? {
        return Err(Refused::Stale);
    }
    if is_fresh {
        rows::set_let_on(&mut edit.tx, id, now).await?;
    }
    noted(edit, &run, "go_on_sync").await
}

/// Ends a run that is not over: what it has done already stays.
pub async fn drop_run(mut edit: Edit<'_>, id: &RunId) -> Result<SyncRun, Refused> {
    holds::directories(&mut edit.tx).await?;
    let run = rows::find(&mut edit.tx, id).await?;
    let run = run.ok_or(Refused::NotFound("sync run"))?;
    let now = Some(edit.now);
    held::drop_held(&mut edit.tx, &run).await?;
    let is_open = matches!(run.phase.as_str(), "reading" | "waiting" | "applying");
    let ends = (run.phase.as_str(), "dropped");
    if !is_open || !rows::move_on(&mut edit.tx, id, ends, run.reason.as_deref(), now).await? {
        return Err(Refused::Impossible(both((
            "this run is over",
            "该次同步已结束",
        ))));
    }
    noted(edit, &run, "drop_sync").await
}

/// Takes back what a run did, as far as nothing newer touched the same.
pub async fn undo(mut edit: Edit<'_>, id: &RunId) -> Result<SyncRun, Refused> {
    let run = rows::find(&mut edit.tx, id).await?;
    let run = run.ok_or(Refused::NotFound("sync run"))?;
    let did = run.counts.done > 0 && run.mode != Mode::Undo.as_str();
    if !did || !matches!(run.phase.as_str(), "done" | "dropped" | "failed") {
        return Err(Refused::Impossible(both((
            "there is nothing of this run to be taken back",
            "该次同步没有可撤销的更改",
        ))));
    }
    let begin = Begin {
        directory: &run.directory,
        mode: Mode::Undo,
        is_trial: false,
        actor: edit.permit().actor().into(),
        undoes: Some(id),
    };
    let now = edit.now;
    let back = run::begin(&mut edit.tx, begin, now).await?;
    noted(edit, &back, "undo_sync").await
}

async fn waiting(edit: &mut Edit<'_>, id: &RunId) -> Result<RunRow, Refused> {
    let run = rows::find(&mut edit.tx, id).await?;
    let run = run.ok_or(Refused::NotFound("sync run"))?;
    if run.phase == "waiting" {
        return Ok(run);
    }
    Err(Refused::Impossible(both((
        "this run does not wait for anybody",
        "该次同步不在等待确认",
    ))))
}

async fn noted(mut edit: Edit<'_>, run: &RunRow, action: &'static str) -> Result<SyncRun, Refused> {
    let shown = record::find(&mut edit.tx, &run.id).await?;
    let target = target("directory", run.directory.as_str(), &run.directory_name);
    let after = serde_json::json!({ "run": run.id, "phase": shown.phase });
    edit.commit(action, target, None, Some(after)).await?;
    Ok(shown)
}
