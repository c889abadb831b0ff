//! Who comes in by a code in the place of the password, and what is asked of them then.

use std::time::Duration;

use axum::http::StatusCode;
use config::Language;
use config::id::MemberId;
use config::session::AuthenticationMethod;

use super::code_alone_tests::{ENTER, ask, give, house};
use super::message_code::PAUSE;
use crate::directories;
use crate::edit::Edit;
use crate::members::credentials::invite;
use crate::messages::mail_sender::MailSender;
use crate::messages::sms_sender::SmsSender;
use crate::messages::{Channel, senders};
use crate::refused::Refused;
use crate::sign_in_policy::{SecondFactor, TwoStepDemand};
use crate::store::testing::on_both_engines;
use crate::store::{credentials, directory_people, members};
use crate::testing::{ACCESS, House, PASSWORD, operator};

const REFUSED: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

async fn forget_password(house: &House, member: &MemberId) {
    let mut tx = house.state.store.begin().await.unwrap();
    credentials::forget_password(&mut tx, member).await.unwrap();
    tx.commit().await.unwrap();
}

/// Links the person to an LDAP directory in which people sign in.
async fn keep_password_in_a_directory(house: &House, member: &MemberId) {
    let permit = operator();
    let edit = Edit::begin(&house.state, &permit).await.unwrap();
    let draft = serde_json::json!({
        "name": "Staff", "used_for": "sign_in", "enabled": true,
        "source": { "kind": "ldap", "servers": ["ldaps://127.0.0.1:1"], "base": "dc=example" },
    });
    let draft = serde_json::from_value(draft).unwrap();
    let directory = directories::create(edit, draft).await.unwrap();
    let mut tx = house.state.store.begin().await.unwrap();
    let link = directory_people::Link {
        key: "alice",
        member,
        facts: [0; 16],
        is_shut: false,
    };
    let now = house.state.clock.now();
    directory_people::settle(&mut tx, &directory.id, &[link], now)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn attack_22_a_code_alone_is_one_factor_and_no_second_one_comes_the_same_way() {
    on_both_engines(async |store| {
        let house = house(store).await;
        house
            .policy(|policy| {
                policy.two_step.demand = TwoStepDemand::Required;
                policy.two_step.methods = vec![SecondFactor::Mail, SecondFactor::Sms];
            })
            .await;
        let mut browser = house.browser();
        ask(&mut browser, "alice").await;
        let (_, code) = house.code_sent().await;
        let step = give(&mut browser, &code).await;
        assert_eq!(step.location(), "/sign-in/two-step");
        let path = "/sign-in/two-step/code";
        let page = browser.get(ACCESS, path).await.body;
        assert!(!page.contains(r#"value="mail""#), "{page}");
        let send = format!("{path}/send");
        let refused = browser.post(ACCESS, &send, &[("channel", "mail")]).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
        house.state.clock.advance(PAUSE);
        browser.get(ACCESS, path).await;
        browser.post(ACCESS, &send, &[("channel", "sms")]).await;
        let (_, code) = house.code_sent().await;
        browser.get(ACCESS, path).await;
        let done = browser.post(ACCESS, path, &[("code", &code)]).await;
        assert_eq!(done.location(), "/account");
        let session = browser.session(ACCESS).await.unwrap();
        let methods = [
            AuthenticationMethod::MailCode,
            AuthenticationMethod::SmsCode,
        ];
        assert_eq!(session.methods, methods);
    })
    .await;
}

#[tokio::test]
async fn attack_22_where_mail_is_the_only_second_factor_only_who_has_no_password_comes_by_mail() {
    on_both_engines(async |store| {
        let house = house(store).await;
        house
            .can_be_reached(&house.alice, Some("alice@example.com"), None)
            .await;
        house
            .policy(|policy| {
                policy.two_step.demand = TwoStepDemand::Required;
                policy.two_step.methods = vec![SecondFactor::Authenticator, SecondFactor::Mail];
            })
            .await;
        ask(&mut house.browser(), "alice").await;
        assert_eq!(
            house.told().await.len(),
            0,
            "the password is the other factor"
        );
        forget_password(&house, &house.alice).await;
        let mut browser = house.browser();
        ask(&mut browser, "alice").await;
        let (_, code) = house.code_sent().await;
        let step = give(&mut browser, &code).await;
        assert_eq!(step.location(), "/sign-in/set-up-two-step");
    })
    .await;
}

#[tokio::test]
async fn attack_22_a_password_that_a_directory_keeps_is_one_that_a_code_by_mail_does_not_spare() {
    on_both_engines(async |store| {
        let house = house(store).await;
        house
            .can_be_reached(&house.alice, Some("alice@example.com"), None)
            .await;
        house
            .policy(|policy| {
                policy.two_step.demand = TwoStepDemand::Required;
                policy.two_step.methods = vec![SecondFactor::Authenticator, SecondFactor::Mail];
            })
            .await;
        forget_password(&house, &house.alice).await;
        keep_password_in_a_directory(&house, &house.alice).await;
        ask(&mut house.browser(), "alice").await;
        assert_eq!(house.told().await.len(), 0);
    })
    .await;
}

#[tokio::test]
async fn the_age_of_a_password_does_not_hinder_who_came_by_a_code_but_an_administrators_demand_does()
 {
    on_both_engines(async |store| {
        let house = house(store).await;
        house
            .policy(|policy| {
                policy.password.max_age_days = 1;
                policy.password.warn_days = 0;
            })
            .await;
        house.state.clock.advance(Duration::from_hours(48));
        let step = house.browser().sign_in("alice", PASSWORD).await;
        assert_eq!(step.location(), "/sign-in/new-password");
        let mut browser = house.browser();
        ask(&mut browser, "alice").await;
        let (_, code) = house.code_sent().await;
        assert_eq!(give(&mut browser, &code).await.location(), "/account");

        let mut tx = house.state.store.begin().await.unwrap();
        let now = house.state.clock.now();
        credentials::demand_change(&mut tx, &house.alice, now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        house.state.clock.advance(PAUSE);
        let mut browser = house.browser();
        ask(&mut browser, "alice").await;
        let (_, code) = house.code_sent().await;
        let step = give(&mut browser, &code).await;
        assert_eq!(step.location(), "/sign-in/new-password");
    })
    .await;
}

#[tokio::test]
async fn where_the_policy_lets_nobody_in_by_a_code_there_is_no_such_page_and_no_code() {
    on_both_engines(async |store| {
        let house = house(store).await;
        let mut browser = house.browser();
        ask(&mut browser, "alice").await;
        let (_, code) = house.code_sent().await;
        house
            .policy(|policy| policy.two_step.code_alone = false)
            .await;
        let page = browser.get(ACCESS, "/sign-in").await.body;
        assert!(!page.contains("/sign-in/code"), "{page}");
        for path in ["/sign-in/code", ENTER] {
            assert_eq!(
                browser.get(ACCESS, path).await.status,
                StatusCode::NOT_FOUND
            );
            browser.get(ACCESS, "/sign-in").await;
            let fields = [("username", "alice"), ("code", code.as_str())];
            let posted = browser.post(ACCESS, path, &fields).await;
            assert_eq!(posted.status, StatusCode::NOT_FOUND);
        }
        assert!(!browser.is_signed_in().await);
        assert_eq!(house.told().await.len(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_code_that_is_out_opens_nothing_once_the_policy_or_the_account_says_no() {
    on_both_engines(async |store| {
        let house = house(store).await;
        let bob = house.member("bob", "Bob", &[]).await;
        house
            .can_be_reached(&bob, Some("bob@example.com"), None)
            .await;
        let mut browser = house.browser();
        ask(&mut browser, "bob").await;
        let (_, code) = house.code_sent().await;
        let mut tx = house.state.store.begin().await.unwrap();
        members::set_status(&mut tx, &bob, "disabled", house.state.clock.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(give(&mut browser, &code).await.status, REFUSED);
        assert!(!browser.is_signed_in().await);
        let log = house.log().await;
        let entry = ("failed".to_owned(), Some("account_disabled".to_owned()));
        assert!(log.contains(&entry), "{log:?}");
    })
    .await;
}

#[tokio::test]
async fn whoever_is_invited_and_comes_by_a_code_from_then_on_sets_no_password() {
    on_both_engines(async |store| {
        let house = house(store).await;
        forget_password(&house, &house.alice).await;
        for (is_allowed, next) in [(true, "/"), (false, "/sign-in/new-password")] {
            house
                .policy(|policy| policy.two_step.code_alone = is_allowed)
                .await;
            house.state.clock.advance(PAUSE);
            let permit = operator();
            let edit = Edit::begin(&house.state, &permit).await.unwrap();
            let (channel, language) = (Some(Channel::Mail), Language::En);
            invite(edit, &house.state, &house.alice, channel, language)
                .await
                .unwrap();
            let (_, code) = house.code_sent().await;
            let mut browser = house.browser();
            browser.get(ACCESS, "/welcome").await;
            let step = browser.post(ACCESS, "/welcome", &[("code", &code)]).await;
            assert_eq!(step.location(), next);
            assert_eq!(browser.is_signed_in().await, is_allowed);
        }
    })
    .await;
}

#[tokio::test]
async fn the_last_sender_stays_as_long_as_the_policy_lets_people_in_by_a_code() {
    on_both_engines(async |store| {
        let house = house(store).await;
        let permit = operator();
        let edit = async || Edit::begin(&house.state, &permit).await.unwrap();
        senders::remove::<SmsSender>(edit().await).await.unwrap();
        let refused = senders::remove::<MailSender>(edit().await).await;
        let Err(Refused::Impossible(why)) = refused else {
            panic!("{refused:?}");
        };
        assert!(why.en.contains("code_alone"), "{}", why.en);
        house
            .policy(|policy| policy.two_step.code_alone = false)
            .await;
        senders::remove::<MailSender>(edit().await).await.unwrap();
    })
    .await;
}
