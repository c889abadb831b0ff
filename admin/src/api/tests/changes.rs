//! Changes: told of, announced, refused where stale or not to be obeyed.

use axum::body::Body;
use axum::http::StatusCode;
use config::session::Revocation;
use serde_json::{Value, json};

use super::app::{App, With};
use crate::store::changes::{self, Change};
use crate::store::testing::on_both_engines;

const OP: &With = &With::Operator;

pub(super) async fn announced(app: &App) -> Vec<Change> {
    let mut read = app.state.store.read().await.unwrap();
    let found = changes::after(&mut read, app.begun, 1000).await.unwrap();
    found.into_iter().map(|(_, change)| change).collect()
}

fn wiki(host: &str) -> Value {
    json!({
        "name": {"en": "Wiki", "zh-CN": "维基"},
        "hosts": [host],
        "pool": {"upstreams": [{"address": "127.0.0.1:8000"}]},
        "access": {"kind": "rules", "rules": [{
            "name": "everyone", "effect": "allow", "who": [{"kind": "everyone"}]
        }]}
    })
}

#[tokio::test]
async fn a_member_is_made_placed_found_changed_and_removed() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let department = app
            .call(OP, "POST", "/departments", json!({"name": "研发"}))
            .await
            .id();
        let group = app
            .call(OP, "POST", "/groups", json!({"name": "Admins"}))
            .await
            .id();
        let draft = json!({
            "username": "zhang.san", "display_name": "张三", "email": "zs@corp.com",
            "mobile": "138 0000 0000", "departments": [department], "groups": [group]
        });
        let made = app.call(OP, "POST", "/members", draft).await;
        let id = made.id();
        assert_eq!(made.json["departments"][0]["name"], "研发");
        assert_eq!(made.json["groups"][0]["name"], "Admins");
        for query in ["张三", "ZHANG", "zs@", "1380000"] {
            let path: String = url::form_urlencoded::byte_serialize(query.as_bytes()).collect();
            let found = app.get(OP, &format!("/members?search={path}")).await;
            assert_eq!(found.json["items"][0]["id"], id.as_str(), "{query}");
        }
        assert_eq!(
            app.get(OP, "/members?search=%25").await.json["items"],
            json!([])
        );
        let by_name = app.get(OP, "/members/ZS@corp.com").await;
        assert_eq!(by_name.id(), id);
        let changed = json!({"username": "zhang.san", "display_name": "张三丰"});
        let path = format!("/members/{id}");
        let stale = app
            .call_if(OP, "PUT", &path, "\"77\"", changed.clone())
            .await;
        assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED);
        let after = app
            .call_if(OP, "PUT", &path, &made.tag.unwrap(), changed)
            .await;
        assert_eq!(after.text("display_name"), "张三丰");
        assert_eq!(after.json["groups"], json!([]));
        let active = app.call(OP, "DELETE", &path, Value::Null).await;
        assert_eq!(active.status, StatusCode::CONFLICT);
        app.call(OP, "POST", &format!("{path}/disable"), Value::Null)
            .await;
        let gone = app.call(OP, "DELETE", &path, Value::Null).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT);
    })
    .await;
}

#[tokio::test]
async fn a_change_without_a_version_is_refused_and_says_what_to_send() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let id = app
            .call(OP, "POST", "/groups", json!({"name": "g"}))
            .await
            .id();
        let request = App::request("PUT", &format!("/groups/{id}"), OP)
            .header("content-type", "application/json")
            .body(Body::from(r#"{"name":"h"}"#))
            .unwrap();
        let answer = app.send(request).await;
        assert_eq!(answer.status, StatusCode::PRECONDITION_REQUIRED);
        assert!(answer.text("detail").contains("If-Match"));
    })
    .await;
}

#[tokio::test]
async fn attack_16_a_change_of_person_group_or_department_is_announced_at_once() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (id, cookie) = app.member("li.si", &[]).await;
        let forgotten = Change::Revoked(Revocation::Member(id.clone()));
        let group = app
            .call(OP, "POST", "/groups", json!({"name": "g"}))
            .await
            .id();
        assert!(!announced(&app).await.contains(&forgotten));
        let path = format!("/groups/{group}/members/{id}");
        app.call(OP, "PUT", &path, Value::Null).await;
        let times = |changes: Vec<Change>| changes.iter().filter(|c| **c == forgotten).count();
        assert_eq!(times(announced(&app).await), 1);
        app.call(OP, "PUT", &format!("/groups/{group}"), json!({"name": "h"}))
            .await;
        assert_eq!(times(announced(&app).await), 2);
        app.call(OP, "POST", &format!("/members/{id}/disable"), Value::Null)
            .await;
        let all = announced(&app).await;
        assert_eq!(times(all.clone()), 3);
        assert!(
            all.iter()
                .any(|c| matches!(c, Change::Revoked(Revocation::SignIn(_))))
        );
        let answer = app.get(&cookie, "/me").await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    })
    .await;
}

#[tokio::test]
async fn an_application_is_kept_published_and_told_apart_by_version() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let made = app
            .call(OP, "POST", "/applications", wiki("wiki.example.com"))
            .await;
        let id = made.id();
        assert!(announced(&app).await.contains(&Change::Snapshot));
        let rule = &made.json["access"]["rules"][0]["id"];
        assert!(rule.as_str().is_some_and(|id| !id.is_empty()));
        let path = format!("/applications/{id}");
        let mut bad = wiki("wiki.example.com");
        bad["ip_lists"] = json!(["gone"]);
        let refused = app.call(OP, "PUT", &path, bad).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.text("field"), "ip_lists");
        bad = wiki("access.example.com");
        let refused = app.call(OP, "PUT", &path, bad).await;
        assert_eq!(refused.text("field"), "hosts.0", "people sign in there");
        // Nothing of the refused change was kept.
        let kept = app.get(OP, &path).await;
        assert_eq!(kept.json["ip_lists"], json!([]));
        assert_eq!(kept.json["version"], 1);
        let typo = json!({"name": {"en": "x"}, "hosts": ["http://x"], "pool": {"upstreams": []}});
        let refused = app.call(OP, "POST", "/applications", typo).await;
        assert_eq!(refused.text("field"), "hosts[0]");
        assert!(refused.text("allowed").contains("wiki.example.com"));
    })
    .await;
}

#[tokio::test]
async fn a_department_moves_with_its_people_and_never_below_itself() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let top = app
            .call(OP, "POST", "/departments", json!({"name": "top"}))
            .await
            .id();
        let draft = json!({"name": "below", "parent": top});
        let below = app.call(OP, "POST", "/departments", draft).await.id();
        let circle = json!({"name": "top", "parent": below});
        let path = format!("/departments/{top}");
        let refused = app.call(OP, "PUT", &path, circle).await;
        assert_eq!(refused.text("field"), "parent");
        let full = app.call(OP, "DELETE", &path, Value::Null).await;
        assert_eq!(full.status, StatusCode::CONFLICT);
        let (member, _) = app.member("li.si", &[]).await;
        let place = format!("/departments/{below}/members/{member}");
        app.call(OP, "PUT", &place, Value::Null).await;
        let found = app.get(OP, &format!("/members?department={below}")).await;
        assert_eq!(found.json["items"][0]["username"], "li.si");
        app.call(OP, "PUT", &path, json!({"name": "renamed"})).await;
        let forgotten = Change::Revoked(Revocation::Member(member));
        let told = announced(&app).await;
        assert_eq!(told.iter().filter(|c| **c == forgotten).count(), 2);
        app.call(OP, "DELETE", &place, Value::Null).await;
        let orphan = json!({"name": "x", "parent": "none"});
        let refused = app.call(OP, "POST", "/departments", orphan).await;
        assert_eq!(refused.text("field"), "parent");
        app.call(OP, "DELETE", &format!("/departments/{below}"), Value::Null)
            .await;
        let gone = app.call(OP, "DELETE", &path, Value::Null).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT);
    })
    .await;
}

#[tokio::test]
async fn a_list_takes_many_thousand_addresses_at_once_or_none() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let draft = json!({"name": "blocked", "effect": "deny", "everywhere": true});
        let id = app.call(OP, "POST", "/ip-lists", draft).await.id();
        let path = format!("/ip-lists/{id}/entries");
        let upload = async |text: String| {
            let request = App::request("PUT", &path, OP)
                .header("if-match", "*")
                .body(Body::from(text))
                .unwrap();
            app.send(request).await
        };
        let lines: Vec<String> = (0..20_000)
            .map(|n| format!("10.{}.{}.0/24", n / 256, n % 256))
            .collect();
        let many = lines.join("\n");
        let kept = upload(many).await;
        assert_eq!(kept.json["entries"], 20_000, "{}", kept.json);
        let refused = upload("192.0.2.1\nnonsense".into()).await;
        assert_eq!(refused.text("field"), "line 2");
        let page = app.get(OP, &format!("{path}?limit=1000")).await;
        assert_eq!(page.json["items"].as_array().unwrap().len(), 1000);
        let next = app
            .get(OP, &format!("{path}?limit=1&after={}", page.text("next")))
            .await;
        assert_eq!(next.json["items"][0]["range"], "10.3.232.0/24");
    })
    .await;
}

#[tokio::test]
async fn an_allow_list_everywhere_is_never_empty() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let guarding = json!({"name": "office", "effect": "allow", "everywhere": true});
        let refused = app.call(OP, "POST", "/ip-lists", guarding.clone()).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.text("field"), "everywhere");

        let idle = json!({"name": "office", "effect": "allow", "everywhere": false});
        let id = app.call(OP, "POST", "/ip-lists", idle).await.id();
        let path = format!("/ip-lists/{id}");
        let send = async |method: &str, path: &str, body: String| {
            let request = App::request(method, path, OP)
                .header("if-match", "*")
                .header("content-type", "application/json")
                .body(Body::from(body))
                .unwrap();
            app.send(request).await.status
        };
        let entries = format!("{path}/entries");
        let early = send("PUT", &path, guarding.to_string()).await;
        assert_eq!(early, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(
            send("PUT", &entries, "192.0.2.0/24".into()).await,
            StatusCode::OK
        );
        assert_eq!(
            send("PUT", &path, guarding.to_string()).await,
            StatusCode::OK
        );
        let emptied = send("PUT", &entries, String::new()).await;
        assert_eq!(emptied, StatusCode::UNPROCESSABLE_ENTITY);
        let kept = app.get(OP, &path).await;
        assert_eq!(kept.json["entries"], 1);
    })
    .await;
}
