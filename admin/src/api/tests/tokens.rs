//! API tokens.

use std::time::Duration;

use axum::http::StatusCode;
use config::Role;
use serde_json::{Value, json};

use super::app::{App, With};
use crate::store::testing::on_both_engines;

async fn make(app: &App, with: &With, roles: Value) -> (String, With) {
    let draft = json!({"name": "backup", "roles": roles, "days": 30});
    let answer = app.call(with, "POST", "/tokens", draft).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.json);
    let secret = answer.text("secret").to_owned();
    (answer.id(), With::Bearer(secret))
}

#[tokio::test]
async fn attack_18_a_token_does_what_its_role_may_and_no_more() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (_, owner) = app.member("owner", &[Role::Owner]).await;
        let (id, token) = make(&app, &owner, json!(["auditor"])).await;
        assert_eq!(
            app.get(&token, "/events/audit").await.status,
            StatusCode::OK
        );
        let draft = json!({"name": "g"});
        let answer = app.call(&token, "POST", "/groups", draft).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        let me = app.get(&token, "/me").await.json;
        let may = me["permissions"].as_array().unwrap();
        assert!(may.contains(&json!("groups:read")));
        assert!(!may.contains(&json!("groups:create")));
        // The list tells of its use, and never the secret or its hash.
        let list = app.get(&owner, "/tokens").await;
        assert!(list.json["items"][0]["last_used_at"].is_i64());
        let With::Bearer(secret) = &token else {
            unreachable!()
        };
        assert!(!list.json.to_string().contains(&secret[3..]));
        let gone = app
            .call(&owner, "DELETE", &format!("/tokens/{id}"), Value::Null)
            .await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT);
        let answer = app.get(&token, "/me").await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    })
    .await;
}

#[tokio::test]
async fn attack_18_a_token_ends_with_its_time_its_maker_and_their_roles() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        app.member("owner", &[Role::Owner]).await;
        let (admin, with) = app.member("admin", &[Role::Administrator]).await;
        let draft = json!({"name": "t", "roles": ["owner"]});
        let answer = app.call(&with, "POST", "/tokens", draft).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        let (_, token) = make(&app, &with, json!(["administrator"])).await;
        assert_eq!(app.get(&token, "/members").await.status, StatusCode::OK);
        let roles = format!("/members/{admin}/roles");
        app.call(
            &With::Operator,
            "PUT",
            &roles,
            json!({"roles": [{"role": "auditor"}]}),
        )
        .await;
        assert_eq!(
            app.get(&token, "/members").await.status,
            StatusCode::FORBIDDEN
        );
        app.call(
            &With::Operator,
            "PUT",
            &roles,
            json!({"roles": [{"role": "administrator"}]}),
        )
        .await;
        assert_eq!(app.get(&token, "/members").await.status, StatusCode::OK);
        let disable = format!("/members/{admin}/disable");
        app.call(&With::Operator, "POST", &disable, Value::Null)
            .await;
        assert_eq!(
            app.get(&token, "/members").await.status,
            StatusCode::UNAUTHORIZED
        );
        let enable = format!("/members/{admin}/enable");
        app.call(&With::Operator, "POST", &enable, Value::Null)
            .await;
        app.state.clock.advance(Duration::from_hours(24 * 31));
        assert_eq!(
            app.get(&token, "/members").await.status,
            StatusCode::UNAUTHORIZED
        );
    })
    .await;
}

#[tokio::test]
async fn attack_18_a_token_makes_no_token_and_so_does_not_outlive_its_end() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (_, owner) = app.member("owner", &[Role::Owner]).await;
        let (id, token) = make(&app, &owner, json!(["owner"])).await;
        let (other, _) = make(&app, &owner, json!(["auditor"])).await;
        for roles in [json!(["owner"]), json!(["auditor"])] {
            let draft = json!({"name": "child", "roles": roles, "days": 1});
            let answer = app.call(&token, "POST", "/tokens", draft).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN);
            assert!(
                answer
                    .text("detail")
                    .contains("a token makes no other token")
            );
        }
        // To end one, itself among them, takes nothing that could last.
        for id in [other, id] {
            let path = format!("/tokens/{id}");
            let answer = app.call(&token, "DELETE", &path, Value::Null).await;
            assert_eq!(answer.status, StatusCode::NO_CONTENT);
        }
        assert_eq!(
            app.get(&token, "/me").await.status,
            StatusCode::UNAUTHORIZED
        );
    })
    .await;
}

#[tokio::test]
async fn attack_18_a_lesser_token_of_an_owner_does_not_end_the_greater_one() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (_, owner) = app.member("owner", &[Role::Owner]).await;
        let (greater, _) = make(&app, &owner, json!(["owner"])).await;
        let (_, lesser) = make(&app, &owner, json!(["security_administrator"])).await;
        let path = format!("/tokens/{greater}");
        let answer = app.call(&lesser, "DELETE", &path, Value::Null).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
    })
    .await;
}

#[tokio::test]
async fn attack_18_a_token_is_gone_with_its_maker() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        app.member("owner", &[Role::Owner]).await;
        let (admin, with) = app.member("admin", &[Role::Administrator]).await;
        let (_, token) = make(&app, &with, json!(["administrator"])).await;
        assert_eq!(app.get(&token, "/members").await.status, StatusCode::OK);
        let path = format!("/members/{admin}");
        let disable = format!("{path}/disable");
        app.call(&With::Operator, "POST", &disable, Value::Null)
            .await;
        let answer = app
            .call(&With::Operator, "DELETE", &path, Value::Null)
            .await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT);
        let answer = app.get(&token, "/members").await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        let list = app.get(&With::Operator, "/tokens").await;
        assert_eq!(list.json["items"], json!([]));
    })
    .await;
}
