//! The secrets of Feishu: entered, taken away, and what follows from that.

use axum::http::StatusCode;

use super::testing::deliver;
use super::tests::{cloud, house, refusals};
use crate::directories;
use crate::edit::Edit;
use crate::refused::Expected;
use crate::store::testing::TestStore;
use crate::testing::operator;

#[tokio::test]
async fn its_secrets_are_entered_one_by_one_and_never_shown() {
    let server = cloud().await;
    let (house, id) = house(TestStore::sqlite().await, &server).await;
    let permit = operator();
    let mut draft = server.draft();
    draft.secrets = [(super::ENCRYPT_KEY.to_owned(), String::new())].into();
    let edit = Edit::begin(&house.state, &permit).await.unwrap();
    let after = directories::update(edit, &id, Expected::Any, draft)
        .await
        .unwrap();
    assert_eq!(after.secrets, ["app_secret", "verification_token"]);
    let answer = deliver(&house, &id, &server.cloud.challenge("x")).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(refusals(&house, &id).await, ["not_set_up"]);
}
