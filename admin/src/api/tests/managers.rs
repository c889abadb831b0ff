//! Who heads a department, and to whom somebody reports, as administrators say it.

use axum::http::StatusCode;
use config::Role;
use serde_json::{Value, json};

use super::app::{App, With};
use crate::store::testing::on_both_engines;

const OP: &With = &With::Operator;

fn names(answer: &Value) -> Vec<&str> {
    let managers = answer["managers"].as_array().unwrap().iter();
    managers
        .map(|one| one["username"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn managers_are_said_and_read_in_their_order() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let department = app
            .call(OP, "POST", "/departments", json!({"name": "研发"}))
            .await
            .id();
        let (zhang, _) = app.member("zhang", &[]).await;
        let (li, _) = app.member("li", &[]).await;
        let path = format!("/departments/{department}/managers");
        let said = app
            .call(OP, "PUT", &path, json!({"managers": [li, zhang]}))
            .await;
        assert_eq!(names(&said.json), ["li", "zhang"]);
        let read = app.get(OP, &path).await;
        assert_eq!(read.json, said.json);
        assert_eq!(read.json["said_by"], Value::Null);
        let path = format!("/members/{zhang}/manager");
        app.call(OP, "PUT", &path, json!({"managers": [li]})).await;
        assert_eq!(names(&app.get(OP, &path).await.json), ["li"]);
        let told = app.get(OP, "/events/audit?action=set_managers").await;
        assert_eq!(told.json["items"].as_array().unwrap().len(), 2);
        app.call(OP, "PUT", &path, json!({"managers": []})).await;
        assert!(names(&app.get(OP, &path).await.json).is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_a_manager_is_refused_with_its_place() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (zhang, _) = app.member("zhang", &[]).await;
        let (li, _) = app.member("li", &[]).await;
        let path = format!("/members/{zhang}/manager");
        for (managers, field) in [
            (json!([zhang]), "managers"),
            (json!([li, li]), "managers"),
            (json!(["nobody"]), "managers.0"),
        ] {
            let answer = app
                .call(OP, "PUT", &path, json!({"managers": managers}))
                .await;
            assert_eq!(
                answer.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{managers}"
            );
            assert_eq!(answer.text("field"), field, "{}", answer.json);
        }
    })
    .await;
}

#[tokio::test]
async fn attack_18_who_only_reads_names_no_manager() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (zhang, _) = app.member("zhang", &[]).await;
        let (_, auditor) = app.member("auditor", &[Role::Auditor]).await;
        let path = format!("/members/{zhang}/manager");
        let answer = app
            .call(&auditor, "PUT", &path, json!({"managers": []}))
            .await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
    })
    .await;
}
