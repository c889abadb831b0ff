//! Members: found, put in order, counted; who has left.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::app::{App, With};
use crate::store::testing::on_both_engines;

const OP: &With = &With::Operator;

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

async fn add(app: &App, username: &str, name: &str, more: Value) -> String {
    let mut draft = json!({"username": username, "display_name": name});
    let more = more.as_object().unwrap().clone();
    draft.as_object_mut().unwrap().extend(more);
    app.call(OP, "POST", "/members", draft).await.id()
}

/// The usernames that a query shows, read by pages of two.
async fn listed(app: &App, query: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut after = String::new();
    loop {
        let path = format!("/members?limit=2&{query}{after}");
        let page = app.get(OP, &path).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.json);
        let items = page.json["items"].as_array().unwrap();
        let name = |item: &Value| item["username"].as_str().unwrap().to_owned();
        names.extend(items.iter().map(name));
        let Some(next) = page.json["next"].as_str() else {
            return names;
        };
        after = format!("&after={}", encoded(next));
    }
}

#[tokio::test]
async fn people_are_found_by_pinyin_and_narrowed_by_what_they_are() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let draft = json!({"name": "总部"});
        let top = app.call(OP, "POST", "/departments", draft).await.id();
        let draft = json!({"name": "研发", "parent": top});
        let below = app.call(OP, "POST", "/departments", draft).await.id();
        let placed = json!({"departments": [below], "mobile": "138 0000 0001"});
        add(&app, "u1", "张三", placed).await;
        add(
            &app,
            "u2",
            "李四",
            json!({"kind": "guest", "departments": [top]}),
        )
        .await;
        let left = add(&app, "u3", "王五", json!({"employee_number": "E-77"})).await;
        let gone = app
            .call(OP, "POST", &format!("/members/{left}/leave"), Value::Null)
            .await;
        assert_eq!(gone.text("status"), "left");
        for (query, expected) in [
            ("search=zhang", &["u1"][..]),
            ("search=ls", &["u2"]),
            ("search=Zhang%20San", &["u1"]),
            ("search=13800000001", &["u1"]),
            ("search=e-77", &["u3"]),
            ("search=%25", &[]),
            ("status=left", &["u3"]),
            ("kind=guest", &["u2"]),
            (&format!("department={top}"), &["u2"]),
            (&format!("department={top}&below=true"), &["u1", "u2"]),
            ("sort=display_name", &["u2", "u3", "u1"]),
            ("sort=display_name&order=descending", &["u1", "u3", "u2"]),
            ("sort=created_at", &["u1", "u2", "u3"]),
            ("order=descending", &["u3", "u2", "u1"]),
        ] {
            assert_eq!(listed(&app, query).await, expected, "{query}");
            let count = app.get(OP, &format!("/member-count?{query}")).await;
            assert_eq!(count.json["count"], expected.len(), "{query}");
        }
        let bad = app.get(OP, "/members?sort=created_at&after=x_y").await;
        assert_eq!(bad.text("field"), "after");
    })
    .await;
}

#[tokio::test]
async fn attack_16_who_has_left_is_signed_out_at_once() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (id, cookie) = app.member("li.si", &[config::Role::Auditor]).await;
        assert_eq!(app.get(&cookie, "/me").await.status, StatusCode::OK);
        let path = format!("/members/{}/leave", id.as_str());
        app.call(OP, "POST", &path, Value::Null).await;
        let answer = app.get(&cookie, "/me").await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        let log = app.get(OP, "/events/audit?action=leave").await;
        assert_eq!(log.json["items"][0]["before"]["status"], "active");
        assert_eq!(log.json["items"][0]["after"]["status"], "left");
    })
    .await;
}
