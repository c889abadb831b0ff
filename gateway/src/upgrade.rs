//! One process takes the place of another without a connection refused: the listening sockets pass
//! from the old to the new, and whoever connects meanwhile waits in their queue.
//!
//! The new process is started first (`gatehouse run --upgrade`) and waits; SIGQUIT makes the old one
//! hand its sockets over, finish what it has begun, give up the data folder and end.

use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use config::clock::Stopwatch;
use config::{Settings, Timestamp};
use parking_lot::Mutex;
use pingora::server::Fds;

use crate::gate::Gate;
use crate::listeners::certificates::Certificates;
use crate::listeners::{self, ListenError, Sockets};

/// Nobody is served between the hand-over and the end of the old process: it waits no longer than
/// this for what is open, not at all for WebSockets and event streams, and cuts the rest.
pub(crate) const DRAIN_WITHIN: Duration = Duration::from_secs(5);

/// Where the store is away, people are told so after this.
const RULES_WITHIN: Duration = Duration::from_secs(10);

/// Why this process does not take the place of another, which goes on.
#[derive(Debug, thiserror::Error)]
pub enum NotHandedOver {
    #[error(
        "nobody can hand the listening sockets over at {0}: {1}; use --upgrade only beside a process \
         that runs on the same data folder"
    )]
    NoPlace(String, std::io::Error),
    #[error(
        "the listening sockets were not handed over at {0}: {1}; send SIGQUIT to the process that \
         holds them within 5 seconds after this one has started"
    )]
    Nobody(String, String),
    #[error(transparent)]
    Certificates(#[from] ListenError),
}

/// No sockets yet: all will be bound.
#[must_use]
pub fn no_sockets() -> Sockets {
    Arc::new(Mutex::new(Fds::new()))
}

/// Waits for the sockets of the process that runs already. Blocks.
///
/// # Errors
/// If they do not come, or if this process could do nothing with them: the old one would stop for
/// nothing.
pub fn inherit(settings: &Settings, now: Timestamp) -> Result<Sockets, NotHandedOver> {
    listeners::check(settings, now)?;
    let place = meeting_place(settings).to_string_lossy().into_owned();
    // pingora panics where it cannot listen.
    let _ = std::fs::remove_file(&place);
    UnixListener::bind(&place).map_err(|why| NotHandedOver::NoPlace(place.clone(), why))?;
    tracing::info!(
        place,
        "waiting for the listening sockets; send SIGQUIT to the old process"
    );
    let mut sockets = Fds::new();
    match sockets.get_from_sock(place.as_str()) {
        Ok(()) => Ok(Arc::new(Mutex::new(sockets))),
        Err(why) => Err(NotHandedOver::Nobody(place, why.to_string())),
    }
}

/// Hands the sockets to the process that waits for them, and says whether there was one.
pub(crate) async fn hand_over(settings: &Settings, sockets: &Sockets) -> bool {
    let (path, sockets) = (meeting_place(settings), Arc::clone(sockets));
    let sending = tokio::task::spawn_blocking(move || {
        sockets.lock().send_to_sock(path.to_string_lossy().as_ref())
    });
    let why = match sending.await {
        Ok(Ok(_)) => {
            tracing::info!("the listening sockets have been handed over");
            return true;
        }
        Ok(Err(why)) => why.to_string(),
        Err(why) => why.to_string(),
    };
    tracing::error!(
        why,
        "nobody took the listening sockets over, so this process goes on: start the new one with \
         --upgrade before SIGQUIT, or stop this one with SIGTERM"
    );
    false
}

/// Whoever waits at sockets that were taken over shall not be told that there are no rules yet, nor be
/// shown another certificate than before.
pub(crate) async fn until_it_knows_the_rules(
    gate: &Gate,
    certificates: &Certificates,
    takes_over: bool,
) {
    let since = Stopwatch::start();
    let knows = || gate.rulebook.load().is_some() && certificates.know_uploads();
    while takes_over && !knows() && since.elapsed() < RULES_WITHIN {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Where listening sockets pass from one process to the next.
fn meeting_place(settings: &Settings) -> PathBuf {
    settings.data.join("upgrade.sock")
}
