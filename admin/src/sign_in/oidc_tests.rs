//! Signing in at a certified OpenID provider.

use std::collections::HashMap;
use std::time::Duration;

use axum::http::StatusCode;
use config::Timestamp;
use config::id::DirectoryId;
use url::Url;

use crate::directories::oidc::testing::{Client, Provider, SECRET, settings};
use crate::directories::oidc::{ClientAuthentication, OidcSettings};
use crate::directories::probe::{DirectoryProbe, probe};
use crate::directories::sign_in::SignInTerms;
use crate::directories::{self, DirectoryDraft, MatchBy, Organisation, Source, UsedFor};
use crate::edit::Edit;
use crate::store::members;
use crate::store::testing::{TestStore, on_both_engines};
use crate::testing::{ACCESS, Answered, Browser, House, operator};

const USUAL: Client = (ClientAuthentication::SecretBasic, "RS256");

/// A house whose clock shows the time that others have.
pub(super) async fn house_of_today(store: TestStore) -> House {
    let house = House::new(store).await;
    let today = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    let Timestamp(then) = house.state.clock.now();
    let then = Duration::from_millis(u64::try_from(then).unwrap());
    house.state.clock.advance(today.saturating_sub(then));
    house
}

/// Connects a provider in which people come in who are not known yet.
pub(super) async fn connect(house: &House, name: &str, settings: OidcSettings) -> DirectoryId {
    let permit = operator();
    let edit = Edit::begin(&house.state, &permit).await.unwrap();
    let draft = DirectoryDraft {
        name: name.to_owned(),
        used_for: UsedFor::SignIn,
        enabled: true,
        source: Source::Oidc(settings),
        organisation: Organisation::default(),
        sign_in: SignInTerms {
            creates: true,
            trusts_mail: true,
            trusts_second_factor: true,
            match_by: MatchBy::VerifiedEmail,
            ..SignInTerms::default()
        },
        secret: Some(SECRET.to_owned()),
        secrets: std::collections::BTreeMap::default(),
    };
    directories::create(edit, draft).await.unwrap().id
}

pub(super) fn callback(id: &DirectoryId) -> String {
    format!("https://{ACCESS}/sign-in/directories/{id}/callback")
}

/// Where the browser is sent to.
pub(super) async fn leave(browser: &mut Browser<'_>, id: &DirectoryId) -> Url {
    browser.get(ACCESS, "/sign-in?to=%2Faccount").await;
    let start = format!("/sign-in/directories/{id}?to=%2Faccount");
    let answer = browser.get(ACCESS, &start).await;
    Url::parse(answer.location()).unwrap()
}

pub(super) fn parameters(address: &Url) -> HashMap<String, String> {
    address.query_pairs().into_owned().collect()
}

/// The address with one parameter changed, or left out.
pub(super) fn with(address: &Url, name: &str, value: Option<&str>) -> Url {
    let mut changed = address.clone();
    let others = address.query_pairs().filter(|(other, _)| other != name);
    let value = value.map(|value| (name.into(), value.into()));
    changed
        .query_pairs_mut()
        .clear()
        .extend_pairs(others.chain(value));
    changed
}

/// That the browser was not let in, and what the log says of it.
pub(super) async fn refused(browser: &mut Browser<'_>, answer: &Answered) -> String {
    assert!(!browser.is_signed_in().await);
    assert_ne!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let log = browser.house.log().await;
    log[0].1.clone().unwrap()
}

async fn connected(store: TestStore, op: &Provider) -> (House, DirectoryId) {
    let house = house_of_today(store).await;
    let id = connect(&house, "Staff", settings(&op.issuer)).await;
    op.knows(&callback(&id), USUAL, "first");
    (house, id)
}

#[tokio::test]
async fn whoever_signs_in_there_is_signed_in_here_and_is_the_same_person_the_next_time() {
    let op = Provider::start();
    on_both_engines(async |store| {
        let (house, id) = connected(store, &op).await;
        for _ in 0..2 {
            let mut browser = house.browser();
            let page = browser.get(ACCESS, "/sign-in").await.body;
            assert!(page.contains("Sign in with Staff"), "{page}");
            let there = leave(&mut browser, &id).await;
            let back = op.visit(&there, Some("wang")).await;
            let answer = browser.open(back.as_str()).await;
            assert_eq!(answer.location(), "/account", "{}", answer.body);
            assert!(browser.is_signed_in().await);
        }
        let mut read = house.state.store.read().await.unwrap();
        let wang = members::find_by_username(&mut read, "wang").await;
        let wang = wang.unwrap().unwrap();
        assert_eq!(wang.display_name, "Name of wang");
        assert_eq!(wang.email.as_deref(), Some("wang@example.com"));
    })
    .await;
}

#[tokio::test]
async fn attack_11_an_address_that_the_provider_did_not_verify_is_not_taken_over() {
    let op = Provider::start();
    let (house, id) = connected(TestStore::sqlite().await, &op).await;
    let mut browser = house.browser();
    let there = leave(&mut browser, &id).await;
    let back = op.visit(&there, Some("unverified")).await;
    browser.open(back.as_str()).await;
    assert!(browser.is_signed_in().await);
    let mut read = house.state.store.read().await.unwrap();
    let member = members::find_by_username(&mut read, "unverified").await;
    assert_eq!(member.unwrap().unwrap().email, None);
}

#[tokio::test]
async fn each_way_to_say_who_we_are_and_each_kind_of_signature_works() {
    let op = Provider::start();
    let house = house_of_today(TestStore::sqlite().await).await;
    for client in [
        (ClientAuthentication::SecretBasic, "PS256"),
        (ClientAuthentication::SecretPost, "ES256"),
        (ClientAuthentication::None, "EdDSA"),
    ] {
        let settings = OidcSettings {
            authentication: client.0,
            ..settings(&op.issuer)
        };
        let id = connect(&house, &format!("{client:?}"), settings).await;
        op.knows(&callback(&id), client, "first");
        let mut browser = house.browser();
        let there = leave(&mut browser, &id).await;
        let back = op.visit(&there, Some(client.1)).await;
        let answer = browser.open(back.as_str()).await;
        assert!(browser.is_signed_in().await, "{client:?} {}", answer.body);
    }
}

#[tokio::test]
async fn a_new_key_of_the_provider_is_fetched_when_it_is_first_seen() {
    let op = Provider::start();
    let (house, id) = connected(TestStore::sqlite().await, &op).await;
    for key in ["first", "second", "third"] {
        op.knows(&callback(&id), USUAL, key);
        let mut browser = house.browser();
        let there = leave(&mut browser, &id).await;
        let back = op.visit(&there, Some("wang")).await;
        browser.open(back.as_str()).await;
        assert!(browser.is_signed_in().await, "{key}");
        house.state.clock.advance(Duration::from_secs(11));
    }
}

#[tokio::test]
async fn whoever_does_not_want_to_is_not_signed_in() {
    let op = Provider::start();
    let (house, id) = connected(TestStore::sqlite().await, &op).await;
    let mut browser = house.browser();
    let there = leave(&mut browser, &id).await;
    let back = op.visit(&there, None).await;
    assert_eq!(parameters(&back)["error"], "access_denied");
    let answer = browser.open(back.as_str()).await;
    assert_eq!(refused(&mut browser, &answer).await, "directory_refused");
}

#[tokio::test]
async fn attack_14_a_missing_changed_or_foreign_state_is_refused() {
    let op = Provider::start();
    on_both_engines(async |store| {
        let (house, id) = connected(store, &op).await;
        let (mut theirs, mut own) = (house.browser(), house.browser());
        let back = op.visit(&leave(&mut theirs, &id).await, Some("eve")).await;
        let own_back = op.visit(&leave(&mut own, &id).await, Some("wang")).await;
        let state = &parameters(&own_back)["state"];
        let last = if state.ends_with('A') { 'B' } else { 'A' };
        let changed = format!("{}{last}", &state[..state.len() - 1]);
        for forged in [
            back,
            with(&own_back, "state", None),
            with(&own_back, "state", Some("")),
            with(&own_back, "state", Some(&changed)),
        ] {
            let answer = own.open(forged.as_str()).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{forged}");
            assert!(!own.is_signed_in().await, "{forged}");
        }
        own.open(own_back.as_str()).await;
        assert!(own.is_signed_in().await, "its own is good");
    })
    .await;
}

#[tokio::test]
async fn attack_14_a_code_of_another_sign_in_is_refused_for_its_pkce_challenge() {
    let op = Provider::start();
    let (house, id) = connected(TestStore::sqlite().await, &op).await;
    let (mut eve, mut own) = (house.browser(), house.browser());
    let of_eve = op.visit(&leave(&mut eve, &id).await, Some("eve")).await;
    let back = op.visit(&leave(&mut own, &id).await, Some("wang")).await;
    let forged = with(&back, "code", Some(&parameters(&of_eve)["code"]));
    let answer = own.open(forged.as_str()).await;
    assert_eq!(refused(&mut own, &answer).await, "code_refused");
}

#[tokio::test]
async fn attack_14_a_code_is_good_once() {
    let op = Provider::start();
    let (house, id) = connected(TestStore::sqlite().await, &op).await;
    let mut browser = house.browser();
    let back = op
        .visit(&leave(&mut browser, &id).await, Some("wang"))
        .await;
    let mut thief = browser.clone();
    browser.open(back.as_str()).await;
    assert!(browser.is_signed_in().await);
    let answer = thief.open(back.as_str()).await;
    assert_eq!(refused(&mut thief, &answer).await, "code_refused");
}

#[tokio::test]
async fn attack_14_the_answer_of_one_provider_is_not_taken_for_that_of_another() {
    let (honest, evil) = (Provider::start(), Provider::start());
    let house = house_of_today(TestStore::sqlite().await).await;
    let of_honest = connect(&house, "Honest", settings(&honest.issuer)).await;
    let of_evil = connect(&house, "Evil", settings(&evil.issuer)).await;
    honest.knows(&callback(&of_honest), USUAL, "first");
    evil.knows(&callback(&of_evil), USUAL, "first");
    let mut browser = house.browser();
    let there = leave(&mut browser, &of_honest).await;
    let back = honest.visit(&there, Some("wang")).await;
    let there = leave(&mut browser, &of_evil).await;
    let of_other = evil.visit(&there, Some("wang")).await;
    let (iss, code) = (
        &parameters(&of_other)["iss"],
        &parameters(&of_other)["code"],
    );
    let mut elsewhere = back.clone();
    elsewhere.set_path(of_other.path());
    let answer = browser.open(elsewhere.as_str()).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(refused(&mut browser, &answer).await, "not_for_this_sign_in");
    for (forged, reason) in [
        (with(&back, "iss", Some(iss)), "answer_of_another_issuer"),
        (with(&back, "iss", None), "answer_without_issuer"),
        (with(&back, "code", Some(code)), "code_refused"),
    ] {
        let answer = browser.open(forged.as_str()).await;
        assert_eq!(refused(&mut browser, &answer).await, reason, "{forged}");
    }
    browser.open(back.as_str()).await;
    assert!(browser.is_signed_in().await, "what it said itself is good");
}

#[tokio::test]
async fn a_provider_is_tried_out_before_it_is_used() {
    let op = Provider::start();
    let (house, _) = connected(TestStore::sqlite().await, &op).await;
    let found = async |issuer: &str| {
        let probed = DirectoryProbe {
            source: Source::Oidc(settings(issuer)),
            secret: None,
            secrets: std::collections::BTreeMap::default(),
            directory: None,
        };
        probe(&house.state, probed).await.unwrap()
    };
    assert_eq!(found(&op.issuer).await.problem, None);
    let other_name = format!("{}/", op.issuer);
    for (issuer, why) in [
        (other_name.as_str(), "calls itself"),
        ("http://127.0.0.1:1", "did not answer"),
    ] {
        let finding = found(issuer).await;
        assert_eq!(finding.failed_at.as_deref(), Some("connect"));
        let told = finding.problem.unwrap().en;
        assert!(told.contains(why), "{told}");
    }
}
