//! Whoever leaves is shut out at once, and has what they had when they come back.

use std::time::Duration;

use config::id::SignInId;
use config::session::AuthenticationMethod;

use super::{company, names};
use crate::directories::Organisation;
use crate::edit::Edit;
use crate::members::{Status, account};
use crate::store::sign_ins::{self, SignIn};
use crate::store::testing::on_both_engines;
use crate::sync::testing::{Company, person, unlimited};
use crate::testing::operator;

#[tokio::test]
async fn attack_16_a_leaver_is_cut_off_and_a_returner_has_what_they_had() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        company_.sync(&company()).await;
        let alice = company_.member("alice").await.unwrap();
        let (state, now) = (&company_.house.state, company_.house.state.clock.now());
        let mut tx = state.store.begin().await.unwrap();
        let sign_in = SignIn {
            id: SignInId::generate(),
            member: alice.id.clone(),
            started_at: now,
            authenticated_at: now,
            second_factor_at: None,
            methods: vec![AuthenticationMethod::Password],
            address: "192.0.2.7".to_owned(),
            user_agent: String::new(),
            device: String::new(),
            expires_at: now.plus(Duration::from_hours(1)),
            idle_limit_ms: None,
        };
        sign_ins::insert(&mut tx, &sign_in).await.unwrap();
        tx.commit().await.unwrap();
        let mut without = company();
        without.people.remove(0);
        let run = company_.sync(&without).await;
        assert_eq!(run.counts.done, 1);
        let left = company_.member("alice").await.unwrap();
        assert_eq!(left.status, Status::Disabled);
        assert_eq!(names(&left), ["Platform"], "disabled, not deleted");
        let mut read = state.store.read().await.unwrap();
        assert!(
            sign_ins::open_of(&mut read, &alice.id, now)
                .await
                .unwrap()
                .is_empty()
        );
        drop(read);
        assert_eq!(company_.sync(&without).await.counts.planned, 0);
        company_.sync(&company()).await;
        let back = company_.member("alice").await.unwrap();
        assert_eq!((back.id, back.status), (alice.id, Status::Active));
    })
    .await;
}

#[tokio::test]
async fn whoever_is_disabled_there_is_shut_out_here_until_they_are_not() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        let mut listing = company();
        listing.people[2].is_enabled = false;
        company_.sync(&listing).await;
        assert!(
            company_.member("carol").await.is_none(),
            "nobody is made who could not sign in"
        );
        company_.sync(&company()).await;
        assert_eq!(
            company_.member("carol").await.unwrap().status,
            Status::Active
        );
        company_.sync(&listing).await;
        assert_eq!(
            company_.member("carol").await.unwrap().status,
            Status::Disabled
        );
        assert_eq!(company_.sync(&listing).await.counts.planned, 0);
        company_.sync(&company()).await;
        assert_eq!(
            company_.member("carol").await.unwrap().status,
            Status::Active
        );
    })
    .await;
}

#[tokio::test]
async fn whoever_an_administrator_disabled_stays_so_whatever_the_directory_says() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        company_.sync(&company()).await;
        let alice = company_.member("alice").await.unwrap();
        let permit = operator();
        let edit = Edit::begin(&company_.house.state, &permit).await.unwrap();
        account::set_status(edit, &alice.id, Status::Disabled)
            .await
            .unwrap();
        let mut without = company();
        without.people.remove(0);
        for listing in [company(), without, company()] {
            company_.sync(&listing).await;
            assert_eq!(
                company_.member("alice").await.unwrap().status,
                Status::Disabled
            );
        }
    })
    .await;
}

#[tokio::test]
async fn the_last_owner_does_not_leave() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        company_.sync(&company()).await;
        let alice = company_.member("alice").await.unwrap();
        let olga = company_.member("olga").await.unwrap();
        let now = company_.house.state.clock.now();
        let mut tx = company_.house.state.store.begin().await.unwrap();
        let role = config::Role::Owner.as_str();
        crate::store::role_holdings::set(&mut tx, &alice.id, &[(role, None)], now)
            .await
            .unwrap();
        crate::store::role_holdings::set(&mut tx, &olga.id, &[], now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let mut without = company();
        without.people.remove(0);
        let run = company_.sync(&without).await;
        assert_eq!((run.counts.done, run.counts.failed), (0, 1));
        assert_eq!(
            company_.member("alice").await.unwrap().status,
            Status::Active
        );
    })
    .await;
}

#[tokio::test]
async fn whoever_is_disabled_by_hand_stays_so_although_the_directory_had_shut_them_out_before() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        let permit = operator();
        let by_hand = async |status| {
            let alice = company_.member("alice").await.unwrap();
            let edit = Edit::begin(&company_.house.state, &permit).await.unwrap();
            account::set_status(edit, &alice.id, status).await.unwrap();
        };
        let mut without = company();
        without.people.remove(0);
        for status in [Status::Disabled, Status::Left] {
            company_.sync(&company()).await;
            by_hand(Status::Active).await;
            let left = company_.sync(&without).await;
            assert_eq!(left.counts.done, 1);
            by_hand(status).await;
            let undo = super::taking_back::take_back(&company_, &left).await;
            assert_eq!((undo.counts.done, undo.counts.failed), (0, 1));
            company_.sync(&company()).await;
            assert_eq!(company_.member("alice").await.unwrap().status, status);
        }
    })
    .await;
}

#[tokio::test]
async fn attack_16_whoever_is_disabled_is_shut_out_whatever_else_is_wrong_with_their_entry() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        company_.house.member("zoe", "Zoe", &[]).await;
        company_.sync(&company()).await;
        let mut left = company();
        // One has a name that nobody can have here, the other one that somebody has.
        for (person, name) in left.people.iter_mut().zip(["alice (left)", "zoe"]) {
            name.clone_into(&mut person.username);
            person.is_enabled = false;
        }
        let run = company_.sync(&left).await;
        assert_eq!((run.phase.as_str(), run.counts.done), ("done", 2));
        for name in ["alice", "bob"] {
            let member = company_.member(name).await.unwrap();
            assert_eq!(member.status, Status::Disabled, "{name}");
        }
        let run = company_.sync(&left).await;
        assert_eq!(
            (run.counts.done, run.counts.failed),
            (0, 2),
            "what else is wrong is told"
        );

        company_.sync(&company()).await;
        for name in ["alice", "bob"] {
            let member = company_.member(name).await.unwrap();
            assert_eq!(member.status, Status::Active, "{name} is back");
        }
    })
    .await;
}

#[tokio::test]
async fn so_many_of_them_stop_a_run_as_others_do() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, Organisation::default()).await;
        let mut listing = company();
        listing.people = (0..100)
            .map(|n| person(&format!("k{n}"), &format!("p{n}"), &[]))
            .collect();
        company_.sync(&listing).await;
        for person in &mut listing.people[..30] {
            person.username += " (left)";
            person.is_enabled = false;
        }
        let run = company_.begin(false).await;
        company_.read(&run, &listing).await.unwrap();
        assert_eq!(company_.run(&run).await.phase, "waiting");
    })
    .await;
}
