//! Who heads departments, and to whom people report, as a directory says.

use super::company;
use super::taking_back::take_back;
use crate::managers;
use crate::members::Status;
use crate::store::testing::on_both_engines;
use crate::sync::testing::{Company, Listing, unlimited};

/// Alice heads Engineering together with Carol, and Bob reports to her.
fn managed() -> Listing {
    let mut listing = company();
    listing.departments[1].managers = vec!["k1".to_owned(), "k3".to_owned()];
    listing.people[1].manager = Some("k1".to_owned());
    listing
}

/// The usernames of those who head Engineering, and of whom Bob reports to.
async fn heads(company: &Company) -> [Vec<String>; 2] {
    let bob = company.member("bob").await.unwrap();
    let engineering = bob.departments.iter().find(|one| one.name == "Engineering");
    let mut read = company.house.state.store.read().await.unwrap();
    let of_department = managers::of_department(&mut read, &engineering.unwrap().id).await;
    let of_member = managers::of_member(&mut read, &bob.id).await;
    [of_department, of_member].map(|found| {
        let found = found.unwrap();
        assert_eq!(found.said_by.as_deref(), Some("LDAP"));
        found.managers.into_iter().map(|one| one.username).collect()
    })
}

#[tokio::test]
async fn managers_are_taken_over_with_those_whom_they_manage_and_followed() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        company_.sync(&managed()).await;
        let expected = [vec!["alice", "carol"], vec!["alice"]];
        assert_eq!(heads(&company_).await, expected);
        let again = company_.sync(&managed()).await;
        assert_eq!(
            again.counts.planned,
            0,
            "{:?}",
            company_.changes(&again).await
        );
        let mut next = managed();
        next.departments[1].managers.reverse();
        next.people[1].manager = None;
        let run = company_.sync(&next).await;
        assert_eq!(run.counts.done, 2, "{:?}", company_.changes(&run).await);
        assert_eq!(heads(&company_).await, [vec!["carol", "alice"], vec![]]);
    })
    .await;
}

#[tokio::test]
async fn whoever_is_not_among_us_is_left_out_until_they_are() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        let mut listing = managed();
        listing.people[1].manager = Some("k9".to_owned());
        listing.departments[1].managers = vec!["k9".to_owned(), "k3".to_owned()];
        let run = company_.sync(&listing).await;
        assert_eq!(run.counts.failed, 0);
        assert_eq!(heads(&company_).await, [vec!["carol"], vec![]]);
        let again = company_.sync(&listing).await;
        assert_eq!(
            again.counts.planned,
            0,
            "{:?}",
            company_.changes(&again).await
        );
        listing
            .people
            .push(crate::sync::testing::person("k9", "nina", &[]));
        company_.sync(&listing).await;
        assert_eq!(
            heads(&company_).await,
            [vec!["nina", "carol"], vec!["nina"]]
        );
    })
    .await;
}

#[tokio::test]
async fn nobody_reports_to_themselves_and_a_leaver_stays_named() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        let mut listing = managed();
        listing.people[0].manager = Some("k1".to_owned());
        company_.sync(&listing).await;
        let alice = company_.member("alice").await.unwrap();
        let mut read = company_.house.state.store.read().await.unwrap();
        let own = managers::of_member(&mut read, &alice.id).await.unwrap();
        drop(read);
        assert_eq!(own.managers, []);
        listing.people.remove(0);
        company_.sync(&listing).await;
        let bob = company_.member("bob").await.unwrap();
        let mut read = company_.house.state.store.read().await.unwrap();
        let of_bob = managers::of_member(&mut read, &bob.id).await.unwrap();
        assert_eq!(of_bob.managers[0].status, Status::Disabled);
    })
    .await;
}

#[tokio::test]
async fn what_a_run_said_of_managers_is_recorded_and_taken_back() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        company_.sync(&managed()).await;
        let mut next = managed();
        next.departments[1].managers = vec!["k2".to_owned()];
        next.people[1].manager = Some("k3".to_owned());
        let done = company_.sync(&next).await;
        let changes = company_.changes(&done).await;
        let of_bob = changes.iter().find(|one| one.object == "person_manager");
        let of_bob = of_bob.unwrap();
        assert!(
            of_bob.before.as_ref().unwrap().contains("ALICE"),
            "{of_bob:?}"
        );
        assert!(
            of_bob.after.as_ref().unwrap().contains("CAROL"),
            "{of_bob:?}"
        );
        assert_eq!(heads(&company_).await, [vec!["bob"], vec!["carol"]]);
        let undo = take_back(&company_, &done).await;
        assert_eq!((undo.phase.as_str(), undo.counts.failed), ("done", 0));
        assert_eq!(
            heads(&company_).await,
            [vec!["alice", "carol"], vec!["alice"]]
        );
    })
    .await;
}

#[tokio::test]
async fn a_change_of_manager_alone_is_seen_among_what_the_directory_says_has_changed() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        company_.sync(&managed()).await;
        let mut next = managed();
        next.people[1].manager = Some("k3".to_owned());
        next.hinted = vec!["k1".to_owned(), "k2".to_owned()];
        let run = company_.sync_changes(&next).await;
        assert_eq!((run.mode.as_str(), run.counts.done), ("changes", 1));
        assert_eq!(heads(&company_).await[1], ["carol"]);
    })
    .await;
}
