//! Connections that are bound as the account of a directory, kept for the next who signs in: most of what a
//! sign-in costs is the beginning of a connection.

use std::sync::Arc;
use std::time::Duration;

use config::clock::Stopwatch;
use parking_lot::Mutex;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use super::connect::{Access, Bound, bound};
use crate::directories::source::SourceError;

/// So many are kept, of all directories together.
const MOST: usize = 16;
/// Servers end connections over which nothing is asked.
const IDLE: Duration = Duration::from_secs(30);

static KEPT: Mutex<Vec<Kept>> = Mutex::new(Vec::new());

/// So many are asked about at once at one directory, on this node: one that hangs holds up no other.
const AT_ONCE: usize = 16;

static TURNS: Mutex<Vec<([u8; 32], Arc<Semaphore>)>> = Mutex::new(Vec::new());

/// The turns of whoever asks the same servers as the same account.
pub fn turns(access: Access<'_>) -> Arc<Semaphore> {
    let whose = whose(access);
    let mut all = TURNS.lock();
    // Those of settings that nobody uses at the moment.
    all.retain(|(of, turns)| *of == whose || Arc::strong_count(turns) > 1);
    if let Some((_, turns)) = all.iter().find(|(of, _)| *of == whose) {
        return turns.clone();
    }
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    all.push((whose, turns.clone()));
    turns
}

struct Kept {
    whose: [u8; 32],
    since: Stopwatch,
    bound: Bound,
}

/// For whom it can be used: for the same account at the same servers.
fn whose(access: Access<'_>) -> [u8; 32] {
    let settings = access.settings;
    let parts = serde_json::json!([
        settings.servers,
        settings.security,
        settings.ca,
        settings.bind_dn,
        access.password,
        access.outbound.allow,
    ]);
    Sha256::digest(parts.to_string()).into()
}

/// One that was kept, or a new one; whether it was kept.
///
/// # Errors
/// As [`bound`].
pub async fn take(access: Access<'_>) -> Result<(Bound, bool), SourceError> {
    let whose = whose(access);
    loop {
        let found = {
            let mut kept = KEPT.lock();
            kept.retain(|one| one.since.elapsed() < IDLE);
            let at = kept.iter().rposition(|one| one.whose == whose);
            at.map(|at| kept.swap_remove(at).bound)
        };
        match found {
            Some(mut bound) => {
                if !bound.ldap.is_closed() {
                    return Ok((bound, true));
                }
            }
            None => return Ok((bound(access).await?, false)),
        }
    }
}

/// Keeps one that has just answered.
pub fn keep(access: Access<'_>, bound: Bound) {
    let mut kept = KEPT.lock();
    if kept.len() < MOST {
        kept.push(Kept {
            whose: whose(access),
            since: Stopwatch::start(),
            bound,
        });
    }
}
