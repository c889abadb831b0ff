//! The vendor's own library takes this cloud for theirs, and what it delivers for what theirs would.

use std::path::Path;
use std::process::Command;

use serde_json::json;
use tokio::net::TcpListener;

use super::Cloud;

#[tokio::test]
async fn the_vendors_library_lists_people_sends_messages_and_believes_events() {
    let cloud = Cloud::default();
    cloud.department("od-1", "0", json!({"name": "Sales"}));
    for number in 0..60 {
        cloud.person(&format!("on_{number}"), &["od-1"], json!({}));
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, cloud.router()).await });
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut program = Command::new(root.join("../target/tools/bin/python"));
    program
        .arg(root.join("tests/feishu/by_the_vendors_library.py"))
        .arg(at);
    let done = tokio::task::spawn_blocking(move || program.output()).await;
    let done = done.unwrap().expect("run `make tools`");
    let told = String::from_utf8_lossy(&done.stdout).into_owned();
    let wrong = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success(), "{told}{wrong}");
    assert_eq!(
        told.trim().lines().last().unwrap_or_default(),
        "60 people, 1 department, 1 message, events believed"
    );
}
