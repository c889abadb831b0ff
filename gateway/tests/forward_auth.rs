//! Another proxy asks whether a request may pass.

use config::access_event::Outcome;
use config::settings::Settings;

use crate::support::applications::{application, public};
use crate::support::client::{Answer, get};
use crate::support::gatehouse::{Builder, Gatehouse};
use crate::support::origin::Origin;

const WIKI: &str = "wiki.example.com";
const OPEN: &str = "open.example.com";
const FORWARD_AUTH: &str = "/.gatehouse/forward-auth";
const AUTH_REQUEST: &str = "/.gatehouse/auth-request";

async fn gate(origin: &Origin) -> Gatehouse {
    Builder::new()
        .applications(vec![
            application(WIKI, origin.address),
            public(OPEN, origin.address),
        ])
        .with(|settings: &mut Settings| {
            settings.trust.proxies = vec!["127.0.0.1".parse().unwrap()];
        })
        .start()
        .await
}

/// Asks about `uri` at `host`, as a proxy in front of it does.
async fn ask(gatehouse: &Gatehouse, endpoint: &str, host: &str, more: &[(&str, &str)]) -> Answer {
    let mut headers = vec![
        ("X-Forwarded-For", "198.51.100.7"),
        ("X-Forwarded-Host", host),
        ("X-Forwarded-Uri", "/page?x=1"),
        ("X-Forwarded-Method", "GET"),
    ];
    headers.extend(more);
    get(gatehouse.address, "gatehouse.internal", endpoint, &headers).await
}

#[tokio::test]
async fn someone_signed_in_may_pass_and_is_named() {
    let origin = Origin::saying("").await;
    let mut gatehouse = gate(&origin).await;
    let cookie = gatehouse.sign_in("ada", WIKI).cookie();
    for endpoint in [FORWARD_AUTH, AUTH_REQUEST] {
        let answer = ask(&gatehouse, endpoint, WIKI, &[("Cookie", &cookie)]).await;
        assert_eq!(answer.status, 200);
        assert!(answer.header("x-gatehouse-assertion").is_some());
        let event = gatehouse.event().await;
        assert_eq!(event.outcome, Outcome::Granted);
        assert_eq!((event.host.as_str(), event.path.as_str()), (WIKI, "/page"));
        assert_eq!(event.client_address.unwrap().to_string(), "198.51.100.7");
    }
    assert!(origin.received().is_empty());
}

#[tokio::test]
async fn attack_22_whoever_is_not_signed_in_is_refused_as_they_would_be_here() {
    let origin = Origin::saying("").await;
    let gatehouse = gate(&origin).await;
    let html = ("Accept", "text/html");
    let led = ask(&gatehouse, FORWARD_AUTH, WIKI, &[html]).await;
    assert_eq!(led.status, 302);
    assert_eq!(
        led.header("location"),
        Some("https://wiki.example.com/.gatehouse/start?return=/page%3Fx%3D1")
    );
    let told = ask(&gatehouse, FORWARD_AUTH, WIKI, &[]).await;
    assert_eq!(told.status, 401);
    let bare = ask(&gatehouse, AUTH_REQUEST, WIKI, &[html]).await;
    assert_eq!((bare.status, bare.body.len()), (401, 0));
    let unknown = ask(&gatehouse, AUTH_REQUEST, "evil.example.net", &[html]).await;
    assert_eq!(unknown.status, 403);
    let open = ask(&gatehouse, AUTH_REQUEST, OPEN, &[]).await;
    assert_eq!(open.status, 200);
    assert!(open.header("x-gatehouse-assertion").is_none());
}

#[tokio::test]
async fn attack_04_a_stranger_is_told_nothing() {
    let origin = Origin::saying("").await;
    let gatehouse = Builder::new()
        .applications(vec![public(OPEN, origin.address)])
        .start()
        .await;
    for endpoint in [FORWARD_AUTH, AUTH_REQUEST] {
        assert_eq!(ask(&gatehouse, endpoint, OPEN, &[]).await.status, 403);
    }
}

#[tokio::test]
async fn attack_22_another_spelling_of_an_endpoint_lets_nobody_pass() {
    let origin = Origin::saying("").await;
    let gatehouse = gate(&origin).await;
    for spelling in [
        "/.gatehouse/%66orward-auth",
        "/.gatehouse//forward-auth",
        "/.gatehouse/./forward-auth",
        "/x/../.gatehouse/forward-auth",
        "/%2egatehouse/auth-request",
        "/.gatehouse/AUTH-REQUEST",
        "/.gatehouse/auth-request;x",
        "/.gatehouse%2fauth-request",
        "http://open.example.com/.gatehouse/auth-request",
    ] {
        // About a host at which everybody may pass.
        let answer = ask(&gatehouse, spelling, OPEN, &[]).await;
        assert_ne!(answer.status, 200, "{spelling}");
        assert!(answer.header("x-gatehouse-assertion").is_none());
        let here = get(gatehouse.address, OPEN, spelling, &[]).await;
        assert_ne!(here.status, 200, "{spelling}");
    }
    assert!(origin.received().is_empty());
}
