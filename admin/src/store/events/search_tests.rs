//! What a search finds, in both orders, and where it stops.

use config::Timestamp;
use config::access_event::Outcome;

use super::tests::{access_event, insert};
use super::*;
use crate::store::testing::on_both_engines;

fn page(limit: u32) -> Page {
    Page {
        limit,
        ..Page::default()
    }
}

async fn ids(store: &crate::store::Store, filter: &AccessFilter, page: &Page) -> Vec<String> {
    let mut read = store.read().await.unwrap();
    let found = access_events(&mut read, filter, page).await.unwrap();
    let ids = found.items.iter().map(|event| event.id.to_string());
    ids.collect()
}

#[tokio::test]
async fn each_condition_finds_the_one_event_that_meets_it() {
    on_both_engines(async |store| {
        let plain = |id: &str, at| config::AccessEvent {
            outcome: Outcome::Granted,
            status: 200,
            ..access_event(id, at)
        };
        let mut wanted = plain("wanted", 5);
        wanted.request_id = "0199f5a0-7c1e-7b3a-9d52-3f0a6c1b8e21".into();
        wanted.principal = Some("m2".into());
        wanted.username = Some("Zhang.San".into());
        wanted.application = Some("echo".into());
        wanted.host = "echo.example.com".into();
        wanted.path = "/报告/2026".into();
        wanted.method = "PUT".into();
        wanted.status = 403;
        wanted.outcome = Outcome::Denied("ip_denied".into());
        wanted.client_address = Some([203, 0, 113, 9].into());
        insert(&store, &[plain("before", 4), wanted, plain("after", 6)]).await;
        let any = AccessFilter::default;
        let part = |text| Some(Part::of(text));
        #[rustfmt::skip]
        let filters = [
            AccessFilter { member: Some("m2".into()), ..any() },
            AccessFilter { username: part("zhang"), ..any() },
            AccessFilter { application: Some("echo".into()), ..any() },
            AccessFilter { host: part("ECHO."), ..any() },
            AccessFilter { path: part("报告"), ..any() },
            AccessFilter { method: Some("PUT".into()), ..any() },
            AccessFilter { status: Some(403), ..any() },
            AccessFilter { outcome: Some("denied".into()), ..any() },
            AccessFilter { reason: Some("ip_denied".into()), ..any() },
            AccessFilter { client_address: Some("203.0.113.9".parse().unwrap()), ..any() },
            AccessFilter { client_address: Some("203.0.113.0/24".parse().unwrap()), ..any() },
            AccessFilter {
                request_id: Some("0199f5a0-7c1e-7b3a-9d52-3f0a6c1b8e21".into()), ..any()
            },
            AccessFilter {
                member: Some("m2".into()), application: Some("echo".into()),
                outcome: Some("denied".into()), path: part("2026"), ..any()
            },
        ];
        for filter in filters {
            assert_eq!(
                ids(&store, &filter, &page(10)).await,
                ["wanted"],
                "{filter:?}"
            );
        }
        let none = AccessFilter {
            member: Some("m2".into()),
            outcome: Some("granted".into()),
            ..any()
        };
        assert!(ids(&store, &none, &page(10)).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn the_oldest_come_first_where_that_is_asked_for() {
    on_both_engines(async |store| {
        let all = [("a", 1), ("b", 2), ("c", 2), ("d", 3)].map(|(id, at)| access_event(id, at));
        insert(&store, &all).await;
        for filter in [
            AccessFilter::default(),
            AccessFilter {
                member: Some("m1".into()),
                ..AccessFilter::default()
            },
        ] {
            let mut page = Page {
                order: Order::Oldest,
                ..page(2)
            };
            assert_eq!(ids(&store, &filter, &page).await, ["a", "b"]);
            page.after = Some(Key {
                at: Timestamp(2),
                id: "b".into(),
            });
            assert_eq!(ids(&store, &filter, &page).await, ["c", "d"]);
        }
    })
    .await;
}

#[tokio::test]
async fn a_search_for_something_rare_stops_and_goes_on_until_it_is_found() {
    on_both_engines(async |store| {
        let mut all: Vec<_> = (0..45_000)
            .map(|at| access_event(&format!("e{at:05}"), at))
            .collect();
        all[7].path = "/rare".into();
        for some in all.chunks(5000) {
            insert(&store, some).await;
        }
        let filter = AccessFilter {
            path: Some(Part::of("rare")),
            ..AccessFilter::default()
        };
        let mut page = page(50);
        let mut answers = 0;
        let found = loop {
            let mut read = store.read().await.unwrap();
            let found = access_events(&mut read, &filter, &page).await.unwrap();
            answers += 1;
            assert_eq!(found.is_cut_short, found.next.is_some());
            let Some(next) = found.next else {
                break found.items;
            };
            assert!(found.items.is_empty());
            page.after = Some(next);
        };
        assert!(answers >= 3, "{answers}");
        assert_eq!(found, [all[7].clone()]);
    })
    .await;
}
