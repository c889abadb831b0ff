//! Runs as an organisation sees them.

mod changes;
mod failures;
mod following;
mod groups_and_departments;
mod leavers;
mod managers;
mod matching;
mod random;
mod schedule;
mod several;
mod slapd_stops;
mod standstill;
mod taking_back;
mod walk;

use super::testing::{Company, Listing, department, person, unlimited};
use crate::departments::{self, Heirs};
use crate::directories::entry::TheirGroup;
use crate::edit::Edit;
use crate::groups;
use crate::members::{self, Profile, Status};
use crate::refused::{Expected, Refused};
use crate::store::testing::on_both_engines;
use crate::testing::operator;

pub(super) fn company() -> Listing {
    Listing {
        departments: vec![
            department("d2", Some("d1"), "Platform"),
            department("d1", None, "Engineering"),
            department("d3", None, "Sales"),
        ],
        people: vec![
            person("k1", "alice", &["d2"]),
            person("k2", "bob", &["d1", "d3"]),
            person("k3", "carol", &["d3"]),
        ],
        ..Listing::default()
    }
}

pub(super) fn names(member: &crate::members::Member) -> Vec<&str> {
    member
        .departments
        .iter()
        .map(|one| one.name.as_str())
        .collect()
}

#[tokio::test]
async fn people_and_departments_are_taken_over_and_followed() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        let run = company_.sync(&company()).await;
        assert_eq!(run.phase, "done", "{:?}", run.reason);
        assert_eq!(
            (run.counts.listed, run.counts.done, run.counts.failed),
            (3, 6, 0)
        );
        let bob = company_.member("bob").await.unwrap();
        assert_eq!(names(&bob), ["Engineering", "Sales"], "the main one first");
        assert_eq!(bob.source.as_deref(), Some("LDAP"));
        assert!(
            !bob.email_verified,
            "nobody said that the directory is believed"
        );
        let mut next = company();
        next.departments[0] = department("d2", Some("d3"), "Platforms");
        next.people[0].display_name = "Alice Wang".to_owned();
        next.people[1].departments = vec!["d3".to_owned()];
        let run = company_.sync(&next).await;
        assert_eq!((run.phase.as_str(), run.counts.done), ("done", 3));
        assert_eq!(
            company_.member("alice").await.unwrap().display_name,
            "Alice Wang"
        );
        assert_eq!(names(&company_.member("bob").await.unwrap()), ["Sales"]);
        let run = company_.sync(&next).await;
        assert_eq!(run.counts.planned, 0, "{:?}", company_.changes(&run).await);
    })
    .await;
}

#[tokio::test]
async fn what_is_changed_here_by_hand_is_put_right_again() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        company_.sync(&company()).await;
        let alice = company_.member("alice").await.unwrap();
        let mut tx = company_.house.state.store.begin().await.unwrap();
        crate::store::members::set_departments(&mut tx, &alice.id, &[])
            .await
            .unwrap();
        crate::store::members::touch(&mut tx, &alice.id, company_.house.state.clock.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let run = company_.sync(&company()).await;
        assert_eq!(run.counts.done, 1);
        assert_eq!(
            names(&company_.member("alice").await.unwrap()),
            ["Platform"]
        );
    })
    .await;
}

#[tokio::test]
async fn what_the_directory_says_is_not_changed_by_hand_and_what_it_does_not_say_is() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        let mut listing = company();
        listing.groups = vec![TheirGroup {
            key: "g1".to_owned(),
            name: "admins".to_owned(),
            people: vec!["k1".to_owned()],
        }];
        company_.sync(&listing).await;
        let (state, permit) = (&company_.house.state, operator());
        let alice = company_.member("alice").await.unwrap();
        let profile = |name: &str| Profile {
            kind: None,
            username: "alice".to_owned(),
            display_name: name.to_owned(),
            email: alice.email.clone(),
            email_verified: None,
            mobile: None,
            employee_number: None,
            departments: alice.departments.iter().map(|one| one.id.clone()).collect(),
            groups: alice.groups.iter().map(|one| one.id.clone()).collect(),
        };
        let edit = async || Edit::begin(state, &permit).await.unwrap();
        let refused = members::update(edit().await, &alice.id, Expected::Any, &profile("Al")).await;
        assert!(matches!(refused, Err(Refused::Impossible(why)) if why.en.contains("LDAP")));
        members::update(edit().await, &alice.id, Expected::Any, &profile("ALICE"))
            .await
            .unwrap();
        assert_eq!(company_.member("alice").await.unwrap().groups, alice.groups);
        let department = &alice.departments[0].id;
        let gone =
            departments::remove(edit().await, department, Expected::Any, &Heirs::default()).await;
        assert!(matches!(gone, Err(Refused::Impossible(_))));
        let out = groups::set_member(edit().await, &alice.groups[0].id, &alice.id, false).await;
        assert!(matches!(out, Err(Refused::Impossible(_))));
        assert_eq!(company_.sync(&listing).await.counts.done, 0);
    })
    .await;
}

#[tokio::test]
async fn a_trial_writes_nothing_until_somebody_says_so() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        let run = company_.begin(true).await;
        company_.read(&run, &company()).await.unwrap();
        let run = company_.run(&run).await;
        assert_eq!((run.phase.as_str(), run.counts.planned), ("waiting", 6));
        assert!(company_.member("alice").await.is_none());
        let shown = company_.changes(&run).await;
        let alice = shown.iter().find(|change| change.name == "ALICE").unwrap();
        assert_eq!(
            (alice.kind.as_str(), alice.outcome.as_str()),
            ("create", "planned")
        );
        assert!(alice.after.as_ref().unwrap().contains("Platform"));
        company_.move_on(&run, "waiting", "applying").await;
        company_.apply(&run).await.unwrap();
        assert_eq!(company_.run(&run).await.phase, "done");
        assert!(company_.member("alice").await.is_some());
    })
    .await;
}

#[tokio::test]
async fn groups_hold_whom_the_directory_names_and_none_of_ours_is_taken_for_one() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        let mut listing = company();
        listing.groups = vec![TheirGroup {
            key: "g1".to_owned(),
            name: "admins".to_owned(),
            people: vec!["k1".to_owned(), "k3".to_owned(), "unknown".to_owned()],
        }];
        company_.sync(&listing).await;
        let groups = |member: &crate::members::Member| -> Vec<String> {
            member.groups.iter().map(|one| one.name.clone()).collect()
        };
        assert_eq!(groups(&company_.member("alice").await.unwrap()), ["admins"]);
        listing.groups[0].people.remove(0);
        listing.groups[0].name = "operators".to_owned();
        let run = company_.sync(&listing).await;
        assert_eq!(run.counts.done, 1);
        assert!(groups(&company_.member("alice").await.unwrap()).is_empty());
        assert_eq!(
            groups(&company_.member("carol").await.unwrap()),
            ["operators"]
        );
        let again = company_.sync(&listing).await;
        assert_eq!(again.counts.done, 0);
        listing.groups[0].key = "g2".to_owned();
        let run = company_.sync(&listing).await;
        assert_eq!(run.counts.failed, 1, "the name is another group's");
        assert!(
            groups(&company_.member("carol").await.unwrap()).is_empty(),
            "g1 is gone"
        );
    })
    .await;
}

#[tokio::test]
async fn a_department_that_is_gone_stays_while_it_holds_something_of_ours() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        company_.sync(&company()).await;
        let olga = company_.member("olga").await.unwrap();
        let sales = company_.member("carol").await.unwrap().departments[0]
            .id
            .clone();
        let mut tx = company_.house.state.store.begin().await.unwrap();
        crate::store::departments::add_member(&mut tx, &sales, &olga.id)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let mut next = company();
        next.departments.retain(|one| one.key == "d1");
        next.people[0].departments = vec!["d1".to_owned()];
        next.people[1].departments = vec!["d1".to_owned()];
        next.people[2].departments = Vec::new();
        let run = company_.sync(&next).await;
        assert_eq!(run.phase, "done");
        let mut read = company_.house.state.store.read().await.unwrap();
        let left = crate::store::department_lists::siblings(&mut read, None)
            .await
            .unwrap();
        assert_eq!(left.len(), 2, "Engineering, and Sales with Olga");
        assert_eq!(names(&company_.member("olga").await.unwrap()), ["Sales"]);
        assert_eq!(
            company_.member("carol").await.unwrap().status,
            Status::Active
        );
    })
    .await;
}
