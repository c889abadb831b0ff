//! Groups that take people in by a rule.

use axum::http::StatusCode;
use config::Role;
use serde_json::{Value, json};

use super::app::{App, With};
use super::configuration::{apply, diff, file, send, steps};
use crate::store::testing::on_both_engines;

const OP: &With = &With::Operator;

async fn group(app: &App, rule: Value) -> String {
    let draft = json!({"name": "g", "rule": rule});
    app.call(OP, "POST", "/groups", draft).await.id()
}

async fn person(app: &App, username: &str, more: Value) -> String {
    let mut profile = json!({"username": username, "display_name": username});
    let more = more.as_object().unwrap().clone();
    profile.as_object_mut().unwrap().extend(more);
    app.call(OP, "POST", "/members", profile).await.id()
}

async fn within(app: &App, group: &str) -> Vec<String> {
    let list = app.get(OP, &format!("/members?group={group}")).await.json;
    let found: Vec<String> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| m["username"].as_str().unwrap().to_owned())
        .collect();
    let told = app.get(OP, &format!("/groups/{group}")).await.json;
    assert_eq!(told["members"], found.len());
    found
}

#[tokio::test]
async fn a_rule_takes_in_whoever_fits_at_once_and_lets_go_whoever_fits_no_more() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let good = json!({"email": "a@Example.com", "email_verified": true});
        let ann = person(&app, "ann", good).await;
        person(&app, "bob", json!({"email": "b@example.com"})).await;
        let sub = json!({"email": "c@sub.example.com", "email_verified": true});
        person(&app, "cat", sub).await;
        let group = group(&app, json!({"email_domains": ["EXAMPLE.com"]})).await;
        assert_eq!(within(&app, &group).await, ["ann"]);
        let dan = json!({"email": "d@example.com", "email_verified": true});
        person(&app, "dan", dan).await;
        assert_eq!(within(&app, &group).await, ["ann", "dan"]);
        let path = format!("/members/{ann}");
        let moved = json!({
            "username": "ann", "display_name": "ann", "email": "a@example.org",
            "email_verified": true
        });
        let answer = app.call(OP, "PUT", &path, moved).await;
        assert_eq!(answer.json["groups"], json!([]));
        assert_eq!(within(&app, &group).await, ["dan"]);
    })
    .await;
}

#[tokio::test]
async fn a_rule_on_departments_follows_the_tree() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let make = async |name: &str, parent: Option<&str>| {
            let draft = json!({"name": name, "parent": parent});
            app.call(OP, "POST", "/departments", draft).await.id()
        };
        let research = make("研发", None).await;
        let backend = make("后端", Some(&research)).await;
        let sales = make("销售", None).await;
        person(&app, "ann", json!({"departments": [backend]})).await;
        let bob = person(&app, "bob", json!({"departments": [sales]})).await;
        let group = group(&app, json!({"departments": [research], "kind": "member"})).await;
        assert_eq!(within(&app, &group).await, ["ann"]);
        let path = format!("/departments/{research}/members/{bob}");
        app.call(OP, "PUT", &path, Value::Null).await;
        assert_eq!(within(&app, &group).await, ["ann", "bob"]);
        app.call(OP, "DELETE", &path, Value::Null).await;
        let path = format!("/departments/{backend}/move");
        app.call(OP, "POST", &path, json!({"parent": sales})).await;
        assert_eq!(within(&app, &group).await, [""; 0]);
        app.call(OP, "POST", &path, json!({"parent": research}))
            .await;
        assert_eq!(within(&app, &group).await, ["ann"]);
        let gone = format!("/departments/{backend}?move_members_to={sales}");
        let answer = app.call(OP, "DELETE", &gone, Value::Null).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT);
        assert_eq!(within(&app, &group).await, [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn attack_18_nobody_is_put_into_a_group_with_a_rule_by_hand() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let group = group(&app, json!({"employee_number_prefixes": ["E1"]})).await;
        let ann = person(&app, "ann", json!({"employee_number": "E2001"})).await;
        let bob = person(&app, "bob", json!({"employee_number": "E1001"})).await;
        assert_eq!(within(&app, &group).await, ["bob"]);
        for (method, id) in [("PUT", &ann), ("DELETE", &bob)] {
            let path = format!("/groups/{group}/members/{id}");
            let answer = app.call(OP, method, &path, Value::Null).await;
            assert_eq!(answer.status, StatusCode::CONFLICT);
        }
        let own = json!({"username": "ann", "display_name": "A", "groups": [group]});
        let path = format!("/members/{ann}");
        let answer = app.call(OP, "PUT", &path, own).await;
        assert_eq!(answer.text("field"), "groups");
        // What was read can be sent back, and left out as well, by whoever may not change groups.
        let (_, security) = app.member("security", &[Role::SecurityAdministrator]).await;
        let path = format!("/members/{bob}");
        for groups in [json!([group]), json!([])] {
            let same = json!({
                "username": "bob", "display_name": "B", "employee_number": "E1001",
                "groups": groups
            });
            let answer = app.call(&security, "PUT", &path, same).await;
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.json);
            assert_eq!(within(&app, &group).await, ["bob"]);
        }
    })
    .await;
}

#[tokio::test]
async fn a_changed_rule_takes_people_in_and_out_and_one_that_is_taken_away_leaves_them() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        person(&app, "ann", json!({"employee_number": "E1"})).await;
        person(
            &app,
            "bob",
            json!({"employee_number": "F1", "kind": "guest"}),
        )
        .await;
        let rule = json!({"kind": "guest"});
        let group = group(&app, json!({"employee_number_prefixes": ["E"]})).await;
        assert_eq!(within(&app, &group).await, ["ann"]);
        let count = app
            .call(OP, "POST", "/group-rule-count", rule.clone())
            .await;
        assert_eq!(count.json["members"], 1);
        let path = format!("/groups/{group}");
        let draft = json!({"name": "g", "rule": rule});
        let answer = app.call(OP, "PUT", &path, draft).await;
        assert_eq!(answer.json["members"], 1);
        assert_eq!(within(&app, &group).await, ["bob"]);
        app.call(OP, "PUT", &path, json!({"name": "g"})).await;
        assert_eq!(within(&app, &group).await, ["bob"]);
    })
    .await;
}

#[tokio::test]
async fn a_rule_that_makes_no_sense_is_refused_by_its_field() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        for (rule, field) in [
            (json!({}), "rule"),
            (json!({"departments": ["none"]}), "rule.departments[0]"),
            (json!({"email_domains": ["a b"]}), "rule.email_domains[0]"),
            (json!({"email_domains": ["%"]}), "rule.email_domains[0]"),
            (
                json!({"employee_number_prefixes": [""]}),
                "rule.employee_number_prefixes[0]",
            ),
        ] {
            let draft = json!({"name": "g", "rule": rule});
            let answer = app.call(OP, "POST", "/groups", draft).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{rule}");
            assert_eq!(answer.text("field"), field, "{}", answer.json);
        }
    })
    .await;
}

#[tokio::test]
async fn a_rule_of_a_group_names_departments_by_their_way_from_the_top() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let head = app.call(OP, "POST", "/departments", json!({"name": "总部"}));
        let head = head.await.id();
        let below = json!({"name": "研发", "parent": head});
        let research = app.call(OP, "POST", "/departments", below).await.id();
        let text = "kind: group\nname: Engineers\nrule:\n  departments:\n    - 总部/研发\n";
        apply(&app, &file(text)).await;
        let group = app.get(OP, "/groups").await.json["items"][0].clone();
        assert_eq!(group["rule"], json!({"departments": [research]}));
        assert_eq!(steps(&diff(&app, &file(text)).await), [""; 0]);
        let export = app.get(OP, "/configuration").await.json;
        let written = export["files"][0]["text"].as_str().unwrap();
        assert!(written.contains("- 总部/研发"), "{written}");
        // Another name of the department is no drift; a rule that somebody has changed is.
        let draft = json!({"name": "研究", "parent": head});
        let path = format!("/departments/{research}");
        app.call(OP, "PUT", &path, draft).await;
        let managed = app.get(OP, "/configuration/managed").await.json;
        assert_eq!(managed["items"][0]["drifted"], false, "{managed}");
        let path = format!("/groups/{}", group["id"].as_str().unwrap());
        app.call(OP, "PUT", &path, json!({"name": "Engineers"}))
            .await;
        let managed = app.get(OP, "/configuration/managed").await.json;
        assert_eq!(managed["items"][0]["drifted"], true, "{managed}");
        let text = text.replace("研发", "nowhere");
        let answer = send(&app, OP, "apply", &file(&text), false).await;
        assert!(
            answer.text("field").contains("rule.departments.0"),
            "{}",
            answer.json
        );
    })
    .await;
}
