//! Sign-ins that are unlike earlier ones, as a person meets them.

use std::time::Duration;

use axum::http::StatusCode;
use config::cookies;

use crate::sign_in::totp::Seed;
use crate::sign_in_policy::{
    PolicyAudience, PolicyException, RiskAnswer, RiskPolicy, SecondFactor,
};
use crate::sign_in_policy::{SignInPolicy, TwoStepDemand};
use crate::store::events::{Page, SignInEvent, SignInFilter, sign_in_events};
use crate::store::testing::on_both_engines;
use crate::testing::{ACCESS, Answered, Browser, House, PASSWORD, between};

pub(super) const TWO_STEP: &str = "/sign-in/two-step";
pub(super) const REFUSED: &str = "/sign-in/refused";

fn new_device(policy: &mut SignInPolicy) {
    policy.risk.new_device = RiskAnswer::Ask;
}

/// Signs in with what the browser keeps of earlier times.
pub(super) async fn sign_in(browser: &mut Browser<'_>, password: &str) -> Answered {
    let is_kept = |name: &str| name == cookies::DEVICE;
    browser.cookies.retain(|(_, name), _| is_kept(name));
    browser.sign_in("alice", password).await
}

/// Proves the second factor that is asked for.
pub(super) async fn prove(browser: &mut Browser<'_>, seed: &Seed) {
    // Each code works once.
    browser.house.state.clock.advance(Duration::from_mins(1));
    browser.get(ACCESS, TWO_STEP).await;
    let code = seed.code_at(browser.house.state.clock.now());
    let fields = [("code", code.as_str()), ("trust", "yes")];
    let proven = browser.post(ACCESS, TWO_STEP, &fields).await;
    assert_eq!(proven.location(), "/", "{proven:?}");
}

/// The last entry of the log.
pub(super) async fn last(house: &House) -> SignInEvent {
    let mut read = house.state.store.read().await.unwrap();
    let page = Page {
        limit: 1,
        ..Page::default()
    };
    let found = sign_in_events(&mut read, &SignInFilter::default(), &page).await;
    found.unwrap().items.remove(0)
}

#[tokio::test]
async fn a_new_browser_is_asked_where_nobody_is_asked_otherwise_and_an_old_one_is_not() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        house
            .policy(|policy| {
                policy.two_step.demand = TwoStepDemand::Off;
                new_device(policy);
            })
            .await;
        let mut first = house.browser();
        let newcomer = sign_in(&mut first, PASSWORD).await;
        assert_eq!(newcomer.location(), "/", "nothing to compare with");
        assert!(last(&house).await.risk.is_empty());
        let (seed, _) = first.enrol().await;
        let again = sign_in(&mut first, PASSWORD).await;
        assert_eq!(again.location(), "/", "a browser that is known");
        let mut second = house.browser();
        let step = sign_in(&mut second, PASSWORD).await;
        assert_eq!(step.location(), TWO_STEP);
        assert!(!second.is_signed_in().await);
        prove(&mut second, &seed).await;
        assert!(second.is_signed_in().await);
        let told = last(&house).await;
        assert_eq!(
            (told.kind.as_str(), told.risk),
            ("signed_in", vec!["new_device".to_owned()])
        );
        let again = sign_in(&mut second, PASSWORD).await;
        assert_eq!(again.location(), "/", "it is known now");
    })
    .await;
}

#[tokio::test]
async fn whoever_has_nothing_to_prove_it_by_is_told_whom_to_ask_in_both_languages() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        house.browser().sign_in("alice", PASSWORD).await;
        house
            .policy(|policy| {
                policy.two_step.demand = TwoStepDemand::Required;
                new_device(policy);
            })
            .await;
        for (language, says) in [("en", "ask your administrator"), ("zh-CN", "请联系管理员")]
        {
            let mut browser = house.browser();
            browser.language = language;
            let step = sign_in(&mut browser, PASSWORD).await;
            assert_eq!(step.location(), REFUSED, "not even by setting one up");
            let page = browser.get(ACCESS, REFUSED).await;
            assert_eq!(page.status, StatusCode::FORBIDDEN);
            assert!(page.body.contains(says), "{}", page.body);
            for step in [
                TWO_STEP,
                "/sign-in/set-up-two-step",
                "/sign-in/new-password",
            ] {
                let around = browser.get(ACCESS, step).await;
                assert_eq!(around.status, StatusCode::SEE_OTHER, "{step}");
            }
            assert!(!browser.is_signed_in().await);
            let told = last(&house).await;
            assert_eq!(told.reason.as_deref(), Some("no_second_factor"));
            assert_eq!(told.risk, ["new_device"]);
        }
    })
    .await;
}

#[tokio::test]
async fn a_code_by_mail_proves_it_where_the_policy_takes_that() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        house.set_senders().await;
        let mail = Some("alice@example.com");
        house.can_be_reached(&house.alice, mail, None).await;
        house.browser().sign_in("alice", PASSWORD).await;
        house
            .policy(|policy| {
                policy.two_step.methods.push(SecondFactor::Mail);
                new_device(policy);
            })
            .await;
        let mut browser = house.browser();
        let step = sign_in(&mut browser, PASSWORD).await;
        assert_eq!(step.location(), TWO_STEP);
        let page = browser.get(ACCESS, TWO_STEP).await;
        assert_eq!(page.location(), "/sign-in/two-step/code");
        let page = browser.get(ACCESS, "/sign-in/two-step/code").await;
        assert!(page.body.contains("Send a code by mail"), "{}", page.body);
    })
    .await;
}

#[tokio::test]
async fn attack_17_wrong_guesses_before_the_right_one_are_asked_about_but_not_in_the_persons_own_browser()
 {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut own = house.browser();
        sign_in(&mut own, PASSWORD).await;
        let (seed, _) = own.enrol().await;
        house
            .policy(|policy| {
                policy.two_step.demand = TwoStepDemand::Off;
                policy.risk.many_failures = RiskAnswer::Ask;
                policy.risk.failures = 3;
            })
            .await;
        let guess = async |browser: &mut Browser<'_>, times| {
            for _ in 0..times {
                sign_in(browser, "wrong").await;
            }
        };
        let mut stranger = house.browser();
        guess(&mut stranger, 2).await;
        assert_eq!(sign_in(&mut stranger, PASSWORD).await.location(), "/");
        let mut stranger = house.browser();
        guess(&mut stranger, 3).await;
        assert_eq!(sign_in(&mut own, PASSWORD).await.location(), "/");
        let step = sign_in(&mut stranger, PASSWORD).await;
        assert_eq!(step.location(), TWO_STEP);
        prove(&mut stranger, &seed).await;
        assert_eq!(last(&house).await.risk, ["many_failures"]);
        guess(&mut own, 3).await;
        let step = sign_in(&mut own, PASSWORD).await;
        assert_eq!(step.location(), TWO_STEP, "guesses in the own browser");
    })
    .await;
}

#[tokio::test]
async fn attack_17_guesses_sent_at_once_with_the_right_one_are_counted() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        house.browser().sign_in("alice", PASSWORD).await;
        house
            .policy(|policy| {
                policy.risk.many_failures = RiskAnswer::Ask;
                policy.risk.failures = 5;
            })
            .await;
        let guesses = (0..8).map(|_| async {
            house.browser().sign_in("alice", "wrong").await;
        });
        futures::future::join_all(guesses).await;
        let step = house.browser().sign_in("alice", PASSWORD).await;
        assert_eq!(step.location(), REFUSED);
    })
    .await;
}

#[tokio::test]
async fn attack_22_a_browser_that_is_spared_is_asked_from_a_network_that_was_not_seen() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        house
            .policy(|policy| {
                policy.two_step.remember_days = 90;
                policy.risk.unknown_network = RiskAnswer::Ask;
            })
            .await;
        let mut browser = house.browser();
        sign_in(&mut browser, PASSWORD).await;
        let (seed, _) = browser.enrol().await;
        let step = sign_in(&mut browser, PASSWORD).await;
        assert_eq!(step.location(), TWO_STEP);
        prove(&mut browser, &seed).await;
        browser.address = "192.0.2.99".parse().unwrap();
        assert_eq!(sign_in(&mut browser, PASSWORD).await.location(), "/");
        browser.address = "198.51.100.1".parse().unwrap();
        let step = sign_in(&mut browser, PASSWORD).await;
        assert_eq!(step.location(), TWO_STEP, "spared, and yet asked");
        browser.address = "192.0.2.7".parse().unwrap();
        let page = browser.get(ACCESS, TWO_STEP).await;
        assert_eq!(page.status, StatusCode::OK, "back home, and still asked");
        browser.address = "198.51.100.1".parse().unwrap();
        prove(&mut browser, &seed).await;
        assert_eq!(last(&house).await.risk, ["unknown_network"]);
        assert_eq!(sign_in(&mut browser, PASSWORD).await.location(), "/");
        house.state.clock.advance(Duration::from_hours(24 * 89));
        browser.address = "192.0.2.7".parse().unwrap();
        assert_eq!(sign_in(&mut browser, PASSWORD).await.location(), "/");
        browser.address = "198.51.100.1".parse().unwrap();
        house.state.clock.advance(Duration::from_hours(24 * 2));
        let step = sign_in(&mut browser, PASSWORD).await;
        assert_eq!(step.location(), TWO_STEP, "forgotten after 90 days");
    })
    .await;
}

#[tokio::test]
async fn the_part_of_an_exception_holds_for_its_group_alone() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let staff = house.group("staff").await;
        house.browser().sign_in("alice", PASSWORD).await;
        house
            .policy(|policy| {
                new_device(policy);
                policy.exceptions = vec![PolicyException {
                    ways: None,
                    name: "Staff".to_owned(),
                    who: vec![PolicyAudience::Group(staff.clone())],
                    two_step: None,
                    password: None,
                    sessions: None,
                    attempts: None,
                    risk: Some(RiskPolicy::default()),
                }];
            })
            .await;
        let step = house.browser().sign_in("alice", PASSWORD).await;
        assert_eq!(step.location(), REFUSED);
        house.put_into(&staff, &house.alice).await;
        let step = house.browser().sign_in("alice", PASSWORD).await;
        assert_eq!(step.location(), "/");
    })
    .await;
}

#[tokio::test]
async fn after_a_password_was_reset_no_browser_is_known_and_still_the_person_is_no_newcomer() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut browser = house.browser();
        sign_in(&mut browser, PASSWORD).await;
        house.policy(new_device).await;
        assert!(browser.cookie(ACCESS, cookies::DEVICE).is_some());
        let mut tx = house.state.store.begin().await.unwrap();
        crate::store::known_devices::forget_member(&mut tx, &house.alice)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let step = sign_in(&mut browser, PASSWORD).await;
        assert_eq!(step.location(), REFUSED);
        let page = browser.get(ACCESS, REFUSED).await;
        assert!(!between(&page.body, "<li>", "</li>").is_empty());
    })
    .await;
}
