//! What is in the store is what gateways are told, whole or not at all.

use serde_json::json;

use super::*;
use crate::state::testing::state;
use crate::store::changes::{Change, announce};
use crate::store::testing::on_both_engines;
use crate::store::{Store, testing::TestStore};

const NOW: Timestamp = Timestamp(5);

async fn insert_list(store: &Store, id: &str, scope: &str, ranges: &[&str]) {
    let mut tx = store.begin().await.unwrap();
    published::testing::insert_list(&mut tx, id, scope, ranges).await;
    announce(&mut tx, Change::Snapshot, NOW).await.unwrap();
    tx.commit().await.unwrap();
}

async fn insert_application(store: &Store, lists: &[&str]) {
    let definition = json!({
        "name": {"zh-CN": "维基", "en": "Wiki"}, "hosts": ["wiki.example.com"], "ip_lists": lists,
        "pool": {"upstreams": [{"address": "127.0.0.1:8000"}]},
    });
    let mut tx = store.begin().await.unwrap();
    published::testing::insert_application(&mut tx, "wiki", &definition.to_string()).await;
    announce(&mut tx, Change::Snapshot, NOW).await.unwrap();
    tx.commit().await.unwrap();
}

async fn build(publisher: &mut Publisher, store: &TestStore) -> Result<Snapshot, PublishError> {
    Ok(build_all(publisher, store).await?.snapshot)
}

async fn build_all(publisher: &mut Publisher, store: &TestStore) -> Result<Built, PublishError> {
    let (state, _) = state(store);
    signing_keys::rotate(store, &state.sealer, NOW)
        .await
        .unwrap();
    let mut view = store.view().await.unwrap();
    publisher.build(&mut view, &state.sealer, NOW).await
}

#[tokio::test]
async fn a_new_store_makes_a_snapshot_that_opens_nothing() {
    on_both_engines(async |store| {
        let snapshot = build(&mut Publisher::default(), &store).await.unwrap();
        assert_eq!(snapshot.applications.len(), 0);
        assert_eq!(snapshot.brand, Brand::default());
        assert_eq!(snapshot.revision, 1, "the signing key was announced");
    })
    .await;
}

#[tokio::test]
async fn an_application_comes_with_the_lists_that_guard_it() {
    on_both_engines(async |store| {
        insert_list(&store, "office", "applications", &["192.0.2.0/24"]).await;
        insert_list(&store, "bad", "everywhere", &["203.0.113.7"]).await;
        insert_application(&store, &["office"]).await;
        let snapshot = build(&mut Publisher::default(), &store).await.unwrap();
        let guards = &snapshot.applications[0].ip_lists;
        assert_eq!(guards[0].entries[0].range.to_string(), "192.0.2.0/24");
        assert_eq!(snapshot.ip_lists.len(), 1);
        assert_eq!(snapshot.ip_lists[0].name, "bad");
        assert_eq!(snapshot.revision, 4);
    })
    .await;
}

#[tokio::test]
async fn an_application_that_lost_its_guard_is_closed() {
    on_both_engines(async |store| {
        insert_application(&store, &["gone"]).await;
        let built = build_all(&mut Publisher::default(), &store).await.unwrap();
        assert_eq!(built.snapshot.applications.len(), 0);
        let closed = built.snapshot.closed[0].hosts[0].to_string();
        assert_eq!(closed, "wiki.example.com");
        let told = built.set_aside[0].problems[0].to_string();
        assert!(told.contains("no IP list gone"), "{told}");
    })
    .await;
}

#[tokio::test]
async fn for_an_application_that_breaks_the_last_good_one_stays_in_force() {
    on_both_engines(async |store| {
        insert_list(&store, "office", "applications", &["192.0.2.0/24"]).await;
        insert_application(&store, &["office"]).await;
        let mut publisher = Publisher::default();
        build(&mut publisher, &store).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        published::testing::break_application(&mut tx, "wiki").await;
        published::testing::add_entry(&mut tx, "office", "203.0.113.8").await;
        tx.commit().await.unwrap();
        for _ in 0..2 {
            let built = build_all(&mut publisher, &store).await.unwrap();
            let wiki = &built.snapshot.applications[0];
            assert_eq!(wiki.hosts[0].to_string(), "wiki.example.com");
            assert_eq!(wiki.ip_lists[0].entries.len(), 2, "guarded as of now");
            assert_eq!(built.snapshot.closed, []);
            assert_eq!(built.set_aside.len(), 1);
        }
        // A node that has just started knows no last good one.
        let built = build_all(&mut Publisher::default(), &store).await.unwrap();
        assert_eq!(built.snapshot.applications.len(), 0);
        assert_eq!(built.snapshot.closed.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_list_is_read_again_only_when_it_has_changed() {
    on_both_engines(async |store| {
        insert_list(&store, "bad", "everywhere", &["203.0.113.7"]).await;
        let mut publisher = Publisher::default();
        let first = build(&mut publisher, &store).await.unwrap();
        let second = build(&mut publisher, &store).await.unwrap();
        assert!(Arc::ptr_eq(&first.ip_lists[0], &second.ip_lists[0]));
        let mut tx = store.begin().await.unwrap();
        published::testing::add_entry(&mut tx, "bad", "203.0.113.8").await;
        tx.commit().await.unwrap();
        let third = build(&mut publisher, &store).await.unwrap();
        assert_eq!(third.ip_lists[0].entries.len(), 2);
    })
    .await;
}
