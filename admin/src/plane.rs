//! The admin plane of one node: opens everything, makes the [`Link`] for the gateway, and runs what
//! goes on in the background.
//!
//! PostgreSQL may be away when a node starts: it then goes on trying, and the gateway answers 503
//! until the first snapshot is there. What every node runs: the feed and the spool. What only nodes
//! with an admin role run: periodic work.

use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use config::link::{EventSender, EventState, FeedPulse, OwnPages};
use config::session::Revocation;
use config::settings::{NodeRole, StoreUrl};
use config::{AccessEvent, Clock, Link, Settings, Snapshot};
use parking_lot::Mutex;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::api::rates::ApiRates;
use crate::breached::BreachedPasswords;
use crate::control::{Control, ControlError};
use crate::data_folder::{DataFolder, DataFolderError};
use crate::directories::oidc::Issuers;
use crate::directories::saml::Idps;
use crate::directories::suite::Suites;
use crate::follow::Follower;
use crate::health::{Health, Report};
use crate::ip_lists::trial;
use crate::lookup::StoreLookup;
use crate::messages::{jobs, outbox};
use crate::passwords::{Passwords, PasswordsError};
use crate::places::Places;
use crate::sealed::{MasterKeyError, Sealer};
use crate::sign_in::directory_renewals;
use crate::spool::{self, Limits, Spool};
use crate::state::State;
use crate::store::{Store, StoreError};
use crate::turns::TurnsByWork;
use crate::{periodic, sealed_mark, signing_keys, sync};

const FIRST_RETRY: Duration = Duration::from_millis(250);
const LAST_RETRY: Duration = Duration::from_secs(5);

#[derive(Debug, thiserror::Error)]
pub enum PlaneError {
    #[error(transparent)]
    DataFolder(#[from] DataFolderError),
    #[error(transparent)]
    Control(#[from] ControlError),
    #[error(transparent)]
    MasterKey(#[from] MasterKeyError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the spool of access events in {0} cannot be used: {1}")]
    Spool(std::path::PathBuf, std::io::Error),
    #[error(transparent)]
    Passwords(#[from] PasswordsError),
    #[error("the metrics cannot be registered: {0}")]
    Metrics(#[from] prometheus::Error),
    #[error("the databases of places were not read to their end: {0}")]
    Places(#[from] tokio::task::JoinError),
}

pub struct Plane {
    state: State,
    folder: DataFolder,
    control: Control,
    spool: Spool,
    snapshots: watch::Sender<Option<Arc<Snapshot>>>,
    revocations: mpsc::UnboundedSender<Revocation>,
    pulse: FeedPulse,
    events: mpsc::UnboundedReceiver<AccessEvent>,
    event_state: Arc<EventState>,
    /// What the gateway will be given, once.
    ends: Mutex<Option<Ends>>,
    health: Health,
}

struct Ends(mpsc::UnboundedReceiver<Revocation>, EventSender);

impl Plane {
    /// Takes the data folder, opens the store, the master key and the spool.
    ///
    /// # Errors
    /// Whatever an operator has to set right first. PostgreSQL being away is none of it, unless the
    /// master key is missing too: whether one may be made depends on what the store holds.
    pub async fn open(
        settings: Arc<Settings>,
        clock: Clock,
        registry: &prometheus::Registry,
    ) -> Result<Self, PlaneError> {
        let folder = DataFolder::take(&settings.data)?;
        let store = open_store(&settings, &folder, registry)?;
        let (health, control) = (Health::default(), Control::open(folder.path())?);
        let sealer = open_sealer(&settings, &store, &health).await?;
        let spool = open_spool(&settings, &folder, &store)?;
        let (snapshots, in_force) = watch::channel(None);
        let (revocations, revoked) = mpsc::unbounded_channel();
        let (sender, events, event_state) = EventSender::new();
        let state = State {
            passwords: Passwords::new(&settings.passwords)?,
            breached: BreachedPasswords::of(&settings.data),
            places: open_places(&settings).await?,
            api_rates: ApiRates::new(&settings.limits),
            issuers: Issuers::default(),
            idps: Idps::default(),
            suites: Suites::default(),
            store,
            settings,
            clock,
            sealer,
            may_open: Arc::new(OnceLock::new()),
            explains: Arc::new(OnceLock::new()),
            turns: TurnsByWork::default(),
            foresees: Arc::new(OnceLock::new()),
            tries_upstreams: Arc::new(OnceLock::new()),
            serves_certificates: Arc::new(OnceLock::new()),
            surroundings: Arc::new(OnceLock::new()),
            snapshots: in_force,
        };
        prepare_at_hand(&state, &health).await?;
        Ok(Self {
            state,
            folder,
            control,
            spool,
            snapshots,
            revocations,
            pulse: FeedPulse::default(),
            events,
            event_state,
            ends: Mutex::new(Some(Ends(revoked, sender))),
            health,
        })
    }

    /// What the pages, the API and the control socket share.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The wires to the gateway of this process; `None` the second time.
    pub fn link(&self, own_pages: impl FnOnce(&State) -> OwnPages) -> Option<Link> {
        let Ends(revocations, events) = self.ends.lock().take()?;
        Some(Link {
            snapshots: self.state.snapshots.clone(),
            sessions: Arc::new(StoreLookup {
                store: self.state.store.clone(),
                clock: self.state.clock.clone(),
            }),
            revocations,
            feed: self.pulse.clone(),
            events,
            pages: own_pages(&self.state),
        })
    }

    /// Asks how the plane is just now, for `/readyz`.
    pub fn health(&self) -> impl Fn() -> Report + Send + Sync + use<> {
        let health = self.health.clone();
        let events = Arc::clone(&self.event_state);
        move || {
            let mut report = health.report();
            if events.stopped.load(Ordering::Acquire) {
                let why =
                    "the spool cannot take access events: free disk space, or raise max_spool";
                report.problems.push(("spool", why.to_owned()));
            }
            report
        }
    }

    /// Runs until `stop`, and then until the events that came before are safe.
    pub async fn run(self, stop: CancellationToken) {
        let Self {
            state,
            folder,
            control,
            spool,
            snapshots,
            revocations,
            pulse,
            events,
            event_state,
            health,
            ..
        } = self;
        let follower = Follower::new(
            state.store.clone(),
            state.sealer.clone(),
            state.clock.clone(),
            snapshots,
            revocations,
            pulse,
            health.clone(),
        );
        let written = CancellationToken::new();
        let background = async {
            tokio::select! {
                () = stop.cancelled() => {}
                () = with_store(&state, &health, folder.node(), follower) => {}
            }
        };
        let write = async {
            spool.write(events, event_state, stop.clone()).await;
            written.cancel();
        };
        tokio::join!(
            background,
            write,
            control.serve(&state, stop.clone()),
            spool::carry(&spool, &state.store, &state.clock, written.clone()),
        );
        state.store.close().await;
    }
}

/// Everything that needs the store, as soon as it is there.
async fn with_store(state: &State, health: &Health, node: &str, follower: Follower) {
    prepare(state, health).await;
    let admin = async {
        if state.settings.role == NodeRole::Gateway {
            std::future::pending::<()>().await;
        }
        tokio::join!(
            periodic::run(state, node),
            trial::run(state),
            outbox::run(state),
            jobs::run(state),
            sync::work::run(state, node),
            sync::follow::run(state, node),
            directory_renewals::run(state, node),
        );
    };
    tokio::join!(state.store.listen(), follower.run(), admin);
}

/// Brings the store into the state in which a node can work, however long it takes.
async fn prepare(state: &State, health: &Health) {
    let mut retry = FIRST_RETRY;
    while let Err(error) = prepare_once(state).await {
        let text = error.to_string();
        if health.unprepared(&text) {
            tracing::error!(error = text, "the store cannot be used yet; trying on");
        }
        tokio::time::sleep(retry).await;
        retry = (retry * 2).min(LAST_RETRY);
    }
    health.prepared();
}

/// A store that is at hand is brought into that state before anybody comes.
async fn prepare_at_hand(state: &State, health: &Health) -> Result<(), PlaneError> {
    if health.is_prepared() {
        prepare_once(state).await?;
    }
    Ok(())
}

async fn prepare_once(state: &State) -> Result<(), PlaneError> {
    state.store.prepare().await?;
    let now = state.clock.now();
    sealed_mark::check(&state.store, &state.sealer, &state.settings.secrets, now).await?;
    signing_keys::rotate(&state.store, &state.sealer, now).await?;
    Ok(())
}

fn open_store(
    settings: &Settings,
    folder: &DataFolder,
    registry: &prometheus::Registry,
) -> Result<Store, PlaneError> {
    let store = Store::reach(&settings.store, folder.path())?;
    store.metrics().register(registry)?;
    Ok(store)
}

/// They may be large: read on a thread that may wait for the disk.
async fn open_places(settings: &Settings) -> Result<Places, PlaneError> {
    let files = settings.places.clone();
    Ok(tokio::task::spawn_blocking(move || Places::open(&files)).await?)
}

fn open_spool(
    settings: &Settings,
    folder: &DataFolder,
    store: &Store,
) -> Result<Spool, PlaneError> {
    let path = folder.path().join("spool");
    let limits = Limits::of(settings);
    Spool::open(&path, limits, store.metrics().clone())
        .map_err(|error| PlaneError::Spool(path, error))
}

/// The master key: read if it is there, made if the store is new.
async fn open_sealer(
    settings: &Settings,
    store: &Store,
    health: &Health,
) -> Result<Sealer, PlaneError> {
    match store.prepare().await {
        Ok(()) => Ok(sealed_mark::open(store, &settings.secrets).await?),
        Err(error @ StoreError::Away(_)) if settings.store.url != StoreUrl::Embedded => {
            tracing::warn!(%error, "the store is away; this node goes on trying");
            health.unprepared(&error.to_string());
            Ok(crate::sealed::load(&settings.secrets.master_key)?)
        }
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests;
