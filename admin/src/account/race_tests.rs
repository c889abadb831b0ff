//! Several at once with one cookie, one password, one code.

use std::time::Duration;

use axum::http::StatusCode;

use crate::edit::Edit;
use crate::members::{Status, account, credentials};
use crate::refused::Refused;
use crate::sign_in::totp::Seed;
use crate::sign_in_policy::TwoStepDemand;
use crate::store::passkeys::{self, Passkey};
use crate::store::testing::on_both_engines;
use crate::store::{members as people, totp};
use crate::testing::{ACCESS, Browser, House, PASSWORD, between, operator};

#[tokio::test]
async fn attack_10_of_two_steps_with_one_cookie_one_succeeds() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut first = house.browser();
        first.sign_in("alice", PASSWORD).await;
        first.get(ACCESS, "/sign-in/confirm?to=%2Faccount").await;
        let fields = [("password", PASSWORD), ("to", "/account")];
        let (mut a, mut b) = (first.clone(), first);
        let path = "/sign-in/confirm";
        let (x, y) = tokio::join!(a.post(ACCESS, path, &fields), b.post(ACCESS, path, &fields));
        let mut went = [x.location().to_owned(), y.location().to_owned()];
        went.sort();
        assert_eq!(went, ["/account", "/sign-in?to=%2Faccount"]);
        assert_ne!(a.is_signed_in().await, b.is_signed_in().await);
    })
    .await;
}

#[tokio::test]
async fn attack_10_of_two_who_replace_one_password_the_first_wins_and_the_other_is_out() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let (mut alice, mut thief) = (house.browser(), house.browser());
        for browser in [&mut alice, &mut thief] {
            browser.sign_in("alice", PASSWORD).await;
            browser.get(ACCESS, "/account/password").await;
        }
        let fields = |new: &'static str| [("old", PASSWORD), ("password", new), ("repeated", new)];
        let (hers, his) = (fields("a good new one"), fields("the thief's own"));
        let path = "/account/password";
        let (x, y) = tokio::join!(
            alice.post(ACCESS, path, &hers),
            thief.post(ACCESS, path, &his)
        );
        let changed = |status| i32::from(status == StatusCode::SEE_OTHER);
        assert_eq!(
            changed(x.status) + changed(y.status),
            1,
            "{} {}",
            x.status,
            y.status
        );
        let mut work = 0;
        for password in [PASSWORD, "a good new one", "the thief's own"] {
            let answer = house.browser().sign_in("alice", password).await;
            work += i32::from(answer.status == StatusCode::SEE_OTHER);
        }
        assert_eq!(work, 1);
        assert_ne!(alice.is_signed_in().await, thief.is_signed_in().await);
    })
    .await;
}

/// Comes in, proves who it is once more, ends all others and goes, as far as it is let.
async fn come_and_go(mut browser: Browser<'_>) {
    for _ in 0..5 {
        let mut all = vec![browser.sign_in("alice", PASSWORD).await];
        all.push(browser.get(ACCESS, "/sign-in/confirm").await);
        let fields = [("password", PASSWORD), ("to", "/account")];
        all.push(browser.post(ACCESS, "/sign-in/confirm", &fields).await);
        all.push(browser.get(ACCESS, "/sign-out").await);
        let others = "/account/sessions/end-others";
        all.push(browser.post(ACCESS, others, &[]).await);
        all.push(browser.get(ACCESS, "/sign-out").await);
        all.push(browser.post(ACCESS, "/sign-out", &[]).await);
        for answer in all {
            assert!(!answer.status.is_server_error(), "{answer:?}");
        }
    }
}

/// Does all that may be done about a person who is not to lose the password.
async fn administer(house: &House) {
    let (permit, alice) = (operator(), &house.alice);
    let access = &house.state.settings.access;
    for _ in 0..5 {
        let begin = || Edit::begin(&house.state, &permit);
        let link = credentials::one_time_link(begin().await.unwrap(), access, alice, true).await;
        let reset = credentials::reset_second_factor(begin().await.unwrap(), alice).await;
        let out = account::end_all(begin().await.unwrap(), alice).await;
        let disabled = account::set_status(begin().await.unwrap(), alice, Status::Disabled).await;
        let enabled = account::set_status(begin().await.unwrap(), alice, Status::Active).await;
        for done in [
            link.map(drop),
            reset,
            out,
            disabled.map(drop),
            enabled.map(drop),
        ] {
            // Another administrator may have disabled the account just now.
            assert!(
                matches!(done, Ok(()) | Err(Refused::Impossible(_))),
                "{done:?}"
            );
        }
    }
}

#[tokio::test]
async fn steps_for_one_person_never_wait_for_each_other_in_a_circle() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut known = house.browser();
        known.sign_in("alice", PASSWORD).await;
        tokio::join!(
            come_and_go(known.clone()),
            come_and_go(known.clone()),
            come_and_go(house.browser()),
            come_and_go(house.browser()),
            administer(&house),
            administer(&house),
        );
    })
    .await;
}

#[tokio::test]
async fn attack_10_whoever_has_a_factor_by_the_time_of_setting_one_up_begins_anew() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        house
            .policy(|policy| policy.two_step.demand = TwoStepDemand::Required)
            .await;
        let mut browser = house.browser();
        browser.sign_in("alice", PASSWORD).await;
        let path = "/sign-in/set-up-two-step";
        let page = browser.get(ACCESS, path).await;
        let seed = Seed::from_key(between(&page.body, r#"id="key">"#, "<"));
        let now = house.state.clock.now();
        let code = seed.code_at(now);
        // Another sign-in of hers adds a passkey, between the reading and the writing of this one.
        let mut tx = house.state.store.begin().await.unwrap();
        people::hold(&mut tx, &house.alice).await.unwrap();
        let passkey = Passkey {
            id: "p".into(),
            member: house.alice.clone(),
            credential_id: "c".into(),
            name: "Key".into(),
            credential: "{}".into(),
            sign_count: 0,
            created_at: now,
            last_used_at: None,
        };
        let adding = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            passkeys::insert(&mut tx, &passkey).await.unwrap();
            tx.commit().await.unwrap();
        };
        let fields = [("code", code.as_str())];
        let (answer, ()) = tokio::join!(browser.post(ACCESS, path, &fields), adding);
        assert!(answer.location().starts_with("/sign-in?"), "{answer:?}");
        let mut read = house.state.store.read().await.unwrap();
        let seed = totp::seed(&mut read, &house.alice).await.unwrap();
        assert!(seed.is_none());
    })
    .await;
}
