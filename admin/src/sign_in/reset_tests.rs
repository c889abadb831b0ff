//! Somebody has forgotten the password.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use config::id::MemberId;

use super::lockout::ADDRESS;
use super::one_time_links::RESET_LIFE;
use crate::edit::Edit;
use crate::members::credentials::{Occasion, Way, send_one_time_link};
use crate::messages::{Channel, Content};
use crate::sign_in_policy::{SecondFactor, TwoStepDemand};
use crate::store::testing::on_both_engines;
use crate::store::{credentials, members};
use crate::testing::{ACCESS, Answered, Browser, House, PASSWORD, operator};

const REFUSED: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
const NEW: &str = "quick yellow lamp";

/// A house where passwords can be reset, and Alice has a mail address.
async fn house(store: crate::store::testing::TestStore) -> House {
    let house = House::new(store).await;
    house.set_senders().await;
    house.policy(|policy| policy.password.reset = true).await;
    let alice = Some("alice@example.com");
    house.can_be_reached(&house.alice, alice, None).await;
    house
}

async fn ask(browser: &mut Browser<'_>, typed: &str) -> Answered {
    browser.get(ACCESS, "/sign-in/forgot?to=%2Faccount").await;
    let fields = [("username", typed), ("to", "/account")];
    browser.post(ACCESS, "/sign-in/forgot", &fields).await
}

async fn give(browser: &mut Browser<'_>, code: &str) -> Answered {
    browser.get(ACCESS, "/welcome").await;
    browser.post(ACCESS, "/welcome", &[("code", code)]).await
}

async fn choose(browser: &mut Browser<'_>, new: &str) -> Answered {
    browser.get(ACCESS, "/sign-in/new-password").await;
    let fields = [("password", new), ("repeated", new)];
    browser.post(ACCESS, "/sign-in/new-password", &fields).await
}

#[tokio::test]
async fn who_forgot_the_password_sets_a_new_one_and_only_that_ends_what_the_old_one_opened() {
    on_both_engines(async |store| {
        let house = house(store).await;
        let mut elsewhere = house.browser();
        elsewhere.sign_in("alice", PASSWORD).await;
        let mut browser = house.browser();
        let page = browser.get(ACCESS, "/sign-in").await.body;
        assert!(page.contains("/sign-in/forgot?to=%2F"), "{page}");
        let answer = ask(&mut browser, "ALICE@example.com").await;
        assert_eq!(answer.location(), "/welcome?after=reset&to=%2Faccount");
        let page = browser.open("/welcome?after=reset").await.body;
        assert!(page.contains("a code is on its way"), "{page}");
        let (channel, code) = house.code_sent().await;
        assert_eq!(channel, Channel::Mail);
        assert!(elsewhere.is_signed_in().await, "nothing has ended yet");
        house.browser().sign_in("alice", PASSWORD).await;
        let step = give(&mut browser, &code).await;
        assert_eq!(step.location(), "/sign-in/new-password");
        assert!(elsewhere.is_signed_in().await, "nor now");
        choose(&mut browser, NEW).await;
        assert!(browser.is_signed_in().await);
        assert!(!elsewhere.is_signed_in().await);
        assert_eq!(
            house.browser().sign_in("alice", PASSWORD).await.status,
            REFUSED
        );
        assert_eq!(
            give(&mut house.browser(), &code).await.status,
            REFUSED,
            "used"
        );
        assert!(
            house
                .log()
                .await
                .contains(&("reset_requested".to_owned(), None))
        );
    })
    .await;
}

#[tokio::test]
async fn attack_23_whatever_is_typed_the_answer_and_the_work_behind_it_are_the_same() {
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
        let mut seen = Vec::new();
        for typed in [
            "alice",
            "alice@example.com",
            "nobody",
            "bob",
            "olga",
            "",
            "+8613800000000",
        ] {
            let mut browser = house.browser();
            let answer = ask(&mut browser, typed).await;
            let mut read = house.state.store.read().await.unwrap();
            let waiting = crate::store::message_jobs::count(&mut read).await.unwrap();
            drop(read);
            let page = browser.open(answer.location()).await;
            let cookies: Vec<String> = browser
                .cookies
                .keys()
                .map(|(_, name)| name.clone())
                .collect();
            let to = answer.location().to_owned();
            seen.push((
                answer.status,
                to,
                answer.body.len(),
                page.body.len(),
                cookies,
                waiting,
            ));
            house.told().await;
        }
        for one in &seen {
            assert_eq!(one, &seen[0]);
        }
        let reasons: Vec<Option<String>> =
            house.log().await.into_iter().map(|(_, why)| why).collect();
        for why in ["unknown_account", "account_disabled", "no_way_to_send"] {
            assert!(
                reasons.contains(&Some(why.to_owned())),
                "{why} in {reasons:?}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn attack_23_the_link_names_the_configured_host_whatever_the_browser_says() {
    on_both_engines(async |store| {
        let house = house(store).await;
        let mut browser = house.browser();
        browser.get(ACCESS, "/sign-in/forgot").await;
        let csrf = crate::testing::between(&browser.last, r#"name="csrf" value=""#, "\"");
        let body = format!("csrf={}&username=alice", config::return_path::encode(csrf));
        let request = Request::post("/sign-in/forgot")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ORIGIN, format!("https://{ACCESS}"))
            .header("sec-fetch-site", "same-origin")
            .header(header::HOST, "evil.example")
            .header("x-forwarded-host", "evil.example")
            .header("forwarded", "host=evil.example");
        let answer = browser.send(ACCESS, request, Body::from(body)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
        assert!(!answer.location().contains("evil"), "{}", answer.location());
        let told = house.told().await;
        let [(_, _, Content::PasswordReset { url, .. })] = told.as_slice() else {
            panic!("{told:?}");
        };
        assert_eq!(url, "https://access.example.com/welcome");
    })
    .await;
}

#[tokio::test]
async fn attack_22_a_code_for_a_new_password_does_not_skip_the_second_factor() {
    on_both_engines(async |store| {
        let house = house(store).await;
        let mut first = house.browser();
        first.sign_in("alice", PASSWORD).await;
        first.enrol().await;
        let mut browser = house.browser();
        ask(&mut browser, "alice").await;
        let (_, code) = house.code_sent().await;
        let step = give(&mut browser, &code).await;
        assert_eq!(step.location(), "/sign-in/two-step");
        let skipped = browser.get(ACCESS, "/sign-in/new-password").await;
        assert_ne!(skipped.status, StatusCode::OK);
        assert!(!browser.is_signed_in().await);
    })
    .await;
}

#[tokio::test]
async fn attack_22_where_a_code_by_mail_is_the_only_second_factor_no_mail_resets_the_password() {
    on_both_engines(async |store| {
        let house = house(store).await;
        house
            .policy(|policy| {
                policy.two_step.demand = TwoStepDemand::Required;
                policy.two_step.methods = vec![SecondFactor::Mail];
            })
            .await;
        ask(&mut house.browser(), "alice").await;
        assert!(house.told().await.is_empty());
        let (mail, mobile) = (Some("alice@example.com"), Some("13800000000"));
        house.can_be_reached(&house.alice, mail, mobile).await;
        ask(&mut house.browser(), "alice").await;
        assert_eq!(house.code_sent().await.0, Channel::Sms);
    })
    .await;
}

#[tokio::test]
async fn attack_23_codes_are_few_for_an_account_and_for_an_address_and_do_not_live_long() {
    on_both_engines(async |store| {
        let house = house(store).await;
        let mut codes = Vec::new();
        for _ in 0..5 {
            ask(&mut house.browser(), "alice").await;
            codes.extend(house.told().await);
            house.state.clock.advance(Duration::from_mins(1));
        }
        assert_eq!(codes.len(), 3);
        let [older, .., last] = codes.as_slice() else {
            panic!("{codes:?}");
        };
        let older = older.2.code().unwrap();
        assert_eq!(
            give(&mut house.browser(), older).await.status,
            REFUSED,
            "replaced"
        );
        house.state.clock.advance(RESET_LIFE);
        let last = last.2.code().unwrap();
        assert_eq!(
            give(&mut house.browser(), last).await.status,
            REFUSED,
            "expired"
        );
        let mut answers = Vec::new();
        for _ in 0..12 {
            answers.push(ask(&mut house.browser(), "nobody").await.status);
        }
        assert_eq!(answers[9], StatusCode::SEE_OTHER);
        assert_eq!(answers[11], StatusCode::TOO_MANY_REQUESTS);
    })
    .await;
}

#[tokio::test]
async fn a_code_goes_to_the_mobile_where_no_mail_address_is_verified_and_is_found_by_any_spelling()
{
    on_both_engines(async |store| {
        let house = house(store).await;
        house
            .can_be_reached(&house.alice, None, Some("+8613800000000"))
            .await;
        for typed in ["138 0000 0000", "+86 138-0000-0000", "008613800000000"] {
            ask(&mut house.browser(), typed).await;
            let (channel, code) = house.code_sent().await;
            assert_eq!((channel, code.len()), (Channel::Sms, 19), "{typed}");
            house.state.clock.advance(Duration::from_mins(1));
        }
        let bob = house.member("bob", "Bob", &[]).await;
        house.can_be_reached(&bob, None, Some("13800000000")).await;
        ask(&mut house.browser(), "13800000000").await;
        assert!(house.told().await.is_empty(), "it is not one person's");
    })
    .await;
}

#[tokio::test]
async fn without_leave_or_a_sender_nobody_is_offered_a_new_password() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut browser = house.browser();
        let is_offered = async |browser: &mut Browser<'_>| {
            let page = browser.get(ACCESS, "/sign-in").await.body;
            let forgot = browser.get(ACCESS, "/sign-in/forgot").await.status;
            assert_eq!(page.contains("/sign-in/forgot"), forgot == StatusCode::OK);
            forgot == StatusCode::OK
        };
        assert!(!is_offered(&mut browser).await);
        house.policy(|policy| policy.password.reset = true).await;
        assert!(!is_offered(&mut browser).await, "no sender");
        house.set_mail_sender().await;
        assert!(is_offered(&mut browser).await);
        browser.language = "zh-CN";
        let page = browser.get(ACCESS, "/sign-in").await.body;
        assert!(page.contains("忘记密码"), "{page}");
        let alice = Some("alice@example.com");
        house.can_be_reached(&house.alice, alice, None).await;
        ask(&mut browser, "alice").await;
        let (_, code) = house.code_sent().await;
        house.policy(|policy| policy.password.reset = false).await;
        assert!(!is_offered(&mut browser).await);
        assert_eq!(give(&mut browser, &code).await.status, REFUSED);
    })
    .await;
}

#[tokio::test]
async fn attack_23_a_code_for_a_mailbox_that_nobody_vouches_for_any_more_sets_no_password() {
    on_both_engines(async |store| {
        let house = house(store).await;
        ask(&mut house.browser(), "alice").await;
        let (_, code) = house.code_sent().await;
        let alice = serde_json::json!({
            "username": "alice", "display_name": "Alice", "email": "alice@example.com",
            "email_verified": false
        });
        house.change(&house.alice, alice).await;
        let late = give(&mut house.browser(), &code).await;
        assert_eq!(late.status, REFUSED, "withdrawn");
        house.state.clock.advance(Duration::from_mins(1));
        let mail = Some("alice@example.com");
        house.can_be_reached(&house.alice, mail, None).await;
        ask(&mut house.browser(), "alice").await;
        let (_, code) = house.code_sent().await;
        house.can_be_reached(&house.alice, None, None).await;
        let late = give(&mut house.browser(), &code).await;
        assert_eq!(late.status, REFUSED, "looked at again");
    })
    .await;
}

#[tokio::test]
async fn attack_17_an_address_that_is_spent_asks_for_no_new_password() {
    on_both_engines(async |store| {
        let house = house(store).await;
        let mut browser = house.browser();
        browser.get(ACCESS, "/sign-in/forgot").await;
        for n in 0..=ADDRESS.most {
            let name = format!("nobody{n}");
            house.browser().sign_in(&name, "wrong").await;
        }
        let refused = browser.post(ACCESS, "/sign-in/forgot", &[]).await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    })
    .await;
}

#[tokio::test]
async fn attack_22_a_code_that_an_administrator_sent_by_mail_is_not_followed_by_another_to_the_mailbox()
 {
    on_both_engines(async |store| {
        let house = house(store).await;
        house
            .policy(|policy| {
                policy.two_step.demand = TwoStepDemand::Required;
                policy.two_step.methods = vec![SecondFactor::Sms, SecondFactor::Mail];
            })
            .await;
        let send = async |member: &MemberId| {
            let permit = operator();
            let edit = Edit::begin(&house.state, &permit).await.unwrap();
            let occasion = Occasion::NewPassword { keep: false };
            let way = Way {
                channel: Channel::Mail,
                language: config::Language::En,
            };
            send_one_time_link(edit, &house.state, member, occasion, way).await
        };
        let refused = send(&house.alice).await.map(drop).unwrap_err().to_string();
        assert!(refused.contains("hand it over"), "{refused}");
        let (mail, mobile) = (Some("alice@example.com"), Some("13800001234"));
        house.can_be_reached(&house.alice, mail, mobile).await;
        send(&house.alice).await.map(drop).unwrap();
        let (_, code) = house.code_sent().await;
        let mut browser = house.browser();
        give(&mut browser, &code).await;
        let page = browser.get(ACCESS, "/sign-in/two-step/code").await.body;
        assert!(
            !page.contains("by mail") && page.contains("by SMS"),
            "{page}"
        );
        let newcomer = house.member("nora", "Nora", &[]).await;
        let mut tx = house.state.store.begin().await.unwrap();
        credentials::forget_password(&mut tx, &newcomer)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let mail = Some("nora@example.com");
        house.can_be_reached(&newcomer, mail, None).await;
        send(&newcomer).await.map(drop).unwrap();
        let (_, code) = house.code_sent().await;
        let mut browser = house.browser();
        give(&mut browser, &code).await;
        let page = browser.get(ACCESS, "/sign-in/two-step/code").await.body;
        assert!(
            page.contains("by mail"),
            "a newcomer has nothing else: {page}"
        );
    })
    .await;
}
