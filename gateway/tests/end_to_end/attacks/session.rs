//! Rows 10, 11, 18, 22 and 23: cookies, codes and forms that should open nothing.

use config::cookies::SESSION;
use reqwest::Method;

use crate::end_to_end::harness::{Application, Gatehouse, PASSWORD, Upstream, exchange, until};

async fn gate_before(upstream: &Upstream) -> Gatehouse {
    let application = Application::new("wiki", upstream);
    Gatehouse::start().with_application(application).await
}

fn get(cookie: &str) -> String {
    format!("GET / HTTP/1.1\r\nHost: wiki.corp.test\r\nCookie: {cookie}\r\n\r\n")
}

#[tokio::test]
async fn attack_10_a_cookie_is_dead_after_signing_out() {
    let upstream = Upstream::start().await;
    let gate = gate_before(&upstream).await;
    let visitor = gate.visitor("li.lei").await;
    let cookie = visitor.cookie_at("wiki").await;
    assert_eq!(exchange(&gate, get(&cookie)).await.unwrap().status(), 200);
    visitor.sign_out().await;
    let status = async || exchange(&gate, get(&cookie)).await.unwrap().status();
    until("the cookie is dead", async || status().await == 401).await;
    upstream.forget();
    assert_eq!(status().await, 401);
    assert!(upstream.requests().is_empty());
}

#[tokio::test]
async fn attack_10_a_planted_cookie_does_not_become_a_session() {
    let upstream = Upstream::start().await;
    let gate = gate_before(&upstream).await;
    let visitor = gate.visitor("li.lei").await;
    visitor.sign_out().await;
    let planted = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    visitor
        .browser
        .set_cookie("access.corp.test", SESSION, planted);
    visitor
        .browser
        .set_cookie("wiki.corp.test", SESSION, planted);
    visitor.sign_in().await;
    visitor.cookie_at("wiki").await;
    for host in ["access.corp.test", "wiki.corp.test"] {
        let cookie = visitor.browser.cookie(host, SESSION);
        assert!(cookie.is_some_and(|cookie| cookie != planted), "{host}");
    }
    let stolen = format!("{SESSION}={planted}");
    assert_eq!(exchange(&gate, get(&stolen)).await.unwrap().status(), 401);
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

#[tokio::test]
async fn attack_18_a_form_without_its_token_does_nothing() {
    let upstream = Upstream::start().await;
    let gate = gate_before(&upstream).await;
    let visitor = gate.visitor("li.lei").await;
    visitor.sign_out().await;
    let page = visitor.browser.open(&gate.url("access", "/sign-in")).await;
    for forged in ["", "x"] {
        let form = page
            .form("/sign-in")
            .without("csrf")
            .fill("username", "li.lei");
        let form = form.fill("password", PASSWORD).fill("csrf", forged);
        let page = visitor.browser.submit(form).await;
        assert!(page.status.is_client_error(), "{:?}", page.status);
        assert_eq!(visitor.browser.cookie("access.corp.test", SESSION), None);
    }
}

#[tokio::test]
async fn attack_22_a_password_alone_opens_no_application_that_asks_for_two_steps() {
    let upstream = Upstream::start().await;
    let application = Application::new("wiki", &upstream).with_two_step();
    let gate = Gatehouse::start().with_application(application).await;
    let mut visitor = gate.visitor("li.lei").await;
    visitor.browser.open(&gate.url("wiki", "/")).await;
    assert!(upstream.requests().is_empty());
    visitor.enrol().await;
    let page = visitor.browser.open(&gate.url("wiki", "/")).await;
    assert!(page.shows("hello from the upstream"), "{page:?}");
    let spent = visitor.authenticator.as_ref().unwrap().code_again();
    visitor.sign_out().await;
    let page = visitor.browser.open(&gate.url("access", "/sign-in")).await;
    let form = page.form("/sign-in").fill("username", "li.lei");
    let page = visitor
        .browser
        .submit(form.fill("password", PASSWORD))
        .await;
    let form = page.form("/sign-in/two-step").fill("code", &spent);
    let page = visitor.browser.submit(form).await;
    assert!(
        page.has_form("/sign-in/two-step"),
        "a spent code was taken: {page:?}"
    );
}

#[tokio::test]
async fn attack_23_an_unknown_name_and_a_wrong_password_get_the_same_answer() {
    let gate = Gatehouse::start().await;
    let visitor = gate.visitor("li.lei").await;
    visitor.sign_out().await;
    let mut answers = Vec::new();
    for name in ["li.lei", "nobody"] {
        let page = visitor.browser.open(&gate.url("access", "/sign-in")).await;
        let form = page.form("/sign-in").fill("username", name);
        let page = visitor
            .browser
            .submit(form.fill("password", "not the password"))
            .await;
        let told = page
            .text_of("#error")
            .map(|text| text.replace(name, "NAME"));
        answers.push((page.status, told));
    }
    assert_eq!(answers[0], answers[1]);
}
