//! Nobody climbs: roles, accounts, the last owner, look-alike names.

use axum::http::StatusCode;
use config::Role;
use serde_json::{Value, json};

use super::app::{App, With};
use crate::store::testing::on_both_engines;

#[tokio::test]
async fn attack_18_who_may_not_change_address_lists_takes_no_application_out_of_them() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (_, administrator) = app.member("admin", &[Role::Administrator]).await;
        let (_, security) = app.member("security", &[Role::SecurityAdministrator]).await;
        let mut draft = json!({
            "name": {"en": "Hook", "zh-CN": "回调"}, "hosts": ["hook.example.com"],
            "pool": {"upstreams": [{"address": "127.0.0.1:1"}]}, "own_ip_lists_only": true
        });
        let refused = app
            .call(&administrator, "POST", "/applications", draft.clone())
            .await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.body);
        draft["own_ip_lists_only"] = json!(false);
        let id = app
            .call(&administrator, "POST", "/applications", draft.clone())
            .await
            .id();
        let path = format!("/applications/{id}");
        let list = json!({"name": "l", "effect": "allow"});
        let list = app.call(&security, "POST", "/ip-lists", list).await.id();
        draft["own_ip_lists_only"] = json!(true);
        let refused = app.call(&administrator, "PUT", &path, draft.clone()).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.body);
        let done = app.call(&security, "PUT", &path, draft.clone()).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        for (field, other) in [
            ("ip_lists", json!([list])),
            ("hosts", json!(["hook.example.com", "wiki.example.com"])),
            ("path_prefix", json!("/wiki")),
            ("pool", json!({"upstreams": [{"address": "127.0.0.1:2"}]})),
        ] {
            let mut other_way = draft.clone();
            other_way[field] = other;
            let refused = app.call(&administrator, "PUT", &path, other_way).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{field}");
        }
        draft["watermark"] = json!(true);
        let kept = app.call(&administrator, "PUT", &path, draft).await;
        assert_eq!(
            kept.status,
            StatusCode::OK,
            "what is so already may stay: {}",
            kept.body
        );
    })
    .await;
}

#[tokio::test]
async fn attack_18_an_administrator_makes_no_owner_and_touches_none() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (owner, _) = app.member("owner", &[Role::Owner]).await;
        let (admin, with) = app.member("admin", &[Role::Administrator]).await;
        let wanted = json!({"roles": [{"role": "owner"}]});
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

#[tokio::test]
async fn attack_18_whoever_may_not_change_groups_does_not_do_it_by_way_of_people() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (_, security) = app.member("security", &[Role::SecurityAdministrator]).await;
        let (id, _) = app.member("li.si", &[]).await;
        let group = json!({"name": "g"});
        let group = app
            .call(&With::Operator, "POST", "/groups", group)
            .await
            .id();
        let department = json!({"name": "d"});
        let department = app
            .call(&With::Operator, "POST", "/departments", department)
            .await
            .id();
        let path = format!("/members/{id}");
        let mut profile = json!({"username": "li.si", "display_name": "李四"});
        let renamed = app.call(&security, "PUT", &path, profile.clone()).await;
        assert_eq!(renamed.status, StatusCode::OK, "{}", renamed.json);
        for (key, id) in [("groups", &group), ("departments", &department)] {
            let mut placed = profile.clone();
            placed[key] = json!([id]);
            let answer = app.call(&security, "PUT", &path, placed.clone()).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{key}");
            let answer = app.call(&With::Operator, "PUT", &path, placed).await;
            assert_eq!(answer.status, StatusCode::OK);
            // Nor does leaving it out take the person out.
            let answer = app.call(&security, "PUT", &path, profile.clone()).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{key}");
            profile[key] = json!([id]);
            let answer = app.call(&security, "PUT", &path, profile.clone()).await;
            assert_eq!(answer.status, StatusCode::OK, "{key}");
        }
    })
    .await;
}

#[tokio::test]
async fn attack_18_a_member_without_a_role_reads_nothing() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (id, with) = app.member("li.si", &[]).await;
        for path in [
            "/me",
            "/members",
            "/events/access",
            "/applications",
            "/openapi.json",
        ] {
            assert_eq!(
                app.get(&with, path).await.status,
                StatusCode::FORBIDDEN,
                "{path}"
            );
        }
        let own = app.get(&with, &format!("/members/{id}")).await;
        assert_eq!(own.status, StatusCode::FORBIDDEN);
    })
    .await;
}
