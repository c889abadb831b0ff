//! Targets that name a host themselves (row 8; RFC 9112 §3.2.2): what was judged is what the upstream
//! gets, byte for byte, and no second host beside it.

use crate::support::applications::{application, public};
use crate::support::client::{exchange, parse};
use crate::support::gatehouse::Gatehouse;
use crate::support::origin::Origin;
use config::snapshot::{HostHeader, PathMatch, PathRule};

const WIKI: &str = "wiki.example.com";

fn bytes(target: &str, host: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")
}

#[tokio::test]
async fn attack_08_an_absolute_target_reaches_the_upstream_as_the_path_that_was_judged() {
    let origin = Origin::saying("hello").await;
    let mut gatehouse = Gatehouse::before(vec![public(WIKI, origin.address)]).await;
    for (target, line, path) in [
        ("http://wiki.example.com/x?q=1", "GET /x?q=1 HTTP/1.1", "/x"),
        (
            "http://WIKI.example.com:80/a%20b/?q=http://other/",
            "GET /a%20b/?q=http://other/ HTTP/1.1",
            "/a%20b/",
        ),
        ("https://wiki.example.com", "GET / HTTP/1.1", "/"),
        ("http://wiki.example.com?q", "GET /?q HTTP/1.1", "/"),
        (
            "/http://other/",
            "GET /http://other/ HTTP/1.1",
            "/http://other/",
        ),
    ] {
        let host = if target.contains("WIKI") {
            "WIKI.example.com:80"
        } else {
            WIKI
        };
        let before = origin.received().len();
        let answer = parse(&exchange(gatehouse.address, bytes(target, host)).await);
        assert_eq!(answer.status, 200, "{target}: {}", answer.head);
        let received = origin.received();
        assert_eq!(received.len(), before + 1);
        assert_eq!(received[before].request_line(), line, "{target}");
        assert_eq!(received[before].header("host"), [host], "{target}");
        assert_eq!(gatehouse.event().await.path, path, "{target}");
    }
}

#[tokio::test]
async fn attack_08_an_absolute_target_that_disagrees_with_host_is_refused() {
    let origin = Origin::saying("hello").await;
    let gatehouse = Gatehouse::before(vec![
        public(WIKI, origin.address),
        application("private.example.com", origin.address),
    ])
    .await;
    for (target, host) in [
        ("http://private.example.com/", WIKI),
        ("http://wiki.example.com/", "private.example.com"),
        ("http://wiki.example.com@private.example.com/", WIKI),
        ("http://wiki.example.com\\@private.example.com/", WIKI),
        ("http:///x", WIKI),
        ("foo:bar://private.example.com/", WIKI),
        ("wiki.example.com/x", WIKI),
        ("*", WIKI),
    ] {
        let answer = parse(&exchange(gatehouse.address, bytes(target, host)).await);
        assert_eq!(answer.status, 400, "{target}: {}", answer.head);
    }
    assert!(origin.received().is_empty());
}

#[tokio::test]
async fn attack_08_the_path_of_an_absolute_target_is_judged_by_the_rules_of_that_path() {
    let origin = Origin::saying("hello").await;
    let mut wiki = public(WIKI, origin.address);
    wiki.path_rules = vec![PathRule {
        id: "admin".into(),
        name: "admin".into(),
        path: PathMatch::Prefix("/admin".into()),
        methods: Vec::new(),
        access: crate::support::applications::everyone(),
    }];
    wiki.pool.host_header = HostHeader::Fixed("wiki.internal".into());
    let gatehouse = Gatehouse::before(vec![wiki]).await;
    let ask = async |target: &str| parse(&exchange(gatehouse.address, bytes(target, WIKI)).await);
    assert_eq!(ask("http://wiki.example.com/admin").await.status, 401);
    assert!(origin.received().is_empty());
    assert_eq!(ask("http://wiki.example.com/open").await.status, 200);
    let received = origin.received();
    assert_eq!(received[0].request_line(), "GET /open HTTP/1.1");
    assert_eq!(received[0].header("host"), ["wiki.internal"]);
}
