//! A run is taken back as long as nothing newer touched the same people.

use super::{company, names};
use crate::members::Status;
use crate::store::testing::on_both_engines;
use crate::sync::run::{self, Begin, Mode};
use crate::sync::testing::{Company, somebody, unlimited};

pub(super) async fn take_back(
    company: &Company,
    undone: &crate::store::sync_runs::RunRow,
) -> crate::store::sync_runs::RunRow {
    let state = &company.house.state;
    let mut tx = state.store.begin().await.unwrap();
    let begin = Begin {
        directory: &company.directory,
        mode: Mode::Undo,
        is_trial: false,
        actor: somebody(),
        undoes: Some(&undone.id),
    };
    let run = run::begin(&mut tx, begin, state.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    company.apply(&run).await.unwrap();
    company.run(&run).await
}

#[tokio::test]
async fn all_that_a_run_did_is_as_it_was() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        company_.sync(&company()).await;
        let mut next = company();
        next.people[0].display_name = "Alice Wang".to_owned();
        next.people[0].departments = vec!["d3".to_owned()];
        next.people.remove(2);
        next.people
            .push(crate::sync::testing::person("k4", "dave", &["d1"]));
        next.departments[2].name = "Marketing".to_owned();
        let done = company_.sync(&next).await;
        let undo = take_back(&company_, &done).await;
        assert_eq!(
            (undo.phase.as_str(), undo.counts.failed),
            ("done", 0),
            "{:?}",
            company_.changes(&undo).await
        );
        assert_eq!(company_.run(&done).await.phase, "undone");
        let alice = company_.member("alice").await.unwrap();
        assert_eq!(
            (alice.display_name.as_str(), names(&alice)),
            ("ALICE", vec!["Platform"])
        );
        assert_eq!(
            company_.member("carol").await.unwrap().status,
            Status::Active
        );
        assert!(company_.member("dave").await.is_none());
        assert_eq!(
            names(&company_.member("bob").await.unwrap()),
            ["Engineering", "Sales"]
        );
        let again = company_.sync(&next).await;
        assert_eq!(
            again.counts.done, done.counts.done,
            "the directory still says the same"
        );
    })
    .await;
}

#[tokio::test]
async fn what_was_changed_since_stays() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        company_.sync(&company()).await;
        let mut next = company();
        next.people[0].display_name = "Alice Wang".to_owned();
        let done = company_.sync(&next).await;
        next.people[0].display_name = "Alice Li".to_owned();
        company_.sync(&next).await;
        let undo = take_back(&company_, &done).await;
        assert_eq!((undo.counts.done, undo.counts.failed), (0, 1));
        assert_eq!(
            company_.member("alice").await.unwrap().display_name,
            "Alice Li"
        );
    })
    .await;
}

#[tokio::test]
async fn whoever_has_something_to_lose_by_now_is_not_removed() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        let done = company_.sync(&company()).await;
        let (state, now) = (&company_.house.state, company_.house.state.clock.now());
        let alice = company_.member("alice").await.unwrap().id;
        let bob = company_.member("bob").await.unwrap().id;
        let mut tx = state.store.begin().await.unwrap();
        let role = config::Role::Auditor.as_str();
        crate::store::role_holdings::set(&mut tx, &alice, &[(role, None)], now)
            .await
            .unwrap();
        crate::store::credentials::set_password(&mut tx, &bob, "$argon2id$", now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        take_back(&company_, &done).await;
        assert!(company_.member("alice").await.is_some(), "holds a role");
        assert!(company_.member("bob").await.is_some(), "has a password");
        assert!(company_.member("carol").await.is_none());
        let audit = company_.house.audit().await;
        assert!(audit.contains(&"delete".to_owned()), "{audit:?}");
    })
    .await;
}
