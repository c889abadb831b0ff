//! What every node does about runs: begins those that are due, and takes up those that nobody works on.

use std::collections::HashMap;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{Id, JoinError, JoinSet};

use super::Broken;
use super::run::{self, Begin, Mode, RENEW};
use crate::directories;
use crate::logs::{self, ActorKind};
use crate::refused::Refused;
use crate::state::State;
use crate::store::sync_runs::{self as rows, RunRow};
use crate::store::{StoreError, directories as directory_rows};

const EVERY: Duration = Duration::from_secs(1);

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

async fn begin_due(state: &State) -> Result<(), StoreError> {
    let now = state.clock.now();
    let due = directory_rows::due(&mut *state.store.read().await?, now).await?;
    for row in due {
        let mut tx = state.store.begin().await?;
        let begun = run::begin(
            &mut tx,
            Begin {
                directory: &row.id,
                mode: Mode::Full,
                is_trial: false,
                actor: logs::Actor {
                    kind: ActorKind::System,
                    id: None,
                    name: "schedule".to_owned(),
                },
                undoes: None,
            },
            now,
        )
        .await;
        match begun {
            // One that waits or is under way holds up the next: that comes a period later.
            Ok(_) | Err(Refused::Impossible(_)) => {}
            Err(Refused::Store(error)) => return Err(error),
            Err(_) => continue,
        }
        let whole = directories::whole(&mut tx, &row.id).await;
        let every = whole
            .ok()
            .and_then(|whole| whole.organisation.every_minutes);
        let next = every.map(|minutes| now.plus(Duration::from_mins(u64::from(minutes))));
        directory_rows::set_next_run(&mut tx, &row.id, next).await?;
        tx.commit().await?;
    }
    Ok(())
}

async fn one(state: &State, run: &RunRow, node: &str) {
    match run::take(state, &run.directory, node).await {
        Ok(true) => {}
        Ok(false) => return,
        Err(error) => return tracing::warn!(%error, run = run.id.as_str(), "a run has to wait"),
    }
    held(state, run, node, async |is_ours| {
        run::drive(state, run, is_ours).await
    })
    .await;
}

/// Works on a run for as long as its lease, which has been taken, is this node's.
pub(super) async fn held(
    state: &State,
    run: &RunRow,
    node: &str,
    work: impl AsyncFnOnce(watch::Receiver<bool>) -> Result<(), Broken>,
) {
    let (lost, is_ours) = watch::channel(true);
    let renew = async {
        loop {
            tokio::time::sleep(RENEW).await;
            if !matches!(run::take(state, &run.directory, node).await, Ok(true)) {
                lost.send_replace(false);
                break;
            }
        }
    };
    let done = tokio::select! {
        done = work(is_ours) => done,
        () = renew => Err(Broken::Lost),
    };
    if let Err(error) = done {
        tracing::warn!(%error, run = run.id.as_str(), "a run was broken off; it is taken up again");
    }
}
