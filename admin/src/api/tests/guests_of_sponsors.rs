//! Whoever may add guests looks after their own; when they go, somebody else has to.

use axum::http::StatusCode;
use config::Role;
use serde_json::{Value, json};

use super::app::{Answer, App, With};
use super::guests::{draft, invite, settings};
use crate::store::testing::on_both_engines;

const OP: &With = &With::Operator;

/// Somebody who may add guests and nothing else.
async fn adder(app: &App, name: &str) -> (String, With) {
    holder(app, name, json!(["guests:create"]), None).await
}

/// Somebody who may do these, in this department or everywhere.
async fn holder(app: &App, name: &str, permissions: Value, within: Option<&str>) -> (String, With) {
    let (id, with) = app.member(name, &[]).await;
    let role = json!({"name": name, "permissions": permissions});
    let role = app.call(OP, "POST", "/roles", role).await.id();
    let path = format!("/members/{id}/roles");
    let mut given = json!({"role": role});
    if let Some(within) = within {
        given["within"] = json!([within]);
    }
    let given = app.call(OP, "PUT", &path, json!({"roles": [given]})).await;
    assert_eq!(given.status, StatusCode::OK, "{}", given.body);
    (id.to_string(), with)
}

async fn deed(app: &App, with: &With, door: &str) -> Answer {
    app.call(with, "POST", door, Value::Null).await
}

#[tokio::test]
async fn attack_18_whoever_may_add_guests_manages_their_own_and_no_others() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (ann_id, ann) = adder(&app, "ann").await;
        let (_, bob) = adder(&app, "bob").await;
        let gil = invite(&app, &ann, draft("gil")).await.id();
        let own = app.get(&ann, "/sponsored-guests").await;
        assert_eq!(own.json["items"][0]["username"], "gil");
        let others = app.get(&bob, "/sponsored-guests").await;
        assert_eq!(others.json["items"], json!([]));
        assert_eq!(app.get(&ann, "/guests").await.status, StatusCode::FORBIDDEN);
        let path = format!("/guests/{gil}");
        for (method, door, body) in [
            ("GET", path.clone(), Value::Null),
            ("PUT", path.clone(), draft("gil")),
            ("POST", format!("{path}/suspend"), Value::Null),
            ("POST", format!("{path}/resume"), Value::Null),
            ("POST", format!("{path}/one-time-link"), Value::Null),
            (
                "POST",
                format!("{path}/one-time-messages"),
                json!({"channel": "mail"}),
            ),
            ("DELETE", path.clone(), Value::Null),
        ] {
            let refused = app.call(&bob, method, &door, body).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{method} {door}");
        }
        let link = app
            .call(&ann, "POST", &format!("{path}/one-time-link"), Value::Null)
            .await;
        assert_eq!(link.status, StatusCode::CREATED);
        let mut given_away = draft("gil");
        given_away["sponsor"] = json!(ann_id);
        let same = app.call(&ann, "PUT", &path, given_away).await;
        assert_eq!(same.status, StatusCode::OK, "{}", same.body);
        let (carl, _) = app.member("carl", &[]).await;
        let mut given_away = draft("gil");
        given_away["sponsor"] = json!(carl.as_str());
        let refused = app.call(&ann, "PUT", &path, given_away.clone()).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.body);
        given_away["username"] = json!("hal");
        let refused = invite(&app, &ann, given_away).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.body);
    })
    .await;
}

#[tokio::test]
async fn attack_18_whoever_answers_for_a_guest_with_a_role_cannot_touch_them() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (_, ann) = adder(&app, "ann").await;
        let gil = invite(&app, &ann, draft("gil")).await.id();
        let role = json!({"roles": [{"role": "auditor"}]});
        app.call(OP, "PUT", &format!("/members/{gil}/roles"), role)
            .await;
        let path = format!("/guests/{gil}");
        for door in ["one-time-link", "suspend"] {
            let refused = app
                .call(&ann, "POST", &format!("{path}/{door}"), Value::Null)
                .await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{door}");
        }
        let refused = app.call(&ann, "PUT", &path, draft("gil")).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
    })
    .await;
}

#[tokio::test]
async fn when_a_sponsor_goes_their_guests_are_suspended_until_they_have_another() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (ann, with) = app.member("ann", &[Role::Administrator]).await;
        let (bob, _) = app.member("bob", &[]).await;
        let gil = invite(&app, &with, draft("gil")).await.id();
        let left = app
            .call(OP, "POST", &format!("/members/{ann}/leave"), Value::Null)
            .await;
        assert_eq!(left.status, StatusCode::OK);
        let path = format!("/guests/{gil}");
        let guest = app.get(OP, &path).await;
        assert_eq!(guest.json["state"], "suspended", "{}", guest.body);
        assert_eq!(guest.json["suspended_because"], "sponsor_left");
        assert_eq!(guest.json["sponsor"]["is_active"], false);
        let audit = app.get(OP, "/events/audit").await;
        assert!(audit.body.contains("\"suspend\""), "{}", audit.body);
        let alone = app
            .call(OP, "POST", &format!("{path}/resume"), Value::Null)
            .await;
        assert_eq!(alone.status, StatusCode::CONFLICT, "{}", alone.body);
        let mut taken_over = draft("gil");
        taken_over["sponsor"] = json!(bob.as_str());
        let taken_over = app.call(OP, "PUT", &path, taken_over).await;
        assert_eq!(taken_over.json["sponsor"]["username"], "bob");
        let back = app
            .call(OP, "POST", &format!("{path}/resume"), Value::Null)
            .await;
        assert_eq!(back.json["state"], "active");
    })
    .await;
}

#[tokio::test]
async fn guests_stay_when_a_sponsor_goes_if_the_settings_say_so() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        settings(&app, |body| body["when_sponsor_leaves"] = json!("keep")).await;
        let (ann, with) = app.member("ann", &[Role::Administrator]).await;
        let gil = invite(&app, &with, draft("gil")).await.id();
        app.call(OP, "POST", &format!("/members/{ann}/disable"), Value::Null)
            .await;
        let removed = app
            .call(OP, "DELETE", &format!("/members/{ann}"), Value::Null)
            .await;
        assert_eq!(removed.status, StatusCode::NO_CONTENT);
        let guest = app.get(OP, &format!("/guests/{gil}")).await;
        assert_eq!(guest.json["state"], "active", "{}", guest.body);
        assert_eq!(guest.json["sponsor"], Value::Null);
    })
    .await;
}

#[tokio::test]
async fn who_is_no_member_that_can_sign_in_answers_for_nobody() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let gil = invite(&app, OP, draft("gil")).await.id();
        let (gone, _) = app.member("gone", &[]).await;
        app.call(OP, "POST", &format!("/members/{gone}/disable"), Value::Null)
            .await;
        for sponsor in [gil.as_str(), gone.as_str(), "nobody"] {
            let mut next = draft("next");
            next["sponsor"] = json!(sponsor);
            let refused = invite(&app, OP, next).await;
            assert_eq!(refused.text("field"), "sponsor", "{sponsor}");
        }
    })
    .await;
}

#[tokio::test]
async fn attack_23_what_a_guest_has_made_ends_with_them() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (ann, with) = app.member("ann", &[Role::SecurityAdministrator]).await;
        let token = json!({"name": "t", "roles": ["security_administrator"], "days": 30});
        let token = app.call(&with, "POST", "/tokens", token).await;
        let secret = With::Bearer(token.text("secret").to_owned());
        assert_eq!(app.get(&secret, "/members").await.status, StatusCode::OK);
        let end = app
            .state
            .clock
            .now()
            .plus(std::time::Duration::from_hours(1));
        let mut guest = draft("ann");
        guest["kind"] = json!("guest");
        let path = format!("/members/{ann}");
        assert_eq!(
            app.call(OP, "PUT", &path, guest).await.status,
            StatusCode::OK
        );
        let mut guest = draft("ann");
        guest["expires_at"] = json!(end);
        let path = format!("/guests/{ann}");
        let guest = app.call(OP, "PUT", &path, guest).await;
        assert_eq!(guest.status, StatusCode::OK, "{}", guest.body);
        assert_eq!(app.get(&secret, "/members").await.status, StatusCode::OK);
        app.state.clock.advance(std::time::Duration::from_hours(1));
        let over = app.get(&secret, "/members").await;
        assert_eq!(over.status, StatusCode::UNAUTHORIZED, "{}", over.body);
    })
    .await;
}

#[tokio::test]
async fn attack_18_nobody_makes_an_account_theirs_by_turning_it_into_a_guest() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let permissions = json!(["members:read", "members:change", "guests:create"]);
        let (_, eve) = holder(&app, "eve", permissions, None).await;
        let (_, boss) = app.member("boss", &[Role::Administrator]).await;
        let (bob, _) = app.member("bob", &[]).await;
        let member = format!("/members/{bob}");
        let turned = |kind: &str| {
            let mut profile = draft("bob");
            profile["kind"] = json!(kind);
            profile
        };
        let refused = app.call(&eve, "PUT", &member, turned("guest")).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.body);
        let done = app.call(&boss, "PUT", &member, turned("guest")).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        let guest = app.get(OP, &format!("/guests/{bob}")).await;
        assert_eq!(guest.json["sponsor"], Value::Null, "{}", guest.body);
        let refused = app.call(&eve, "PUT", &member, turned("member")).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.body);
        let done = app.call(&boss, "PUT", &member, turned("member")).await;
        assert_eq!(done.json["kind"], "member", "{}", done.body);
    })
    .await;
}

#[tokio::test]
async fn attack_18_whoever_answers_for_a_guest_lifts_their_own_suspension_and_no_administrators() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (_, ann) = adder(&app, "ann").await;
        let gil = invite(&app, &ann, draft("gil")).await.id();
        let path = format!("/guests/{gil}");
        let (suspend, resume) = (format!("{path}/suspend"), format!("{path}/resume"));
        let by_hand = deed(&app, OP, &suspend).await;
        assert_eq!(by_hand.json["suspended_because"], "by_hand");
        let lifted = deed(&app, &ann, &resume).await;
        assert_eq!(lifted.status, StatusCode::FORBIDDEN, "{}", lifted.body);
        let removed = app.call(&ann, "DELETE", &path, Value::Null).await;
        assert_eq!(removed.status, StatusCode::FORBIDDEN, "{}", removed.body);
        deed(&app, OP, &resume).await.id();
        let own = deed(&app, &ann, &suspend).await;
        assert_eq!(own.json["suspended_because"], "by_sponsor", "{}", own.body);
        let back = deed(&app, &ann, &resume).await;
        assert_eq!(back.json["state"], "active", "{}", back.body);
        deed(&app, &ann, &suspend).await.id();
        let removed = app.call(&ann, "DELETE", &path, Value::Null).await;
        assert_eq!(removed.status, StatusCode::NO_CONTENT, "{}", removed.body);
    })
    .await;
}

#[tokio::test]
async fn a_guest_whose_sponsor_is_gone_does_not_come_back_by_a_detour() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (ann, with) = app.member("ann", &[Role::Administrator]).await;
        let gil = invite(&app, &with, draft("gil")).await.id();
        let hal = invite(&app, &with, draft("hal")).await.id();
        deed(&app, OP, &format!("/guests/{hal}/suspend")).await.id();
        deed(&app, OP, &format!("/members/{ann}/disable"))
            .await
            .id();
        deed(&app, OP, &format!("/members/{gil}/leave")).await.id();
        let guest = app.get(OP, &format!("/guests/{gil}")).await;
        assert_eq!(guest.json["suspended_because"], "sponsor_left");
        for id in [&gil, &hal] {
            let back = deed(&app, OP, &format!("/guests/{id}/resume")).await;
            assert_eq!(back.status, StatusCode::CONFLICT, "{}", back.body);
        }
    })
    .await;
}

#[tokio::test]
async fn who_becomes_a_guest_answers_for_nobody_any_more() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        for (setting, name) in [("suspend", "ann"), ("keep", "bob")] {
            settings(&app, |body| body["when_sponsor_leaves"] = json!(setting)).await;
            let (id, with) = app.member(name, &[Role::Administrator]).await;
            let guest = invite(&app, &with, draft(&format!("of.{name}"))).await.id();
            let mut profile = draft(name);
            profile["kind"] = json!("guest");
            let path = format!("/members/{id}");
            app.call(OP, "PUT", &path, profile).await.id();
            let guest = app.get(OP, &format!("/guests/{guest}")).await;
            if setting == "keep" {
                assert_eq!(guest.json["state"], "active", "{}", guest.body);
                assert_eq!(guest.json["sponsor"], Value::Null);
            } else {
                assert_eq!(guest.json["suspended_because"], "sponsor_left");
                assert_eq!(guest.json["sponsor"]["is_active"], false);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn whoever_may_change_guests_may_add_them_and_whoever_may_read_them_reads_each() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let alone = json!({"name": "x", "permissions": ["guests:read", "guests:change"]});
        let refused = app.call(OP, "POST", "/roles", alone).await;
        assert_eq!(refused.text("field"), "permissions", "{}", refused.body);
        assert!(refused.body.contains("guests:create"), "{}", refused.body);
        let gil = invite(&app, OP, draft("gil")).await.id();
        let (_, ria) = holder(&app, "ria", json!(["guests:read"]), None).await;
        let read = app.get(&ria, &format!("/guests/{gil}")).await;
        assert_eq!(read.json["username"], "gil", "{}", read.body);
        let department = json!({"name": "Partners"});
        let department = app.call(OP, "POST", "/departments", department).await.id();
        let reader = json!(["guests:read"]);
        let (_, ron) = holder(&app, "ron", reader, Some(&department)).await;
        let beyond = app.get(&ron, &format!("/guests/{gil}")).await;
        assert_eq!(beyond.status, StatusCode::FORBIDDEN, "{}", beyond.body);
    })
    .await;
}

#[tokio::test]
async fn whoever_is_confined_invites_into_their_departments() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let department = json!({"name": "Partners"});
        let department = app.call(OP, "POST", "/departments", department).await.id();
        let adding = json!(["guests:create"]);
        let (ann_id, ann) = holder(&app, "ann", adding, Some(&department)).await;
        let nowhere = invite(&app, &ann, draft("gil")).await;
        assert_eq!(nowhere.status, StatusCode::FORBIDDEN, "{}", nowhere.body);
        let mut gil = draft("gil");
        gil["departments"] = json!([department]);
        let made = invite(&app, &ann, gil.clone()).await;
        assert_eq!(made.json["sponsor"]["id"], ann_id.as_str(), "{}", made.body);
        gil["username"] = json!("hal");
        let batch = json!({"guests": [gil]});
        let made = app.call(&ann, "POST", "/guest-batch", batch).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    })
    .await;
}
