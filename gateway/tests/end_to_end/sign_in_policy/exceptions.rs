//! Other rules for groups and for guests.

use config::cookies::SESSION;

use super::{ACCESS, is_signed_in, policy, sign_in};
use crate::end_to_end::harness::{Browser, Gatehouse, PASSWORD, Page};

/// Where the person is asked to choose another password.
async fn asked_for_password(gate: &Gatehouse, username: &str) -> (Browser, Page) {
    let link = gate.command(&["members", "link", username, "--json"]).await;
    let link: serde_json::Value = serde_json::from_str(&link).unwrap();
    let browser = Browser::new(gate);
    let page = browser.open(link["url"].as_str().unwrap()).await;
    let form = page.form("/welcome");
    let code = link["code"].as_str().unwrap();
    let page = browser.submit(form.fill("code", code)).await;
    (browser, page)
}

/// Has each part of an exception for `who` met by `theirs`, who is one of them, and not by `others`.
async fn prove_each_part(gate: &Gatehouse, who: &str, theirs: &str, others: &str) {
    let exception =
        |part: &str| format!("exceptions:\n  - name: Others\n    who: [{who}]\n    {part}\n");
    policy(gate, &exception("two_step: { demand: required }")).await;
    let (_, page) = sign_in(gate, theirs, PASSWORD).await;
    assert_eq!(page.url.path(), "/sign-in/set-up-two-step");
    assert!(is_signed_in(&sign_in(gate, others, PASSWORD).await.0));

    let sessions = "sessions: { keep_after_closing: true, idle_minutes: 60, absolute_hours: 1 }";
    policy(gate, &exception(sessions)).await;
    for (username, kept) in [(theirs, Some(3600)), (others, None)] {
        let (browser, _) = sign_in(gate, username, PASSWORD).await;
        assert_eq!(
            browser.outlives_closing(ACCESS, SESSION),
            kept,
            "{username}"
        );
    }

    policy(gate, &exception("password: { min_length: 40 }")).await;
    for (username, is_taken) in [(theirs, false), (others, true)] {
        let (browser, page) = asked_for_password(gate, username).await;
        let form = page
            .form("/sign-in/new-password")
            .fill("password", "slow green tram 7");
        let page = browser
            .submit(form.fill("repeated", "slow green tram 7"))
            .await;
        assert_eq!(is_signed_in(&browser), is_taken, "{username}: {page:?}");
        if !is_taken {
            let form = page.form("/sign-in/new-password").fill("password", LONG);
            browser.submit(form.fill("repeated", LONG)).await;
            assert!(is_signed_in(&browser));
        }
    }

    policy(gate, &exception("attempts: { wrong_passwords: 3 }")).await;
    for (username, password, is_open) in
        [(theirs, LONG, false), (others, "slow green tram 7", true)]
    {
        for _ in 0..3 {
            sign_in(gate, username, "not the password").await;
        }
        let (browser, _) = sign_in(gate, username, password).await;
        assert_eq!(is_signed_in(&browser), is_open, "{username}");
    }
}

const LONG: &str = "slow green trams go to the end of the line";

#[tokio::test]
async fn a_group_has_each_part_of_the_policy_otherwise() {
    let gate = Gatehouse::start().await;
    gate.visitor("li.lei").await;
    gate.visitor("wang.fang").await;
    gate.command(&["groups", "add", "On call"]).await;
    gate.command(&["groups", "add-member", "On call", "li.lei"])
        .await;
    let who = "{ kind: group, name: On call }";
    prove_each_part(&gate, who, "li.lei", "wang.fang").await;
}

#[tokio::test]
async fn guests_have_each_part_of_the_policy_otherwise() {
    let gate = Gatehouse::start().await;
    gate.visitor_with("gil", &["--guest"]).await;
    gate.visitor("wang.fang").await;
    prove_each_part(&gate, "{ kind: guests }", "gil", "wang.fang").await;
}

#[tokio::test]
async fn the_first_exception_that_has_the_part_counts_for_as_long_as_one_is_in_the_group() {
    let gate = Gatehouse::start().await;
    gate.visitor("li.lei").await;
    for group in ["Night shift", "On call"] {
        gate.command(&["groups", "add", group]).await;
        gate.command(&["groups", "add-member", group, "li.lei"])
            .await;
    }
    let yaml = "two_step: { demand: required }\nexceptions:\n\
                \x20 - { name: A, who: [{ kind: group, name: Night shift }], attempts: {} }\n\
                \x20 - { name: B, who: [{ kind: group, name: On call }], two_step: { demand: 'off' } }\n\
                \x20 - { name: C, who: [{ kind: group, name: Night shift }], two_step: { demand: required } }\n";
    policy(&gate, yaml).await;
    assert!(is_signed_in(&sign_in(&gate, "li.lei", PASSWORD).await.0));
    gate.command(&["groups", "remove-member", "On call", "li.lei"])
        .await;
    let (browser, _) = sign_in(&gate, "li.lei", PASSWORD).await;
    assert!(!is_signed_in(&browser), "the next exception says otherwise");
}

#[tokio::test]
async fn the_strictest_captcha_of_all_exceptions_is_asked_of_every_name() {
    let gate = Gatehouse::start().await;
    gate.visitor("li.lei").await;
    let always = "exceptions:\n  - name: Guests\n    who: [{ kind: guests }]\n    \
                  attempts: { captcha: { kind: always } }\n";
    policy(&gate, always).await;
    for name in ["li.lei", "nobody.here"] {
        let (browser, page) = sign_in(&gate, name, PASSWORD).await;
        assert!(!is_signed_in(&browser), "{name}");
        let label = page.text_of("label[for=captcha_answer]");
        assert!(label.is_some(), "{name}: {page:?}");
    }
}
