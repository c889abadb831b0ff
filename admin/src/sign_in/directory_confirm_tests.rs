//! Confirming who one is by a directory, for whoever has no password here.

use std::time::Duration;

use axum::http::StatusCode;
use config::Timestamp;
use config::id::DirectoryId;
use config::session::AuthenticationMethod;
use serde_json::json;
use url::Url;

use super::cas_tests;
use super::oidc_attack_tests::{Scene, with as saying};
use super::oidc_tests::{
    USUAL, callback, connect, connected, house_of_today, leave, parameters, with,
};
use super::saml_tests::{self, bring};
use crate::directories::cas::testing::CasServer;
use crate::directories::oidc::OidcSettings;
use crate::directories::oidc::testing::{Provider, settings};
use crate::directories::saml::testing::IdentityProvider;
use crate::store::testing::{TestStore, on_both_engines};
use crate::testing::{ACCESS, Answered, Browser};

const NOT_THERE: &str = "did not confirm that it is you";

/// Where the browser is sent to from the page that asks who it is.
async fn leave_to_confirm(browser: &mut Browser<'_>, id: &DirectoryId) -> Url {
    let page = browser.get(ACCESS, "/sign-in/confirm?to=%2Faccount").await;
    assert!(page.body.contains("Confirm with Staff"), "{}", page.body);
    assert!(!page.body.contains("name=\"password\""), "{}", page.body);
    let start = format!("/sign-in/confirm/directories/{id}?to=%2Faccount");
    assert!(page.body.contains(&start), "{}", page.body);
    let answer = browser.get(ACCESS, &start).await;
    Url::parse(answer.location()).unwrap()
}

async fn proven_at(browser: &Browser<'_>) -> Timestamp {
    browser.session(ACCESS).await.unwrap().authenticated_at
}

/// That it counts, and is told of.
async fn confirmed(browser: &Browser<'_>, answer: &Answered) {
    assert_eq!(answer.location(), "/account", "{}", answer.body);
    let session = browser.session(ACCESS).await.unwrap();
    assert_eq!(session.authenticated_at, browser.house.state.clock.now());
    assert_eq!(session.methods, [AuthenticationMethod::Directory]);
    assert_eq!(browser.house.log().await[0].0, "stepped_up");
}

/// That it does not, and why; whoever was signed in stays so.
async fn not_confirmed(browser: &mut Browser<'_>, answer: &Answered, reason: &str) {
    assert_eq!(
        answer.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        answer.body
    );
    assert!(answer.body.contains(NOT_THERE), "{}", answer.body);
    let log = browser.house.log().await;
    assert_eq!(log[0].1.as_deref(), Some(reason));
    assert!(browser.is_signed_in().await);
    assert!(proven_at(browser).await < browser.house.state.clock.now());
}

#[tokio::test]
async fn who_has_no_password_here_confirms_it_at_an_openid_provider_that_asks_anew() {
    let op = Provider::start();
    on_both_engines(async |store| {
        let (house, id) = connected(store, &op).await;
        let mut browser = house.browser();
        let back = op
            .visit(&leave(&mut browser, &id).await, Some("wang"))
            .await;
        browser.open(back.as_str()).await;
        house.state.clock.advance(Duration::from_secs(20));
        let there = leave_to_confirm(&mut browser, &id).await;
        let asked = parameters(&there);
        assert_eq!(
            (asked["prompt"].as_str(), asked["max_age"].as_str()),
            ("login", "0")
        );
        let back = op.visit(&there, Some("wang")).await;
        let mut thief = house.browser();
        let answer = thief.open(back.as_str()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "another browser");
        let answer = browser.open(back.as_str()).await;
        confirmed(&browser, &answer).await;
    })
    .await;
}

#[tokio::test]
async fn attack_14_neither_somebody_else_nor_a_proof_without_a_time_nor_none_confirms_anything() {
    let op = Provider::start();
    on_both_engines(async |store| {
        let (house, id) = connected(store, &op).await;
        let mut browser = house.browser();
        let back = op
            .visit(&leave(&mut browser, &id).await, Some("wang"))
            .await;
        browser.open(back.as_str()).await;
        let mut of_sign_in = house.browser();
        let other = op
            .visit(&leave(&mut of_sign_in, &id).await, Some("eve"))
            .await;
        of_sign_in.open(other.as_str()).await;
        house.state.clock.advance(Duration::from_secs(20));
        for (who, without, reason) in [
            (Some("eve"), &[][..], "somebody_else"),
            (Some("nobody here yet"), &[], "somebody_else"),
            (Some("wang"), &["prompt", "max_age"], "id_token_auth_time"),
            (None, &[], "directory_not_confirmed"),
        ] {
            let mut there = leave_to_confirm(&mut browser, &id).await;
            for name in without {
                there = with(&there, name, None);
            }
            let back = op.visit(&there, who).await;
            let answer = browser.open(back.as_str()).await;
            not_confirmed(&mut browser, &answer, reason).await;
        }
    })
    .await;
}

#[tokio::test]
async fn attack_14_an_answer_that_was_asked_for_in_a_sign_in_that_is_over_confirms_nothing() {
    let op = Provider::start();
    let (house, id) = connected(TestStore::sqlite().await, &op).await;
    let mut browser = house.browser();
    for _ in 0..2 {
        let back = op
            .visit(&leave(&mut browser, &id).await, Some("wang"))
            .await;
        browser.open(back.as_str()).await;
        house.state.clock.advance(Duration::from_secs(10));
    }
    let there = leave_to_confirm(&mut browser, &id).await;
    let back = op.visit(&there, Some("wang")).await;
    browser.get(ACCESS, "/sign-out").await;
    browser.post(ACCESS, "/sign-out", &[]).await;
    let answer = browser.open(back.as_str()).await;
    assert!(
        answer.location().starts_with("/sign-in?"),
        "{}",
        answer.body
    );
    assert!(!browser.is_signed_in().await);
    let again = op
        .visit(&leave(&mut browser, &id).await, Some("wang"))
        .await;
    browser.open(again.as_str()).await;
    let before = proven_at(&browser).await;
    house.state.clock.advance(Duration::from_secs(10));
    browser.open(back.as_str()).await;
    assert_eq!(proven_at(&browser).await, before);
}

#[tokio::test]
async fn attack_14_a_proof_of_last_week_is_none_that_was_made_now() {
    let scene = Scene::new().await;
    let mut browser = scene.house.browser();
    let said = (|claims| scene.signer.sign(&claims), json!({"sub": "wang"}));
    scene.comes_back(&mut browser, said).await;
    scene.house.state.clock.advance(Duration::from_mins(11));
    let stale = browser.get(ACCESS, "/account/passkeys").await;
    assert!(
        stale.location().starts_with("/sign-in/confirm"),
        "{}",
        stale.body
    );
    let now = scene.house.state.clock.now().0 / 1000;
    for time in [
        json!(now - 7 * 86400),
        json!(now - 61),
        json!(now + 61),
        json!("now"),
        json!(null),
    ] {
        let sent = parameters(&leave_to_confirm(&mut browser, &scene.id).await);
        let token = |claims| {
            scene
                .signer
                .sign(&saying(claims, "auth_time", time.clone()))
        };
        let answer = scene
            .answered(&mut browser, &sent, (token, json!({"sub": "wang"})))
            .await;
        not_confirmed(&mut browser, &answer, "id_token_auth_time").await;
    }
    let sent = parameters(&leave_to_confirm(&mut browser, &scene.id).await);
    let token = |claims| scene.signer.sign(&saying(claims, "auth_time", json!(now)));
    let answer = scene
        .answered(&mut browser, &sent, (token, json!({"sub": "wang"})))
        .await;
    confirmed(&browser, &answer).await;
    let fresh = browser.get(ACCESS, "/account/passkeys").await;
    assert_eq!(fresh.status, StatusCode::OK, "{}", fresh.body);
}

#[tokio::test]
async fn a_directory_may_want_every_proof_to_be_recent() {
    let op = Provider::start();
    let house = house_of_today(TestStore::sqlite().await).await;
    let settings = OidcSettings {
        max_age: Some(3600),
        ..settings(&op.issuer)
    };
    let id = connect(&house, "Staff", settings).await;
    op.knows(&callback(&id), USUAL, "first");
    let mut browser = house.browser();
    let there = leave(&mut browser, &id).await;
    assert_eq!(parameters(&there)["max_age"], "3600");
    let back = op.visit(&with(&there, "max_age", None), Some("wang")).await;
    browser.open(back.as_str()).await;
    assert_eq!(
        house.log().await[0].1.as_deref(),
        Some("id_token_auth_time")
    );
    let back = op
        .visit(&leave(&mut browser, &id).await, Some("wang"))
        .await;
    let answer = browser.open(back.as_str()).await;
    assert!(browser.is_signed_in().await, "{}", answer.body);
}

#[tokio::test]
async fn who_came_by_saml_confirms_it_at_the_provider_that_says_when_it_asked() {
    let idp = IdentityProvider::start();
    let (house, id) = saml_tests::connected(TestStore::sqlite().await, &idp).await;
    let mut browser = house.browser();
    let there = leave(&mut browser, &id).await;
    bring(&mut browser, &idp.visit(&there).await).await;
    assert!(browser.is_signed_in().await, "{:?}", house.log().await[0]);
    house.state.clock.advance(Duration::from_secs(20));
    idp.now(json!({"proven": 1_700_000_000}));
    let there = leave_to_confirm(&mut browser, &id).await;
    let answer = bring(&mut browser, &idp.visit(&there).await).await;
    assert_eq!(idp.now(json!({}))["asked"][0]["force"], "true");
    not_confirmed(&mut browser, &answer, "proven_before").await;
    idp.now(json!({"proven": null, "user": "eve"}));
    let there = leave_to_confirm(&mut browser, &id).await;
    let answer = bring(&mut browser, &idp.visit(&there).await).await;
    not_confirmed(&mut browser, &answer, "somebody_else").await;
    idp.now(json!({"user": "wang"}));
    let there = leave_to_confirm(&mut browser, &id).await;
    let answer = bring(&mut browser, &idp.visit(&there).await).await;
    confirmed(&browser, &answer).await;
}

#[tokio::test]
async fn who_came_by_cas_types_their_password_anew_there() {
    let cas = CasServer::start().await;
    let (house, id) = cas_tests::connected(TestStore::sqlite().await, &cas).await;
    let mut browser = house.browser();
    let back = cas.visit(&leave(&mut browser, &id).await).await;
    browser.open(back.as_str()).await;
    house.state.clock.advance(Duration::from_secs(20));
    let there = leave_to_confirm(&mut browser, &id).await;
    assert_eq!(parameters(&there)["renew"], "true");
    let without = cas.visit(&with(&there, "renew", None)).await;
    let answer = browser.open(without.as_str()).await;
    not_confirmed(&mut browser, &answer, "ticket_refused").await;
    let there = leave_to_confirm(&mut browser, &id).await;
    let back = cas.visit(&there).await;
    let answer = browser.open(back.as_str()).await;
    confirmed(&browser, &answer).await;
}
