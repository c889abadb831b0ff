//! What an administrator does about a person's credentials takes effect at once.

use std::time::Duration;

use axum::http::StatusCode;
use config::cookies;

use super::assignments::{self, Assignment};
use super::credentials::{one_time_link, reset_second_factor};
use crate::edit::Edit;
use crate::messages::MessageKind;
use crate::refused::Expected;
use crate::sign_in::one_time_links::OneTimeLink;
use crate::store::flows;
use crate::store::messages::{self, MessageRow};
use crate::store::testing::on_both_engines;
use crate::testing::{ACCESS, Browser, House, PASSWORD, operator};
use crate::tokens::Token;

const NEW: &str = "another good one";

async fn link(house: &House, keep_password: bool) -> OneTimeLink {
    let permit = operator();
    let edit = Edit::begin(&house.state, &permit).await.unwrap();
    let access = &house.state.settings.access;
    one_time_link(edit, access, &house.alice, keep_password)
        .await
        .unwrap()
}

async fn redeem(browser: &mut Browser<'_>, code: &str) {
    browser.get(ACCESS, "/welcome").await;
    let step = browser.post(ACCESS, "/welcome", &[("code", code)]).await;
    assert_eq!(step.location(), "/sign-in/new-password");
    browser.get(ACCESS, "/sign-in/new-password").await;
    let fields = [("password", NEW), ("repeated", NEW)];
    let done = browser.post(ACCESS, "/sign-in/new-password", &fields).await;
    assert_eq!(done.location(), "/");
}

#[tokio::test]
async fn attack_23_a_reset_ends_the_old_password_and_every_sign_in_before_the_link_is_used() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut thief = house.browser();
        thief.sign_in("alice", PASSWORD).await;
        assert!(!house.is_asked_anew(&house.alice).await);
        let link = link(&house, false).await;
        assert!(house.is_asked_anew(&house.alice).await);
        assert!(!thief.is_signed_in().await);
        let refused = thief.sign_in("alice", PASSWORD).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(house.audit().await[0], "reset_password");
        let mut alice = house.browser();
        redeem(&mut alice, &link.code).await;
        assert!(alice.is_signed_in().await);
        let back = house.browser().sign_in("alice", NEW).await;
        assert_eq!(back.location(), "/");
    })
    .await;
}

#[tokio::test]
async fn a_link_that_is_only_offered_leaves_everything_until_it_is_used() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut alice = house.browser();
        alice.sign_in("alice", PASSWORD).await;
        let link = link(&house, true).await;
        assert_eq!(house.audit().await[0], "make_one_time_link");
        assert!(alice.is_signed_in().await);
        let again = house.browser().sign_in("alice", PASSWORD).await;
        assert_eq!(again.location(), "/");
        redeem(&mut house.browser(), &link.code).await;
        assert!(!alice.is_signed_in().await);
        let old = house.browser().sign_in("alice", PASSWORD).await;
        assert_eq!(old.status, StatusCode::UNPROCESSABLE_ENTITY);
    })
    .await;
}

#[tokio::test]
async fn attack_10_what_had_only_begun_ends_with_a_reset_of_either_factor() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut alice = house.browser();
        alice.sign_in("alice", PASSWORD).await;
        let (seed, _) = alice.enrol().await;
        for n in 0..2 {
            house.state.clock.advance(std::time::Duration::from_mins(1));
            let mut thief = house.browser();
            let step = thief.sign_in("alice", PASSWORD).await;
            assert_eq!(step.location(), "/sign-in/two-step");
            thief.get(ACCESS, "/sign-in/two-step").await;
            if n == 0 {
                let permit = operator();
                let edit = Edit::begin(&house.state, &permit).await.unwrap();
                reset_second_factor(edit, &house.alice).await.unwrap();
                assert_eq!(house.audit().await[0], "reset_second_factor");
                assert!(alice.session(ACCESS).await.is_none());
            } else {
                link(&house, false).await;
            }
            let code = seed.code_at(house.state.clock.now());
            let fields = [("code", code.as_str())];
            let late = thief.post(ACCESS, "/sign-in/two-step", &fields).await;
            assert_eq!(late.location(), "/sign-in?after=over&to=%2F");
            assert!(!thief.is_signed_in().await);
            // With a second factor once more, for the second round.
            if n == 0 {
                let mut again = house.browser();
                again.sign_in("alice", PASSWORD).await;
                again.enrol().await;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn attack_10_a_step_that_is_being_taken_does_not_outlive_a_reset() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let state = house.state.clone();
        let (now, next) = (state.clock.now(), Token::generate());
        // A step as it stands just before its commit: the next one is not yet seen by others.
        let mut step = state.store.begin().await.unwrap();
        crate::store::members::hold(&mut step, &house.alice)
            .await
            .unwrap();
        let later = now.plus(std::time::Duration::from_mins(10));
        let member = house.alice.as_str();
        flows::insert(&mut step, &next.hash(), member, "{}", now, later)
            .await
            .unwrap();
        let (permit, alice) = (operator(), house.alice.clone());
        let reset = tokio::spawn(async move {
            let edit = Edit::begin(&state, &permit).await.unwrap();
            let access = &state.settings.access;
            one_time_link(edit, access, &alice, false).await.map(drop)
        });
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        step.commit().await.unwrap();
        reset.await.unwrap().unwrap();
        let mut read = house.state.store.read().await.unwrap();
        assert!(
            flows::find(&mut read, &next.hash())
                .await
                .unwrap()
                .is_none()
        );
    })
    .await;
}

#[tokio::test]
async fn attack_18_a_code_from_before_a_promotion_is_void() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let made = link(&house, true).await;
        // Somebody has come in with one like it, and has not set a password yet.
        let mut early = house.browser();
        early.get(ACCESS, "/welcome").await;
        let fields = [("code", made.code.as_str())];
        let step = early.post(ACCESS, "/welcome", &fields).await;
        assert_eq!(step.location(), "/sign-in/new-password");
        let made = link(&house, true).await;
        let permit = operator();
        let edit = Edit::begin(&house.state, &permit).await.unwrap();
        let wanted = [Assignment {
            role: "help_desk".into(),
            within: None,
        }];
        assignments::set(edit, &house.alice, Expected::Any, &wanted)
            .await
            .unwrap();
        let mut thief = house.browser();
        thief.get(ACCESS, "/welcome").await;
        let fields = [("code", made.code.as_str())];
        let step = thief.post(ACCESS, "/welcome", &fields).await;
        assert_ne!(step.status, StatusCode::SEE_OTHER);
        let fields = [("password", NEW), ("repeated", NEW)];
        early.post(ACCESS, "/sign-in/new-password", &fields).await;
        let mut anybody = house.browser();
        anybody.sign_in("alice", NEW).await;
        assert!(!anybody.is_signed_in().await);
    })
    .await;
}

/// A message with a code for Alice that waits to be sent.
async fn waiting(house: &House, id: &str) {
    let now = house.state.clock.now();
    let row = MessageRow {
        id: id.into(),
        created_at: now,
        channel: "mail".into(),
        recipient: "alice@example.com".into(),
        member: Some(house.alice.clone()),
        kind: MessageKind::OneTimeCode.as_str().into(),
        language: "en".into(),
        state: "waiting".into(),
        attempts: 1,
        next_at: now,
        expires_at: now.plus(Duration::from_hours(1)),
        done_at: None,
        reference: None,
        finding: None,
    };
    let mut tx = house.state.store.begin().await.unwrap();
    messages::insert(&mut tx, &row, None).await.unwrap();
    tx.commit().await.unwrap();
}

async fn why_not_sent(house: &House, id: &str) -> Option<String> {
    let mut read = house.state.store.read().await.unwrap();
    let row = messages::find(&mut read, id).await.unwrap().unwrap();
    row.finding.map(|finding| finding.en)
}

#[tokio::test]
async fn a_code_that_was_used_or_replaced_by_a_password_is_not_sent_any_more() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let made = link(&house, true).await;
        waiting(&house, "used").await;
        let mut browser = house.browser();
        browser.get(ACCESS, "/welcome").await;
        let fields = [("code", made.code.as_str())];
        browser.post(ACCESS, "/welcome", &fields).await;
        let why = why_not_sent(&house, "used").await.unwrap();
        assert!(why.contains("was used"), "{why}");

        waiting(&house, "later").await;
        browser.get(ACCESS, "/sign-in/new-password").await;
        let fields = [("password", NEW), ("repeated", NEW)];
        browser.post(ACCESS, "/sign-in/new-password", &fields).await;
        let why = why_not_sent(&house, "later").await.unwrap();
        assert!(why.contains("has set a password"), "{why}");
    })
    .await;
}

#[tokio::test]
async fn attack_17_a_browser_is_no_longer_known_after_a_reset() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut thief = house.browser();
        thief.sign_in("alice", PASSWORD).await;
        let device = thief.cookie(ACCESS, cookies::DEVICE).unwrap();
        let device = Token::parse(&device).unwrap().hash();
        link(&house, false).await;
        let mut read = house.state.store.read().await.unwrap();
        let known =
            crate::store::known_devices::is_anybodys(&mut read, &device, config::Timestamp(0));
        assert!(!known.await.unwrap());
    })
    .await;
}
