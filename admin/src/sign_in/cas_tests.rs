//! Signing in at a CAS server.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use config::id::DirectoryId;
use serde_json::json;

use super::oidc_tests::{callback, house_of_today, leave, parameters, refused, with};
use crate::directories::cas::testing::{CasServer, USER};
use crate::directories::cas::{CasSettings, CasVersion};
use crate::directories::probe::{DirectoryProbe, probe};
use crate::directories::sign_in::SignInTerms;
use crate::directories::{self, DirectoryDraft, Organisation, Source, UsedFor};
use crate::edit::Edit;
use crate::store::members;
use crate::store::testing::{TestStore, on_both_engines};
use crate::testing::{ACCESS, Answered, Browser, House, operator};

async fn connect(house: &House, name: &str, settings: CasSettings) -> DirectoryId {
    let permit = operator();
    let edit = Edit::begin(&house.state, &permit).await.unwrap();
    let draft = DirectoryDraft {
        name: name.to_owned(),
        used_for: UsedFor::SignIn,
        enabled: true,
        source: Source::Cas(settings),
        organisation: Organisation::default(),
        sign_in: SignInTerms {
            creates: true,
            trusts_mail: true,
            ..SignInTerms::default()
        },
        secret: None,
        secrets: std::collections::BTreeMap::default(),
    };
    directories::create(edit, draft).await.unwrap().id
}

pub(super) async fn connected(store: TestStore, cas: &CasServer) -> (House, DirectoryId) {
    let house = house_of_today(store).await;
    let id = connect(&house, "Staff", cas.settings()).await;
    (house, id)
}

/// As a CAS server tells it: without any cookie.
async fn logout(house: &House, id: &DirectoryId, body: String) -> Answered {
    let path = format!("/sign-in/directories/{id}/callback?state=of+the+service");
    let request =
        Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    house
        .browser()
        .send(ACCESS, request, Body::from(body))
        .await
}

fn told(request: &str) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("logoutRequest", request).finish()
}

#[tokio::test]
async fn whoever_signs_in_at_a_cas_server_is_signed_in_here_with_their_attributes() {
    let cas = CasServer::start().await;
    on_both_engines(async |store| {
        let (house, id) = connected(store, &cas).await;
        let two = CasSettings {
            version: CasVersion::Two,
            renew: true,
            ..cas.settings()
        };
        let two = connect(&house, "Version 2", two).await;
        for id in [&id, &id, &two] {
            let mut browser = house.browser();
            let there = leave(&mut browser, id).await;
            let back = cas.visit(&there).await;
            let answer = browser.open(back.as_str()).await;
            if *id == two {
                // The same person, of another directory: nobody says that they are one.
                assert_eq!(answer.status, StatusCode::FORBIDDEN);
                continue;
            }
            assert_eq!(answer.location(), "/account", "{}", answer.body);
            assert!(browser.is_signed_in().await);
        }
        let mut read = house.state.store.read().await.unwrap();
        let wang = members::find_by_username(&mut read, USER).await;
        let wang = wang.unwrap().unwrap();
        assert_eq!(wang.display_name, "王 <小明> & Co.");
        assert_eq!(wang.email.as_deref(), Some("wang@example.com"));
    })
    .await;
}

#[tokio::test]
async fn version_2_lets_people_in_by_the_user_that_the_server_names() {
    let cas = CasServer::start().await;
    let house = house_of_today(TestStore::sqlite().await).await;
    let mut settings = cas.settings();
    settings.version = CasVersion::Two;
    settings.attributes.key = String::new();
    settings.renew = true;
    let id = connect(&house, "Staff", settings).await;
    let mut browser = house.browser();
    let there = leave(&mut browser, &id).await;
    assert_eq!(parameters(&there)["renew"], "true");
    let back = cas.visit(&there).await;
    browser.open(back.as_str()).await;
    assert!(browser.is_signed_in().await);
}

#[tokio::test]
async fn a_server_that_is_to_ask_nobody_sends_strangers_back() {
    let cas = CasServer::start().await;
    let house = house_of_today(TestStore::sqlite().await).await;
    let settings = CasSettings {
        gateway: true,
        ..cas.settings()
    };
    let id = connect(&house, "Staff", settings).await;
    let mut browser = house.browser();
    let back = cas.visit(&leave(&mut browser, &id).await).await;
    let answer = browser.open(back.as_str()).await;
    assert_eq!(refused(&mut browser, &answer).await, "directory_refused");
    cas.ticket_for(&callback(&id)).await;
    let back = cas.visit(&leave(&mut browser, &id).await).await;
    browser.open(back.as_str()).await;
    assert!(browser.is_signed_in().await, "the server knows them now");
}

#[tokio::test]
async fn whoever_signs_out_there_is_signed_out_here() {
    let cas = CasServer::start().await;
    on_both_engines(async |store| {
        let (house, id) = connected(store, &cas).await;
        let mut browser = house.browser();
        let back = cas.visit(&leave(&mut browser, &id).await).await;
        browser.open(back.as_str()).await;
        let mut other = house.browser();
        let back = cas.visit(&leave(&mut other, &id).await).await;
        other.open(back.as_str()).await;
        let requests = cas.sign_out().await;
        assert_eq!(requests.len(), 2);
        let answer = logout(&house, &id, requests[0].clone()).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT);
        let open = (browser.is_signed_in().await, other.is_signed_in().await);
        assert!(open.0 != open.1, "one of the two: {open:?}");
        assert_eq!(
            house.log().await[0].1.as_deref(),
            Some("directory_ended_session")
        );
        logout(&house, &id, requests[1].clone()).await;
        assert!(!browser.is_signed_in().await && !other.is_signed_in().await);
    })
    .await;
}

#[tokio::test]
async fn attack_15_a_logout_that_is_forged_ends_nothing() {
    let cas = CasServer::start().await;
    on_both_engines(async |store| {
        let (house, id) = connected(store, &cas).await;
        let mut browser = house.browser();
        let back = cas.visit(&leave(&mut browser, &id).await).await;
        browser.open(back.as_str()).await;
        let ticket = parameters(&back)["ticket"].clone();
        let request = |session: &str| {
            format!(
                "<samlp:LogoutRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\">\
                 {session}</samlp:LogoutRequest>"
            )
        };
        let index = |ticket: &str| format!("<samlp:SessionIndex>{ticket}</samlp:SessionIndex>");
        let dtd = format!(
            "<!DOCTYPE x [<!ENTITY t '{ticket}'>]>{}",
            request(&index("&t;"))
        );
        let other = connect(&house, "Others", cas.settings()).await;
        for (of, forged) in [
            (&id, request(&index("ST-unknown"))),
            (&id, request(&index(""))),
            (&id, request("")),
            (&id, request(&index("%"))),
            (&id, request(&index("ST-unknown' OR '1'='1"))),
            (&id, dtd),
            (&other, request(&index(&ticket))),
        ] {
            logout(&house, of, told(&forged)).await;
            assert!(browser.is_signed_in().await, "{forged}");
        }
        logout(&house, &id, told(&request(&index(&ticket)))).await;
        assert!(!browser.is_signed_in().await, "and the ticket does");
    })
    .await;
}

/// What the browser shows as if it came back.
async fn shown(browser: &mut Browser<'_>, address: &url::Url) -> String {
    let answer = browser.open(address.as_str()).await;
    refused(browser, &answer).await
}

#[tokio::test]
async fn attack_15_a_ticket_for_another_service_or_another_sign_in_is_refused() {
    let cas = CasServer::start().await;
    on_both_engines(async |store| {
        let (house, id) = connected(store, &cas).await;
        let other = connect(&house, "Others", cas.settings()).await;
        let (mut own, mut eve) = (house.browser(), house.browser());
        let of_eve = cas.visit(&leave(&mut eve, &id).await).await;
        let there = leave(&mut own, &id).await;
        let back = cas.visit(&there).await;
        let elsewhere = cas.ticket_for(&callback(&other)).await;
        let without_state = cas.ticket_for(&callback(&id)).await;
        let foreign = parameters(&of_eve)["ticket"].clone();
        for ticket in [&elsewhere, &without_state, &foreign] {
            let forged = with(&back, "ticket", Some(ticket));
            assert_eq!(shown(&mut own, &forged).await, "ticket_refused");
        }
        let answer = own.open(of_eve.as_str()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert!(!own.is_signed_in().await);
        for odd in [None, Some(""), Some("PT-1"), Some("ST-1 2"), Some("ST-é")] {
            let forged = with(&back, "ticket", odd);
            let reason = shown(&mut own, &forged).await;
            assert_eq!(reason, "answer_without_ticket", "{odd:?}");
        }
        own.open(back.as_str()).await;
        assert!(own.is_signed_in().await, "its own is good");
    })
    .await;
}

#[tokio::test]
async fn attack_15_a_ticket_is_good_once() {
    let cas = CasServer::start().await;
    let (house, id) = connected(TestStore::sqlite().await, &cas).await;
    let mut browser = house.browser();
    let back = cas.visit(&leave(&mut browser, &id).await).await;
    let mut thief = browser.clone();
    browser.open(back.as_str()).await;
    assert!(browser.is_signed_in().await);
    assert_eq!(shown(&mut thief, &back).await, "ticket_refused");
}

#[tokio::test]
async fn attack_15_an_attribute_that_looks_like_xml_stays_text() {
    let cas = CasServer::start().await;
    cas.knows(&json!({
        "displayName": "x</cas:displayName><cas:uid>boss</cas:uid><cas:displayName>",
    }));
    let (house, id) = connected(TestStore::sqlite().await, &cas).await;
    let mut browser = house.browser();
    let back = cas.visit(&leave(&mut browser, &id).await).await;
    browser.open(back.as_str()).await;
    assert!(browser.is_signed_in().await);
    let mut read = house.state.store.read().await.unwrap();
    let wang = members::find_by_username(&mut read, USER).await.unwrap();
    assert!(
        wang.unwrap()
            .display_name
            .starts_with("x</cas:displayName>")
    );
}

#[tokio::test]
async fn a_server_is_tried_out_before_it_is_used() {
    let cas = CasServer::start().await;
    let (house, id) = connected(TestStore::sqlite().await, &cas).await;
    let found = async |url: &str, directory: Option<&DirectoryId>| {
        let settings = CasSettings {
            url: url.to_owned(),
            ..cas.settings()
        };
        let probed = DirectoryProbe {
            source: Source::Cas(settings),
            secret: None,
            secrets: std::collections::BTreeMap::default(),
            directory: directory.cloned(),
        };
        probe(&house.state, probed).await.unwrap()
    };
    let url = cas.settings().url;
    assert_eq!(found(&url, None).await.problem, None);
    assert_eq!(found(&url, Some(&id)).await.problem, None);
    for (url, why) in [
        (format!("{url}/login"), "nothing that CAS would say"),
        ("http://127.0.0.1:1/cas".to_owned(), "did not answer"),
    ] {
        let finding = found(&url, None).await;
        assert_eq!(finding.failed_at.as_deref(), Some("connect"));
        let told = finding.problem.unwrap().en;
        assert!(told.contains(why), "{told}");
    }
}
