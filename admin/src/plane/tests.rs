//! Nodes from the outside: what a gateway is given, alone, in a cluster, and while PostgreSQL is away.

use std::path::Path;

use config::clock::Stopwatch;
use config::link::PageBody;
use config::settings::AccessHost;
use config::{Clock, Timestamp};
use tokio::task::JoinHandle;

use super::*;
use crate::store::changes::{Change, announce};
use crate::store::events::tests::access_event;
use crate::store::events::{AccessFilter, Page, access_events};
use crate::store::published;
use crate::store::testing::{Wire, new_database};

/// Longer than a busy machine needs.
const PATIENCE: Duration = Duration::from_mins(1);

/// What comes of it, with how long that took printed: it proves nothing.
async fn awaited<T>(what: &str, coming: impl Future<Output = T>) -> T {
    let watch = Stopwatch::start();
    let come = tokio::time::timeout(PATIENCE, coming).await;
    eprintln!("{what}: after {:?}", watch.elapsed());
    come.unwrap_or_else(|_| panic!("{what}: it did not come about"))
}

/// A running node.
struct Node {
    link: Link,
    state: State,
    health: Box<dyn Fn() -> Report>,
    stop: CancellationToken,
    running: JoinHandle<()>,
}

impl Node {
    async fn start(data: &Path, url: StoreUrl) -> Self {
        let plane = open(data, url).await.unwrap();
        let link = plane.link(|_| no_pages()).unwrap();
        let state = plane.state().clone();
        let health = Box::new(plane.health());
        let stop = CancellationToken::new();
        let running = tokio::spawn(plane.run(stop.clone()));
        Self {
            link,
            state,
            health,
            stop,
            running,
        }
    }

    async fn snapshot(&mut self, revision: u64) -> Arc<Snapshot> {
        let wanted = |s: &Option<Arc<Snapshot>>| s.as_ref().is_some_and(|s| s.revision >= revision);
        let found = self.link.snapshots.wait_for(wanted).await.unwrap();
        found.clone().unwrap()
    }

    async fn stop(self) {
        self.stop.cancel();
        self.running.await.unwrap();
    }
}

async fn open(data: &Path, url: StoreUrl) -> Result<Plane, PlaneError> {
    let access = AccessHost {
        url: "https://access.example.com".parse().unwrap(),
    };
    let mut settings = Settings::with_defaults(data.to_owned(), access);
    settings.store.url = url;
    Plane::open(
        Arc::new(settings),
        Clock::system(),
        &prometheus::Registry::new(),
    )
    .await
}

fn no_pages() -> OwnPages {
    OwnPages::new(tower::service_fn(|_: http::Request<PageBody>| async move {
        unreachable!("no page is asked for")
    }))
}

async fn add_application(state: &State, id: &str) {
    let definition = format!(
        r#"{{"name":{{"zh-CN":"","en":"{id}"}},"hosts":["{id}.example.com"],
            "pool":{{"upstreams":[{{"address":"127.0.0.1:8000"}}]}}}}"#
    );
    let mut tx = state.store.begin().await.unwrap();
    published::testing::insert_application(&mut tx, id, &definition).await;
    announce(&mut tx, Change::Snapshot, Timestamp(1))
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

async fn revoke(state: &State, revocation: Revocation) {
    let mut tx = state.store.begin().await.unwrap();
    let now = state.clock.now();
    announce(&mut tx, Change::Revoked(revocation), now)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

async fn stored(store: &Store) -> Vec<String> {
    let mut read = store.read().await.unwrap();
    let page = Page {
        limit: 100,
        ..Page::default()
    };
    let found = access_events(&mut read, &AccessFilter::default(), &page)
        .await
        .unwrap();
    found.items.iter().rev().map(|e| e.id.to_string()).collect()
}

#[tokio::test]
async fn a_new_node_has_a_snapshot_at_once_and_sees_its_own_changes() {
    let urls = [StoreUrl::Embedded, StoreUrl::Postgres(new_database().await)];
    for url in urls {
        let data = tempfile::tempdir().unwrap();
        let mut node = Node::start(data.path(), url).await;
        let first = awaited("the first snapshot", node.snapshot(1)).await;
        assert_eq!(first.applications.len(), 0);
        add_application(&node.state, "wiki").await;
        let next = awaited("its own change", node.snapshot(first.revision + 1)).await;
        assert_eq!(next.applications[0].id.as_str(), "wiki");
        assert!(node.link.feed.last() > Timestamp(0));
        assert_eq!((node.health)(), Report::default());
        node.stop().await;
    }
}

#[tokio::test]
async fn events_sent_before_the_end_are_stored_when_the_node_has_ended() {
    let data = tempfile::tempdir().unwrap();
    let node = Node::start(data.path(), StoreUrl::Embedded).await;
    let now = node.state.clock.now().as_millis();
    for n in 0..20 {
        node.link
            .events
            .send(access_event(&format!("e{n:02}"), now + n));
    }
    node.stop().await;
    let settings = config::settings::Store::default();
    let store = Store::open(&settings, data.path()).await.unwrap();
    assert_eq!(stored(&store).await.len(), 20);
}

#[tokio::test]
async fn what_one_node_changes_the_others_obey() {
    let url = StoreUrl::Postgres(new_database().await);
    let (data_a, data_b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut a = Node::start(data_a.path(), url.clone()).await;
    // A cluster shares one master key.
    let key = "master.key";
    std::fs::copy(data_a.path().join(key), data_b.path().join(key)).unwrap();
    let mut b = Node::start(data_b.path(), url).await;
    let first = b.snapshot(1).await;
    assert_eq!(
        first.signing_keys.current.kid,
        a.snapshot(1).await.signing_keys.current.kid
    );

    add_application(&a.state, "wiki").await;
    let next = awaited("the other's change", b.snapshot(first.revision + 1)).await;
    assert_eq!(next.applications.len(), 1);
    assert_eq!(a.snapshot(next.revision).await.revision, next.revision);

    let gone = Revocation::SignIn("s1".into());
    revoke(&a.state, gone.clone()).await;
    for node in [&mut a, &mut b] {
        let told = awaited("the revocation", node.link.revocations.recv()).await;
        assert_eq!(told.unwrap(), gone);
    }
    a.stop().await;
    b.stop().await;
}

#[tokio::test]
async fn a_node_with_another_master_key_is_refused() {
    let url = StoreUrl::Postgres(new_database().await);
    let (data_a, data_b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    Node::start(data_a.path(), url.clone()).await.stop().await;
    let missing = open(data_b.path(), url.clone()).await.err().unwrap();
    assert!(
        matches!(missing, PlaneError::MasterKey(MasterKeyError::Missing(_))),
        "{missing}"
    );
    let data_c = tempfile::tempdir().unwrap();
    Node::start(data_c.path(), StoreUrl::Embedded)
        .await
        .stop()
        .await;
    let wrong = open(data_c.path(), url).await.err().unwrap();
    assert!(
        matches!(wrong, PlaneError::MasterKey(MasterKeyError::Wrong(_))),
        "{wrong}"
    );
}

#[tokio::test]
async fn a_second_process_on_the_same_data_folder_is_refused() {
    let data = tempfile::tempdir().unwrap();
    let node = Node::start(data.path(), StoreUrl::Embedded).await;
    let refused = open(data.path(), StoreUrl::Embedded).await.err().unwrap();
    assert!(matches!(refused, PlaneError::DataFolder(_)), "{refused}");
    node.stop().await;
}

#[tokio::test]
async fn a_node_starts_while_postgresql_is_away_and_works_once_it_is_back() {
    let mut wire = Wire::to_new_database().await;
    let data = tempfile::tempdir().unwrap();
    // A node of a cluster that has run before has its master key.
    let key = config::settings::MasterKeySource::File(data.path().join("master.key"));
    crate::sealed::load_or_make(&key).unwrap();
    let mut node = Node::start(data.path(), StoreUrl::Postgres(wire.url())).await;
    assert!(node.link.snapshots.borrow().is_none());
    assert_eq!((node.health)().problems[0].0, "store");
    let lookup = node.link.sessions.find(&[0; 32], "wiki.example.com").await;
    assert!(lookup.is_err());
    wire.mend().await;
    awaited("the first snapshot", node.snapshot(1)).await;
    assert_eq!((node.health)().problems, []);
    node.stop().await;
}

#[tokio::test]
async fn while_postgresql_is_away_the_last_snapshot_stays_and_events_wait() {
    let mut wire = Wire::to_new_database().await;
    wire.mend().await;
    let data = tempfile::tempdir().unwrap();
    let mut node = Node::start(data.path(), StoreUrl::Postgres(wire.url())).await;
    node.snapshot(1).await;
    wire.cut().await;
    let now = node.state.clock.now();
    node.link.events.send(access_event("e1", now.as_millis()));
    let pulse = node.link.feed.last();
    let lookup = node.link.sessions.find(&[0; 32], "wiki.example.com").await;
    assert!(lookup.is_err(), "neither good nor bad");
    assert!(node.link.snapshots.borrow().is_some());
    wire.mend().await;
    add_application(&node.state, "wiki").await;
    let back = awaited("the next snapshot", node.snapshot(2)).await;
    assert_eq!(back.applications.len(), 1);
    assert!(node.link.feed.last() > pulse);
    let state = node.state.clone();
    awaited("the event", async {
        while stored(&state.store).await != ["e1"] {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
    node.stop().await;
}
