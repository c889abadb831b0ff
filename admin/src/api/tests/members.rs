//! Members: found, put in order, counted; who has left.

use axum::body::Body;
use axum::http::StatusCode;
use config::Role;
use serde_json::{Value, json};

use super::app::{App, With};
use crate::sign_in::lockout;
use crate::store::lockouts;
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
async fn whoever_read_a_person_before_their_groups_or_departments_changed_changes_nothing() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let id = add(&app, "ann", "Ann", json!({})).await;
        let path = format!("/members/{id}");
        let group = app
            .call(OP, "POST", "/groups", json!({"name": "g"}))
            .await
            .id();
        let department = app
            .call(OP, "POST", "/departments", json!({"name": "d"}))
            .await
            .id();
        let heir = app
            .call(OP, "POST", "/departments", json!({"name": "e"}))
            .await
            .id();
        let top = app
            .call(OP, "POST", "/departments", json!({"name": "top"}))
            .await
            .id();
        let rule = json!({"name": "r", "rule": {"departments": [heir]}});
        let ruled = app.call(OP, "POST", "/groups", rule).await.id();
        let [group, department] = [
            format!("/groups/{group}"),
            format!("/departments/{department}"),
        ];
        for (method, change) in [
            ("PUT", format!("{group}/members/{id}")),
            ("PUT", format!("{department}/members/{id}")),
            ("DELETE", group),
            ("DELETE", format!("{department}?move_members_to={heir}")),
            ("PUT", format!("{path}/roles")),
            ("PUT", format!("/groups/{ruled}")),
            ("POST", "/groups".to_owned()),
            ("POST", format!("/departments/{heir}/move")),
        ] {
            let tag = app.get(OP, &path).await.tag.unwrap();
            let body = match change.as_str() {
                change if change.ends_with("roles") => json!({"roles": [{"role": "auditor"}]}),
                change if change.ends_with("move") => json!({"parent": top}),
                "/groups" => json!({"name": "s", "rule": {"departments": [top, heir]}}),
                change if change.contains(&ruled) => {
                    json!({"name": "r", "rule": {"departments": [top]}})
                }
                _ => Value::Null,
            };
            let changed = app.call(OP, method, &change, body).await;
            assert!(changed.status.is_success(), "{change} {}", changed.json);
            let request = App::request("PUT", &path, OP)
                .header("if-match", tag)
                .header("content-type", "application/json")
                .body(Body::from(r#"{"username": "ann", "display_name": "Ann"}"#))
                .unwrap();
            let stale = app.send(request).await;
            assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED, "{change}");
        }
    })
    .await;
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
        let (id, cookie) = app.member("li.si", &[Role::Auditor]).await;
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

#[tokio::test]
async fn a_batch_does_what_it_can_and_says_for_each_what_it_could_not() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (a, _) = app.member("a", &[]).await;
        let (b, _) = app.member("b", &[]).await;
        let (owner, _) = app.member("owner", &[Role::Owner]).await;
        let ids = json!([a.as_str(), "nobody", owner.as_str(), b.as_str(), a.as_str()]);
        let batch = async |action: Value| {
            let body = json!({"action": action, "members": ids});
            app.call(OP, "POST", "/member-batch", body).await
        };
        let answer = batch(json!({"kind": "disable"})).await;
        assert_eq!(answer.json["done"], 2, "{}", answer.json);
        let codes: Vec<_> = answer.json["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|result| result["problem"]["code"].as_str().unwrap_or("done"))
            .collect();
        // The last owner stays.
        assert_eq!(codes, ["done", "not_found", "impossible", "done"]);
        assert_eq!(listed(&app, "status=disabled").await, ["a", "b"]);
        let group = json!({"name": "g"});
        let group = app.call(OP, "POST", "/groups", group).await.id();
        batch(json!({"kind": "add_group", "group": group})).await;
        assert_eq!(
            listed(&app, &format!("group={group}")).await,
            ["a", "b", "owner"]
        );
        batch(json!({"kind": "remove_group", "group": group})).await;
        assert_eq!(listed(&app, &format!("group={group}")).await, [""; 0]);
        let answer = batch(json!({"kind": "remove"})).await;
        assert_eq!(answer.json["done"], 2, "{}", answer.json);
        let log = app.get(OP, "/events/audit?action=disable").await;
        assert_eq!(log.json["items"].as_array().unwrap().len(), 2);
        let none = json!({"action": {"kind": "enable"}, "members": []});
        let refused = app.call(OP, "POST", "/member-batch", none).await;
        assert_eq!(refused.text("field"), "members");
    })
    .await;
}

#[tokio::test]
async fn attack_18_a_batch_reaches_no_further_than_its_caller() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (_, security) = app.member("s", &[Role::SecurityAdministrator]).await;
        let (auditor, _) = app.member("a", &[Role::Auditor]).await;
        let (plain, _) = app.member("p", &[]).await;
        let ids = json!([auditor.as_str(), plain.as_str()]);
        let body = json!({"action": {"kind": "disable"}, "members": ids});
        let answer = app.call(&security, "POST", "/member-batch", body).await;
        assert_eq!(answer.json["results"][0]["problem"]["code"], "forbidden");
        assert_eq!(answer.json["results"][1]["problem"], Value::Null);
        let log = app.get(OP, "/events/audit?action=change").await;
        assert_eq!(log.json["items"][0]["result"], "refused");
        for action in [
            json!({"kind": "remove"}),
            json!({"kind": "add_group", "group": "g"}),
            json!({"kind": "add_department", "department": "d"}),
        ] {
            let body = json!({"action": action, "members": ids});
            let answer = app.call(&security, "POST", "/member-batch", body).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{action}");
        }
    })
    .await;
}

#[tokio::test]
async fn one_member_is_shown_with_how_it_stands_with_the_account() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (id, _) = app.member("zhang", &[]).await;
        let shown = app.get(OP, "/members/zhang").await;
        assert_eq!(shown.text("id"), id.as_str());
        assert_eq!(shown.json["sign_ins"], 1);
        assert_eq!(shown.json["has_password"], false);
        assert_eq!(shown.json["is_locked"], false);
        let now = app.state.clock.now();
        let mut tx = app.state.store.begin().await.unwrap();
        let limit = lockouts::Limit {
            most: lockout::PER_ACCOUNT,
            window: lockout::WINDOW,
            lock: Some(lockout::WINDOW),
        };
        for _ in 0..lockout::PER_ACCOUNT {
            let subject = format!("account:{id}");
            let counted = lockouts::count(&mut tx, &subject, limit, now);
            counted.await.unwrap();
        }
        tx.commit().await.unwrap();
        let shown = app.get(OP, "/members/zhang").await;
        assert_eq!(shown.json["is_locked"], true);
    })
    .await;
}

#[tokio::test]
async fn attack_29_what_is_shown_is_taken_away_as_a_table_that_runs_nothing() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let draft = json!({"name": "研发/一部"});
        let department = app.call(OP, "POST", "/departments", draft).await.id();
        let placed = json!({"departments": [department], "mobile": "+8613800000001"});
        add(&app, "evil", "=cmd|' /C calc'!A0", placed).await;
        add(&app, "other", "Other", json!({})).await;
        let request = App::request("GET", "/member-export?format=csv&search=evil", OP);
        let request = request.header("accept-language", "zh-CN");
        let answer = app.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::OK);
        let mut lines = answer.body.lines();
        assert!(
            lines
                .next()
                .unwrap()
                .starts_with("\u{FEFF}用户名,姓名,邮箱,手机号码")
        );
        let row = lines.next().unwrap();
        let expected = "evil,'=cmd|' /C calc'!A0,,'+8613800000001,,研发\\/一部,,启用,";
        assert!(row.starts_with(expected), "{row}");
        assert_eq!(lines.next(), None);
        let log = app.get(OP, "/events/audit?action=export").await;
        assert_eq!(log.json["items"][0]["after"]["search"], "evil");
        let bad = app
            .get(OP, "/member-export?format=csv&time_zone=Moon")
            .await;
        assert_eq!(bad.text("field"), "time_zone");
    })
    .await;
}

#[tokio::test]
async fn groups_are_found_by_a_part_of_their_name() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        for name in ["测试组", "Wiki editors", "测试管理员"] {
            let draft = json!({"name": name});
            app.call(OP, "POST", "/groups", draft).await.id();
        }
        for (search, count) in [("ceshi", 2), ("WIKI", 1), ("%25", 0), ("", 3)] {
            let found = app.get(OP, &format!("/groups?search={search}")).await;
            assert_eq!(
                found.json["items"].as_array().unwrap().len(),
                count,
                "{search}"
            );
        }
    })
    .await;
}
