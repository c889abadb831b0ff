//! Signing in with a code in the place of the password.

use axum::http::StatusCode;
use config::session::AuthenticationMethod;

use super::message_code::{LIFE, PAUSE};
use crate::messages::{Channel, Content};
use crate::sign_in_policy::CaptchaDemand;
use crate::store::members;
use crate::store::testing::{TestStore, on_both_engines};
use crate::testing::{ACCESS, Answered, Browser, House, PASSWORD};

const REFUSED: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
pub(super) const ENTER: &str = "/sign-in/code/enter";

/// A house where a code signs in, and Alice has a mailbox and a mobile.
pub(super) async fn house(store: TestStore) -> House {
    let house = House::new(store).await;
    house.set_senders().await;
    house
        .policy(|policy| policy.two_step.code_alone = true)
        .await;
    let (mail, mobile) = (Some("alice@example.com"), Some("13800001234"));
    house.can_be_reached(&house.alice, mail, mobile).await;
    house
}

pub(super) async fn ask(browser: &mut Browser<'_>, typed: &str) -> Answered {
    browser.get(ACCESS, "/sign-in/code?to=%2Faccount").await;
    let fields = [("username", typed), ("to", "/account")];
    browser.post(ACCESS, "/sign-in/code", &fields).await
}

pub(super) async fn give(browser: &mut Browser<'_>, code: &str) -> Answered {
    browser.get(ACCESS, ENTER).await;
    let fields = [("code", code), ("to", "/account")];
    browser.post(ACCESS, ENTER, &fields).await
}

/// Another code of as many digits.
fn other_than(code: &str) -> String {
    let first = if code.starts_with('0') { "1" } else { "0" };
    format!("{first}{}", &code[1..])
}

#[tokio::test]
async fn whoever_may_comes_in_by_a_code_whatever_name_they_type() {
    on_both_engines(async |store| {
        let house = house(store).await;
        for (typed, channel, method) in [
            ("alice", Channel::Mail, AuthenticationMethod::MailCode),
            (
                "Alice@Example.com",
                Channel::Mail,
                AuthenticationMethod::MailCode,
            ),
            (
                "+86 138 0000 1234",
                Channel::Sms,
                AuthenticationMethod::SmsCode,
            ),
        ] {
            let mut browser = house.browser();
            let page = browser.get(ACCESS, "/sign-in?to=%2Faccount").await.body;
            assert!(page.contains("/sign-in/code?to=%2Faccount"), "{page}");
            let answer = ask(&mut browser, typed).await;
            assert_eq!(answer.location(), "/sign-in/code/enter?to=%2Faccount");
            let told = house.told().await;
            let [
                (
                    by,
                    _,
                    Content::SignInCode {
                        code,
                        is_alone: true,
                        ..
                    },
                ),
            ] = told.as_slice()
            else {
                panic!("{typed}: {told:?}");
            };
            assert_eq!(*by, channel);
            let wrong = give(&mut browser, &other_than(code)).await;
            assert_eq!(wrong.status, REFUSED);
            assert_eq!(give(&mut browser, code).await.location(), "/account");
            let session = browser.session(ACCESS).await.unwrap();
            assert_eq!(session.methods, [method]);
            assert_eq!(session.second_factor_at, None, "one factor was proven");
            house.state.clock.advance(PAUSE);
        }
    })
    .await;
}

#[tokio::test]
async fn attack_23_a_code_opens_once_for_a_while_and_only_the_browser_that_asked_for_it() {
    on_both_engines(async |store| {
        let house = house(store).await;
        let (mut browser, mut thief) = (house.browser(), house.browser());
        ask(&mut thief, "nobody").await;
        ask(&mut browser, "alice").await;
        let (_, code) = house.code_sent().await;
        assert_eq!(give(&mut thief, &code).await.status, REFUSED, "another's");
        let mut before = browser.clone();
        give(&mut browser, &code).await;
        assert!(browser.is_signed_in().await);
        assert_eq!(give(&mut before, &code).await.status, REFUSED, "used");
        house.state.clock.advance(PAUSE);
        let mut browser = house.browser();
        ask(&mut browser, "alice").await;
        let (_, code) = house.code_sent().await;
        house.state.clock.advance(LIFE);
        assert_eq!(give(&mut browser, &code).await.status, REFUSED, "expired");
        assert!(!browser.is_signed_in().await);
    })
    .await;
}

#[tokio::test]
async fn attack_23_whatever_is_typed_both_pages_answer_the_same() {
    on_both_engines(async |store| {
        let house = house(store).await;
        let bob = house.member("bob", "Bob", &[]).await;
        house
            .can_be_reached(&bob, Some("bob@example.com"), None)
            .await;
        let mut tx = house.state.store.begin().await.unwrap();
        members::set_status(&mut tx, &bob, "disabled", house.state.clock.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let twin = house.member("twin", "Twin", &[]).await;
        let other = house.member("other", "Other", &[]).await;
        for one in [&twin, &other] {
            house.can_be_reached(one, None, Some("13900001111")).await;
        }
        let mut seen = Vec::new();
        for typed in ["alice", "nobody", "bob", "olga", "", "13900001111"] {
            let mut browser = house.browser();
            let answer = ask(&mut browser, typed).await;
            let page = browser.open(answer.location()).await;
            let told = house.told().await;
            assert_eq!(
                told.len(),
                usize::from(typed == "alice"),
                "{typed}: {told:?}"
            );
            let wrong = give(&mut browser, "no code").await;
            let cookies: Vec<_> = { browser.cookies.keys() }.cloned().collect();
            let to = answer.location().to_owned();
            seen.push((
                answer.status,
                to,
                page.body.len(),
                wrong.status,
                wrong.body.len(),
                cookies,
            ));
        }
        for one in &seen {
            assert_eq!(one, &seen[0]);
        }
        let log = house.log().await;
        for why in ["unknown_account", "account_disabled", "no_way_to_send"] {
            let entry = ("code_requested".to_owned(), Some(why.to_owned()));
            assert!(log.contains(&entry), "{why} in {log:?}");
        }
        assert!(
            log.contains(&("code_requested".to_owned(), None)),
            "{log:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn attack_17_wrong_codes_lock_the_account_as_wrong_passwords_do_but_not_a_known_browser() {
    on_both_engines(async |store| {
        let house = house(store).await;
        let mut known = house.browser();
        known.sign_in("alice", PASSWORD).await;
        known.post(ACCESS, "/sign-out", &[]).await;
        house
            .policy(|policy| policy.attempts.wrong_passwords = 3)
            .await;
        let mut thief = house.browser();
        ask(&mut thief, "alice").await;
        let (_, code) = house.code_sent().await;
        for _ in 0..3 {
            give(&mut thief, &other_than(&code)).await;
        }
        assert_eq!(give(&mut thief, &code).await.status, REFUSED, "locked");
        house.browser().sign_in("alice", PASSWORD).await;
        let step = house.browser().sign_in("alice", PASSWORD).await;
        assert_eq!(step.status, REFUSED, "so is the password");
        house.state.clock.advance(PAUSE);
        ask(&mut house.browser(), "alice").await;
        assert_eq!(house.told().await.len(), 0, "nor is a code sent");
        known
            .cookies
            .retain(|(_, name), _| name != config::cookies::SESSION);
        ask(&mut known, "alice").await;
        let (_, code) = house.code_sent().await;
        assert_eq!(give(&mut known, &code).await.location(), "/account");
    })
    .await;
}

#[tokio::test]
async fn attack_23_a_code_takes_few_guesses_wherever_they_lock_nothing() {
    on_both_engines(async |store| {
        let house = house(store).await;
        house
            .policy(|policy| policy.attempts.wrong_passwords = 100)
            .await;
        let mut browser = house.browser();
        ask(&mut browser, "alice").await;
        let (_, code) = house.code_sent().await;
        for _ in 0..5 {
            give(&mut browser, &other_than(&code)).await;
        }
        assert_eq!(give(&mut browser, &code).await.status, REFUSED);
    })
    .await;
}

#[tokio::test]
async fn a_captcha_is_asked_of_whoever_asks_for_many_codes_at_a_name() {
    on_both_engines(async |store| {
        let house = house(store).await;
        house
            .policy(|policy| policy.attempts.captcha = CaptchaDemand::After { failures: 2 })
            .await;
        for typed in ["alice", "nobody"] {
            for _ in 0..2 {
                assert_eq!(
                    ask(&mut house.browser(), typed).await.status,
                    StatusCode::SEE_OTHER
                );
            }
            let mut browser = house.browser();
            let asked = ask(&mut browser, typed).await;
            assert_eq!(asked.status, REFUSED, "{typed}");
            assert!(
                browser.last.contains(r#"name="captcha"#),
                "{}",
                browser.last
            );
        }
    })
    .await;
}

#[tokio::test]
async fn strangers_use_up_no_code_of_a_browser_that_the_person_knows() {
    on_both_engines(async |store| {
        let house = house(store).await;
        let mut known = house.browser();
        known.sign_in("alice", PASSWORD).await;
        known
            .cookies
            .retain(|(_, name), _| name != config::cookies::SESSION);
        let mut sent = 0;
        for _ in 0..8 {
            ask(&mut house.browser(), "alice").await;
            sent += house.told().await.len();
            house.state.clock.advance(PAUSE);
        }
        assert_eq!(sent, 5);
        ask(&mut known, "alice").await;
        let (_, code) = house.code_sent().await;
        assert_eq!(give(&mut known, &code).await.location(), "/account");
    })
    .await;
}
