//! The sign-in policy, as an operator writes it in a file and people meet it at the real program: each field of
//! it, and where it is proven. `passkeys.test.js` and `console_sign_in_policy.test.js` of `tests/browser` meet the same
//! pages with the script of a real browser, and its authenticator.
//!
//! | part | field | proven by |
//! |---|---|---|
//! | `two_step` | `demand` | `two_step`: asked as the demand says; set up within the sign-in |
//! | | `methods` | `two_step`: authenticator and passkey, SMS, recovery codes; `message_codes`: mail |
//! | | `passkey_alone` | `two_step`: a passkey alone |
//! | | `grace_days` | `two_step`: put off |
//! | | `remember_days`, `remember_most` | `two_step`: marked browsers |
//! | `password` | `min_length`, `max_length`, `classes`, `refuse_guessable` | `passwords`: what is refused and what is taken |
//! | | own names | `passwords`: as the policy of the day asks |
//! | | `refuse_breached` | `passwords`: the operator's list |
//! | | `history` | `passwords`: earlier ones |
//! | | `max_age_days`, `warn_days` | `passwords`: too old |
//! | | `reset` | `message_codes`: a code for a new one; `passwords`: where it is off |
//! | `sessions` | `idle_minutes` | `sessions`: unused |
//! | | `absolute_hours` | `sessions`: used all the while; cut short at once |
//! | | `keep_after_closing` | `sessions`: until the browser is closed |
//! | | `most` | `sessions`: the oldest ends |
//! | `attempts` | `wrong_passwords`, `within_minutes`, `locked_minutes` | `attempts`: locks, and how they open |
//! | | `captcha` | `attempts`: never, after some failures, always; `exceptions`: the strictest |
//! | `notices` | `new_sign_in`, `password_changed`, `locked` | `message_codes` |
//! | | `factor_changed`, and all of them off | `notices` |
//! | `exceptions` | groups, guests, each part, their order | `exceptions` |
//! | all | what is out of bounds | here: refused by line |

mod attempts;
mod exceptions;
mod notices;
mod passwords;
mod sessions;
mod two_step;

use std::time::Duration;

use config::cookies::SESSION;

use super::harness::{Browser, Gatehouse, PASSWORD, Page};

const ACCESS: &str = "access.corp.test";
const DAY: Duration = Duration::from_hours(24);

/// Puts a policy in force: the YAML below `kind`.
pub(super) async fn policy(gate: &Gatehouse, yaml: &str) {
    let folder = gate.folder().join("policy");
    std::fs::create_dir_all(&folder).unwrap();
    let text = format!("kind: sign_in_policy\n{yaml}");
    std::fs::write(folder.join("sign-in-policy.yaml"), text).unwrap();
    gate.command(&["apply", "-f", folder.to_str().unwrap()])
        .await;
}

/// Sends a name and a password from a new browser.
async fn sign_in(gate: &Gatehouse, username: &str, password: &str) -> (Browser, Page) {
    let browser = Browser::new(gate);
    let page = sign_in_at(gate, &browser, username, password).await;
    (browser, page)
}

/// The same from a browser that knows the person, once nobody is signed in there.
async fn sign_in_at(gate: &Gatehouse, browser: &Browser, username: &str, password: &str) -> Page {
    let page = browser.open(&gate.url("access", "/sign-in")).await;
    let form = page.form("/sign-in").fill("username", username);
    browser.submit(form.fill("password", password)).await
}

async fn sign_out(gate: &Gatehouse, browser: &Browser) {
    let page = browser.open(&gate.url("access", "/sign-out")).await;
    browser.submit(page.form("/sign-out")).await;
    assert!(!is_signed_in(browser));
}

/// Whether the browser was given a session at the access host.
fn is_signed_in(browser: &Browser) -> bool {
    browser.cookie(ACCESS, SESSION).is_some()
}

/// Whether it still opens the pages of the person there.
async fn gets_in(gate: &Gatehouse, browser: &Browser) -> bool {
    let page = browser.open(&gate.url("access", "/account")).await;
    page.url.path() == "/account"
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
