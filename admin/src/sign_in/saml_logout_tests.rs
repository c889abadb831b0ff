//! Single logout of SAML, both ways.

use axum::http::StatusCode;
use config::id::DirectoryId;
use serde_json::json;
use url::Url;

use super::oidc_tests::leave;
use super::saml_tests::{bring, connected, from_elsewhere};
use crate::directories::saml::testing::{Form, IdentityProvider};
use crate::directories::testing::Visitor;
use crate::store::testing::{TestStore, on_both_engines};
use crate::testing::{ACCESS, Answered, Browser, House};

async fn signed_in<'h>(house: &'h House, idp: &IdentityProvider, id: &DirectoryId) -> Browser<'h> {
    let mut browser = house.browser();
    let form = idp.visit(&leave(&mut browser, id).await).await;
    bring(&mut browser, &form).await;
    assert!(browser.is_signed_in().await, "{:?}", house.log().await[0]);
    browser
}

fn logout_of(id: &DirectoryId) -> String {
    format!("https://{ACCESS}/sign-in/directories/{id}/logout")
}

/// The provider has a browser bring what it says of a logout.
async fn told(house: &House, idp: &IdentityProvider, what: serde_json::Value) -> Answered {
    let said = idp.now(json!({"logout": what}));
    if let Some(address) = said["address"].as_str() {
        return house.browser().open(address).await;
    }
    let form = Form {
        to: Url::parse(what["to"].as_str().unwrap()).unwrap(),
        fields: vec![(
            "SAMLRequest".to_owned(),
            said["SAMLRequest"].as_str().unwrap().to_owned(),
        )],
    };
    from_elsewhere(house, &form).await
}

#[tokio::test]
async fn whoever_signs_out_there_is_signed_out_here_by_address_and_by_form() {
    let idp = IdentityProvider::start();
    on_both_engines(async |store| {
        let (house, id) = connected(store, &idp).await;
        for binding in ["redirect", "post"] {
            let mut browser = signed_in(&house, &idp, &id).await;
            idp.now(json!({"user": "somebody.else"}));
            let mut other = signed_in(&house, &idp, &id).await;
            idp.now(json!({"user": "wang", "forget": true}));
            let what = json!({"to": logout_of(&id), "name": "wang", "binding": binding});
            let page = told(&house, &idp, what).await;
            assert_eq!(page.status, StatusCode::OK, "{}", page.body);
            assert!(!browser.is_signed_in().await);
            assert!(other.is_signed_in().await, "who is somebody else");
            // And the provider is told that it was done, so that it can go on.
            let onward = crate::testing::between(&page.body, "content=\"0;url=", "\"");
            let onward = Url::parse(&onward.replace("&#38;", "&").replace("&amp;", "&")).unwrap();
            assert!(onward.as_str().starts_with(idp.at()), "{onward}");
            let state = onward.query_pairs().find(|(name, _)| name == "RelayState");
            let expected = (binding == "redirect").then_some("state of theirs");
            assert_eq!(state.as_ref().map(|(_, value)| &**value), expected);
        }
    })
    .await;
}

#[tokio::test]
async fn whoever_signs_out_here_is_signed_out_there() {
    let idp = IdentityProvider::start();
    on_both_engines(async |store| {
        let (house, id) = connected(store, &idp).await;
        idp.now(json!({"forget": true}));
        let mut browser = signed_in(&house, &idp, &id).await;
        browser.get(ACCESS, "/sign-out").await;
        let out = browser.post(ACCESS, "/sign-out", &[]).await;
        let next = out.location().to_owned();
        assert!(!browser.is_signed_in().await, "whatever the provider says");
        let page = browser.get(ACCESS, &next).await;
        let onward = crate::testing::between(&page.body, "content=\"0;url=", "\"");
        let onward = Url::parse(&onward.replace("&#38;", "&").replace("&amp;", "&")).unwrap();
        let back = Visitor::at(idp.at()).get(&onward).await.away();
        let said = idp.now(json!({}));
        assert_eq!(said["told"][0]["name"], "wang");
        assert_eq!(said["told"][0]["signed"], true);
        assert_eq!(said["told"][0]["sessions"].as_array().unwrap().len(), 1);
        let answer = browser.open(back.as_str()).await;
        assert_eq!(answer.location(), "/sign-in?after=signed-out");
    })
    .await;
}

#[tokio::test]
async fn attack_13_a_logout_that_is_not_signed_or_was_told_before_ends_nothing() {
    let idp = IdentityProvider::start();
    let (house, id) = connected(TestStore::sqlite().await, &idp).await;
    let mut browser = signed_in(&house, &idp, &id).await;
    for binding in ["redirect", "post"] {
        let unsigned = json!({
            "to": logout_of(&id), "name": "wang", "binding": binding, "signed": false,
        });
        let answer = told(&house, &idp, unsigned).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{binding}");
        assert!(browser.is_signed_in().await);
    }
    let elsewhere =
        json!({"to": "https://access.example.com/other", "name": "wang", "binding": "redirect"});
    let said = idp.now(json!({"logout": elsewhere}));
    let moved = said["address"].as_str().unwrap();
    let moved = moved.replace("/other?", &format!("/sign-in/directories/{id}/logout?"));
    assert_eq!(
        house.browser().open(&moved).await.status,
        StatusCode::BAD_REQUEST
    );
    assert!(browser.is_signed_in().await, "it was for another address");
    let right = json!({"to": logout_of(&id), "name": "wang", "binding": "redirect"});
    let said = idp.now(json!({"logout": right}));
    let address = said["address"].as_str().unwrap().to_owned();
    for (from, to) in [
        ("Signature=", "Signature=AA"),
        ("SigAlg=", "sigalg="),
        ("state", "stare"),
    ] {
        let changed = address.replacen(from, to, 1);
        let answer = house.browser().open(&changed).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{from}");
        assert!(browser.is_signed_in().await);
    }
    assert_eq!(house.browser().open(&address).await.status, StatusCode::OK);
    assert!(!browser.is_signed_in().await);
    let mut again = signed_in(&house, &idp, &id).await;
    assert_eq!(
        house.browser().open(&address).await.status,
        StatusCode::BAD_REQUEST
    );
    assert!(again.is_signed_in().await, "a logout counts once");
}
