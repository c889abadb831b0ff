//! Rows 16, 17, 22 and 23: what ends with a credential, and who may go on guessing.

use std::net::Ipv4Addr;
use std::time::Duration;

use reqwest::Method;

use super::cut_off::{assert_all_cut, long_lived, open_all, wiki};
use crate::end_to_end::harness::{Browser, Gatehouse, PASSWORD, Upstream, Visitor, exchange};

/// Sends the sign-in form as somebody who claims to come from elsewhere; gives the status.
async fn guess(gate: &Gatehouse, browser: &Browser, from: &str, name: &str, word: &str) -> u16 {
    let page = browser.open(&gate.url("access", "/sign-in")).await;
    let form = page.form("/sign-in").fill("username", name);
    let form = form.fill("password", word);
    let action = form.action.clone();
    let sent = browser
        .fetch(Method::POST, action.as_str())
        .header("Content-Type", "application/x-www-form-urlencoded")
        .header("Origin", action.origin().ascii_serialization())
        .header("Sec-Fetch-Site", "same-origin")
        .header("X-Forwarded-For", from)
        .header("X-Real-IP", from)
        .header("Forwarded", format!("for={from}"))
        .body(form.encoded());
    sent.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn attack_17_an_address_that_is_spent_stays_so_whatever_it_claims_to_be() {
    let gate = Gatehouse::start().await;
    let known = gate.visitor("li.lei").await;
    known.sign_out().await;
    let attacker = Browser::new(&gate);
    for n in 0..60 {
        let from = format!("203.0.113.{n}");
        let status = guess(&gate, &attacker, &from, &format!("nobody{n}"), "x").await;
        assert_eq!(status, 422, "guess {n}");
    }
    for (from, name, word) in [
        ("203.0.113.77", "nobody", "x"),
        ("127.0.0.1", "li.lei", PASSWORD),
        ("2001:db8::1", "LI.LEI", PASSWORD),
    ] {
        assert_eq!(
            guess(&gate, &attacker, from, name, word).await,
            429,
            "{name}"
        );
    }
    let elsewhere = Browser::from_address(&gate, Ipv4Addr::new(127, 0, 0, 9));
    let status = guess(&gate, &elsewhere, "127.0.0.1", "li.lei", PASSWORD).await;
    assert_eq!(
        status, 303,
        "another address is not refused for this one's guesses"
    );
    let page = known.sign_in().await;
    assert!(
        page.status.is_success() && !page.has_form("/sign-in"),
        "{page:?}"
    );
}

/// Before an application that asks for two steps.
async fn two_step(upstream: &Upstream) -> Gatehouse {
    let application = wiki(upstream).with_two_step();
    Gatehouse::start().with_application(application).await
}

async fn assert_asks_again(gate: &Gatehouse, upstream: &Upstream, cookie: &str) {
    upstream.forget();
    let request = format!("GET / HTTP/1.1\r\nHost: wiki.corp.test\r\nCookie: {cookie}\r\n\r\n");
    let status = exchange(gate, request).await.unwrap().status();
    assert!([401, 403].contains(&status), "{status}");
    assert!(upstream.requests().is_empty());
}

async fn remove_authenticator(gate: &Gatehouse, visitor: &Visitor<'_>) {
    let page = visitor.browser.open(&gate.url("access", "/account")).await;
    let form = page.form("/account/authenticator/remove");
    let page = visitor.browser.submit(form).await;
    assert!(
        page.status.is_success() && !page.has_form("/sign-in/confirm"),
        "{page:?}"
    );
}

#[tokio::test]
async fn attack_22_streams_that_asked_for_two_steps_end_with_the_authenticator() {
    let upstream = Upstream::answering(long_lived).await;
    let gate = two_step(&upstream).await;
    let mut visitor = gate.visitor("li.lei").await;
    visitor.enrol().await;
    let open = open_all(&gate, &visitor).await;
    let cookie = visitor.cookie_at("wiki").await;
    remove_authenticator(&gate, &visitor).await;
    assert_all_cut(open, "the person took the authenticator away").await;
    assert_asks_again(&gate, &upstream, &cookie).await;
}

#[tokio::test]
async fn attack_22_streams_that_asked_for_two_steps_end_when_the_second_one_is_reset() {
    let upstream = Upstream::answering(long_lived).await;
    let gate = two_step(&upstream).await;
    let mut visitor = gate.visitor("li.lei").await;
    visitor.enrol().await;
    let open = open_all(&gate, &visitor).await;
    let cookie = visitor.cookie_at("wiki").await;
    gate.command(&["members", "reset-second-factor", "li.lei"])
        .await;
    assert_all_cut(open, "the second factor was reset").await;
    assert_asks_again(&gate, &upstream, &cookie).await;
}

#[tokio::test]
async fn attack_23_a_reset_ends_the_old_password_and_what_is_open_at_once() {
    let upstream = Upstream::answering(long_lived).await;
    let gate = Gatehouse::start().with_application(wiki(&upstream)).await;
    let visitor = gate.visitor("li.lei").await;
    let open = open_all(&gate, &visitor).await;
    let cookie = visitor.cookie_at("wiki").await;
    gate.command(&["members", "link", "li.lei", "--keep-password"])
        .await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let request = format!("GET / HTTP/1.1\r\nHost: wiki.corp.test\r\nCookie: {cookie}\r\n\r\n");
    let kept = exchange(&gate, request).await.unwrap().status();
    assert_eq!(kept, 200, "a link that is only offered ends nothing");
    gate.command(&["members", "link", "li.lei"]).await;
    assert_all_cut(open, "the password was reset").await;
    assert_asks_again(&gate, &upstream, &cookie).await;
    let page = visitor.sign_in().await;
    assert!(
        page.has_form("/sign-in"),
        "the old password still opens: {page:?}"
    );
}
