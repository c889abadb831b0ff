//! The sign-in policy over the API: what is wrong is told, what is right holds, and what it would mean for
//! one person can be seen before.

use axum::body::Body;
use axum::http::StatusCode;
use config::Role;
use serde_json::{Value, json};

use super::app::{App, With};
use crate::store::groups;
use crate::store::testing::on_both_engines;

const OP: &With = &With::Operator;
const PATH: &str = "/sign-in-policy";

async fn policy(app: &App) -> (Value, String) {
    let read = app.get(OP, PATH).await;
    (read.json, read.tag.unwrap())
}

#[tokio::test]
async fn a_policy_is_changed_by_whoever_knows_the_one_that_is_there() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (mut body, tag) = policy(&app).await;
        body["password"]["min_length"] = json!(16);
        let done = app.call_if(OP, "PUT", PATH, &tag, body.clone()).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        assert_eq!(policy(&app).await.0["password"]["min_length"], 16);
        let stale = app.call_if(OP, "PUT", PATH, &tag, body).await;
        assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED);
        let audit = app.get(OP, "/events/audit?limit=1").await;
        let entry = &audit.json["items"][0];
        assert_eq!(entry["target_kind"], "sign_in_policy");
        assert_eq!(entry["before"]["password"]["min_length"], 10);
        assert_eq!(entry["after"]["password"]["min_length"], 16);
    })
    .await;
}

#[tokio::test]
async fn attack_18_who_keeps_the_books_sees_the_policy_and_changes_nothing() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (body, _) = policy(&app).await;
        for (role, expected) in [
            (Role::Auditor, StatusCode::FORBIDDEN),
            (Role::HelpDesk, StatusCode::FORBIDDEN),
            (Role::SecurityAdministrator, StatusCode::OK),
        ] {
            let (_, caller) = app.member(role.as_str(), &[role]).await;
            assert_eq!(app.get(&caller, PATH).await.status, StatusCode::OK);
            let done = app.call(&caller, "PUT", PATH, body.clone()).await;
            assert_eq!(done.status, expected, "{role:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn everything_that_is_wrong_in_a_policy_is_told_at_once_by_its_field() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (mut body, _) = policy(&app).await;
        body["two_step"]["methods"] = json!(["passkey", "passkey"]);
        body["two_step"]["grace_days"] = json!(91);
        body["password"]["min_length"] = json!(7);
        body["password"]["max_age_days"] = json!(30);
        body["password"]["warn_days"] = json!(30);
        body["sessions"]["idle_minutes"] = json!(1000);
        body["attempts"]["wrong_passwords"] = json!(2);
        body["exceptions"] = json!([
            {"name": "", "who": []},
            {"name": "x", "who": [{"kind": "group", "id": "nowhere"}], "sessions": {"most": 101}},
        ]);
        let refused = app.call(OP, "PUT", PATH, body).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let told = refused.json["problems"].as_array().unwrap();
        let fields: Vec<&str> = told
            .iter()
            .filter_map(|one| one["field"].as_str())
            .collect();
        let expected = [
            "two_step.methods",
            "two_step.grace_days",
            "password.min_length",
            "password.warn_days",
            "sessions.idle_minutes",
            "attempts.wrong_passwords",
            "exceptions.0.name",
            "exceptions.0.who",
            "exceptions.0",
            "exceptions.1.sessions.most",
            "exceptions.1.who.0.id",
        ];
        assert_eq!(fields, expected, "{}", refused.body);
        let unknown = json!({"two_step": {"demnad": "off"}});
        let unknown = app.call(OP, "PUT", PATH, unknown).await;
        assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
    })
    .await;
}

#[tokio::test]
async fn a_group_that_is_gone_holds_up_no_other_change() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let group = app
            .call(OP, "POST", "/groups", json!({"name": "Contractors"}))
            .await
            .id();
        let (mut body, _) = policy(&app).await;
        body["exceptions"] = json!([{
            "name": "Contractors", "who": [{"kind": "group", "id": group}], "sessions": {"most": 1}
        }]);
        let done = app.call(OP, "PUT", PATH, body.clone()).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        let mut tx = app.state.store.begin().await.unwrap();
        groups::remove(&mut tx, &group.as_str().into())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        body["password"]["history"] = json!(3);
        let done = app.call(OP, "PUT", PATH, body).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    })
    .await;
}

#[tokio::test]
async fn what_a_policy_would_mean_for_one_person_is_seen_before_it_is_saved() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (id, _) = app.member("zhang", &[]).await;
        let group = app
            .call(OP, "POST", "/groups", json!({"name": "Contractors"}))
            .await
            .id();
        let path = format!("/groups/{group}/members/{id}");
        assert!(
            app.call(OP, "PUT", &path, json!({}))
                .await
                .status
                .is_success()
        );
        let (mut body, tag) = policy(&app).await;
        body["two_step"]["demand"] = json!("required");
        body["exceptions"] = json!([{
            "name": "Outside staff", "who": [{"kind": "group", "id": group}],
            "sessions": {"absolute_hours": 1, "idle_minutes": null}
        }]);
        app.state.clock.advance(std::time::Duration::from_mins(61));
        let draft = json!({"policy": body, "member": "zhang"});
        let seen = app.call(OP, "POST", "/sign-in-policy/preview", draft).await;
        assert_eq!(seen.status, StatusCode::OK, "{}", seen.body);
        assert_eq!(seen.json["sessions_from"], "Outside staff");
        assert_eq!(seen.json["two_step_from"], Value::Null);
        assert_eq!(seen.json["rules"]["sessions"]["absolute_hours"], 1);
        let steps = json!(["set_up_second_factor", "new_password"]);
        assert_eq!(
            seen.json["next_sign_in"], steps,
            "no factor and no password yet"
        );
        assert_eq!(policy(&app).await.1, tag, "nothing was saved");
    })
    .await;
}

#[tokio::test]
async fn attack_18_who_reads_the_policy_and_no_members_is_told_of_none() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        app.member("zhang", &[]).await;
        let (body, _) = policy(&app).await;
        let draft = json!({"policy": body, "member": "zhang"});
        for (permissions, expected) in [
            (json!(["sign_in_policy:read"]), StatusCode::FORBIDDEN),
            (
                json!(["sign_in_policy:read", "members:read"]),
                StatusCode::OK,
            ),
        ] {
            let token = json!({"name": permissions.to_string(), "permissions": permissions});
            let made = app.call(OP, "POST", "/tokens", token).await;
            let reader = With::Bearer(made.text("secret").to_owned());
            let seen = app
                .call(&reader, "POST", "/sign-in-policy/preview", draft.clone())
                .await;
            assert_eq!(seen.status, expected, "{}", seen.body);
        }
    })
    .await;
}

/// A group that an exception of the policy names.
async fn bound_group(app: &App, name: &str) -> String {
    let draft = json!({"name": name});
    let group = app.call(OP, "POST", "/groups", draft).await.id();
    let (mut body, _) = policy(app).await;
    body["exceptions"] = json!([{
        "name": "Outside staff", "who": [{"kind": "group", "id": group}],
        "two_step": {"demand": "off"}
    }]);
    let done = app.call(OP, "PUT", PATH, body).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    group
}

#[tokio::test]
async fn attack_18_who_may_not_change_the_policy_puts_nobody_under_an_exception() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (id, _) = app.member("zhang", &[]).await;
        let (_, administrator) = app.member("admin", &[Role::Administrator]).await;
        let (_, owner) = app.member("owner", &[Role::Owner]).await;
        let group = bound_group(&app, "Contractors").await;
        let by_hand = format!("/groups/{group}/members/{id}");
        let rule = json!({"name": "Contractors", "rule": {"kind": "member"}});
        let placed = json!({"username": "zhang", "display_name": "Z", "groups": [group]});
        let begun = json!({"username": "li", "display_name": "L", "groups": [group]});
        for (method, path, draft) in [
            ("PUT", by_hand.clone(), json!({})),
            ("PUT", format!("/members/{id}"), placed),
            ("POST", "/members".to_owned(), begun),
            ("PUT", format!("/groups/{group}"), rule),
        ] {
            let answer = app.call(&administrator, method, &path, draft).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method} {path}");
        }
        let answer = app.call(&owner, "PUT", &by_hand, json!({})).await;
        assert!(answer.status.is_success(), "{}", answer.body);
        let out = app
            .call(&administrator, "DELETE", &by_hand, json!({}))
            .await;
        assert_eq!(out.status, StatusCode::FORBIDDEN, "nor out of a strict one");
        let renamed = json!({"name": "Outside"});
        let path = format!("/groups/{group}");
        let renamed = app.call(&administrator, "PUT", &path, renamed).await;
        assert_eq!(renamed.status, StatusCode::OK, "{}", renamed.body);
    })
    .await;
}

#[tokio::test]
async fn a_group_that_an_exception_names_is_not_removed_before_it_is_taken_out_of_there() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let group = bound_group(&app, "Contractors").await;
        let path = format!("/groups/{group}");
        for (language, word) in [("en", "exception"), ("zh-CN", "例外")] {
            let request = App::request("DELETE", &path, OP)
                .header("if-match", "*")
                .header("accept-language", language)
                .body(Body::empty());
            let refused = app.send(request.unwrap()).await;
            assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.body);
            let detail = refused.text("detail");
            assert!(detail.contains("Outside staff") && detail.contains(word));
        }
        let (mut body, _) = policy(&app).await;
        body["exceptions"] = json!([]);
        assert_eq!(app.call(OP, "PUT", PATH, body).await.status, StatusCode::OK);
        let gone = app.call(OP, "DELETE", &path, json!({})).await;
        assert!(gone.status.is_success(), "{}", gone.body);
    })
    .await;
}

#[tokio::test]
async fn breached_passwords_are_refused_only_by_a_node_that_has_a_list_and_the_captcha_has_bounds()
{
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let list = "/sign-in-policy/breached-passwords";
        assert_eq!(app.get(OP, list).await.json["entries"], Value::Null);
        let (mut body, _) = policy(&app).await;
        assert_eq!(body["attempts"]["captcha"], json!({"kind": "never"}));
        body["password"]["refuse_breached"] = json!(true);
        body["attempts"]["captcha"] = json!({"kind": "after", "failures": 0});
        let refused = app.call(OP, "PUT", PATH, body.clone()).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        for told in [
            "password.refuse_breached",
            "gatehouse breached-passwords load",
            "attempts.captcha.failures",
            "1 to 100",
        ] {
            assert!(refused.body.contains(told), "{told}: {}", refused.body);
        }
        let source = store.data.path().join("leak.txt");
        std::fs::write(&source, "password\n123456\n").unwrap();
        crate::breached::load(&source, store.data.path()).unwrap();
        assert_eq!(app.get(OP, list).await.json["entries"], 2);
        body["attempts"]["captcha"] = json!({"kind": "after", "failures": 3});
        let done = app.call(OP, "PUT", PATH, body).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        assert_eq!(policy(&app).await.0["attempts"]["captcha"]["failures"], 3);
    })
    .await;
}
