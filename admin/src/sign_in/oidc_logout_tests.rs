//! Sessions that end at an OpenID provider end here, and the other way round.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use config::id::DirectoryId;
use serde_json::{Value, json};
use url::Url;

use super::oidc_attack_tests::{Scene, Signer, with as saying};
use super::oidc_tests::{USUAL, callback, connect, connected, house_of_today, leave, parameters};
use crate::directories::oidc::OidcSettings;
use crate::directories::oidc::testing::{CLIENT, Jar, Provider, SECRET, settings};
use crate::store::testing::{TestStore, on_both_engines};
use crate::testing::{ACCESS, Answered, Browser, House, between};

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// As a provider tells it: without any cookie.
async fn told(house: &House, id: &DirectoryId, token: &str) -> Answered {
    let path = format!("/sign-in/directories/{id}/backchannel-logout");
    let request =
        Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    let body = Body::from(form.append_pair("logout_token", token).finish());
    let answer = house.browser().send(ACCESS, request, body).await;
    assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
    answer
}

async fn signed_in<'a>(
    (house, id): (&'a House, &DirectoryId),
    (op, account): (&Provider, &str),
) -> (Browser<'a>, Jar) {
    let (mut browser, mut jar) = (house.browser(), Jar::new());
    let there = leave(&mut browser, id).await;
    let back = op.visit_with(&mut jar, &there, Some(account)).await;
    browser.open(back.as_str()).await;
    assert!(browser.is_signed_in().await, "{account}");
    (browser, jar)
}

#[tokio::test]
async fn a_session_that_is_over_at_the_provider_is_over_here_and_no_other_one() {
    let op = Provider::start();
    on_both_engines(async |store| {
        let (house, id) = connected(store, &op).await;
        let (mut own, mut jar) = signed_in((&house, &id), (&op, "wang")).await;
        let (mut elsewhere, _) = signed_in((&house, &id), (&op, "wang")).await;
        let (mut eve, _) = signed_in((&house, &id), (&op, "eve")).await;
        let mut end = Url::parse(&format!("{}/session/end", op.issuer)).unwrap();
        end.query_pairs_mut()
            .append_pair("client_id", CLIENT)
            .append_pair(
                "post_logout_redirect_uri",
                &callback(&id).replace("/callback", "/signed-out"),
            );
        let (_, token) = op.sign_out(&mut jar, &end).await;
        let answer = told(&house, &id, &token).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        assert_eq!(
            house.log().await[0].1.as_deref(),
            Some("directory_ended_session")
        );
        assert!(!own.is_signed_in().await);
        assert!(elsewhere.is_signed_in().await);
        assert!(eve.is_signed_in().await);
        let again = told(&house, &id, &token).await;
        assert_eq!(again.status, StatusCode::BAD_REQUEST, "it counts once");
        assert!(again.body.contains("invalid_request"), "{}", again.body);
    })
    .await;
}

/// Somebody in a session of the provider's.
async fn in_session<'a>(scene: &'a Scene, who: &str, session: &str) -> Browser<'a> {
    let mut browser = scene.house.browser();
    let token = |claims| {
        let claims = saying(saying(claims, "sub", json!(who)), "sid", json!(session));
        let named = saying(claims, "preferred_username", json!(who));
        scene.signer.sign(&named)
    };
    scene
        .comes_back(&mut browser, (token, json!({"sub": who})))
        .await;
    assert!(browser.is_signed_in().await);
    browser
}

/// What a provider says of a session that is over.
fn over(scene: &Scene, jti: &str) -> Value {
    let now = scene.house.state.clock.now().0 / 1000;
    json!({
        "iss": scene.provider.issuer, "aud": CLIENT, "iat": now, "exp": now + 120, "jti": jti,
        "events": {EVENT: {}}, "sub": "wang", "sid": "s1",
    })
}

#[tokio::test]
async fn attack_14_a_logout_that_others_said_or_that_is_none_ends_nothing() {
    let scene = Scene::new().await;
    let mut browser = in_session(&scene, "wang", "s1").await;
    for (claim, value) in [
        ("iss", json!(null)),
        ("iss", json!("https://op.example.com")),
        ("aud", json!(null)),
        ("aud", json!("another client")),
        ("iat", json!(null)),
        ("iat", json!(1)),
        ("iat", json!(1e12)),
        ("exp", json!(1)),
        ("exp", json!("tomorrow")),
        ("events", json!(null)),
        ("events", json!([EVENT])),
        ("events", json!({EVENT: true})),
        (
            "events",
            json!({"http://schemas.openid.net/event/other": {}}),
        ),
        ("nonce", json!("of a sign-in")),
        ("jti", json!(null)),
        ("jti", json!("")),
        ("sid", json!(7)),
        ("sub", json!("")),
    ] {
        let token = scene
            .signer
            .sign(&saying(over(&scene, "one"), claim, value.clone()));
        let answer = told(&scene.house, &scene.id, &token).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{claim}: {value}");
    }
    let nobody = saying(
        saying(over(&scene, "one"), "sub", json!(null)),
        "sid",
        json!(null),
    );
    let other_key = Signer::new("one");
    let right = over(&scene, "one");
    for (token, why) in [
        (scene.signer.sign(&nobody), "of nobody"),
        (other_key.sign(&right), "by a foreign key"),
        (
            Signer::new("new").sign(&right),
            "by a key that nobody knows",
        ),
        (
            scene.signer.sign_by(SECRET.as_bytes(), &right),
            "by the client's secret",
        ),
        (scene.signer.sign_as("at+jwt", &right), "an access token"),
        (String::new(), "nothing"),
    ] {
        let answer = told(&scene.house, &scene.id, &token).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{why}");
    }
    assert!(browser.is_signed_in().await);
    let token = scene.signer.sign_as("logout+jwt", &right);
    assert_eq!(
        told(&scene.house, &scene.id, &token).await.status,
        StatusCode::OK
    );
    assert!(!browser.is_signed_in().await);
}

#[tokio::test]
async fn attack_16_a_logout_ends_what_it_names_and_is_told_to_every_node() {
    let scene = Scene::new().await;
    let mut first = in_session(&scene, "wang", "s1").await;
    let mut second = in_session(&scene, "wang", "s2").await;
    let mut eve = in_session(&scene, "eve", "s3").await;
    let of_eve = saying(over(&scene, "1"), "sub", json!("eve"));
    let of_none = scene.signer.sign(&of_eve);
    assert_eq!(
        told(&scene.house, &scene.id, &of_none).await.status,
        StatusCode::OK
    );
    assert!(first.is_signed_in().await, "the session is not hers");
    assert!(eve.is_signed_in().await, "she is in another one");
    let by_name = scene
        .signer
        .sign(&saying(over(&scene, "2"), "sub", json!(null)));
    let sign_in = first.session(ACCESS).await.unwrap().sign_in;
    told(&scene.house, &scene.id, &by_name).await;
    assert!(!first.is_signed_in().await);
    assert!(scene.house.is_told_over(&sign_in).await);
    assert!(second.is_signed_in().await);
    let of_person = scene
        .signer
        .sign(&saying(over(&scene, "3"), "sid", json!(null)));
    told(&scene.house, &scene.id, &of_person).await;
    assert!(!second.is_signed_in().await);
    assert!(eve.is_signed_in().await);
    let mut again = in_session(&scene, "wang", "s1").await;
    for token in [by_name, of_person] {
        let answer = told(&scene.house, &scene.id, &token).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "it counts once");
    }
    assert!(again.is_signed_in().await);
}

#[tokio::test]
async fn attack_14_a_logout_is_taken_at_the_directory_that_said_it_alone() {
    let scene = Scene::new().await;
    let mut browser = in_session(&scene, "wang", "s1").await;
    let other = Scene::new().await;
    let token = other.signer.sign(&over(&other, "one"));
    let answer = told(&scene.house, &scene.id, &token).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let path = "/sign-in/directories/none/backchannel-logout";
    let request = Request::post(path);
    let answer = scene
        .house
        .browser()
        .send(ACCESS, request, Body::empty())
        .await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(browser.is_signed_in().await);
}

/// The address to which a page leads on by itself.
fn onward(page: &Answered) -> Url {
    let onward = between(&page.body, "content=\"0;url=", "\"");
    Url::parse(&onward.replace("&#38;", "&").replace("&amp;", "&")).unwrap()
}

async fn sign_out(browser: &mut Browser<'_>) -> String {
    browser.get(ACCESS, "/sign-out").await;
    let out = browser.post(ACCESS, "/sign-out", &[]).await;
    assert!(!browser.is_signed_in().await, "whatever the provider says");
    out.location().to_owned()
}

#[tokio::test]
async fn whoever_signs_out_here_is_signed_out_there_where_that_is_wanted() {
    let op = Provider::start();
    on_both_engines(async |store| {
        let house = house_of_today(store).await;
        let settings = OidcSettings {
            ends_session: true,
            ..settings(&op.issuer)
        };
        let id = connect(&house, "Staff", settings).await;
        op.knows(&callback(&id), USUAL, "first");
        let (mut browser, mut jar) = signed_in((&house, &id), (&op, "wang")).await;
        let next = sign_out(&mut browser).await;
        assert!(next.starts_with(&format!("/sign-in/directories/{id}/sign-out?what=")));
        let there = onward(&browser.get(ACCESS, &next).await);
        let asked = parameters(&there);
        assert_eq!(asked["client_id"], CLIENT);
        assert_eq!(asked["id_token_hint"].split('.').count(), 3);
        assert!(!asked.contains_key("logout_hint"));
        let (back, token) = op.sign_out(&mut jar, &there).await;
        assert!(back.path().ends_with("/signed-out"), "{back}");
        let answer = browser.open(back.as_str()).await;
        assert_eq!(answer.location(), "/sign-in?after=signed-out");
        let answer = told(&house, &id, &token).await;
        assert_eq!(
            answer.status,
            StatusCode::OK,
            "there is nothing left to end"
        );
    })
    .await;
}

#[tokio::test]
async fn a_provider_that_is_not_to_be_told_or_is_away_keeps_nobody_signed_in() {
    let op = Provider::start();
    let (house, id) = connected(TestStore::sqlite().await, &op).await;
    let (mut browser, _) = signed_in((&house, &id), (&op, "wang")).await;
    assert_eq!(sign_out(&mut browser).await, "/sign-in?after=signed-out");
    let settings = OidcSettings {
        ends_session: true,
        ..settings(&op.issuer)
    };
    let id = connect(&house, "Others", settings).await;
    op.knows(&callback(&id), USUAL, "first");
    let (mut browser, _) = signed_in((&house, &id), (&op, "wang")).await;
    drop(op);
    house
        .state
        .clock
        .advance(std::time::Duration::from_mins(11));
    let next = sign_out(&mut browser).await;
    let answer = browser.get(ACCESS, &next).await;
    assert_eq!(
        answer.location(),
        "/sign-in?after=signed-out",
        "{}",
        answer.body
    );
}
