//! What a response of an identity provider must not be: rightly signed ones, changed.

use std::time::Duration;

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use config::id::DirectoryId;
use serde_json::{Value, json};
use url::Url;

use super::oidc_tests::{leave, refused};
use super::saml_tests::{bring, connected, from_elsewhere};
use crate::directories::saml::testing::{Form, IdentityProvider};
use crate::store::testing::TestStore;
use crate::testing::{ACCESS, Browser, House};

pub(super) struct Scene {
    pub(super) idp: IdentityProvider,
    house: House,
    id: DirectoryId,
}

impl Scene {
    pub(super) async fn new() -> Self {
        let idp = IdentityProvider::start();
        let (house, id) = connected(TestStore::sqlite().await, &idp).await;
        Self { idp, house, id }
    }

    /// A browser, and what the provider has it bring.
    pub(super) async fn sent_back(&self) -> (Browser<'_>, Form) {
        let mut browser = self.house.browser();
        let form = self.idp.visit(&leave(&mut browser, &self.id).await).await;
        (browser, form)
    }

    /// Why the browser is not let in that brings it.
    pub(super) async fn reason(&self, browser: &mut Browser<'_>, form: &Form) -> String {
        let answer = bring(browser, form).await;
        let reason = refused(browser, &answer).await;
        // So that nobody is kept out for guessing.
        for _ in 0..2 {
            self.house.state.clock.advance(Duration::from_secs(1));
        }
        reason
    }

    pub(super) async fn lets_in(&self) {
        let (mut browser, form) = self.sent_back().await;
        let answer = bring(&mut browser, &form).await;
        assert!(browser.is_signed_in().await, "{}", answer.body);
    }

    pub(super) async fn refused_with(&self, change: impl FnOnce(&str) -> String) -> String {
        let (mut browser, form) = self.sent_back().await;
        let (text, changed) = (text(&form), change(&text(&form)));
        assert_ne!(text, changed, "nothing was changed");
        let reason = self.reason(&mut browser, &bringing(&form, &changed)).await;
        assert_ne!(reason, "xml_malformed", "{changed}");
        // What was said rightly is good in this browser, and it was not used up.
        bring(&mut browser, &form).await;
        assert!(
            browser.is_signed_in().await,
            "{:?}",
            self.house.log().await[0]
        );
        reason
    }
}

fn text(form: &Form) -> String {
    String::from_utf8(STANDARD.decode(form.field("SAMLResponse")).unwrap()).unwrap()
}

fn bringing(form: &Form, text: &str) -> Form {
    form.with("SAMLResponse", &STANDARD.encode(text))
}

pub(super) fn piece<'a>(text: &'a str, name: &str) -> &'a str {
    let document = roxmltree::Document::parse(text).unwrap();
    let mut all = document.descendants();
    let found = all.find(|node| node.tag_name().name() == name).unwrap();
    &text[found.range()]
}

pub(super) fn without_declaration(text: &str) -> &str {
    text.strip_prefix("<?xml")
        .map_or(text, |rest| rest.split_once("?>").unwrap().1)
}

#[tokio::test]
async fn attack_13_what_is_not_signed_or_was_changed_is_refused() {
    let scene = Scene::new().await;
    let cut = |text: &str| text.replacen(piece(text, "Signature"), "", 1);
    assert_eq!(scene.refused_with(cut).await, "not_signed");
    for (from, to) in [
        (">wang<", ">boss<"),
        ("rsa-sha256", "rsa-sha512"),
        ("xmldsig-more#rsa-sha256", "xmldsig-more#hmac-sha256"),
        ("xmlenc#sha256", "xmldsig#sha1"),
    ] {
        let reason = scene.refused_with(|text| text.replace(from, to)).await;
        assert_eq!(reason, "signature", "{from}");
    }
    for (from, to, reason) in [
        (
            "xmldsig#enveloped-signature",
            "xmldsig#other",
            "signature_transforms",
        ),
        (
            "#enveloped-signature\"",
            "#enveloped-signature\" x=\"\"",
            "signature",
        ),
    ] {
        let found = scene.refused_with(|text| text.replacen(from, to, 1)).await;
        assert_eq!(found, reason, "{from}");
    }
    let doctype = |text: &str| {
        format!(
            "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>{}",
            without_declaration(text)
        )
    };
    assert_eq!(scene.refused_with(doctype).await, "xml_with_document_type");
}

#[tokio::test]
async fn attack_13_sha1_and_keys_of_others_are_refused() {
    let scene = Scene::new().await;
    let weak = "http://www.w3.org/2000/09/xmldsig#rsa-sha1";
    scene.idp.now(json!({"algorithm": weak}));
    let (mut browser, form) = scene.sent_back().await;
    assert_eq!(scene.reason(&mut browser, &form).await, "signature");
    // Signed by a key of somebody else's, whose certificate stands in the signature.
    scene.idp.now(json!({
        "algorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        "key": "second", "published": "",
    }));
    let (mut browser, form) = scene.sent_back().await;
    assert!(text(&form).contains("X509Certificate"));
    assert_eq!(scene.reason(&mut browser, &form).await, "signature");
}

#[tokio::test]
async fn attack_13_a_comment_in_a_name_does_not_cut_it_short() {
    let scene = Scene::new().await;
    scene.idp.now(json!({"user": "boss.evil"}));
    // The signature holds, for comments are left out of what is signed.
    let (mut browser, form) = scene.sent_back().await;
    let changed = text(&form).replacen(">boss.evil<", ">boss<!-- -->.evil<", 1);
    let answer = bring(&mut browser, &bringing(&form, &changed)).await;
    assert!(browser.is_signed_in().await, "{}", answer.body);
    let mut read = scene.house.state.store.read().await.unwrap();
    let find = crate::store::members::find_by_username;
    assert!(find(&mut read, "boss").await.unwrap().is_none());
    assert!(find(&mut read, "boss.evil").await.unwrap().is_some());
}

/// The browser was not sent for it.
async fn not_ours(browser: &mut Browser<'_>, form: &Form) {
    let answer = bring(browser, form).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.body);
    assert_eq!(refused(browser, &answer).await, "not_for_this_sign_in");
}

#[tokio::test]
async fn attack_13_a_response_for_another_sign_in_or_browser_or_brought_again_is_refused() {
    let scene = Scene::new().await;
    let (mut own, form) = scene.sent_back().await;
    let (mut eve, of_eve) = scene.sent_back().await;
    not_ours(&mut own, &of_eve).await;
    not_ours(&mut own, &form.with("RelayState", "")).await;
    not_ours(&mut own, &form.with("RelayState", "/account")).await;
    // With the state of the own sign-in, what was said to another request.
    let crossed = form.with("SAMLResponse", of_eve.field("SAMLResponse"));
    assert_eq!(
        scene.reason(&mut own, &crossed).await,
        "response_to_another_request"
    );
    let mut thief = own.clone();
    bring(&mut own, &form).await;
    assert!(own.is_signed_in().await);
    assert_eq!(scene.reason(&mut thief, &form).await, "answered_before");
    bring(&mut eve, &of_eve).await;
    assert!(eve.is_signed_in().await, "each in its own browser");
}

#[tokio::test]
async fn attack_13_what_another_site_sends_straight_to_us_is_not_looked_at() {
    let scene = Scene::new().await;
    let (mut browser, form) = scene.sent_back().await;
    let mut straight = form.clone();
    straight.to = Url::parse(&form.to.as_str().replace("/acs", "/arrive")).unwrap();
    let answer = from_elsewhere(&scene.house, &straight).await;
    assert_eq!(answer.status, axum::http::StatusCode::FORBIDDEN);
    assert!(!browser.is_signed_in().await);
}

#[tokio::test]
async fn attack_13_nobody_comes_without_having_been_sent_unless_that_is_allowed() {
    let scene = Scene::new().await;
    let mut browser = scene.house.browser();
    let to = format!("https://{ACCESS}/sign-in/directories/{}/acs", scene.id);
    let form = Form {
        fields: vec![("SAMLResponse".to_owned(), scene.idp.unasked(&to))],
        to: Url::parse(&to).unwrap(),
    };
    not_ours(&mut browser, &form).await;
}

#[tokio::test]
async fn attack_13_what_is_said_too_late_or_too_early_is_refused() {
    let scene = Scene::new().await;
    let (mut late, form) = scene.sent_back().await;
    scene.house.state.clock.advance(Duration::from_mins(8));
    let reason = scene.reason(&mut late, &form).await;
    assert_eq!(reason, "assertion_expired");
    let (mut early, form) = scene.sent_back().await;
    // The clock here is eight minutes fast: what is said now was said then.
    assert_eq!(scene.reason(&mut early, &form).await, "assertion_expired");
}

#[tokio::test]
async fn attack_13_what_was_encrypted_for_us_by_anybody_proves_nothing() {
    let scene = Scene::new().await;
    scene.idp.now(json!({"encrypt": "aes256-gcm", "sign": []}));
    let (mut browser, form) = scene.sent_back().await;
    assert_eq!(scene.reason(&mut browser, &form).await, "not_signed");
    scene
        .idp
        .now(json!({"encrypt": "aes128-cbc+rsa1_5", "sign": ["assertion"]}));
    let (mut browser, form) = scene.sent_back().await;
    let reason = scene.reason(&mut browser, &form).await;
    assert_eq!(reason, "assertion_not_decrypted", "RSA with PKCS #1 v1.5");
    let _: Value = scene.idp.now(json!({"encrypt": "aes256-cbc"}));
    let (mut browser, form) = scene.sent_back().await;
    for garbage in ["", "AAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="] {
        let text = text(&form);
        let document = roxmltree::Document::parse(&text).unwrap();
        let mut values = document
            .descendants()
            .filter(|node| node.tag_name().name() == "CipherValue");
        let last = values.next_back().unwrap().text().unwrap().to_owned();
        let changed = bringing(&form, &text.replace(&last, garbage));
        let reason = scene.reason(&mut browser, &changed).await;
        assert_eq!(reason, "assertion_not_decrypted", "{garbage}");
    }
}
