//! What the sign-in policy says of passwords, guesses and cookies, as a person meets it.

use std::time::Duration;

use axum::http::{StatusCode, header};
use config::cookies;

use super::lockout::WINDOW;
use crate::sign_in_policy::CharacterClasses;
use crate::store::testing::on_both_engines;
use crate::testing::{ACCESS, Answered, Browser, House, PASSWORD};

const REFUSED: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
const DAY: Duration = Duration::from_hours(24);
const OTHER: &str = "quick yellow lamp";

#[tokio::test]
async fn an_account_is_locked_after_as_many_wrong_passwords_and_for_as_long_as_the_policy_says() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        house
            .policy(|policy| {
                policy.attempts.wrong_passwords = 3;
                policy.attempts.within_minutes = 5;
                policy.attempts.locked_minutes = 60;
            })
            .await;
        let guess = async |times: u32| {
            for _ in 0..times {
                let wrong = house.browser().sign_in("alice", "wrong").await;
                assert_eq!(wrong.status, REFUSED);
            }
        };
        guess(2).await;
        house.state.clock.advance(Duration::from_mins(5));
        guess(2).await;
        let right = house.browser().sign_in("alice", PASSWORD).await;
        assert_eq!(right.location(), "/", "the first two are forgotten");
        guess(3).await;
        house.state.clock.advance(Duration::from_mins(59));
        let locked = house.browser().sign_in("alice", PASSWORD).await;
        assert_eq!(locked.status, REFUSED);
        house.state.clock.advance(Duration::from_mins(1));
        let open = house.browser().sign_in("alice", PASSWORD).await;
        assert_eq!(
            open.location(),
            "/",
            "trying meanwhile has not prolonged it"
        );
    })
    .await;
}

#[tokio::test]
async fn a_lock_that_an_administrator_opens_lasts_until_then() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        house
            .policy(|policy| {
                policy.attempts.wrong_passwords = 3;
                policy.attempts.locked_minutes = 0;
            })
            .await;
        for _ in 0..3 {
            house.browser().sign_in("alice", "wrong").await;
        }
        house.state.clock.advance(DAY * 400);
        let now = house.state.clock.now();
        crate::periodic::work(&house.state, now).await.unwrap();
        let locked = house.browser().sign_in("alice", PASSWORD).await;
        assert_eq!(locked.status, REFUSED);
        let mut tx = house.state.store.begin().await.unwrap();
        super::lockout::unlock(&mut tx, &house.alice).await.unwrap();
        tx.commit().await.unwrap();
        let open = house.browser().sign_in("alice", PASSWORD).await;
        assert_eq!(open.location(), "/");
        assert!(WINDOW < DAY);
    })
    .await;
}

/// Changes the password on the account page.
async fn change(browser: &mut Browser<'_>, old: &str, new: &str) -> Answered {
    browser.get(ACCESS, "/account/password").await;
    let fields = [("old", old), ("password", new), ("repeated", new)];
    browser.post(ACCESS, "/account/password", &fields).await
}

#[tokio::test]
async fn a_new_password_is_as_long_and_as_mixed_as_the_policy_asks_and_not_one_of_the_last() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        house
            .policy(|policy| {
                policy.password.min_length = 16;
                policy.password.classes = CharacterClasses::LettersDigits;
                policy.password.history = 2;
            })
            .await;
        let mut browser = house.browser();
        browser.sign_in("alice", PASSWORD).await;
        let page = browser.get(ACCESS, "/account/password").await;
        assert!(
            page.body.contains("At least 16 characters, at most 256.")
                && page.body.contains("one of the 2 before it"),
            "{}",
            page.body
        );
        for (new, why) in [
            ("slow tram 77", "at least 16 characters"),
            ("slow green tram!", "a letter and a digit"),
        ] {
            let answer = change(&mut browser, PASSWORD, new).await;
            assert_eq!(answer.status, REFUSED);
            assert!(answer.body.contains(why), "{}", answer.body);
        }
        let names: Vec<String> = (1..4).map(|n| format!("slow green tram {n}{n}")).collect();
        let mut old = PASSWORD.to_owned();
        for new in &names {
            house.state.clock.advance(Duration::from_mins(1));
            assert_eq!(
                change(&mut browser, &old, new).await.status,
                StatusCode::SEE_OTHER
            );
            old.clone_from(new);
        }
        let present = change(&mut browser, &old, &names[2]).await;
        assert!(present.body.contains("must differ"), "{}", present.body);
        for earlier in &names[..2] {
            let answer = change(&mut browser, &old, earlier).await;
            assert!(
                answer.body.contains("used this password before"),
                "{}",
                answer.body
            );
        }
        let wrong = change(&mut browser, "no idea at all", &names[0]).await;
        let told = wrong.body.contains("used this password before");
        assert!(
            !told,
            "whoever does not know the present one learns of none"
        );
        house.policy(|policy| policy.password.history = 1).await;
        let third = change(&mut browser, &old, &names[0]).await;
        assert_eq!(
            third.status,
            StatusCode::SEE_OTHER,
            "two back, and one is looked at"
        );
    })
    .await;
}

#[tokio::test]
async fn a_password_that_is_too_old_is_changed_at_sign_in() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        house
            .policy(|policy| policy.password.max_age_days = 30)
            .await;
        house.state.clock.advance(DAY * 29);
        assert_eq!(
            house.browser().sign_in("alice", PASSWORD).await.location(),
            "/"
        );
        house.state.clock.advance(DAY);
        let mut browser = house.browser();
        let step = browser.sign_in("alice", PASSWORD).await;
        assert_eq!(step.location(), "/sign-in/new-password");
        assert!(!browser.is_signed_in().await);
        let page = browser.get(ACCESS, "/sign-in/new-password").await;
        assert!(page.body.contains("too old"), "{}", page.body);
        let fields = [("password", OTHER), ("repeated", OTHER)];
        browser.post(ACCESS, "/sign-in/new-password", &fields).await;
        assert!(browser.is_signed_in().await);
        assert_eq!(
            house.browser().sign_in("alice", OTHER).await.location(),
            "/"
        );
    })
    .await;
}

#[tokio::test]
async fn a_person_is_told_before_the_password_ends() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        house
            .policy(|policy| {
                policy.password.max_age_days = 30;
                policy.password.warn_days = 3;
                policy.sessions.absolute_hours = 24 * 60;
                policy.sessions.idle_minutes = None;
            })
            .await;
        let mut browser = house.browser();
        browser.sign_in("alice", PASSWORD).await;
        house.state.clock.advance(DAY * 26);
        let told = browser.get(ACCESS, "/").await;
        assert!(!told.body.contains("Your password"), "{}", told.body);
        house.state.clock.advance(DAY * 2);
        let told = browser.get(ACCESS, "/").await;
        assert!(
            told.body.contains("Your password ends in 2 days."),
            "{}",
            told.body
        );
        house.state.clock.advance(DAY * 3);
        let told = browser.get(ACCESS, "/").await;
        assert!(told.body.contains("too old"), "{}", told.body);
    })
    .await;
}

#[tokio::test]
async fn a_session_outlives_the_browser_only_where_the_policy_says_so() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let cookie = async || {
            let done = house.browser().sign_in("alice", PASSWORD).await;
            let all = done.headers.get_all(header::SET_COOKIE).iter();
            let begun = format!("{}=", cookies::SESSION);
            let mut ours = all.map(|line| line.to_str().unwrap().to_owned());
            ours.find(|line| line.starts_with(&begun)).unwrap()
        };
        assert!(!cookie().await.contains("Max-Age"));
        house
            .policy(|policy| {
                policy.sessions.keep_after_closing = true;
                policy.sessions.absolute_hours = 7 * 24;
            })
            .await;
        assert!(cookie().await.contains("; Max-Age=604800"));
    })
    .await;
}

#[tokio::test]
async fn a_password_that_is_known_from_a_leak_is_refused_where_the_policy_says_so() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let data = &house.state.settings.data;
        let source = data.join("leak.txt");
        // The SHA-1 of "quick yellow lamp".
        std::fs::write(&source, "B34F4FA11DCD90F8B8123C4C165C8E92FCE6E37A:12\r\n").unwrap();
        crate::breached::load(&source, data).unwrap();
        house
            .policy(|policy| policy.password.refuse_breached = true)
            .await;
        let mut browser = house.browser();
        browser.sign_in("alice", PASSWORD).await;
        let mut change = async |new: &str| {
            browser.get(ACCESS, "/account/password").await;
            let fields = [("old", PASSWORD), ("password", new), ("repeated", new)];
            browser.post(ACCESS, "/account/password", &fields).await
        };
        let refused = change(OTHER).await;
        assert_eq!(refused.status, REFUSED);
        assert!(
            refused.body.contains("known from a leak"),
            "{}",
            refused.body
        );
        std::fs::remove_file(data.join("breached-passwords")).unwrap();
        let taken = change(OTHER).await;
        assert_eq!(taken.status, StatusCode::SEE_OTHER, "a node without a list");
        assert_eq!(house.state.store.metrics().passwords_not_looked_up.get(), 1);
    })
    .await;
}
