//! The outbox: what was put there is sent once, or tried again, or told of as failed.

use std::time::Duration;

use axum::http::StatusCode;
use config::{Language, Timestamp};
use serde_json::json;

use super::cloud::Cloud;
use super::mail_server::MailServer;
use super::message;
use crate::api::tests::app::{App, With};
use crate::messages::{Channel, outbox};
use crate::refused::Refused;
use crate::store::messages::{self as rows, MessageFilter, MessageRow};
use crate::store::testing::on_both_engines;

const OP: &With = &With::Operator;

async fn set_sender(app: &App, port: u16, ceilings: serde_json::Value) {
    let sender = json!({
        "host": "127.0.0.1", "port": port, "security": "none", "from": "gate@example.com",
        "ceilings": ceilings
    });
    let set = app
        .call(OP, "PUT", "/senders/mail", json!({"sender": sender}))
        .await;
    assert_eq!(set.status, StatusCode::OK, "{}", set.body);
}

async fn queue(app: &App, to: &str) -> Result<String, Refused> {
    let now = app.state.clock.now();
    let mut tx = app.state.store.begin().await.unwrap();
    let message = message(Channel::Mail, to, Language::En);
    let expires = now.plus(Duration::from_hours(1));
    let id = outbox::queue(&mut tx, &app.state.sealer, message, expires, now).await?;
    tx.commit().await.unwrap();
    Ok(id)
}

async fn row(app: &App, id: &str) -> MessageRow {
    let mut connection = app.state.store.read().await.unwrap();
    rows::find(&mut connection, id).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_code_is_sent_to_the_member_and_shown_to_nobody_else() {
    on_both_engines(async |store| {
        let mut server = MailServer::start("none", None).await;
        let app = App::start(&store).await;
        set_sender(&app, server.port, json!({})).await;
        let profile = json!({
            "username": "zhang.san", "display_name": "张三", "email": "zhang.san@example.com"
        });
        let id = app.call(OP, "POST", "/members", profile).await.id();
        let path = format!("/members/{id}/one-time-messages");
        let wanted = json!({"channel": "mail", "language": "zh-CN"});
        let sent = app.call(OP, "POST", &path, wanted).await;
        assert_eq!(sent.status, StatusCode::ACCEPTED, "{}", sent.body);
        assert_eq!(sent.text("recipient"), "zhang.san@example.com");
        assert!(outbox::send_one(&app.state, Channel::Mail).await.unwrap());
        assert!(
            !outbox::send_one(&app.state, Channel::Mail).await.unwrap(),
            "once"
        );
        let mail = server.mail().await;
        let text = mail["text"].as_str().unwrap();
        assert_eq!(mail["to"][0], "zhang.san@example.com");
        let code = text
            .lines()
            .map(str::trim)
            .find(|line| is_code(line))
            .unwrap();
        assert!(!sent.body.contains(code));
        let log = app.get(OP, &format!("/messages?member={id}")).await;
        assert_eq!(log.json["items"][0]["state"], "sent");
        assert!(!log.body.contains(code));
        let audit = app.get(OP, "/events/audit").await;
        assert!(audit.body.contains("one_time_link") && !audit.body.contains(code));
        let mut connection = store.read().await.unwrap();
        let kept = rows::content(&mut connection, sent.text("message"))
            .await
            .unwrap();
        assert_eq!(kept, None, "what it said is forgotten");
    })
    .await;
}

#[tokio::test]
async fn attack_23_a_code_that_the_service_repeats_is_shown_to_nobody() {
    super::install_provider();
    on_both_engines(async |store| {
        let cloud = Cloud::echoing(422).await;
        let app = App::start(&store).await;
        let service = json!({"provider": "webhook", "url": cloud.address});
        let draft = json!({"sender": {"service": service}, "secret": "s"});
        let set = app.call(OP, "PUT", "/senders/sms", draft).await;
        assert_eq!(set.status, StatusCode::OK, "{}", set.body);
        let message = message(Channel::Sms, "13800000000", Language::En);
        let now = app.state.clock.now();
        let mut tx = store.begin().await.unwrap();
        let expires = now.plus(Duration::from_hours(1));
        let id = outbox::queue(&mut tx, &app.state.sealer, message, expires, now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert!(!outbox::send_one(&app.state, Channel::Mail).await.unwrap());
        assert!(outbox::send_one(&app.state, Channel::Sms).await.unwrap());
        let received = cloud.last().json();
        assert_eq!(received["variables"]["code"], "7K2M-0000-1111-2222");
        assert_eq!(received["variables"]["hours"], "1", "as much as is left");
        let row = row(&app, &id).await;
        let finding = row.finding.unwrap();
        assert!(
            finding.en.contains("422") && finding.en.contains('…'),
            "{finding:?}"
        );
        for said in [finding.en, finding.zh_cn] {
            assert!(!said.contains("7K2M") && !said.contains("2222"), "{said}");
        }
    })
    .await;
}

fn is_code(line: &str) -> bool {
    line.len() == 19 && line.split('-').count() == 4
}

#[tokio::test]
async fn what_is_refused_for_now_is_tried_again_and_what_has_had_its_time_has_failed() {
    on_both_engines(async |store| {
        let server = MailServer::start("none", None).await;
        let app = App::start(&store).await;
        set_sender(&app, server.port, json!({})).await;
        let later = queue(&app, "later@example.com").await.unwrap();
        let nobody = queue(&app, "nobody@example.com").await.unwrap();
        while outbox::send_one(&app.state, Channel::Mail).await.unwrap() {}
        let row_of = async |id: &str| row(&app, id).await;
        assert_eq!(row_of(&nobody).await.state, "failed");
        let waiting = row_of(&later).await;
        assert_eq!((waiting.state.as_str(), waiting.attempts), ("waiting", 1));
        assert!(waiting.finding.unwrap().en.contains("try again later"));
        assert!(
            !outbox::send_one(&app.state, Channel::Mail).await.unwrap(),
            "not at once"
        );
        app.state.clock.advance(Duration::from_secs(11));
        assert!(outbox::send_one(&app.state, Channel::Mail).await.unwrap());
        assert_eq!(row_of(&later).await.attempts, 2);
        app.state.clock.advance(Duration::from_hours(2));
        outbox::send_one(&app.state, Channel::Mail).await.unwrap();
        let failed = row_of(&later).await;
        assert_eq!(failed.state, "failed");
        assert!(failed.finding.unwrap().en.contains("in time"));
    })
    .await;
}

#[tokio::test]
async fn a_message_whose_node_died_on_the_way_is_sent_by_another() {
    on_both_engines(async |store| {
        let mut server = MailServer::start("none", None).await;
        let app = App::start(&store).await;
        set_sender(&app, server.port, json!({})).await;
        let id = queue(&app, "a@example.com").await.unwrap();
        let now = app.state.clock.now();
        let mut tx = store.begin().await.unwrap();
        let again = now.plus(Duration::from_mins(2));
        let claimed = rows::claim(&mut tx, "mail", now, again).await.unwrap();
        assert_eq!(claimed.unwrap().0.id, id);
        tx.commit().await.unwrap();
        assert!(
            !outbox::send_one(&app.state, Channel::Mail).await.unwrap(),
            "it is another's"
        );
        app.state.clock.advance(Duration::from_mins(3));
        assert!(outbox::send_one(&app.state, Channel::Mail).await.unwrap());
        server.mail().await;
        assert_eq!(row(&app, &id).await.state, "sent");
    })
    .await;
}

#[tokio::test]
async fn attack_23_ceilings_hold_for_a_recipient_and_for_all_however_many_ask_at_once() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        set_sender(&app, 25, json!({"per_recipient": 2, "per_day": 5})).await;
        let at_once = (0..8).map(|_| queue(&app, "a@example.com"));
        let made = futures::future::join_all(at_once).await;
        assert_eq!(
            made.iter().filter(|one| one.is_ok()).count(),
            1,
            "one in half a minute"
        );
        app.state.clock.advance(Duration::from_secs(31));
        queue(&app, "A@example.com").await.unwrap();
        app.state.clock.advance(Duration::from_secs(31));
        assert!(
            queue(&app, "a@example.com").await.is_err(),
            "two a day, in whatever case"
        );
        let others = (0..8).map(async |n| queue(&app, &format!("b{n}@example.com")).await);
        let made = futures::future::join_all(others).await;
        assert_eq!(
            made.iter().filter(|one| one.is_ok()).count(),
            3,
            "five in all"
        );
        app.state.clock.advance(Duration::from_hours(24));
        queue(&app, "a@example.com").await.unwrap();
        let mut connection = store.read().await.unwrap();
        let all = rows::list(&mut connection, &MessageFilter::default(), None, 50)
            .await
            .unwrap();
        assert_eq!(all.len(), 6);
    })
    .await;
}

#[tokio::test]
async fn a_newer_code_withdraws_one_that_was_not_sent_yet() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        set_sender(&app, 25, json!({})).await;
        let profile = json!({
            "username": "zhang.san", "display_name": "张三", "email": "zhang.san@example.com"
        });
        let id = app.call(OP, "POST", "/members", profile).await.id();
        let path = format!("/members/{id}/one-time-messages");
        let first = app
            .call(OP, "POST", &path, json!({"channel": "mail"}))
            .await;
        app.state.clock.advance(Duration::from_mins(1));
        let second = app
            .call(OP, "POST", &path, json!({"channel": "mail"}))
            .await;
        assert_eq!(row(&app, first.text("message")).await.state, "failed");
        assert_eq!(row(&app, second.text("message")).await.state, "waiting");
        let no_mobile = app.call(OP, "POST", &path, json!({"channel": "sms"})).await;
        assert_eq!(no_mobile.status, StatusCode::CONFLICT, "{}", no_mobile.body);
        assert_eq!(
            row(&app, second.text("message")).await.state,
            "waiting",
            "nothing changed"
        );
        let link = format!("/members/{id}/one-time-link");
        app.call(OP, "POST", &link, json!({})).await;
        let withdrawn = row(&app, second.text("message")).await;
        assert_eq!(withdrawn.state, "failed", "a link takes its place, too");
        app.state.clock.advance(Duration::from_mins(1));
        let third = app
            .call(OP, "POST", &path, json!({"channel": "mail"}))
            .await;
        let disable = format!("/members/{id}/disable");
        app.call(OP, "POST", &disable, json!({})).await;
        let withdrawn = row(&app, third.text("message")).await;
        assert_eq!(withdrawn.state, "failed");
        assert!(withdrawn.finding.unwrap().en.contains("no longer sign in"));
    })
    .await;
}

#[tokio::test]
async fn a_code_that_no_longer_works_is_not_sent_any_more() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        set_sender(&app, 25, json!({})).await;
        let profile = |email: &str, mobile: Option<&str>| {
            json!({
                "username": "ann", "display_name": "Ann", "email": email, "mobile": mobile
            })
        };
        let draft = profile("ann@example.com", None);
        let id = app.call(OP, "POST", "/members", draft).await.id();
        let path = format!("/members/{id}");
        let code = async || {
            app.state.clock.advance(Duration::from_mins(1));
            let messages = format!("{path}/one-time-messages");
            let sent = app.call(OP, "POST", &messages, json!({"channel": "mail"}));
            sent.await.text("message").to_owned()
        };
        // Where the person is reached besides does not matter to a code that is on its way.
        let first = code().await;
        let more = profile("ann@example.com", Some("13800000001"));
        app.call(OP, "PUT", &path, more).await.id();
        assert_eq!(row(&app, &first).await.state, "waiting");
        let other = profile("other@example.com", Some("13800000001"));
        app.call(OP, "PUT", &path, other).await.id();
        let withdrawn = row(&app, &first).await;
        assert_eq!(withdrawn.state, "failed");
        assert!(withdrawn.finding.unwrap().en.contains("was changed"));

        let second = code().await;
        let roles = json!({"roles": [{"role": "auditor"}]});
        app.call(OP, "PUT", &format!("{path}/roles"), roles)
            .await
            .id();
        let withdrawn = row(&app, &second).await;
        assert_eq!(withdrawn.state, "failed");
        assert!(withdrawn.finding.unwrap().en.contains("given a role"));
    })
    .await;
}

#[tokio::test]
async fn what_was_sent_is_listed_page_by_page_newest_first() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        set_sender(&app, 25, json!({})).await;
        let mut made = Vec::new();
        for n in 0..5 {
            made.push(queue(&app, &format!("a{n}@example.com")).await.unwrap());
        }
        made.reverse();
        let mut seen = Vec::new();
        let mut after = String::new();
        loop {
            let page = app.get(OP, &format!("/messages?limit=2{after}")).await;
            let items = page.json["items"].as_array().unwrap();
            seen.extend(
                items
                    .iter()
                    .map(|one| one["id"].as_str().unwrap().to_owned()),
            );
            let Some(next) = page.json["next"].as_str() else {
                break;
            };
            after = format!("&after={next}");
        }
        assert_eq!(seen, made);
        let bad = app.get(OP, "/messages?after=nonsense").await;
        assert_eq!(
            (bad.status, bad.text("field")),
            (StatusCode::UNPROCESSABLE_ENTITY, "after")
        );
    })
    .await;
}

#[tokio::test]
async fn what_has_gone_out_long_ago_is_forgotten_and_what_waits_is_not() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        set_sender(&app, 25, json!({})).await;
        let id = queue(&app, "a@example.com").await.unwrap();
        let far = Timestamp(app.state.clock.now().as_millis() + 1);
        let mut tx = store.begin().await.unwrap();
        assert_eq!(rows::forget(&mut tx, far, 10).await.unwrap(), 0);
        let told = (None, &"sent".into());
        rows::end(&mut tx, &id, "sent", told, far).await.unwrap();
        assert_eq!(rows::forget(&mut tx, far, 10).await.unwrap(), 1);
        tx.commit().await.unwrap();
    })
    .await;
}
