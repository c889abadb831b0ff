//! Row 16: what is open when a grant is taken back.

use std::time::Duration;

use config::clock::Stopwatch;
use serde_json::json;

use crate::end_to_end::harness::{
    Answer, Application, Gatehouse, PATIENCE, Received, Upstream, Visitor, Wire,
};

/// A WebSocket, a stream of events, a download: whichever the path asks for.
pub(super) fn long_lived(request: &Received) -> Answer {
    match request.target() {
        "/socket" => Answer::WebSocket,
        "/events" => Answer::event_stream(),
        "/download" => Answer::long_download(),
        _ => Answer::page("text/plain", "short"),
    }
}

pub(super) const PATHS: [&str; 3] = ["/socket", "/events", "/download"];

pub(super) fn wiki(upstream: &Upstream) -> Application {
    Application::new("wiki", upstream).with_websockets()
}

/// Opens all of them on behalf of a visitor, and sees each alive.
pub(super) async fn open_all(gate: &Gatehouse, visitor: &Visitor<'_>) -> Vec<Wire> {
    let cookie = visitor.cookie_at("wiki").await;
    let mut wires = Vec::new();
    for path in PATHS {
        let upgrade = if path == "/socket" {
            format!(
                "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
                 Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
                 Origin: https://wiki.corp.test:{}\r\n",
                gate.address().port()
            )
        } else {
            String::new()
        };
        let mut wire = Wire::plain(gate).await;
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: wiki.corp.test\r\nCookie: {cookie}\r\n{upgrade}\r\n"
        );
        wire.send(request).await.unwrap();
        let head = wire.head().await.expect(path);
        let status = head.start_line().split(' ').nth(1).unwrap().to_owned();
        let expected = if path == "/socket" { "101" } else { "200" };
        assert_eq!(status, expected, "{path}: {head:?}");
        let closed = wire.until_closed(Duration::from_millis(300)).await;
        assert!(closed.is_none(), "{path} closed by itself");
        wires.push(wire);
    }
    wires
}

pub(super) async fn assert_all_cut(wires: Vec<Wire>, why: &str) {
    let cuts = PATHS.iter().zip(wires).map(|(path, mut wire)| async move {
        let watch = Stopwatch::start();
        let closed = wire.until_closed(PATIENCE).await;
        assert!(closed.is_some(), "{path} was still open long after {why}");
        eprintln!("{path} was cut {:?} after {why}", watch.elapsed());
    });
    futures::future::join_all(cuts).await;
}

#[tokio::test]
async fn attack_16_a_member_who_is_deactivated_is_cut_off() {
    let upstream = Upstream::answering(long_lived).await;
    let gate = Gatehouse::start().with_application(wiki(&upstream)).await;
    let visitor = gate.visitor("li.lei").await;
    let open = open_all(&gate, &visitor).await;
    visitor.disable().await;
    assert_all_cut(open, "the member was deactivated").await;
}

#[tokio::test]
async fn attack_16_signing_out_cuts_what_is_open_at_every_application() {
    let upstream = Upstream::answering(long_lived).await;
    let gate = Gatehouse::start().with_application(wiki(&upstream)).await;
    let visitor = gate.visitor("li.lei").await;
    let open = open_all(&gate, &visitor).await;
    visitor.sign_out().await;
    assert_all_cut(open, "signing out").await;
}

#[tokio::test]
async fn attack_16_a_rule_that_lets_nobody_in_cuts_whoever_was_in() {
    let upstream = Upstream::answering(long_lived).await;
    let gate = Gatehouse::start().with_application(wiki(&upstream)).await;
    let visitor = gate.visitor("li.lei").await;
    let open = open_all(&gate, &visitor).await;
    let strict = wiki(&upstream).only_for(json!({ "kind": "guests" }));
    gate.apply(&strict).await;
    assert_all_cut(open, "the rule changed").await;
}

#[tokio::test]
async fn attack_16_an_address_that_is_no_longer_let_in_is_cut() {
    let upstream = Upstream::answering(long_lived).await;
    let gate = Gatehouse::start().with_application(wiki(&upstream)).await;
    let visitor = gate.visitor("li.lei").await;
    let open = open_all(&gate, &visitor).await;
    let mut rule = crate::end_to_end::harness::allow(json!({ "kind": "everyone" }));
    rule["from"] = json!(["203.0.113.0/24"]);
    let office = wiki(&upstream).with("access", json!({ "kind": "rules", "rules": [rule] }));
    gate.apply(&office).await;
    assert_all_cut(open, "the address rule changed").await;
}

#[tokio::test]
async fn attack_16_an_address_put_on_a_list_for_every_host_is_cut() {
    let upstream = Upstream::answering(long_lived).await;
    let gate = Gatehouse::start().with_application(wiki(&upstream)).await;
    let visitor = gate.visitor("li.lei").await;
    let open = open_all(&gate, &visitor).await;
    let file = gate.folder().join("blocked.txt");
    std::fs::write(&file, "127.0.0.0/8 # everyone in this test\n").unwrap();
    let file = file.to_str().unwrap();
    let apply = ["ip-lists", "apply", "blocked", file, "--effect", "deny"];
    gate.command(&[&apply[..], &["--global"]].concat()).await;
    assert_all_cut(open, "its address was put on the list").await;
}

#[tokio::test]
async fn attack_16_whoever_is_still_let_in_is_not_cut() {
    let upstream = Upstream::answering(long_lived).await;
    let gate = Gatehouse::start().with_application(wiki(&upstream)).await;
    let (leaver, stayer) = (
        gate.visitor("li.lei").await,
        gate.visitor("han.meimei").await,
    );
    let (gone, stay) = (
        open_all(&gate, &leaver).await,
        open_all(&gate, &stayer).await,
    );
    gate.apply(&wiki(&upstream).with_watermark()).await;
    leaver.disable().await;
    assert_all_cut(gone, "the member was deactivated").await;
    for (path, mut wire) in PATHS.iter().zip(stay) {
        let closed = wire.until_closed(Duration::from_millis(200)).await;
        assert!(closed.is_none(), "{path} of another member was cut");
    }
}
