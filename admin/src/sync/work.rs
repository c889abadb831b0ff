//! What every node does about runs: begins those that are due, and takes up those that nobody works on.

use std::collections::HashMap;
use std::time::Duration;

use config::Timestamp;
use config::id::DirectoryId;
use tokio::task::{Id, JoinError, JoinSet};

use super::lease::{Lease, RENEW};
use super::run::{self, Begin, Mode};
use super::{Broken, stale};
use crate::directories;
use crate::logs::{self, ActorKind};
use crate::refused::Refused;
use crate::state::State;
use crate::store::sync_runs::{self as rows, RunRow};
use crate::store::{StoreError, directories as directory_rows, holds};

const EVERY: Duration = Duration::from_secs(1);
/// Until a directory that could not be read is tried again.
const UNREADABLE: Duration = Duration::from_hours(1);

/// Runs until it is dropped.
pub async fn run(state: &State, node: &str) {
    let mut at_work = JoinSet::new();
    let mut busy: HashMap<Id, RunRow> = HashMap::new();
    loop {
        while let Some(ended) = at_work.try_join_next_with_id() {
            let id = ended.as_ref().map_or_else(JoinError::id, |(id, ())| *id);
            let run = busy.remove(&id);
            // The parsers of the library may panic on what a broken server sends: that ends this run alone.
            if let (Err(error), Some(run)) = (ended, run) {
                tracing::error!(%error, run = run.id.as_str(), "a run ended in a panic");
                if let Err(error) = run::panicked(state, &run).await {
                    tracing::warn!(%error, run = run.id.as_str(), "its end cannot be noted yet");
                }
            }
        }
        match to_do(state).await {
            Ok(runs) => {
                for run in runs {
                    if busy.values().any(|other| other.directory == run.directory) {
                        continue;
                    }
                    let (state, node, theirs) = (state.clone(), node.to_owned(), run.clone());
                    let task = at_work.spawn(async move { one(&state, &theirs, &node).await });
                    busy.insert(task.id(), run);
                }
            }
            Err(error) => tracing::warn!(%error, "directories have to wait"),
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Begins what is due; says what is to be worked on.
async fn to_do(state: &State) -> Result<Vec<RunRow>, StoreError> {
    begin_due(state).await?;
    let unfinished = rows::unfinished(&mut *state.store.read().await?, None).await?;
    let open = unfinished.into_iter().filter(|run| run.phase != "waiting");
    Ok(open.collect())
}

pub(super) async fn begin_due(state: &State) -> Result<(), StoreError> {
    let now = state.clock.now();
    let due = directory_rows::due(&mut *state.store.read().await?, now).await?;
    for row in due {
        match begin_one(state, &row.id, now).await {
            Ok(()) => {}
            Err(error) if error.is_passing() => return Err(error),
            // One that cannot be read holds up no other.
            Err(error) => {
                tracing::error!(%error, directory = row.id.as_str(), "a directory cannot be taken over");
                let later = Some(now.plus(UNREADABLE));
                let mut tx = state.store.begin().await?;
                directory_rows::set_next_run(&mut tx, &row.id, later).await?;
                tx.commit().await?;
            }
        }
    }
    Ok(())
}

async fn begin_one(state: &State, id: &DirectoryId, now: Timestamp) -> Result<(), StoreError> {
    let mut tx = state.store.begin().await?;
    holds::directories(&mut tx).await?;
    stale::drop_stale(&mut tx, id, now).await?;
    let begin = Begin {
        directory: id,
        mode: Mode::Full,
        is_trial: false,
        actor: logs::Actor {
            kind: ActorKind::System,
            id: None,
            name: "schedule".to_owned(),
        },
        undoes: None,
    };
    match run::begin(&mut tx, begin, now).await {
        // One that waits or is under way holds up the next: that comes a period later.
        Ok(_) | Err(Refused::Impossible(_)) => {}
        Err(Refused::Store(error)) => return Err(error),
        Err(_) => return Ok(()),
    }
    let whole = directories::whole(&mut tx, id).await;
    let every = whole
        .ok()
        .and_then(|whole| whole.organisation.every_minutes);
    let next = every.map(|minutes| now.plus(Duration::from_mins(u64::from(minutes))));
    directory_rows::set_next_run(&mut tx, id, next).await?;
    tx.commit().await
}

/// Works on a run for as long as its lease is this node's.
async fn one(state: &State, run: &RunRow, node: &str) {
    let lease = Lease::of(&run.directory, node);
    let run = match taken(state, run, &lease).await {
        Ok(Some(run)) => run,
        Ok(None) => return,
        Err(error) => return tracing::warn!(%error, run = run.id.as_str(), "a run has to wait"),
    };
    held(state, &run, &lease, async || {
        run::drive(state, &run, &lease).await
    })
    .await;
}

/// Works on a run for as long as its lease, which has been taken, is this node's; then gives it up.
pub(super) async fn held(
    state: &State,
    run: &RunRow,
    lease: &Lease,
    work: impl AsyncFnOnce() -> Result<(), Broken>,
) {
    let renew = async {
        loop {
            tokio::time::sleep(RENEW).await;
            if !matches!(lease.take(state).await, Ok(true)) {
                break;
            }
        }
    };
    let done = tokio::select! {
        done = work() => done,
        () = renew => Err(Broken::Lost),
    };
    if let Err(error) = done {
        tracing::warn!(%error, run = run.id.as_str(), "a run was broken off; it is taken up again");
    }
    lease.give_up(state).await;
}

/// The run as it is by now, if it is this node's to work on.
async fn taken(state: &State, run: &RunRow, lease: &Lease) -> Result<Option<RunRow>, StoreError> {
    if !lease.take(state).await? {
        return Ok(None);
    }
    let run = rows::find(&mut *state.store.read().await?, &run.id).await?;
    let run = run.filter(|run| matches!(run.phase.as_str(), "reading" | "applying"));
    if run.is_none() {
        lease.give_up(state).await;
    }
    Ok(run)
}
