//! Passkeys as a person meets them, and as somebody who is not that person would.

use std::time::Duration;

use axum::http::StatusCode;
use config::session::AuthenticationMethod;

use super::testing::{Authenticator, asked};
use crate::edit::Edit;
use crate::members::Status;
use crate::members::account::set_status;
use crate::members::credentials::reset_second_factor;
use crate::sign_in_policy::{SecondFactor, TwoStepDemand};
use crate::store::testing::on_both_engines;
use crate::store::{known_devices, passkeys, recovery_codes};
use crate::testing::{ACCESS, Browser, House, PASSWORD, WIKI, between, operator};

const REFUSED: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
const TWO_STEP: &str = "/sign-in/two-step";
const BY_PASSKEY: &str = "/sign-in/two-step/passkey";
const ALONE: &str = "/sign-in/passkey";

/// Alice's browser, in which she has added her first passkey.
async fn with_passkey(house: &House) -> (Browser<'_>, Authenticator) {
    let (mut browser, mut key) = (house.browser(), Authenticator::fresh());
    browser.sign_in("alice", PASSWORD).await;
    let added = browser.add_passkey(&mut key, "Blue key").await;
    assert!(added.body.contains("Save your recovery codes"), "{added:?}");
    (browser, key)
}

async fn policy(house: &House, demand: TwoStepDemand, methods: &[SecondFactor], is_alone: bool) {
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
        policy(
            &house,
            TwoStepDemand::Optional,
            &[SecondFactor::Passkey],
            true,
        )
        .await;
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
        policy(
            &house,
            TwoStepDemand::Required,
            &[SecondFactor::Passkey],
            true,
        )
        .await;
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
        policy(
            &house,
            TwoStepDemand::Optional,
            &[SecondFactor::Passkey],
            false,
        )
        .await;
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
        policy(
            &house,
            TwoStepDemand::Optional,
            &[SecondFactor::Passkey],
            true,
        )
        .await;
        let mut browser = house.browser();
        let page = browser.get(ACCESS, "/sign-in").await;
        let (options, question) = asked(&page.body).unwrap();
        policy(
            &house,
            TwoStepDemand::Optional,
            &[SecondFactor::Passkey],
            false,
        )
        .await;
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
        policy(
            &house,
            TwoStepDemand::Required,
            &[SecondFactor::Passkey],
            false,
        )
        .await;
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
async fn a_passkey_is_renamed_and_removed_and_what_it_proved_ends_with_it() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let (mut here, key) = with_passkey(&house).await;
        let mut there = house.browser();
        there.sign_in("alice", PASSWORD).await;
        there.use_passkey(&key, TWO_STEP, BY_PASSKEY).await;
        let mut read = house.state.store.read().await.unwrap();
        let id = passkeys::of(&mut read, &house.alice).await.unwrap()[0]
            .id
            .clone();
        drop(read);
        here.get(ACCESS, "/account").await;
        let fields = [("id", id.as_str()), ("name", "\u{202e}Red key ")];
        here.post(ACCESS, "/account/passkeys/rename", &fields).await;
        let account = here.get(ACCESS, "/account").await.body;
        assert!(account.contains("<strong>Red key</strong>"), "{account}");
        let removed = here
            .post(ACCESS, "/account/passkeys/remove", &[("id", &id)])
            .await;
        assert_eq!(removed.location(), "/account?after=done");
        for browser in [&here, &there] {
            assert!(
                browser
                    .session(ACCESS)
                    .await
                    .unwrap()
                    .second_factor_at
                    .is_none()
            );
        }
        let mut read = house.state.store.read().await.unwrap();
        let left = recovery_codes::left(&mut read, &house.alice).await.unwrap();
        assert_eq!(left, 0, "codes stand in for nothing");
        drop(read);
        let audit = house.audit().await;
        for action in ["add_passkey", "rename_passkey", "remove_passkey"] {
            assert!(audit.iter().any(|told| told == action), "{action}");
        }
        assert_eq!(
            house.browser().sign_in("alice", PASSWORD).await.location(),
            "/"
        );
    })
    .await;
}

#[tokio::test]
async fn the_last_factor_that_the_policy_requires_cannot_be_removed() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let (mut browser, _) = with_passkey(&house).await;
        let (_, _) = browser.enrol().await;
        policy(
            &house,
            TwoStepDemand::Required,
            &[SecondFactor::Passkey],
            false,
        )
        .await;
        let mut read = house.state.store.read().await.unwrap();
        let id = passkeys::of(&mut read, &house.alice).await.unwrap()[0]
            .id
            .clone();
        drop(read);
        browser.get(ACCESS, "/account").await;
        let kept = browser
            .post(ACCESS, "/account/passkeys/remove", &[("id", &id)])
            .await;
        assert_eq!(kept.location(), "/account?after=last-factor");
        let told = browser.open(kept.location()).await.body;
        assert!(told.contains("the last way cannot be removed"), "{told}");
        let removed = browser
            .post(ACCESS, "/account/authenticator/remove", &[])
            .await;
        assert_eq!(
            removed.location(),
            "/account?after=done",
            "it did not count"
        );
        let mut read = house.state.store.read().await.unwrap();
        let left = recovery_codes::left(&mut read, &house.alice).await.unwrap();
        assert_eq!(left, 10, "a passkey is left for which they stand in");
    })
    .await;
}

#[tokio::test]
async fn a_passkey_confirms_who_one_is_and_a_new_one_ends_the_trust_in_browsers() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let (mut browser, key) = with_passkey(&house).await;
        let device = browser.cookie(ACCESS, config::cookies::DEVICE).unwrap();
        let device = crate::tokens::Token::parse(&device).unwrap().hash();
        let (now, alice) = (house.state.clock.now(), house.alice.clone());
        let mut tx = house.state.store.begin().await.unwrap();
        let until = now.plus(Duration::from_hours(24));
        known_devices::trust(&mut tx, &device, &alice, "", until, 5)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        house.state.clock.advance(Duration::from_mins(11));
        let asked = browser.get(ACCESS, "/account/passkeys").await;
        assert!(
            asked.location().starts_with("/sign-in/confirm"),
            "{asked:?}"
        );
        let page = asked.location().to_owned();
        let to = "/sign-in/confirm/passkey";
        assert_eq!(browser.use_passkey(&key, &page, to).await.location(), "/");
        let added = browser.add_passkey(&mut Authenticator::fresh(), "").await;
        assert_eq!(
            added.location(),
            "/account?after=done",
            "codes are there already"
        );
        let account = browser.get(ACCESS, "/account").await.body;
        assert!(
            account.contains("<strong>Passkey (Firefox · Linux)</strong>"),
            "{account}"
        );
        let mut read = house.state.store.read().await.unwrap();
        let now = house.state.clock.now();
        assert!(
            !known_devices::is_trusted(&mut read, &device, &alice, now)
                .await
                .unwrap()
        );
    })
    .await;
}

#[tokio::test]
async fn a_key_is_registered_for_one_person_and_nobody_adds_what_the_policy_does_not_take() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let (mut alice, mut key) = with_passkey(&house).await;
        let mut olga = house.browser();
        olga.sign_in("olga", PASSWORD).await;
        let taken = olga.add_passkey(&mut key, "Mine").await;
        assert_eq!(taken.status, REFUSED);
        policy(
            &house,
            TwoStepDemand::Optional,
            &[SecondFactor::Authenticator],
            false,
        )
        .await;
        let page = alice.get(ACCESS, "/account/passkeys").await;
        assert!(asked(&page.body).is_none() && page.body.contains("No passkey can be added"));
        alice.get(ACCESS, "/account").await;
        let refused = alice.post(ACCESS, "/account/passkeys", &[]).await;
        assert_eq!(refused.status, REFUSED);
        let step = house.browser().sign_in("alice", PASSWORD).await;
        assert_eq!(
            step.location(),
            TWO_STEP,
            "what was set up is still asked for"
        );
    })
    .await;
}

#[tokio::test]
async fn a_reset_of_the_second_factor_takes_passkeys_away() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let (browser, _) = with_passkey(&house).await;
        let permit = operator();
        let edit = Edit::begin(&house.state, &permit).await.unwrap();
        reset_second_factor(edit, &house.alice).await.unwrap();
        assert!(browser.session(ACCESS).await.is_none());
        assert_eq!(
            house.browser().sign_in("alice", PASSWORD).await.location(),
            "/"
        );
    })
    .await;
}

#[tokio::test]
async fn whoever_is_disabled_does_not_come_in_by_a_passkey_either() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let (_, key) = with_passkey(&house).await;
        policy(
            &house,
            TwoStepDemand::Optional,
            &[SecondFactor::Passkey],
            true,
        )
        .await;
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
async fn where_an_application_asks_for_a_second_factor_the_way_leads_to_one_that_the_policy_takes()
{
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut browser = house.browser();
        browser.sign_in("alice", PASSWORD).await;
        let start = "/.gatehouse/start?return=%2F&step=two";
        let to_access = browser.get(WIKI, start).await.location().to_owned();
        let set_up = browser.open(&to_access).await.location().to_owned();
        assert!(set_up.starts_with("/account/authenticator?"), "{set_up}");
        let page = browser.open(&set_up).await.body;
        let instead = between(&page, "href=\"/account/passkeys?to=", "\"").to_owned();
        assert!(instead.starts_with("/sign-in/continue%3F"), "{page}");
        policy(
            &house,
            TwoStepDemand::Optional,
            &[SecondFactor::Passkey],
            false,
        )
        .await;
        let set_up = browser.open(&to_access).await.location().to_owned();
        assert!(set_up.starts_with("/account/passkeys?"), "{set_up}");
        let page = browser.open(&set_up).await.body;
        let (options, question) = asked(&page).unwrap();
        let answer = Authenticator::fresh().create(&options);
        let to = between(&page, r#"name="to" value=""#, "\"").replace("&#38;", "&");
        let fields = [
            ("question", question.as_str()),
            ("credential", &answer),
            ("to", &to),
        ];
        let codes = browser.post(ACCESS, "/account/passkeys", &fields).await;
        assert!(codes.body.contains("Save your recovery codes"), "{codes:?}");
        let back = browser.open(&to).await;
        assert!(
            back.location().contains("/.gatehouse/callback?code="),
            "{back:?}"
        );
    })
    .await;
}
