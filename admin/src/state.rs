//! What every part of the admin plane shares. Cheap to clone.

use std::sync::Arc;

use std::sync::OnceLock;

use config::certificates::ServesCertificates;
use config::link::{Explains, Foresees, MayOpen, TriesUpstreams};
use config::surroundings::Surroundings;
use config::{Clock, Settings, Snapshot};
use tokio::sync::watch;

use crate::api::rates::ApiRates;
use crate::breached::BreachedPasswords;
use crate::directories::oidc::Issuers;
use crate::directories::saml::Idps;
use crate::directories::suite::Suites;
use crate::passwords::Passwords;
use crate::places::Places;
use crate::sealed::Sealer;
use crate::store::Store;
use crate::turns::TurnsByWork;

#[derive(Clone)]
pub struct State {
    pub store: Store,
    pub settings: Arc<Settings>,
    pub clock: Clock,
    pub sealer: Sealer,
    pub passwords: Passwords,
    /// Passwords that are known from leaks, where this node has a list of them.
    pub breached: BreachedPasswords,
    /// Where addresses are, as far as this node knows.
    pub places: Places,
    /// Who may open what, as the gateway's policy decides it. Set once by whoever composes the
    /// program; until then nothing is shown as open.
    pub may_open: Arc<OnceLock<Arc<dyn MayOpen>>>,
    /// How a request would be decided. Set once by whoever composes the program.
    pub explains: Arc<OnceLock<Arc<dyn Explains>>>,
    /// What would have become of past requests. Set once by whoever composes the program.
    pub foresees: Arc<OnceLock<Arc<dyn Foresees>>>,
    /// Whether upstreams can be reached. Set once by whoever composes the program.
    pub tries_upstreams: Arc<OnceLock<Arc<dyn TriesUpstreams>>>,
    /// Reads certificates as they will be served. Set once by whoever composes the program.
    pub serves_certificates: Arc<OnceLock<Arc<dyn ServesCertificates>>>,
    /// What the gateway of this node sees. Set once by whoever composes the program.
    pub surroundings: Arc<OnceLock<Arc<dyn Surroundings>>>,
    /// What takes a processor for a while.
    pub turns: TurnsByWork,
    /// How many requests a caller may send to the API.
    pub api_rates: ApiRates,
    /// What OpenID providers said of themselves, as far as this node has asked.
    pub issuers: Issuers,
    /// The same of identity providers of SAML.
    pub idps: Idps,
    /// How fast this node asks suites, and with what.
    pub suites: Suites,
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

    use config::settings::{AccessHost, Outbound, Passwords, Places};
    use config::{Settings, Timestamp};

    use super::{
        ApiRates, Arc, BreachedPasswords, Clock, Idps, Issuers, Snapshot, State, Suites,
        TurnsByWork, watch,
    };
    use crate::passwords::Passwords as Hasher;
    use crate::places::Places as Known;
    use crate::sealed;
    use crate::store::testing::TestStore;

    /// Settings of a node at `https://access.example.com`, with cheap password hashes.
    #[must_use]
    pub fn settings(store: &TestStore) -> Settings {
        let access = AccessHost {
            url: "https://access.example.com".parse().unwrap(),
        };
        Settings {
            store: store.settings.clone(),
            // Where tests have their counterparts.
            outbound: Outbound {
                allow: vec!["127.0.0.0/8".parse().unwrap()],
            },
            // A test that wants places puts the files there.
            places: Places {
                city_database: Some(store.data.path().join("City.mmdb")),
                network_database: Some(store.data.path().join("ASN.mmdb")),
            },
            passwords: Passwords {
                memory_kib: 64,
                iterations: 1,
                parallelism: 1,
                concurrent: 2,
            },
            ..Settings::with_defaults(store.data.path().to_owned(), access)
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
            passwords: Hasher::new(&settings.passwords).unwrap(),
            breached: BreachedPasswords::of(&settings.data),
            places: Known::open(&settings.places),
            may_open: Arc::default(),
            explains: Arc::default(),
            turns: TurnsByWork::default(),
            foresees: Arc::default(),
            tries_upstreams: Arc::default(),
            serves_certificates: Arc::default(),
            surroundings: Arc::default(),
            api_rates: ApiRates::new(&settings.limits),
            issuers: Issuers::default(),
            idps: Idps::default(),
            suites: Suites::default(),
            settings,
            clock: Clock::manual(Timestamp(1_767_225_600_000)),
            snapshots,
        };
        (state, sender)
    }
}
