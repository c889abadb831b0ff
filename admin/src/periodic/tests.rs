//! What has had its time is forgotten, and nothing else is.

use super::*;
use crate::state::testing::state;
use crate::store::events::tests::access_event;
use crate::store::events::{AccessFilter, Page, access_events, insert_access_many};
use crate::store::testing::on_both_engines;

#[tokio::test]
async fn only_events_older_than_the_operator_keeps_are_forgotten() {
    on_both_engines(async |store| {
        let (state, _snapshots) = state(&store);
        let now = state.clock.now();
        let day = Duration::from_hours(24);
        let keep = state.settings.events.keep_days;
        let old = access_event("old", now.minus(day * (keep + 1)).as_millis());
        let young = access_event("young", now.minus(day * (keep - 1)).as_millis());
        let mut tx = store.begin().await.unwrap();
        insert_access_many(&mut tx, &[old, young.clone()])
            .await
            .unwrap();
        tx.commit().await.unwrap();
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
        assert_eq!(left, [young]);
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
