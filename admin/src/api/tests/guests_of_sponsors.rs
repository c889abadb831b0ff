//! Whoever may add guests looks after their own; when they go, somebody else has to.

use axum::http::StatusCode;
use config::Role;
use serde_json::{Value, json};

use super::app::{App, With};
use super::guests::{draft, invite, settings};
use crate::store::testing::on_both_engines;

const OP: &With = &With::Operator;

/// Somebody who may add guests and nothing else.
async fn adder(app: &App, name: &str) -> (String, With) {
    let (id, with) = app.member(name, &[]).await;
    let role = json!({"name": name, "permissions": ["guests:create"]});
    let role = app.call(OP, "POST", "/roles", role).await.id();
    let path = format!("/members/{id}/roles");
    let given = json!({"roles": [{"role": role}]});
    let given = app.call(OP, "PUT", &path, given).await;
    assert_eq!(given.status, StatusCode::OK, "{}", given.body);
    (id.to_string(), with)
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
