//! Signing in at an identity provider of SAML.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use config::id::DirectoryId;
use serde_json::{Value, json};
use url::Url;

use super::oidc_tests::{house_of_today, leave, parameters, refused};
use crate::directories::probe::{DirectoryProbe, probe};
use crate::directories::saml::testing::{Form, IdentityProvider};
use crate::directories::saml::{SamlBinding, SamlNameFormat, SamlSettings};
use crate::directories::sign_in::SignInTerms;
use crate::directories::{self, DirectoryDraft, Organisation, Source, UsedFor};
use crate::edit::Edit;
use crate::refused::{Expected, Refused};
use crate::store::members;
use crate::store::testing::{TestStore, on_both_engines};
use crate::testing::{ACCESS, Answered, Browser, House, operator};

fn draft(name: &str, settings: SamlSettings) -> DirectoryDraft {
    DirectoryDraft {
        name: name.to_owned(),
        used_for: UsedFor::SignIn,
        enabled: true,
        source: Source::Saml(settings),
        organisation: Organisation::default(),
        sign_in: SignInTerms {
            creates: true,
            trusts_mail: true,
            trusts_second_factor: true,
            ..SignInTerms::default()
        },
        secret: None,
        secrets: std::collections::BTreeMap::default(),
    }
}

/// Connects a provider, and has it know us by our metadata.
pub(super) async fn connect(
    house: &House,
    idp: &IdentityProvider,
    settings: SamlSettings,
) -> DirectoryId {
    let permit = operator();
    let edit = Edit::begin(&house.state, &permit).await.unwrap();
    let made = directories::create(edit, draft("Staff", settings)).await;
    let id = made.unwrap().id;
    introduce(house, idp, &id).await;
    id
}

async fn introduce(house: &House, idp: &IdentityProvider, id: &DirectoryId) {
    let path = format!("/sign-in/directories/{id}/metadata");
    let metadata = house.browser().get(ACCESS, &path).await;
    idp.now(json!({"sp": metadata.body}));
}

pub(super) async fn connected(store: TestStore, idp: &IdentityProvider) -> (House, DirectoryId) {
    let house = house_of_today(store).await;
    let id = connect(&house, idp, idp.settings()).await;
    (house, id)
}

fn encoded(fields: &[(String, String)]) -> Body {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    Body::from(form.extend_pairs(fields).finish())
}

/// As a browser sends a form of another site: without our cookies, and it keeps none.
pub(super) async fn from_elsewhere(house: &House, form: &Form) -> Answered {
    let request = Request::post(form.to.path())
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ORIGIN, "https://idp.example.com")
        .header("sec-fetch-site", "cross-site");
    let mut stranger = house.browser();
    let answer = stranger.send(ACCESS, request, encoded(&form.fields)).await;
    assert!(!answer.headers.contains_key(header::SET_COOKIE));
    answer
}

/// The browser brings what the provider had it bring.
pub(super) async fn bring(browser: &mut Browser<'_>, form: &Form) -> Answered {
    let page = from_elsewhere(browser.house, form).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let again = IdentityProvider::form_on(&page.body);
    assert_eq!(again.field("SAMLResponse"), form.field("SAMLResponse"));
    let request = Request::post(again.to.path())
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ORIGIN, format!("https://{ACCESS}"))
        .header("sec-fetch-site", "same-origin");
    browser.send(ACCESS, request, encoded(&again.fields)).await
}

async fn sign_in(browser: &mut Browser<'_>, idp: &IdentityProvider, id: &DirectoryId) -> Answered {
    let there = leave(browser, id).await;
    let form = idp.visit(&there).await;
    bring(browser, &form).await
}

#[tokio::test]
async fn whoever_signs_in_there_is_signed_in_here_and_is_the_same_person_the_next_time() {
    let idp = IdentityProvider::start();
    on_both_engines(async |store| {
        let (house, id) = connected(store, &idp).await;
        for _ in 0..2 {
            let mut browser = house.browser();
            let there = leave(&mut browser, &id).await;
            assert!(parameters(&there)["RelayState"].len() <= 80);
            let form = idp.visit(&there).await;
            let answer = bring(&mut browser, &form).await;
            assert_eq!(
                answer.status,
                StatusCode::SEE_OTHER,
                "{:?}",
                house.log().await[0]
            );
            assert_eq!(answer.location(), "/account");
            assert!(browser.is_signed_in().await);
        }
        let mut read = house.state.store.read().await.unwrap();
        let wang = members::find_by_username(&mut read, "wang").await;
        let wang = wang.unwrap().unwrap();
        assert_eq!(wang.display_name, "王 <小明> & Co.");
        assert_eq!(wang.email.as_deref(), Some("wang@example.com"));
    })
    .await;
}

#[tokio::test]
async fn each_way_to_sign_and_to_encrypt_works() {
    let idp = IdentityProvider::start();
    let (house, id) = connected(TestStore::sqlite().await, &idp).await;
    for (sign, encrypt) in [
        (json!(["response"]), ""),
        (json!(["response", "assertion"]), ""),
        (json!(["assertion"]), "aes128-cbc"),
        (json!(["assertion"]), "aes256-cbc"),
        (json!(["assertion"]), "aes256-gcm"),
        (json!(["assertion"]), "des3"),
        (json!(["response"]), "aes128-gcm"),
        (json!(["response", "assertion"]), "aes256-gcm"),
    ] {
        idp.now(json!({"sign": sign, "encrypt": encrypt}));
        let mut browser = house.browser();
        sign_in(&mut browser, &idp, &id).await;
        let log = house.log().await;
        assert!(
            browser.is_signed_in().await,
            "{sign} {encrypt} {:?}",
            log[0]
        );
    }
}

#[tokio::test]
async fn requests_go_by_address_or_by_form_and_are_signed_unless_that_is_not_wanted() {
    let idp = IdentityProvider::start();
    let house = house_of_today(TestStore::sqlite().await).await;
    for (binding, sign_requests) in [
        (SamlBinding::Redirect, true),
        (SamlBinding::Post, true),
        (SamlBinding::Redirect, false),
        (SamlBinding::Post, false),
    ] {
        let settings = SamlSettings {
            binding,
            sign_requests,
            force_authn: true,
            name_format: SamlNameFormat::Persistent,
            ..idp.settings()
        };
        let permit = operator();
        let edit = Edit::begin(&house.state, &permit).await.unwrap();
        let draft = draft(&format!("{binding:?} {sign_requests}"), settings);
        let id = directories::create(edit, draft).await.unwrap().id;
        introduce(&house, &idp, &id).await;
        idp.now(
            json!({"wants_signed": sign_requests, "user": format!("{binding:?}{sign_requests}")}),
        );
        let mut browser = house.browser();
        browser.get(ACCESS, "/sign-in").await;
        let start = format!("/sign-in/directories/{id}?to=%2Faccount");
        let page = browser.get(ACCESS, &start).await;
        let form = match binding {
            SamlBinding::Redirect => idp.visit(&Url::parse(page.location()).unwrap()).await,
            SamlBinding::Post => {
                let policy = page.headers["content-security-policy"].to_str().unwrap();
                assert!(policy.contains(idp.at()), "{policy}");
                idp.visit_by_form(&IdentityProvider::form_on(&page.body))
                    .await
            }
        };
        bring(&mut browser, &form).await;
        assert!(browser.is_signed_in().await, "{:?}", house.log().await[0]);
        let asked = &idp.now(json!({}))["asked"][0];
        assert_eq!(asked["force"], "true");
        assert!(asked["format"].as_str().unwrap().ends_with("persistent"));
    }
}

#[tokio::test]
async fn people_are_known_by_the_attribute_that_was_chosen_where_their_name_is_another_each_time() {
    let idp = IdentityProvider::start();
    let house = house_of_today(TestStore::sqlite().await).await;
    let mut settings = idp.settings();
    settings.name_format = SamlNameFormat::Transient;
    settings.attributes.key = "uid".to_owned();
    settings.attributes.username = "urn:oid:0.9.2342.19200300.100.1.1".to_owned();
    settings.second_factor = vec!["https://refeds.org/profile/mfa".to_owned()];
    let id = connect(&house, &idp, settings).await;
    let transient = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
    idp.now(json!({"format": transient, "user": "wang"}));
    let mut browser = house.browser();
    sign_in(&mut browser, &idp, &id).await;
    assert!(browser.is_signed_in().await, "{:?}", house.log().await[0]);
    for several in [json!(["wang", "boss"]), json!(null)] {
        idp.now(json!({"attributes": {"uid": several}}));
        let mut browser = house.browser();
        let answer = sign_in(&mut browser, &idp, &id).await;
        assert_eq!(
            refused(&mut browser, &answer).await,
            "username_attribute_missing"
        );
    }
}

#[tokio::test]
async fn what_the_provider_says_of_a_failure_is_told() {
    let idp = IdentityProvider::start();
    let (house, id) = connected(TestStore::sqlite().await, &idp).await;
    idp.now(json!({"fail": true}));
    let mut browser = house.browser();
    let answer = sign_in(&mut browser, &idp, &id).await;
    assert!(answer.body.contains("AuthnFailed"), "{}", answer.body);
    assert_eq!(refused(&mut browser, &answer).await, "directory_refused");
}

#[tokio::test]
async fn new_certificates_are_followed_and_broken_metadata_leaves_the_last_good() {
    let idp = IdentityProvider::start();
    on_both_engines(async |store| {
        idp.now(json!({"key": "first", "published": null}));
        let (house, id) = connected(store, &idp).await;
        let minute = std::time::Duration::from_secs(31);
        let is_let_in = async || {
            let mut browser = house.browser();
            sign_in(&mut browser, &idp, &id).await;
            house.state.clock.advance(minute);
            browser.is_signed_in().await
        };
        assert!(is_let_in().await);
        idp.now(json!({"key": "second"}));
        assert!(
            is_let_in().await,
            "a new one is fetched when it is first seen"
        );
        for broken in ["", "<html>", "<!DOCTYPE x><x/>"] {
            idp.now(json!({"published": broken}));
            assert!(is_let_in().await, "{broken}");
        }
        // A node that starts now has nothing in memory.
        let fresh = crate::directories::saml::Idps::default();
        let Source::Saml(settings) =
            directories::whole(&mut house.state.store.read().await.unwrap(), &id)
                .await
                .unwrap()
                .source
        else {
            panic!()
        };
        assert!(fresh.known(&house.state, (&id, &settings)).await.is_ok());
        idp.now(json!({"key": "first"}));
        assert!(!is_let_in().await, "a key that nobody was told of");
    })
    .await;
}

#[tokio::test]
async fn our_next_key_signs_when_it_is_its_turn_and_not_before() {
    let idp = IdentityProvider::start();
    let (house, id) = connected(TestStore::sqlite().await, &idp).await;
    let permit = operator();
    let move_to = async |generation: u32| {
        let edit = Edit::begin(&house.state, &permit).await.unwrap();
        let settings = SamlSettings {
            key_generation: generation,
            ..idp.settings()
        };
        directories::update(edit, &id, Expected::Any, draft("Staff", settings)).await
    };
    assert!(matches!(move_to(2).await, Err(Refused::Invalid(_))));
    move_to(1).await.unwrap();
    // The provider knows both keys from before; what it encrypts is for the former one.
    idp.now(json!({"encrypt": "aes256-gcm"}));
    let mut browser = house.browser();
    sign_in(&mut browser, &idp, &id).await;
    assert!(browser.is_signed_in().await, "{:?}", house.log().await[0]);
}

#[tokio::test]
async fn whoever_comes_without_having_been_sent_is_asked_where_that_is_allowed() {
    let idp = IdentityProvider::start();
    on_both_engines(async |store| {
        let house = house_of_today(store).await;
        let settings = SamlSettings {
            idp_initiated: true,
            ..idp.settings()
        };
        let id = connect(&house, &idp, settings).await;
        let to = Url::parse(&format!("https://{ACCESS}/sign-in/directories/{id}/acs")).unwrap();
        let form = Form {
            fields: vec![
                ("SAMLResponse".to_owned(), idp.unasked(to.as_str())),
                ("RelayState".to_owned(), "/account".to_owned()),
            ],
            to,
        };
        let mut browser = house.browser();
        let page = bring(&mut browser, &form).await;
        assert!(
            page.body.contains("wants to sign you in as"),
            "{}",
            page.body
        );
        assert!(
            !browser.is_signed_in().await,
            "nobody has said that they want to"
        );
        let mut again = house.browser();
        let page = bring(&mut again, &form).await;
        let question = page.body.clone();
        let question = crate::testing::between(&question, "name=\"question\" value=\"", "\"");
        let confirm = format!("/sign-in/directories/{id}/confirm");
        let answer = again
            .post(ACCESS, &confirm, &[("question", question)])
            .await;
        assert_eq!(answer.location(), "/account", "{}", answer.body);
        assert!(again.is_signed_in().await);
        // What was said counts once, wherever it is brought.
        let mut thief = house.browser();
        let page = bring(&mut thief, &form).await.body;
        let question = crate::testing::between(&page, "name=\"question\" value=\"", "\"");
        let answer = thief
            .post(ACCESS, &confirm, &[("question", question)])
            .await;
        assert_eq!(refused(&mut thief, &answer).await, "said_before");
    })
    .await;
}

#[tokio::test]
async fn a_provider_is_tried_out_before_it_is_used() {
    let idp = IdentityProvider::start();
    let (house, _) = connected(TestStore::sqlite().await, &idp).await;
    let found = async |settings: Value| {
        let probed = DirectoryProbe {
            source: Source::Saml(serde_json::from_value(settings).unwrap()),
            secret: None,
            secrets: std::collections::BTreeMap::default(),
            directory: None,
        };
        probe(&house.state, probed).await.unwrap()
    };
    let url = idp.metadata_url();
    assert_eq!(found(json!({"metadata_url": url})).await.problem, None);
    for (settings, why) in [
        (
            json!({"metadata_url": format!("{}/other", idp.at())}),
            "answered with 500",
        ),
        (
            json!({"metadata_url": url, "entity_id": "https://other"}),
            "no such SAML 2.0",
        ),
        (
            json!({"metadata_url": "http://127.0.0.1:1/"}),
            "did not answer",
        ),
    ] {
        let finding = found(settings).await;
        assert_eq!(finding.failed_at.as_deref(), Some("connect"));
        let told = finding.problem.unwrap().en;
        assert!(told.contains(why), "{told}");
    }
}
