//! What was sent is wrong: the field is named, in the caller's language, and nothing breaks.

use axum::body::Body;
use axum::http::{StatusCode, header};
use serde_json::{Value, json};

use super::app::{Answer, App, With};
use crate::store::testing::{TestStore, on_both_engines};

const OP: &With = &With::Operator;

async fn send_raw(app: &App, method: &str, path: &str, language: &str, body: String) -> Answer {
    let request = App::request(method, path, OP)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::IF_MATCH, "*")
        .header(header::ACCEPT_LANGUAGE, language)
        .body(Body::from(body))
        .unwrap();
    app.send(request).await
}

#[tokio::test]
async fn lists_in_a_body_are_bounded_before_their_items_are_looked_at() {
    let store = TestStore::sqlite().await;
    let app = App::start(&store).await;
    let many = |count: usize| vec!["nobody"; count];
    for (path, field, most, body) in [
        (
            "/tokens",
            "roles",
            50,
            json!({"name": "t", "roles": many(51)}),
        ),
        (
            "/tokens",
            "permissions",
            200,
            json!({"name": "t", "permissions": many(201)}),
        ),
        (
            "/members",
            "departments",
            100,
            json!({"username": "a", "display_name": "A", "departments": many(101)}),
        ),
        (
            "/members",
            "groups",
            1000,
            json!({"username": "a", "display_name": "A", "groups": many(1001)}),
        ),
    ] {
        let answer = app.call(&With::Operator, "POST", path, body).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(answer.text("field"), field);
        assert_eq!(answer.text("allowed"), format!("at most {most}"));
    }
}

#[tokio::test]
async fn attack_07_nul_is_refused_by_name_wherever_it_comes_in() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        for (path, field) in [
            ("/members/a%00b", "id"),
            ("/groups/%00", "id"),
            ("/groups/g/members/%00", "member"),
            ("/members?search=%00", "search"),
            ("/members?group=x%00", "group"),
            ("/events/audit?actor=%00", "actor"),
            ("/events/access?after=1_%00", "after"),
            ("/explain?from=192.0.2.1&url=https://x/&as=a%00", "as"),
            ("/members/%ff", "path"),
        ] {
            let method = if path.contains("/members/%00") {
                "PUT"
            } else {
                "GET"
            };
            let answer = app.call(OP, method, path, Value::Null).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
            assert_eq!(answer.text("field"), field, "{path}");
            assert!(!answer.text("allowed").is_empty(), "{path}");
        }
        for (path, body, field) in [
            ("/groups", json!({"name": "a\0"}), "name"),
            (
                "/members",
                json!({"username": "a", "display_name": "b", "groups": ["\0"]}),
                "groups[0]",
            ),
            (
                "/tokens",
                json!({"name": "a\0", "roles": ["auditor"]}),
                "name",
            ),
        ] {
            let answer = app.call(OP, "POST", path, body).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
            assert_eq!(answer.text("field"), field, "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_query_that_makes_no_sense_is_told_by_its_parameter() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        for (path, field) in [
            ("/members?limit=0", "limit"),
            ("/members?limit=ten", "limit"),
            ("/members?status=lost", "status"),
            ("/groups?limit=1001", "limit"),
            ("/events/access?limit=-1", "limit"),
            ("/events/access?since=yesterday", "since"),
            ("/events/sign-ins?after=x", "after"),
            ("/explain?url=https://x/", "."),
            (
                "/explain?url=https://x/&from=192.0.2.1&method=a%20b",
                "method",
            ),
            ("/events/access?outcome=lost", "outcome"),
            ("/events/access?client_address=home", "client_address"),
            ("/events/access?since=2&until=1", "until"),
            ("/events/sign-ins?kind=lost", "kind"),
        ] {
            let answer = app.get(OP, path).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
            assert_eq!(answer.text("field"), field, "{path} {}", answer.json);
        }
    })
    .await;
}

#[tokio::test]
async fn what_an_application_must_not_be_is_told_in_the_callers_language() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let draft = json!({
            "name": {}, "hosts": ["wiki.example.com"],
            "pool": {
                "upstreams": [{"address": "wiki"}],
                "tls": {"server_name": "wiki", "ca_pem": "-----BEGIN CERTIFICATE-----"}
            }
        });
        for (language, what, allowed) in [
            ("en", "it has no name", "a name in English"),
            ("zh-CN", "没有名称", "填写英文"),
        ] {
            let answer = send_raw(&app, "POST", "/applications", language, draft.to_string()).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
            let problems = answer.json["problems"].as_array().unwrap();
            let fields: Vec<_> = problems
                .iter()
                .map(|p| p["field"].as_str().unwrap())
                .collect();
            let expected = ["name", "pool.upstreams.0.address", "pool.tls.ca_pem"];
            assert_eq!(fields, expected);
            assert!(answer.text("detail").contains(what), "{}", answer.json);
            assert!(answer.text("allowed").contains(allowed), "{}", answer.json);
        }
    })
    .await;
}

fn wiki(host: &str) -> Value {
    json!({
        "name": {"en": "Wiki"}, "hosts": [host],
        "pool": {"upstreams": [{"address": "127.0.0.1:8000"}]}
    })
}

#[tokio::test]
async fn an_application_that_cannot_be_read_is_shown_mended_and_holds_up_no_other() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let mut tx = store.begin().await.unwrap();
        let broken = r#"{"hosts": ["bad.example.com"], "from": "another version"}"#;
        crate::store::published::testing::insert_application(&mut tx, "bad", broken).await;
        tx.commit().await.unwrap();

        let made = app
            .call(OP, "POST", "/applications", wiki("wiki.example.com"))
            .await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.json);
        let listed = app.get(OP, "/applications").await;
        let shown = listed.json["items"].as_array().unwrap();
        let bad = shown.iter().find(|item| item["id"] == "bad").unwrap();
        assert!(
            bad["unreadable"]
                .as_str()
                .unwrap()
                .contains("unknown field")
        );
        assert_eq!(bad["version"], 1);

        let mended = app
            .call(OP, "PUT", "/applications/bad", wiki("bad.example.com"))
            .await;
        assert_eq!(mended.status, StatusCode::OK, "{}", mended.json);
        let again = app.get(OP, "/applications/bad").await;
        assert_eq!(again.json.get("unreadable"), None);
        // One that breaks an application is refused, whichever it was made to.
        let clash = app
            .call(OP, "PUT", "/applications/bad", wiki("wiki.example.com"))
            .await;
        assert_eq!(clash.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(clash.text("field"), "hosts.0");
    })
    .await;
}

#[tokio::test]
async fn a_list_that_guards_an_application_cannot_go() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let draft = json!({"name": "office", "effect": "allow"});
        let list = app.call(OP, "POST", "/ip-lists", draft).await.id();
        let mut guarded = wiki("wiki.example.com");
        guarded["ip_lists"] = json!([list]);
        app.call(OP, "POST", "/applications", guarded).await.id();
        let answer = app
            .call(OP, "DELETE", &format!("/ip-lists/{list}"), Value::Null)
            .await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            answer.text("detail").contains("no IP list"),
            "{}",
            answer.json
        );
    })
    .await;
}
