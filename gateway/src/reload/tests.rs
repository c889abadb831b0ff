//! Settings that change under a gate that runs.

use std::time::Duration;

use parking_lot::Mutex;

use super::*;
use crate::testing::{TestGate, application, person, session, snapshot};

const WIKI: &str = "wiki.example.com";

/// A proxy ends TLS in front of it.
fn text(proxies: &str, more: &str) -> String {
    format!(
        r#"
        version = 1
        data = "/nonexistent"
        [access]
        url = "https://access.example.com"
        [[listener]]
        address = "127.0.0.1:8080"
        [trust]
        proxies = [{proxies}]
        {more}
        "#
    )
}

const PROXY: &str = r#""192.0.2.1""#;
const BOTH: &str = r#""192.0.2.1", "10.0.0.0/8""#;

struct World {
    test: TestGate,
    reloader: Reloader,
    filters: Arc<Mutex<Vec<String>>>,
    _folder: tempfile::TempDir,
}

impl World {
    async fn started() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("gatehouse.toml");
        std::fs::write(&file, text(PROXY, "")).unwrap();
        let settings = Settings::load(&file, of_this_process()).unwrap();
        let test = TestGate::started(snapshot(vec![application("wiki", WIKI)]), |_| {}).await;
        let filters: Arc<Mutex<Vec<String>>> = Arc::default();
        let set = Arc::clone(&filters);
        let reloader = Reloader {
            certificates: Certificates::load(&settings, test.clock.now()).unwrap(),
            settings: Arc::new(settings),
            gate: Arc::clone(&test.gate),
            set_log_filter: Arc::new(move |filter| {
                set.lock().push(filter.to_owned());
                Ok(())
            }),
            read_again: Arc::new(|| {}),
            clock: test.clock.clone(),
        };
        Self {
            test,
            reloader,
            filters,
            _folder: folder,
        }
    }

    fn rewrite(&mut self, proxies: &str, more: &str) -> bool {
        let file = self.reloader.settings.file.clone();
        std::fs::write(&file, text(proxies, more)).unwrap();
        self.reloader.reload()
    }

    fn trusts(&self, address: &str) -> bool {
        let trusted = self.test.gate.trusted_proxies.load();
        trusted.contains(address.parse().unwrap())
    }
}

#[tokio::test]
async fn a_proxy_is_trusted_from_the_reload_on_and_no_longer_than_to_the_next() {
    let mut world = World::started().await;
    assert!(!world.trusts("10.0.0.9"));
    assert!(world.rewrite(BOTH, ""));
    assert!(world.trusts("10.0.0.9"));
    assert!(world.rewrite(PROXY, ""));
    assert!(!world.trusts("10.0.0.9"));
}

#[tokio::test]
async fn the_grace_of_sessions_is_that_of_the_last_reload() {
    let mut world = World::started().await;
    let (sessions, token) = (&world.test.gate.sessions, [7; 32]);
    sessions.keep(token, session(person("ann", &[]), WIKI));
    world.test.store.set_away(true);
    world.test.clock.advance(Duration::from_mins(2));
    let now = world.test.clock.now();
    let found = world.test.gate.sessions.find(&token, WIKI, now).await;
    assert!(matches!(found, Ok(Some(_))), "the default is longer");
    assert!(world.rewrite(PROXY, "[sessions]\ngrace = \"1m\""));
    let found = world.test.gate.sessions.find(&token, WIKI, now).await;
    assert!(found.is_err(), "nobody knows whether it is still good");
}

#[tokio::test]
async fn the_log_filter_changes_only_where_it_is_another() {
    let mut world = World::started().await;
    assert!(world.rewrite(PROXY, "[log]\nfilter = \"debug\""));
    assert!(world.rewrite(PROXY, "[log]\nfilter = \"debug\""));
    assert_eq!(*world.filters.lock(), ["debug"]);
}

#[tokio::test]
async fn settings_that_are_wrong_change_nothing() {
    let mut world = World::started().await;
    assert!(world.rewrite(BOTH, ""));
    assert!(!world.rewrite(r#""192.0.2.1", "nonsense""#, ""));
    assert!(world.trusts("10.0.0.9"));
}

#[tokio::test]
async fn what_needs_a_restart_is_named_and_what_is_live_is_not() {
    let mut world = World::started().await;
    let before = Settings::clone(&world.reloader.settings);
    assert!(world.rewrite(BOTH, "[sessions]\ngrace = \"1m\""));
    assert!(needing_restart(&before, &world.reloader.settings).is_empty());
    assert!(world.rewrite(PROXY, "[passwords]\niterations = 3"));
    assert_eq!(
        needing_restart(&before, &world.reloader.settings),
        ["passwords"]
    );
}
