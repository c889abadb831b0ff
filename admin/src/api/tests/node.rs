//! What a node tells of itself, and the backup that its owner takes away.

use axum::body::Body;
use axum::http::{StatusCode, header};
use config::Role;
use http_body_util::BodyExt;

use super::app::{App, With};
use crate::store::testing::TestStore;

const OP: &With = &With::Operator;

#[tokio::test]
async fn an_owner_takes_a_backup_away_and_that_is_told() {
    let store = TestStore::sqlite().await;
    let app = App::start(&store).await;
    let (_, with) = app.member("owner", &[Role::Owner]).await;
    let request = App::request("GET", "/node/backup", &with);
    let answer = app.answer(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let length = answer.headers()[header::CONTENT_LENGTH].to_str().unwrap();
    let length: usize = length.parse().unwrap();
    let backup = answer.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(backup.len(), length);
    let file = store.data.path().join("away.db");
    std::fs::write(&file, &backup).unwrap();
    crate::store::copy::check(&file).await.unwrap();
    let left = std::fs::read_dir(store.data.path()).unwrap();
    let left = left.map(|entry| entry.unwrap().file_name());
    let temporary = |name: &std::ffi::OsString| name.to_string_lossy().starts_with("backup-");
    assert_eq!(left.filter(temporary).count(), 0);
    let told = app.get(OP, "/events/audit?action=back_up").await;
    assert_eq!(told.json["items"][0]["actor_name"], "owner");
}

#[tokio::test]
async fn a_backup_of_postgresql_is_left_to_its_own_tools() {
    let store = TestStore::postgres().await;
    let app = App::start(&store).await;
    let answer = app.get(OP, "/node/backup").await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.text("detail").contains("pg_dump"));
}

#[tokio::test]
async fn what_the_operator_wrote_is_shown_to_whoever_may_see_it() {
    let store = TestStore::sqlite().await;
    let app = App::start(&store).await;
    let answer = app.get(OP, "/node/settings").await;
    assert_eq!(answer.text("data"), store.data.path().display().to_string());
    assert_eq!(
        app.get(OP, "/node/certificates").await.json["items"]
            .as_array()
            .unwrap()
            .len(),
        0
    );
}
