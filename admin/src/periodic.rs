//! Work that comes round: done by one node for all, under a lease.

use std::time::Duration;

use config::Timestamp;
use config::settings::Events;

use crate::account::authenticator::ENROLMENT_LIFE;
use crate::directories;
use crate::directories::suite::feed;
use crate::guests;
use crate::ip_lists;
use crate::messages::ceilings;
use crate::sign_in::lockout::DEVICE_LIFE;
use crate::signing_keys;
use crate::state::State;
use crate::store::events::Log;
use crate::store::{
    StoreError, Tx, changes, directory_callbacks, directory_events, directory_notices, events,
    expiry, idempotent_answers, leases, lockouts, member_imports, messages, search_keys, sync_runs,
};

const EVERY: Duration = Duration::from_secs(30);
/// Longer than the interval, so that the holder keeps it, and short enough that another takes over.
const LEASE: Duration = Duration::from_secs(90);
/// Nodes that were away for longer ask everything again.
const KEEP_CHANGES: Duration = Duration::from_hours(24);
/// Sign-ins are listed on the account page for a while after they ended.
const KEEP_ENDED: Duration = Duration::from_hours(24 * 30);
/// For so long a request that was given a name may be sent again.
const KEEP_ANSWERS: Duration = Duration::from_hours(24);
/// What was sent to whom is shown for so long.
const KEEP_MESSAGES: Duration = Duration::from_hours(24 * 90);
/// What was refused at the callbacks of suites is shown for so long.
const KEEP_REFUSALS: Duration = Duration::from_hours(24 * 30);
/// What runs over directories did is shown for so long.
const KEEP_RUNS: Duration = Duration::from_hours(24 * 180);
/// So many of them at a time: each may have a row for everybody.
const RUNS: i64 = 5;
/// Rows of one transaction: others get their turn in between.
const BATCH: i64 = 2000;
/// The same, where each row is written by itself.
const SMALL_BATCH: i64 = 200;

/// Runs until it is dropped.
pub async fn run(state: &State, node: &str) {
    loop {
        if let Err(error) = round(state, node).await {
            tracing::warn!(%error, "periodic work has to wait");
        }
        tokio::time::sleep(EVERY).await;
    }
}

async fn round(state: &State, node: &str) -> Result<(), StoreError> {
    let now = state.clock.now();
    let mut tx = state.store.begin().await?;
    let ours = leases::take(&mut tx, "periodic", node, now, LEASE).await?;
    tx.commit().await?;
    count_sign_ins(state, now).await?;
    state.api_rates.forget_the_silent(now);
    if ours {
        work(state, now).await?;
    }
    Ok(())
}

async fn count_sign_ins(state: &State, now: Timestamp) -> Result<(), StoreError> {
    let open = expiry::open_sign_ins(&mut *state.store.read().await?, now).await?;
    state.store.metrics().sign_ins_open.set(open);
    Ok(())
}

/// All that is due at `now`. Safe to repeat.
pub async fn work(state: &State, now: Timestamp) -> Result<(), StoreError> {
    signing_keys::rotate(&state.store, &state.sealer, now).await?;
    let mut tx = state.store.begin().await?;
    changes::prune(&mut tx, now.minus(KEEP_CHANGES)).await?;
    expiry::delete_used_up(&mut tx, now).await?;
    let devices = now.minus(DEVICE_LIFE);
    expiry::delete_abandoned(&mut tx, now.minus(ENROLMENT_LIFE), devices).await?;
    member_imports::delete_expired(&mut tx, now).await?;
    lockouts::prune(&mut tx, now).await?;
    events::forget_counts(&mut tx, now).await?;
    idempotent_answers::forget(&mut tx, now.minus(KEEP_ANSWERS)).await?;
    messages::forget_counts(&mut tx, ceilings::day(now) - 1).await?;
    directory_events::forget(&mut tx, now.minus(feed::KEEP)).await?;
    directory_callbacks::forget_refusals(&mut tx, now.minus(KEEP_REFUSALS)).await?;
    tx.commit().await?;
    count_hours(state, now).await?;
    ip_lists::sweep(&state.store, now).await?;
    guests::ends::sweep(state, now).await?;
    directories::notices::sweep(state, now).await?;
    fill_in_search_keys(state).await?;
    loop {
        let mut tx = state.store.begin().await?;
        let ended = expiry::delete_ended_sign_ins(&mut tx, now.minus(KEEP_ENDED), BATCH).await?;
        let sent = messages::forget(&mut tx, now.minus(KEEP_MESSAGES), BATCH).await?;
        let events = forget_events(&mut tx, &state.settings.events, now).await?;
        let runs = sync_runs::forget(&mut tx, now.minus(KEEP_RUNS), RUNS).await?;
        directory_notices::forget_runs(&mut tx).await?;
        tx.commit().await?;
        if ended + sent + events + runs == 0 {
            return Ok(());
        }
    }
}

/// Some of the events that the operator keeps no longer; says how many.
async fn forget_events(tx: &mut Tx, keep: &Events, now: Timestamp) -> Result<u64, StoreError> {
    let mut forgotten = 0;
    for (log, days) in [
        (Log::Access, Some(keep.keep_days)),
        (Log::SignIn, keep.keep_sign_ins_days),
        (Log::Audit, keep.keep_audit_days),
    ] {
        if let Some(days) = days {
            let then = now.minus(Duration::from_hours(24 * u64::from(days)));
            forgotten += events::delete_older(tx, log, then, BATCH).await?;
        }
    }
    Ok(forgotten)
}

async fn fill_in_search_keys(state: &State) -> Result<(), StoreError> {
    loop {
        let mut tx = state.store.begin().await?;
        let people = search_keys::fill_in_members(&mut tx, SMALL_BATCH).await?;
        let things = search_keys::fill_in_things(&mut tx, SMALL_BATCH).await?;
        tx.commit().await?;
        if people + things == 0 {
            return Ok(());
        }
    }
}

async fn count_hours(state: &State, now: Timestamp) -> Result<(), StoreError> {
    loop {
        let mut tx = state.store.begin().await?;
        let are_left = events::count_sign_ins(&mut tx, now).await?;
        tx.commit().await?;
        if !are_left {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests;
