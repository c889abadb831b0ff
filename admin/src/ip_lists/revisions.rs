//! The entries of a list, put together beside those in force, a few rows in a transaction.

use std::time::Duration;

use config::Timestamp;
use config::snapshot::IpEntry;

use super::Upload;
use crate::refused::Refused;
use crate::state::State;
use crate::store::{Store, StoreError, Tx, ip_entries};

/// A revision with what the upload leaves of that in force and adds to it, and how many entries it has.
/// One that is not put in force, for whatever reason, is swept away in time.
pub async fn put_together(
    state: &State,
    in_force: &str,
    entries: &[IpEntry],
    upload: Upload,
) -> Result<(String, i64), Refused> {
    let (store, clock) = (&state.store, &state.clock);
    let mut tx = store.begin().await?;
    let revision = ip_entries::begin(&mut tx, clock.now()).await?;
    tx.commit().await?;
    let mut place = (upload == Upload::Append).then_some(0);
    while let Some(after) = place {
        let mut tx = store.begin().await?;
        go_on(&mut tx, &revision, clock.now()).await?;
        place = ip_entries::copy(&mut tx, in_force, &revision, after).await?;
        tx.commit().await?;
    }
    let mut place = ip_entries::last_place(&mut *store.read().await?, &revision).await?;
    let chunk = usize::try_from(ip_entries::CHUNK).unwrap_or(1);
    for entries in entries.chunks(chunk) {
        let mut tx = store.begin().await?;
        go_on(&mut tx, &revision, clock.now()).await?;
        ip_entries::add(&mut tx, &revision, place, entries).await?;
        tx.commit().await?;
        place += ip_entries::CHUNK;
    }
    let count = ip_entries::count(&mut *store.read().await?, &revision).await?;
    Ok((revision, count))
}

/// Keeps a revision that is being put together from being swept away, unless it was already.
async fn go_on(tx: &mut Tx, revision: &str, now: Timestamp) -> Result<(), Refused> {
    if ip_entries::touch(tx, revision, now).await? {
        Ok(())
    } else {
        Err(Refused::Stale)
    }
}

/// Deletes revisions that are in force no more, or never were, a few rows at a time.
///
/// # Errors
/// If the store is away.
pub async fn sweep(store: &Store, now: Timestamp) -> Result<(), StoreError> {
    loop {
        let mut tx = store.begin().await?;
        let swept = ip_entries::sweep(&mut tx, now.minus(LONGEST_UPLOAD)).await?;
        tx.commit().await?;
        if swept == 0 {
            return Ok(());
        }
    }
}

/// What was begun longer ago and is not in force was broken off.
const LONGEST_UPLOAD: Duration = Duration::from_hours(1);
