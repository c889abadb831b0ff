//! Signing in with a passkey, as its owner does, and as somebody would who is not.

use std::time::Duration;

use axum::http::StatusCode;
use config::session::AuthenticationMethod;

use super::testing::{Authenticator, asked};
use crate::edit::Edit;
use crate::members::Status;
use crate::members::account::set_status;
use crate::sign_in_policy::TwoStepDemand::{Optional, Required};
use crate::sign_in_policy::{SecondFactor, TwoStepDemand};
use crate::store::testing::on_both_engines;
use crate::testing::{ACCESS, Browser, House, PASSWORD, operator};

pub(super) const REFUSED: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
pub(super) const TWO_STEP: &str = "/sign-in/two-step";
pub(super) const BY_PASSKEY: &str = "/sign-in/two-step/passkey";
const ALONE: &str = "/sign-in/passkey";

/// Alice's browser, in which she has added her first passkey.
pub(super) async fn with_passkey(house: &House) -> (Browser<'_>, Authenticator) {
    let (mut browser, mut key) = (house.browser(), Authenticator::fresh());
    browser.sign_in("alice", PASSWORD).await;
    let added = browser.add_passkey(&mut key, "Blue key").await;
    assert!(added.body.contains("Save your recovery codes"), "{added:?}");
    (browser, key)
}

/// The policy takes no other second factor.
pub(super) const PASSKEY: &[SecondFactor] = &[SecondFactor::Passkey];

pub(super) async fn policy(
    house: &House,
    demand: TwoStepDemand,
    methods: &[SecondFactor],
    is_alone: bool,
) {
    house
        .policy(|policy| {
            policy.two_step.demand = demand;
            policy.two_step.methods = methods.to_vec();
            policy.two_step.passkey_alone = is_alone;
        })
        .await;
}

async fn reason(house: &House) -> Option<String> {
    house
        .log()
        .await
        .into_iter()
        .next()
        .and_then(|(_, reason)| reason)
}

#[tokio::test]
async fn a_passkey_is_asked_for_after_the_password_and_lets_its_owner_in() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let (mut first, key) = with_passkey(&house).await;
        let account = first.get(ACCESS, "/account").await.body;
        assert!(account.contains("<strong>Blue key</strong>"), "{account}");
        let mut second = house.browser();
        let step = second.sign_in("alice", PASSWORD).await;
        assert_eq!(step.location(), TWO_STEP);
        let page = second.get(ACCESS, TWO_STEP).await;
        assert!(!page.body.contains(r#"name="code""#), "{}", page.body);
        let csp = page.headers["content-security-policy"].to_str().unwrap();
        assert!(csp.contains("script-src 'self'"), "{csp}");
        let done = second.use_passkey(&key, TWO_STEP, BY_PASSKEY).await;
        assert_eq!(done.location(), "/");
        let session = second.session(ACCESS).await.unwrap();
        assert!(session.second_factor_at.is_some());
        let methods = [
            AuthenticationMethod::Password,
            AuthenticationMethod::Passkey,
        ];
        assert_eq!(session.methods, methods);
    })
    .await;
}

#[tokio::test]
async fn attack_22_an_answer_that_is_not_the_owners_to_this_question_is_refused_and_told_of() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let (_, key) = with_passkey(&house).await;
        let other = Authenticator {
            user: key.user.clone(),
            ..Authenticator::fresh()
        };
        let elsewhere = Authenticator {
            origin: "https://access.example.com.evil.example".to_owned(),
            ..key.clone()
        };
        let unverified = Authenticator {
            verifies_user: false,
            ..key.clone()
        };
        for (authenticator, why) in [
            (other, "unknown_passkey"),
            (elsewhere, "wrong_passkey"),
            (unverified, "passkey_not_verified"),
        ] {
            let mut browser = house.browser();
            browser.sign_in("alice", PASSWORD).await;
            let refused = browser
                .use_passkey(&authenticator, TWO_STEP, BY_PASSKEY)
                .await;
            assert_eq!(refused.status, REFUSED, "{why}");
            assert!(refused.body.contains("was not accepted"), "{why}");
            assert_eq!(reason(&house).await.as_deref(), Some(why));
            assert!(!browser.is_signed_in().await);
        }
    })
    .await;
}

#[tokio::test]
async fn attack_23_a_question_takes_one_answer_where_it_was_asked_and_for_a_while() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let (_, key) = with_passkey(&house).await;
        let mut asked_here = house.browser();
        asked_here.sign_in("alice", PASSWORD).await;
        let page = asked_here.get(ACCESS, TWO_STEP).await;
        let (options, question) = asked(&page.body).unwrap();
        let answer = key.get(&options);
        let mut thief = house.browser();
        thief.sign_in("alice", PASSWORD).await;
        thief.get(ACCESS, TWO_STEP).await;
        let refused = thief.send_passkey(BY_PASSKEY, &question, &answer).await;
        assert_eq!(refused.status, REFUSED, "in another browser");
        let done = asked_here
            .send_passkey(BY_PASSKEY, &question, &answer)
            .await;
        assert_eq!(done.location(), "/");
        let mut late = house.browser();
        late.sign_in("alice", PASSWORD).await;
        let page = late.get(ACCESS, TWO_STEP).await;
        let (options, question) = asked(&page.body).unwrap();
        house.state.clock.advance(Duration::from_mins(11));
        late.send_passkey(BY_PASSKEY, &question, &key.get(&options))
            .await;
        assert!(!late.is_signed_in().await, "too late");
    })
    .await;
}

#[tokio::test]
async fn attack_23_an_answer_that_was_seen_signs_nobody_in_again() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let (_, key) = with_passkey(&house).await;
        policy(&house, Optional, PASSKEY, true).await;
        let mut browser = house.browser();
        let page = browser.get(ACCESS, "/sign-in").await;
        let (options, question) = asked(&page.body).unwrap();
        let answer = key.get(&options);
        let mut copy = browser.clone();
        let done = browser.send_passkey(ALONE, &question, &answer).await;
        assert_eq!(done.location(), "/");
        let again = copy.send_passkey(ALONE, &question, &answer).await;
        assert_eq!(again.status, REFUSED);
        assert!(!copy.is_signed_in().await);
    })
    .await;
}

#[tokio::test]
async fn a_key_whose_counter_goes_back_is_refused_as_a_copy() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let (_, mut key) = with_passkey(&house).await;
        for (counter, is_good) in [(7, true), (7, false), (3, false), (8, true)] {
            key.counter = counter;
            let mut browser = house.browser();
            browser.sign_in("alice", PASSWORD).await;
            browser.use_passkey(&key, TWO_STEP, BY_PASSKEY).await;
            assert_eq!(browser.is_signed_in().await, is_good, "{counter}");
            let why = (!is_good).then_some("passkey_counted_back");
            assert_eq!(reason(&house).await.as_deref(), why, "{counter}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_passkey_alone_signs_in_where_the_policy_says_so_and_is_both_factors() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let (_, key) = with_passkey(&house).await;
        let mut browser = house.browser();
        let page = browser.get(ACCESS, "/sign-in").await;
        assert!(asked(&page.body).is_none(), "not offered");
        policy(&house, Required, PASSKEY, true).await;
        let page = browser.get(ACCESS, "/sign-in").await;
        let (options, question) = asked(&page.body).unwrap();
        let none: [&str; 0] = [];
        assert_eq!(
            options["allowCredentials"],
            serde_json::json!(none),
            "nobody is named"
        );
        let unknown = Authenticator {
            user: key.user.clone(),
            ..Authenticator::fresh()
        };
        let refused = browser
            .send_passkey(ALONE, &question, &unknown.get(&options))
            .await;
        assert_eq!(refused.status, REFUSED);
        let renamed = Authenticator {
            user: "AAAAAAAAAAAAAAAAAAAAAA".to_owned(),
            ..key.clone()
        };
        let again = browser.use_passkey(&renamed, "/sign-in", ALONE).await;
        assert_eq!(again.status, REFUSED);
        let told = |body: &str| body.contains("The passkey did not sign you in");
        assert!(
            told(&refused.body) && told(&again.body),
            "one answer for all"
        );
        let done = browser.use_passkey(&key, "/sign-in", ALONE).await;
        assert_eq!(done.location(), "/");
        let session = browser.session(ACCESS).await.unwrap();
        assert_eq!(session.methods, [AuthenticationMethod::Passkey]);
        assert!(session.second_factor_at.is_some());
        policy(&house, Optional, PASSKEY, false).await;
        let mut late = house.browser();
        late.get(ACCESS, "/sign-in").await;
        let refused = late.send_passkey(ALONE, "x", "{}").await;
        assert_eq!(refused.status, REFUSED);
    })
    .await;
}

#[tokio::test]
async fn attack_22_whoever_is_no_longer_let_in_by_a_passkey_alone_is_refused_at_the_last_moment() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let (_, key) = with_passkey(&house).await;
        policy(&house, Optional, PASSKEY, true).await;
        let mut browser = house.browser();
        let page = browser.get(ACCESS, "/sign-in").await;
        let (options, question) = asked(&page.body).unwrap();
        policy(&house, Optional, PASSKEY, false).await;
        let refused = browser
            .send_passkey(ALONE, &question, &key.get(&options))
            .await;
        assert_eq!(refused.status, REFUSED);
        assert_eq!(reason(&house).await.as_deref(), Some("passkey_not_allowed"));
    })
    .await;
}

#[tokio::test]
async fn where_only_passkeys_count_one_is_set_up_within_the_sign_in_after_what_is_there_is_proven()
{
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut first = house.browser();
        first.sign_in("alice", PASSWORD).await;
        let (seed, _) = first.enrol().await;
        policy(&house, Required, PASSKEY, false).await;
        house.state.clock.advance(Duration::from_mins(1));
        let mut browser = house.browser();
        assert_eq!(
            browser.sign_in("alice", PASSWORD).await.location(),
            TWO_STEP
        );
        browser.get(ACCESS, TWO_STEP).await;
        let code = seed.code_at(house.state.clock.now());
        let step = browser.post(ACCESS, TWO_STEP, &[("code", &code)]).await;
        assert_eq!(step.location(), "/sign-in/set-up-two-step");
        let page = browser.get(ACCESS, "/sign-in/set-up-two-step").await;
        assert!(!page.body.contains(r#"name="code""#), "{}", page.body);
        let (options, question) = asked(&page.body).unwrap();
        let mut key = Authenticator::fresh();
        let answer = key.create(&options);
        let to = "/sign-in/set-up-two-step/passkey";
        let wrong = browser.send_passkey(to, &question, "{}").await;
        assert_eq!(wrong.status, REFUSED);
        let done = browser.send_passkey(to, &question, &answer).await;
        assert_eq!(done.location(), "/");
        let mut second = house.browser();
        second.sign_in("alice", PASSWORD).await;
        let page = second.get(ACCESS, TWO_STEP).await;
        assert!(
            !page.body.contains(r#"name="code""#),
            "codes count no longer"
        );
        house.state.clock.advance(Duration::from_mins(1));
        let code = seed.code_at(house.state.clock.now());
        let refused = second.post(ACCESS, TWO_STEP, &[("code", &code)]).await;
        assert_eq!(refused.status, REFUSED);
        second.use_passkey(&key, TWO_STEP, BY_PASSKEY).await;
        assert!(second.is_signed_in().await);
    })
    .await;
}

#[tokio::test]
async fn whoever_is_disabled_does_not_come_in_by_a_passkey_either() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let (_, key) = with_passkey(&house).await;
        policy(&house, Optional, PASSKEY, true).await;
        let permit = operator();
        let edit = Edit::begin(&house.state, &permit).await.unwrap();
        set_status(edit, &house.alice, Status::Disabled)
            .await
            .unwrap();
        let mut browser = house.browser();
        let refused = browser.use_passkey(&key, "/sign-in", ALONE).await;
        assert_eq!(refused.status, REFUSED);
        assert!(refused.body.contains("The passkey did not sign you in"));
        assert_eq!(reason(&house).await.as_deref(), Some("account_disabled"));
    })
    .await;
}

#[tokio::test]
async fn a_page_that_was_left_open_for_too_long_asks_anew_and_counts_no_failure() {
    const CONFIRM: &str = "/sign-in/confirm?to=%2F";
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let (mut browser, key) = with_passkey(&house).await;
        policy(&house, Optional, PASSKEY, true).await;
        let mut stranger = house.browser();
        let confirm = browser.get(ACCESS, CONFIRM).await.body;
        let sign_in = stranger.get(ACCESS, "/sign-in").await.body;
        house.state.clock.advance(Duration::from_mins(11));
        for (browser, page, to, fresh) in [
            (&mut browser, confirm, "/sign-in/confirm/passkey", CONFIRM),
            (&mut stranger, sign_in, ALONE, "/sign-in?to=%2F"),
        ] {
            let (options, question) = asked(&page).unwrap();
            let late = browser
                .send_passkey(to, &question, &key.get(&options))
                .await;
            assert_eq!(late.location(), fresh);
        }
        let log = house.log().await;
        assert!(log.iter().all(|(kind, _)| kind != "failed"), "{log:?}");
    })
    .await;
}
