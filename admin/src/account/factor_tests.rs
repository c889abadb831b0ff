//! A second factor that was taken away, or is being set up by somebody else, counts for nothing.

use std::time::Duration;

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::sign_in::totp::Seed;
use crate::sign_in_policy::SecondFactor;
use crate::store::testing::on_both_engines;
use crate::testing::{ACCESS, Browser, House, PASSWORD, WIKI, between};

const MINUTE: Duration = Duration::from_mins(1);

async fn two_step(browser: &mut Browser<'_>, seed: &Seed) {
    browser.house.state.clock.advance(MINUTE);
    browser.sign_in("alice", PASSWORD).await;
    browser.get(ACCESS, "/sign-in/two-step").await;
    let code = seed.code_at(browser.house.state.clock.now());
    let fields = [("code", code.as_str())];
    let done = browser.post(ACCESS, "/sign-in/two-step", &fields).await;
    assert_eq!(done.location(), "/");
}

/// On to an application's host, where the child session hangs on the same sign-in.
async fn open_wiki(browser: &mut Browser<'_>) {
    let start = "/.gatehouse/start?return=%2F";
    let to_access = browser.get(WIKI, start).await.location().to_owned();
    let back = browser.open(&to_access).await.location().to_owned();
    assert_eq!(browser.open(&back).await.location(), "/");
}

async fn has_proven(browser: &Browser<'_>, host: &str) -> bool {
    browser
        .session(host)
        .await
        .unwrap()
        .second_factor_at
        .is_some()
}

#[tokio::test]
async fn attack_22_what_an_authenticator_proved_ends_when_it_is_taken_away() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut here = house.browser();
        here.sign_in("alice", PASSWORD).await;
        let (seed, _) = here.enrol().await;
        let mut there = house.browser();
        two_step(&mut there, &seed).await;
        open_wiki(&mut there).await;
        assert!(has_proven(&there, WIKI).await && has_proven(&here, ACCESS).await);
        let mut begun = house.browser();
        begun.sign_in("alice", PASSWORD).await;
        here.get(ACCESS, "/account").await;
        let before = here.clone();
        let removed = here
            .post(ACCESS, "/account/authenticator/remove", &[])
            .await;
        assert_eq!(removed.location(), "/account?after=done");
        for host in [ACCESS, WIKI] {
            assert!(!has_proven(&there, host).await, "{host}");
        }
        assert!(!has_proven(&here, ACCESS).await);
        assert!(
            before.session(ACCESS).await.is_none(),
            "a new id at each step"
        );
        assert!(
            house.is_asked_anew(&house.alice).await,
            "open streams are decided again"
        );
        let over = begun.get(ACCESS, "/sign-in/two-step").await;
        assert!(over.location().starts_with("/sign-in?after=over"));
    })
    .await;
}

#[tokio::test]
async fn attack_22_what_the_former_authenticator_proved_elsewhere_ends_when_it_is_replaced() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut here = house.browser();
        here.sign_in("alice", PASSWORD).await;
        let (seed, _) = here.enrol().await;
        let mut there = house.browser();
        two_step(&mut there, &seed).await;
        here.enrol().await;
        assert!(has_proven(&here, ACCESS).await);
        assert!(!has_proven(&there, ACCESS).await);
        assert!(house.is_asked_anew(&house.alice).await);
    })
    .await;
}

#[tokio::test]
async fn attack_22_a_seed_that_another_sign_in_has_seen_is_never_put_to_use() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let (mut thief, mut alice) = (house.browser(), house.browser());
        thief.sign_in("alice", PASSWORD).await;
        let shown = thief.get(ACCESS, "/account/authenticator").await;
        let seen = between(&shown.body, r#"id="key">"#, "<").to_owned();
        let reload = thief.get(ACCESS, "/account/authenticator").await;
        assert!(
            reload.body.contains(&seen),
            "a reload shows the one under way"
        );
        alice.sign_in("alice", PASSWORD).await;
        let page = alice.get(ACCESS, "/account/authenticator").await;
        assert!(!page.body.contains(&seen));
        let thiefs = crate::sign_in::totp::Seed::from_key(&seen);
        let code = thiefs.code_at(house.state.clock.now());
        let fields = [("code", code.as_str())];
        for browser in [&mut thief, &mut alice] {
            let refused = browser
                .post(ACCESS, "/account/authenticator", &fields)
                .await;
            assert_ne!(refused.status, StatusCode::OK);
        }
    })
    .await;
}

#[tokio::test]
async fn nobody_sets_an_authenticator_up_that_the_policy_does_not_take() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut browser = house.browser();
        browser.sign_in("alice", PASSWORD).await;
        let page = browser.get(ACCESS, "/account/authenticator").await;
        let seed = Seed::from_key(between(&page.body, r#"id="key">"#, "<"));
        house
            .policy(|policy| policy.two_step.methods = vec![SecondFactor::Passkey])
            .await;
        let code = seed.code_at(house.state.clock.now());
        browser
            .post(ACCESS, "/account/authenticator", &[("code", &code)])
            .await;
        let page = browser.get(ACCESS, "/account/authenticator").await.body;
        assert!(page.contains("does not take authenticators"), "{page}");
        assert!(!page.contains(r#"id="key""#));
        let account = browser.get(ACCESS, "/account").await.body;
        assert!(!account.contains("/account/authenticator?"), "{account}");
        let next = house.browser().sign_in("alice", PASSWORD).await;
        assert_eq!(next.location(), "/", "none was put to use");
    })
    .await;
}

#[tokio::test]
async fn a_browser_that_is_not_trusted_is_told_of_in_no_log_when_it_is_to_be_asked_again() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut browser = house.browser();
        browser.sign_in("alice", PASSWORD).await;
        browser.get(ACCESS, "/account").await;
        let id = URL_SAFE_NO_PAD.encode([7; 32]);
        let done = browser
            .post(ACCESS, "/account/browsers/forget", &[("browser", &id)])
            .await;
        assert_eq!(done.location(), "/account?after=done");
        let audit = house.audit().await;
        assert!(!audit.iter().any(|told| told == "distrust_browser"));
    })
    .await;
}
