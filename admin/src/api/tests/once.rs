//! A request to make something that is sent again under the same Idempotency-Key makes nothing more.

use std::time::Duration;

use axum::body::Body;
use axum::http::{StatusCode, header};
use config::Role;
use futures::future::join_all;
use serde_json::{Value, json};

use super::app::{Answer, App, With};
use crate::once::Once;
use crate::periodic;
use crate::store::idempotent_answers;
use crate::store::testing::on_both_engines;

async fn ask(app: &App, with: &With, path: &str, name: &str, body: &Value) -> Answer {
    let request = App::request("POST", path, with)
        .header(header::CONTENT_TYPE, "application/json")
        .header("idempotency-key", name)
        .body(Body::from(body.to_string()))
        .unwrap();
    app.send(request).await
}

async fn count(app: &App, with: &With, path: &str) -> usize {
    let listed = app.get(with, path).await;
    listed.json["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn what_was_asked_twice_is_made_once_and_answered_alike() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (_, owner) = app.member("owner", &[Role::Owner]).await;
        let draft = json!({"name": "editors"});
        let first = ask(&app, &owner, "/groups", "one", &draft).await;
        let second = ask(&app, &owner, "/groups", "one", &draft).await;
        assert_eq!(first.status, StatusCode::CREATED);
        assert_eq!(second.status, StatusCode::CREATED);
        assert_eq!(second.json, first.json);
        assert_eq!(second.tag, first.tag);
        assert_eq!(count(&app, &owner, "/groups").await, 1);
        // The name is another caller's, too.
        let (_, other) = app.member("other", &[Role::Owner]).await;
        let answer = ask(&app, &other, "/groups", "one", &draft).await;
        assert_eq!(answer.status, StatusCode::CONFLICT, "made anew, and taken");
    })
    .await;
}

#[tokio::test]
async fn a_key_stands_for_one_request() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (_, owner) = app.member("owner", &[Role::Owner]).await;
        ask(&app, &owner, "/groups", "one", &json!({"name": "a"})).await;
        for (path, body) in [
            ("/groups", json!({"name": "b"})),
            ("/departments", json!({"name": "a"})),
        ] {
            let answer = ask(&app, &owner, path, "one", &body).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert_eq!(answer.text("field"), "idempotency-key");
        }
        for name in ["", "with blanks", &"x".repeat(256)] {
            let answer = ask(&app, &owner, "/groups", name, &json!({"name": "c"})).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        }
        assert_eq!(count(&app, &owner, "/groups").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_request_with_a_key_may_be_as_large_as_its_route_allows() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (_, owner) = app.member("owner", &[Role::Owner]).await;
        let large = json!({"name": "x".repeat(2 << 20)});
        let too_large = ask(&app, &owner, "/groups", "one", &large).await;
        assert_eq!(too_large.status, StatusCode::PAYLOAD_TOO_LARGE);
        // It was read: it is no table.
        let read = ask(&app, &owner, "/member-imports", "two", &large).await;
        assert_eq!(read.status, StatusCode::UNPROCESSABLE_ENTITY);
    })
    .await;
}

#[tokio::test]
async fn many_at_once_make_one() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (_, owner) = app.member("owner", &[Role::Owner]).await;
        let draft = json!({"name": "editors"});
        let answers = (0..8).map(|_| ask(&app, &owner, "/groups", "one", &draft));
        let answers = join_all(answers).await;
        let ids: Vec<String> = answers.iter().map(Answer::id).collect();
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
        assert_eq!(count(&app, &owner, "/groups").await, 1);
        // Things whose names need not differ, too.
        let draft = json!({"name": "research"});
        let answers = (0..8).map(|_| ask(&app, &owner, "/departments", "two", &draft));
        for answer in join_all(answers).await {
            assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.json);
        }
        assert_eq!(count(&app, &owner, "/departments").await, 1);
    })
    .await;
}

#[tokio::test]
async fn what_failed_may_be_tried_again_under_its_key() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (_, owner) = app.member("owner", &[Role::Owner]).await;
        let draft = json!({"name": "editors"});
        let taken = app.call(&owner, "POST", "/groups", draft.clone()).await;
        let refused = ask(&app, &owner, "/groups", "one", &draft).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        let path = format!("/groups/{}", taken.id());
        app.call_if(&owner, "DELETE", &path, "*", Value::Null).await;
        let made = ask(&app, &owner, "/groups", "one", &draft).await;
        assert_eq!(made.status, StatusCode::CREATED);
    })
    .await;
}

#[tokio::test]
async fn a_secret_is_shown_again_and_lies_sealed_until_it_is_forgotten() {
    on_both_engines(async |store| {
        let app = App::start(&store).await;
        let (id, owner) = app.member("owner", &[Role::Owner]).await;
        let draft = json!({"name": "export", "roles": ["auditor"]});
        let made = ask(&app, &owner, "/tokens", "one", &draft).await;
        let again = ask(&app, &owner, "/tokens", "one", &draft).await;
        let secret = made.text("secret").to_owned();
        assert!(!secret.is_empty());
        assert_eq!(again.text("secret"), secret);
        let once = Once::new(format!("member:{id}"), "one".into(), [0; 32]);
        let mut read = app.state.store.read().await.unwrap();
        let kept = idempotent_answers::find(&mut read, &once).await.unwrap();
        let sealed = kept.unwrap().answer.unwrap();
        let inside = sealed.windows(secret.len());
        assert!(inside.into_iter().all(|part| part != secret.as_bytes()));
        drop(read);
        let later = app.state.clock.now().plus(Duration::from_hours(25));
        periodic::work(&app.state, later).await.unwrap();
        let mut read = app.state.store.read().await.unwrap();
        let kept = idempotent_answers::find(&mut read, &once).await.unwrap();
        assert_eq!(kept, None);
    })
    .await;
}
