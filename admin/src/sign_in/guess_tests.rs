//! Too many guesses, and too many people at once: who is refused, how, and at whose cost.

use axum::http::{HeaderMap, StatusCode, header};
use config::link::Visitor;
use config::session::AuthenticationMethod;

use super::attempt::Attempt;
use super::lockout::{ADDRESS, PER_ACCOUNT, WINDOW};
use crate::pages::{Failure, Reader};
use crate::passwords::Standing;
use crate::store::testing::on_both_engines;
use crate::store::{credentials, members};
use crate::testing::{ACCESS, Answered, Browser, House, PASSWORD};

const REFUSED: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
const AGAIN: StatusCode = StatusCode::SERVICE_UNAVAILABLE;

async fn spend(browser: &mut Browser<'_>) {
    for n in 0..ADDRESS.most {
        let wrong = browser.sign_in(&format!("nobody{n}"), "wrong").await;
        assert_eq!(wrong.status, REFUSED);
    }
    assert_is_spent(&browser.sign_in("nobody", "wrong").await);
}

fn assert_is_spent(answer: &Answered) {
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer.headers[header::RETRY_AFTER], "900");
}

/// What two answers would tell apart.
fn told(answer: &Answered) -> (StatusCode, String) {
    (answer.status, answer.body.clone())
}

#[tokio::test]
async fn attack_17_a_spent_address_costs_no_hash_and_no_writing_whoever_is_named() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut known = house.browser();
        known.sign_in("alice", PASSWORD).await;
        known.get(ACCESS, "/sign-out").await;
        known.post(ACCESS, "/sign-out", &[]).await;
        let mut attacker = house.browser();
        spend(&mut attacker).await;
        let logged = house.log().await.len();
        let hashed = house.state.passwords.hashed();
        let right = attacker.sign_in("alice", PASSWORD).await;
        let wrong = attacker.sign_in("alice", "wrong").await;
        let nobody = attacker.sign_in("nobody", "wrong").await;
        assert_is_spent(&right);
        assert_eq!(told(&right), told(&wrong));
        assert_eq!(told(&right), told(&nobody));
        assert_eq!(house.log().await.len(), logged, "a flood writes nothing");
        let counted = house.state.store.metrics();
        assert_eq!(counted.refused_sign_ins("too_many_attempts"), 4);
        assert_eq!(house.state.passwords.hashed(), hashed);

        let mut elsewhere = house.browser();
        elsewhere.address = "198.51.100.9".parse().unwrap();
        let other = elsewhere.sign_in("olga", PASSWORD).await;
        assert_eq!(other.status, StatusCode::SEE_OTHER, "another address");
        let own = known.sign_in("alice", PASSWORD).await;
        assert_eq!(own.status, StatusCode::SEE_OTHER, "a known browser there");
        house.state.clock.advance(WINDOW);
        let later = attacker.sign_in("alice", PASSWORD).await;
        assert_eq!(later.status, StatusCode::SEE_OTHER);
    })
    .await;
}

#[tokio::test]
async fn attack_17_a_known_browser_that_is_spent_is_refused_at_once_and_nobody_else_with_it() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut known = house.browser();
        known.sign_in("alice", PASSWORD).await;
        known.get(ACCESS, "/sign-out").await;
        known.post(ACCESS, "/sign-out", &[]).await;
        for _ in 0..PER_ACCOUNT {
            assert_eq!(known.sign_in("alice", "wrong").await.status, REFUSED);
        }
        let hashed = house.state.passwords.hashed();
        assert_is_spent(&known.sign_in("alice", PASSWORD).await);
        assert_eq!(house.state.passwords.hashed(), hashed);
        let mut other = house.browser();
        let answer = other.sign_in("alice", PASSWORD).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
    })
    .await;
}

#[tokio::test]
async fn attack_23_a_locked_account_costs_a_hash_like_every_other_name() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut attacker = house.browser();
        for name in ["alice", "nobody"] {
            for _ in 0..PER_ACCOUNT {
                assert_eq!(attacker.sign_in(name, "wrong").await.status, REFUSED);
            }
            assert_eq!(attacker.sign_in(name, PASSWORD).await.status, REFUSED);
        }
        for name in ["alice", "nobody", "olga", "another"] {
            let before = house.state.passwords.hashed();
            assert_eq!(attacker.sign_in(name, "wrong").await.status, REFUSED);
            assert_eq!(house.state.passwords.hashed(), before + 1, "{name}");
        }
    })
    .await;
}

#[tokio::test]
async fn attack_17_when_too_many_wait_people_are_told_so_in_their_language() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let full = house.state.passwords.occupy(Standing::Known);
        for (language, text) in [
            ("en", "Too many people are signing in"),
            ("zh-CN", "正在登录的人太多"),
        ] {
            let mut browser = house.browser();
            browser.language = language;
            let answer = browser.sign_in("alice", PASSWORD).await;
            assert_eq!(answer.status, AGAIN);
            assert_eq!(answer.headers[header::RETRY_AFTER], "5");
            assert!(answer.body.contains(text), "{}", answer.body);
        }
        // What was never checked weighs on nobody.
        for _ in 0..PER_ACCOUNT {
            assert_eq!(house.browser().sign_in("alice", "x").await.status, AGAIN);
        }
        drop(full);
        let done = house.browser().sign_in("alice", PASSWORD).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER);
    })
    .await;
}

#[tokio::test]
async fn a_guess_that_was_counted_and_finds_no_room_to_be_checked_weighs_on_nobody() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut read = house.state.store.read().await.unwrap();
        let alice = members::find_by_username(&mut read, "alice").await.unwrap();
        let alice = alice.unwrap().id;
        let alice = credentials::find(&mut read, &alice).await.unwrap().unwrap();
        drop(read);
        let visitor = Visitor {
            client_address: [192, 0, 2, 9].into(),
            host: ACCESS.into(),
            request_id: "r".into(),
            application: None,
        };
        let reader = Reader::new(visitor, &HeaderMap::new(), "/", &house.state.places);
        for _ in 0..=PER_ACCOUNT {
            let method = AuthenticationMethod::Password;
            let attempt = Attempt::at_account(&house.state, &reader, &alice, method);
            let attempt = attempt.await.unwrap();
            assert!(attempt.is_allowed());
            let full = house.state.passwords.occupy(Standing::Known);
            let checked =
                attempt.check(Standing::Stranger, PASSWORD, alice.password_hash.as_deref());
            assert!(matches!(checked.await, Err(Failure::Busy)));
            drop(full);
        }
        let done = house.browser().sign_in("alice", PASSWORD).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER);
    })
    .await;
}

#[tokio::test]
async fn attack_17_a_flood_of_strangers_keeps_nobody_out_of_a_known_browser() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut known = house.browser();
        known.sign_in("alice", PASSWORD).await;
        known.get(ACCESS, "/sign-out").await;
        known.post(ACCESS, "/sign-out", &[]).await;
        let flood = house.state.passwords.occupy(Standing::Stranger);
        let stranger = house.browser().sign_in("alice", PASSWORD).await;
        assert_eq!(stranger.status, AGAIN);
        let own = known.sign_in("alice", PASSWORD).await;
        assert_eq!(own.status, StatusCode::SEE_OTHER);
        drop(flood);
    })
    .await;
}
