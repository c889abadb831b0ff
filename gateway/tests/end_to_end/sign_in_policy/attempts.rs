//! What becomes of those who guess, as the policy says.

use std::time::Duration;

use super::{DAY, is_signed_in, policy, sign_in};
use crate::end_to_end::harness::{Browser, Gatehouse, PASSWORD, Page};

const MINUTE: Duration = Duration::from_mins(1);

async fn guess(gate: &Gatehouse, times: usize) {
    for _ in 0..times {
        let (_, page) = sign_in(gate, "li.lei", "not the password").await;
        assert_eq!(page.status, 422);
    }
}

/// Whether the right password is taken from a browser that nobody knows.
async fn is_open(gate: &Gatehouse) -> bool {
    is_signed_in(&sign_in(gate, "li.lei", PASSWORD).await.0)
}

#[tokio::test]
async fn so_many_guesses_within_so_many_minutes_lock_the_account_for_as_long_as_it_says() {
    let mut gate = Gatehouse::start().await;
    gate.visitor("li.lei").await;
    let yaml = "attempts: { wrong_passwords: 3, within_minutes: 10, locked_minutes: 30 }";
    policy(&gate, yaml).await;
    guess(&gate, 2).await;
    assert!(
        is_open(&gate).await,
        "two of three, and the count begins anew"
    );
    guess(&gate, 2).await;
    gate.later(MINUTE * 11).await;
    guess(&gate, 2).await;
    assert!(is_open(&gate).await, "the first two are too long ago");
    guess(&gate, 3).await;
    assert!(!is_open(&gate).await);
    gate.later(MINUTE * 28).await;
    assert!(!is_open(&gate).await);
    gate.later(MINUTE * 2).await;
    assert!(is_open(&gate).await);
    guess(&gate, 3).await;
    assert!(!is_open(&gate).await);
    gate.command(&["members", "unlock", "li.lei"]).await;
    assert!(is_open(&gate).await, "an administrator need not wait");
}

#[tokio::test]
async fn a_lock_without_an_end_is_opened_by_an_administrator_alone() {
    let mut gate = Gatehouse::start().await;
    gate.visitor("li.lei").await;
    policy(&gate, "attempts: { wrong_passwords: 3, locked_minutes: 0 }").await;
    guess(&gate, 3).await;
    gate.later(DAY * 30).await;
    assert!(!is_open(&gate).await);
    gate.command(&["members", "unlock", "li.lei"]).await;
    assert!(is_open(&gate).await);
}

fn shows_captcha(page: &Page) -> bool {
    page.text_of("label[for=captcha_answer]").is_some()
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
async fn a_captcha_is_asked_of_everybody_each_time_or_never() {
    let gate = Gatehouse::start().await;
    gate.visitor("li.lei").await;
    policy(&gate, "attempts: { captcha: { kind: never } }").await;
    for _ in 0..9 {
        let (_, page) = sign_in(&gate, "li.lei", "not the password").await;
        assert!(!shows_captcha(&page), "{page:?}");
    }
    assert!(is_open(&gate).await);
    policy(&gate, "attempts: { captcha: { kind: always } }").await;
    let browser = Browser::new(&gate);
    let page = browser.open(&gate.url("access", "/sign-in")).await;
    assert!(shows_captcha(&page), "before anything is typed");
    let (browser, page) = sign_in(&gate, "li.lei", PASSWORD).await;
    assert!(!is_signed_in(&browser) && shows_captcha(&page), "{page:?}");
    let form = page.form("/sign-in").fill("captcha_other", "question");
    let page = browser.submit(form).await;
    let question = page.text_of("label[for=captcha_answer]").unwrap();
    let form = page.form("/sign-in").fill("password", PASSWORD);
    browser
        .submit(form.fill("captcha_answer", &sum(&question)))
        .await;
    assert!(is_signed_in(&browser), "{question}");
}
