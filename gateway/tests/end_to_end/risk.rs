//! Sign-ins that are unlike earlier ones, at the real program behind a proxy that says where people are.

use super::harness::{Authenticator, Browser, Gatehouse, PASSWORD, Page, city_database};
use super::sign_in_policy::policy;

const SHANGHAI: &str = "192.0.2.7";
const NEXT_DOOR: &str = "192.0.2.99";
const LONDON: &str = "198.51.100.7";

async fn start() -> Gatehouse {
    Gatehouse::start()
        .trusting_loopback()
        .with_settings("[places]\ncity_database = \"City.mmdb\"")
        .prepared(|folder, _| city_database(&folder.join("City.mmdb")))
        .await
}

async fn sign_in(gate: &Gatehouse, browser: &Browser) -> Page {
    let page = browser.open(&gate.url("access", "/sign-out")).await;
    if page.has_form("/sign-out") {
        browser.submit(page.form("/sign-out")).await;
    }
    let page = browser.open(&gate.url("access", "/sign-in")).await;
    let form = page.form("/sign-in").fill("username", "li.lei");
    browser.submit(form.fill("password", PASSWORD)).await
}

/// Proves the second factor, and has this browser spared it from now on.
async fn prove(browser: &Browser, authenticator: &Authenticator, page: Page) -> Page {
    let form = page.form("/sign-in/two-step");
    let code = authenticator.code().await;
    let form = form.fill("code", &code).fill("trust", "yes");
    browser.submit(form).await
}

/// What was unusual about the last sign-in, and where it was.
async fn last(gate: &Gatehouse) -> (serde_json::Value, serde_json::Value) {
    let events = ["events", "sign-ins", "--json", "--limit", "1"];
    let text = gate.command(&events).await;
    let log: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    let entry = &log[0];
    (entry["risk"].clone(), entry["place"]["city"]["en"].clone())
}

async fn with_trusted_browser(gate: &Gatehouse) -> (Browser, Authenticator) {
    let person = gate.visitor("li.lei").await;
    policy(
        gate,
        "two_step: { demand: required, methods: [authenticator], remember_days: 30 }",
    )
    .await;
    let browser = person.browser.carried_to(gate, SHANGHAI);
    sign_in(gate, &browser).await;
    let page = browser
        .open(&gate.url("access", "/sign-in/set-up-two-step"))
        .await;
    let authenticator = Authenticator::from_seed(&page.text_of("#key").unwrap());
    let code = authenticator.code().await;
    let form = page.form("/sign-in/set-up-two-step");
    browser.submit(form.fill("code", &code)).await;
    let page = sign_in(gate, &browser).await;
    prove(&browser, &authenticator, page).await;
    (browser, authenticator)
}

#[tokio::test]
async fn a_trusted_browser_is_asked_again_from_a_network_never_seen_and_the_log_says_why() {
    let gate = start().await;
    let (browser, authenticator) = with_trusted_browser(&gate).await;
    policy(
        &gate,
        "two_step: { demand: required, methods: [authenticator], remember_days: 30 }\n\
         risk: { unknown_network: ask }",
    )
    .await;
    let page = sign_in(&gate, &browser.carried_to(&gate, NEXT_DOOR)).await;
    assert!(!page.has_form("/sign-in/two-step"), "{page:?}");
    let away = browser.carried_to(&gate, LONDON);
    let page = sign_in(&gate, &away).await;
    assert!(page.has_form("/sign-in/two-step"), "{page:?}");
    prove(&away, &authenticator, page).await;
    let (risk, place) = last(&gate).await;
    assert_eq!(risk, serde_json::json!(["unknown_network"]));
    assert_eq!(place, "London");
    let page = sign_in(&gate, &away).await;
    assert!(
        !page.has_form("/sign-in/two-step"),
        "it is known now: {page:?}"
    );
}

#[tokio::test]
async fn whoever_is_in_two_cities_at_once_is_asked_and_the_log_says_why() {
    let gate = start().await;
    let (browser, authenticator) = with_trusted_browser(&gate).await;
    policy(
        &gate,
        "two_step: { demand: required, methods: [authenticator], remember_days: 30 }\n\
         risk: { impossible_travel: ask }",
    )
    .await;
    let page = sign_in(&gate, &browser).await;
    assert!(!page.has_form("/sign-in/two-step"), "{page:?}");
    let (risk, place) = last(&gate).await;
    assert_eq!((risk, place), (serde_json::json!([]), "Shanghai".into()));
    let away = browser.carried_to(&gate, LONDON);
    let page = sign_in(&gate, &away).await;
    assert!(page.has_form("/sign-in/two-step"), "{page:?}");
    prove(&away, &authenticator, page).await;
    let (risk, place) = last(&gate).await;
    assert_eq!(risk, serde_json::json!(["impossible_travel"]));
    assert_eq!(place, "London");
    let page = away.open(&gate.url("access", "/account")).await;
    assert!(page.shows("London, United Kingdom"), "{page:?}");
}
