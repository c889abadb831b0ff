//! Rows 10, 11 and 18: cookies and addresses that should open nothing.

use std::time::Duration;

use config::cookies::SESSION;
use reqwest::Method;

use crate::end_to_end::harness::{Application, Gatehouse, Upstream, exchange};

async fn gate_before(upstream: &Upstream) -> Gatehouse {
    let application = Application::new("wiki", upstream);
    Gatehouse::start().with_application(application).await
}

fn get(cookie: &str) -> String {
    format!("GET / HTTP/1.1\r\nHost: wiki.corp.test\r\nCookie: {cookie}\r\n\r\n")
}

#[tokio::test]
async fn attack_10_a_cookie_is_dead_a_second_after_signing_out() {
    let upstream = Upstream::start().await;
    let gate = gate_before(&upstream).await;
    let visitor = gate.visitor("li.lei").await;
    let cookie = visitor.cookie_at("wiki").await;
    assert_eq!(exchange(&gate, get(&cookie)).await.unwrap().status(), 200);
    visitor.sign_out().await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    upstream.forget();
    assert_eq!(exchange(&gate, get(&cookie)).await.unwrap().status(), 401);
    assert!(upstream.requests().is_empty());
}

#[tokio::test]
async fn attack_10_a_cookie_of_one_host_opens_no_other() {
    let upstream = Upstream::start().await;
    let gate = gate_before(&upstream).await;
    let visitor = gate.visitor("li.lei").await;
    visitor.cookie_at("wiki").await;
    let access = visitor.browser.cookie("access.corp.test", SESSION).unwrap();
    upstream.forget();
    let reply = exchange(&gate, get(&format!("{SESSION}={access}"))).await;
    assert_eq!(reply.unwrap().status(), 401);
    assert!(upstream.requests().is_empty());
}

#[tokio::test]
async fn attack_11_an_address_that_reads_as_two_is_refused() {
    let gate = Gatehouse::start().await;
    for email in [
        "a@evil.test@corp.test",
        "a@corp.test\u{0}",
        "a",
        "@corp.test",
    ] {
        let add = ["members", "add", "someone", "--email", email];
        if !email.contains('\0') {
            assert!(!gate.try_command(&add).await.status.success(), "{email:?}");
        }
    }
}

#[tokio::test]
async fn attack_18_the_api_answers_nobody_without_a_credential() {
    let upstream = Upstream::start().await;
    let gate = gate_before(&upstream).await;
    let visitor = gate.visitor("li.lei").await;
    for path in [
        "members",
        "applications",
        "ip-lists",
        "tokens",
        "events/access",
    ] {
        let request = format!("GET /api/v1/{path} HTTP/1.1\r\nHost: access.corp.test\r\n\r\n");
        let status = exchange(&gate, request).await.unwrap().status();
        assert!([401, 403, 404].contains(&status), "{path}: {status}");
        let url = gate.url("access", &format!("/api/v1/{path}"));
        let answer = visitor
            .browser
            .fetch(Method::GET, &url)
            .send()
            .await
            .unwrap();
        let status = answer.status().as_u16();
        assert!(
            [401, 403, 404].contains(&status),
            "a member read {path}: {status}"
        );
    }
}
