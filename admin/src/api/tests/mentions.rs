//! Rules name nobody who does not exist; what has gone since holds up no other change.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::app::{App, With};
use crate::store::testing::on_both_engines;

const OP: &With = &With::Operator;

fn wiki(who: &Value) -> Value {
    json!({
        "name": {"en": "Wiki"},
        "hosts": ["wiki.example.com"],
        "pool": {"upstreams": [{"address": "127.0.0.1:8000"}]},
        "access": {"kind": "rules", "rules": [{"name": "r", "effect": "allow", "who": who}]},
    })
}

#[tokio::test]
async fn a_rule_that_names_nobody_who_exists_is_refused_with_its_place() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let group = app.call(OP, "POST", "/groups", json!({"name": "g"})).await.id();
        let good = json!([{"kind": "everyone"}, {"kind": "group", "id": group}]);
        let id = app.call(OP, "POST", "/applications", wiki(&good)).await.id();
        let path = format!("/applications/{id}");
        for kind in ["group", "department", "person"] {
            let bad = wiki(&json!([{"kind": "guests"}, {"kind": kind, "id": "gone"}]));
            for (method, path) in [("POST", "/applications"), ("PUT", path.as_str())] {
                let answer = app.call(OP, method, path, bad.clone()).await;
                assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
                assert_eq!(answer.text("field"), "access.rules.0.who.1.id", "{kind}");
                assert!(answer.text("detail").contains(kind), "{}", answer.json);
            }
        }
        let file = "kind: application\nname: Docs\nhosts: [docs.example.com]\n\
            pool: {upstreams: [{address: \"127.0.0.1:8001\"}]}\n\
            access: {kind: rules, rules: [{name: r, effect: allow, who: [{kind: group, id: gone}]}]}\n";
        let files = json!({"files": [{"name": "a.yaml", "text": file}], "prune": false});
        for path in ["/configuration/diff", "/configuration/apply"] {
            let answer = app.call(OP, "POST", path, files.clone()).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.json);
        }
        // What it named while that existed does not stand in the way of other changes.
        app.call(OP, "DELETE", &format!("/groups/{group}"), Value::Null).await;
        let mut renamed = wiki(&good);
        renamed["name"]["en"] = json!("Pages");
        let answer = app.call(OP, "PUT", &path, renamed).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.json);
        assert_eq!(app.get(OP, &path).await.json["name"]["en"], "Pages");
        let anew = app.call(OP, "POST", "/applications", wiki(&good)).await;
        assert_eq!(anew.text("field"), "access.rules.0.who.1.id");
    })
    .await;
}
