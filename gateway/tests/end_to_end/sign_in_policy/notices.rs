//! What people are told of their accounts, and what not.

use super::{is_signed_in, policy, sign_in};
use crate::end_to_end::harness::{Browser, Gatehouse, MailServer, PASSWORD};

async fn change_password(gate: &Gatehouse, browser: &Browser, old: &str, new: &str) {
    let page = browser.open(&gate.url("access", "/account/password")).await;
    let form = page.form("/account/password").fill("old", old);
    let form = form.fill("password", new).fill("repeated", new);
    assert!(browser.submit(form).await.status.is_success());
}

#[tokio::test]
async fn of_a_factor_people_are_told_and_of_nothing_that_is_off() {
    let mut server = MailServer::start().await;
    let outbound = "[outbound]\nallow = [\"127.0.0.1\"]\n";
    let gate = Gatehouse::start().with_settings(outbound).await;
    let mut visitor = gate.visitor("li.lei").await;
    gate.send_mail_by(&server).await;
    gate.verify_mail("li.lei", "li.lei@corp.test").await;
    policy(&gate, "notices: { factor_changed: true }").await;
    // None of these is told: the next mail is of the factor.
    let new = "slow green tram 7";
    change_password(&gate, &visitor.browser, PASSWORD, new).await;
    change_password(&gate, &visitor.browser, new, PASSWORD).await;
    assert!(is_signed_in(&sign_in(&gate, "li.lei", PASSWORD).await.0));
    for _ in 0..10 {
        sign_in(&gate, "li.lei", "not the password").await;
    }
    visitor.enrol().await;
    let (told, to) = server.mail().await;
    assert_eq!(to, "li.lei@corp.test");
    assert!(
        told.contains("a way of two-step verification was added"),
        "{told}"
    );
    gate.command(&["members", "reset-second-factor", "li.lei"])
        .await;
    let (told, _) = server.mail().await;
    assert!(
        told.contains("an administrator reset your two-step"),
        "{told}"
    );
    gate.command(&["members", "unlock", "li.lei"]).await;
    visitor.authenticator = None;
    visitor.sign_in().await;
    // Nor is this, once it is off: the next mail is of the password.
    policy(&gate, "notices: { password_changed: true }").await;
    visitor.enrol().await;
    change_password(&gate, &visitor.browser, PASSWORD, new).await;
    let (told, _) = server.mail().await;
    assert!(told.contains("your password was changed"), "{told}");
}
