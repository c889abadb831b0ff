//! Groups of guests that name IP lists: over the API and in files.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::app::{Answer, App, With};
use super::configuration::{apply, diff, file};
use crate::store::testing::on_both_engines;

const OP: &With = &With::Operator;

async fn list(app: &App, name: &str) -> String {
    let draft = json!({"name": name, "effect": "allow"});
    app.call(OP, "POST", "/ip-lists", draft).await.id()
}

fn auditors(lists: &Value) -> Value {
    json!({"name": "Auditors", "for_guests": true, "ip_lists": lists})
}

async fn put(app: &App, with: &With, id: &str, draft: Value) -> Answer {
    app.call(with, "PUT", &format!("/groups/{id}"), draft).await
}

#[tokio::test]
async fn a_group_for_guests_names_lists_and_another_does_not() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let office = list(&app, "office").await;
        let made = app
            .call(OP, "POST", "/groups", auditors(&json!([office])))
            .await;
        assert_eq!(made.json["ip_lists"], json!([office]), "{}", made.body);
        let id = made.id();
        let read = app.get(OP, &format!("/groups/{id}")).await;
        assert_eq!(read.json["ip_lists"], json!([office]));

        let gone = put(&app, OP, &id, auditors(&json!([office, "gone"]))).await;
        assert_eq!(gone.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(gone.text("field"), "ip_lists.1");
        let staff = json!({"name": "Staff", "ip_lists": [office]});
        let staff = app.call(OP, "POST", "/groups", staff).await;
        assert_eq!(staff.text("field"), "ip_lists");

        let free = put(&app, OP, &id, auditors(&json!([]))).await;
        assert_eq!(free.json["ip_lists"], json!([]), "{}", free.body);
        let audit = app.get(OP, "/events/audit?limit=1").await;
        assert_eq!(
            audit.json["items"][0]["before"]["ip_lists"],
            json!([office])
        );
        assert_eq!(audit.json["items"][0]["after"]["ip_lists"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn a_list_that_a_group_of_guests_names_stays_until_the_group_is_told() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let office = list(&app, "office").await;
        let group = app
            .call(OP, "POST", "/groups", auditors(&json!([office])))
            .await
            .id();
        let path = format!("/ip-lists/{office}");
        let refused = app.call(OP, "DELETE", &path, Value::Null).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.text("field"), "ip_lists");
        assert!(refused.body.contains("Auditors"), "{}", refused.body);
        put(&app, OP, &group, auditors(&json!([]))).await.id();
        let gone = app.call(OP, "DELETE", &path, Value::Null).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT, "{}", gone.body);
    })
    .await;
}

#[tokio::test]
async fn whoever_may_not_see_lists_changes_a_group_but_not_its_lists() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let office = list(&app, "office").await;
        let group = app
            .call(OP, "POST", "/groups", auditors(&json!([office])))
            .await
            .id();
        let (ann, with) = app.member("ann", &[]).await;
        let role = json!({"name": "Groups", "permissions": ["groups:read", "groups:change"]});
        let role = app.call(OP, "POST", "/roles", role).await.id();
        let held = json!({"roles": [{"role": role}]});
        let path = format!("/members/{ann}/roles");
        app.call(OP, "PUT", &path, held).await;
        let freed = put(&app, &with, &group, auditors(&json!([]))).await;
        assert_eq!(freed.status, StatusCode::FORBIDDEN, "{}", freed.body);
        let mut renamed = auditors(&json!([office]));
        renamed["name"] = json!("Audit");
        let renamed = put(&app, &with, &group, renamed).await;
        assert_eq!(renamed.json["name"], "Audit", "{}", renamed.body);
    })
    .await;
}

#[tokio::test]
async fn a_file_names_the_lists_of_a_group_of_guests() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let files = file(
            "kind: group\nname: Auditors\nfor_guests: true\nip_lists: [Office]\n---\n\
             kind: ip_list\nname: Office\neffect: allow\neverywhere: false\nentries: [192.0.2.0/24]\n",
        );
        apply(&app, &files).await;
        let groups = app.get(OP, "/groups").await.json;
        let lists = app.get(OP, "/ip-lists").await.json;
        assert_eq!(groups["items"][0]["ip_lists"][0], lists["items"][0]["id"]);
        let again = diff(&app, &files).await;
        assert_eq!(again["items"], json!([]));
        let written = app.get(OP, "/configuration").await.json["files"].to_string();
        assert!(written.contains("ip_lists"), "{written}");
        let unknown = file("kind: group\nname: Auditors\nfor_guests: true\nip_lists: [Ofice]\n");
        let refused = super::configuration::send(&app, OP, "diff", &unknown, false).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains("ip_lists.0"), "{}", refused.body);
    })
    .await;
}
