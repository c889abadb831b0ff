//! What clients say of themselves reaches neither the application nor the decision.

use super::front::Kind;
use super::{Scene, WIKI, with_each};
use crate::support::client::request;

with_each!(
    attack_01_no_identity_is_believed_but_ours,
    attack_02_nobody_is_named_who_is_not_signed_in,
    attack_03_no_connection_header_takes_our_identity_away,
    attack_04_what_is_asked_about_is_not_the_clients_to_say,
    attack_04_only_the_proxy_asks,
    attack_05_the_clients_address_is_not_its_own_to_say,
);

const FORGED: &str = "forged";
const NAMES: [&str; 11] = [
    "X-Gatehouse-Assertion",
    "x-gatehouse-assertion",
    "X_Gatehouse_Assertion",
    "X-Gatehouse_Assertion",
    "X-GATEHOUSE-ASSERTION",
    "X.Gatehouse.Assertion",
    "Remote-User",
    "X-Remote-User",
    "Remote_User",
    "Remote.User",
    "X-Forwarded-User",
];

async fn attack_01_no_identity_is_believed_but_ours(kind: Kind) {
    let scene = Scene::start(kind).await;
    let cookie = scene.cookie();
    let mut headers = vec![("Cookie", cookie.as_str())];
    headers.extend(NAMES.map(|name| (name, FORGED)));
    let answer = scene.front.get("/page", &headers).await;
    assert_eq!(answer.status, 200, "{}", answer.head);
    let received = scene.received();
    assert!(!received.head.contains(FORGED), "{}", received.head);
    assert_eq!(received.header("x-gatehouse-assertion").len(), 1);
}

async fn attack_02_nobody_is_named_who_is_not_signed_in(kind: Kind) {
    let scene = Scene::start(kind).await;
    let headers = NAMES.map(|name| (name, FORGED));
    let answer = scene.front.get("/public/page", &headers).await;
    assert_eq!(answer.status, 200, "{}", answer.head);
    let received = scene.received();
    assert!(!received.head.contains(FORGED), "{}", received.head);
    assert_eq!(received.header("x-gatehouse-assertion").join(""), "");
}

async fn attack_03_no_connection_header_takes_our_identity_away(kind: Kind) {
    let scene = Scene::start(kind).await;
    let cookie = scene.cookie();
    let names = "close, X-Gatehouse-Assertion, X-Forwarded-For, X-Forwarded-Uri, Cookie";
    let head = format!(
        "GET /page HTTP/1.1\r\nHost: {WIKI}\r\nConnection: {names}\r\nCookie: {cookie}\r\n\r\n"
    );
    let answer = scene.front.send(head).await;
    // To refuse it is as good.
    if answer.status == 200 {
        assert_eq!(scene.received().header("x-gatehouse-assertion").len(), 1);
    } else {
        assert!(scene.nothing_received(), "{}", answer.head);
    }
}

async fn attack_04_what_is_asked_about_is_not_the_clients_to_say(kind: Kind) {
    let scene = Scene::start(kind).await;
    for spoofed in [
        ("X-Forwarded-Uri", "/public/"),
        ("X-Forwarded-Host", "open.example.com"),
        ("X-Forwarded-Method", "OPTIONS"),
        ("X-Forwarded-Prefix", "/public"),
        ("X-Forwarded-Proto", "http"),
        ("X-Original-URL", "/public/"),
        ("X-Original-URI", "/public/"),
        ("X-Rewrite-URL", "/public/"),
        ("X-Envoy-Original-Path", "/public/"),
        ("X_Forwarded_Uri", "/public/"),
        ("User-Agent", "kube-probe/1.30"),
    ] {
        let answer = scene.front.get("/page", &[spoofed]).await;
        assert!(
            matches!(answer.status, 401 | 400),
            "{spoofed:?} {}",
            answer.head
        );
        assert!(scene.nothing_received(), "{spoofed:?}");
    }
    let cookie = scene.cookie();
    let host = ("X-Forwarded-Host", "forged.example.net");
    let prefix = ("X-Rewrite-URL", "/forged");
    let answer = scene
        .front
        .get("/page", &[host, prefix, ("Cookie", &cookie)])
        .await;
    assert_eq!(answer.status, 200, "{}", answer.head);
    assert!(!scene.received().head.contains(FORGED));
}

async fn attack_04_only_the_proxy_asks(kind: Kind) {
    let scene = Scene::start(kind).await;
    let cookie = scene.cookie();
    let asking = [
        ("X-Forwarded-Uri", "/page"),
        ("X-Forwarded-Host", WIKI),
        ("X-Forwarded-Method", "GET"),
        ("X-Forwarded-For", "198.51.100.7"),
        ("Cookie", cookie.as_str()),
    ];
    for path in [
        "/.gatehouse/forward-auth",
        "/.gatehouse/forward-auth?",
        "/.gatehouse/forward-auth/page",
        "/.gatehouse/auth-request",
        "/.gatehouse/auth-request/page",
        "//.gatehouse/auth-request",
        "/.gatehouse//auth-request",
        "/.gatehouse/./auth-request",
        "/x/../.gatehouse/auth-request",
        "/gatehouse-ask",
    ] {
        let answer = scene.front.get(path, &asking).await;
        let told = answer.header("x-gatehouse-assertion");
        assert!(told.is_none(), "{path}: {}", answer.head);
    }
    // It has not been let through to the application either, but for what is nothing of ours.
    let received = scene.origin.received();
    let ours = received
        .iter()
        .filter(|r| r.request_line().contains("/.gatehouse/"));
    assert_eq!(ours.count(), 0, "{received:?}");
}

async fn attack_05_the_clients_address_is_not_its_own_to_say(kind: Kind) {
    let mut scene = Scene::start(kind).await;
    for spoofed in [
        ("X-Forwarded-For", "198.51.100.9"),
        ("X-Forwarded-For", "198.51.100.9, 127.0.0.1"),
        ("X-Real-IP", "198.51.100.9"),
        ("Forwarded", "for=198.51.100.9"),
    ] {
        let plain = request("GET", WIKI, "/public/page", &[spoofed]);
        let answer = scene.front.send(plain).await;
        assert_eq!(answer.status, 200, "{spoofed:?} {}", answer.head);
        let event = scene.gatehouse.event().await;
        let client = event.client_address.unwrap().to_string();
        assert_eq!(client, "127.0.0.2", "{spoofed:?}");
        let received = scene.origin.received().pop().unwrap();
        let last = received.header("x-forwarded-for").join(", ");
        assert!(last.ends_with("127.0.0.2"), "{spoofed:?} {}", received.head);
        assert_ne!(received.header("x-real-ip"), ["198.51.100.9"]);
        assert!(received.header("forwarded").join("").is_empty());
    }
}
