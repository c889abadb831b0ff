//! A code by SMS or mail as the second factor.

use std::time::Duration;

use axum::http::StatusCode;
use config::session::AuthenticationMethod;

use super::message_code::{LIFE, PAUSE};
use crate::messages::Channel;
use crate::sign_in_policy::{SecondFactor, TwoStepDemand};
use crate::store::testing::{TestStore, on_both_engines};
use crate::testing::{ACCESS, Answered, Browser, House, PASSWORD};

const REFUSED: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
const CODE: &str = "/sign-in/two-step/code";

/// A house that asks for a second factor and takes codes, where Alice has a mailbox and a mobile.
async fn house(store: TestStore) -> House {
    let house = House::new(store).await;
    house.set_senders().await;
    house
        .policy(|policy| {
            policy.two_step.demand = TwoStepDemand::Required;
            policy.two_step.methods = vec![
                SecondFactor::Authenticator,
                SecondFactor::Sms,
                SecondFactor::Mail,
            ];
        })
        .await;
    let (mail, mobile) = (Some("alice@example.com"), Some("13800001234"));
    house.can_be_reached(&house.alice, mail, mobile).await;
    house
}

async fn begin(browser: &mut Browser<'_>) {
    let step = browser.sign_in("alice", PASSWORD).await;
    assert_eq!(step.location(), "/sign-in/two-step");
    let step = browser.open("/sign-in/two-step").await;
    assert_eq!(step.location(), CODE);
    browser.get(ACCESS, CODE).await;
}

async fn send(browser: &mut Browser<'_>, channel: &str) -> Answered {
    let path = "/sign-in/two-step/code/send";
    browser.post(ACCESS, path, &[("channel", channel)]).await
}

async fn give(browser: &mut Browser<'_>, code: &str) -> Answered {
    browser.get(ACCESS, CODE).await;
    browser.post(ACCESS, CODE, &[("code", code)]).await
}

/// Another code of as many digits.
fn other_than(code: &str) -> String {
    let first = if code.starts_with('0') { "1" } else { "0" };
    format!("{first}{}", &code[1..])
}

#[tokio::test]
async fn a_person_chooses_where_a_code_goes_and_comes_in_with_it() {
    on_both_engines(async |store| {
        let house = house(store).await;
        for (wanted, channel, method, shown) in [
            (
                "sms",
                Channel::Sms,
                AuthenticationMethod::SmsCode,
                "***1234",
            ),
            (
                "mail",
                Channel::Mail,
                AuthenticationMethod::MailCode,
                "a***@e…",
            ),
        ] {
            let mut browser = house.browser();
            begin(&mut browser).await;
            assert!(browser.last.contains(shown), "{}", browser.last);
            assert!(!browser.last.contains("alice@example.com"));
            assert!(!browser.last.contains("13800001234"));
            assert_eq!(send(&mut browser, wanted).await.location(), CODE);
            let (by, code) = house.code_sent().await;
            assert_eq!((by, code.len()), (channel, 6));
            assert!(!browser.is_signed_in().await);
            let page = browser.get(ACCESS, CODE).await.body;
            assert!(page.contains("Enter the 6 digits"), "{page}");
            let wrong = give(&mut browser, &other_than(&code)).await;
            assert_eq!(wrong.status, REFUSED);
            assert_eq!(give(&mut browser, &code).await.location(), "/");
            let session = browser.session(ACCESS).await.unwrap();
            assert_eq!(session.methods, [AuthenticationMethod::Password, method]);
            assert!(session.second_factor_at.is_some());
            house.state.clock.advance(PAUSE);
        }
    })
    .await;
}

#[tokio::test]
async fn attack_23_a_code_works_once_for_a_while_and_in_the_browser_that_asked_for_it() {
    on_both_engines(async |store| {
        let house = house(store).await;
        let (mut browser, mut other) = (house.browser(), house.browser());
        begin(&mut browser).await;
        begin(&mut other).await;
        send(&mut browser, "sms").await;
        let (_, code) = house.code_sent().await;
        assert_eq!(
            give(&mut other, &code).await.status,
            REFUSED,
            "another browser"
        );
        let mut before = browser.clone();
        assert_eq!(give(&mut browser, &code).await.location(), "/");
        give(&mut before, &code).await;
        assert!(!before.is_signed_in().await, "used");
        house.state.clock.advance(PAUSE);
        other.get(ACCESS, CODE).await;
        send(&mut other, "sms").await;
        let (_, code) = house.code_sent().await;
        house.state.clock.advance(LIFE);
        assert_eq!(give(&mut other, &code).await.status, REFUSED, "expired");
        assert!(!other.is_signed_in().await);
    })
    .await;
}

#[tokio::test]
async fn attack_23_guesses_at_a_code_are_few() {
    on_both_engines(async |store| {
        let house = house(store).await;
        let mut browser = house.browser();
        begin(&mut browser).await;
        send(&mut browser, "sms").await;
        let (_, code) = house.code_sent().await;
        for _ in 0..5 {
            assert_eq!(give(&mut browser, &other_than(&code)).await.status, REFUSED);
        }
        assert_eq!(give(&mut browser, &code).await.status, REFUSED);
        assert!(!browser.is_signed_in().await);
    })
    .await;
}

#[tokio::test]
async fn a_new_code_is_sent_after_a_minute_and_takes_the_place_of_the_last() {
    on_both_engines(async |store| {
        let house = house(store).await;
        let mut browser = house.browser();
        begin(&mut browser).await;
        send(&mut browser, "sms").await;
        let (_, first) = house.code_sent().await;
        browser.get(ACCESS, CODE).await;
        let soon = send(&mut browser, "mail").await;
        assert_eq!(soon.status, REFUSED);
        assert!(
            soon.body.contains("less than a minute ago"),
            "{}",
            soon.body
        );
        assert!(house.told().await.is_empty());
        house.state.clock.advance(PAUSE + Duration::from_secs(1));
        send(&mut browser, "mail").await;
        let (_, second) = house.code_sent().await;
        if first != second {
            assert_eq!(give(&mut browser, &first).await.status, REFUSED);
        }
        assert_eq!(give(&mut browser, &second).await.location(), "/");
    })
    .await;
}

#[tokio::test]
async fn attack_22_only_what_the_policy_takes_and_somebody_sends_is_a_factor() {
    on_both_engines(async |store| {
        let house = house(store).await;
        house
            .policy(|policy| policy.two_step.methods = vec![SecondFactor::Sms])
            .await;
        let mut browser = house.browser();
        begin(&mut browser).await;
        assert!(!browser.last.contains("by mail"), "{}", browser.last);
        let refused = send(&mut browser, "mail").await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
        assert!(house.told().await.is_empty());
        house.can_be_reached(&house.alice, None, None).await;
        let step = house.browser().sign_in("alice", PASSWORD).await;
        assert_eq!(step.location(), "/sign-in/set-up-two-step");
    })
    .await;
}

#[tokio::test]
async fn whoever_has_an_authenticator_may_have_a_code_sent_instead() {
    on_both_engines(async |store| {
        let house = house(store).await;
        house
            .policy(|policy| policy.two_step.demand = TwoStepDemand::Optional)
            .await;
        let mut browser = house.browser();
        browser.sign_in("alice", PASSWORD).await;
        assert!(browser.is_signed_in().await, "nothing was set up");
        browser.enrol().await;
        let mut browser = house.browser();
        let step = browser.sign_in("alice", PASSWORD).await;
        let page = browser.open(step.location()).await.body;
        assert!(page.contains(&format!("href=\"{CODE}\"")), "{page}");
        browser.get(ACCESS, CODE).await;
        send(&mut browser, "sms").await;
        let (_, code) = house.code_sent().await;
        assert_eq!(give(&mut browser, &code).await.location(), "/");
    })
    .await;
}

#[tokio::test]
async fn attack_22_whoever_is_asked_for_a_code_at_sign_in_is_asked_for_one_before_changing_a_lock()
{
    on_both_engines(async |store| {
        let house = house(store).await;
        let mut browser = house.browser();
        begin(&mut browser).await;
        send(&mut browser, "sms").await;
        let (_, code) = house.code_sent().await;
        give(&mut browser, &code).await;
        house.state.clock.advance(Duration::from_mins(11));
        let page = browser.get(ACCESS, "/account/authenticator").await;
        let confirm = browser.open(page.location()).await;
        let code_page = confirm.location().to_owned();
        assert!(
            code_page.starts_with("/sign-in/confirm/code?to="),
            "{code_page}"
        );
        browser.open(&code_page).await;
        let fields = [("channel", "mail"), ("to", "/account/authenticator")];
        let sent = browser
            .post(ACCESS, "/sign-in/confirm/code/send", &fields)
            .await;
        browser.open(sent.location()).await;
        let (_, code) = house.code_sent().await;
        let wrong = [("code", "x"), ("to", "/account/authenticator")];
        let wrong = browser.post(ACCESS, "/sign-in/confirm/code", &wrong).await;
        assert_eq!(wrong.status, REFUSED);
        let fields = [("code", code.as_str()), ("to", "/account/authenticator")];
        let done = browser.post(ACCESS, "/sign-in/confirm/code", &fields).await;
        assert_eq!(done.location(), "/account/authenticator");
        let page = browser.open("/account/authenticator").await;
        assert_eq!(page.status, StatusCode::OK);
    })
    .await;
}

#[tokio::test]
async fn the_pages_speak_chinese() {
    on_both_engines(async |store| {
        let house = house(store).await;
        let mut browser = house.browser();
        browser.language = "zh-CN";
        begin(&mut browser).await;
        assert!(
            browser.last.contains("发送短信验证码到 ***1234"),
            "{}",
            browser.last
        );
        send(&mut browser, "mail").await;
        let told = house.told().await;
        let letter = told[0].2.letter(config::Language::ZhCn).unwrap();
        assert!(letter.subject.ends_with("登录验证码"), "{}", letter.subject);
        let page = browser.get(ACCESS, CODE).await.body;
        assert!(page.contains("6 位验证码"), "{page}");
    })
    .await;
}

#[tokio::test]
async fn whoever_asks_for_new_passwords_of_somebody_uses_up_none_of_their_codes() {
    on_both_engines(async |store| {
        let house = house(store).await;
        house.policy(|policy| policy.password.reset = true).await;
        house
            .can_be_reached(&house.alice, Some("alice@example.com"), None)
            .await;
        let mut stranger = house.browser();
        stranger.get(ACCESS, "/sign-in/forgot").await;
        let (mut browser, fields) = (house.browser(), [("username", "alice")]);
        // By mail a new password would leave no other factor to prove.
        house
            .policy(|policy| policy.two_step.demand = TwoStepDemand::Optional)
            .await;
        stranger.post(ACCESS, "/sign-in/forgot", &fields).await;
        assert_eq!(house.told().await.len(), 1);
        house
            .policy(|policy| policy.two_step.demand = TwoStepDemand::Required)
            .await;
        begin(&mut browser).await;
        assert_eq!(send(&mut browser, "mail").await.location(), CODE, "at once");
    })
    .await;
}

#[tokio::test]
async fn attack_22_an_authenticator_that_the_policy_takes_no_more_proves_nothing_beside_a_mailbox()
{
    on_both_engines(async |store| {
        let house = house(store).await;
        house
            .policy(|policy| policy.two_step.demand = TwoStepDemand::Optional)
            .await;
        let mut browser = house.browser();
        browser.sign_in("alice", PASSWORD).await;
        let (seed, _) = browser.enrol().await;
        house
            .policy(|policy| {
                policy.two_step.demand = TwoStepDemand::Required;
                policy.two_step.methods = vec![SecondFactor::Passkey, SecondFactor::Mail];
            })
            .await;
        house.state.clock.advance(Duration::from_mins(11));
        let mut browser = house.browser();
        let step = browser.sign_in("alice", PASSWORD).await;
        assert_eq!(step.location(), "/sign-in/two-step");
        let page = browser.get(ACCESS, "/sign-in/two-step").await.body;
        assert!(!page.contains("authenticator app"), "{page}");
        browser.get(ACCESS, "/sign-in/recovery-code").await;
        let totp = seed.code_at(house.state.clock.now());
        let fields = [("code", totp.as_str())];
        let refused = browser.post(ACCESS, "/sign-in/two-step", &fields).await;
        assert_eq!(refused.status, REFUSED);
        assert!(!browser.is_signed_in().await);
        browser.get(ACCESS, CODE).await;
        send(&mut browser, "mail").await;
        let (_, code) = house.code_sent().await;
        assert_eq!(give(&mut browser, &code).await.location(), "/");
        house.state.clock.advance(Duration::from_mins(11));
        browser.get(ACCESS, "/sign-in/confirm").await;
        let totp = seed.code_at(house.state.clock.now());
        let fields = [("code", totp.as_str())];
        let refused = browser.post(ACCESS, "/sign-in/confirm", &fields).await;
        assert_eq!(refused.status, REFUSED, "nor once more");
    })
    .await;
}

#[tokio::test]
async fn attack_23_a_code_that_is_out_ends_when_the_person_is_reached_elsewhere() {
    on_both_engines(async |store| {
        let house = house(store).await;
        let mut browser = house.browser();
        begin(&mut browser).await;
        send(&mut browser, "sms").await;
        let (_, code) = house.code_sent().await;
        give(&mut browser, &code).await;
        house.state.clock.advance(Duration::from_mins(11));
        browser
            .get(ACCESS, "/sign-in/confirm/code?to=%2Faccount")
            .await;
        let path = "/sign-in/confirm/code/send";
        browser.post(ACCESS, path, &[("channel", "mail")]).await;
        let (_, code) = house.code_sent().await;
        let alice = serde_json::json!({
            "username": "alice", "display_name": "Alice", "email": "alice@example.com"
        });
        house.change(&house.alice, alice).await;
        browser
            .get(ACCESS, "/sign-in/confirm/code?to=%2Faccount")
            .await;
        let fields = [("code", code.as_str())];
        let late = browser.post(ACCESS, "/sign-in/confirm/code", &fields).await;
        assert_eq!(late.status, REFUSED);
    })
    .await;
}
