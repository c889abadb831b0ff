//! Signing in by Feishu.

use axum::http::StatusCode;
use config::id::DirectoryId;
use serde_json::json;
use url::Url;

use super::oidc_tests::{leave, parameters, refused, with};
use crate::directories::feishu::testing::CloudServer;
use crate::directories::testing::Visitor;
use crate::store::testing::{TestStore, on_both_engines};
use crate::sync::testing::take_over;
use crate::testing::{ACCESS, House};

async fn connected(store: TestStore) -> (CloudServer, House, DirectoryId) {
    let server = CloudServer::start().await;
    server.cloud.department("od-1", "0", json!({}));
    let mail = json!({"enterprise_email": "wang@example.com"});
    server.cloud.person("on_wang", &["od-1"], mail);
    server.cloud.sits_there("on_wang", None);
    let house = House::new(store).await;
    let id = server.connect(&house).await;
    take_over(&house, &id).await;
    (server, house, id)
}

async fn visit(server: &CloudServer, there: &Url) -> Url {
    Visitor::at(&server.at).get(there).await.away()
}

#[tokio::test]
async fn whoever_is_known_there_is_signed_in_here() {
    on_both_engines(async |store| {
        let (server, house, id) = connected(store).await;
        let mut browser = house.browser();
        let there = leave(&mut browser, &id).await;
        let asked = parameters(&there);
        assert_eq!(asked["code_challenge_method"], "S256");
        let answer = browser.open(visit(&server, &there).await.as_str()).await;
        assert_eq!(answer.location(), "/account", "{}", answer.body);
        assert!(browser.is_signed_in().await);
    })
    .await;
}

#[tokio::test]
async fn inside_of_feishu_nobody_has_to_choose_and_a_refusal_leaves_other_ways_open() {
    let (server, house, id) = connected(TestStore::sqlite().await).await;
    let mut browser = house.browser();
    browser.user_agent = "Mozilla/5.0 (Macintosh) Chrome/130.0 Lark/7.30 LarkLocale/zh_CN";
    let page = browser.get(ACCESS, "/sign-in?to=%2Faccount").await;
    let onward = format!("/sign-in/directories/{id}?to=%2Faccount");
    assert_eq!(page.location(), onward);
    let there = browser.open(&onward).await;
    let there = Url::parse(there.location()).unwrap();
    server
        .cloud
        .sits_there("on_wang", Some("tenant of somebody else"));
    let back = visit(&server, &there).await;
    let refused = browser.open(back.as_str()).await;
    let again = crate::testing::between(&refused.body, "href=\"/sign-in?", "\"");
    let again = again.replace("&amp;", "&").replace("&#38;", "&");
    let page = browser.get(ACCESS, &format!("/sign-in?{again}")).await;
    assert_eq!(
        page.status,
        StatusCode::OK,
        "it does not go round in circles"
    );
    server.cloud.sits_there("on_wang", None);
    let there = browser.open(&onward).await;
    let there = Url::parse(there.location()).unwrap();
    browser.open(visit(&server, &there).await.as_str()).await;
    assert!(browser.is_signed_in().await);
}

#[tokio::test]
async fn attack_14_people_of_another_company_are_told_so_and_not_let_in() {
    on_both_engines(async |store| {
        let (server, house, id) = connected(store).await;
        server
            .cloud
            .sits_there("on_wang", Some("tenant of somebody else"));
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
    }
    // Her code under his state: PKCE keeps them apart.
    let code = parameters(&of_eve)["code"].clone();
    let mixed = with(&back, "code", Some(&code));
    own.open(mixed.as_str()).await;
    assert!(!own.is_signed_in().await);
    let fresh = visit(&server, &leave(&mut own, &id).await).await;
    own.open(fresh.as_str()).await;
    assert!(own.is_signed_in().await);
    own.get(ACCESS, "/sign-out").await;
    own.post(ACCESS, "/sign-out", &[]).await;
    let again = own.open(fresh.as_str()).await;
    refused(&mut own, &again).await;
}
