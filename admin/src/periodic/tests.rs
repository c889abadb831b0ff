//! What has had its time is forgotten, and nothing else is.

use std::sync::Arc;

use super::*;
use crate::logs::{record_audit, record_sign_in};
use crate::state::testing::state;
use crate::store::events::tests::{access_event, audit_entry, insert, sign_in_entry};
use crate::store::events::{
    AccessFilter, AuditFilter, Page, SignInFilter, access_events, audit_events, sign_in_events,
};
use crate::store::testing::on_both_engines;
use crate::store::{known_devices, totp};

#[tokio::test]
async fn only_events_older_than_the_operator_keeps_are_forgotten() {
    on_both_engines(async |store| {
        let (state, _snapshots) = state(&store);
        let now = state.clock.now();
        let day = Duration::from_hours(24);
        let keep = state.settings.events.keep_days;
        let old = access_event("old", now.minus(day * (keep + 1)).as_millis());
        let young = access_event("young", now.minus(day * (keep - 1)).as_millis());
        insert(&store, &[old, young.clone()]).await;
        work(&state, now).await.unwrap();
        work(&state, now).await.unwrap();
        let page = Page {
            limit: 10,
            ..Page::default()
        };
        let mut read = store.read().await.unwrap();
        let left = access_events(&mut read, &AccessFilter::default(), &page)
            .await
            .unwrap();
        assert_eq!(left.items, [young]);
    })
    .await;
}

#[tokio::test]
async fn one_node_works_for_all() {
    on_both_engines(async |store| {
        let (state, _snapshots) = state(&store);
        round(&state, "a").await.unwrap();
        let mut tx = store.begin().await.unwrap();
        let now = state.clock.now();
        let taken = leases::take(&mut tx, "periodic", "b", now, LEASE).await;
        assert!(!taken.unwrap());
    })
    .await;
}

#[tokio::test]
async fn a_browser_is_forgotten_when_it_is_known_no_longer() {
    on_both_engines(async |store| {
        crate::store::session_facts::tests::alice(&store).await;
        let (state, _snapshots) = state(&store);
        let (now, member) = (state.clock.now(), "m1".into());
        let mut tx = store.begin().await.unwrap();
        for (device, seen) in [([1; 32], now.minus(DEVICE_LIFE)), ([2; 32], now)] {
            known_devices::remember(&mut tx, &device, &member, seen)
                .await
                .unwrap();
        }
        totp::begin_enrolment(&mut tx, &member, b"sealed", now.minus(ENROLMENT_LIFE))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        work(&state, now).await.unwrap();
        let mut read = store.read().await.unwrap();
        let ever = Timestamp(0);
        for (device, expected) in [([1; 32], false), ([2; 32], true)] {
            let known = known_devices::knows(&mut read, &device, &member, ever).await;
            assert_eq!(known.unwrap(), expected);
        }
        let seed = totp::enrolment(&mut read, &member, ever).await.unwrap();
        assert_eq!(seed, None);
    })
    .await;
}

#[tokio::test]
async fn sign_ins_and_changes_are_kept_until_the_operator_says_for_how_long() {
    on_both_engines(async |store| {
        let (mut state, _snapshots) = state(&store);
        let now = state.clock.now();
        let old = now.minus(Duration::from_hours(24 * 400));
        let mut tx = store.begin().await.unwrap();
        record_sign_in(&mut tx, old, &sign_in_entry())
            .await
            .unwrap();
        record_audit(&mut tx, old, &audit_entry()).await.unwrap();
        record_audit(&mut tx, now, &audit_entry()).await.unwrap();
        tx.commit().await.unwrap();
        let left = async || {
            let mut read = store.read().await.unwrap();
            let page = Page {
                limit: 10,
                ..Page::default()
            };
            let sign_ins = sign_in_events(&mut read, &SignInFilter::default(), &page).await;
            let audit = audit_events(&mut read, &AuditFilter::default(), &page).await;
            (sign_ins.unwrap().items.len(), audit.unwrap().items.len())
        };
        work(&state, now).await.unwrap();
        assert_eq!(left().await, (1, 2));
        let settings = Arc::make_mut(&mut state.settings);
        settings.events.keep_audit_days = Some(365);
        work(&state, now).await.unwrap();
        assert_eq!(left().await, (1, 1));
        let settings = Arc::make_mut(&mut state.settings);
        settings.events.keep_sign_ins_days = Some(365);
        work(&state, now).await.unwrap();
        assert_eq!(left().await, (0, 1));
    })
    .await;
}
