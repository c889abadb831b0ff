//! What has had its time is forgotten, and nothing else is.

use super::*;
use crate::state::testing::state;
use crate::store::events::tests::{access_event, insert};
use crate::store::events::{AccessFilter, Page, access_events};
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
