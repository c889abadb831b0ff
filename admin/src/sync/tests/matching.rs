//! Who is taken for somebody who is there already.

use config::Role;

use super::company;
use crate::directories::conflicts::{ConflictDecision, decide};
use crate::directories::{MatchBy, Organisation, Others};
use crate::edit::Edit;
use crate::members::Status;
use crate::refused::Refused;
use crate::store::sync_conflicts;
use crate::store::testing::on_both_engines;
use crate::sync::testing::{Company, person, unlimited};
use crate::testing::operator;

fn by(match_by: MatchBy) -> Organisation {
    Organisation {
        match_by,
        ..unlimited()
    }
}

async fn conflicts(company: &Company) -> Vec<(String, bool)> {
    let mut read = company.house.state.store.read().await.unwrap();
    let found = sync_conflicts::list(&mut read, &company.directory, true, "", 100)
        .await
        .unwrap();
    found
        .into_iter()
        .map(|one| (one.key, one.member.is_some()))
        .collect()
}

#[tokio::test]
async fn nobody_is_taken_for_anybody_unless_an_administrator_chose_by_what() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        let alice = company_.house.member("alice", "Alice", &[]).await;
        let run = company_.sync(&company()).await;
        assert_eq!((run.counts.done, run.counts.failed), (5, 1));
        assert_eq!(conflicts(&company_).await, [("k1".to_owned(), true)]);
        assert_eq!(company_.member("alice").await.unwrap().source, None);
        let mut tx = company_.house.state.store.begin().await.unwrap();
        crate::store::members::remove(&mut tx, &alice)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        company_.sync(&company()).await;
        assert_eq!(
            conflicts(&company_).await,
            [],
            "what stood in the way is gone"
        );
    })
    .await;
}

#[tokio::test]
async fn an_account_is_kept_with_all_it_has() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, by(MatchBy::Username)).await;
        let alice = company_.house.member("alice", "Alice", &[]).await;
        company_.sync(&company()).await;
        let linked = company_.member("alice").await.unwrap();
        assert_eq!(linked.id, alice);
        assert_eq!(linked.source.as_deref(), Some("LDAP"));
        assert_eq!(linked.display_name, "ALICE");
    })
    .await;
}

#[tokio::test]
async fn attack_18_no_account_with_a_role_is_taken_over_by_its_name() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, by(MatchBy::Username)).await;
        company_.house.member("root", "Root", &[Role::Owner]).await;
        let mut listing = company();
        listing.people.push(person("evil", "root", &[]));
        company_.sync(&listing).await;
        assert_eq!(conflicts(&company_).await, [("evil".to_owned(), true)]);
        let root = company_.member("root").await.unwrap();
        assert_eq!((root.source, root.email), (None, None));
    })
    .await;
}

#[tokio::test]
async fn attack_11_an_unverified_mail_address_links_nobody() {
    on_both_engines(async |store| {
        let organisation = Organisation {
            trusts_mail: true,
            ..by(MatchBy::VerifiedEmail)
        };
        let company_ = Company::new(store, organisation).await;
        let now = company_.house.state.clock.now();
        let a = company_.house.member("a1", "A", &[]).await;
        let b = company_.house.member("b1", "B", &[]).await;
        let mut tx = company_.house.state.store.begin().await.unwrap();
        crate::store::members::set_reach(&mut tx, &a, Some("alice@example.com"), None, now)
            .await
            .unwrap();
        crate::store::members::set_reach(&mut tx, &b, Some("bob@example.com"), None, now)
            .await
            .unwrap();
        crate::store::members::set_email_verified(&mut tx, &b, None)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        company_.sync(&company()).await;
        assert_eq!(
            company_.member("alice").await.unwrap().id,
            a,
            "verified: linked"
        );
        let bob = company_.member("bob").await.unwrap();
        assert_ne!(bob.id, b, "somebody new");
        assert_eq!(bob.email, None, "the address is somebody else's");
    })
    .await;
}

#[tokio::test]
async fn several_who_fit_wait_for_an_administrator() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, by(MatchBy::EmployeeNumber)).await;
        let mut listing = company();
        listing.people[0].employee_number = Some("E1".to_owned());
        for name in ["x", "y"] {
            let id = company_.house.member(name, name, &[]).await;
            let mut tx = company_.house.state.store.begin().await.unwrap();
            crate::store::members::set_employee_number(&mut tx, &id, "E1")
                .await
                .unwrap();
            tx.commit().await.unwrap();
        }
        company_.sync(&listing).await;
        assert_eq!(conflicts(&company_).await, [("k1".to_owned(), false)]);
    })
    .await;
}

#[tokio::test]
async fn others_are_disabled_once_where_it_was_so_chosen() {
    on_both_engines(async |store| {
        let organisation = Organisation {
            others: Others::Disable,
            ..by(MatchBy::Username)
        };
        let company_ = Company::new(store, organisation).await;
        company_.house.member("alice", "Alice", &[]).await;
        company_.house.member("zoe", "Zoe", &[]).await;
        company_.sync(&company()).await;
        let status = async |name| company_.member(name).await.unwrap().status;
        assert_eq!(status("alice").await, Status::Active, "in the directory");
        assert_eq!(status("zoe").await, Status::Disabled);
        assert_eq!(status("olga").await, Status::Active, "holds a role");
        company_.house.member("yan", "Yan", &[]).await;
        company_.sync(&company()).await;
        assert_eq!(status("yan").await, Status::Active, "made since");
    })
    .await;
}

#[tokio::test]
async fn of_two_entries_with_one_username_the_same_one_has_it_in_whatever_order() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        let mut listing = company();
        listing.people = vec![person("z", "alice", &[]), person("a", "alice", &[])];
        let run = company_.sync(&listing).await;
        assert_eq!(run.counts.failed, 1);
        let changes = company_.changes(&run).await;
        let made = changes
            .iter()
            .find(|change| change.object == "person" && change.outcome == "done");
        assert_eq!(made.unwrap().key, "a");
    })
    .await;
}

#[tokio::test]
async fn names_that_are_handed_on_within_a_run_are_had_by_its_end() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        company_.sync(&company()).await;
        let mut next = company();
        next.people[0].username = "bob".to_owned();
        next.people[1].username = "robert".to_owned();
        let run = company_.sync(&next).await;
        assert_eq!(
            (run.counts.done, run.counts.failed),
            (2, 0),
            "{:?}",
            company_.changes(&run).await
        );
        assert_eq!(company_.sync(&next).await.counts.planned, 0);
    })
    .await;
}

#[tokio::test]
async fn no_guest_is_linked_to_an_entry() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        let alice = company_.house.member("alice", "Alice", &[]).await;
        company_.sync(&company()).await;
        let state = &company_.house.state;
        let mut tx = state.store.begin().await.unwrap();
        crate::store::guests::set_kind_alone(&mut tx, &alice, "guest")
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let permit = operator();
        let edit = Edit::begin(state, &permit).await.unwrap();
        let link = ConflictDecision::Link { member: alice };
        let refused = decide(edit, &company_.directory, "k1", &link).await;
        assert!(matches!(refused, Err(Refused::Impossible(why)) if why.en.contains("guest")));
    })
    .await;
}

#[tokio::test]
async fn attack_23_an_address_that_the_directory_changed_is_told_to_the_one_before() {
    on_both_engines(async |store| {
        let organisation = Organisation {
            trusts_mail: true,
            ..by(MatchBy::Username)
        };
        let company_ = Company::new(store, organisation).await;
        company_.house.set_senders().await;
        company_
            .house
            .policy(|policy| policy.notices.factor_changed = true)
            .await;
        company_.house.member("alice", "Alice", &[]).await;
        let mut listing = company();
        company_.sync(&listing).await;
        assert!(company_.house.told().await.is_empty(), "there was none");
        listing.people[0].email = Some("alice@evil.example".to_owned());
        listing.people[1].email = Some("bob@evil.example".to_owned());
        company_.sync(&listing).await;
        let told = company_.house.told().await.into_iter();
        let told: Vec<String> = told.map(|(_, to, _)| to).collect();
        assert_eq!(told, ["alice@example.com"], "Bob has never come in");
    })
    .await;
}

#[tokio::test]
async fn whoever_may_be_in_the_directory_is_no_other_nor_is_whoever_holds_a_role_by_now() {
    on_both_engines(async |store| {
        let organisation = Organisation {
            others: Others::Disable,
            ..by(MatchBy::EmployeeNumber)
        };
        let company_ = Company::new(store, organisation).await;
        let zoe = company_.house.member("zoe", "Zoe", &[]).await;
        company_.house.member("alice", "Alice", &[]).await;
        company_.house.member("yan", "Yan", &[]).await;
        let mut listing = company();
        listing.people[1].employee_number = Some("E1".to_owned());
        let (state, now) = (&company_.house.state, company_.house.state.clock.now());
        for name in ["x", "y"] {
            let id = company_.house.member(name, name, &[]).await;
            let mut tx = state.store.begin().await.unwrap();
            crate::store::members::set_employee_number(&mut tx, &id, "E1")
                .await
                .unwrap();
            tx.commit().await.unwrap();
        }
        let run = company_.begin(true).await;
        company_.read(&run, &listing).await.unwrap();
        let mut tx = state.store.begin().await.unwrap();
        let role = Role::Auditor.as_str();
        crate::store::role_holdings::set(&mut tx, &zoe, &[(role, None)], now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        company_.move_on(&run, "waiting", "applying").await;
        company_.apply(&run).await.unwrap();
        let status = async |name| company_.member(name).await.unwrap().status;
        assert_eq!(status("alice").await, Status::Active, "has its username");
        assert_eq!(status("x").await, Status::Active, "has its number");
        assert_eq!(status("y").await, Status::Active, "has its number");
        assert_eq!(status("zoe").await, Status::Active, "holds a role by now");
        assert_eq!(status("yan").await, Status::Disabled);
    })
    .await;
}

#[tokio::test]
async fn whoever_is_in_the_directory_under_a_name_that_is_not_fit_is_no_other() {
    on_both_engines(async |store| {
        let organisation = Organisation {
            others: Others::Disable,
            ..by(MatchBy::EmployeeNumber)
        };
        let company_ = Company::new(store, organisation).await;
        let lee = company_.house.member("lee", "Lee", &[]).await;
        let mut tx = company_.house.state.store.begin().await.unwrap();
        crate::store::members::set_employee_number(&mut tx, &lee, "7")
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let mut listing = company();
        "a lice".clone_into(&mut listing.people[0].username);
        listing.people[0].employee_number = Some("7".to_owned());
        let run = company_.sync(&listing).await;
        assert_eq!(run.counts.failed, 1);
        let lee = company_.member("lee").await.unwrap();
        assert_eq!(lee.status, Status::Active);
    })
    .await;
}
