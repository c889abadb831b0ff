//! What those who are turned away are told.

use crate::support::applications::{application, public};
use crate::support::client::{get, request, send};
use crate::support::gatehouse::{ACCESS, Builder, Gatehouse};
use crate::support::origin::Origin;
use config::access_event::Outcome;
use config::snapshot::Access;
use config::snapshot::Application;

const WIKI: &str = "wiki.example.com";
const HTML: (&str, &str) = ("Accept", "text/html,*/*;q=0.8");
const CHINESE: (&str, &str) = ("Accept-Language", "zh-CN,zh;q=0.9,en;q=0.8");

async fn private() -> (Origin, Gatehouse) {
    let origin = Origin::saying("hello").await;
    let gatehouse = Gatehouse::before(vec![application(WIKI, origin.address)]).await;
    (origin, gatehouse)
}

#[tokio::test]
async fn a_person_who_is_not_signed_in_is_led_to_sign_in() {
    let (origin, mut gatehouse) = private().await;
    let answer = get(gatehouse.address, WIKI, "/a?b=c", &[HTML]).await;
    assert_eq!(answer.status, 302);
    assert_eq!(
        answer.header("location"),
        Some("/.gatehouse/start?return=/a%3Fb%3Dc")
    );
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert!(origin.received().is_empty());
    let event = gatehouse.event().await;
    assert_eq!(event.outcome, Outcome::Denied("sign_in_required".into()));
    assert_eq!(event.status, 302);
}

#[tokio::test]
async fn a_program_that_is_not_signed_in_is_told_so_and_led_nowhere() {
    let (_origin, gatehouse) = private().await;
    let scripted = [HTML, ("Sec-Fetch-Mode", "cors")];
    for headers in [&[][..], &scripted] {
        let answer = get(gatehouse.address, WIKI, "/", headers).await;
        assert_eq!(answer.status, 401);
        assert_eq!(
            answer.header("content-type"),
            Some("application/problem+json")
        );
        assert!(answer.text().contains("\"code\":\"sign_in_required\""));
        assert!(answer.header("location").is_none());
    }
}

#[tokio::test]
async fn someone_without_access_reads_why_in_their_language() {
    let origin = Origin::saying("hello").await;
    let gatehouse = Gatehouse::before(vec![Application {
        access: Access::Rules(Vec::new()),
        ..application(WIKI, origin.address)
    }])
    .await;
    let cookie = gatehouse.sign_in("ada", WIKI).cookie();
    let ada = ("Cookie", cookie.as_str());
    let page = get(gatehouse.address, WIKI, "/", &[HTML, CHINESE, ada]).await;
    assert_eq!(page.status, 403);
    assert!(page.text().contains("您没有访问权限"));
    let request_id = page.header("x-request-id").unwrap().to_owned();
    assert!(page.text().contains(&request_id));
    assert!(
        page.header("content-security-policy")
            .unwrap()
            .starts_with("default-src 'none'")
    );
    let page = get(gatehouse.address, WIKI, "/", &[HTML, ada]).await;
    assert!(page.text().contains("You have no access to this page"));
}

#[tokio::test]
async fn head_says_what_get_would_without_a_body() {
    let (_origin, gatehouse) = private().await;
    let unknown = "nobody.example.com";
    let page = get(gatehouse.address, unknown, "/", &[HTML]).await;
    let head = send(gatehouse.address, request("HEAD", unknown, "/", &[HTML])).await;
    assert_eq!((head.status, head.body.len()), (421, 0));
    assert_eq!(head.header("content-length"), page.header("content-length"));
}

#[tokio::test]
async fn nobody_is_let_in_before_there_are_rules() {
    let mut gatehouse = Builder::new().without_snapshot().start().await;
    let answer = get(gatehouse.address, WIKI, "/", &[]).await;
    assert_eq!(answer.status, 503);
    assert!(answer.header("retry-after").is_some());
    let event = gatehouse.event().await;
    assert_eq!(event.outcome, Outcome::Denied("no_snapshot".into()));
    let ready = get(gatehouse.monitor, "monitor", "/readyz", &[]).await;
    assert_eq!(ready.status, 503);
    assert!(ready.text().contains("snapshot"));
}

#[tokio::test]
async fn while_the_store_is_away_strangers_are_refused_and_public_pages_go_on() {
    let origin = Origin::saying("hello").await;
    let open = "open.example.com";
    let gatehouse = Gatehouse::before(vec![
        application(WIKI, origin.address),
        public(open, origin.address),
    ])
    .await;
    let ada = gatehouse.sign_in("ada", WIKI);
    gatehouse.people.store_away(true);
    let cookie = ada.cookie();
    let answer = get(gatehouse.address, WIKI, "/", &[("Cookie", &cookie)]).await;
    assert_eq!(answer.status, 503);
    assert_eq!(get(gatehouse.address, open, "/", &[]).await.status, 200);
}

#[tokio::test]
async fn a_start_page_is_offered_that_is_ours_whatever_host_was_asked() {
    let (_origin, gatehouse) = private().await;
    let page = get(gatehouse.address, "evil.example.net", "/", &[HTML]).await;
    assert!(page.text().contains(&format!("href=\"https://{ACCESS}/\"")));
    assert!(!page.text().contains("evil.example.net"));
}
