//! Nobody climbs: roles, accounts, the last owner, look-alike names.

use axum::http::StatusCode;
use config::Role;
use serde_json::{Value, json};

use super::app::{App, With};
use crate::store::testing::on_both_engines;

#[tokio::test]
async fn attack_18_an_administrator_makes_no_owner_and_touches_none() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (owner, _) = app.member("owner", &[Role::Owner]).await;
        let (admin, with) = app.member("admin", &[Role::Administrator]).await;
        let wanted = json!({"roles": ["owner"]});
        let path = format!("/members/{admin}/roles");
        let answer = app.call(&with, "PUT", &path, wanted).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(answer.text("detail").contains("owner"));
        for (method, path) in [
            ("POST", format!("/members/{owner}/disable")),
            ("DELETE", format!("/members/{owner}/second-factor")),
            ("DELETE", format!("/members/{owner}/sign-ins")),
            ("POST", format!("/members/{owner}/unlock")),
        ] {
            let answer = app.call(&with, method, &path, Value::Null).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        }
        let profile = json!({"username": "owner2", "display_name": "x"});
        let path = format!("/members/{owner}");
        let answer = app.call(&with, "PUT", &path, profile).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
    })
    .await;
}

#[tokio::test]
async fn attack_18_the_last_owner_stays() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (owner, with) = app.member("owner", &[Role::Owner]).await;
        let roles = format!("/members/{owner}/roles");
        let disable = format!("/members/{owner}/disable");
        for (method, path, body) in [
            ("PUT", &roles, json!({"roles": []})),
            ("POST", &disable, Value::Null),
        ] {
            let answer = app.call(&with, method, path, body).await;
            assert_eq!(answer.status, StatusCode::CONFLICT, "{path}");
            assert!(answer.text("detail").contains("last owner"));
        }
        app.member("second", &[Role::Owner]).await;
        let answer = app.call(&with, "PUT", &roles, json!({"roles": []})).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.json);
        // The role that was taken is gone at once.
        let answer = app.get(&with, "/members").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
    })
    .await;
}

#[tokio::test]
async fn a_refused_try_of_somebody_with_a_role_is_in_the_audit_log() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (_, auditor) = app.member("auditor", &[Role::Auditor]).await;
        let draft = json!({"name": "g"});
        let answer = app.call(&auditor, "POST", "/groups", draft).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        let log = app.get(&auditor, "/events/audit").await;
        let entry = &log.json["items"][0];
        assert_eq!(entry["result"], "refused");
        assert_eq!(entry["actor_name"], "auditor");
        assert_eq!(entry["target_kind"], "groups");
    })
    .await;
}

#[tokio::test]
async fn attack_11_a_bad_mail_address_or_look_alike_name_is_refused_with_what_is_allowed() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let draft = json!({"username": "аdmin", "display_name": "A", "email": "a@evil@corp.com"});
        let answer = app.call(&With::Operator, "POST", "/members", draft).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let problems = answer.json["problems"].as_array().unwrap();
        let fields: Vec<_> = problems
            .iter()
            .map(|p| p["field"].as_str().unwrap())
            .collect();
        assert_eq!(fields, ["username", "email"]);
        assert!(
            problems[1]["allowed"]
                .as_str()
                .unwrap()
                .contains("exactly one @")
        );
    })
    .await;
}

#[tokio::test]
async fn attack_11_the_same_name_in_another_spelling_is_taken() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let first = json!({"username": "zhang.san", "display_name": "张三", "email": "z@corp.com"});
        let made = app.call(&With::Operator, "POST", "/members", first).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.json);
        for (field, draft) in [
            (
                "username",
                json!({"username": "Zhang.San", "display_name": "x"}),
            ),
            (
                "email",
                json!({"username": "other", "display_name": "x", "email": "Z@CORP.com"}),
            ),
        ] {
            let answer = app.call(&With::Operator, "POST", "/members", draft).await;
            assert_eq!(answer.status, StatusCode::CONFLICT);
            assert_eq!(answer.text("code"), "taken");
            assert_eq!(answer.text("field"), field);
        }
    })
    .await;
}

#[tokio::test]
async fn attack_22_nobody_resets_their_own_credentials_by_a_session_or_a_token() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (owner, with) = app.member("owner", &[Role::Owner]).await;
        let draft = json!({"name": "t", "roles": ["owner"]});
        let made = app.call(&with, "POST", "/tokens", draft).await;
        let token = With::Bearer(made.text("secret").to_owned());
        for caller in [&with, &token] {
            for (method, path) in [
                ("POST", format!("/members/{owner}/one-time-link")),
                ("DELETE", format!("/members/{owner}/second-factor")),
                ("POST", format!("/members/{owner}/unlock")),
            ] {
                let answer = app.call(caller, method, &path, Value::Null).await;
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
                assert!(answer.text("detail").contains("your account page"));
            }
        }
        let log = app.get(&with, "/events/audit").await;
        let entries = log.json["items"].as_array().unwrap().clone();
        let refused = entries.iter().filter(|entry| entry["result"] == "refused");
        assert_eq!(refused.count(), 6, "each try is in the audit log");
        // Whoever has the machine may.
        let path = format!("/members/{owner}/one-time-link");
        let answer = app.call(&With::Operator, "POST", &path, Value::Null).await;
        assert_eq!(answer.status, StatusCode::CREATED);
    })
    .await;
}
