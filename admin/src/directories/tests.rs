//! What all kinds of directories have in common.

use config::id::DirectoryId;
use serde_json::json;

use super::{DirectoryDraft, addresses, create_as, find};
use crate::edit::Edit;
use crate::refused::Refused;
use crate::state::testing::state;
use crate::store::testing::on_both_engines;
use crate::testing::operator;

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
