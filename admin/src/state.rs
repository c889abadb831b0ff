//! What every part of the admin plane shares. Cheap to clone.

use std::sync::Arc;

use config::{Clock, Settings, Snapshot};
use tokio::sync::watch;

use crate::sealed::Sealer;
use crate::store::Store;

#[derive(Clone, Debug)]
pub struct State {
    pub store: Store,
    pub settings: Arc<Settings>,
    pub clock: Clock,
    pub sealer: Sealer,
    /// What the gateways of this node obey just now; `None` until the first has been built.
    pub snapshots: watch::Receiver<Option<Arc<Snapshot>>>,
}

impl State {
    /// The snapshot in force, if there is one yet.
    #[must_use]
    pub fn snapshot(&self) -> Option<Arc<Snapshot>> {
        self.snapshots.borrow().clone()
    }
}

#[cfg(test)]
pub mod testing {
    //! The state of a node that a test holds in its hands: its clock, its store, its snapshot.

    use std::time::Duration;

    use config::settings::{
        AccessHost, Events, Log, LogFormat, MasterKeySource, Monitor, NodeRole, Passwords, Secrets,
        Sessions, Trust,
    };
    use config::{Settings, Timestamp};

    use super::{Arc, Clock, Snapshot, State, watch};
    use crate::sealed;
    use crate::store::testing::TestStore;

    /// Settings as a small node has them: `https://access.example.com`, cheap password hashes.
    #[must_use]
    pub fn settings(store: &TestStore) -> Settings {
        let data = store.data.path();
        Settings {
            file: data.join("gatehouse.toml"),
            data: data.to_owned(),
            role: NodeRole::All,
            access: AccessHost {
                url: "https://access.example.com".parse().unwrap(),
            },
            listeners: Vec::new(),
            limits: config::settings::Limits::default(),
            trust: Trust::default(),
            store: store.settings.clone(),
            secrets: Secrets {
                master_key: MasterKeySource::File(data.join("master.key")),
            },
            sessions: Sessions {
                absolute: Duration::from_hours(12),
                idle: Duration::from_hours(2),
                grace: Duration::from_mins(10),
            },
            passwords: Passwords {
                memory_kib: 64,
                iterations: 1,
                parallelism: 1,
                concurrent: 2,
            },
            events: Events {
                max_spool_bytes: 64 << 20,
                fsync_ms: 20,
                keep_days: 180,
            },
            monitor: Monitor {
                address: ([127, 0, 0, 1], 0).into(),
            },
            log: Log {
                format: LogFormat::Text,
                filter: "info".into(),
            },
        }
    }

    /// A state on `store` whose clock stands at 2026-01-01 until the test advances it. The sender
    /// puts a snapshot in force.
    #[must_use]
    pub fn state(store: &TestStore) -> (State, watch::Sender<Option<Arc<Snapshot>>>) {
        let settings = Arc::new(settings(store));
        let (sender, snapshots) = watch::channel(None);
        let state = State {
            store: store.store.clone(),
            sealer: sealed::load_or_make(&settings.secrets.master_key).unwrap(),
            settings,
            clock: Clock::manual(Timestamp(1_767_225_600_000)),
            snapshots,
        };
        (state, sender)
    }
}
