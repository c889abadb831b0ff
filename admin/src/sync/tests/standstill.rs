//! What cannot be done fails and is told, and holds up nothing else: neither the run, nor those after it.

use config::id::{DepartmentId, MemberId};

use super::company;
use super::taking_back::take_back;
use crate::departments::{self, DepartmentDraft, Heirs};
use crate::directories::{MatchBy, Organisation};
use crate::edit::Edit;
use crate::members::Status;
use crate::refused::{Expected, Refused};
use crate::store::sync_changes::{self, ChangeRow};
use crate::store::sync_runs::RunRow;
use crate::store::testing::on_both_engines;
use crate::store::{departments as department_rows, members};
use crate::sync::testing::{Company, Listing, department, person, unlimited};
use crate::sync::{run, turn};
use crate::testing::operator;

async fn remove(company: &Company, id: &MemberId) {
    let mut tx = company.house.state.store.begin().await.unwrap();
    members::remove(&mut tx, id).await.unwrap();
    tx.commit().await.unwrap();
}

async fn made(company: &Company, name: &str) -> DepartmentId {
    let permit = operator();
    let edit = Edit::begin(&company.house.state, &permit).await.unwrap();
    let draft = DepartmentDraft {
        name: name.to_owned(),
        parent: None,
        position: None,
    };
    departments::create(edit, &draft).await.unwrap().id
}

/// A run that waited between reading and applying, while `meanwhile` happened.
async fn waited(company: &Company, listing: &Listing, meanwhile: impl AsyncFnOnce()) -> RunRow {
    let run = company.begin(true).await;
    company.read(&run, listing).await.unwrap();
    meanwhile().await;
    company.move_on(&run, "waiting", "applying").await;
    company.apply(&run).await.unwrap();
    company.run(&run).await
}

#[tokio::test]
async fn a_run_that_the_store_refuses_for_good_has_failed_and_the_next_one_begins() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        let state = &company_.house.state;
        let run = company_.begin(true).await;
        let unreadable = ChangeRow {
            seq: 1,
            turn: turn::PEOPLE,
            object: "person".to_owned(),
            kind: "create".to_owned(),
            key: "k1".to_owned(),
            entry: Some("{".to_owned()),
            outcome: "planned".to_owned(),
            ..ChangeRow::default()
        };
        let mut tx = state.store.begin().await.unwrap();
        sync_changes::insert(&mut tx, &run.id, &[unreadable])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        company_.move_on(&run, "reading", "applying").await;
        let run = company_.run(&run).await;
        run::drive(state, &run, &company_.lease().await)
            .await
            .unwrap();
        let run = company_.run(&run).await;
        assert_eq!(run.phase, "failed");
        assert!(run.reason.unwrap().contains("cannot be written"));
        assert_eq!(company_.sync(&company()).await.phase, "done");
    })
    .await;
}

#[tokio::test]
async fn whoever_is_new_takes_the_name_that_another_gives_up_in_the_same_run() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        company_.sync(&company()).await;
        let alice = company_.member("alice").await.unwrap();
        let mut next = company();
        next.people[0] = person("k1", "alicia", &["d2"]);
        next.people.push(person("k9", "alice", &["d2"]));
        let run = company_.sync(&next).await;
        assert_eq!((run.phase.as_str(), run.counts.failed), ("done", 0));
        assert_eq!(company_.member("alicia").await.unwrap().id, alice.id);
        assert_ne!(company_.member("alice").await.unwrap().id, alice.id);
    })
    .await;
}

#[tokio::test]
async fn whoever_is_made_anew_because_an_account_is_gone_has_an_id_of_their_own() {
    on_both_engines(async |store| {
        let organisation = Organisation {
            match_by: MatchBy::Username,
            ..unlimited()
        };
        let company_ = Company::new(store, organisation).await;
        company_.sync(&company()).await;
        let alice = company_.member("alice").await.unwrap().id;
        let dave = company_.house.member("dave", "Dave", &[]).await;
        let mut next = company();
        next.people[0].display_name = "Alice Wang".to_owned();
        next.people.push(person("k4", "dave", &[]));
        let run = waited(&company_, &next, async || {
            remove(&company_, &alice).await;
            let mut tx = company_.house.state.store.begin().await.unwrap();
            members::set_username(&mut tx, &dave, "david")
                .await
                .unwrap();
            tx.commit().await.unwrap();
        })
        .await;
        assert_eq!((run.phase.as_str(), run.counts.failed), ("done", 0));
        assert_ne!(company_.member("alice").await.unwrap().id, alice);
        assert_ne!(company_.member("dave").await.unwrap().id, dave);
        assert_eq!(company_.member("david").await.unwrap().source, None);
    })
    .await;
}

#[tokio::test]
async fn a_disabled_entry_whose_account_is_gone_is_nobody() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        company_.sync(&company()).await;
        let alice = company_.member("alice").await.unwrap().id;
        let mut next = company();
        next.people[0].is_enabled = false;
        let run = waited(&company_, &next, async || remove(&company_, &alice).await).await;
        assert_eq!((run.phase.as_str(), run.counts.failed), ("done", 0));
        assert!(company_.member("alice").await.is_none());
    })
    .await;
}

#[tokio::test]
async fn a_department_below_which_a_directory_hangs_its_own_is_not_removed() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        let top = made(&company_, "Company").await;
        let organisation = Organisation {
            below: Some(top.clone()),
            ..unlimited()
        };
        crate::sync::testing::connect(&company_.house, "Other", organisation).await;
        let permit = operator();
        let edit = Edit::begin(&company_.house.state, &permit).await.unwrap();
        let refused = departments::remove(edit, &top, Expected::Any, &Heirs::default()).await;
        assert!(matches!(refused, Err(Refused::Impossible(why)) if why.en.contains("Other")));
    })
    .await;
}

#[tokio::test]
async fn a_department_whose_parent_is_gone_fails_alone() {
    on_both_engines(async |store| {
        let mut company_ = Company::new(store, unlimited()).await;
        let top = made(&company_, "Company").await;
        let organisation = Organisation {
            below: Some(top.clone()),
            ..unlimited()
        };
        company_.directory =
            crate::sync::testing::connect(&company_.house, "Other", organisation).await;
        let run = waited(&company_, &company(), async || {
            let mut tx = company_.house.state.store.begin().await.unwrap();
            department_rows::remove(&mut tx, &top).await.unwrap();
            tx.commit().await.unwrap();
        })
        .await;
        assert_eq!(run.phase, "done");
        assert_eq!(run.counts.failed, 3, "no department");
        assert!(company_.member("alice").await.is_some());
    })
    .await;
}

#[tokio::test]
async fn a_name_that_somebody_new_has_stays_theirs_when_a_run_is_taken_back() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        company_.sync(&company()).await;
        let mut next = company();
        next.people[0].username = "alicia".to_owned();
        next.people[1].display_name = "Robert".to_owned();
        let done = company_.sync(&next).await;
        company_.house.member("alice", "Another Alice", &[]).await;
        let undo = take_back(&company_, &done).await;
        assert_eq!(undo.phase, "done");
        assert_eq!((undo.counts.done, undo.counts.failed), (1, 1));
        assert!(company_.member("alicia").await.is_some());
        assert_eq!(company_.member("bob").await.unwrap().display_name, "BOB");
    })
    .await;
}

#[tokio::test]
async fn names_that_went_from_hand_to_hand_in_one_run_all_go_back() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        company_.sync(&company()).await;
        let mut next = company();
        next.people[1] = person("k2", "robert", &["d1", "d3"]);
        next.people[0] = person("k1", "bob", &["d2"]);
        next.people.push(person("k15", "alice", &["d2"]));
        let done = company_.sync(&next).await;
        assert_eq!(done.counts.failed, 0);
        let undo = take_back(&company_, &done).await;
        assert_eq!((undo.phase.as_str(), undo.counts.failed), ("done", 0));
        let alice = company_.member("alice").await.unwrap();
        assert_eq!(alice.display_name, "ALICE");
        assert!(company_.member("robert").await.is_none());
    })
    .await;
}

#[tokio::test]
async fn a_department_is_not_put_back_below_one_that_is_gone() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        company_.sync(&company()).await;
        let mut next = company();
        next.departments.retain(|one| one.key != "d2");
        next.people[0].departments = vec!["d3".to_owned()];
        let done = company_.sync(&next).await;
        next.departments.retain(|one| one.key == "d3");
        next.people[1].departments = vec!["d3".to_owned()];
        company_.sync(&next).await;
        let undo = take_back(&company_, &done).await;
        assert_eq!(undo.phase, "done");
        assert_eq!(undo.counts.failed, 1, "Platform hung below Engineering");
        assert_eq!(
            company_.member("alice").await.unwrap().status,
            Status::Active
        );
    })
    .await;
}

#[tokio::test]
async fn a_text_that_no_store_keeps_is_shown_as_what_it_is() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        let mut listing = company();
        listing.departments.push(department("d\0", None, "D\0"));
        listing.people.push(person("k\0", "dave", &["d\0"]));
        listing.people.push(person("k5", "e\0ve", &[]));
        let run = company_.sync(&listing).await;
        assert_eq!(run.phase, "done", "{:?}", run.reason);
        assert!(company_.member("dave").await.is_some());
        assert_eq!(company_.sync(&listing).await.phase, "done");
    })
    .await;
}
