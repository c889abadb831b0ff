//! What an administrator sets of a sender: its secret goes in and never comes out.

use axum::http::StatusCode;
use config::Role;
use serde_json::{Value, json};

use crate::api::tests::app::{App, With};
use crate::store::testing::on_both_engines;

const OP: &With = &With::Operator;

fn mail(host: &str) -> Value {
    json!({
        "host": host, "port": 465, "security": "tls", "username": "gate",
        "from": "gate@example.com", "from_name": {"en": "Gate", "zh-CN": "门房"},
    })
}

#[tokio::test]
async fn a_secret_is_kept_sealed_and_never_shown() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let draft = json!({"sender": mail("smtp.example.com"), "secret": "p4ss-w0rd"});
        let set = app.call(OP, "PUT", "/senders/mail", draft).await;
        assert_eq!(set.status, StatusCode::OK, "{}", set.body);
        assert_eq!(set.json["has_secret"], true);
        let read = app.get(OP, "/senders/mail").await;
        assert_eq!(read.json["sender"]["host"], "smtp.example.com");
        assert_eq!(read.json["sender"]["ceilings"]["per_recipient"], 10);
        let log = app.get(OP, "/events/audit?action=update").await;
        let mut connection = store.read().await.unwrap();
        let kept = crate::store::documents::get::<Value>(&mut connection, "mail_sender").await;
        let kept = kept.unwrap().unwrap().body.to_string();
        for text in [&set.body, &read.body, &log.body, &kept] {
            assert!(!text.contains("p4ss-w0rd"), "{text}");
        }
        assert!(log.body.contains("\"secret_changed\":true"), "{}", log.body);
    })
    .await;
}

#[tokio::test]
async fn attack_18_a_secret_is_asked_for_anew_when_it_would_be_shown_to_somebody_else() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let draft = json!({"sender": mail("smtp.example.com"), "secret": "p4ss-w0rd"});
        app.call(OP, "PUT", "/senders/mail", draft).await;
        let mut renamed = mail("smtp.example.com");
        renamed["from_name"]["en"] = json!("The gate");
        let kept = app
            .call(OP, "PUT", "/senders/mail", json!({"sender": renamed}))
            .await;
        assert_eq!(kept.status, StatusCode::OK, "{}", kept.body);
        assert_eq!(kept.json["has_secret"], true);
        for (key, value) in [
            ("host", json!("smtp.evil.example")),
            ("port", json!(2525)),
            ("security", json!("start_tls")),
            ("username", json!("other")),
        ] {
            let mut elsewhere = mail("smtp.example.com");
            elsewhere[key] = value;
            let asked = app
                .call(OP, "PUT", "/senders/mail", json!({"sender": elsewhere}))
                .await;
            assert_eq!(
                asked.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{key}: {}",
                asked.body
            );
            assert_eq!(asked.text("field"), "secret");
        }
        let gone = app.call(OP, "DELETE", "/senders/mail", json!({})).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT);
        let none = app.get(OP, "/senders/mail").await;
        assert_eq!(none.json, json!({"has_secret": false}));
        let unset = json!({"sender": mail("smtp.example.com")});
        let asked = app.call(OP, "PUT", "/senders/mail", unset).await;
        assert_eq!(asked.text("field"), "secret", "it was forgotten");
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_with_a_sender_is_told_by_its_field() {
    let store = crate::store::testing::TestStore::sqlite().await;
    let app = App::start(&store).await;
    for (key, value, field) in [
        ("host", json!("smtp .example"), "sender.host"),
        ("port", json!(0), "sender.port"),
        ("from", json!("a@b@c.com"), "sender.from"),
        ("security", json!("none"), "sender.security"),
        ("authority", json!("no certificate"), "sender.authority"),
        ("ceilings", json!({"per_day": 0}), "sender.ceilings.per_day"),
        ("from_name", json!({"en": "a\nb"}), "sender.from_name.en"),
    ] {
        let mut wrong = mail("smtp.example.com");
        wrong[key] = value;
        let draft = json!({"sender": wrong, "secret": "s"});
        let refused = app.call(OP, "PUT", "/senders/mail", draft).await;
        assert_eq!(
            refused.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{field}: {}",
            refused.body
        );
        assert!(refused.body.contains(field), "{field}: {}", refused.body);
    }
    for (service, field) in [
        (
            json!({"provider": "webhook", "url": "https://sms.example.com"}),
            "\"secret\"",
        ),
        (
            json!({"provider": "tencent", "secret_id": "a", "app_id": "1", "sign_name": "b".repeat(201),
                "templates": [{"kind": "one_time_code", "language": "en", "code": "1"}]}),
            "sender.service.sign_name",
        ),
        (json!({"provider": "pigeon"}), "sender.service"),
        (
            json!({"provider": "webhook", "url": "http://sms.example.com"}),
            "sender.service.url",
        ),
        (
            json!({"provider": "webhook", "url": "https://a:b@sms.example.com"}),
            "sender.service.url",
        ),
        (
            json!({"provider": "aliyun", "access_key_id": "a", "sign_name": "b", "templates": []}),
            "sender.service.templates",
        ),
        (
            json!({"provider": "twilio", "account_sid": "", "from": "+1"}),
            "sender.service.account_sid",
        ),
    ] {
        let draft = json!({"sender": {"service": service}, "secret": "whsec_no base64"});
        let refused = app.call(OP, "PUT", "/senders/sms", draft).await;
        assert_eq!(
            refused.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{field}: {}",
            refused.body
        );
        assert!(refused.body.contains(field), "{field}: {}", refused.body);
    }
}

#[tokio::test]
async fn a_sender_that_is_tried_out_tells_what_its_server_said() {
    let mut server = super::mail_server::MailServer::start("none", None).await;
    let store = crate::store::testing::TestStore::sqlite().await;
    let app = App::start(&store).await;
    let (_, auditor) = app.member("auditor", &[Role::Auditor]).await;
    let to = json!({"to": "ops@example.com"});
    let early = app
        .call(OP, "POST", "/senders/mail/tests", to.clone())
        .await;
    assert_eq!(early.status, StatusCode::CONFLICT, "{}", early.body);
    let audit = app.get(OP, "/events/audit?action=test").await;
    assert_eq!(audit.json["items"], json!([]), "nothing was tried");
    let sender = json!({
        "host": "127.0.0.1", "port": server.port, "security": "none", "from": "gate@example.com"
    });
    app.call(OP, "PUT", "/senders/mail", json!({"sender": sender}))
        .await;
    let forbidden = app
        .call(&auditor, "POST", "/senders/mail/tests", to.clone())
        .await;
    assert_eq!(forbidden.status, StatusCode::FORBIDDEN);
    let tried = app.call(OP, "POST", "/senders/mail/tests", to).await;
    assert_eq!(tried.json["taken"], true, "{}", tried.body);
    assert!(tried.text("finding").contains("7F3A"));
    assert!(
        server.mail().await["content"]
            .as_str()
            .unwrap()
            .contains("test mail")
    );
    app.state.clock.advance(std::time::Duration::from_mins(1));
    let nobody = json!({"to": "nobody@example.com"});
    let refused = app.call(OP, "POST", "/senders/mail/tests", nobody).await;
    assert_eq!(refused.json["taken"], false);
    assert!(refused.text("finding").contains("no such mailbox"));
    let log = app.get(&auditor, "/messages?channel=mail").await;
    let states: Vec<&str> = log.json["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["state"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["failed", "sent"]);
}

#[tokio::test]
async fn nobody_is_shut_out_by_a_factor_that_nobody_sends() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let policy =
            |methods: &[&str]| json!({"two_step": {"demand": "required", "methods": methods}});
        let put = async |methods: &[&str]| {
            app.call(OP, "PUT", "/sign-in-policy", policy(methods))
                .await
        };
        let refused = put(&["sms", "mail"]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.text("field"), "two_step.methods");
        let draft = json!({"sender": mail("smtp.example.com"), "secret": "p"});
        app.call(OP, "PUT", "/senders/mail", draft).await;
        assert_eq!(put(&["sms", "mail"]).await.status, StatusCode::OK);
        let refused = app.call(OP, "DELETE", "/senders/mail", json!({})).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.body);
        assert!(refused.body.contains("authenticator"), "{}", refused.body);
        assert_eq!(put(&["authenticator", "mail"]).await.status, StatusCode::OK);
        let gone = app.call(OP, "DELETE", "/senders/mail", json!({})).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT, "{}", gone.body);
    })
    .await;
}
