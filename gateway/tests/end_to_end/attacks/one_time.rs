//! Row 23: codes that work once, used twice, guessed, raced; links made from names that lie.

use config::cookies::SESSION;
use serde_json::Value;

use crate::end_to_end::harness::{
    Application, Browser, Gatehouse, PASSWORD, Page, Upstream, Visitor, Wire,
};

const ACCESS: &str = "access.corp.test";

/// How many rounds a race is run: one alone may be won by luck.
const ROUNDS: usize = 4;

async fn invitation(gate: &Gatehouse, username: &str) -> String {
    let made = gate.command(&["members", "add", username, "--json"]).await;
    let made: Value = serde_json::from_str(&made).unwrap();
    made["code"].as_str().unwrap().to_owned()
}

/// Somebody in a new browser uses a one-time code.
async fn welcome(gate: &Gatehouse, code: &str) -> Page {
    let browser = Browser::new(gate);
    let page = browser.open(&gate.url("access", "/welcome")).await;
    browser
        .submit(page.form("/welcome").fill("code", code))
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attack_23_of_many_who_hold_the_set_up_code_one_becomes_the_owner() {
    let gate = Gatehouse::start().without_administrator().await;
    let guessed = gate.set_up_with("AAAA-BBBB-CCCC-DDDD", "mallory").await;
    assert!(guessed.has_form("/set-up"), "{guessed:?}");
    let old = gate.set_up_code().await;
    let code = gate.set_up_code().await;
    let outdated = gate.set_up_with(&old, "mallory").await;
    assert!(
        outdated.has_form("/set-up"),
        "an earlier code: {outdated:?}"
    );
    let names: Vec<_> = (0..4).map(|number| format!("owner.{number}")).collect();
    let racers = names.iter().map(|name| gate.set_up_with(&code, name));
    let pages = futures::future::join_all(racers).await;
    let won = pages
        .iter()
        .filter(|page| page.status == 200 && !page.has_form("/set-up"));
    assert_eq!(won.count(), 1, "{pages:?}");
    let listed = gate.command(&["members", "list", "--json"]).await;
    let members: Vec<Value> = serde_json::from_str(&listed).unwrap();
    assert_eq!(members.len(), 1, "{members:?}");
    // Nothing of it is left open.
    let browser = Browser::new(&gate);
    let page = browser.open(&gate.url("access", "/set-up")).await;
    assert!(!page.has_form("/set-up") && page.has_form("/sign-in"));
    let refused = gate.try_command(&["set-up-link"]).await;
    assert!(!refused.status.success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attack_23_a_one_time_code_that_two_use_at_once_lets_one_in() {
    let gate = Gatehouse::start().await;
    for round in 0..ROUNDS {
        let code = invitation(&gate, &format!("guest.{round}")).await;
        let pages = futures::future::join_all((0..4).map(|_| welcome(&gate, &code))).await;
        let won = pages
            .iter()
            .filter(|page| page.has_form("/sign-in/new-password"));
        assert_eq!(won.count(), 1, "{pages:?}");
        let again = welcome(&gate, &code).await;
        assert_eq!(again.status, 422, "{again:?}");
    }
}

#[tokio::test]
async fn attack_23_whoever_guesses_codes_is_stopped_and_told_nothing() {
    let gate = Gatehouse::start().await;
    let code = invitation(&gate, "guest").await;
    let mut told = Vec::new();
    for number in 0..12 {
        let page = welcome(&gate, &format!("0000-0000-0000-{number:04}")).await;
        told.push((page.status, page.text_of("#error")));
    }
    let right = welcome(&gate, &code).await;
    told.push((right.status, right.text_of("#error")));
    assert_eq!(
        told[12], told[11],
        "the right code and a wrong one: {told:?}"
    );
    // From elsewhere the code is as good as before.
    let elsewhere = Browser::from_address(&gate, std::net::Ipv4Addr::new(127, 0, 0, 9));
    let page = elsewhere.open(&gate.url("access", "/welcome")).await;
    let page = elsewhere
        .submit(page.form("/welcome").fill("code", &code))
        .await;
    assert!(page.has_form("/sign-in/new-password"), "{page:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attack_23_a_hand_over_code_makes_one_session_in_one_browser() {
    let upstream = Upstream::start().await;
    let gate = Gatehouse::start()
        .with_application(Application::new("wiki", &upstream))
        .await;
    for round in 0..ROUNDS {
        let visitor = gate.visitor(&format!("visitor.{round}")).await;
        let mut place = gate.url("wiki", "/");
        while !place.contains("/.gatehouse/callback") {
            let page = visitor.browser.open_one(&place).await;
            place = page.location().expect("it leads on").to_string();
        }
        // A thief who has seen the URL, without the browser that began.
        let thief = Browser::new(&gate).open_one(&place).await;
        assert!(!thief.begins_session(), "{thief:?}");
        let uses = (0..4).map(|_| visitor.browser.open_one(&place));
        let pages = futures::future::join_all(uses).await;
        let won = pages.iter().filter(|page| page.begins_session()).count();
        assert_eq!(won, 1, "{pages:?}");
        let late = visitor.browser.open_one(&place).await;
        assert!(!late.begins_session(), "{late:?}");
    }
}

/// A browser that has passed the password and stands before the second factor.
async fn half_way(gate: &Gatehouse, visitor: &Visitor<'_>) -> (Browser, Page) {
    let browser = Browser::new(gate);
    let page = browser.open(&gate.url("access", "/sign-in")).await;
    let form = page.form("/sign-in").fill("username", &visitor.username);
    let page = browser.submit(form.fill("password", PASSWORD)).await;
    assert!(page.has_form("/sign-in/two-step"), "{page:?}");
    (browser, page)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attack_23_a_code_of_the_second_factor_lets_one_of_two_in() {
    let gate = Gatehouse::start().await;
    let mut visitor = gate.visitor("li.lei").await;
    let recovery = visitor.enrol().await;
    visitor.sign_out().await;

    let code = visitor.authenticator.as_ref().unwrap().code().await;
    let (one, two) = (
        half_way(&gate, &visitor).await,
        half_way(&gate, &visitor).await,
    );
    let uses = [&one, &two]
        .map(|(browser, page)| browser.submit(page.form("/sign-in/two-step").fill("code", &code)));
    futures::future::join_all(uses).await;
    let won = [&one, &two].map(|(browser, _)| browser.cookie(ACCESS, SESSION).is_some());
    assert_eq!(
        won.iter().filter(|won| **won).count(),
        1,
        "by an authenticator"
    );

    let (one, two) = (
        half_way(&gate, &visitor).await,
        half_way(&gate, &visitor).await,
    );
    let uses = [&one, &two].map(async |(browser, _)| {
        let url = gate.url("access", "/sign-in/recovery-code");
        let page = browser.open(&url).await;
        let form = page.form("/sign-in/recovery-code");
        browser.submit(form.fill("code", &recovery[0])).await
    });
    futures::future::join_all(uses).await;
    let won = [&one, &two].map(|(browser, _)| browser.cookie(ACCESS, SESSION).is_some());
    assert_eq!(
        won.iter().filter(|won| **won).count(),
        1,
        "by a recovery code"
    );
}

/// Whatever a client says that we are called, our pages and redirects name the configured host.
#[tokio::test]
async fn attack_23_no_link_is_made_from_what_a_client_says() {
    let upstream = Upstream::start().await;
    let gate = Gatehouse::start()
        .with_application(Application::new("wiki", &upstream))
        .await;
    let lies = [
        "X-Forwarded-Host: evil.test",
        "X-Forwarded-Server: evil.test",
        "X-Host: evil.test",
        "X-Original-Host: evil.test",
        "X-Forwarded-Prefix: //evil.test",
        "X-Forwarded-Proto: evil.test",
        "X-Original-URL: https://evil.test/",
        "Forwarded: host=evil.test;proto=https",
        "Origin: https://evil.test",
        "Referer: https://evil.test/",
    ];
    for (host, path) in [
        ("access", "/"),
        ("access", "/sign-in"),
        ("access", "/welcome"),
        ("access", "/set-up"),
        ("access", "/account"),
        ("wiki", "/"),
        ("wiki", "/.gatehouse/start?return=%2F"),
    ] {
        for lie in lies {
            let request = format!(
                "GET {path} HTTP/1.1\r\nHost: {host}.corp.test\r\nAccept: text/html\r\n\
                 Sec-Fetch-Mode: navigate\r\n{lie}\r\n\r\n"
            );
            let mut wire = Wire::plain(&gate).await;
            wire.send(request).await.unwrap();
            let reply = wire.reply().await.unwrap();
            let head = format!("{:?}", reply.head);
            assert!(!head.contains("evil"), "{path}, {lie}: {head}");
            assert!(
                !reply.text().contains("evil"),
                "{path}, {lie}: {}",
                reply.text()
            );
        }
        for name in ["evil.test", "access.corp.test@evil.test", "evil.test:443"] {
            let request = format!("GET {path} HTTP/1.1\r\nHost: {name}\r\n\r\n");
            let mut wire = Wire::plain(&gate).await;
            wire.send(request).await.unwrap();
            let reply = wire.reply().await.unwrap();
            let head = format!("{:?}", reply.head);
            assert!(!head.contains("evil"), "{path} at {name}: {head}");
        }
    }
}
