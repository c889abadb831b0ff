//! A guest's end: told once before, recorded once when it comes, and the end of every session.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};

use config::id::MemberId;

use super::ends::sweep;
use crate::api::tests::app::{App, With};
use crate::store::guest_ends::{self, Told, Ways};
use crate::store::messages::{self, MessageFilter};
use crate::store::testing::on_both_engines;
use crate::store::{credentials, guests};
use crate::testing::{ACCESS, House, PASSWORD};

const OP: &With = &With::Operator;
const DAY: Duration = Duration::from_hours(24);

async fn set_sender(app: &App, per_recipient: u32) {
    let sender = json!({
        "host": "127.0.0.1", "port": 2525, "security": "none", "from": "gate@example.com",
        "ceilings": {"per_recipient": per_recipient, "per_day": 100}
    });
    let set = app.call(OP, "PUT", "/senders/mail", json!({"sender": sender}));
    assert!(set.await.status.is_success());
}

/// What was put into the outbox: kind and recipient.
async fn told(app: &App) -> Vec<(String, String)> {
    let mut read = app.state.store.read().await.unwrap();
    let found = messages::list(&mut read, &MessageFilter::default(), None, 100).await;
    let mut all: Vec<_> = found
        .unwrap()
        .into_iter()
        .map(|row| (row.kind, row.recipient))
        .collect();
    all.sort();
    all
}

async fn guest(app: &App, username: &str, sponsor: &str, days: u32) -> String {
    let end = app.state.clock.now().plus(DAY * days);
    let draft = json!({
        "username": username, "display_name": username, "sponsor": sponsor,
        "email": format!("{username}@partner.example"), "expires_at": end,
    });
    app.call(OP, "POST", "/guests", draft).await.id()
}

#[tokio::test]
async fn an_end_is_told_once_to_each_guest_and_once_to_whoever_answers_for_them() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        set_sender(&app, 10).await;
        let ann = json!({
            "username": "ann", "display_name": "Ann", "email": "ann@example.com",
            "email_verified": true
        });
        let ann = app.call(OP, "POST", "/members", ann).await.id();
        let bob = json!({
            "username": "bob", "display_name": "Bob", "email": "bob@example.com"
        });
        let bob = app.call(OP, "POST", "/members", bob).await.id();
        guest(&app, "jan", &bob, 10).await;
        guest(&app, "gil", &ann, 10).await;
        guest(&app, "hal", &ann, 10).await;
        guest(&app, "ida", &ann, 90).await;
        sweep(&app.state, app.state.clock.now()).await.unwrap();
        assert!(told(&app).await.is_empty(), "not ten days before");
        app.state.clock.advance(DAY * 4);
        for _ in 0..3 {
            sweep(&app.state, app.state.clock.now()).await.unwrap();
            app.state.clock.advance(Duration::from_mins(1));
        }
        let expected = [
            ("guest_ends", "gil@partner.example"),
            ("guest_ends", "hal@partner.example"),
            ("guest_ends", "jan@partner.example"),
            ("guests_end", "ann@example.com"),
        ];
        let expected = expected.map(|(kind, to)| (kind.to_owned(), to.to_owned()));
        assert_eq!(told(&app).await, expected);
    })
    .await;
}

#[tokio::test]
async fn what_no_sender_takes_now_is_told_later() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (ann, _) = app.member("ann", &[]).await;
        guest(&app, "gil", ann.as_str(), 3).await;
        sweep(&app.state, app.state.clock.now()).await.unwrap();
        assert!(told(&app).await.is_empty());
        set_sender(&app, 10).await;
        sweep(&app.state, app.state.clock.now()).await.unwrap();
        assert_eq!(told(&app).await.len(), 1, "the sponsor has no address");
    })
    .await;
}

#[tokio::test]
async fn an_end_that_has_come_is_recorded_once_and_again_after_another_one() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (ann, _) = app.member("ann", &[]).await;
        let gil = guest(&app, "gil", ann.as_str(), 1).await;
        let ends = async || {
            for _ in 0..2 {
                sweep(&app.state, app.state.clock.now()).await.unwrap();
            }
            let log = app.get(OP, "/events/audit?action=expire").await;
            log.json["items"].as_array().unwrap().len()
        };
        assert_eq!(ends().await, 0);
        app.state.clock.advance(DAY);
        assert_eq!(ends().await, 1);
        let draft = json!({
            "username": "gil", "display_name": "gil",
            "expires_at": app.state.clock.now().plus(DAY)
        });
        let extended = app.call(OP, "PUT", &format!("/guests/{gil}"), draft).await;
        assert_eq!(extended.json["state"], "active", "{}", extended.body);
        app.state.clock.advance(DAY);
        assert_eq!(ends().await, 2);
        let log = app.get(OP, "/events/audit?action=expire").await;
        assert_eq!(log.json["items"][0]["actor_kind"], "system");
        assert_eq!(log.json["items"][0]["before"], Value::Null);
    })
    .await;
}

/// Makes Alice a guest who ends after so long.
async fn make_guest(house: &House, life: Duration) {
    let terms = guests::Terms {
        sponsor: None,
        expires_at: house.state.clock.now().plus(life),
    };
    let mut tx = house.state.store.begin().await.unwrap();
    guests::set_kind_alone(&mut tx, &house.alice, "guest")
        .await
        .unwrap();
    guests::insert(&mut tx, &house.alice, &terms, "test")
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn attack_23_the_session_of_a_guest_lasts_no_longer_than_the_guest() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        make_guest(&house, Duration::from_mins(90)).await;
        let mut browser = house.browser();
        browser.sign_in("alice", PASSWORD).await;
        let now = house.state.clock.now();
        let session = browser.session(ACCESS).await.unwrap();
        assert_eq!(session.expires_at, now.plus(Duration::from_mins(90)));
        house
            .policy(|policy| policy.sessions.absolute_hours = 10)
            .await;
        let session = browser.session(ACCESS).await.unwrap();
        assert_eq!(
            session.expires_at,
            now.plus(Duration::from_mins(90)),
            "a policy makes no guest last longer"
        );
        house.state.clock.advance(Duration::from_mins(90));
        assert!(browser.session(ACCESS).await.is_none());
        browser.sign_in("alice", PASSWORD).await;
        assert!(!browser.is_signed_in().await);
        let log = house.log().await;
        let reason = log[0].1.as_deref();
        assert_eq!(reason, Some("account_expired"));
        sweep(&house.state, house.state.clock.now()).await.unwrap();
        assert!(house.is_asked_anew(&house.alice).await);
    })
    .await;
}

#[tokio::test]
async fn who_cannot_be_told_is_in_nobodys_way() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let now = app.state.clock.now();
        let silent = json!({
            "username": "silent", "display_name": "Silent", "mobile": "13800138000",
            "expires_at": now.plus(DAY)
        });
        app.call(OP, "POST", "/guests", silent).await.id();
        let (ann, _) = app.member("ann", &[]).await;
        guest(&app, "gil", ann.as_str(), 2).await;
        let first = async |ways: Ways, told: Told| {
            let mut read = store.read().await.unwrap();
            let span = (now, now.plus(DAY * 3));
            let found = guest_ends::untold(&mut read, told, ways, span, 1).await;
            found.unwrap().pop().map(|row| row.username)
        };
        let mail = Ways {
            mail: true,
            sms: false,
        };
        let both = Ways { sms: true, ..mail };
        assert_eq!(first(mail, Told::Guest).await.as_deref(), Some("gil"));
        assert_eq!(first(both, Told::Guest).await.as_deref(), Some("silent"));
        assert_eq!(first(both, Told::Sponsor).await, None);
    })
    .await;
}

#[tokio::test]
async fn an_end_is_told_by_sms_as_soon_as_there_is_a_text_for_it() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let sender = async |kind: &str| {
            let template = json!({"kind": kind, "language": "zh-CN", "code": "SMS_1"});
            let service = json!({
                "provider": "aliyun", "access_key_id": "LTAI", "sign_name": "示例公司",
                "templates": [template]
            });
            let body = json!({"sender": {"service": service}, "secret": "s3cret"});
            let set = app.call(OP, "PUT", "/senders/sms", body).await;
            assert!(set.status.is_success(), "{}", set.body);
        };
        let gil = json!({
            "username": "gil", "display_name": "Gil", "mobile": "13800138000",
            "expires_at": app.state.clock.now().plus(DAY)
        });
        app.call(OP, "POST", "/guests", gil).await.id();
        sender("one_time_code").await;
        sweep(&app.state, app.state.clock.now()).await.unwrap();
        assert!(told(&app).await.is_empty());
        sender("guest_ends").await;
        sweep(&app.state, app.state.clock.now()).await.unwrap();
        assert_eq!(told(&app).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn attack_23_no_code_outlives_a_guest_and_none_is_made_for_one_who_has_ended() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        set_sender(&app, 10).await;
        let (ann, _) = app.member("ann", &[]).await;
        let gil = guest(&app, "gil", ann.as_str(), 1).await;
        let by_mail = json!({"channel": "mail"});
        let path = format!("/guests/{gil}/one-time-messages");
        let sent = app.call(OP, "POST", &path, by_mail).await;
        assert!(sent.status.is_success(), "{}", sent.body);
        let invited = [("invitation".to_owned(), "gil@partner.example".to_owned())];
        assert_eq!(told(&app).await, invited, "no password is set yet");
        app.state.clock.advance(DAY);
        let path = format!("/guests/{gil}/one-time-link");
        let late = app.call(OP, "POST", &path, Value::Null).await;
        assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.body);
        sweep(&app.state, app.state.clock.now()).await.unwrap();
        let mut read = store.read().await.unwrap();
        let found = messages::list(&mut read, &MessageFilter::default(), None, 9).await;
        let states: Vec<String> = found.unwrap().into_iter().map(|row| row.state).collect();
        assert!(!states.contains(&"waiting".to_owned()), "{states:?}");
    })
    .await;
}

#[tokio::test]
async fn what_an_older_node_did_to_guests_is_made_good() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (ann, _) = app.member("ann", &[]).await;
        let gil = MemberId::from(guest(&app, "gil", ann.as_str(), 1).await);
        let mut tx = store.begin().await.unwrap();
        guests::set_kind_alone(&mut tx, &ann, "guest")
            .await
            .unwrap();
        guests::set_kind_alone(&mut tx, &gil, "member")
            .await
            .unwrap();
        tx.commit().await.unwrap();
        app.state.clock.advance(DAY);
        let now = app.state.clock.now();
        let mut read = store.read().await.unwrap();
        let account = credentials::find(&mut read, &gil).await.unwrap().unwrap();
        assert!(account.is_active(now), "a member has no end");
        drop(read);
        for _ in 0..2 {
            sweep(&app.state, now).await.unwrap();
        }
        let page = app.get(OP, "/guests").await;
        assert_eq!(page.json["items"][0]["username"], "ann", "{}", page.body);
        assert_eq!(page.json["items"].as_array().unwrap().len(), 1);
    })
    .await;
}
