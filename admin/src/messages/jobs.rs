//! What ends in a message, done after whatever asked for it was answered: so that the answer depends on
//! nothing that is found out on the way, and nobody waits for it.

use std::time::Duration;

use config::Timestamp;
use serde::{Deserialize, Serialize};

use crate::sign_in::code_request::{self, CodeRequest};
use crate::sign_in::notices::{self, Happened};
use crate::sign_in::password_reset::{self, ResetRequest};
use crate::state::State;
use crate::store::message_jobs::{self as rows, JobRow};
use crate::store::{Connection, StoreError, Tx};

const EVERY: Duration = Duration::from_secs(1);
/// Longer than any takes.
const CLAIM: Duration = Duration::from_mins(1);
/// One that fails so often is given up.
const MOST_ATTEMPTS: i64 = 5;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Job {
    PasswordReset(ResetRequest),
    SignInCode(CodeRequest),
    Notice(Happened),
}

/// Does it after the commit.
pub async fn queue(
    connection: &mut Connection,
    job: &Job,
    now: Timestamp,
) -> Result<(), StoreError> {
    rows::insert(connection, &serde_json::to_string(job)?, now).await
}

/// Does what there is to do until it is dropped.
pub async fn run(state: &State) {
    loop {
        match do_one(state).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "what is to be told has to wait"),
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Does the one that has waited longest; `false` if none is due.
pub async fn do_one(state: &State) -> Result<bool, StoreError> {
    let now = state.clock.now();
    if !rows::is_due(&mut *state.store.read().await?, now).await? {
        return Ok(false);
    }
    let mut tx = state.store.begin().await?;
    let claimed = rows::claim(&mut tx, now, now.plus(CLAIM)).await?;
    tx.commit().await?;
    let Some(row) = claimed else {
        return Ok(true);
    };
    let mut tx = state.store.begin().await?;
    if !rows::finish(&mut tx, &row.id).await? {
        return Ok(true);
    }
    match perform(state, &mut tx, &row).await {
        Err(error) if row.attempts < MOST_ATTEMPTS => return Err(error),
        Err(error) => {
            drop(tx);
            tracing::error!(%error, id = row.id, "something was not told: it failed too often");
            tx = state.store.begin().await?;
            rows::finish(&mut tx, &row.id).await?;
        }
        Ok(()) => {}
    }
    tx.commit().await?;
    Ok(true)
}

async fn perform(state: &State, tx: &mut Tx, row: &JobRow) -> Result<(), StoreError> {
    match serde_json::from_str(&row.job)? {
        Job::PasswordReset(request) => password_reset::answer(state, tx, &request).await,
        Job::SignInCode(request) => code_request::answer(state, tx, &request).await,
        Job::Notice(happened) => notices::tell(state, tx, &happened).await,
    }
}
