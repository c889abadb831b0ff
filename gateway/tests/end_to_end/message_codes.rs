//! Codes by mail at the real program and a real mail server: as a second factor, for a forgotten password, and
//! what people are told of their accounts.

use config::cookies::SESSION;
use reqwest::{Method, StatusCode};
use serde_json::json;

use super::harness::{Browser, Gatehouse, MailServer, PASSWORD, Page};
use super::sign_in_policy::policy;

const MAIL: &str = "li.lei@corp.test";

async fn house(server: &MailServer, yaml: &str) -> Gatehouse {
    let outbound = "[outbound]\nallow = [\"127.0.0.1\"]\n";
    let gate = Gatehouse::start().with_settings(outbound).await;
    gate.visitor("li.lei").await;
    gate.send_mail_by(server).await;
    gate.verify_mail("li.lei", MAIL).await;
    policy(&gate, yaml).await;
    gate
}

async fn sign_in(gate: &Gatehouse, password: &str) -> (Browser, Page) {
    let browser = Browser::new(gate);
    let page = browser.open(&gate.url("access", "/sign-in")).await;
    let form = page.form("/sign-in").fill("username", "li.lei");
    let page = browser.submit(form.fill("password", password)).await;
    (browser, page)
}

fn is_signed_in(browser: &Browser) -> bool {
    browser.cookie("access.corp.test", SESSION).is_some()
}

/// The line of the mail that stands for itself and looks like this.
fn line(text: &str, is_it: impl Fn(&str) -> bool) -> String {
    let mut lines = text.lines().map(str::trim);
    let found = lines.find(|line| is_it(line));
    found.unwrap_or_else(|| panic!("{text}")).to_owned()
}

fn digits(text: &str) -> String {
    line(text, |line| {
        line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit())
    })
}

#[tokio::test]
async fn a_code_by_mail_is_the_second_factor_in_the_browser_that_asked_for_it() {
    let mut server = MailServer::start().await;
    let yaml = "two_step: { demand: required, methods: [mail] }";
    let gate = house(&server, yaml).await;
    let (browser, page) = sign_in(&gate, PASSWORD).await;
    assert!(page.has_form("/sign-in/two-step/code/send"), "{page:?}");
    assert!(!page.shows(MAIL), "the address is not told: {}", page.html);
    let page = browser
        .submit(page.form("/sign-in/two-step/code/send"))
        .await;
    let (text, to) = server.mail().await;
    assert_eq!(to, MAIL);
    let code = digits(&text);

    let (thief, theirs) = sign_in(&gate, PASSWORD).await;
    let theirs = thief
        .submit(theirs.form("/sign-in/two-step/code/send"))
        .await;
    if theirs.has_form("/sign-in/two-step/code") {
        let form = theirs.form("/sign-in/two-step/code").fill("code", &code);
        thief.submit(form).await;
    }
    assert!(
        !is_signed_in(&thief),
        "another browser's code lets nobody in"
    );

    let form = page.form("/sign-in/two-step/code").fill("code", &code);
    browser.submit(form).await;
    assert!(is_signed_in(&browser));
}

#[tokio::test]
async fn whoever_forgot_the_password_sets_a_new_one_and_is_told_of_it() {
    let mut server = MailServer::start().await;
    let yaml = "password: { reset: true }\nnotices: { password_changed: true }";
    let gate = house(&server, yaml).await;
    let browser = Browser::new(&gate);
    let ask = async |who: &str| {
        let page = browser.open(&gate.url("access", "/sign-in/forgot")).await;
        let form = page.form("/sign-in/forgot").fill("username", who);
        browser.submit(form).await
    };
    let (nobody, known) = (ask("nobody.here").await, ask("li.lei").await);
    assert_eq!(nobody.status, known.status);
    assert_eq!(nobody.text_of("main"), known.text_of("main"));
    let (text, to) = server.mail().await;
    assert_eq!(to, MAIL);
    let url = line(&text, |line| line.starts_with("https://"));
    assert!(url.starts_with(&gate.url("access", "/welcome")), "{url}");
    let code = line(&text, |line| {
        line.len() == 19 && line.matches('-').count() == 3
    });
    let page = browser.open(&url).await;
    let page = browser
        .submit(page.form("/welcome").fill("code", &code))
        .await;
    let new = "another horse battery staple";
    let form = page.form("/sign-in/new-password").fill("password", new);
    browser.submit(form.fill("repeated", new)).await;
    assert!(is_signed_in(&browser));
    let (told, _) = server.mail().await;
    assert!(told.contains("your password was changed"), "{told}");
    assert!(!is_signed_in(&sign_in(&gate, PASSWORD).await.0));
    assert!(is_signed_in(&sign_in(&gate, new).await.0));
    let again = Browser::new(&gate);
    let page = again.open(&url).await;
    let page = again
        .submit(page.form("/welcome").fill("code", &code))
        .await;
    assert!(page.has_form("/welcome"), "it is used up: {page:?}");
}

#[tokio::test]
async fn a_new_browser_and_a_lock_are_told_as_the_policy_says() {
    let mut server = MailServer::start().await;
    let yaml = "notices: { new_sign_in: true, locked: true }\nattempts: { wrong_passwords: 3 }";
    let gate = house(&server, yaml).await;
    assert!(is_signed_in(&sign_in(&gate, PASSWORD).await.0));
    let (told, to) = server.mail().await;
    assert_eq!(to, MAIL);
    assert!(told.contains("a sign-in from a new browser"), "{told}");
    assert!(told.contains("127.0.0.1"), "{told}");
    for _ in 0..3 {
        sign_in(&gate, "not the password").await;
    }
    let (told, _) = server.mail().await;
    assert!(told.contains("locked"), "{told}");
}

/// A guest of that address, who has never set a password.
async fn guest(gate: &Gatehouse, username: &str, email: &str) {
    let draft = json!({
        "username": username, "display_name": username, "email": email, "email_verified": true,
    });
    gate.call(Method::POST, "/guests", Some(draft)).await;
}

async fn ask_for_code(gate: &Gatehouse, who: &str) -> (Browser, Page) {
    let browser = Browser::new(gate);
    let page = browser.open(&gate.url("access", "/sign-in/code")).await;
    let form = page.form("/sign-in/code").fill("username", who);
    let page = browser.submit(form).await;
    (browser, page)
}

/// Puts other rules in force for guests.
async fn policy_of_guests(gate: &Gatehouse, two_step: &str) {
    let who = "name: Guests, who: [{ kind: guests }]";
    let yaml = format!("exceptions: [{{ {who}, two_step: {{ {two_step} }} }}]");
    policy(gate, &yaml).await;
}

#[tokio::test]
async fn a_guest_comes_in_by_a_code_to_their_mail_where_the_policy_says_so() {
    let mut server = MailServer::start().await;
    let gate = house(&server, "two_step: {}").await;
    let mails = ["han@corp.test", "mei@corp.test", "lin@corp.test"];
    for (username, mail) in ["guest.han", "guest.mei", "guest.lin"].iter().zip(mails) {
        guest(&gate, username, mail).await;
    }
    policy_of_guests(&gate, "code_alone: true").await;
    let (_, nobody) = ask_for_code(&gate, "nobody.here").await;
    let (_, member) = ask_for_code(&gate, "li.lei").await;
    let (browser, page) = ask_for_code(&gate, mails[0]).await;
    for other in [&nobody, &member] {
        assert_eq!(other.status, page.status);
        assert_eq!(other.text_of("main"), page.text_of("main"));
    }
    let (text, to) = server.mail().await;
    assert_eq!(to, mails[0], "and none to the member, who needs a password");
    let form = page.form("/sign-in/code/enter");
    browser.submit(form.fill("code", &digits(&text))).await;
    assert!(is_signed_in(&browser));

    let stricter = "code_alone: true, demand: required, methods: [authenticator, mail]";
    policy_of_guests(&gate, stricter).await;
    let (browser, page) = ask_for_code(&gate, "guest.mei").await;
    let (text, _) = server.mail().await;
    let form = page.form("/sign-in/code/enter");
    let page = browser.submit(form.fill("code", &digits(&text))).await;
    assert!(page.has_form("/sign-in/set-up-two-step"), "{page:?}");
    assert!(!is_signed_in(&browser), "a code by mail is one factor");

    let (browser, page) = ask_for_code(&gate, "guest.lin").await;
    let (text, _) = server.mail().await;
    policy_of_guests(&gate, "code_alone: false").await;
    let form = page.form("/sign-in/code/enter");
    let closed = browser.submit(form.fill("code", &digits(&text))).await;
    assert_eq!(closed.status, StatusCode::NOT_FOUND);
    assert!(!is_signed_in(&browser), "the form was posted all the same");
}
