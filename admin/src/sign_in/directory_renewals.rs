//! Notices who has left a directory without its telling: the directory is asked from time to time of everybody who is
//! signed in by it, where its setting says so, by one node for all.
//!
//! Only its word that somebody may not come in any more ends anything. One that is away ends nothing.

use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use config::id::DirectoryId;
use config::session::Revocation;
use futures::future::join_all;

use crate::directories::oidc::Renewed;
use crate::directories::{self, Source, Whole};
use crate::logs::{SignInEntry, SignInKind, record_sign_in};
use crate::state::State;
use crate::store::changes::{Change, announce};
use crate::store::directory_renewals::{self as rows, Due};
use crate::store::{StoreError, leases, sign_ins};

const EVERY: Duration = Duration::from_secs(15);
/// Longer than those that are asked of at once can take.
const LEASE: Duration = Duration::from_secs(90);
/// So many are read, and so many asked of at once.
const BATCH: i64 = 200;
const AT_ONCE: usize = 8;
/// After an answer that says nothing.
const RETRY: Duration = Duration::from_mins(2);
/// What the log says of it.
const REASON: &str = "directory_withdrew";

/// Runs until it is dropped.
pub async fn run(state: &State, node: &str) {
    loop {
        match round(state, node).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "directories are not asked who is still there"),
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Asks of those who are due; whether there may be more.
pub async fn round(state: &State, node: &str) -> Result<bool, StoreError> {
    let now = state.clock.now();
    if !is_ours(state, node).await? {
        return Ok(false);
    }
    let mut tx = state.store.begin().await?;
    rows::forget_over(&mut tx, now).await?;
    tx.commit().await?;
    let mut read = state.store.read().await?;
    let due = rows::due(&mut read, now, BATCH).await?;
    let known = directories::for_sign_in(&mut read).await?;
    drop(read);
    let mut away = HashSet::new();
    for some in due.chunks(AT_ONCE) {
        if !is_ours(state, node).await? {
            return Ok(false);
        }
        // One that does not answer holds up no other.
        let some: Vec<Due> = some
            .iter()
            .filter(|one| !away.contains(&one.directory_id))
            .cloned()
            .collect();
        let mut tx = state.store.begin().await?;
        rows::note_asked(&mut tx, &some, state.clock.now()).await?;
        tx.commit().await?;
        let asked = some.iter().map(|one| ask(state, &known, one));
        for (one, done) in some.iter().zip(join_all(asked).await) {
            if !done? && away.insert(one.directory_id.clone()) {
                let until = state.clock.now().plus(RETRY);
                let mut tx = state.store.begin().await?;
                rows::spare(&mut tx, &one.directory_id, until).await?;
                tx.commit().await?;
            }
        }
    }
    Ok(due.len() >= usize::try_from(BATCH).unwrap_or(usize::MAX))
}

async fn is_ours(state: &State, node: &str) -> Result<bool, StoreError> {
    let mut tx = state.store.begin().await?;
    let now = state.clock.now();
    let ours = leases::take(&mut tx, "directory_renewals", node, now, LEASE).await?;
    tx.commit().await?;
    Ok(ours)
}

/// Asks of one; whether there was an answer that counts.
async fn ask(state: &State, known: &[Whole], due: &Due) -> Result<bool, StoreError> {
    let id = DirectoryId::from(due.directory_id.clone());
    let directory = known.iter().find(|one| one.row.id == id);
    let minutes = match directory.map(|one| &one.source) {
        Some(Source::Oidc(settings)) => settings.renews_every_minutes,
        // It lets nobody in just now.
        _ => return retry(state, due, due.asked_at).await,
    };
    let (Some(directory), Some(minutes)) = (directory, minutes) else {
        let mut tx = state.store.begin().await?;
        rows::forget(&mut tx, due).await?;
        tx.commit().await?;
        return Ok(true);
    };
    let Ok(provider) = directories::oidc_provider(state, directory) else {
        return retry(state, due, due.asked_at).await;
    };
    match provider.renew(&due.token, minutes).await {
        Ok(Renewed::Still(next)) => {
            let mut tx = state.store.begin().await?;
            rows::put_off(&mut tx, due, &next).await?;
            tx.commit().await?;
            Ok(true)
        }
        // The token may be one that an answer which was lost has replaced: that says nothing of anybody.
        Ok(Renewed::Gone) if due.asked_at.is_some() => {
            let mut tx = state.store.begin().await?;
            rows::forget(&mut tx, due).await?;
            tx.commit().await?;
            Ok(true)
        }
        Ok(Renewed::Gone) => {
            end(state, due).await?;
            Ok(true)
        }
        Ok(Renewed::Unheard(error)) => {
            tracing::info!(
                error,
                directory = directory.row.name,
                "nobody says who is still there"
            );
            retry(state, due, Some(state.clock.now().as_millis())).await
        }
        Err(error) => {
            tracing::info!(%error, directory = directory.row.name, "nobody says who is still there");
            retry(state, due, due.asked_at).await
        }
    }
}

async fn retry(state: &State, due: &Due, asked_at: Option<i64>) -> Result<bool, StoreError> {
    let at = state.clock.now().plus(RETRY);
    let mut tx = state.store.begin().await?;
    rows::retry(&mut tx, due, (at, asked_at)).await?;
    tx.commit().await?;
    Ok(false)
}

/// The directory lets the person in no more: the sign-in ends, unless they have come anew meanwhile.
async fn end(state: &State, due: &Due) -> Result<(), StoreError> {
    let (now, sign_in, member) = (state.clock.now(), due.sign_in(), due.member());
    let mut tx = state.store.begin().await?;
    if !rows::forget(&mut tx, due).await? {
        return Ok(());
    }
    if sign_ins::end(&mut tx, &sign_in, &member, REASON, now).await? {
        record_sign_in(&mut tx, now, &entry(due)).await?;
        announce(&mut tx, Change::Revoked(Revocation::SignIn(sign_in)), now).await?;
    }
    tx.commit().await
}

/// What the log says, with what was known of the browser when it came.
fn entry(due: &Due) -> SignInEntry {
    let address = due.address.parse();
    SignInEntry {
        kind: SignInKind::Ended,
        member: Some(due.member()),
        username: due.username.clone(),
        method: None,
        reason: Some(REASON),
        client_address: address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
        place: None,
        user_agent: due.user_agent.clone(),
        device: due.device.clone(),
        risk: Vec::new(),
        sign_in: Some(due.sign_in()),
        request_id: String::new(),
    }
}
