//! The sign-in policy, as an operator writes it in a file and people meet it at the real program.

use config::cookies::SESSION;

use super::harness::{Application, Authenticator, Browser, Gatehouse, PASSWORD, Page, Upstream};

const ACCESS: &str = "access.corp.test";

/// Puts a policy in force: the YAML below `kind`.
pub(super) async fn policy(gate: &Gatehouse, yaml: &str) {
    let folder = gate.folder().join("policy");
    std::fs::create_dir_all(&folder).unwrap();
    let text = format!("kind: sign_in_policy\n{yaml}");
    std::fs::write(folder.join("sign-in-policy.yaml"), text).unwrap();
    gate.command(&["apply", "-f", folder.to_str().unwrap()])
        .await;
}

async fn sign_in(gate: &Gatehouse, username: &str, password: &str) -> (Browser, Page) {
    let browser = Browser::new(gate);
    let page = browser.open(&gate.url("access", "/sign-in")).await;
    let form = page.form("/sign-in").fill("username", username);
    let page = browser.submit(form.fill("password", password)).await;
    (browser, page)
}

fn is_signed_in(browser: &Browser) -> bool {
    browser.cookie(ACCESS, SESSION).is_some()
}

#[tokio::test]
async fn whoever_must_have_a_second_factor_sets_one_up_within_the_sign_in() {
    let upstream = Upstream::start().await;
    let gate = Gatehouse::start()
        .with_application(Application::new("wiki", &upstream))
        .await;
    gate.visitor("li.lei").await;
    policy(
        &gate,
        "two_step: { demand: required, methods: [authenticator] }",
    )
    .await;
    let (browser, page) = sign_in(&gate, "li.lei", PASSWORD).await;
    assert!(page.has_form("/sign-in/set-up-two-step"), "{page:?}");
    assert!(!is_signed_in(&browser));
    let wiki = browser.open(&gate.url("wiki", "/")).await;
    assert!(
        wiki.has_form("/sign-in"),
        "half a sign-in opens nothing: {wiki:?}"
    );
    let page = browser
        .open(&gate.url("access", "/sign-in/set-up-two-step"))
        .await;
    let authenticator = Authenticator::from_seed(&page.text_of("#key").unwrap());
    let form = page.form("/sign-in/set-up-two-step");
    let code = authenticator.code().await;
    let page = browser.submit(form.fill("code", &code)).await;
    assert!(page.text_of(".codes").is_some(), "{page:?}");
    assert!(is_signed_in(&browser));
    let (second, page) = sign_in(&gate, "li.lei", PASSWORD).await;
    assert!(!is_signed_in(&second));
    let form = page.form("/sign-in/two-step");
    let code = authenticator.code().await;
    second.submit(form.fill("code", &code)).await;
    assert!(is_signed_in(&second));
}

#[tokio::test]
async fn a_password_is_as_the_policy_of_the_day_asks() {
    let gate = Gatehouse::start().await;
    let strict = "password: { min_length: 14, classes: upper_lower_digits_special }";
    policy(&gate, strict).await;
    let made = gate.command(&["members", "add", "li.lei", "--json"]).await;
    let made: serde_json::Value = serde_json::from_str(&made).unwrap();
    let browser = Browser::new(&gate);
    let page = browser.open(made["url"].as_str().unwrap()).await;
    let form = page.form("/welcome");
    let mut page = browser
        .submit(form.fill("code", made["code"].as_str().unwrap()))
        .await;
    for (password, why) in [
        ("Slow-tram-7", "at least 14 characters"),
        ("slow green tram 7", "a capital letter"),
        ("Slow green trams", "a digit"),
        ("Li.Lei-Li.Lei-77", "must not be made of your username"),
        ("Password123!!!", "easy to guess"),
    ] {
        let form = page
            .form("/sign-in/new-password")
            .fill("password", password);
        page = browser.submit(form.fill("repeated", password)).await;
        assert_eq!(page.status, 422, "{password}");
        assert!(page.shows(why), "{password}: {}", page.html);
    }
    let good = "Slow-green-tram-7";
    let form = page.form("/sign-in/new-password").fill("password", good);
    browser.submit(form.fill("repeated", good)).await;
    assert!(is_signed_in(&browser));
}

#[tokio::test]
async fn one_sign_in_at_a_time_and_for_as_long_as_the_policy_says() {
    let gate = Gatehouse::start().await;
    let first = gate.visitor("li.lei").await;
    policy(
        &gate,
        "sessions: { most: 1, keep_after_closing: true, absolute_hours: 168 }",
    )
    .await;
    let (second, page) = sign_in(&gate, "li.lei", PASSWORD).await;
    assert!(is_signed_in(&second), "{page:?}");
    let page = first.browser.open(&gate.url("access", "/account")).await;
    assert!(page.has_form("/sign-in"), "the first is over: {page:?}");
    let page = second.open(&gate.url("access", "/account")).await;
    assert!(
        page.status.is_success() && !page.has_form("/sign-in?"),
        "{page:?}"
    );
}

#[tokio::test]
async fn a_policy_that_will_not_do_is_refused_by_line_and_the_last_one_holds() {
    let gate = Gatehouse::start().await;
    policy(&gate, "attempts: { wrong_passwords: 3 }").await;
    gate.visitor("li.lei").await;
    let file = gate.folder().join("policy/sign-in-policy.yaml");
    std::fs::write(
        &file,
        "kind: sign_in_policy\nattempts:\n  wrong_passwords: 2\n",
    )
    .unwrap();
    let output = gate
        .try_command(&["apply", "-f", file.parent().unwrap().to_str().unwrap()])
        .await;
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(!output.status.success());
    assert!(said.contains("sign-in-policy.yaml:3"), "{said}");
    assert!(said.contains("3 to 100"), "{said}");
    for _ in 0..3 {
        let (_, page) = sign_in(&gate, "li.lei", "not the password").await;
        assert_eq!(page.status, 422);
    }
    let (browser, _) = sign_in(&gate, "li.lei", PASSWORD).await;
    assert!(!is_signed_in(&browser), "locked after three");
}

/// The sum of a question such as "How much is seven plus twelve?".
fn sum(question: &str) -> String {
    const WORDS: [&str; 20] = [
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
        "twenty",
    ];
    let words = question.split([' ', '?']);
    let numbers = words.filter_map(|word| WORDS.iter().position(|one| *one == word));
    numbers.map(|at| at + 1).sum::<usize>().to_string()
}

#[tokio::test]
async fn after_some_failures_a_captcha_is_asked_which_spares_the_account() {
    let gate = Gatehouse::start().await;
    gate.visitor("li.lei").await;
    let asked = "attempts: { wrong_passwords: 4, captcha: { kind: after, failures: 2 } }";
    policy(&gate, asked).await;
    for _ in 0..2 {
        sign_in(&gate, "li.lei", "not the password").await;
    }
    for _ in 0..5 {
        let (browser, page) = sign_in(&gate, "li.lei", PASSWORD).await;
        assert_eq!(page.status, 422);
        assert!(
            page.html.contains("src=\"data:image/png;base64,"),
            "{page:?}"
        );
        assert!(
            !is_signed_in(&browser),
            "the right password without an answer"
        );
    }
    let (browser, page) = sign_in(&gate, "li.lei", PASSWORD).await;
    let form = page.form("/sign-in").fill("captcha_other", "question");
    let page = browser.submit(form).await;
    let question = page.text_of("label[for=captcha_answer]").unwrap();
    let form = page.form("/sign-in").fill("password", PASSWORD);
    browser
        .submit(form.fill("captcha_answer", &sum(&question)))
        .await;
    assert!(
        is_signed_in(&browser),
        "the account was not locked: {question}"
    );
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
    let made = gate.command(&["members", "add", "li.lei", "--json"]).await;
    let made: serde_json::Value = serde_json::from_str(&made).unwrap();
    let browser = Browser::new(&gate);
    let page = browser.open(made["url"].as_str().unwrap()).await;
    let form = page.form("/welcome");
    let code = made["code"].as_str().unwrap();
    let mut page = browser.submit(form.fill("code", code)).await;
    for (password, is_taken) in [("slow green tram 77", false), ("slow green tram 78", true)] {
        let form = page
            .form("/sign-in/new-password")
            .fill("password", password);
        page = browser.submit(form.fill("repeated", password)).await;
        assert_eq!(is_signed_in(&browser), is_taken, "{password}: {page:?}");
        assert_eq!(page.shows("known from a leak"), !is_taken, "{password}");
    }
}
