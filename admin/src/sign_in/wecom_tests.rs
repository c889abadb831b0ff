//! Signing in by WeCom.

use axum::http::StatusCode;
use config::id::DirectoryId;
use serde_json::json;
use url::Url;

use super::oidc_tests::{leave, parameters, refused, with};
use crate::directories::testing::Visitor;
use crate::directories::wecom::testing::CloudServer;
use crate::store::testing::{TestStore, on_both_engines};
use crate::sync::testing::take_over;
use crate::testing::{ACCESS, House};

async fn connected(store: TestStore) -> (CloudServer, House, DirectoryId) {
    let server = CloudServer::start().await;
    server.cloud.department(1, 0, json!({}));
    server.cloud.department(2, 1, json!({}));
    server.cloud.person("WangWei", &[2], json!({}));
    server.cloud.person("Other", &[2], json!({}));
    server.cloud.sits_there("wangwei");
    let house = House::new(store).await;
    let id = server.connect(&house).await;
    take_over(&house, &id).await;
    (server, house, id)
}

async fn visit(server: &CloudServer, there: &Url) -> Url {
    Visitor::at(&server.at).get(there).await.away()
}

#[tokio::test]
async fn whoever_scans_the_code_is_signed_in_however_their_userid_is_written() {
    on_both_engines(async |store| {
        let (server, house, id) = connected(store).await;
        let mut browser = house.browser();
        let there = leave(&mut browser, &id).await;
        assert_eq!(there.path(), "/wwlogin/sso/login");
        let word = parameters(&there)["state"].clone();
        assert!(word.len() <= 128 && word.chars().all(|c| c.is_ascii_alphanumeric()));
        let answer = browser.open(visit(&server, &there).await.as_str()).await;
        assert_eq!(answer.location(), "/account", "{}", answer.body);
        assert!(browser.is_signed_in().await);
    })
    .await;
}

#[tokio::test]
async fn inside_of_wecom_nobody_has_to_choose() {
    let (server, house, id) = connected(TestStore::sqlite().await).await;
    let mut browser = house.browser();
    browser.user_agent = "Mozilla/5.0 (Linux; Android 14) MicroMessenger/7.0.1 wxwork/4.1.30";
    let page = browser.get(ACCESS, "/sign-in?to=%2Faccount").await;
    let onward = format!("/sign-in/directories/{id}?to=%2Faccount");
    assert_eq!(page.location(), onward);
    let there = browser.open(&onward).await;
    let there = Url::parse(there.location()).unwrap();
    assert_eq!(there.path(), "/connect/oauth2/authorize");
    assert_eq!(there.fragment(), Some("wechat_redirect"));
    browser.open(visit(&server, &there).await.as_str()).await;
    assert!(browser.is_signed_in().await);
}

#[tokio::test]
async fn attack_14_whoever_is_no_member_is_told_so_and_not_let_in() {
    on_both_engines(async |store| {
        let (server, house, id) = connected(store).await;
        server.cloud.a_stranger_sits_there();
        let mut browser = house.browser();
        let there = leave(&mut browser, &id).await;
        let answer = browser.open(visit(&server, &there).await.as_str()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(answer.body.contains("another company"), "{}", answer.body);
        let reason = refused(&mut browser, &answer).await;
        assert_eq!(reason, "of_another_company");
    })
    .await;
}

#[tokio::test]
async fn whoever_is_disabled_there_does_not_come_in() {
    let (server, house, id) = connected(TestStore::sqlite().await).await;
    server.cloud.person("WangWei", &[2], json!({"status": 2}));
    let mut browser = house.browser();
    let there = leave(&mut browser, &id).await;
    let answer = browser.open(visit(&server, &there).await.as_str()).await;
    refused(&mut browser, &answer).await;
}

#[tokio::test]
async fn attack_14_a_code_counts_once_and_only_in_the_browser_that_asked() {
    let (server, house, id) = connected(TestStore::sqlite().await).await;
    let (mut own, mut eve) = (house.browser(), house.browser());
    let back = visit(&server, &leave(&mut own, &id).await).await;
    let of_eve = visit(&server, &leave(&mut eve, &id).await).await;
    for forged in [
        with(&back, "state", None),
        with(&back, "state", Some("x")),
        of_eve.clone(),
    ] {
        let answer = own.open(forged.as_str()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{forged}");
        assert!(!own.is_signed_in().await);
    }
    own.open(back.as_str()).await;
    assert!(own.is_signed_in().await);
    own.get(ACCESS, "/sign-out").await;
    own.post(ACCESS, "/sign-out", &[]).await;
    let again = own.open(back.as_str()).await;
    refused(&mut own, &again).await;
}

#[tokio::test]
async fn two_sign_ins_of_one_browser_do_not_mix() {
    let (server, house, id) = connected(TestStore::sqlite().await).await;
    let mut browser = house.browser();
    let first = leave(&mut browser, &id).await;
    let second = leave(&mut browser, &id).await;
    assert_ne!(parameters(&first)["state"], parameters(&second)["state"]);
    let answer = browser.open(visit(&server, &first).await.as_str()).await;
    assert_eq!(answer.location(), "/account", "{}", answer.body);
}
