//! Rows 4, 5 and 6: who is believed about where a request came from.

use serde_json::json;

use crate::end_to_end::harness::{Application, Gatehouse, Upstream, allow, exchange};

#[tokio::test]
async fn attack_04_forwarded_headers_of_a_stranger_open_no_public_path() {
    let upstream = Upstream::start().await;
    let application = Application::new("wiki", &upstream).with_public_path("/public");
    let gate = Gatehouse::start().with_application(application).await;
    for forged in [
        "X-Forwarded-Uri: /public",
        "X-Original-URL: /public",
        "X-Rewrite-URL: /public",
        "X-Forwarded-Prefix: /public",
        "X-Forwarded-Path: /public",
        "X-Forwarded-Host: other.corp.test",
        "X-Forwarded-Method: OPTIONS",
        "X-HTTP-Method-Override: OPTIONS",
    ] {
        let request = format!("GET /private HTTP/1.1\r\nHost: wiki.corp.test\r\n{forged}\r\n\r\n");
        let reply = exchange(&gate, request).await.unwrap();
        assert_eq!(reply.status(), 401, "{forged}");
    }
    assert!(upstream.requests().is_empty());
}

#[tokio::test]
async fn attack_04_an_application_reads_our_forwarded_headers_and_not_the_clients() {
    let upstream = Upstream::start().await;
    let application = Application::new("wiki", &upstream).public();
    let gate = Gatehouse::start().with_application(application).await;
    let request = "GET /a HTTP/1.1\r\nHost: wiki.corp.test\r\nX-Forwarded-Host: evil.test\r\n\
                   X-Forwarded-Proto: gopher\r\nX-Forwarded-For: 203.0.113.9\r\n\
                   X-Forwarded-Prefix: /evil\r\nX-Real-IP: 203.0.113.9\r\n\
                   Forwarded: for=203.0.113.9;host=evil.test\r\n\r\n";
    assert_eq!(exchange(&gate, request).await.unwrap().status(), 200);
    let seen = upstream.last();
    let origin = format!("wiki.corp.test:{}", gate.address().port());
    assert_eq!(seen.one("X-Forwarded-Host"), Some(origin.as_str()));
    assert_eq!(seen.one("X-Forwarded-Proto"), Some("https"));
    assert_eq!(seen.one("X-Forwarded-For"), Some("127.0.0.1"));
    let bytes = String::from_utf8_lossy(&upstream.bytes()).into_owned();
    assert!(
        !bytes.contains("evil") && !bytes.contains("203.0.113.9"),
        "{bytes}"
    );
}

#[tokio::test]
async fn attack_04_forward_auth_answers_no_peer_that_is_not_listed() {
    let upstream = Upstream::start().await;
    let application = Application::new("wiki", &upstream).with_public_path("/public");
    let gate = Gatehouse::start().with_application(application).await;
    for endpoint in ["forward-auth", "auth-request"] {
        let request = format!(
            "GET /.gatehouse/{endpoint} HTTP/1.1\r\nHost: wiki.corp.test\r\n\
             X-Forwarded-Host: wiki.corp.test\r\nX-Forwarded-Uri: /public\r\n\
             X-Forwarded-Method: GET\r\nX-Forwarded-Proto: https\r\n\r\n"
        );
        let status = exchange(&gate, request).await.unwrap().status();
        assert!(status >= 300, "{endpoint} let a stranger in with {status}");
    }
}

/// Opens the wiki only to whoever calls from the office.
fn office_only(upstream: &Upstream) -> Application {
    let mut rule = allow(json!({ "kind": "everyone" }));
    rule["from"] = json!(["203.0.113.0/24"]);
    let access = json!({ "kind": "rules", "rules": [rule] });
    Application::new("wiki", upstream).with("access", access)
}

fn from(cookie: &str, header: &str) -> String {
    format!("GET / HTTP/1.1\r\nHost: wiki.corp.test\r\nCookie: {cookie}\r\n{header}\r\n\r\n")
}

#[tokio::test]
async fn attack_05_a_stranger_cannot_say_that_it_calls_from_the_office() {
    let upstream = Upstream::start().await;
    let gate = Gatehouse::start()
        .with_application(office_only(&upstream))
        .await;
    let cookie = gate.visitor("li.lei").await.cookie_at("wiki").await;
    for forged in [
        "X-Forwarded-For: 203.0.113.9",
        "X-Real-IP: 203.0.113.9",
        "Forwarded: for=203.0.113.9",
        "True-Client-IP: 203.0.113.9",
        "CF-Connecting-IP: 203.0.113.9",
        "X-Client-IP: 203.0.113.9",
    ] {
        let reply = exchange(&gate, from(&cookie, forged)).await.unwrap();
        assert_eq!(reply.status(), 403, "{forged}");
    }
    assert!(upstream.requests().is_empty());
}

#[tokio::test]
async fn attack_05_behind_a_trusted_proxy_the_first_stranger_from_the_right_is_the_client() {
    let upstream = Upstream::start().await;
    let gate = Gatehouse::start()
        .trusting_loopback()
        .with_application(office_only(&upstream))
        .await;
    let cookie = gate.visitor("li.lei").await.cookie_at("wiki").await;
    let many = vec!["203.0.113.9"; 500].join(", ");
    for (header, status) in [
        ("X-Forwarded-For: 203.0.113.9", 200),
        ("X-Forwarded-For: 198.51.100.1, 203.0.113.9", 200),
        ("X-Forwarded-For: 198.51.100.1, 203.0.113.9, 127.0.0.1", 200),
        ("X-Forwarded-For: ::ffff:203.0.113.9", 200),
        ("X-Forwarded-For: 203.0.113.9, 198.51.100.1", 403),
        (
            "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-For: 198.51.100.1",
            403,
        ),
        ("X-Forwarded-For: 203.0.113.9, garbage", 400),
        ("X-Forwarded-For: 203.0.113.9, ", 400),
        ("X-Forwarded-For: 203.0.113.9, fe80::1%eth0", 400),
        ("X-Forwarded-For: 203.0.113.9, 198.51.100.256", 400),
    ] {
        let reply = exchange(&gate, from(&cookie, header)).await.unwrap();
        assert_eq!(reply.status(), status, "{header}");
    }
    let long = exchange(
        &gate,
        from(&cookie, &format!("X-Forwarded-For: 192.0.2.1, {many}")),
    )
    .await;
    assert!([200, 400, 431].contains(&long.unwrap().status()));
}

#[tokio::test]
async fn attack_06_a_health_check_opens_no_door() {
    let upstream = Upstream::start().await;
    let gate = Gatehouse::start()
        .with_application(Application::new("wiki", &upstream))
        .await;
    for agent in [
        "kube-probe/1.31",
        "GoogleHC/1.0",
        "ELB-HealthChecker/2.0",
        "Blackbox",
    ] {
        for path in ["/", "/ping", "/healthz", "/ready", "/.well-known/health"] {
            let request = format!(
                "GET {path} HTTP/1.1\r\nHost: wiki.corp.test\r\nUser-Agent: {agent}\r\n\r\n"
            );
            let reply = exchange(&gate, request).await.unwrap();
            assert_eq!(reply.status(), 401, "{agent} {path}");
        }
    }
    assert!(upstream.requests().is_empty());
}
