//! Rows 1, 2, 3 and 21: who tells the application who is calling.

use crate::end_to_end::harness::{Application, Gatehouse, Upstream, exchange};

/// Spellings of `X-User` that some upstream takes for it.
const SPELLINGS: [&str; 7] = [
    "X-User", "x-user", "X-USER", "X_User", "x_user", "X-User ", "X_USER",
];

fn wiki(upstream: &Upstream) -> Application {
    Application::new("wiki", upstream).with_identity_header("X-User", "username")
}

fn get(cookie: &str, more: &str) -> String {
    format!("GET / HTTP/1.1\r\nHost: wiki.corp.test\r\nCookie: {cookie}\r\n{more}\r\n")
}

#[tokio::test]
async fn attack_01_a_client_that_names_itself_is_not_believed() {
    let upstream = Upstream::start().await;
    let gate = Gatehouse::start().with_application(wiki(&upstream)).await;
    let cookie = gate.visitor("li.lei").await.cookie_at("wiki").await;
    for name in SPELLINGS {
        upstream.forget();
        let forged = format!("{name}: admin\r\n{name}: root\r\n");
        let reply = exchange(&gate, get(&cookie, &forged)).await.unwrap();
        match reply.status() {
            200 => assert_eq!(upstream.last().folded("X-User"), ["li.lei"], "{name:?}"),
            400 => assert!(upstream.requests().is_empty(), "{name:?}"),
            other => panic!("{name:?} got {other}"),
        }
        let bytes = String::from_utf8_lossy(&upstream.bytes()).into_owned();
        assert!(!bytes.contains("root"), "{name:?} reached it:\n{bytes}");
    }
}

#[tokio::test]
async fn attack_01_an_assertion_of_the_clients_own_making_is_taken_out() {
    let upstream = Upstream::start().await;
    let gate = Gatehouse::start().with_application(wiki(&upstream)).await;
    let cookie = gate.visitor("li.lei").await.cookie_at("wiki").await;
    for name in [
        "X-Gatehouse-Assertion",
        "x_gatehouse_assertion",
        "X-GATEHOUSE_Assertion",
    ] {
        upstream.forget();
        let reply = exchange(&gate, get(&cookie, &format!("{name}: forged\r\n"))).await;
        assert_eq!(reply.unwrap().status(), 200);
        let request = upstream.last();
        let assertions = request.folded("X-Gatehouse-Assertion");
        assert_eq!(assertions.len(), 1, "{name}: {assertions:?}");
        assert_ne!(assertions[0], "forged");
    }
}

#[tokio::test]
async fn attack_02_an_anonymous_request_carries_no_identity() {
    let upstream = Upstream::start().await;
    let application = wiki(&upstream).public();
    let gate = Gatehouse::start().with_application(application).await;
    for name in SPELLINGS.into_iter().chain(["X-Gatehouse-Assertion"]) {
        upstream.forget();
        let reply = exchange(&gate, get("theme=dark", &format!("{name}: admin\r\n"))).await;
        match reply.unwrap().status() {
            200 => assert!(upstream.last().folded(name.trim()).is_empty(), "{name:?}"),
            400 => assert!(upstream.requests().is_empty(), "{name:?}"),
            other => panic!("{name:?} got {other}"),
        }
        let bytes = String::from_utf8_lossy(&upstream.bytes()).into_owned();
        assert!(!bytes.contains("admin"), "{name:?} reached it:\n{bytes}");
    }
}

#[tokio::test]
async fn attack_03_hop_by_hop_headers_do_not_strip_our_identity() {
    let upstream = Upstream::start().await;
    let gate = Gatehouse::start().with_application(wiki(&upstream)).await;
    let cookie = gate.visitor("li.lei").await.cookie_at("wiki").await;
    for hops in [
        "X-User",
        "x-gatehouse-assertion",
        "keep-alive, X-Forwarded-For",
        "cookie",
    ] {
        upstream.forget();
        let reply = exchange(&gate, get(&cookie, &format!("Connection: {hops}\r\n"))).await;
        match reply.unwrap().status() {
            200 => {
                let request = upstream.last();
                assert_eq!(request.folded("X-User"), ["li.lei"], "{hops}");
                assert_eq!(request.folded("X-Gatehouse-Assertion").len(), 1, "{hops}");
                assert_eq!(request.one("X-Forwarded-For"), Some("127.0.0.1"), "{hops}");
                let connection = request.all("Connection").join(",");
                assert!(
                    !connection.to_ascii_lowercase().contains("x-"),
                    "{connection}"
                );
            }
            400 => assert!(upstream.requests().is_empty(), "{hops}"),
            other => panic!("{hops} got {other}"),
        }
    }
}

#[tokio::test]
async fn attack_21_our_cookies_stay_with_us_and_others_pass_untouched() {
    let upstream = Upstream::start().await;
    let gate = Gatehouse::start().with_application(wiki(&upstream)).await;
    let cookie = gate.visitor("li.lei").await.cookie_at("wiki").await;
    let secret = cookie.split_once('=').unwrap().1.to_owned();
    let theirs = "a=\"b c\"; empty=; n=v=w; 名=值; __Host-other=1";
    let both = format!("{theirs}; {cookie}; __HOST-GATEHOUSE=x; last=1");
    let reply = exchange(&gate, get(&both, "")).await.unwrap();
    assert_eq!(reply.status(), 200);
    assert_eq!(
        upstream.last().one("Cookie"),
        Some(format!("{theirs}; last=1").as_str())
    );
    let bytes = String::from_utf8_lossy(&upstream.bytes()).into_owned();
    assert!(!bytes.contains(&secret), "our cookie reached the upstream");
}

#[tokio::test]
async fn attack_21_a_request_with_only_our_cookie_arrives_with_none() {
    let upstream = Upstream::start().await;
    let gate = Gatehouse::start().with_application(wiki(&upstream)).await;
    let cookie = gate.visitor("li.lei").await.cookie_at("wiki").await;
    let reply = exchange(&gate, get(&cookie, "")).await.unwrap();
    assert_eq!(reply.status(), 200);
    assert_eq!(upstream.last().one("Cookie"), None);
}
