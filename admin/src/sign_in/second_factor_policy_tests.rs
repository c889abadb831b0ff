//! What the sign-in policy says of second factors, as a person meets it.

use std::time::Duration;

use axum::http::StatusCode;
use config::cookies;

use super::totp::Seed;
use crate::sign_in_policy::{PolicyAudience, PolicyException, TwoStepDemand, TwoStepPolicy};
use crate::store::testing::on_both_engines;
use crate::testing::{ACCESS, Answered, Browser, House, PASSWORD, between};

const REFUSED: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
const DAY: Duration = Duration::from_hours(24);

/// Sets up an authenticator within a sign-in that asks for it; gives the answer to its first code.
async fn enrol_in_sign_in(browser: &mut Browser<'_>) -> (Seed, Answered) {
    let page = browser.get(ACCESS, "/sign-in/set-up-two-step").await;
    let seed = Seed::from_key(between(&page.body, r#"id="key">"#, "<"));
    let code = seed.code_at(browser.house.state.clock.now());
    let path = "/sign-in/set-up-two-step";
    (seed, browser.post(ACCESS, path, &[("code", &code)]).await)
}

#[tokio::test]
async fn where_a_second_factor_is_required_nobody_comes_in_without_setting_one_up() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        house
            .policy(|policy| policy.two_step.demand = TwoStepDemand::Required)
            .await;
        let mut browser = house.browser();
        let step = browser.sign_in("alice", PASSWORD).await;
        assert_eq!(step.location(), "/sign-in/set-up-two-step");
        assert!(!browser.is_signed_in().await);
        let page = browser.get(ACCESS, "/sign-in/set-up-two-step").await;
        assert!(!page.body.contains("Do this later"), "{}", page.body);
        let again = browser.get(ACCESS, "/sign-in/set-up-two-step").await;
        let key = |body: &str| between(body, r#"id="key">"#, "<").to_owned();
        assert_eq!(
            key(&page.body),
            key(&again.body),
            "a reload shows the same key"
        );
        let later = browser
            .post(ACCESS, "/sign-in/set-up-two-step/later", &[])
            .await;
        assert_eq!(later.status, StatusCode::OK, "nothing can be put off");
        assert!(!browser.is_signed_in().await);
        let wrong = [("code", "000000")];
        let wrong = browser
            .post(ACCESS, "/sign-in/set-up-two-step", &wrong)
            .await;
        assert_eq!(wrong.status, REFUSED);
        let (seed, codes) = enrol_in_sign_in(&mut browser).await;
        assert!(
            codes.body.contains("Save your recovery codes"),
            "{}",
            codes.body
        );
        assert!(browser.is_signed_in().await);
        house.state.clock.advance(DAY);
        let mut second = house.browser();
        let step = second.sign_in("alice", PASSWORD).await;
        assert_eq!(step.location(), "/sign-in/two-step");
        second.get(ACCESS, "/sign-in/two-step").await;
        let code = seed.code_at(house.state.clock.now());
        second
            .post(ACCESS, "/sign-in/two-step", &[("code", &code)])
            .await;
        assert!(second.is_signed_in().await);
    })
    .await;
}

#[tokio::test]
async fn setting_up_a_second_factor_can_be_put_off_until_the_grace_is_over() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        house
            .policy(|policy| {
                policy.two_step.demand = TwoStepDemand::Required;
                policy.two_step.grace_days = 7;
            })
            .await;
        for day in 0..7 {
            let mut browser = house.browser();
            browser.sign_in("alice", PASSWORD).await;
            browser.get(ACCESS, "/sign-in/set-up-two-step").await;
            browser
                .post(ACCESS, "/sign-in/set-up-two-step/later", &[])
                .await;
            assert!(browser.is_signed_in().await, "day {day}");
            house.state.clock.advance(DAY);
        }
        let mut browser = house.browser();
        browser.sign_in("alice", PASSWORD).await;
        let page = browser.get(ACCESS, "/sign-in/set-up-two-step").await;
        assert!(!page.body.contains("Do this later"));
        browser
            .post(ACCESS, "/sign-in/set-up-two-step/later", &[])
            .await;
        assert!(!browser.is_signed_in().await);
    })
    .await;
}

#[tokio::test]
async fn where_two_step_verification_is_off_a_password_is_enough() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut first = house.browser();
        first.sign_in("alice", PASSWORD).await;
        first.enrol().await;
        house
            .policy(|policy| policy.two_step.demand = TwoStepDemand::Off)
            .await;
        let mut second = house.browser();
        assert_eq!(second.sign_in("alice", PASSWORD).await.location(), "/");
    })
    .await;
}

#[tokio::test]
async fn a_marked_browser_is_not_asked_again_until_the_mark_is_over_or_the_password_changes() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        house
            .policy(|policy| {
                policy.two_step.remember_days = 2;
                policy.sessions.absolute_hours = 1;
                policy.sessions.idle_minutes = None;
            })
            .await;
        let mut browser = house.browser();
        browser.sign_in("alice", PASSWORD).await;
        let (seed, _) = browser.enrol().await;
        mark(&mut browser, &seed).await;
        house.state.clock.advance(Duration::from_hours(22));
        assert_eq!(browser.sign_in("alice", PASSWORD).await.location(), "/");
        let mut stranger = house.browser();
        let step = stranger.sign_in("alice", PASSWORD).await;
        assert_eq!(step.location(), "/sign-in/two-step", "of that browser only");
        house.state.clock.advance(DAY);
        let step = browser.sign_in("alice", PASSWORD).await;
        assert_eq!(step.location(), "/sign-in/two-step", "two days and no more");
        mark(&mut browser, &seed).await;
        house
            .policy(|policy| policy.two_step.remember_days = 0)
            .await;
        let step = browser.sign_in("alice", PASSWORD).await;
        assert_eq!(
            step.location(),
            "/sign-in/two-step",
            "marks are off at once"
        );
    })
    .await;
}

#[tokio::test]
async fn of_more_marked_browsers_than_may_be_the_oldest_is_asked_again() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        house
            .policy(|policy| {
                policy.two_step.remember_days = 30;
                policy.two_step.remember_most = 1;
                policy.sessions.absolute_hours = 1;
                policy.sessions.idle_minutes = None;
            })
            .await;
        let mut first = house.browser();
        first.sign_in("alice", PASSWORD).await;
        let (seed, _) = first.enrol().await;
        let mut second = house.browser();
        for browser in [&mut first, &mut second] {
            house.state.clock.advance(Duration::from_hours(2));
            browser.sign_in("alice", PASSWORD).await;
            browser.get(ACCESS, "/sign-in/two-step").await;
            let code = seed.code_at(house.state.clock.now());
            let fields = [("code", code.as_str()), ("trust", "yes")];
            browser.post(ACCESS, "/sign-in/two-step", &fields).await;
        }
        house.state.clock.advance(Duration::from_hours(2));
        let step = first.sign_in("alice", PASSWORD).await;
        assert_eq!(step.location(), "/sign-in/two-step");
        assert_eq!(second.sign_in("alice", PASSWORD).await.location(), "/");
    })
    .await;
}

#[tokio::test]
async fn a_person_sees_the_browsers_that_are_trusted_and_has_one_asked_again() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        house
            .policy(|policy| policy.two_step.remember_days = 30)
            .await;
        let mut first = house.browser();
        first.sign_in("alice", PASSWORD).await;
        let (seed, _) = first.enrol().await;
        house.state.clock.advance(Duration::from_mins(1));
        let mut second = house.browser();
        second.sign_in("alice", PASSWORD).await;
        second.get(ACCESS, "/sign-in/two-step").await;
        let code = seed.code_at(house.state.clock.now());
        let fields = [("code", code.as_str()), ("trust", "yes")];
        second.post(ACCESS, "/sign-in/two-step", &fields).await;
        let page = first.get(ACCESS, "/account").await;
        assert!(page.body.contains("Trusted browsers"), "{}", page.body);
        let id = between(&page.body, r#"name="browser" value=""#, "\"").to_owned();
        first
            .post(ACCESS, "/account/browsers/forget", &[("browser", &id)])
            .await;
        let page = first.get(ACCESS, "/account").await;
        assert!(!page.body.contains("Trusted browsers"));
        let session = (ACCESS.to_owned(), cookies::SESSION.to_owned());
        second.cookies.remove(&session);
        let step = second.sign_in("alice", PASSWORD).await;
        assert_eq!(step.location(), "/sign-in/two-step");
    })
    .await;
}

/// Alice's browser, marked as one that is not asked again, and her authenticator.
async fn marked(house: &House) -> (Browser<'_>, Seed) {
    house
        .policy(|policy| {
            policy.two_step.remember_days = 30;
            policy.sessions.absolute_hours = 1;
            policy.sessions.idle_minutes = None;
        })
        .await;
    let mut browser = house.browser();
    browser.sign_in("alice", PASSWORD).await;
    let (seed, _) = browser.enrol().await;
    mark(&mut browser, &seed).await;
    (browser, seed)
}

async fn mark(browser: &mut Browser<'_>, seed: &Seed) {
    let clock = &browser.house.state.clock;
    clock.advance(Duration::from_hours(2));
    let step = browser.sign_in("alice", PASSWORD).await;
    assert_eq!(step.location(), "/sign-in/two-step");
    browser.get(ACCESS, "/sign-in/two-step").await;
    let code = seed.code_at(clock.now());
    let fields = [("code", code.as_str()), ("trust", "yes")];
    browser.post(ACCESS, "/sign-in/two-step", &fields).await;
    clock.advance(Duration::from_hours(2));
}

#[tokio::test]
async fn a_mark_reaches_no_further_than_the_policy_that_came_after_it() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let (mut browser, seed) = marked(&house).await;
        for days in [7, 0] {
            house
                .policy(|policy| policy.two_step.remember_days = days)
                .await;
            house
                .policy(|policy| policy.two_step.remember_days = 30)
                .await;
            mark(&mut browser, &seed).await;
        }
        let mut second = house.browser();
        mark(&mut second, &seed).await;
        house
            .policy(|policy| policy.two_step.remember_most = 1)
            .await;
        let step = browser.sign_in("alice", PASSWORD).await;
        assert_eq!(step.location(), "/sign-in/two-step", "one too many");
        assert_eq!(second.sign_in("alice", PASSWORD).await.location(), "/");
    })
    .await;
}

#[tokio::test]
async fn whoever_comes_under_an_exception_without_marks_is_asked_again() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let (mut browser, _) = marked(&house).await;
        let group = house.group("contractors").await;
        house
            .policy(|policy| {
                policy.exceptions = vec![PolicyException {
                    ways: None,
                    name: "Contractors".into(),
                    risk: None,
                    who: vec![PolicyAudience::Group(group.clone())],
                    two_step: Some(TwoStepPolicy {
                        remember_days: 1,
                        ..policy.two_step.clone()
                    }),
                    password: None,
                    sessions: None,
                    attempts: None,
                }];
            })
            .await;
        assert_eq!(browser.sign_in("alice", PASSWORD).await.location(), "/");
        house.put_into(&group, &house.alice).await;
        house.state.clock.advance(Duration::from_hours(2));
        let step = browser.sign_in("alice", PASSWORD).await;
        assert_eq!(step.location(), "/sign-in/two-step");
    })
    .await;
}

#[tokio::test]
async fn attack_23_the_cookie_that_a_browser_had_before_it_was_marked_spares_nobody() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        house
            .policy(|policy| policy.two_step.remember_days = 30)
            .await;
        let mut browser = house.browser();
        browser.sign_in("alice", PASSWORD).await;
        let (seed, _) = browser.enrol().await;
        let mut copied = house.browser();
        let device = (ACCESS.to_owned(), cookies::DEVICE.to_owned());
        let known = browser.cookies[&device].clone();
        copied.cookies.insert(device, known);
        mark(&mut browser, &seed).await;
        let step = copied.sign_in("alice", PASSWORD).await;
        assert_eq!(step.location(), "/sign-in/two-step");
        assert_eq!(browser.sign_in("alice", PASSWORD).await.location(), "/");
    })
    .await;
}
