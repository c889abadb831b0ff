//! The first run, and everybody who would like to have it a second time.

use std::time::Duration;

use axum::http::StatusCode;
use config::id::MemberId;

use super::{insert_owner, new_link, new_link_for};
use crate::store::testing::on_both_engines;
use crate::store::{events, set_up};
use crate::testing::{ACCESS, House, PASSWORD, operator};

const REFUSED: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

fn fields<'a>(code: &'a str, username: &'a str, password: &'a str) -> [(&'a str, &'a str); 5] {
    [
        ("code", code),
        ("username", username),
        ("display_name", "Olga Owner"),
        ("password", password),
        ("repeated", password),
    ]
}

#[tokio::test]
async fn the_code_makes_one_administrator_who_is_offered_an_authenticator() {
    on_both_engines(async |store| {
        let house = House::empty(store);
        let older = new_link(&house.state).await.unwrap().unwrap();
        let link = new_link(&house.state).await.unwrap().unwrap();
        assert_eq!(link.url, "https://access.example.com/set-up");
        let mut browser = house.browser();
        assert_eq!(browser.get(ACCESS, "/").await.location(), "/set-up");
        browser.get(ACCESS, "/set-up").await;
        for (code, username, password) in [
            (older.code.as_str(), "olga", PASSWORD),
            ("", "olga", PASSWORD),
            (link.code.as_str(), "", PASSWORD),
            (link.code.as_str(), "ol<ga", PASSWORD),
            (link.code.as_str(), "olga", "short"),
            (link.code.as_str(), "olga", "OlgaOwner1"),
        ] {
            let form = fields(code, username, password);
            let answer = browser.post(ACCESS, "/set-up", &form).await;
            assert_eq!(answer.status, REFUSED, "{username} {password}");
            assert!(
                !answer.body.contains(PASSWORD),
                "a password is never sent back"
            );
        }
        let stolen = browser.clone();
        let form = fields(&link.code, "olga", PASSWORD);
        let done = browser.post(ACCESS, "/set-up", &form).await;
        assert_eq!(done.location(), "/account/authenticator?to=%2F");
        let page = browser.get(ACCESS, "/account/authenticator?to=%2F").await;
        assert!(page.body.contains("data:image/svg+xml;base64,"));

        let again = stolen.clone().post(ACCESS, "/set-up", &form).await;
        assert_eq!(again.status, StatusCode::GONE);
        assert!(new_link(&house.state).await.unwrap().is_none());
        let shut = house.browser().get(ACCESS, "/set-up").await;
        assert_eq!(shut.location(), "/sign-in");
    })
    .await;
}

#[tokio::test]
async fn attack_23_of_many_with_the_code_at_once_one_becomes_the_owner() {
    on_both_engines(async |store| {
        let house = House::empty(store);
        let link = new_link(&house.state).await.unwrap().unwrap();
        let mut first = house.browser();
        first.get(ACCESS, "/set-up").await;
        let (mut a, mut b, mut c) = (first.clone(), first.clone(), first);
        let (fa, fb, fc) = (
            fields(&link.code, "anna", PASSWORD),
            fields(&link.code, "bert", PASSWORD),
            fields(&link.code, "carl", PASSWORD),
        );
        let (a, b, c) = tokio::join!(
            a.post(ACCESS, "/set-up", &fa),
            b.post(ACCESS, "/set-up", &fb),
            c.post(ACCESS, "/set-up", &fc),
        );
        let made = [a, b, c]
            .iter()
            .filter(|answer| answer.status == StatusCode::SEE_OTHER)
            .count();
        assert_eq!(made, 1);
    })
    .await;
}

#[tokio::test]
async fn attack_23_a_code_expires_and_cannot_be_guessed_for_long() {
    on_both_engines(async |store| {
        let house = House::empty(store);
        let link = new_link(&house.state).await.unwrap().unwrap();
        let mut browser = house.browser();
        browser.get(ACCESS, "/set-up").await;
        for _ in 0..crate::sign_in::lockout::PER_ACCOUNT {
            let form = fields("AAAA-AAAA-AAAA-AAAA", "olga", PASSWORD);
            browser.post(ACCESS, "/set-up", &form).await;
        }
        let form = fields(&link.code, "olga", PASSWORD);
        assert_eq!(
            browser.post(ACCESS, "/set-up", &form).await.status,
            StatusCode::TOO_MANY_REQUESTS,
            "guessed too often"
        );
        house.state.clock.advance(Duration::from_hours(24));
        browser.get(ACCESS, "/set-up").await;
        assert_eq!(
            browser.post(ACCESS, "/set-up", &form).await.status,
            REFUSED,
            "expired"
        );
    })
    .await;
}

#[tokio::test]
async fn a_form_with_mistakes_uses_up_no_guess_where_the_code_is_right() {
    on_both_engines(async |store| {
        let house = House::empty(store);
        let link = new_link(&house.state).await.unwrap().unwrap();
        let mut browser = house.browser();
        browser.get(ACCESS, "/set-up").await;
        let weak = fields(&link.code, "olga", "12345678");
        for _ in 0..=crate::sign_in::lockout::PER_ACCOUNT {
            let answer = browser.post(ACCESS, "/set-up", &weak).await;
            assert_eq!(answer.status, REFUSED, "shown again");
        }
        let good = fields(&link.code, "olga", PASSWORD);
        let answer = browser.post(ACCESS, "/set-up", &good).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
    })
    .await;
}

#[tokio::test]
async fn every_link_that_is_made_is_in_the_audit_log_with_who_asked_for_it() {
    on_both_engines(async |store| {
        let house = House::empty(store);
        new_link(&house.state).await.unwrap().unwrap();
        let permit = operator();
        let origin = permit.origin();
        let link = new_link_for(&house.state, permit.actor().into(), origin).await;
        let code = link.unwrap().unwrap().code;
        let mut read = house.state.store.read().await.unwrap();
        let page = events::Page {
            limit: 10,
            ..events::Page::default()
        };
        let filter = events::AuditFilter::default();
        let found = events::audit_events(&mut read, &filter, &page)
            .await
            .unwrap();
        let told: Vec<_> = found
            .items
            .iter()
            .map(|event| (event.action.as_str(), event.actor_kind.as_str()))
            .collect();
        let made = "make_set_up_link";
        assert_eq!(told, [(made, "operator"), (made, "system")]);
        assert!(!format!("{found:?}").contains(&code), "never the code");
    })
    .await;
}

#[tokio::test]
async fn attack_23_whoever_is_a_moment_too_late_does_not_become_a_second_owner() {
    on_both_engines(async |store| {
        let house = House::empty(store);
        let link = new_link(&house.state).await.unwrap().unwrap();
        let mut late = house.browser();
        late.get(ACCESS, "/set-up").await;
        // Another one, with a code of another node, stands just before the commit.
        let (now, id) = (house.state.clock.now(), MemberId::generate());
        let mut first = house.state.store.begin().await.unwrap();
        set_up::hold(&mut first).await.unwrap();
        let names = ("anna".to_owned(), "Anna".to_owned());
        insert_owner(&mut first, &id, names, now).await.unwrap();
        let commit = async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            first.commit().await.unwrap();
        };
        let form = fields(&link.code, "bert", PASSWORD);
        let (answer, ()) = tokio::join!(late.post(ACCESS, "/set-up", &form), commit);
        assert_eq!(answer.status, StatusCode::GONE);
    })
    .await;
}
