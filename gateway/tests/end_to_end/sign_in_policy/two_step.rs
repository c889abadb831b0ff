//! Second factors, as the policy asks for them.

use super::{DAY, gets_in, is_signed_in, policy, sign_in, sign_in_at, sign_out};
use crate::end_to_end::harness::{
    Application, Authenticator, Browser, Gatehouse, PASSWORD, Page, Passkey, SmsService, Upstream,
};

const SENT: &str = "hello from the upstream";

/// Adds a passkey on the account page.
async fn add(gate: &Gatehouse, browser: &Browser) -> Passkey {
    let mut passkey = Passkey::new(gate);
    let page = browser.open(&gate.url("access", "/account/passkeys")).await;
    let page = browser.submit(passkey.press(&page)).await;
    assert!(page.status.is_success(), "{page:?}");
    passkey
}

fn asks_for_passkey(page: &Page) -> bool {
    page.attribute_of("button[data-passkey]", "data-passkey")
        .is_some()
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
async fn a_factor_is_asked_for_as_the_demand_says_and_by_an_application_whatever_it_says() {
    let upstream = Upstream::start().await;
    let vault = Application::new("vault", &upstream).with_two_step();
    let gate = Gatehouse::start().with_application(vault).await;
    let visitor = gate.visitor("li.lei").await;
    let mut passkey = add(&gate, &visitor.browser).await;
    gate.visitor("wang.fang").await;
    for (demand, with_one, without) in [
        ("off", "/", "/"),
        ("optional", "/sign-in/two-step", "/"),
        ("required", "/sign-in/two-step", "/sign-in/set-up-two-step"),
    ] {
        policy(&gate, &format!("two_step: {{ demand: '{demand}' }}")).await;
        let (browser, page) = sign_in(&gate, "li.lei", PASSWORD).await;
        assert_eq!(page.url.path(), with_one, "{demand}");
        let (other, page) = sign_in(&gate, "wang.fang", PASSWORD).await;
        assert_eq!(page.url.path(), without, "{demand}");
        for browser in [&browser, &other] {
            let page = browser.open(&gate.url("vault", "/")).await;
            assert!(!page.shows(SENT), "{demand}: {page:?}");
        }
        if is_signed_in(&browser) {
            let page = browser.open(&gate.url("vault", "/")).await;
            browser.submit(passkey.press(&page)).await;
            let page = browser.open(&gate.url("vault", "/")).await;
            assert!(page.shows(SENT), "{demand}: {page:?}");
        }
    }
}

#[tokio::test]
async fn of_authenticators_and_passkeys_those_count_that_the_policy_takes() {
    let gate = Gatehouse::start().await;
    let mut visitor = gate.visitor("li.lei").await;
    visitor.enrol().await;
    let mut passkey = add(&gate, &visitor.browser).await;
    let authenticator = visitor.authenticator.take().unwrap();
    let code = authenticator.code().await;

    policy(&gate, "two_step: { demand: required, methods: [passkey] }").await;
    let (browser, page) = sign_in(&gate, "li.lei", PASSWORD).await;
    assert!(asks_for_passkey(&page) && page.text_of("label[for=code]").is_none());
    let form = page.form("/sign-in/two-step").fill("code", &code);
    browser.submit(form).await;
    assert!(!is_signed_in(&browser), "a code is no proof here");
    let page = browser.open(&gate.url("access", "/sign-in/two-step")).await;
    browser.submit(passkey.press(&page)).await;
    assert!(is_signed_in(&browser));

    let (browser, asked_before) = sign_in(&gate, "li.lei", PASSWORD).await;
    policy(
        &gate,
        "two_step: { demand: required, methods: [authenticator] }",
    )
    .await;
    let page = browser.submit(passkey.press(&asked_before)).await;
    assert!(
        !is_signed_in(&browser),
        "a change holds from the next step on"
    );
    assert!(!asks_for_passkey(&page) && page.text_of("label[for=code]").is_some());
    let form = page.form("/sign-in/two-step").fill("code", &code);
    browser.submit(form).await;
    assert!(is_signed_in(&browser), "the same code is one now");
}

#[tokio::test]
async fn a_code_by_sms_counts_where_it_is_required_and_taken_and_nowhere_else() {
    let mut service = SmsService::start().await;
    let outbound = "[outbound]\nallow = [\"127.0.0.1\"]\n";
    let gate = Gatehouse::start().with_settings(outbound).await;
    gate.send_sms_by(&service).await;
    let mobile = ["--mobile", "+8613800138000"];
    gate.visitor_with("li.lei", &mobile).await;
    policy(&gate, "two_step: { demand: optional, methods: [sms] }").await;
    let (browser, _) = sign_in(&gate, "li.lei", PASSWORD).await;
    assert!(
        is_signed_in(&browser),
        "a number is nothing that was set up"
    );
    policy(
        &gate,
        "two_step: { demand: required, methods: [authenticator] }",
    )
    .await;
    let (_, page) = sign_in(&gate, "li.lei", PASSWORD).await;
    assert_eq!(page.url.path(), "/sign-in/set-up-two-step");

    policy(&gate, "two_step: { demand: required, methods: [sms] }").await;
    let (browser, page) = sign_in(&gate, "li.lei", PASSWORD).await;
    let form = page.form("/sign-in/two-step/code/send");
    let page = browser.submit(form).await;
    let (text, to) = service.message().await;
    assert_eq!(to, "+8613800138000");
    let is_code = |word: &&str| word.len() == 6 && word.bytes().all(|b| b.is_ascii_digit());
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let code = words
        .clone()
        .find(is_code)
        .unwrap_or_else(|| panic!("{text}"));
    let wrong = format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000);
    let form = page.form("/sign-in/two-step/code").fill("code", &wrong);
    let page = browser.submit(form).await;
    assert!(!is_signed_in(&browser));
    let form = page.form("/sign-in/two-step/code").fill("code", code);
    browser.submit(form).await;
    assert!(is_signed_in(&browser));
}

#[tokio::test]
async fn a_recovery_code_stands_for_the_factor_once() {
    let gate = Gatehouse::start().await;
    let codes = gate.visitor("li.lei").await.enrol().await;
    policy(&gate, "two_step: { demand: required }").await;
    let with = async |code: &str| {
        let (browser, _) = sign_in(&gate, "li.lei", PASSWORD).await;
        let page = browser
            .open(&gate.url("access", "/sign-in/recovery-code"))
            .await;
        let form = page.form("/sign-in/recovery-code").fill("code", code);
        browser.submit(form).await;
        is_signed_in(&browser)
    };
    assert!(with(&codes[0]).await);
    assert!(!with(&codes[0]).await, "it was used");
    assert!(with(&codes[1]).await);
}

#[tokio::test]
async fn setting_a_factor_up_can_be_put_off_for_the_days_of_grace() {
    let mut gate = Gatehouse::start().await;
    gate.visitor("li.lei").await;
    policy(&gate, "two_step: { demand: required, grace_days: 7 }").await;
    for passed in [0, 6] {
        gate.later(DAY * passed).await;
        let (browser, page) = sign_in(&gate, "li.lei", PASSWORD).await;
        let form = page.form("/sign-in/set-up-two-step/later");
        browser.submit(form).await;
        assert!(is_signed_in(&browser), "{passed}");
    }
    let (browser, page) = sign_in(&gate, "li.lei", PASSWORD).await;
    let later = page.form("/sign-in/set-up-two-step/later");
    policy(&gate, "two_step: { demand: required, grace_days: 6 }").await;
    browser.submit(later).await;
    assert!(!is_signed_in(&browser), "what was offered is over");
    policy(&gate, "two_step: { demand: required, grace_days: 7 }").await;
    gate.later(DAY).await;
    let (_, page) = sign_in(&gate, "li.lei", PASSWORD).await;
    assert!(page.has_form("/sign-in/set-up-two-step"));
    assert!(!page.has_form("/sign-in/set-up-two-step/later"));
}

#[tokio::test]
async fn a_marked_browser_is_spared_for_so_many_days_and_so_many_are() {
    let mut gate = Gatehouse::start().await;
    let first = gate.visitor("li.lei").await.browser;
    let mut passkey = add(&gate, &first).await;
    policy(&gate, "two_step: { remember_days: 30, remember_most: 2 }").await;
    let browsers = [first, Browser::new(&gate), Browser::new(&gate)];
    for browser in &browsers {
        if is_signed_in(browser) {
            sign_out(&gate, browser).await;
        }
        let page = sign_in_at(&gate, browser, "li.lei", PASSWORD).await;
        browser
            .submit(passkey.press(&page).fill("trust", "yes"))
            .await;
        assert!(is_signed_in(browser));
        sign_out(&gate, browser).await;
    }
    let is_asked = async |gate: &Gatehouse, browser: &Browser| {
        let page = sign_in_at(gate, browser, "li.lei", PASSWORD).await;
        if is_signed_in(browser) {
            sign_out(gate, browser).await;
        }
        page.url.path() == "/sign-in/two-step"
    };
    let [oldest, second, third] = &browsers;
    assert!(is_asked(&gate, oldest).await, "two and no more");
    assert!(!is_asked(&gate, second).await && !is_asked(&gate, third).await);
    gate.later(DAY * 29).await;
    assert!(!is_asked(&gate, third).await);
    gate.later(DAY).await;
    assert!(is_asked(&gate, third).await, "thirty days and no more");
    policy(&gate, "two_step: { remember_days: 0 }").await;
    let (_, page) = sign_in(&gate, "li.lei", PASSWORD).await;
    assert!(!page.shows("Do not ask again in this browser"));
}

#[tokio::test]
async fn a_passkey_alone_signs_in_only_where_it_may_and_has_asked_for_its_owner() {
    let gate = Gatehouse::start().await;
    let visitor = gate.visitor("li.lei").await;
    let mut passkey = add(&gate, &visitor.browser).await;
    let sign_in_page = gate.url("access", "/sign-in");
    let browser = Browser::new(&gate);
    assert!(!asks_for_passkey(&browser.open(&sign_in_page).await));
    policy(&gate, "two_step: { passkey_alone: true }").await;
    passkey.verifies_user = false;
    let page = browser.open(&sign_in_page).await;
    let page = browser.submit(passkey.press(&page)).await;
    assert!(!is_signed_in(&browser), "who held it is not known");
    passkey.verifies_user = true;
    let form = passkey.press(&page);
    policy(&gate, "two_step: { passkey_alone: false }").await;
    browser.submit(form).await;
    assert!(!is_signed_in(&browser), "no more");
    policy(&gate, "two_step: { passkey_alone: true, demand: required }").await;
    let page = browser.open(&sign_in_page).await;
    browser.submit(passkey.press(&page)).await;
    assert!(gets_in(&gate, &browser).await, "both factors at once");
}
