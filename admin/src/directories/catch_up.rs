//! What directories that tell us by themselves told while they were off, and tell no more: it is taken over once
//! they are on again.

use super::{DirectoryDraft, Whole};
use crate::edit::{Edit, target};
use crate::refused::Refused;
use crate::store::sync_runs;
use crate::sync::run;

/// Begins a run over everything, unless one is not over already.
pub(super) async fn catch_up(
    edit: &mut Edit<'_>,
    before: &Whole,
    draft: &DirectoryDraft,
) -> Result<(), Refused> {
    let id = &before.row.id;
    if !is_behind(before, draft)
        || !sync_runs::unfinished(&mut edit.tx, Some(id))
            .await?
            .is_empty()
    {
        return Ok(());
    }
    let begin = run::Begin {
        directory: id,
        mode: run::Mode::Full,
        is_trial: false,
        actor: edit.permit().actor().into(),
        undoes: None,
    };
    let now = edit.now;
    let run = run::begin(&mut edit.tx, begin, now).await?;
    let after = serde_json::json!({ "run": run.id, "phase": run.phase });
    let target = target("directory", id.as_str(), &draft.name);
    edit.note("start_sync", target, None, Some(after)).await
}

fn is_behind(before: &Whole, draft: &DirectoryDraft) -> bool {
    let comes_on = draft.enabled && !before.is_enabled();
    let was_taken_over = before.row.synced_at.is_some();
    comes_on && was_taken_over && draft.source.kind().pushes() && draft.used_for.organisation()
}
