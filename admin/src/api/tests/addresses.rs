//! Who puts an address where the codes of somebody go.

use axum::http::StatusCode;
use config::Role;
use config::id::MemberId;
use serde_json::{Value, json};

use super::app::{App, With};
use crate::store::credentials;
use crate::store::testing::on_both_engines;

const OP: &With = &With::Operator;

async fn set_password(app: &App, member: &MemberId) {
    let mut tx = app.state.store.begin().await.unwrap();
    credentials::set_password(&mut tx, member, "hash", app.state.clock.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

/// What becomes of a person to whom this is added.
async fn status(app: &App, with: &With, member: &MemberId, more: Value) -> StatusCode {
    let path = format!("/members/{member}");
    let username = app.get(OP, &path).await.text("username").to_owned();
    let mut profile = json!({"username": username, "display_name": "x"});
    profile
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    app.call(with, "PUT", &path, profile).await.status
}

#[tokio::test]
async fn attack_18_who_hands_out_no_credentials_sends_nobodys_codes_elsewhere() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (editor, with) = app.member("editor", &[]).await;
        let permissions = ["members:read", "members:change"];
        let draft = json!({"name": "Editors", "permissions": permissions});
        let role = app.call(OP, "POST", "/roles", draft).await.id();
        let given = json!({"roles": [{"role": role}]});
        let path = format!("/members/{editor}/roles");
        app.call(OP, "PUT", &path, given).await.id();
        let (_, security) = app.member("security", &[Role::SecurityAdministrator]).await;
        let (alice, _) = app.member("alice", &[]).await;
        let (newcomer, _) = app.member("newcomer", &[]).await;
        set_password(&app, &alice).await;
        let vouched = json!({"email": "e@evil.example", "email_verified": true});
        let mobile = json!({"mobile": "13800009999"});
        for more in [&vouched, &mobile] {
            let answer = status(&app, &with, &alice, more.clone()).await;
            assert_eq!(answer, StatusCode::FORBIDDEN, "{more}");
        }
        let noted = json!({"email": "e@evil.example"});
        let answer = status(&app, &with, &alice, noted.clone()).await;
        assert_eq!(answer, StatusCode::OK, "nobody vouches for it");
        let answer = status(&app, &with, &alice, vouched.clone()).await;
        assert_eq!(answer, StatusCode::FORBIDDEN);
        let answer = status(&app, &security, &alice, vouched).await;
        assert_eq!(answer, StatusCode::OK);
        let both = json!({"email": "n@example.com", "email_verified": true, "mobile": "1380000"});
        let answer = status(&app, &with, &newcomer, both).await;
        assert_eq!(answer, StatusCode::OK, "nothing is theirs yet");
    })
    .await;
}

#[tokio::test]
async fn attack_10_nobody_sends_their_own_codes_elsewhere_but_on_the_machine() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (owner, with) = app.member("owner", &[Role::Owner]).await;
        let mobile = json!({"mobile": "13800009999"});
        let answer = status(&app, &with, &owner, mobile.clone()).await;
        assert_eq!(answer, StatusCode::FORBIDDEN);
        let (_, other) = app.member("other", &[Role::Owner]).await;
        let answer = status(&app, &other, &owner, mobile).await;
        assert_eq!(answer, StatusCode::OK);
        let answer = status(&app, OP, &owner, json!({"mobile": "13800008888"})).await;
        assert_eq!(answer, StatusCode::OK);
        let answer = status(&app, &with, &owner, json!({"mobile": "13800008888"})).await;
        assert_eq!(answer, StatusCode::OK, "another name, the same number");
    })
    .await;
}

#[tokio::test]
async fn attack_18_whoever_is_out_of_reach_is_not_told_to_have_a_password() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (owner, _) = app.member("owner", &[Role::Owner]).await;
        let (_, help) = app.member("help", &[Role::HelpDesk]).await;
        set_password(&app, &owner).await;
        let path = format!("/members/{owner}/one-time-messages");
        let invitation = json!({"channel": "mail", "invitation": true});
        let answer = app.call(&help, "POST", &path, invitation).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", answer.body);
    })
    .await;
}
