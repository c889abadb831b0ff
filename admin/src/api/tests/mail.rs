//! A mail address counts once somebody vouches for it, and only as long as it is that address.

use axum::http::StatusCode;
use config::id::MemberId;
use serde_json::{Value, json};

use super::app::{App, With};
use crate::store::credentials;
use crate::store::members::find;
use crate::store::testing::on_both_engines;

const OP: &With = &With::Operator;

/// Whom the address identifies on the sign-in page.
async fn identified(app: &App, email: &str) -> Option<MemberId> {
    let mut read = app.state.store.read().await.unwrap();
    let found = credentials::find_by_key(&mut read, email).await.unwrap();
    found.map(|account| account.member)
}

fn draft(email: &Value, verified: &Value) -> Value {
    let mut draft = json!({"username": "zhang.san", "display_name": "张三", "email": email});
    if !verified.is_null() {
        draft["email_verified"] = verified.clone();
    }
    draft
}

#[tokio::test]
async fn attack_11_an_address_identifies_nobody_until_somebody_vouches_for_it() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let made = app.call(
            OP,
            "POST",
            "/members",
            draft(&json!("zs@corp.com"), &Value::Null),
        );
        let made = made.await;
        let path = format!("/members/{}", made.id());
        assert_eq!(made.json["email_verified"], false);
        assert_eq!(identified(&app, "zs@corp.com").await, None);
        let vouched = draft(&json!("zs@corp.com"), &json!(true));
        let after = app.call(OP, "PUT", &path, vouched).await;
        assert_eq!(after.json["email_verified"], true);
        assert!(identified(&app, "zs@corp.com").await.is_some());
        let log = app.get(OP, "/events/audit").await;
        let entry = &log.json["items"][0];
        assert_eq!(entry["before"]["email_verified"], false);
        assert_eq!(entry["after"]["email_verified"], true);

        // What is not spoken of stays; another address is not the one that was vouched for.
        for (email, verified, expected) in [
            (json!("zs@corp.com"), Value::Null, true),
            (json!("other@corp.com"), Value::Null, false),
            (json!("other@corp.com"), json!(true), true),
            (json!("other@corp.com"), json!(false), false),
            (Value::Null, Value::Null, false),
            (json!("other@corp.com"), Value::Null, false),
        ] {
            let after = app.call(OP, "PUT", &path, draft(&email, &verified)).await;
            assert_eq!(after.json["email_verified"], expected, "{}", after.json);
        }
        assert_eq!(identified(&app, "other@corp.com").await, None);
    })
    .await;
}

#[tokio::test]
async fn a_new_member_may_come_with_an_address_that_is_vouched_for() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let none = app.call(OP, "POST", "/members", draft(&Value::Null, &json!(true)));
        let none = none.await;
        assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(none.text("field"), "email_verified");
        let made = app.call(
            OP,
            "POST",
            "/members",
            draft(&json!("zs@corp.com"), &json!(true)),
        );
        let made = made.await;
        assert_eq!(made.json["email_verified"], true);
        let mut read = app.state.store.read().await.unwrap();
        let row = find(&mut read, &made.id().into()).await.unwrap().unwrap();
        assert_eq!(row.email_verified_at, Some(app.state.clock.now()));
    })
    .await;
}
