//! What administrators change is in the audit log, each kind with what was before and after.

use std::collections::HashMap;

use axum::body::Body;
use serde_json::{Value, json};

use super::app::{Answer, App, With};
use crate::store::testing::on_both_engines;

const OP: &With = &With::Operator;

/// Which of the two the entry tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Before,
    After,
    Both,
}

/// A change and the action that the log has for it. `{name}` in a path or a body stands for the id of
/// the thing that was last made under `/name`.
type Step = (&'static str, &'static str, Value, &'static str, Told);

#[rustfmt::skip]
fn of_people() -> Vec<Step> {
    use Told::{After, Before, Both};
    let nothing = || Value::Null;
    let profile = json!({"username": "ann", "display_name": "Ann"});
    let changed = json!({"username": "ann", "display_name": "Anne"});
    let auditor = json!({"roles": [{"role": "auditor"}]});
    let role = |name: &str| json!({"name": name, "permissions": ["members:read"]});
    vec![
        ("POST", "/members", profile, "create member", After),
        ("PUT", "/members/{members}", changed, "update member", Both),
        ("PUT", "/members/{members}/roles", auditor, "set_roles member", Both),
        ("POST", "/departments", json!({"name": "A"}), "create department", After),
        ("PUT", "/departments/{departments}", json!({"name": "B"}), "update department", Both),
        ("POST", "/departments/{departments}/move", json!({"parent": null}), "move department", Both),
        ("PUT", "/departments/{departments}/members/{members}", nothing(), "add_member department", Both),
        ("DELETE", "/departments/{departments}/members/{members}", nothing(), "remove_member department", Both),
        ("DELETE", "/departments/{departments}", nothing(), "delete department", Before),
        ("POST", "/groups", json!({"name": "A"}), "create group", After),
        ("PUT", "/groups/{groups}", json!({"name": "B"}), "update group", Both),
        ("PUT", "/groups/{groups}/members/{members}", nothing(), "add_member group", Both),
        ("DELETE", "/groups/{groups}/members/{members}", nothing(), "remove_member group", Both),
        ("DELETE", "/groups/{groups}", nothing(), "delete group", Before),
        ("POST", "/roles", role("A"), "create role", After),
        ("PUT", "/roles/{roles}", role("B"), "update role", Both),
        ("DELETE", "/roles/{roles}", nothing(), "delete role", Before),
        ("POST", "/members/{members}/disable", nothing(), "disable member", Both),
        ("POST", "/members/{members}/enable", nothing(), "enable member", Both),
        ("POST", "/members/{members}/leave", nothing(), "leave member", Both),
        ("DELETE", "/members/{members}", nothing(), "delete member", Before),
    ]
}

#[rustfmt::skip]
fn of_the_gate() -> Vec<Step> {
    use Told::{After, Before, Both};
    let nothing = || Value::Null;
    let list = |name: &str| json!({"name": name, "effect": "deny"});
    let application = |name: &str| {
        json!({
            "name": {"en": name}, "hosts": ["wiki.example.com"],
            "pool": {"upstreams": [{"address": "127.0.0.1:8000"}]},
            "access": {"kind": "public"}
        })
    };
    let token = json!({"name": "A", "roles": ["auditor"], "days": 1});
    let mail = json!({"sender": {
        "host": "127.0.0.1", "port": 25, "security": "none", "from": "gate@example.com"
    }});
    let [one, two] = ["192.0.2.1", "192.0.2.2"].map(|address| json!(address));
    vec![
        ("POST", "/ip-lists", list("A"), "create ip_list", After),
        ("PUT", "/ip-lists/{ip-lists}", list("B"), "update ip_list", Both),
        ("PUT", "/ip-lists/{ip-lists}/entries", one, "replace_entries ip_list", Both),
        ("POST", "/ip-lists/{ip-lists}/entries", two, "append_entries ip_list", Both),
        ("DELETE", "/ip-lists/{ip-lists}/entries?range=192.0.2.1", nothing(), "remove_entry ip_list", Both),
        ("DELETE", "/ip-lists/{ip-lists}", nothing(), "delete ip_list", Before),
        ("POST", "/applications", application("A"), "create application", After),
        ("PUT", "/applications/{applications}", application("B"), "update application", Both),
        ("DELETE", "/applications/{applications}", nothing(), "delete application", Before),
        ("POST", "/tokens", token, "create token", After),
        ("PUT", "/tokens/{tokens}", json!({"name": "B"}), "update token", Both),
        ("DELETE", "/tokens/{tokens}", nothing(), "revoke token", Both),
        ("PUT", "/senders/mail", mail, "update mail_sender", Both),
        ("DELETE", "/senders/mail", nothing(), "delete mail_sender", Both),
        ("POST", "/ip-rules/off", nothing(), "switch_off ip_rules", Both),
        ("POST", "/ip-rules/on", nothing(), "switch_on ip_rules", Both),
    ]
}

/// A body that is a string is sent as the text that it is.
async fn send(app: &App, method: &str, path: &str, body: &Value) -> Answer {
    let (kind, text) = match body {
        Value::String(text) => ("text/plain", text.clone()),
        json => ("application/json", json.to_string()),
    };
    let request = App::request(method, path, OP)
        .header("if-match", "*")
        .header("content-type", kind);
    app.send(request.body(Body::from(text)).unwrap()).await
}

async fn walk(app: &App, steps: Vec<Step>) {
    let mut ids: HashMap<String, String> = HashMap::new();
    for (method, path, body, action, told) in steps {
        let mut filled = path.to_owned();
        for (name, id) in &ids {
            filled = filled.replace(&format!("{{{name}}}"), id);
        }
        let answer = send(app, method, &filled, &body).await;
        assert!(
            answer.status.is_success(),
            "{method} {path}: {}",
            answer.body
        );
        if method == "POST" && path.matches('/').count() == 1 {
            ids.insert(path[1..].to_owned(), answer.id());
        }
        let log = app.get(OP, "/events/audit?limit=1").await.json;
        let entry = &log["items"][0];
        let written = ["action", "target_kind"].map(|key| entry[key].as_str().unwrap());
        assert_eq!(written.join(" "), action, "{method} {path}");
        assert_eq!(entry["actor_name"], "operator (cli)");
        let [before, after] = ["before", "after"].map(|key| &entry[key]);
        let found = (!before.is_null(), !after.is_null());
        let expected = (told != Told::After, told != Told::Before);
        assert_eq!(found, expected, "{method} {path}: {entry}");
        assert!(
            told != Told::Both || before != after || action.starts_with("move"),
            "{entry}"
        );
    }
}

#[tokio::test]
async fn every_kind_of_change_of_people_is_in_the_audit_log_with_before_and_after() {
    on_both_engines(async |store| {
        walk(&App::start(&store).await, of_people()).await;
    })
    .await;
}

#[tokio::test]
async fn every_kind_of_change_of_the_gate_is_in_the_audit_log_with_before_and_after() {
    on_both_engines(async |store| {
        walk(&App::start(&store).await, of_the_gate()).await;
    })
    .await;
}
