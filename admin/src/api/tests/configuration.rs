//! Configuration as code: what files say is so, all of it or none.

use std::path::Path;

use axum::http::StatusCode;
use config::Role;
use serde_json::{Value, json};

use super::app::{Answer, App, With};
use crate::store::testing::{TestStore, on_both_engines};

const OP: &With = &With::Operator;

/// The sample that comes with the sources.
fn sample() -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/configuration");
    let names = [
        "groups.yaml",
        "ip-lists.yaml",
        "applications/wiki.yaml",
        "sign-in-policy.yaml",
        "brand.yaml",
    ];
    let files = names.map(|name| {
        let text = std::fs::read_to_string(folder.join(name)).unwrap();
        json!({"name": name, "text": text})
    });
    json!(files)
}

pub fn file(text: &str) -> Value {
    json!([{"name": "a.yaml", "text": text}])
}

pub async fn send(app: &App, with: &With, what: &str, files: &Value, prune: bool) -> Answer {
    let body = json!({"files": files, "prune": prune});
    app.call(with, "POST", &format!("/configuration/{what}"), body)
        .await
}

pub async fn apply(app: &App, files: &Value) -> Value {
    let answer = send(app, OP, "apply", files, false).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.json);
    answer.json
}

pub async fn diff(app: &App, files: &Value) -> Value {
    let answer = send(app, OP, "diff", files, false).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.json);
    answer.json
}

/// `change group Wiki editors`, one for each item.
pub fn steps(plan: &Value) -> Vec<String> {
    let items = plan["items"].as_array().unwrap();
    let text = |item: &Value, key: &str| item[key].as_str().unwrap().to_owned();
    let step = |item| {
        ["action", "kind", "name"]
            .map(|key| text(item, key))
            .join(" ")
    };
    items.iter().map(step).collect()
}

async fn exported(app: &App) -> Value {
    let answer = app.get(OP, "/configuration").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.json["left_out"], json!([]));
    answer.json["files"].clone()
}

#[tokio::test]
async fn what_is_applied_twice_changes_nothing_the_second_time() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let sample = sample();
        let planned = diff(&app, &sample).await;
        let none = app.get(OP, "/groups").await.json["items"].clone();
        assert_eq!(none, json!([]), "a comparison changes nothing");
        let done = apply(&app, &sample).await;
        assert_eq!(steps(&planned), steps(&done));
        let all = [
            "create ip_list Office",
            "create ip_list Known attackers",
            "create group Wiki editors",
            "create group On call",
            "create application wiki",
            "change sign_in_policy sign_in_policy",
            "change brand brand",
        ];
        assert_eq!(steps(&done), all);
        let entries = app.get(OP, "/ip-lists").await.json["items"].clone();
        assert_eq!(
            (&entries[0]["entries"], &entries[1]["entries"]),
            (&json!(1), &json!(2))
        );
        let before = app.get(OP, "/applications").await.json;
        let again = apply(&app, &sample).await;
        assert_eq!(again, json!({"items": [], "unchanged": 7, "marked": 0}));
        assert_eq!(app.get(OP, "/applications").await.json, before);
    })
    .await;
}

#[tokio::test]
async fn what_one_store_exports_another_takes_and_exports_alike() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        apply(&app, &sample()).await;
        app.call(
            OP,
            "PUT",
            "/watermark",
            json!({"enabled": true, "angle": -30}),
        )
        .await;
        let head = app
            .call(OP, "POST", "/departments", json!({"name": "总部"}))
            .await
            .id();
        let rnd = json!({"name": "R/D", "parent": head});
        let rnd = app.call(OP, "POST", "/departments", rnd).await.id();
        let person = json!({"username": "zhang.san", "display_name": "张三"});
        let person = app.call(OP, "POST", "/members", person).await.id();
        let shop = json!({
            "name": {"en": "Shop: \"new\"", "zh-CN": ""}, "hosts": ["shop.example.com"],
            "pool": {"upstreams": [{"address": "10.0.0.9:80"}], "retries": 0},
            "access": {"kind": "rules", "rules": [{
                "name": "some", "effect": "allow", "who": [
                    {"kind": "department", "id": rnd}, {"kind": "department", "id": head},
                    {"kind": "person", "id": person}, {"kind": "role", "id": "auditor"},
                    {"kind": "guests"},
                ],
            }]},
        });
        app.call(OP, "POST", "/applications", shop).await.id();
        let first = exported(&app).await;
        let text = first.to_string();
        assert!(
            text.contains("zhang.san") && !text.contains(&person),
            "{text}"
        );

        let other = TestStore::sqlite().await;
        let other = App::start(&other).await;
        let head = other
            .call(OP, "POST", "/departments", json!({"name": "总部"}))
            .await
            .id();
        let rnd = json!({"name": "R/D", "parent": head});
        other.call(OP, "POST", "/departments", rnd).await.id();
        let person = json!({"username": "zhang.san", "display_name": "张三"});
        other.call(OP, "POST", "/members", person).await.id();
        apply(&other, &first).await;
        assert_eq!(exported(&other).await, first);
        // Where it comes from, it is no news either.
        let here = diff(&app, &first).await;
        assert_eq!(here["items"], json!([]));
        assert_eq!(here["marked"], 2, "the watermark and the shop are adopted");
    })
    .await;
}

#[tokio::test]
async fn all_that_is_wrong_is_told_at_once_by_file_and_line() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let files = json!([
            {"name": "a.yaml", "text": "kind: application\nkey: wiki\nname: {en: Wiki}\n\
                hosts: [wiki.example.com]\npool:\n  upstreams: []\naccess:\n  kind: rules\n  rules:\n\
                \x20   - name: a\n      effect: allow\n      who:\n        - kind: group\n\
                \x20         name: Nobody\n        - {kind: department, name: A/B}\nip_lists:\n  - None\n"},
            {"name": "b.yaml", "text": "kind: ip_list\nname: Office\neffect: allow\nentries:\n\
                \x20 - 10.0.0.0/8\n  - 10.0.0.0/40\n  - range: x\n---\nkind: group\nname: A\n\
                descripton: x\n"},
        ]);
        let answer = send(&app, OP, "apply", &files, false).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let problems = answer.json["problems"].as_array().unwrap();
        let fields: Vec<&str> = problems.iter().map(|p| p["field"].as_str().unwrap()).collect();
        assert_eq!(
            fields,
            [
                "b.yaml:6: entries.1.range",
                "b.yaml:7: entries.2.range",
                "b.yaml:11: descripton",
                "a.yaml:14: access.rules.0.who.0.name",
                "a.yaml:15: access.rules.0.who.1.name",
                "a.yaml:17: ip_lists.0",
            ]
        );
        for (text, field) in [
            ("kind: thing\n", "a.yaml:1: kind"),
            ("kind: application\nkey: A b\n", "a.yaml:1: key"),
            ("a: [\n", "a.yaml:2"),
            ("kind: group\nname: a\n---\nkind: group\nname: A\n", "a.yaml:4"),
            ("kind: brand\ncolour: red\n", "a.yaml:2: colour"),
            ("# nothing\n", "files"),
        ] {
            let answer = send(&app, OP, "diff", &file(text), false).await;
            assert_eq!(answer.text("field"), field, "{}", answer.json);
            assert!(!answer.text("allowed").is_empty());
        }
    })
    .await;
}

const APPLICATION: &str = "kind: application\nkey: one\nname: {en: One}\nhosts:\n  - HOST\n\
    pool: {upstreams: [{address: \"127.0.0.1:80\"}]}\n";

#[tokio::test]
async fn what_a_gateway_could_not_obey_is_refused_and_nothing_is_done() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let access = app.state.settings.access.host();
        let one = APPLICATION.replace("HOST", access);
        let files = format!("kind: group\nname: New\n---\n{one}");
        let answer = send(&app, OP, "apply", &file(&files), false).await;
        assert_eq!(answer.text("field"), "a.yaml:8: hosts.0", "{}", answer.json);
        let list = "kind: ip_list\nname: All\neffect: allow\neverywhere: true\nentries: []\n";
        let files = format!("kind: group\nname: New\n---\n{list}");
        let answer = send(&app, OP, "apply", &file(&files), false).await;
        assert_eq!(
            answer.text("field"),
            "a.yaml:7: everywhere",
            "{}",
            answer.json
        );
        assert_eq!(app.get(OP, "/groups").await.json["items"], json!([]));
        assert_eq!(app.get(OP, "/ip-lists").await.json["items"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn a_change_by_hand_is_told_as_drift_until_it_is_applied_again() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        apply(&app, &sample()).await;
        let managed = async || {
            let all = app.get(OP, "/configuration/managed").await.json["items"].clone();
            let drifted = |m: &&Value| m["drifted"] == true;
            let all = all.as_array().unwrap().clone();
            let names = all
                .iter()
                .filter(drifted)
                .map(|m| m["name"].as_str().unwrap().to_owned());
            (all.len(), names.collect::<Vec<_>>())
        };
        assert_eq!(managed().await, (7, vec![]));
        let groups = app.get(OP, "/groups").await.json["items"].clone();
        let path = format!("/groups/{}", groups[1]["id"].as_str().unwrap());
        app.call(OP, "PUT", &path, json!({"name": "Editors of the wiki"}))
            .await;
        let wiki = app.get(OP, "/applications").await.json["items"][0].clone();
        let mut changed = wiki.clone();
        changed["watermark"] = json!(false);
        for key in ["id", "version", "managed_by", "drifted"] {
            changed.as_object_mut().unwrap().remove(key);
        }
        let path = format!("/applications/{}", wiki["id"].as_str().unwrap());
        app.call(OP, "PUT", &path, changed).await;
        let drifted = vec!["wiki".to_owned(), "Wiki editors".to_owned()];
        assert_eq!(managed().await, (7, drifted));
        let plan = diff(&app, &sample()).await;
        assert_eq!(
            steps(&plan),
            ["change group Wiki editors", "change application wiki"]
        );
        let item = &plan["items"][1];
        assert_eq!(item["drifted"], true);
        assert_eq!(
            item["changes"],
            json!([{"field": "watermark", "before": false, "after": true}])
        );
        apply(&app, &sample()).await;
        assert_eq!(managed().await, (7, vec![]));
    })
    .await;
}

#[tokio::test]
async fn only_what_code_manages_is_removed_and_only_if_that_is_asked_for() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        app.call(OP, "POST", "/groups", json!({"name": "By hand"}))
            .await
            .id();
        apply(&app, &sample()).await;
        let left = file("kind: group\nname: On call\n");
        let plan = apply(&app, &left).await;
        let keep = plan["items"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|i| i["action"] == "keep");
        assert_eq!(keep.count(), 6);
        let answer = send(&app, OP, "apply", &left, true).await;
        assert_eq!(
            steps(&answer.json),
            [
                "remove brand brand",
                "remove sign_in_policy sign_in_policy",
                "remove application wiki",
                "remove group Wiki editors",
                "remove ip_list Known attackers",
                "remove ip_list Office",
            ]
        );
        let groups = app.get(OP, "/groups").await.json["items"].clone();
        let names: Vec<&Value> = groups
            .as_array()
            .unwrap()
            .iter()
            .map(|g| &g["name"])
            .collect();
        assert_eq!(names, ["By hand", "On call"]);
        let nothing = send(&app, OP, "diff", &left, true).await;
        assert_eq!(nothing.json["items"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn each_object_has_an_audit_entry_of_its_own() {
    let store = TestStore::sqlite().await;
    let app = App::start(&store).await;
    apply(&app, &sample()).await;
    apply(&app, &sample()).await;
    let entries = app.get(OP, "/events/audit").await.json["items"].clone();
    let told = |entry: &Value| {
        let text = |key: &str| entry[key].as_str().unwrap().to_owned();
        ["action", "target_kind"].map(text).join(" ")
    };
    let mut told: Vec<String> = entries.as_array().unwrap().iter().map(told).collect();
    told.sort();
    assert_eq!(
        told,
        [
            "create application",
            "create group",
            "create group",
            "create ip_list",
            "create ip_list",
            "replace_entries ip_list",
            "replace_entries ip_list",
            "update brand",
            "update sign_in_policy",
        ]
    );
}

#[tokio::test]
async fn attack_18_files_do_nothing_that_their_sender_may_not_do_by_hand() {
    let store = TestStore::sqlite().await;
    let app = App::start(&store).await;
    let (_, admin) = app.member("admin", &[Role::Administrator]).await;
    let (_, security) = app.member("security", &[Role::SecurityAdministrator]).await;
    let (_, auditor) = app.member("auditor", &[Role::Auditor]).await;
    let group = "kind: group\nname: New\n";
    let list = "kind: ip_list\nname: Office\neffect: deny\nentries: [10.0.0.0/8]\n";
    let both = format!("{group}---\n{list}");
    for (with, files) in [
        (&admin, both.as_str()),
        (&security, group),
        (&auditor, group),
    ] {
        let answer = send(&app, with, "apply", &file(files), false).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{files}");
        let answer = send(&app, with, "diff", &file(files), false).await;
        assert_eq!(answer.status, StatusCode::OK, "{files}");
    }
    assert_eq!(app.get(OP, "/groups").await.json["items"], json!([]));
    assert_eq!(app.get(OP, "/ip-lists").await.json["items"], json!([]));
    // Whom it is allowed for, it is done.
    assert_eq!(
        send(&app, &admin, "apply", &file(group), false)
            .await
            .status,
        StatusCode::OK
    );
    assert_eq!(
        send(&app, &security, "apply", &file(list), false)
            .await
            .status,
        StatusCode::OK
    );
    // Removal by leaving out is removal.
    let answer = send(&app, &security, "apply", &file(list), true).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}
