//! Requests that two servers may read in two ways (row 12): refused, or forwarded as the one
//! request that was judged.

use crate::support::applications::{application, public};
use crate::support::client::{exchange, parse};
use crate::support::gatehouse::Gatehouse;
use crate::support::origin::{Answer, Origin};
use config::snapshot::{Application, WebSockets};

const WIKI: &str = "wiki.example.com";

async fn gate(origin: &Origin) -> Gatehouse {
    Gatehouse::before(vec![public(WIKI, origin.address)]).await
}

#[tokio::test]
async fn attack_12_ambiguous_framing_is_refused_and_nothing_reaches_the_upstream() {
    let origin = Origin::saying("hello").await;
    let gatehouse = gate(&origin).await;
    let smuggled = "GET /smuggled HTTP/1.1\r\nHost: wiki.example.com\r\n\r\n";
    let head = "POST / HTTP/1.1\r\nHost: wiki.example.com\r\n";
    for (what, bytes) in [
        (
            "CL.TE",
            format!(
                "{head}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{smuggled}"
            ),
        ),
        (
            "TE.CL",
            format!(
                "{head}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n{smuggled}"
            ),
        ),
        (
            "TE.TE",
            format!(
                "{head}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n{smuggled}"
            ),
        ),
        (
            "TE xchunked",
            format!("{head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{smuggled}"),
        ),
        (
            "TE with a tab",
            format!("{head}Transfer-Encoding:\tchunked, identity\r\n\r\n0\r\n\r\n{smuggled}"),
        ),
        (
            "TE before colon",
            format!("{head}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n{smuggled}"),
        ),
        (
            "CL.CL",
            format!("{head}Content-Length: 0\r\nContent-Length: 5\r\n\r\n{smuggled}"),
        ),
        (
            "CL same twice",
            format!("{head}Content-Length: 0\r\nContent-Length: 0\r\n\r\n{smuggled}"),
        ),
        (
            "CL with a sign",
            format!("{head}Content-Length: +0\r\n\r\n{smuggled}"),
        ),
        (
            "CL list",
            format!("{head}Content-Length: 0, 5\r\n\r\n{smuggled}"),
        ),
        (
            "HTTP/1.0 with TE",
            format!(
                "POST / HTTP/1.0\r\nHost: {WIKI}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{smuggled}"
            ),
        ),
        (
            "obs-fold",
            format!("GET / HTTP/1.1\r\nHost: {WIKI}\r\nX-A: b\r\n  folded\r\n\r\n"),
        ),
        ("bare LF", format!("GET / HTTP/1.1\nHost: {WIKI}\n\n")),
        (
            "one bare LF",
            format!("GET / HTTP/1.1\r\nHost: {WIKI}\r\nX: y\nZ: w\r\n\r\n"),
        ),
        (
            "NUL in a value",
            format!("GET / HTTP/1.1\r\nHost: {WIKI}\r\nX: a\0b\r\n\r\n"),
        ),
        (
            "CR in a value",
            format!("GET / HTTP/1.1\r\nHost: {WIKI}\r\nX: a\rb\r\n\r\n"),
        ),
        (
            "space in a name",
            format!("GET / HTTP/1.1\r\nHost: {WIKI}\r\nX Y: a\r\n\r\n"),
        ),
        (
            "two hosts",
            format!("GET / HTTP/1.1\r\nHost: {WIKI}\r\nHost: other.example.com\r\n\r\n"),
        ),
        ("no host", "GET / HTTP/1.1\r\n\r\n".to_owned()),
        ("HTTP/0.9", "GET /\r\n\r\n".to_owned()),
    ] {
        let back = exchange(gatehouse.address, &bytes).await;
        let answer = parse(&back);
        assert!(matches!(answer.status, 400 | 0), "{what}: {}", answer.head);
        let text = String::from_utf8_lossy(&back).into_owned();
        assert_eq!(
            text.matches("HTTP/1.1 ").count(),
            usize::from(answer.status != 0),
            "{what}"
        );
        assert!(origin.received().is_empty(), "{what} reached the upstream");
    }
}

#[tokio::test]
async fn attack_12_connect_and_trace_pass_no_gate() {
    let origin = Origin::saying("hello").await;
    let gatehouse = gate(&origin).await;
    for request in [
        format!("CONNECT {WIKI}:443 HTTP/1.1\r\nHost: {WIKI}:443\r\n\r\n"),
        format!("TRACE / HTTP/1.1\r\nHost: {WIKI}\r\n\r\n"),
    ] {
        let answer = parse(&exchange(gatehouse.address, &request).await);
        assert_eq!(answer.status, 405, "{request}");
    }
    assert!(origin.received().is_empty());
}

#[tokio::test]
async fn attack_12_chunks_with_extensions_are_forwarded_as_the_one_body_that_they_are() {
    let origin = Origin::saying("hello").await;
    let gatehouse = gate(&origin).await;
    let bytes = format!(
        "POST / HTTP/1.1\r\nHost: {WIKI}\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n\
         5;a=b\r\nabcde\r\n0\r\n\r\n"
    );
    let answer = parse(&exchange(gatehouse.address, bytes).await);
    let received = origin.received();
    match answer.status {
        200 => {
            assert_eq!(received.len(), 1);
            assert_eq!(received[0].body, b"abcde");
        }
        status => assert!(status == 400 && received.is_empty(), "{status}"),
    }
}

#[tokio::test]
async fn attack_12_chunks_that_are_malformed_complete_no_request() {
    let origin = Origin::saying("hello").await;
    let gatehouse = gate(&origin).await;
    for body in [
        "5\nabcde\n0\n\n",
        "0x5\r\nabcde\r\n0\r\n\r\n",
        "-1\r\n\r\n",
        "5 \r\nabcdeXX0\r\n\r\n",
        "ffffffffffffffff1\r\na",
    ] {
        let bytes = format!(
            "POST / HTTP/1.1\r\nHost: {WIKI}\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n{body}"
        );
        let answer = parse(&exchange(gatehouse.address, bytes).await);
        assert_ne!(answer.status, 200, "{body:?}");
        assert!(origin.received().is_empty(), "{body:?}");
    }
}

#[tokio::test]
async fn attack_12_each_pipelined_request_is_judged() {
    let origin = Origin::saying("hello").await;
    let (private, open) = ("private.example.com", WIKI);
    let gatehouse = Gatehouse::before(vec![
        public(open, origin.address),
        application(private, origin.address),
    ])
    .await;
    let bytes = format!(
        "POST /a HTTP/1.1\r\nHost: {open}\r\nContent-Length: 3\r\n\r\nabc\
         GET /secret HTTP/1.1\r\nHost: {private}\r\nConnection: close\r\n\r\n"
    );
    let back = exchange(gatehouse.address, bytes).await;
    let lines: Vec<_> = origin
        .received()
        .iter()
        .map(|r| r.request_line().to_owned())
        .collect();
    assert_eq!(lines, ["POST /a HTTP/1.1"]);
    let text = String::from_utf8_lossy(&back).into_owned();
    assert!(!text.contains("HTTP/1.1 200 OK\r\n") || text.matches("hello").count() == 1);
}

#[tokio::test]
async fn attack_12_after_an_upgrade_that_was_answered_with_200_nothing_more_is_forwarded() {
    let origin = Origin::saying("no upgrade").await;
    let gatehouse = Gatehouse::before(vec![Application {
        websockets: WebSockets {
            enabled: true,
            allowed_origins: Vec::new(),
        },
        ..public(WIKI, origin.address)
    }])
    .await;
    let bytes = format!(
        "GET /live HTTP/1.1\r\nHost: {WIKI}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n\
         GET /smuggled HTTP/1.1\r\nHost: {WIKI}\r\nX-Gatehouse-Assertion: forged\r\nConnection: close\r\n\r\n"
    );
    exchange(gatehouse.address, bytes).await;
    for request in origin.received() {
        assert!(
            request.header("x-gatehouse-assertion").is_empty(),
            "{}",
            request.head
        );
    }
    assert!(origin.received().len() <= 1);
}

#[tokio::test]
async fn attack_12_the_body_of_a_refused_request_is_not_read_as_the_next_one() {
    let origin = Origin::start(|_| Answer::Close).await;
    let mut gatehouse = Gatehouse::before(vec![application(WIKI, origin.address)]).await;
    let body = format!("GET /smuggled HTTP/1.1\r\nHost: {WIKI}\r\n\r\n");
    let bytes = format!(
        "POST / HTTP/1.1\r\nHost: {WIKI}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let back = exchange(gatehouse.address, bytes).await;
    assert_eq!(parse(&back).status, 401);
    assert_eq!(gatehouse.event().await.path, "/");
    assert!(gatehouse.events().is_empty());
    assert!(origin.received().is_empty());
}
