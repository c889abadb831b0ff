//! When runs begin, wait, go on and end.

use std::time::Duration;

use super::company;
use super::taking_back::take_back;
use crate::directories::{self, DirectoryDraft, Organisation};
use crate::edit::Edit;
use crate::members::Status;
use crate::refused::Expected;
use crate::store::directories as directory_rows;
use crate::store::sync_runs::{self, RunRow};
use crate::store::testing::on_both_engines;
use crate::sync::lease::Lease;
use crate::sync::safety::Threshold;
use crate::sync::stale::FRESH;
use crate::sync::testing::{Company, connect, unlimited};
use crate::sync::{Broken, decide, run, work};
use crate::testing::operator;

fn hourly() -> Organisation {
    Organisation {
        every_minutes: Some(60),
        ..unlimited()
    }
}

/// Changes what an administrator wrote down of the directory.
async fn changed(company: &Company, change: impl FnOnce(&mut DirectoryDraft)) {
    let whole = company.whole().await;
    let mut draft = DirectoryDraft {
        name: whole.row.name.clone(),
        used_for: whole.used_for(),
        enabled: whole.is_enabled(),
        source: whole.source,
        organisation: whole.organisation,
        sign_in: whole.sign_in,
        secret: None,
        secrets: std::collections::BTreeMap::default(),
    };
    change(&mut draft);
    let permit = operator();
    let edit = Edit::begin(&company.house.state, &permit).await.unwrap();
    directories::update(edit, &company.directory, Expected::Any, draft)
        .await
        .unwrap();
}

async fn unfinished(company: &Company) -> Vec<RunRow> {
    let mut read = company.house.state.store.read().await.unwrap();
    let found = sync_runs::unfinished(&mut read, Some(&company.directory)).await;
    found.unwrap()
}

#[tokio::test]
async fn many_small_runs_shut_out_no_more_than_one_large_one() {
    on_both_engines(async |store| {
        let organisation = Organisation {
            threshold: Threshold {
                people: 1,
                percent: 100,
            },
            ..Organisation::default()
        };
        let company_ = Company::new(store, organisation).await;
        company_.sync(&company()).await;
        let mut next = company();
        next.people.remove(0);
        assert_eq!(company_.sync(&next).await.phase, "done");
        next.people.remove(0);
        let run = company_.sync(&next).await;
        assert_eq!(run.phase, "waiting");
        let permit = operator();
        let edit = Edit::begin(&company_.house.state, &permit).await.unwrap();
        decide::go_on(edit, &run.id).await.unwrap();
        company_.apply(&run).await.unwrap();
        company_.house.state.clock.advance(Duration::from_hours(25));
        company_.sync(&company()).await;
        assert_eq!(
            unfinished(&company_).await.len(),
            1,
            "both would be let in again"
        );
    })
    .await;
}

#[tokio::test]
async fn what_somebody_let_go_on_counts_no_more() {
    on_both_engines(async |store| {
        let organisation = Organisation {
            threshold: Threshold {
                people: 1,
                percent: 100,
            },
            ..Organisation::default()
        };
        let company_ = Company::new(store, organisation).await;
        company_.sync(&company()).await;
        let mut next = company();
        next.people.truncate(1);
        let run = company_.sync(&next).await;
        assert_eq!(run.phase, "waiting");
        let permit = operator();
        let edit = Edit::begin(&company_.house.state, &permit).await.unwrap();
        decide::go_on(edit, &run.id).await.unwrap();
        company_.apply(&run).await.unwrap();
        let mut next = company();
        next.people.remove(0);
        next.people.remove(0);
        let run = company_.sync(&next).await;
        assert_eq!(run.phase, "done", "one leaves, and one comes back");
    })
    .await;
}

#[tokio::test]
async fn a_run_that_waited_for_long_gives_way_to_one_that_is_due() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, hourly()).await;
        let state = &company_.house.state;
        let waits = company_.begin(true).await;
        company_.read(&waits, &company()).await.unwrap();
        work::begin_due(state).await.unwrap();
        assert_eq!(company_.run(&waits).await.phase, "waiting");
        state.clock.advance(FRESH * 2);
        work::begin_due(state).await.unwrap();
        let waited = company_.run(&waits).await;
        assert_eq!(waited.phase, "dropped");
        assert!(waited.reason.is_some() && waited.finished_at.is_some());
        let runs = unfinished(&company_).await;
        assert_eq!((runs.len(), runs[0].phase.as_str()), (1, "reading"));
    })
    .await;
}

#[tokio::test]
async fn what_was_read_long_ago_is_read_anew_before_it_is_done() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        let run = company_.begin(true).await;
        company_.read(&run, &company()).await.unwrap();
        company_.house.state.clock.advance(FRESH * 2);
        let permit = operator();
        let edit = Edit::begin(&company_.house.state, &permit).await.unwrap();
        decide::go_on(edit, &run.id).await.unwrap();
        assert_eq!(company_.run(&run).await.phase, "reading");
        assert!(company_.member("alice").await.is_none());
    })
    .await;
}

#[tokio::test]
async fn a_directory_that_is_switched_off_is_taken_over_no_further() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        let state = &company_.house.state;
        let run = company_.begin(false).await;
        company_.read(&run, &company()).await.unwrap();
        changed(&company_, |draft| draft.enabled = false).await;
        let run = company_.run(&run).await;
        run::drive(state, &run, &company_.lease().await)
            .await
            .unwrap();
        assert_eq!(company_.run(&run).await.phase, "failed");
        assert!(company_.member("alice").await.is_none());
    })
    .await;
}

#[tokio::test]
async fn a_run_that_was_dropped_stays_so_whoever_is_still_at_it() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        let run = company_.begin(false).await;
        company_.move_on(&run, "reading", "dropped").await;
        let lost = company_.read(&run, &company()).await;
        assert!(matches!(lost, Err(Broken::Lost)));
        assert!(company_.changes(&run).await.is_empty());
        let lost = company_.apply(&run).await;
        assert!(matches!(lost, Err(Broken::Lost)));
        assert_eq!(company_.run(&run).await.phase, "dropped");
    })
    .await;
}

#[tokio::test]
async fn a_node_whose_lease_another_has_writes_nothing() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        let state = &company_.house.state;
        let run = company_.begin(false).await;
        company_.read(&run, &company()).await.unwrap();
        let ours = company_.lease().await;
        state.clock.advance(Duration::from_mins(5));
        let other = Lease::of(&company_.directory, "another node");
        assert!(other.take(state).await.unwrap());
        let lost = run::applied(state, &run, &company_.whole().await, &ours).await;
        assert!(matches!(lost, Err(Broken::Lost)));
        assert!(company_.member("alice").await.is_none());
    })
    .await;
}

#[tokio::test]
async fn a_directory_that_cannot_be_read_holds_up_no_other() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, hourly()).await;
        let state = &company_.house.state;
        let other = connect(&company_.house, "Other", hourly()).await;
        let mut row = company_.whole().await.row;
        row.settings = "{".to_owned();
        let mut tx = state.store.begin().await.unwrap();
        let now = state.clock.now();
        assert!(
            directory_rows::update(&mut tx, &row, "ldap", now)
                .await
                .unwrap()
        );
        tx.commit().await.unwrap();
        work::begin_due(state).await.unwrap();
        let mut read = state.store.read().await.unwrap();
        let runs = sync_runs::unfinished(&mut read, None).await.unwrap();
        assert_eq!(runs.len(), 1);
        assert_eq!(runs[0].directory, other);
    })
    .await;
}

#[tokio::test]
async fn what_was_taken_back_stays_so_until_somebody_has_it_taken_over_again() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, hourly()).await;
        let next = async || company_.whole().await.row.next_run_at;
        let done = company_.sync(&company()).await;
        assert!(next().await.is_some());
        assert_eq!(take_back(&company_, &done).await.phase, "done");
        assert_eq!(next().await, None);
        changed(&company_, |draft| draft.name = "Staff".to_owned()).await;
        assert_eq!(next().await, None, "another name is no word for it");
        company_.sync(&company()).await;
        assert!(next().await.is_some());
        let alice = company_.member("alice").await.unwrap();
        assert_eq!(alice.status, Status::Active);
    })
    .await;
}
