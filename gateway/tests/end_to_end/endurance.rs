//! The power goes out, again and again: what was said to be recorded stays recorded, once.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use super::harness::{Application, Gatehouse, Upstream, exchange};

/// How often it is killed; `GATEHOUSE_TEST_KILLS` asks for more.
fn kills() -> u64 {
    let asked = std::env::var("GATEHOUSE_TEST_KILLS").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(5)
}

/// Long enough for the spool to have forced an event to the disk.
const DURABLE_AFTER: Duration = Duration::from_millis(600);

#[tokio::test]
async fn no_event_is_lost_or_doubled_however_often_the_program_is_killed() {
    let upstream = Upstream::start().await;
    let application = Application::new("wiki", &upstream).public();
    let mut gate = Gatehouse::start().with_application(application).await;
    let mut durable = BTreeSet::new();
    for round in 0..kills() {
        let path = |number: u64| format!("/kill/{round}/{number}");
        let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: wiki.corp.test\r\n\r\n");
        for number in 0..20 {
            let reply = exchange(&gate, get(&path(number))).await.unwrap();
            assert_eq!(reply.status(), 200);
            durable.insert(path(number));
        }
        tokio::time::sleep(DURABLE_AFTER + Duration::from_millis(37 * round % 200)).await;
        // These are under way, and may or may not be recorded.
        for number in 20..25 {
            let _ = exchange(&gate, get(&path(number))).await;
        }
        gate.kill();
        gate.restart().await;
    }
    assert_recorded_once(&gate, &durable).await;
    gate.visitor("li.lei").await;
}

/// Waits until the store has caught up with the spool, then looks.
async fn assert_recorded_once(gate: &Gatehouse, durable: &BTreeSet<String>) {
    for _ in 0..100 {
        let events = recorded(gate).await;
        let seen: BTreeSet<_> = events.iter().cloned().collect();
        if durable.is_subset(&seen) {
            assert_eq!(seen.len(), events.len(), "an event was recorded twice");
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let seen: BTreeSet<_> = recorded(gate).await.into_iter().collect();
    panic!("lost: {:?}", durable.difference(&seen).collect::<Vec<_>>());
}

/// The paths of the recorded requests to the wiki.
async fn recorded(gate: &Gatehouse) -> Vec<String> {
    let listed = gate
        .command(&["events", "access", "--json", "--limit", "100000"])
        .await;
    let events: Vec<Value> = serde_json::from_str(&listed).unwrap();
    let paths = events.iter().filter_map(|event| event["path"].as_str());
    paths
        .filter(|path| path.starts_with("/kill/"))
        .map(str::to_owned)
        .collect()
}
