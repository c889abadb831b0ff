//! Files of members: looked at, row by row, before anything is written, and carried out once.

use std::time::Duration;

use axum::body::Body;
use axum::http::StatusCode;
use config::Role;
use serde_json::{Value, json};

use super::app::{Answer, App, With};
use crate::authn::{Origin, session};
use crate::authz::{self, Action, Permit, Resource};
use crate::members::import::{self, Turn};
use crate::store::testing::on_both_engines;

const OP: &With = &With::Operator;

async fn upload(app: &App, with: &With, query: &str, file: &[u8]) -> Answer {
    let request = App::request("POST", &format!("/member-imports{query}"), with)
        .header("content-type", "text/csv")
        .body(Body::from(file.to_vec()))
        .unwrap();
    app.send(request).await
}

async fn rows(app: &App, id: &str) -> Vec<Value> {
    let answer = app.get(OP, &format!("/member-imports/{id}/rows")).await;
    answer.json["items"].as_array().unwrap().clone()
}

async fn apply(app: &App, id: &str, body: Value) -> Answer {
    let path = format!("/member-imports/{id}/apply");
    app.call(OP, "POST", &path, body).await
}

/// What whoever comes with this cookie has for as long as the import takes.
async fn may_import(app: &App, with: &With) -> Permit {
    let With::Cookie(cookie) = with else {
        panic!("{with:?}");
    };
    let host = app.state.settings.access.host();
    let actor = session::find(&app.state, cookie, host, None).await.unwrap();
    let origin = Origin::default();
    authz::permit(actor.unwrap(), origin, Resource::Members, Action::Create).unwrap()
}

async fn begin(app: &App, id: &str) -> Option<Turn> {
    import::begin(&app.state, id, false).await.unwrap().1
}

/// The import, once it has been carried out.
async fn applied(app: &App, id: &str) -> Value {
    let mut import = Value::Null;
    for _ in 0..2_000 {
        import = app.get(OP, &format!("/member-imports/{id}")).await.json;
        if import["state"] == "applied" {
            return import;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("it is not carried out: {import}");
}

#[tokio::test]
async fn a_file_is_looked_at_row_by_row_and_then_carried_out() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        app.member("old", &[]).await;
        let draft = json!({"name": "Admins"});
        app.call(OP, "POST", "/groups", draft).await.id();
        let file = "用户名,姓名,邮箱,手机,部门,用户组,状态,薪资\r\n\
            zhang,张三,zs@corp.com,138 0000 0001,研发/后端,admins,启用,1\r\n\
            OLD,老王,,,,,离职,1\r\n\
            old2,,nonsense,,不存在,gone,别的,1\r\n\
            zhang,张三,zs@corp.com,,,,,1\r\n";
        let (gbk, ..) = encoding_rs::GBK.encode(file);
        let refused = upload(&app, OP, "", b"name,mail\r\n").await;
        assert_eq!(refused.text("field"), "file");
        let strict = upload(&app, OP, "", &gbk).await;
        assert_eq!(strict.json["errors"], 3, "{}", strict.json);
        let made = upload(&app, OP, "?create_departments=true&file_name=a.csv", &gbk).await;
        assert_eq!(made.status, StatusCode::CREATED);
        let id = made.id();
        assert_eq!(made.json["ignored_columns"], json!(["薪资"]));
        let counts = ["create", "update", "errors"].map(|key| made.json[key].clone());
        assert_eq!(counts, [json!(1), json!(1), json!(2)]);
        let all = rows(&app, &id).await;
        assert_eq!(all[0]["line"], 2);
        assert_eq!(all[0]["values"]["departments"], "研发/后端");
        let wrong = |row: &Value| {
            let problems = row["problems"].as_array().unwrap().iter();
            let fields = problems.map(|p| p["field"].as_str().unwrap().to_owned());
            fields.collect::<Vec<_>>()
        };
        assert_eq!(
            wrong(&all[2]),
            ["groups", "status", "display_name", "email"]
        );
        assert_eq!(
            wrong(&all[3]),
            ["username", "email"],
            "they stand above already"
        );
        // Nothing was written so far.
        assert_eq!(
            app.get(OP, "/members/zhang").await.status,
            StatusCode::NOT_FOUND
        );
        let held = apply(&app, &id, json!({})).await;
        assert_eq!(held.status, StatusCode::CONFLICT);
        let begun = apply(&app, &id, json!({"leave_out_errors": true})).await;
        assert_eq!(begun.status, StatusCode::ACCEPTED);
        let done = applied(&app, &id).await;
        assert_eq!((&done["done"], &done["failed"]), (&json!(2), &json!(0)));
        let zhang = app.get(OP, "/members/zhang").await;
        assert_eq!(zhang.json["mobile"], "13800000001");
        assert_eq!(zhang.json["departments"][0]["name"], "后端");
        assert_eq!(zhang.json["groups"][0]["name"], "Admins");
        let old = app.get(OP, "/members/old").await;
        assert_eq!((old.text("username"), old.text("status")), ("old", "left"));
        assert_eq!(old.text("display_name"), "老王");
        let outcomes: Vec<Value> = rows(&app, &id)
            .await
            .iter()
            .map(|row| row["outcome"].clone())
            .collect();
        assert_eq!(outcomes, ["done", "done", "left_out", "left_out"]);
        let again = apply(&app, &id, json!({"leave_out_errors": true})).await;
        assert_eq!(again.status, StatusCode::CONFLICT);
        let same = upload(
            &app,
            OP,
            "",
            "username,mobile\nzhang,13800000001\n".as_bytes(),
        )
        .await;
        assert_eq!(same.json["nothing"], 1);
        let log = app.get(OP, "/events/audit?action=import").await;
        assert_eq!(log.json["items"][0]["after"]["done"], 2);
    })
    .await;
}

#[tokio::test]
async fn what_has_changed_since_the_look_fails_by_the_row_and_nothing_is_done_twice() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let file = "username,display_name,email\na,A,a@corp.com\nb,B,b@corp.com\n";
        let id = upload(&app, OP, "", file.as_bytes()).await.id();
        let draft = json!({"username": "c", "display_name": "C", "email": "a@corp.com"});
        app.call(OP, "POST", "/members", draft).await.id();
        apply(&app, &id, json!({})).await;
        let done = applied(&app, &id).await;
        assert_eq!((&done["done"], &done["failed"]), (&json!(1), &json!(1)));
        assert_eq!(rows(&app, &id).await[0]["problems"][0]["field"], "email");
        let path = format!("/member-imports/{id}");
        let gone = app.call(OP, "DELETE", &path, Value::Null).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT);
        assert_eq!(app.get(OP, &path).await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn an_import_that_is_applied_under_a_name_carries_out_each_row() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (_, owner) = app.member("owner", &[Role::Owner]).await;
        let file = b"username,display_name\na,A\nb,B\n";
        let id = upload(&app, &owner, "", file).await.id();
        let path = format!("/member-imports/{id}/apply");
        let request = App::request("POST", &path, &owner)
            .header("content-type", "application/json")
            .header("idempotency-key", "one")
            .body(Body::from("{}"))
            .unwrap();
        let begun = app.send(request).await;
        assert_eq!(begun.status, StatusCode::ACCEPTED);
        let done = applied(&app, &id).await;
        assert_eq!((&done["done"], &done["failed"]), (&json!(2), &json!(0)));
    })
    .await;
}

#[tokio::test]
async fn a_row_is_carried_out_as_far_as_whoever_applies_it_may_go() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        app.member("old", &[]).await;
        app.call(OP, "POST", "/groups", json!({"name": "g"}))
            .await
            .id();
        let file = "username,display_name,groups,status\n\
            new,N,,\nold,Other,,\nput,P,g,\nleft,L,,left\n";
        let id = upload(&app, OP, "", file.as_bytes()).await.id();
        let (adder, with) = app.member("adder", &[]).await;
        let draft = json!({"name": "Adders", "permissions": ["members:read", "members:create"]});
        let role = app.call(OP, "POST", "/roles", draft).await.id();
        let path = format!("/members/{adder}/roles");
        let given = json!({"roles": [{"role": role}]});
        app.call(OP, "PUT", &path, given).await.id();
        let path = format!("/member-imports/{id}/apply");
        app.call(&with, "POST", &path, json!({})).await.id();
        let done = applied(&app, &id).await;
        assert_eq!((&done["done"], &done["failed"]), (&json!(1), &json!(3)));
        let old = app.get(OP, "/members/old").await;
        assert_eq!(old.text("display_name"), "old");
        for nobody in ["put", "left"] {
            let answer = app.get(OP, &format!("/members/{nobody}")).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{nobody}");
        }
    })
    .await;
}

#[tokio::test]
async fn attack_18_an_import_stops_when_the_role_of_whoever_applies_it_is_taken() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (admin, with) = app.member("admin", &[Role::Administrator]).await;
        let file = b"username,display_name\na,A\nb,B\n";
        let id = upload(&app, &with, "", file).await.id();
        let permit = may_import(&app, &with).await;
        let turn = begin(&app, &id).await.unwrap();
        let path = format!("/members/{admin}/roles");
        app.call(OP, "PUT", &path, json!({"roles": []})).await.id();
        import::run(app.state.clone(), permit, turn).await;
        let left = app.get(OP, &format!("/member-imports/{id}")).await.json;
        assert_eq!((&left["done"], &left["failed"]), (&json!(0), &json!(0)));
        assert_eq!(left["state"], "interrupted");
        let log = app.get(OP, "/events/audit").await.json;
        assert_eq!(log["items"][0]["result"], "refused", "{log}");
        assert_eq!(log["items"][0]["actor_name"], "admin");
    })
    .await;
}

#[tokio::test]
async fn attack_18_an_import_stops_with_the_sign_in_of_whoever_applies_it_and_is_taken_up() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (admin, with) = app.member("admin", &[Role::Administrator]).await;
        let file = b"username,display_name\na,A\nb,B\n";
        let id = upload(&app, &with, "", file).await.id();
        let permit = may_import(&app, &with).await;
        let turn = begin(&app, &id).await.unwrap();
        let path = format!("/members/{admin}/sign-ins");
        let ended = app.call(OP, "DELETE", &path, Value::Null).await;
        assert!(ended.status.is_success(), "{}", ended.json);
        import::run(app.state.clone(), permit, turn).await;
        let left = app.get(OP, &format!("/member-imports/{id}")).await.json;
        assert_eq!(
            (&left["state"], &left["done"]),
            (&json!("interrupted"), &json!(0))
        );
        assert_eq!(apply(&app, &id, json!({})).await.text("state"), "applying");
        assert_eq!(applied(&app, &id).await["done"], 2);
    })
    .await;
}

#[tokio::test]
async fn an_import_that_gives_no_sign_any_more_was_interrupted() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let file = b"username,display_name\na,A\n";
        let id = upload(&app, OP, "", file).await.id();
        begin(&app, &id).await.unwrap();
        let state = async || {
            let import = app.get(OP, &format!("/member-imports/{id}")).await;
            import.text("state").to_owned()
        };
        assert_eq!(state().await, "applying");
        app.state.clock.advance(Duration::from_mins(1));
        assert_eq!(state().await, "interrupted");
    })
    .await;
}

#[tokio::test]
async fn a_run_that_was_taken_over_leaves_the_import_to_whoever_took_it() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (admin, with) = app.member("admin", &[Role::Administrator]).await;
        let file = b"username,display_name\na,A\nb,B\n";
        let id = upload(&app, &with, "", file).await.id();
        let slow = (
            may_import(&app, &with).await,
            begin(&app, &id).await.unwrap(),
        );
        app.state.clock.advance(Duration::from_mins(1));
        let turn = begin(&app, &id).await.unwrap();
        assert!(begin(&app, &id).await.is_none(), "somebody is at it");
        let path = format!("/members/{admin}/roles");
        app.call(OP, "PUT", &path, json!({"roles": []})).await.id();
        import::run(app.state.clone(), slow.0, slow.1).await;
        let path = format!("/member-imports/{id}");
        assert_eq!(app.get(OP, &path).await.text("state"), "applying");
        let (_, owner) = app.member("owner", &[Role::Owner]).await;
        let permit = may_import(&app, &owner).await;
        import::run(app.state.clone(), permit, turn).await;
        assert_eq!(applied(&app, &id).await["done"], 2);
    })
    .await;
}

#[tokio::test]
async fn a_row_that_would_put_somebody_into_a_group_with_a_rule_is_told_before() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let everybody = json!({"name": "staff", "rule": {"kind": "member"}});
        app.call(OP, "POST", "/groups", everybody).await.id();
        let guests = json!({"name": "guests", "rule": {"kind": "guest"}});
        app.call(OP, "POST", "/groups", guests).await.id();
        app.call(OP, "POST", "/groups", json!({"name": "hand"}))
            .await
            .id();
        for name in ["a", "b"] {
            let draft = json!({"username": name, "display_name": name});
            app.call(OP, "POST", "/members", draft).await.id();
        }
        let file = "username,groups\na,guests\nb,hand\n";
        let seen = upload(&app, OP, "", file.as_bytes()).await;
        assert_eq!(
            (&seen.json["errors"], &seen.json["update"]),
            (&json!(1), &json!(1))
        );
        let id = seen.id();
        assert_eq!(rows(&app, &id).await[0]["problems"][0]["field"], "groups");
        apply(&app, &id, json!({"leave_out_errors": true})).await;
        applied(&app, &id).await;
        let b = app.get(OP, "/members/b").await.json;
        let groups = b["groups"].as_array().unwrap().iter().map(|g| &g["name"]);
        assert_eq!(groups.collect::<Vec<_>>(), ["hand", "staff"]);
        let same = upload(&app, OP, "", b"username,groups\nb,hand\n").await;
        assert_eq!(same.json["nothing"], 1, "{}", same.json);
    })
    .await;
}

#[tokio::test]
async fn attack_18_a_file_changes_nobody_above_whoever_brings_it() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (_, admin) = app.member("admin", &[Role::Administrator]).await;
        app.member("owner", &[Role::Owner]).await;
        let file = "username,display_name,status\nowner,x,disabled\n";
        let made = upload(&app, &admin, "", file.as_bytes()).await;
        assert_eq!(made.json["errors"], 1, "{}", made.json);
        let alone = upload(&app, OP, "", b"username,status\nowner,left\n").await;
        assert_eq!(alone.json["update"], 1);
        apply(&app, &alone.id(), json!({})).await;
        let done = applied(&app, alone.text("id")).await;
        assert_eq!(done["failed"], 1, "the last owner stays");
        let (_, auditor) = app.member("auditor", &[Role::Auditor]).await;
        let refused = upload(&app, &auditor, "", file.as_bytes()).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
    })
    .await;
}
