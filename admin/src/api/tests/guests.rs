//! Guests over the API: invited singly or many at once, within a number that nobody exceeds, until their
//! end.

use std::time::Duration;

use axum::http::StatusCode;
use config::id::MemberId;
use config::{Role, Timestamp};
use serde_json::{Value, json};

use super::app::{Answer, App, With};
use crate::store::guests as rows;
use crate::store::messages::{self, MessageRow};
use crate::store::testing::on_both_engines;
use crate::store::{credentials, holds};

const OP: &With = &With::Operator;
const DAY: Duration = Duration::from_hours(24);

pub fn draft(username: &str) -> Value {
    json!({"username": username, "display_name": username})
}

pub async fn invite(app: &App, with: &With, draft: Value) -> Answer {
    app.call(with, "POST", "/guests", draft).await
}

pub async fn settings(app: &App, change: impl FnOnce(&mut Value)) {
    let mut body = app.get(OP, "/guest-settings").await.json;
    change(&mut body);
    let done = app.call(OP, "PUT", "/guest-settings", body).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
}

fn in_days(app: &App, days: u32) -> i64 {
    app.state.clock.now().plus(DAY * days).as_millis()
}

async fn listed(app: &App, filter: &str) -> Vec<String> {
    let page = app.get(OP, &format!("/guests?{filter}")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let items = page.json["items"].as_array().unwrap().iter();
    items
        .map(|one| one["username"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_guest_has_an_end_a_group_and_somebody_who_answers_for_them() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (ann, with) = app.member("ann", &[Role::Administrator]).await;
        let group = json!({"name": "Auditors", "for_guests": true});
        let group = app.call(OP, "POST", "/groups", group).await.id();
        let mut gil = draft("gil");
        gil["guest_group"] = json!(group);
        let gil = invite(&app, &with, gil).await;
        assert_eq!(gil.status, StatusCode::CREATED, "{}", gil.body);
        assert_eq!(gil.json["kind"], "guest");
        assert_eq!(gil.json["state"], "active");
        assert_eq!(gil.json["guest_group"]["name"], "Auditors");
        assert_eq!(gil.json["sponsor"]["id"], ann.as_str());
        assert_eq!(gil.json["created_by"], "ann");
        assert_eq!(gil.json["expires_at"], in_days(&app, 90));
        let member = app.get(OP, &format!("/members/{}", gil.id())).await;
        assert_eq!(
            member.json["groups"][0]["id"], group,
            "rules know the group"
        );
        let page = app.get(OP, "/guests").await;
        assert_eq!(page.json["quota"]["taken"], 1);
        assert_eq!(page.json["quota"]["allowed"], 10);
        assert_eq!(page.json["groups"][0]["id"], group);
        let audit = app.get(OP, "/events/audit?limit=1").await;
        assert_eq!(audit.json["items"][0]["target_kind"], "guest");
        assert_eq!(audit.json["items"][0]["after"]["created_by"], "ann");
    })
    .await;
}

#[tokio::test]
async fn everything_that_is_wrong_of_many_guests_is_told_at_once_and_none_is_invited() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        invite(&app, OP, draft("taken")).await.id();
        let mut late = draft("late");
        late["expires_at"] = json!(in_days(&app, 401));
        late["sponsor"] = json!("nobody");
        late["guest_group"] = json!("nowhere");
        let mut bad = draft("b d");
        bad["email"] = json!("a@b@c.com");
        let batch = json!({"guests": [draft("taken"), late, bad, draft("one"), draft("ONE")]});
        let refused = app.call(OP, "POST", "/guest-batch", batch).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let told = refused.json["problems"].as_array().unwrap().iter();
        let fields: Vec<&str> = told.filter_map(|one| one["field"].as_str()).collect();
        let expected = [
            "guests.0.username",
            "guests.1.sponsor",
            "guests.1.guest_group",
            "guests.1.expires_at",
            "guests.2.username",
            "guests.2.email",
            "guests.4.username",
        ];
        assert_eq!(fields, expected, "{}", refused.body);
        assert_eq!(listed(&app, "").await, ["taken"]);
        let batch = json!({"guests": [draft("one"), draft("two")]});
        let done = app.call(OP, "POST", "/guest-batch", batch).await;
        assert_eq!(done.status, StatusCode::CREATED, "{}", done.body);
        assert_eq!(done.json["guests"][1]["username"], "two");
        let none = app.call(OP, "POST", "/guest-batch", json!({"guests": []}));
        assert_eq!(none.await.text("field"), "guests");
    })
    .await;
}

#[tokio::test]
async fn the_number_of_guests_is_never_exceeded_however_many_invite_at_once() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        settings(&app, |body| body["per_hundred"] = json!(5)).await;
        let names: Vec<String> = (0..12).map(|n| format!("g{n}")).collect();
        let all = names.iter().map(|name| invite(&app, OP, draft(name)));
        let answers = futures::future::join_all(all).await;
        let made = answers.iter().filter(|one| one.status.is_success());
        assert_eq!(made.count(), 5);
        let refused = answers.iter().find(|one| !one.status.is_success()).unwrap();
        assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.body);
        assert_eq!(listed(&app, "").await.len(), 5);
        // Nor by another door.
        let mut person = draft("other");
        person["kind"] = json!("guest");
        let other = app.call(OP, "POST", "/members", person).await;
        assert_eq!(other.status, StatusCode::CONFLICT, "{}", other.body);
        let member = app.call(OP, "POST", "/members", draft("member")).await.id();
        let mut turned = draft("member");
        turned["kind"] = json!("guest");
        let path = format!("/members/{member}");
        let turned = app.call(OP, "PUT", &path, turned).await;
        assert_eq!(turned.status, StatusCode::CONFLICT, "{}", turned.body);
    })
    .await;
}

#[tokio::test]
async fn who_is_suspended_takes_no_place_and_comes_back_only_into_a_free_one() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        settings(&app, |body| body["per_hundred"] = json!(1)).await;
        let first = invite(&app, OP, draft("first")).await.id();
        let full = invite(&app, OP, draft("second")).await;
        assert_eq!(full.status, StatusCode::CONFLICT);
        let path = format!("/guests/{first}");
        let suspended = app
            .call(OP, "POST", &format!("{path}/suspend"), json!({}))
            .await;
        assert_eq!(suspended.json["state"], "suspended", "{}", suspended.body);
        assert_eq!(suspended.json["suspended_because"], "by_hand");
        invite(&app, OP, draft("second")).await.id();
        for (method, door) in [
            ("POST", format!("{path}/resume")),
            ("POST", format!("/members/{first}/enable")),
        ] {
            let full = app.call(OP, method, &door, json!({})).await;
            assert_eq!(full.status, StatusCode::CONFLICT, "{door}");
        }
        settings(&app, |body| body["extra"] = json!(1)).await;
        let back = app
            .call(OP, "POST", &format!("{path}/resume"), json!({}))
            .await;
        assert_eq!(back.json["state"], "active");
    })
    .await;
}

#[tokio::test]
async fn attack_23_a_guest_whose_time_is_over_is_not_let_in_and_takes_a_place_to_go_on() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        settings(&app, |body| body["per_hundred"] = json!(1)).await;
        let mut gil = draft("gil");
        gil["expires_at"] = json!(in_days(&app, 1));
        let id = invite(&app, OP, gil.clone()).await.id();
        let member = MemberId::from(id.as_str());
        let active = async || {
            let mut read = app.state.store.read().await.unwrap();
            let account = credentials::find(&mut read, &member).await.unwrap();
            account.unwrap().is_active(app.state.clock.now())
        };
        assert!(active().await);
        app.state.clock.advance(DAY);
        assert!(!active().await);
        assert_eq!(listed(&app, "state=expired").await, ["gil"]);
        let other = invite(&app, OP, draft("other")).await.id();
        let path = format!("/guests/{id}");
        gil["expires_at"] = json!(in_days(&app, 30));
        let full = app.call(OP, "PUT", &path, gil.clone()).await;
        assert_eq!(full.status, StatusCode::CONFLICT, "{}", full.body);
        app.call(OP, "POST", &format!("/guests/{other}/suspend"), json!({}))
            .await
            .id();
        let extended = app.call(OP, "PUT", &path, gil.clone()).await;
        assert_eq!(extended.json["state"], "active", "{}", extended.body);
        assert!(active().await);
        gil["expires_at"] = json!(app.state.clock.now().as_millis());
        let past = app.call(OP, "PUT", &path, gil).await;
        assert_eq!(past.text("field"), "expires_at");
    })
    .await;
}

#[tokio::test]
async fn a_guest_is_changed_by_whoever_knows_how_they_are_and_keeps_what_is_not_spoken_of() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (ann, _) = app.member("ann", &[]).await;
        let department = json!({"name": "Partners"});
        let department = app.call(OP, "POST", "/departments", department).await.id();
        let mut gil = draft("gil");
        gil["departments"] = json!([department]);
        gil["employee_number"] = json!("P1");
        let group = json!({"name": "Visitors", "rule": {"kind": "guest"}});
        app.call(OP, "POST", "/groups", group).await.id();
        let group = json!({"name": "By hand"});
        let group = app.call(OP, "POST", "/groups", group).await.id();
        gil["groups"] = json!([group]);
        let made = invite(&app, OP, gil).await;
        let path = format!("/guests/{}", made.id());
        let mut change = draft("gil");
        change["display_name"] = json!("Gil the guest");
        change["sponsor"] = json!(ann.as_str());
        let tag = made.tag.clone().unwrap();
        let after = app.call_if(OP, "PUT", &path, &tag, change.clone()).await;
        assert_eq!(after.json["sponsor"]["username"], "ann", "{}", after.body);
        assert_eq!(after.json["expires_at"], made.json["expires_at"]);
        let stale = app.call_if(OP, "PUT", &path, &tag, change).await;
        assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED);
        let member = app.get(OP, &format!("/members/{}", made.id())).await;
        assert_eq!(member.json["employee_number"], "P1");
        assert_eq!(member.json["departments"][0]["id"], department);
        let groups = member.json["groups"].as_array().unwrap();
        assert!(groups.iter().any(|one| one["id"] == group), "{groups:?}");
        assert_eq!(listed(&app, &format!("sponsor={ann}")).await, ["gil"]);
        assert_eq!(listed(&app, "search=the%20guest").await, ["gil"]);
        let soon = in_days(&app, 30);
        assert!(
            listed(&app, &format!("expires_before={soon}"))
                .await
                .is_empty()
        );
        let kept = app.call(OP, "DELETE", &path, json!({})).await;
        assert_eq!(kept.status, StatusCode::CONFLICT, "not while active");
        app.call(OP, "POST", &format!("{path}/suspend"), json!({}))
            .await
            .id();
        let gone = app.call(OP, "DELETE", &path, json!({})).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT, "{}", gone.body);
        assert!(listed(&app, "").await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_group_for_guests_takes_guests_in_and_nobody_else() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let draft_of = |name: &str| json!({"name": name, "for_guests": true});
        let one = app.call(OP, "POST", "/groups", draft_of("one")).await.id();
        let two = app.call(OP, "POST", "/groups", draft_of("two")).await.id();
        let (ann, _) = app.member("ann", &[]).await;
        let path = format!("/groups/{one}/members/{ann}");
        let by_hand = app.call(OP, "PUT", &path, json!({})).await;
        assert_eq!(by_hand.status, StatusCode::CONFLICT, "{}", by_hand.body);
        let mut profile = draft("ann");
        profile["groups"] = json!([one]);
        let by_profile = app
            .call(OP, "PUT", &format!("/members/{ann}"), profile)
            .await;
        assert_eq!(by_profile.text("field"), "groups");
        let mut gil = draft("gil");
        gil["guest_group"] = json!(one);
        let id = invite(&app, OP, gil.clone()).await.id();
        gil["guest_group"] = json!(two);
        let moved = app.call(OP, "PUT", &format!("/guests/{id}"), gil).await;
        assert_eq!(moved.json["guest_group"]["id"], two, "{}", moved.body);
        let member = app.get(OP, &format!("/members/{id}")).await;
        assert_eq!(member.json["groups"].as_array().unwrap().len(), 1);
        // What is written of the person as of anybody leaves the group as it is.
        let kept = app
            .call(OP, "PUT", &format!("/members/{id}"), draft("gil"))
            .await;
        assert_eq!(kept.json["groups"][0]["id"], two, "{}", kept.body);
        let unmarked = json!({"name": "two"});
        let unmarked = app
            .call(OP, "PUT", &format!("/groups/{two}"), unmarked)
            .await;
        assert_eq!(unmarked.status, StatusCode::CONFLICT);
        let mut insider = draft("gil");
        insider["kind"] = json!("member");
        let insider = app
            .call(OP, "PUT", &format!("/members/{id}"), insider)
            .await;
        assert_eq!(insider.json["groups"], json!([]), "{}", insider.body);
        assert!(listed(&app, "").await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn settings_out_of_bounds_are_refused_by_their_fields() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let mut body = app.get(OP, "/guest-settings").await.json;
        body["default_days"] = json!(401);
        body["notice_days"] = json!(91);
        let refused = app.call(OP, "PUT", "/guest-settings", body).await;
        let told = refused.json["problems"].as_array().unwrap().iter();
        let fields: Vec<&str> = told.filter_map(|one| one["field"].as_str()).collect();
        assert_eq!(fields, ["default_days", "notice_days"]);
    })
    .await;
}

#[tokio::test]
async fn whoever_was_a_guest_before_guests_ended_comes_in_until_an_end_is_set() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let id = invite(&app, OP, draft("gil")).await.id();
        let id = MemberId::from(id);
        let mut tx = store.begin().await.unwrap();
        holds::guests(&mut tx).await.unwrap();
        rows::forget_end(&mut tx, &id).await.unwrap();
        tx.commit().await.unwrap();
        app.state.clock.advance(DAY * 1000);
        assert_eq!(listed(&app, "state=active").await, ["gil"]);
        let mut read = store.read().await.unwrap();
        let account = credentials::find(&mut read, &id).await.unwrap().unwrap();
        assert!(account.is_active(Timestamp(i64::MAX)));
    })
    .await;
}

#[tokio::test]
async fn a_guest_is_marked_in_the_audit_log_and_among_messages() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let gil = invite(&app, OP, draft("gil")).await.id();
        let (ann, _) = app.member("ann", &[]).await;
        for (who, guest) in [(gil.as_str(), true), (ann.as_str(), false)] {
            let path = format!("/members/{who}/one-time-link");
            let made = app.call(OP, "POST", &path, Value::Null).await;
            assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
            let log = app.get(OP, "/events/audit?limit=1").await;
            assert_eq!(log.json["items"][0]["target"], who);
            assert_eq!(log.json["items"][0]["target_guest"], guest);
            assert_eq!(log.json["items"][0]["actor_guest"], false);

            told(&app, who).await;
            let sent = app.get(OP, &format!("/messages?member={who}")).await;
            assert_eq!(sent.json["items"][0]["guest"], guest, "{}", sent.body);
        }
    })
    .await;
}

/// A message to them waits to be sent.
async fn told(app: &App, who: &str) {
    let now = app.state.clock.now();
    let row = MessageRow {
        id: who.into(),
        created_at: now,
        channel: "mail".into(),
        recipient: format!("{who}@example.com"),
        member: Some(who.into()),
        kind: "notice".into(),
        language: "en".into(),
        state: "waiting".into(),
        attempts: 0,
        next_at: now,
        expires_at: now,
        done_at: None,
        reference: None,
        finding: None,
    };
    let mut tx = app.state.store.begin().await.unwrap();
    messages::insert(&mut tx, &row, None).await.unwrap();
    tx.commit().await.unwrap();
}
