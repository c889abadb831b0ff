//! The feed is followed without loss, and a gap in it is never taken for silence.

use config::Timestamp;

use super::*;
use crate::signing_keys;
use crate::state::testing::state;
use crate::store::changes::announce;
use crate::store::testing::{TestStore, on_both_engines};

struct Gateway {
    follower: Follower,
    revocations: mpsc::UnboundedReceiver<Revocation>,
    snapshots: watch::Receiver<Option<Arc<Snapshot>>>,
}

impl Gateway {
    async fn of(store: &TestStore) -> Self {
        let (state, _) = state(store);
        signing_keys::rotate(store, &state.sealer, state.clock.now())
            .await
            .unwrap();
        let (snapshots, in_force) = watch::channel(None);
        let (sender, revocations) = mpsc::unbounded_channel();
        let follower = Follower::new(
            state.store,
            state.sealer,
            state.clock,
            snapshots,
            sender,
            FeedPulse::default(),
            Health::default(),
        );
        Self {
            follower,
            revocations,
            snapshots: in_force,
        }
    }

    async fn look(&mut self) -> Vec<Revocation> {
        while self.follower.look().await.unwrap() {}
        let mut told = Vec::new();
        while let Ok(revocation) = self.revocations.try_recv() {
            told.push(revocation);
        }
        told
    }
}

async fn revoke(store: &TestStore, ids: std::ops::Range<u32>) -> Vec<Revocation> {
    let mut tx = store.begin().await.unwrap();
    let mut all = Vec::new();
    for id in ids {
        let revocation = Revocation::SignIn(format!("s{id}").into());
        announce(&mut tx, Change::Revoked(revocation.clone()), Timestamp(1))
            .await
            .unwrap();
        all.push(revocation);
    }
    tx.commit().await.unwrap();
    all
}

#[tokio::test]
async fn a_node_is_told_of_what_comes_after_its_start_once_and_in_order() {
    on_both_engines(async |store| {
        revoke(&store, 0..3).await;
        let mut gateway = Gateway::of(&store).await;
        assert_eq!(gateway.look().await, [], "nothing was cached yet");
        assert!(gateway.snapshots.borrow().is_some());
        let sent = revoke(&store, 3..6).await;
        assert_eq!(gateway.look().await, sent);
        assert_eq!(gateway.look().await, []);
    })
    .await;
}

#[tokio::test]
async fn more_than_one_look_reads_is_told_all_the_same() {
    let store = TestStore::sqlite().await;
    let mut gateway = Gateway::of(&store).await;
    gateway.look().await;
    let sent = revoke(&store, 0..2500).await;
    assert_eq!(gateway.look().await, sent);
}

#[tokio::test]
async fn what_was_pruned_before_it_was_read_is_a_gap() {
    on_both_engines(async |store| {
        let mut gateway = Gateway::of(&store).await;
        gateway.look().await;
        revoke(&store, 0..2).await;
        let mut tx = store.begin().await.unwrap();
        changes::prune(&mut tx, Timestamp(i64::MAX)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(gateway.look().await, [Revocation::All]);
        let sent = revoke(&store, 2..3).await;
        assert_eq!(gateway.look().await, sent);
    })
    .await;
}

#[tokio::test]
async fn a_store_that_was_put_back_to_an_earlier_state_is_a_gap() {
    on_both_engines(async |store| {
        let mut gateway = Gateway::of(&store).await;
        revoke(&store, 0..2).await;
        gateway.look().await;
        gateway.follower.seen = Some(1_000);
        assert_eq!(gateway.look().await, [Revocation::All]);
        assert_eq!(gateway.look().await, []);
    })
    .await;
}

async fn insert(store: &TestStore, id: &str, definition: &str) {
    let mut tx = store.begin().await.unwrap();
    crate::store::published::testing::insert_application(&mut tx, id, definition).await;
    announce(&mut tx, Change::Snapshot, Timestamp(1))
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn what_must_not_be_obeyed_leaves_the_last_good_snapshot_in_force() {
    on_both_engines(async |store| {
        let mut gateway = Gateway::of(&store).await;
        gateway.look().await;
        let good = gateway.snapshots.borrow().clone().unwrap();
        let mut tx = store.begin().await.unwrap();
        let brand = config::snapshot::Brand {
            colour: "red".into(),
            ..config::snapshot::Brand::default()
        };
        let name = crate::store::documents::BRAND;
        crate::store::documents::put(&mut tx, name, &brand, Timestamp(1))
            .await
            .unwrap();
        announce(&mut tx, Change::Snapshot, Timestamp(1))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        gateway.look().await;
        let in_force = gateway.snapshots.borrow().clone().unwrap();
        assert!(Arc::ptr_eq(&good, &in_force));
        assert_eq!(store.metrics().snapshots_refused.get(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_application_that_cannot_be_read_is_told_of_and_holds_up_no_other() {
    on_both_engines(async |store| {
        let mut gateway = Gateway::of(&store).await;
        insert(&store, "bad", r#"{"hosts": ["bad.example.com"]}"#).await;
        let wiki = r#"{"name":{"en":"Wiki"},"hosts":["wiki.example.com"],
            "pool":{"upstreams":[{"address":"127.0.0.1:8000"}]}}"#;
        insert(&store, "wiki", wiki).await;
        gateway.look().await;
        let in_force = gateway.snapshots.borrow().clone().unwrap();
        assert_eq!(in_force.applications.len(), 1);
        assert_eq!(in_force.closed[0].hosts[0].to_string(), "bad.example.com");
        assert_eq!(store.metrics().applications_set_aside.get(), 1);
        let report = gateway.follower.health.report();
        assert!(report.problems.is_empty(), "{report:?}");
        let (part, why) = &report.concerns[0];
        assert_eq!(*part, "applications");
        assert!(
            why.contains("application bad: definition: it cannot be read"),
            "{why}"
        );
    })
    .await;
}

#[tokio::test]
async fn attack_16_a_cut_does_not_wait_until_new_rules_have_been_read() {
    on_both_engines(async |store| {
        let mut gateway = Gateway::of(&store).await;
        gateway.look().await;
        let mut tx = store.begin().await.unwrap();
        announce(&mut tx, Change::Snapshot, Timestamp(1))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let sent = revoke(&store, 0..1).await;
        let mut view = store.view().await.unwrap();
        gateway.follower.hear(&mut view).await.unwrap();
        drop(view);
        assert_eq!(gateway.revocations.try_recv().ok().as_ref(), sent.first());
        let revision = |g: &Gateway| g.snapshots.borrow().as_ref().map(|s| s.revision);
        let before = revision(&gateway);
        assert_eq!(gateway.look().await, [], "told once");
        assert!(revision(&gateway) > before, "the rules follow");
    })
    .await;
}
