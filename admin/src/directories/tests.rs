//! What all kinds of directories have in common.

use axum::http::StatusCode;
use config::Role;
use config::id::DirectoryId;
use serde_json::json;

use super::{DirectoryDraft, addresses, create_as, find};
use crate::api::tests::app::{App, With};
use crate::edit::Edit;
use crate::refused::Refused;
use crate::state::testing::state;
use crate::store::directory_people::{self, Link};
use crate::store::testing::on_both_engines;
use crate::testing::operator;

const OP: &With = &With::Operator;

fn draft(name: &str) -> DirectoryDraft {
    serde_json::from_value(json!({
        "name": name, "used_for": "sign_in",
        "source": {"kind": "cas", "url": "https://sso.example.com/cas"},
    }))
    .unwrap()
}

#[tokio::test]
async fn a_directory_is_connected_under_the_id_that_was_chosen_for_it_once() {
    on_both_engines(async |store| {
        let (state, _snapshots) = state(&store);
        let permit = operator();
        let connect = async |id: &str, name: &str| {
            let edit = Edit::begin(&state, &permit).await.unwrap();
            create_as(edit, DirectoryId::from(id.to_owned()), draft(name)).await
        };
        let id = "3f0a9c1e-7d52-4c8e-9b61-0c2d4e5f6a7b";
        connect(id, "Staff").await.unwrap();
        let mut read = state.store.read().await.unwrap();
        let made = find(&mut read, &id.to_owned().into()).await.unwrap();
        drop(read);
        assert!(addresses::callback(&state, &made.id).ends_with(&format!("/{id}/callback")));
        for other in [id, "", "../x", &id.to_uppercase(), &id.replace('-', "")] {
            let refused = connect(other, "Others").await;
            assert!(matches!(refused, Err(Refused::Invalid(_))), "{other}");
        }
    })
    .await;
}

#[tokio::test]
async fn attack_18_nobody_has_a_directory_vouch_otherwise_for_whoever_holds_a_role_above_theirs() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let made = json!({
            "name": "Staff", "used_for": "sign_in",
            "source": {"kind": "cas", "url": "https://sso.example.com/cas"},
        });
        let directory = app
            .call(OP, "POST", "/directories", made.clone())
            .await
            .id();
        let (ann, with) = app.member("ann", &[]).await;
        let role = json!({
            "name": "Directories", "permissions": ["directories:read", "directories:change"]
        });
        let role = app.call(OP, "POST", "/roles", role).await.id();
        let held = json!({"roles": [{"role": role}]});
        app.call(OP, "PUT", &format!("/members/{ann}/roles"), held)
            .await;
        let change = async |url: &str| {
            let mut draft = made.clone();
            draft["source"]["url"] = url.into();
            let path = format!("/directories/{directory}");
            app.call(&with, "PUT", &path, draft).await
        };
        let changed = change("https://other.example.com/cas").await;
        assert_eq!(
            changed.status,
            StatusCode::OK,
            "nobody is linked: {}",
            changed.body
        );
        let (owner, _) = app.member("owner", &[Role::Owner]).await;
        let mut tx = app.state.store.begin().await.unwrap();
        let link = Link {
            key: "owner",
            member: &owner,
            facts: [0; 16],
            is_shut: false,
        };
        let id = DirectoryId::from(directory.clone());
        directory_people::settle(&mut tx, &id, &[link], app.state.clock.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let refused = change("https://evil.example.com/cas").await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.body);
        // Nor does anybody have it begin to.
        let mut draft = made.clone();
        draft["source"]["url"] = "https://other.example.com/cas".into();
        let path = format!("/directories/{directory}");
        for (used, status) in [(true, StatusCode::FORBIDDEN), (false, StatusCode::OK)] {
            draft["enabled"] = used.into();
            let answer = app.call(&with, "PUT", &path, draft.clone()).await;
            assert_eq!(answer.status, status, "{}", answer.body);
        }
    })
    .await;
}
