//! Runs of what a directory says that it has changed.

use std::time::Duration;

use super::company;
use crate::directories::Organisation;
use crate::members::Status;
use crate::store::testing::{TestStore, on_both_engines};
use crate::sync::safety::Threshold;
use crate::sync::testing::{Company, Listing, person, unlimited};

/// What is there, where these have changed.
fn hinting(listing: Listing, keys: &[&str]) -> Listing {
    Listing {
        hinted: keys.iter().map(|key| (*key).to_owned()).collect(),
        ..listing
    }
}

#[tokio::test]
async fn only_who_is_named_is_looked_at_and_nobody_else_is_taken_for_gone() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        company_.sync(&company()).await;
        let mut next = company();
        // All are gone but a newcomer and somebody with another name, and that of bob alone is told.
        next.people = vec![
            person("k9", "dora", &["d1"]),
            person("k3", "caroline", &["d3"]),
        ];
        let run = company_
            .sync_changes(&hinting(next, &["k2", "k3", "k9", "unknown"]))
            .await;
        assert_eq!((run.phase.as_str(), run.mode.as_str()), ("done", "changes"));
        assert_eq!(run.counts.done, 3, "{:?}", company_.changes(&run).await);
        let status = async |name: &str| company_.member(name).await.unwrap().status;
        assert_eq!(status("alice").await, Status::Active, "she was not named");
        assert_eq!(status("bob").await, Status::Disabled);
        assert_eq!(status("caroline").await, Status::Active);
        assert_eq!(status("dora").await, Status::Active);
    })
    .await;
}

#[tokio::test]
async fn the_mark_moves_once_what_it_covers_is_done_and_stays_where_a_run_stops() {
    on_both_engines(async |store| {
        let strict = Organisation {
            threshold: Threshold {
                people: 1,
                percent: 100,
            },
            ..unlimited()
        };
        let company_ = Company::new(store, strict).await;
        assert_eq!(company_.mark().await, None);
        company_.sync(&company()).await;
        assert_eq!(company_.mark().await.as_deref(), Some("listed"));
        company_.sync_changes(&hinting(company(), &["k1"])).await;
        assert_eq!(company_.mark().await.as_deref(), Some("listed+"));
        let nobody = Listing {
            people: Vec::new(),
            ..company()
        };
        let run = company_
            .sync_changes(&hinting(nobody.clone(), &["k1", "k2", "k3"]))
            .await;
        assert_eq!(run.phase, "waiting");
        assert_eq!(company_.mark().await.as_deref(), Some("listed+"));
        company_.move_on(&run, "waiting", "dropped").await;
        assert_eq!(company_.mark().await.as_deref(), Some("listed+"));
    })
    .await;
}

#[tokio::test]
async fn leavers_who_come_one_after_the_other_count_together_for_a_day() {
    let strict = Organisation {
        threshold: Threshold {
            people: 1,
            percent: 100,
        },
        ..unlimited()
    };
    let company_ = Company::new(TestStore::sqlite().await, strict).await;
    company_.sync(&company()).await;
    let mut next = company();
    next.people.remove(0);
    let run = company_.sync_changes(&hinting(next.clone(), &["k1"])).await;
    assert_eq!(run.phase, "done");
    next.people.remove(0);
    let run = company_.sync_changes(&hinting(next.clone(), &["k2"])).await;
    assert_eq!(run.phase, "waiting", "two within a day");
    company_.move_on(&run, "waiting", "dropped").await;
    company_.house.state.clock.advance(Duration::from_hours(25));
    let run = company_.sync_changes(&hinting(next, &["k2"])).await;
    assert_eq!(run.phase, "done");
}

#[tokio::test]
async fn a_department_among_the_changes_has_everything_listed() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        company_.sync(&company()).await;
        let mut next = company();
        next.departments[1].name = "Research".to_owned();
        next.people.remove(0);
        let run = company_.sync_changes(&hinting(next, &["d1"])).await;
        assert_eq!((run.phase.as_str(), run.mode.as_str()), ("done", "full"));
        let alice = company_.member("alice").await.unwrap();
        assert_eq!(alice.status, Status::Disabled);
    })
    .await;
}
