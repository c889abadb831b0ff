//! Changes that meet: one waits for the other, and is judged by what that has left behind.

use std::time::Duration;

use axum::http::StatusCode;
use config::Role;
use config::id::{GroupId, MemberId, RuleId};
use serde_json::{Value, json};

use super::app::{Answer, App, With};
use crate::name_key::name_key;
use crate::store::groups::{self, Fields};
use crate::store::ip_trials::{self, TrialRow};
use crate::store::managed::{self, MarkRow};
use crate::store::testing::{TestStore, on_both_engines};
use crate::store::{Tx, holds, ip_lists, members, role_holdings};

const OP: &With = &With::Operator;

/// What the API answers to a request that comes while `first` is not yet committed.
async fn meanwhile(app: &App, first: Tx, (method, path): (&str, &str), body: Value) -> Answer {
    waits(app.call(OP, method, path, body), first).await
}

async fn waits(second: impl Future<Output = Answer>, first: Tx) -> Answer {
    tokio::pin!(second);
    let early = tokio::time::timeout(Duration::from_millis(200), &mut second).await;
    assert!(early.is_err(), "it did not wait");
    first.commit().await.unwrap();
    second.await
}

#[tokio::test]
async fn a_list_that_is_just_put_on_trial_is_not_deleted() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let draft = json!({"name": "blocked", "effect": "deny"});
        let id = app.call(OP, "POST", "/ip-lists", draft).await.id();
        let now = app.state.clock.now();
        let mut first = app.state.store.begin().await.unwrap();
        holds::ip_lists(&mut first).await.unwrap();
        let list = RuleId::from(id.as_str());
        let list = ip_lists::find(&mut first, &list).await.unwrap().unwrap();
        let trial = TrialRow {
            list: list.id,
            effect: "deny".into(),
            scope: "applications".into(),
            revision: list.revision,
            entries: 0,
            actor_name: "security".into(),
            address: "192.0.2.7".into(),
            begun_at: now,
            until: now.plus(Duration::from_mins(1)),
        };
        ip_trials::begin(&mut first, &trial).await.unwrap();
        let path = format!("/ip-lists/{id}");
        let answer = meanwhile(&app, first, ("DELETE", &path), Value::Null).await;
        assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.json);
        assert_eq!(app.get(OP, &path).await.status, StatusCode::OK);
    })
    .await;
}

#[tokio::test]
async fn attack_18_a_change_of_roles_is_judged_by_what_the_person_holds_by_then() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (_, admin) = app.member("admin", &[Role::Administrator]).await;
        let (bob, _) = app.member("bob", &[Role::HelpDesk]).await;
        let mut first = app.state.store.begin().await.unwrap();
        holds::roles(&mut first).await.unwrap();
        let now = app.state.clock.now();
        let owner = [(Role::Owner.as_str(), None)];
        role_holdings::set(&mut first, &bob, &owner, now)
            .await
            .unwrap();
        let path = format!("/members/{bob}/roles");
        let second = app.call(&admin, "PUT", &path, json!({"roles": []}));
        let answer = waits(second, first).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", answer.json);
        let bob = app.get(OP, &format!("/members/{bob}")).await.json;
        assert_eq!(bob["roles"][0]["role"], "owner");
    })
    .await;
}

#[tokio::test]
async fn attack_18_nobody_gets_a_way_into_an_account_that_is_just_being_promoted() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (_, desk) = app.member("desk", &[Role::HelpDesk]).await;
        let owner = [(Role::Owner.as_str(), None)];
        for (method, deed) in [
            ("POST", "one-time-link"),
            ("DELETE", "second-factor"),
            ("POST", "unlock"),
        ] {
            let (bob, _) = app.member(deed, &[]).await;
            let mut first = app.state.store.begin().await.unwrap();
            let now = app.state.clock.now();
            members::hold(&mut first, &bob).await.unwrap();
            role_holdings::set(&mut first, &bob, &owner, now)
                .await
                .unwrap();
            let path = format!("/members/{bob}/{deed}");
            let second = app.call(&desk, method, &path, Value::Null);
            let answer = waits(second, first).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", answer.json);
        }
    })
    .await;
}

#[tokio::test]
async fn nobody_is_put_by_hand_into_a_group_that_just_got_a_rule() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (member, _) = app.member("alice", &[]).await;
        let id = app
            .call(OP, "POST", "/groups", json!({"name": "g"}))
            .await
            .id();
        let mut first = app.state.store.begin().await.unwrap();
        holds::group_rules(&mut first).await.unwrap();
        let fields = Fields {
            name: "g".into(),
            name_key: "g".into(),
            description: String::new(),
            rule: Some(json!({"kind": "guest"}).to_string()),
            for_guests: false,
            ip_lists: None,
        };
        let (group, now) = (GroupId::from(id.as_str()), app.state.clock.now());
        groups::update(&mut first, &group, 1, &fields, now)
            .await
            .unwrap();
        let path = format!("/groups/{id}/members/{member}");
        let answer = meanwhile(&app, first, ("PUT", &path), Value::Null).await;
        assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.json);
        let alice = app.get(OP, &format!("/members/{member}")).await.json;
        assert_eq!(alice["groups"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn of_two_owners_who_disable_each_other_one_stays() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (first_owner, _) = app.member("first", &[Role::Owner]).await;
        let (second_owner, _) = app.member("second", &[Role::Owner]).await;
        let mut first = app.state.store.begin().await.unwrap();
        holds::roles(&mut first).await.unwrap();
        let (id, now) = (MemberId::from(first_owner.as_str()), app.state.clock.now());
        members::set_status(&mut first, &id, "disabled", now)
            .await
            .unwrap();
        let path = format!("/members/{second_owner}/disable");
        let answer = meanwhile(&app, first, ("POST", &path), Value::Null).await;
        assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.json);
        let second = app.get(OP, &format!("/members/{second_owner}")).await.json;
        assert_eq!(second["status"], "active");
    })
    .await;
}

#[tokio::test]
async fn on_postgresql_a_comparison_that_finds_no_difference_waits_for_nobody() {
    let store = TestStore::postgres().await;
    let app = App::start(&store).await;
    let draft = json!({"name": "On call"});
    let group = app.call(OP, "POST", "/groups", draft).await.id();
    let mut other = store.begin().await.unwrap();
    let mark = MarkRow {
        kind: "group".into(),
        key: name_key("On call"),
        object_id: group,
        applied: Value::Null,
        applied_at: app.state.clock.now(),
    };
    managed::put(&mut other, &mark).await.unwrap();
    let file = json!({"name": "groups.yaml", "text": "kind: group\nname: On call\n"});
    let files = json!({"files": [file], "prune": false});
    let plan = app.call(OP, "POST", "/configuration/diff", files).await;
    assert_eq!(plan.json["marked"], 1, "{}", plan.json);
    other.commit().await.unwrap();
}
