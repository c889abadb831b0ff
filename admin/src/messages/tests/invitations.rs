//! Members are invited: one of them, or many at once.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::api::tests::app::{App, With};
use crate::messages::Channel;
use crate::store::credentials;
use crate::store::testing::on_both_engines;

const OP: &With = &With::Operator;

async fn add(app: &App, username: &str, more: Value) -> String {
    let mut draft = json!({"username": username, "display_name": "张三"});
    let more = more.as_object().unwrap().clone();
    draft.as_object_mut().unwrap().extend(more);
    app.call(OP, "POST", "/members", draft).await.id()
}

async fn set_senders(app: &App) {
    let mail = json!({
        "host": "127.0.0.1", "port": 9, "security": "none", "from": "gate@example.com"
    });
    let service = json!({"provider": "webhook", "url": "http://127.0.0.1:9/"});
    for (path, draft) in [
        ("/senders/mail", json!({"sender": mail})),
        (
            "/senders/sms",
            json!({"sender": {"service": service}, "secret": "s"}),
        ),
    ] {
        let set = app.call(OP, "PUT", path, draft).await;
        assert_eq!(set.status, StatusCode::OK, "{}", set.body);
    }
}

#[tokio::test]
async fn whoever_has_set_no_password_is_invited_and_each_of_many_is_told_of() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        set_senders(&app).await;
        let by_mail = add(&app, "zhang", json!({"email": "zhang@example.com"})).await;
        let by_sms = add(&app, "li", json!({"mobile": "13800001234"})).await;
        let nowhere = add(&app, "wang", json!({})).await;
        let (here, _) = app.member("old.hand", &[]).await;
        let mut tx = store.begin().await.unwrap();
        credentials::set_password(&mut tx, &here, "hash", app.state.clock.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let batch = json!({
            "action": {"kind": "invite", "language": "en"},
            "members": [by_mail, by_sms, nowhere, here]
        });
        let done = app.call(OP, "POST", "/member-batch", batch).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        assert_eq!(
            (&done.json["done"], &done.json["failed"]),
            (&json!(2), &json!(2))
        );
        let problem = |at: usize| done.json["results"][at]["problem"]["detail"].to_string();
        assert!(problem(2).contains("no mail address"), "{}", problem(2));
        assert!(problem(3).contains("needs no invitation"), "{}", problem(3));
        let told = crate::messages::testing::waiting(&app.state).await;
        let words: Vec<_> = told.iter().map(|(by, to, _)| (*by, to.as_str())).collect();
        assert_eq!(
            words,
            [
                (Channel::Mail, "zhang@example.com"),
                (Channel::Sms, "+8613800001234")
            ]
        );
        let letter = told[0].2.letter(config::Language::En).unwrap();
        for needed in [
            "Your username is zhang",
            "/welcome",
            told[0].2.code().unwrap(),
        ] {
            assert!(letter.text.contains(needed), "{needed} in {}", letter.text);
        }
        let audit = app.get(OP, "/events/audit").await;
        assert!(audit.body.contains("send_invitation"));
    })
    .await;
}

#[tokio::test]
async fn an_invitation_is_sent_as_soon_as_somebody_is_made() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        set_senders(&app).await;
        let id = add(&app, "zhang", json!({"email": "zhang@example.com"})).await;
        let path = format!("/members/{id}/one-time-messages");
        let wanted = json!({"channel": "mail", "language": "zh-CN", "invitation": true});
        let sent = app.call(OP, "POST", &path, wanted).await;
        assert_eq!(sent.status, StatusCode::ACCEPTED, "{}", sent.body);
        let log = app.get(OP, &format!("/messages?member={id}")).await;
        assert_eq!(log.json["items"][0]["kind"], "invitation");
    })
    .await;
}
