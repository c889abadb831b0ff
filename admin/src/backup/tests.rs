//! A backup is whole or absent, and what is restored is what was backed up.

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use config::Timestamp;
use config::settings::AccessHost;
use tempfile::TempDir;

use super::*;
use crate::Plane;
use crate::store::messages::{self, MessageRow};
use crate::store::one_time_links::{self, Purpose};
use crate::store::{Store, documents};

const NAME: &str = "brand";

fn settings(data: &TempDir) -> Settings {
    let access = AccessHost {
        url: "https://access.example.com".parse().unwrap(),
    };
    Settings::with_defaults(data.path().to_owned(), access)
}

async fn node(data: &TempDir) -> Plane {
    let registry = prometheus::Registry::new();
    Plane::open(Arc::new(settings(data)), Clock::system(), &registry)
        .await
        .unwrap()
}

async fn write(store: &Store, text: &str) {
    let mut tx = store.begin().await.unwrap();
    documents::put(&mut tx, NAME, &text, Timestamp(1))
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

async fn stored(data: &TempDir) -> String {
    let node = node(data).await;
    let mut read = node.state().store.read().await.unwrap();
    documents::get(&mut read, NAME).await.unwrap().unwrap().body
}

#[tokio::test]
async fn a_backup_of_a_running_node_is_restored_and_the_replaced_store_kept() {
    let (data, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = elsewhere.path().join("backup.db");
    let running = node(&data).await;
    write(&running.state().store, "before").await;
    backup(&settings(&data), &file).await.unwrap();
    write(&running.state().store, "after").await;
    let mode = fs::metadata(&file).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);

    let refused = restore(&settings(&data), &file, &Clock::system()).await;
    assert!(
        matches!(refused, Err(BackupError::DataFolder(_))),
        "while it runs"
    );
    running.state().store.close().await;
    drop(running);
    assert_eq!(stored(&data).await, "after");

    let done = restore(&settings(&data), &file, &Clock::system())
        .await
        .unwrap();
    assert_eq!(stored(&data).await, "before");
    copy::check(&done.replaced.unwrap()).await.unwrap();
}

#[tokio::test]
async fn a_backup_can_be_restored_elsewhere_with_its_master_key_only() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = here.path().join("backup.db");
    let running = node(&here).await;
    write(&running.state().store, "before").await;
    backup(&settings(&here), &file).await.unwrap();
    let refused = restore(&settings(&there), &file, &Clock::system()).await;
    assert!(matches!(refused, Err(BackupError::Key(_))), "{refused:?}");
    assert!(!there.path().join(EMBEDDED_FILE).exists());
    let key = "master.key";
    fs::copy(here.path().join(key), there.path().join(key)).unwrap();
    restore(&settings(&there), &file, &Clock::system())
        .await
        .unwrap();
    assert_eq!(stored(&there).await, "before");
}

#[tokio::test]
async fn whoever_had_signed_in_before_the_backup_signs_in_again() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("backup.db");
    let running = node(&data).await;
    let store = &running.state().store;
    crate::store::session_facts::tests::alice(store).await;
    let (code, now) = ([7; 32], Clock::system().now());
    let later = now.plus(std::time::Duration::from_hours(24));
    let mut tx = store.begin().await.unwrap();
    one_time_links::replace(&mut tx, &Purpose::SetUp, &code, now, later)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    backup(&settings(&data), &file).await.unwrap();
    running.state().store.close().await;
    drop(running);
    let done = restore(&settings(&data), &file, &Clock::system())
        .await
        .unwrap();
    assert_eq!(done.ended_sign_ins, 1);
    let again = node(&data).await;
    let mut read = again.state().store.read().await.unwrap();
    let found = one_time_links::find(&mut read, &code, now).await.unwrap();
    assert_eq!(found, None, "attack_23: it may have been used since");
}

#[tokio::test]
async fn a_backup_that_an_earlier_version_made_is_restored_at_the_present_schema() {
    let (data, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = elsewhere.path().join("backup.db");
    let before_messages = 70;
    copy::make_before(before_messages, &file).await.unwrap();
    restore(&settings(&data), &file, &Clock::system())
        .await
        .unwrap();
    let restored = node(&data).await;
    let mut read = restored.state().store.read().await.unwrap();
    let none = messages::find(&mut read, "m1").await.unwrap();
    assert_eq!(none, None, "there are messages now");
}

#[tokio::test]
async fn a_message_that_waited_in_a_backup_is_told_of_as_failed() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("backup.db");
    let running = node(&data).await;
    let state = running.state();
    let now = Clock::system().now();
    let row = MessageRow {
        id: "m1".to_owned(),
        created_at: now,
        channel: "mail".to_owned(),
        recipient: "a@example.com".to_owned(),
        member: None,
        kind: "test".to_owned(),
        language: "en".to_owned(),
        state: "waiting".to_owned(),
        attempts: 0,
        // Not before the node has been closed.
        next_at: now.plus(std::time::Duration::from_hours(1)),
        expires_at: now.plus(std::time::Duration::from_hours(2)),
        done_at: None,
        reference: None,
        finding: None,
    };
    let mut tx = state.store.begin().await.unwrap();
    messages::insert(&mut tx, &row, Some(vec![1]))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    backup(&settings(&data), &file).await.unwrap();
    state.store.close().await;
    drop(running);
    restore(&settings(&data), &file, &Clock::system())
        .await
        .unwrap();
    let restored = node(&data).await;
    let mut read = restored.state().store.read().await.unwrap();
    let found = messages::find(&mut read, "m1").await.unwrap().unwrap();
    assert_eq!(found.state, "failed");
    assert!(found.done_at.is_some());
    assert_eq!(found.finding.unwrap().en, "the store was restored");
}

#[tokio::test]
async fn what_is_no_whole_backup_is_refused_and_nothing_is_replaced() {
    let data = tempfile::tempdir().unwrap();
    let running = node(&data).await;
    write(&running.state().store, "kept").await;
    let file = data.path().join("backup.db");
    backup(&settings(&data), &file).await.unwrap();
    running.state().store.close().await;
    drop(running);
    let whole = fs::read(&file).unwrap();
    let mut flipped = whole.clone();
    let end = flipped.len().min(16_384);
    flipped[4_096..end].fill(0xa5);
    for bad in [&b"no database"[..], &whole[..whole.len() / 2], &flipped] {
        fs::write(&file, bad).unwrap();
        let refused = restore(&settings(&data), &file, &Clock::system()).await;
        assert!(refused.is_err());
    }
    assert_eq!(stored(&data).await, "kept");
}

#[tokio::test]
async fn a_backup_overwrites_nothing() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("backup.db");
    let nothing = backup(&settings(&data), &file).await;
    assert!(matches!(nothing, Err(BackupError::NoStore(_))));
    let _running = node(&data).await;
    fs::write(&file, "precious").unwrap();
    let refused = backup(&settings(&data), &file).await;
    assert!(matches!(refused, Err(BackupError::Exists(_))));
    assert_eq!(fs::read(&file).unwrap(), b"precious");
}
