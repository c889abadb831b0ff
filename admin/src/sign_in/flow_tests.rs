//! Signing in through the pages, as a browser does it: every step, and every wrong input.

use std::time::Duration;

use axum::http::StatusCode;
use config::cookies;

use super::lockout::{PER_ACCOUNT, SECOND_FACTOR, WINDOW};
use super::one_time_links::issue;
use crate::store::credentials;
use crate::store::one_time_links::Purpose;
use crate::store::testing::on_both_engines;
use crate::testing::{ACCESS, House, PASSWORD};

const REFUSED: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
const MINUTE: Duration = Duration::from_mins(1);

#[tokio::test]
async fn a_person_signs_in_and_out_by_password() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut browser = house.browser();
        let asked = browser.get(ACCESS, "/account").await;
        assert_eq!(asked.location(), "/sign-in?to=%2Faccount");
        let done = browser.sign_in("Alice", PASSWORD).await;
        assert_eq!((done.status, done.location()), (StatusCode::SEE_OTHER, "/"));
        let portal = browser.get(ACCESS, "/").await;
        assert!(portal.body.contains("Hello, Alice 王"), "{}", portal.body);
        assert!(portal.body.contains("https://wiki.example.com/"));
        let stolen = browser.clone();
        browser.get(ACCESS, "/sign-out").await;
        let out = browser.post(ACCESS, "/sign-out", &[]).await;
        assert_eq!(out.location(), "/sign-in?after=signed-out");
        assert!(!browser.is_signed_in().await);
        assert!(
            !stolen.clone().is_signed_in().await,
            "attack_10: the cookie is dead"
        );
        let kinds: Vec<_> = house
            .log()
            .await
            .into_iter()
            .map(|(kind, _)| kind)
            .collect();
        assert_eq!(kinds, ["signed_out", "signed_in"]);
    })
    .await;
}

#[tokio::test]
async fn attack_23_there_is_one_answer_for_all_that_can_be_wrong() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let bob = house.member("bob", "Bob", &[]).await;
        let now = house.state.clock.now();
        let mut tx = house.state.store.begin().await.unwrap();
        crate::store::members::set_status(&mut tx, &bob, "disabled", now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let mut answers = Vec::new();
        for (username, password) in [
            ("alice", "wrong"),
            ("nobody", "wrong"),
            ("bob", PASSWORD),
            ("no\0body", "wrong"),
        ] {
            let answer = house.browser().sign_in(username, password).await;
            assert_eq!(answer.status, REFUSED);
            let csrf = crate::testing::between(&answer.body, r#"csrf" value=""#, "\"").to_owned();
            let typed = username.replace('\0', "");
            answers.push(answer.body.replace(&typed, "X").replace(&csrf, ""));
        }
        assert_eq!(answers[0], answers[1]);
        assert_eq!(answers[0], answers[2]);
        assert_eq!(answers[0], answers[3]);
        let reasons: Vec<_> = house
            .log()
            .await
            .into_iter()
            .filter_map(|(_, r)| r)
            .collect();
        assert_eq!(
            reasons,
            [
                "unknown_account",
                "account_disabled",
                "unknown_account",
                "wrong_password"
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn attack_17_an_account_is_locked_in_every_spelling_but_not_for_a_known_device() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut known = house.browser();
        known.sign_in("alice", PASSWORD).await;
        known.get(ACCESS, "/sign-out").await;
        known.post(ACCESS, "/sign-out", &[]).await;
        let mut attacker = house.browser();
        attacker.address = "198.51.100.9".parse().unwrap();
        for n in 0..PER_ACCOUNT {
            let spelling =
                ["alice", "ALICE", "ａｌｉｃｅ", " Alice "][usize::try_from(n % 4).unwrap()];
            assert_eq!(attacker.sign_in(spelling, "wrong").await.status, REFUSED);
        }
        let right = attacker.sign_in("Alice", PASSWORD).await;
        assert_eq!(
            right.status, REFUSED,
            "locked, even with the right password"
        );
        let elsewhere = house.browser().sign_in("alice", PASSWORD).await;
        assert_eq!(elsewhere.status, REFUSED, "from anywhere unknown");
        let own = known.sign_in("alice", PASSWORD).await;
        assert_eq!(
            own.status,
            StatusCode::SEE_OTHER,
            "but not in a known browser"
        );
        house.state.clock.advance(WINDOW);
        let later = house.browser().sign_in("alice", PASSWORD).await;
        assert_eq!(later.status, StatusCode::SEE_OTHER);
    })
    .await;
}

#[tokio::test]
async fn attack_22_an_authenticator_is_asked_for_and_a_code_works_once() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut first = house.browser();
        first.sign_in("alice", PASSWORD).await;
        let (seed, codes) = first.enrol().await;
        assert_eq!(codes.len(), 10);
        assert!(first.is_signed_in().await);

        let mut second = house.browser();
        let step = second.sign_in("alice", PASSWORD).await;
        assert_eq!(step.location(), "/sign-in/two-step");
        assert!(!second.is_signed_in().await, "half a sign-in opens nothing");
        second.get(ACCESS, "/sign-in/two-step").await;
        let code = seed.code_at(house.state.clock.now());
        let replayed = second
            .post(ACCESS, "/sign-in/two-step", &[("code", &code)])
            .await;
        assert_eq!(replayed.status, REFUSED, "used at enrolment");
        house.state.clock.advance(MINUTE);
        let code = seed.code_at(house.state.clock.now());
        let stolen = second.clone();
        let done = second
            .post(ACCESS, "/sign-in/two-step", &[("code", &code)])
            .await;
        assert_eq!(done.location(), "/");
        assert!(second.is_signed_in().await);

        let again = stolen
            .clone()
            .post(ACCESS, "/sign-in/two-step", &[("code", &code)])
            .await;
        assert!(
            again.location().starts_with("/sign-in?after=over"),
            "attack_10: the step is over"
        );
        assert!(!stolen.clone().is_signed_in().await);
    })
    .await;
}

#[tokio::test]
async fn attack_22_of_two_who_bring_one_code_at_once_one_gets_in() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut first = house.browser();
        first.sign_in("alice", PASSWORD).await;
        let (seed, codes) = first.enrol().await;
        house.state.clock.advance(MINUTE);
        let code = seed.code_at(house.state.clock.now());
        for (path, code) in [
            ("/sign-in/two-step", &code),
            ("/sign-in/recovery-code", &codes[0]),
        ] {
            let (mut a, mut b) = (house.browser(), house.browser());
            for browser in [&mut a, &mut b] {
                browser.sign_in("alice", PASSWORD).await;
                browser.get(ACCESS, path).await;
            }
            let fields = [("code", code.as_str())];
            let (a, b) = tokio::join!(a.post(ACCESS, path, &fields), b.post(ACCESS, path, &fields));
            let statuses = [a.status, b.status];
            assert!(
                statuses.contains(&StatusCode::SEE_OTHER),
                "{path} {statuses:?}"
            );
            assert!(statuses.contains(&REFUSED), "{path} {statuses:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_recovery_code_stands_in_once() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut first = house.browser();
        first.sign_in("alice", PASSWORD).await;
        let (_, codes) = first.enrol().await;
        for expected in [StatusCode::SEE_OTHER, REFUSED] {
            let mut browser = house.browser();
            browser.sign_in("alice", PASSWORD).await;
            browser.get(ACCESS, "/sign-in/recovery-code").await;
            let typed = codes[3].to_lowercase().replace('-', " ");
            let answer = browser
                .post(ACCESS, "/sign-in/recovery-code", &[("code", &typed)])
                .await;
            assert_eq!(answer.status, expected);
        }
    })
    .await;
}

#[tokio::test]
async fn attack_17_guesses_at_the_second_factor_end_and_the_password_does_not_reset_them() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut first = house.browser();
        first.sign_in("alice", PASSWORD).await;
        let (seed, _) = first.enrol().await;
        house.state.clock.advance(MINUTE);
        let mut attacker = house.browser();
        attacker.address = "198.51.100.9".parse().unwrap();
        for _ in 0..SECOND_FACTOR.most {
            attacker.sign_in("alice", PASSWORD).await;
            attacker.get(ACCESS, "/sign-in/two-step").await;
            let wrong = attacker
                .post(ACCESS, "/sign-in/two-step", &[("code", "000000")])
                .await;
            assert_eq!(wrong.status, REFUSED);
        }
        let code = seed.code_at(house.state.clock.now());
        let right = attacker
            .post(ACCESS, "/sign-in/two-step", &[("code", &code)])
            .await;
        assert_eq!(right.status, REFUSED, "too many guesses");
    })
    .await;
}

#[tokio::test]
async fn a_password_that_somebody_else_set_must_be_changed_first() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut tx = house.state.store.begin().await.unwrap();
        let now = house.state.clock.now();
        credentials::demand_change(&mut tx, &house.alice, now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let mut browser = house.browser();
        let step = browser.sign_in("alice", PASSWORD).await;
        assert_eq!(step.location(), "/sign-in/new-password");
        assert!(!browser.is_signed_in().await);
        browser.get(ACCESS, "/sign-in/new-password").await;
        let path = "/sign-in/new-password";
        for (new, repeated) in [
            ("short", "short"),
            (PASSWORD, PASSWORD),
            ("a good new one", "other"),
        ] {
            let fields = [("password", new), ("repeated", repeated)];
            assert_eq!(
                browser.post(ACCESS, path, &fields).await.status,
                REFUSED,
                "{new}"
            );
        }
        let fields = [
            ("password", "a good new one"),
            ("repeated", "a good new one"),
        ];
        let done = browser.post(ACCESS, path, &fields).await;
        assert_eq!(done.location(), "/");
        assert!(browser.is_signed_in().await);
        let old = house.browser().sign_in("alice", PASSWORD).await;
        assert_eq!(old.status, REFUSED);
    })
    .await;
}

#[tokio::test]
async fn attack_23_a_one_time_code_works_once_for_a_while_and_does_not_skip_the_second_factor() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut first = house.browser();
        first.sign_in("alice", PASSWORD).await;
        first.enrol().await;
        let make = async || {
            let mut tx = house.state.store.begin().await.unwrap();
            let purpose = Purpose::Password(house.alice.clone());
            let origin = house.state.settings.origin_of(ACCESS);
            let now = house.state.clock.now();
            let link = issue(&mut tx, &origin, &purpose, now).await.unwrap();
            tx.commit().await.unwrap();
            link
        };
        let (older, link) = (make().await, make().await);
        assert_eq!(link.url, "https://access.example.com/welcome");
        let mut browser = house.browser();
        browser.get(ACCESS, "/welcome").await;
        let mut give = async |code: &str| browser.post(ACCESS, "/welcome", &[("code", code)]).await;
        for wrong in ["", "AAAA-BBBB-CCCC-DDDD", &older.code] {
            assert_eq!(give(wrong).await.status, REFUSED, "{wrong}");
        }
        let step = give(&link.code).await;
        assert_eq!(step.location(), "/sign-in/two-step");
        assert_eq!(give(&link.code).await.status, REFUSED, "used");
        let late = make().await;
        house.state.clock.advance(super::one_time_links::LIFE);
        assert_eq!(give(&late.code).await.status, REFUSED, "expired");
    })
    .await;
}

#[tokio::test]
async fn attack_10_each_step_has_a_new_id_and_the_old_one_is_dead() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut browser = house.browser();
        // What somebody planted before is not what is used after.
        let planted = crate::tokens::Token::generate().as_text().to_owned();
        let key = (ACCESS.to_owned(), cookies::SESSION.to_owned());
        browser.cookies.insert(key, planted.clone());
        browser.sign_in("alice", PASSWORD).await;
        let at_sign_in = browser.cookie(ACCESS, cookies::SESSION).unwrap();
        assert_ne!(at_sign_in, planted);
        let before = browser.clone();
        browser.get(ACCESS, "/sign-out").await;
        let again = [("username", "alice"), ("password", PASSWORD), ("to", "/")];
        browser.post(ACCESS, "/sign-in", &again).await;
        assert!(!before.clone().is_signed_in().await, "signed in once more");
        let at_sign_in = browser.cookie(ACCESS, cookies::SESSION).unwrap();
        let before = browser.clone();
        browser.enrol().await;
        let after_second_factor = browser.cookie(ACCESS, cookies::SESSION).unwrap();
        assert_ne!(at_sign_in, after_second_factor);
        assert!(browser.is_signed_in().await);
        assert!(!before.clone().is_signed_in().await);
        let before = browser.clone();
        browser.get(ACCESS, "/account/password").await;
        let new = "another good one";
        let fields = [("old", PASSWORD), ("password", new), ("repeated", new)];
        let done = browser.post(ACCESS, "/account/password", &fields).await;
        assert_eq!(done.location(), "/account?after=done");
        assert_ne!(
            browser.cookie(ACCESS, cookies::SESSION).unwrap(),
            after_second_factor
        );
        assert!(browser.is_signed_in().await);
        assert!(!before.clone().is_signed_in().await);
    })
    .await;
}
