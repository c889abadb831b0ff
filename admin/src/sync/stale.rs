//! Runs that wait for somebody who does not come: what they have read is no longer so, and others wait for them.

use std::time::Duration;

use config::Timestamp;
use config::id::DirectoryId;

use super::run::told;
use crate::logs;
use crate::refused::both;
use crate::store::sync_runs::{self as rows, RunRow};
use crate::store::{StoreError, Tx};

/// What a run has read is looked at no later: it is read anew, and a run that is due takes its place.
pub(super) const FRESH: Duration = Duration::from_hours(1);

/// Nobody looks at a trial for longer, while what the directory changes has to wait for it.
const LOOKED_AT: Duration = Duration::from_mins(10);

/// Whether it is a trial that somebody has begun, and looks at no more.
pub(super) fn is_forgotten_trial(run: &RunRow, now: Timestamp) -> bool {
    run.is_trial && run.phase == "waiting" && now.since(run.started_at) >= LOOKED_AT
}

/// Drops a run that has waited for so long that nobody should let it go on as it was read.
pub(super) async fn drop_stale(
    tx: &mut Tx,
    directory: &DirectoryId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let why = both((
        "nobody let it go on: a later run has taken its place",
        "等待确认超时，已由之后的同步取代",
    ));
    for run in rows::unfinished(tx, Some(directory)).await? {
        let is_stale = run.phase == "waiting" && now.since(run.started_at) >= FRESH;
        if !is_stale && !is_forgotten_trial(&run, now) {
            continue;
        }
        let reason = serde_json::to_string(&why)?;
        let ends = ("waiting", "dropped");
        if rows::move_on(tx, &run.id, ends, Some(&reason), Some(now)).await? {
            let entry = told(&run, "dropped", run.counts, Some(&why));
            logs::record_audit(tx, now, &entry).await?;
        }
    }
    Ok(())
}
