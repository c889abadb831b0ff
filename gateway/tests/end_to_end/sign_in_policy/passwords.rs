//! Passwords, as the policy has them chosen and lets them grow old.

use serde_json::Value;

use super::{DAY, is_signed_in, policy, sign_in};
use crate::end_to_end::harness::{Browser, Gatehouse, PASSWORD, Page};

/// Where a new member chooses a password.
async fn newcomer(gate: &Gatehouse, username: &str) -> (Browser, Page) {
    let made = gate.command(&["members", "add", username, "--json"]).await;
    let made: Value = serde_json::from_str(&made).unwrap();
    let browser = Browser::new(gate);
    let page = browser.open(made["url"].as_str().unwrap()).await;
    let form = page.form("/welcome");
    let code = made["code"].as_str().unwrap();
    let page = browser.submit(form.fill("code", code)).await;
    (browser, page)
}

async fn choose(browser: &Browser, page: &Page, password: &str) -> Page {
    let form = page.form("/sign-in/new-password");
    let form = form.fill("password", password).fill("repeated", password);
    browser.submit(form).await
}

#[tokio::test]
async fn a_password_is_as_the_policy_of_the_day_asks() {
    let gate = Gatehouse::start().await;
    let strict = "password: { min_length: 14, classes: upper_lower_digits_special }";
    policy(&gate, strict).await;
    let (browser, mut page) = newcomer(&gate, "li.lei").await;
    for (password, why) in [
        ("Slow-tram-7", "at least 14 characters"),
        ("slow green tram 7", "a capital letter"),
        ("Slow green trams", "a digit"),
        ("Li.Lei-Li.Lei-77", "must not be made of your username"),
        ("Password123!!!", "easy to guess"),
    ] {
        page = choose(&browser, &page, password).await;
        assert_eq!(page.status, 422, "{password}");
        assert!(page.shows(why), "{password}: {}", page.html);
    }
    let good = "Slow-green-tram-7";
    choose(&browser, &page, good).await;
    assert!(is_signed_in(&browser));
}

#[tokio::test]
async fn what_each_rule_refuses_it_takes_once_it_is_met() {
    let gate = Gatehouse::start().await;
    let (long, longer) = (
        "slow-green-tram ".repeat(4),
        "slow-green-tram ".repeat(4) + "7",
    );
    for (number, (rule, refused, why, taken)) in [
        (
            "min_length: 16",
            "slow green tram",
            "use at least 16 characters",
            "slow green trams",
        ),
        (
            "max_length: 64",
            longer.as_str(),
            "use at most 64 characters",
            long.as_str(),
        ),
        (
            "classes: letters_digits",
            "slow green tram",
            "a letter and a digit",
            "slow green tram 7",
        ),
        (
            "classes: upper_lower_digits",
            "slow green tram 7",
            "a capital letter",
            "Slow green tram 7",
        ),
        (
            "classes: upper_lower_digits_special",
            "SlowGreenTram7",
            "a special character",
            "Slow-Green-Tram-7",
        ),
        (
            "refuse_guessable: true",
            "Password123!",
            "easy to guess",
            "slow green tram",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        policy(&gate, &format!("password: {{ {rule} }}")).await;
        let (browser, page) = newcomer(&gate, &format!("person-{number}")).await;
        let page = choose(&browser, &page, refused).await;
        assert_eq!(page.status, 422, "{rule}");
        assert!(page.shows(why), "{rule}: {}", page.html);
        choose(&browser, &page, taken).await;
        assert!(is_signed_in(&browser), "{rule}: {taken}");
    }
    policy(
        &gate,
        "password: { refuse_guessable: false, min_length: 8 }",
    )
    .await;
    let (browser, page) = newcomer(&gate, "careless").await;
    choose(&browser, &page, "12345678").await;
    assert!(is_signed_in(&browser), "nothing more was asked");
}

#[tokio::test]
async fn a_password_on_the_list_that_the_operator_loads_while_the_node_runs_is_refused() {
    let gate = Gatehouse::start().await;
    let leak = gate.folder().join("leak.txt");
    // The SHA-1 of "slow green tram 77", as Have I Been Pwned would have it.
    std::fs::write(&leak, "D81292A2A9F6A4A57AEBFB9491F59157ED8F4FFB:3\r\n").unwrap();
    let load = ["breached-passwords", "load", leak.to_str().unwrap()];
    let said = gate.command(&load).await;
    assert!(said.contains("knows 1 breached passwords"), "{said}");
    policy(&gate, "password: { refuse_breached: true }").await;
    let (browser, mut page) = newcomer(&gate, "li.lei").await;
    for (password, is_taken) in [("slow green tram 77", false), ("slow green tram 78", true)] {
        page = choose(&browser, &page, password).await;
        assert_eq!(is_signed_in(&browser), is_taken, "{password}: {page:?}");
        assert_eq!(page.shows("known from a leak"), !is_taken, "{password}");
    }
}

#[tokio::test]
async fn earlier_passwords_are_refused_as_far_as_the_policy_looks_back() {
    let gate = Gatehouse::start().await;
    let browser = gate.visitor("li.lei").await.browser;
    policy(&gate, "password: { history: 2 }").await;
    let change = async |old: &str, new: &str| {
        let page = browser.open(&gate.url("access", "/account/password")).await;
        let form = page.form("/account/password").fill("old", old);
        let form = form.fill("password", new).fill("repeated", new);
        browser.submit(form).await
    };
    let [second, third, fourth] = [
        "slow green tram 2",
        "slow green tram 3",
        "slow green tram 4",
    ];
    assert_eq!(change(PASSWORD, second).await.status, 200);
    assert_eq!(change(second, third).await.status, 200);
    for (old, why) in [
        (third, "must differ from the old one"),
        (second, "used this password before"),
        (PASSWORD, "used this password before"),
    ] {
        let page = change(third, old).await;
        assert_eq!(page.status, 422, "{old}");
        assert!(page.shows(why), "{old}: {}", page.html);
    }
    assert_eq!(change(third, fourth).await.status, 200);
    assert_eq!(change(fourth, PASSWORD).await.status, 200, "three back");
    policy(&gate, "password: { history: 0 }").await;
    assert_eq!(change(PASSWORD, fourth).await.status, 200);
}

#[tokio::test]
async fn of_a_password_that_grows_old_people_are_warned_and_then_asked_for_another() {
    let mut gate = Gatehouse::start().await;
    gate.visitor("li.lei").await;
    policy(&gate, "password: { max_age_days: 30, warn_days: 7 }").await;
    gate.later(DAY * 22).await;
    let (_, page) = sign_in(&gate, "li.lei", PASSWORD).await;
    assert!(!page.shows("Your password ends"), "{}", page.html);
    gate.later(DAY * 2).await;
    let (_, page) = sign_in(&gate, "li.lei", PASSWORD).await;
    assert!(page.shows("Your password ends in 6 days."), "{}", page.html);
    gate.later(DAY * 6).await;
    let (browser, page) = sign_in(&gate, "li.lei", PASSWORD).await;
    assert!(page.shows("Your password is too old"), "{}", page.html);
    assert!(!is_signed_in(&browser));
    let page = choose(&browser, &page, PASSWORD).await;
    assert!(page.shows("must differ from the old one"), "{}", page.html);
    let page = choose(&browser, &page, "slow green tram 7").await;
    assert!(
        is_signed_in(&browser) && !page.shows("Your password"),
        "{page:?}"
    );
    assert!(!is_signed_in(&sign_in(&gate, "li.lei", PASSWORD).await.0));
}

#[tokio::test]
async fn nobody_asks_for_a_new_password_where_that_is_off() {
    let gate = Gatehouse::start().await;
    let browser = Browser::new(&gate);
    let page = browser.open(&gate.url("access", "/sign-in")).await;
    assert!(!page.shows("Forgot your password?"));
    let page = browser.open(&gate.url("access", "/sign-in/forgot")).await;
    assert!(!page.has_form("/sign-in/forgot"), "{page:?}");
}
