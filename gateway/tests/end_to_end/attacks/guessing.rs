//! Row 17: guesses at passwords, in many spellings, from many places, many at once.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use config::cookies::SESSION;
use futures::StreamExt as _;
use serde_json::Value;

use crate::end_to_end::harness::{Browser, Gatehouse, PASSWORD, Page, Postgres};

const ACCESS: &str = "access.corp.test";
const HOME: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 7);
const CAFE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 8);

/// Somebody in a new browser at that address tries a password.
async fn guess(gate: &Gatehouse, from: Ipv4Addr, name: &str, password: &str) -> (Browser, Page) {
    let browser = Browser::from_address(gate, from);
    let page = try_in(gate, &browser, name, password).await;
    (browser, page)
}

async fn try_in(gate: &Gatehouse, browser: &Browser, name: &str, password: &str) -> Page {
    let page = browser.open(&gate.url("access", "/sign-in")).await;
    let form = page.form("/sign-in").fill("username", name);
    browser.submit(form.fill("password", password)).await
}

/// How often each reason stands in the log of sign-ins.
async fn reasons(gate: &Gatehouse) -> BTreeMap<String, usize> {
    let listed = gate
        .command(&["events", "sign-ins", "--json", "--limit", "1000"])
        .await;
    let events: Vec<Value> = serde_json::from_str(&listed).unwrap();
    let mut reasons = BTreeMap::new();
    for event in events {
        if let Some(reason) = event["reason"].as_str() {
            *reasons.entry(reason.to_owned()).or_default() += 1;
        }
    }
    reasons
}

#[tokio::test]
async fn attack_17_no_spelling_and_no_place_gives_more_guesses() {
    let gate = Gatehouse::start().await;
    let victim = gate.visitor("li.lei").await;
    victim.sign_out().await;
    let spellings = [
        "li.lei",
        "LI.LEI",
        "Li.Lei",
        "  li.lei\t",
        "ｌｉ．ｌｅｉ",
        "ＬＩ．ＬＥＩ",
        "𝐥𝐢.𝐥𝐞𝐢",
        "𝕝𝕚.𝕝𝕖𝕚",
        "ⓛⓘ.ⓛⓔⓘ",
        "li.lei\u{3000}",
    ];
    for (number, name) in spellings.into_iter().enumerate() {
        let from = if number % 2 == 0 { HOME } else { CAFE };
        let (_, page) = guess(&gate, from, name, "not the password").await;
        assert_eq!(page.status, 422, "{name}");
    }
    assert_eq!(reasons(&gate).await.get("wrong_password"), Some(&10));
    for (from, name) in [(HOME, "li.lei"), (CAFE, "LI.LEI"), (CAFE, "ｌｉ.lei")] {
        let (browser, page) = guess(&gate, from, name, PASSWORD).await;
        assert_eq!(page.status, 422, "{name} is not locked");
        assert_eq!(browser.cookie(ACCESS, SESSION), None);
    }
    // The victim's own browser is not locked by strangers.
    let page = victim.sign_in().await;
    assert!(page.status.is_success(), "{page:?}");
    assert!(victim.browser.cookie(ACCESS, SESSION).is_some());
    // And its success opens nothing for them.
    let (browser, _) = guess(&gate, HOME, "li.lei", PASSWORD).await;
    assert_eq!(browser.cookie(ACCESS, SESSION), None);
    gate.command(&["members", "unlock", "li.lei"]).await;
    let (browser, _) = guess(&gate, HOME, "li.lei", PASSWORD).await;
    assert!(browser.cookie(ACCESS, SESSION).is_some(), "unlocked");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attack_17_guesses_on_many_connections_at_once_are_all_counted() {
    let gate = Gatehouse::start().await;
    gate.visitor("li.lei").await;
    let mut ready = Vec::new();
    for number in 0..24 {
        let from = if number % 2 == 0 { HOME } else { CAFE };
        let browser = Browser::from_address(&gate, from);
        let page = browser.open(&gate.url("access", "/sign-in")).await;
        let name = if number % 3 == 0 { "LI.LEI" } else { "li.lei" };
        let form = page.form("/sign-in").fill("username", name);
        ready.push((browser, form.fill("password", &format!("guess {number}"))));
    }
    let tries = ready
        .iter()
        .map(|(browser, form)| browser.submit(form.clone()));
    for page in futures::future::join_all(tries).await {
        assert_eq!(page.status, 422);
    }
    let reasons = reasons(&gate).await;
    assert_eq!(reasons.get("wrong_password"), Some(&10), "{reasons:?}");
    assert_eq!(reasons.get("too_many_attempts"), Some(&14), "{reasons:?}");
    let (browser, _) = guess(&gate, HOME, "li.lei", PASSWORD).await;
    assert_eq!(browser.cookie(ACCESS, SESSION), None);
}

/// A thousand guesses, from as many places as it takes, at two nodes: as many are checked as the policy has.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attack_17_of_a_thousand_guesses_at_two_nodes_as_many_count_as_the_policy_says() {
    const GUESSES: u16 = 1000;
    const AT_ONCE: usize = 48;
    let server = tokio::task::spawn_blocking(Postgres::start).await.unwrap();
    let a = Gatehouse::start().on(&server).await;
    let b = a.another_node(Ipv4Addr::new(127, 0, 0, 2)).await;
    a.visitor("li.lei").await;
    let folder = a.folder().join("policy");
    std::fs::create_dir(&folder).unwrap();
    let policy = "kind: sign_in_policy\nattempts: { wrong_passwords: 7, locked_minutes: 600 }\n";
    std::fs::write(folder.join("policy.yaml"), policy).unwrap();
    a.command(&["apply", "-f", folder.to_str().unwrap()]).await;
    let guesses = (0..GUESSES).map(async |number| {
        let gate = if number % 2 == 0 { &a } else { &b };
        let [high, low] = (1000 + number / 20).to_be_bytes();
        let from = Ipv4Addr::new(127, 1, high, low);
        loop {
            let (_, page) = guess(gate, from, "li.lei", &format!("guess {number}")).await;
            // A node that has too much to hash says so before anything is counted.
            if page.status != 503 {
                break page.status;
            }
        }
    });
    let answers: Vec<_> = futures::stream::iter(guesses)
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    assert!(answers.iter().all(|status| *status == 422), "{answers:?}");
    let reasons = reasons(&a).await;
    assert_eq!(reasons.get("wrong_password"), Some(&7), "{reasons:?}");
    assert_eq!(reasons.get("too_many_attempts"), Some(&993), "{reasons:?}");
    let (browser, _) = guess(&b, HOME, "li.lei", PASSWORD).await;
    assert_eq!(browser.cookie(ACCESS, SESSION), None, "locked at both");
}

/// A device is known for the person who used it, and lends its own guesses to nobody else.
#[tokio::test]
async fn attack_17_a_browser_that_knows_one_person_has_no_more_guesses_at_another() {
    let gate = Gatehouse::start().await;
    gate.visitor("han.meimei").await;
    let attacker = gate.visitor("mallory").await;
    attacker.sign_out().await;
    for _ in 0..10 {
        let page = try_in(&gate, &attacker.browser, "han.meimei", "not the password").await;
        assert_eq!(page.status, 422);
        // Being right about one's own account gives nothing back.
        assert!(attacker.sign_in().await.status.is_success());
        attacker.sign_out().await;
    }
    try_in(&gate, &attacker.browser, "han.meimei", PASSWORD).await;
    assert_eq!(attacker.browser.cookie(ACCESS, SESSION), None);
    let reasons = reasons(&gate).await;
    assert_eq!(reasons.get("too_many_attempts"), Some(&1), "{reasons:?}");
}

/// Until somebody has shown that the address is theirs, it names nobody.
#[tokio::test]
async fn attack_11_a_mail_address_that_nobody_verified_signs_nobody_in() {
    let gate = Gatehouse::start().await;
    let mail = ["--email", "Li.Lei@corp.test"];
    gate.visitor_with("li.lei", &mail).await;
    for name in [
        "li.lei@corp.test",
        "LI.LEI@CORP.TEST",
        "ｌｉ．ｌｅｉ＠corp.test",
    ] {
        let (browser, page) = guess(&gate, HOME, name, PASSWORD).await;
        assert_eq!(page.status, 422, "{name}");
        assert_eq!(browser.cookie(ACCESS, SESSION), None);
    }
}

/// What the reader is told of each way in which a sign-in can fail.
#[tokio::test]
async fn attack_23_no_answer_tells_which_accounts_there_are() {
    let gate = Gatehouse::start().await;
    gate.visitor_with("li.lei", &["--email", "li.lei@corp.test"])
        .await;
    let gone = gate.visitor("lin.tao").await;
    gone.disable().await;
    gate.command(&["members", "add", "never.came"]).await;
    gate.visitor("locked.out").await;
    for _ in 0..10 {
        guess(&gate, HOME, "locked.out", "not the password").await;
    }
    for language in ["en", "zh-CN"] {
        let mut answers = Vec::new();
        for name in [
            "nobody",
            "li.lei",
            "li.lei@corp.test",
            "lin.tao",
            "never.came",
            "locked.out",
        ] {
            let browser = Browser::from_address(&gate, CAFE).speaking(language);
            let page = try_in(&gate, &browser, name, "not the password").await;
            let csrf = page
                .form("/sign-in")
                .fields
                .into_iter()
                .find(|(n, _)| n == "csrf");
            let told = page
                .html
                .replace(name, "NAME")
                .replace(&csrf.unwrap().1, "CSRF");
            let mut headers: Vec<_> = page.headers.keys().map(ToString::to_string).collect();
            headers.sort();
            answers.push((page.status, headers, told));
        }
        for answer in &answers[1..] {
            assert_eq!(answer, &answers[0]);
        }
    }
}
