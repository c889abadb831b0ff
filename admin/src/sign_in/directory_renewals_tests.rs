//! Who has left an OpenID provider is noticed without its telling.

use std::time::Duration;

use config::id::DirectoryId;
use serde_json::json;

use super::directory_renewals::round;
use super::oidc_tests::{USUAL, callback, connect, house_of_today, leave};
use crate::directories;
use crate::directories::oidc::testing::{Provider, settings};
use crate::directories::oidc::{OidcSettings, Renewed};
use crate::edit::Edit;
use crate::refused::Expected;
use crate::store::directory_renewals as rows;
use crate::store::testing::{TestStore, on_both_engines};
use crate::testing::{ACCESS, Browser, House, operator};

/// A little more than five minutes.
const LATER: Duration = Duration::from_secs(301);

async fn renewing(store: TestStore, op: &Provider) -> (House, DirectoryId) {
    let house = house_of_today(store).await;
    let scopes = ["openid", "profile", "email", "offline_access"];
    let settings = OidcSettings {
        renews_every_minutes: Some(5),
        scopes: scopes.map(str::to_owned).to_vec(),
        ..settings(&op.issuer)
    };
    let id = connect(&house, "Staff", settings).await;
    op.knows(&callback(&id), USUAL, "first");
    (house, id)
}

async fn signed_in<'a>(
    house: &'a House,
    (op, id): (&Provider, &DirectoryId),
    who: &str,
) -> Browser<'a> {
    let mut browser = house.browser();
    let back = op.visit(&leave(&mut browser, id).await, Some(who)).await;
    browser.open(back.as_str()).await;
    assert!(
        browser.is_signed_in().await,
        "{who} {:?}",
        house.log().await[0]
    );
    browser
}

async fn kept(house: &House) -> Vec<String> {
    let mut read = house.state.store.read().await.unwrap();
    let far = house.state.clock.now().plus(Duration::from_hours(1));
    let due = crate::store::directory_renewals::due(&mut read, far, 10).await;
    due.unwrap().into_iter().map(|one| one.token).collect()
}

#[tokio::test]
async fn attack_16_whoever_has_left_is_signed_out_by_the_next_renewal_and_nobody_else_is() {
    let op = Provider::start();
    on_both_engines(async |store| {
        let (house, id) = renewing(store, &op).await;
        let mut wang = signed_in(&house, (&op, &id), "wang").await;
        let mut eve = signed_in(&house, (&op, &id), "eve").await;
        let first = kept(&house).await;
        assert_eq!(first.len(), 2);
        assert!(!round(&house.state, "n1").await.unwrap());
        assert_eq!(kept(&house).await, first, "nothing is due");
        for _ in 0..2 {
            house.state.clock.advance(LATER);
            round(&house.state, "n1").await.unwrap();
            assert!(
                wang.is_signed_in().await,
                "the token that took its place is kept"
            );
            assert!(eve.is_signed_in().await);
        }
        assert!(
            kept(&house)
                .await
                .iter()
                .all(|token| !first.contains(token))
        );
        let sign_in = wang.session(ACCESS).await.unwrap().sign_in;
        op.forgets(&["wang"]);
        house.state.clock.advance(LATER);
        round(&house.state, "n2").await.unwrap();
        assert!(!wang.is_signed_in().await);
        assert!(eve.is_signed_in().await);
        assert!(house.is_told_over(&sign_in).await);
        let log = house.log().await;
        assert_eq!(log[0].1.as_deref(), Some("directory_withdrew"));
        assert_eq!(kept(&house).await.len(), 1);
        op.forgets(&[]);
    })
    .await;
}

#[tokio::test]
async fn one_node_asks_and_a_provider_that_is_away_ends_nothing() {
    let op = Provider::start();
    let (house, id) = renewing(TestStore::sqlite().await, &op).await;
    let mut wang = signed_in(&house, (&op, &id), "wang").await;
    round(&house.state, "n1").await.unwrap();
    op.forgets(&["wang"]);
    house.state.clock.advance(Duration::from_secs(80));
    round(&house.state, "n1").await.unwrap();
    house.state.clock.advance(Duration::from_secs(80));
    round(&house.state, "n1").await.unwrap();
    house.state.clock.advance(Duration::from_secs(80));
    round(&house.state, "n1").await.unwrap();
    house.state.clock.advance(Duration::from_secs(80));
    let before = kept(&house).await;
    round(&house.state, "n2").await.unwrap();
    assert!(wang.is_signed_in().await, "another node asks");
    assert_eq!(kept(&house).await, before);
    drop(op);
    round(&house.state, "n1").await.unwrap();
    assert!(wang.is_signed_in().await, "nobody says that they have left");
    assert_eq!(kept(&house).await, before);
}

#[tokio::test]
async fn nothing_is_kept_of_a_sign_in_that_is_over_or_where_nobody_is_asked() {
    let op = Provider::start();
    let (house, id) = renewing(TestStore::sqlite().await, &op).await;
    let mut wang = signed_in(&house, (&op, &id), "wang").await;
    wang.get(ACCESS, "/sign-out").await;
    wang.post(ACCESS, "/sign-out", &[]).await;
    round(&house.state, "n1").await.unwrap();
    let mut read = house.state.store.read().await.unwrap();
    let count = crate::store::directory_renewals::count(&mut read)
        .await
        .unwrap();
    assert_eq!(count, 0);
}

#[tokio::test]
async fn a_token_that_was_replaced_by_an_answer_which_nobody_heard_ends_nothing() {
    let op = Provider::start();
    let (house, id) = renewing(TestStore::sqlite().await, &op).await;
    let mut wang = signed_in(&house, (&op, &id), "wang").await;
    house.state.clock.advance(LATER);
    let now = house.state.clock.now();
    let mut tx = house.state.store.begin().await.unwrap();
    let due = rows::due(&mut tx, now, 10).await.unwrap();
    rows::note_asked(&mut tx, &due, now).await.unwrap();
    let whole = directories::whole(&mut tx, &id).await.unwrap();
    tx.commit().await.unwrap();
    let provider = directories::oidc_provider(&house.state, &whole).unwrap();
    let answer = provider.renew(&due[0].token, 5).await.unwrap();
    assert!(matches!(answer, Renewed::Still(next) if next.token != due[0].token));
    round(&house.state, "n1").await.unwrap();
    assert!(wang.is_signed_in().await);
    assert_eq!(
        kept(&house).await,
        Vec::<String>::new(),
        "nothing is asked by it any more"
    );
}

#[tokio::test]
async fn what_was_entrusted_to_one_provider_is_shown_to_no_other() {
    let op = Provider::start();
    let (house, id) = renewing(TestStore::sqlite().await, &op).await;
    signed_in(&house, (&op, &id), "wang").await;
    assert_eq!(kept(&house).await.len(), 1);
    let permit = operator();
    let edit = Edit::begin(&house.state, &permit).await.unwrap();
    let draft = json!({
        "name": "Staff", "used_for": "sign_in", "enabled": true, "secret": "another",
        "source": { "kind": "oidc", "issuer": "https://other.example.com", "client_id": "gatehouse" },
    });
    let draft = serde_json::from_value(draft).unwrap();
    directories::update(edit, &id, Expected::Any, draft)
        .await
        .unwrap();
    assert_eq!(kept(&house).await, Vec::<String>::new());
}
