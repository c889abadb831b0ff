//! What charts show is what the logs hold, each event once.

use std::time::Duration;

use config::Timestamp;
use config::access_event::Outcome;

use super::charts::{self, InHour, OfApplication};
use super::tests::{access_event, insert, sign_in_entry};
use super::*;
use crate::logs::{SignInEntry, SignInKind, record_sign_in};
use crate::store::testing::{TestStore, on_both_engines};

const HOUR: i64 = HOUR_MS;
const ALL: Timestamp = Timestamp(0);

fn granted(id: &str, at: i64) -> config::AccessEvent {
    config::AccessEvent {
        outcome: Outcome::Granted,
        ..access_event(id, at)
    }
}

#[tokio::test]
async fn events_are_counted_by_hour_reason_application_and_address() {
    on_both_engines(async |store| {
        let other = config::AccessEvent {
            application: Some("echo".into()),
            outcome: Outcome::Denied("ip_denied".into()),
            client_address: Some([203, 0, 113, 9].into()),
            ..access_event("d", HOUR + 2)
        };
        let all = [
            granted("a", HOUR - 1),
            granted("b", HOUR),
            access_event("c", HOUR + 1),
            other,
        ];
        insert(&store, &all[..2]).await;
        insert(&store, &all[2..]).await;
        let mut read = store.read().await.unwrap();
        let in_hour = |hour, granted, refused| InHour {
            hour,
            granted,
            refused,
        };
        let requests = charts::requests(&mut read, ALL).await.unwrap();
        assert_eq!(requests, [in_hour(0, 1, 0), in_hour(HOUR, 1, 2)]);
        let refusals = charts::refusals(&mut read, ALL).await.unwrap();
        let refusals: Vec<_> = refusals.iter().map(|r| (&*r.name, r.count)).collect();
        assert_eq!(refusals, [("ip_denied", 1), ("no_rule", 1)]);
        let of = |application: &str, requests, refused| OfApplication {
            application: application.into(),
            requests,
            refused,
        };
        let applications = charts::by_application(&mut read, ALL).await.unwrap();
        assert_eq!(applications, [of("wiki", 3, 1), of("echo", 1, 1)]);
        let addresses = charts::refused_addresses(&mut read, ALL, 1).await.unwrap();
        assert_eq!(addresses.len(), 1);
        let later = charts::requests(&mut read, Timestamp(HOUR)).await.unwrap();
        assert_eq!(later, [in_hour(HOUR, 1, 2)]);
    })
    .await;
}

#[tokio::test]
async fn a_window_that_begins_within_a_day_counts_none_of_that_day_before_it_and_every_later_one_once()
 {
    on_both_engines(async |store| {
        let hours = [0, 5, 6, 23, 24, 30, 47, 48];
        let all: Vec<_> = (hours.iter())
            .map(|n| access_event(&format!("e{n}"), n * HOUR + 1))
            .collect();
        insert(&store, &all).await;
        let mut read = store.read().await.unwrap();
        for since in 0..=49 {
            let expected = hours.iter().filter(|hour| **hour >= since).count();
            let since = Timestamp(since * HOUR);
            let refusals = charts::refusals(&mut read, since).await.unwrap();
            let applications = charts::by_application(&mut read, since).await.unwrap();
            let counted: i64 = refusals.iter().map(|one| one.count).sum();
            assert_eq!(usize::try_from(counted).unwrap(), expected, "{since:?}");
            let counted: i64 = applications.iter().map(|one| one.requests).sum();
            assert_eq!(usize::try_from(counted).unwrap(), expected, "{since:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_event_that_comes_twice_counts_once() {
    on_both_engines(async |store| {
        let [a, b, c] = [("a", 1), ("b", 2), ("c", 3)].map(|(id, at)| access_event(id, at));
        insert(&store, &[a.clone(), b.clone()]).await;
        assert_eq!(insert(&store, &[a, b, c.clone(), c]).await, 1);
        let mut read = store.read().await.unwrap();
        let refusals = charts::refusals(&mut read, ALL).await.unwrap();
        assert_eq!(refusals[0].count, 3);
    })
    .await;
}

async fn sign_in(store: &TestStore, at: i64, reason: Option<&'static str>) {
    let kind = match reason {
        Some(_) => SignInKind::Failed,
        None => SignInKind::SignedIn,
    };
    let entry = SignInEntry {
        kind,
        reason,
        ..sign_in_entry()
    };
    let mut tx = store.begin().await.unwrap();
    record_sign_in(&mut tx, Timestamp(at), &entry)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_sign_in_counts_once_before_and_after_its_hour_is_rolled_up() {
    on_both_engines(async |store| {
        for (at, reason) in [
            (HOUR, None),
            (HOUR + 1, Some("wrong_password")),
            (40 * HOUR, None),
            (40 * HOUR + 1, None),
        ] {
            sign_in(&store, at, reason).await;
        }
        let counted = async || {
            let mut read = store.read().await.unwrap();
            let mut all = charts::sign_ins(&mut read, ALL).await.unwrap();
            all.sort_by_key(|c| (c.hour, c.reason.clone()));
            let all = all
                .iter()
                .map(|c| (c.hour / HOUR, c.reason.clone(), c.count));
            all.collect::<Vec<_>>()
        };
        let expected = [
            (1, String::new(), 1),
            (1, "wrong_password".to_owned(), 1),
            (40, String::new(), 2),
        ];
        assert_eq!(counted().await, expected);
        for (now, left) in [(40 * HOUR, true), (40 * HOUR, false), (42 * HOUR, false)] {
            let mut tx = store.begin().await.unwrap();
            let is_left = count_sign_ins(&mut tx, Timestamp(now)).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(is_left, left, "{now}");
            assert_eq!(counted().await, expected, "{now}");
        }
    })
    .await;
}

#[tokio::test]
async fn of_an_hour_that_has_passed_the_addresses_that_were_refused_most_stay() {
    on_both_engines(async |store| {
        let mut all = Vec::new();
        for n in 0..150_u8 {
            for again in 0..=u8::from(n >= 100) {
                all.push(config::AccessEvent {
                    client_address: Some([10, 0, 0, n].into()),
                    ..access_event(&format!("{n}-{again}"), HOUR + i64::from(n))
                });
            }
        }
        for some in all.chunks(50) {
            insert(&store, some).await;
        }
        let forget = async |now| {
            let mut tx = store.begin().await.unwrap();
            forget_counts(&mut tx, now).await.unwrap();
            tx.commit().await.unwrap();
            let mut read = store.read().await.unwrap();
            charts::refused_addresses(&mut read, ALL, 1000)
                .await
                .unwrap()
        };
        assert_eq!(forget(Timestamp(2 * HOUR)).await.len(), 150);
        let left = forget(Timestamp(4 * HOUR)).await;
        assert_eq!(left.len(), 100);
        assert_eq!(left.iter().filter(|address| address.count == 2).count(), 50);
        let much_later = Timestamp(0).plus(Duration::from_hours(24 * 40));
        assert!(forget(much_later).await.is_empty());
    })
    .await;
}
