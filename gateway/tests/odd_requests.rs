//! Requests that no honest client sends, one after another: whatever becomes of them, the upstream
//! must see no header of ours that is not ours, and no request that was not judged.

use config::snapshot::{Application, WebSockets};

use crate::support::applications::{application, public};
use crate::support::client::{exchange, parse};
use crate::support::gatehouse::Gatehouse;
use crate::support::origin::Origin;

const WIKI: &str = "wiki.example.com";
const SMUGGLED: &str = "GET /smuggled HTTP/1.1\r\nHost: wiki.example.com\r\n\r\n";

/// An application for anybody that takes WebSockets.
async fn gate(origin: &Origin) -> Gatehouse {
    let application = Application {
        websockets: WebSockets {
            enabled: true,
            allowed_origins: Vec::new(),
        },
        ..public(WIKI, origin.address)
    };
    Gatehouse::before(vec![application]).await
}

fn request(line: &str, headers: &str) -> Vec<u8> {
    format!("{line}\r\nHost: {WIKI}\r\nConnection: close\r\n{headers}\r\n").into_bytes()
}

/// Nothing of what the client made up has arrived, in a head or as a request of its own.
fn assert_clean(origin: &Origin, what: &str) {
    for received in origin.received() {
        for forged in ["forged", "/smuggled"] {
            assert!(!received.head.contains(forged), "{what}: {}", received.head);
        }
    }
}

#[tokio::test]
async fn attack_01_no_odd_byte_in_a_name_brings_our_headers_to_the_upstream() {
    let origin = Origin::saying("hello").await;
    let gatehouse = gate(&origin).await;
    for odd in [
        &b"X-Gatehouse-Assertion\x0b: forged\r\n"[..],
        b"X-Gatehouse-Assertion\t: forged\r\n",
        b"X-Gatehouse-Assertion : forged\r\n",
        b"X-Gatehouse-Assertion\0: forged\r\n",
        b"X-Gatehouse-Assertion\xff: forged\r\n",
        b"X-Gatehouse-Assertion\xc2\xa0: forged\r\n",
        b"\tX-Gatehouse-Assertion: forged\r\n",
        b"X: y\rX-Gatehouse-Assertion: forged\r\n",
        b"X: y\nX-Gatehouse-Assertion: forged\r\n",
        b"X: y\r\n\tX-Gatehouse-Assertion: forged\r\n",
        b"X: y\r\r\nX-Gatehouse-Assertion: forged\r\n",
        b"x_gatehouse-ASSERTION: forged\r\n",
        b"X-Gatehouse_Assertion: forged\r\n",
        b"X-Request-Id: forged\r\nx_request_id: forged\r\n",
        b"X-Forwarded-Host: forged\r\nX_Forwarded_Proto: forged\r\n",
    ] {
        let bytes = [
            format!("GET / HTTP/1.1\r\nHost: {WIKI}\r\nConnection: close\r\n").as_bytes(),
            odd,
            b"\r\n",
        ]
        .concat();
        exchange(gatehouse.address, bytes).await;
        assert_clean(&origin, &odd.escape_ascii().to_string());
    }
    exchange(gatehouse.address, request("GET / HTTP/1.1", "")).await;
    assert!(!origin.received().is_empty(), "an honest one arrives");
}

#[tokio::test]
async fn attack_01_a_trailer_is_no_way_to_say_who_is_calling() {
    let origin = Origin::saying("hello").await;
    let gatehouse = gate(&origin).await;
    for trailer in [
        "X-Gatehouse-Assertion: forged",
        "Content-Length: 50\r\nX-Gatehouse-Assertion: forged",
        "Transfer-Encoding: chunked\r\nHost: forged",
    ] {
        let head =
            "Transfer-Encoding: chunked\r\nTrailer: X-Gatehouse-Assertion\r\nTE: trailers\r\n";
        let mut bytes = request("POST / HTTP/1.1", head);
        bytes.extend(format!("5\r\nabcde\r\n0\r\n{trailer}\r\n\r\n{SMUGGLED}").bytes());
        exchange(gatehouse.address, bytes).await;
        assert_clean(&origin, trailer);
    }
}

#[tokio::test]
async fn attack_03_what_frames_a_request_cannot_be_named_as_hop_by_hop() {
    let origin = Origin::saying("hello").await;
    let gatehouse = Gatehouse::before(vec![application(WIKI, origin.address)]).await;
    let cookie = gatehouse.sign_in("ada", WIKI).cookie();
    for named in [
        "Content-Length",
        "Host",
        "X-Gatehouse-Assertion, X-Request-Id",
        "X-Forwarded-For, X-Forwarded-Host, X-Forwarded-Proto",
        "close, content-length, host, x-gatehouse-assertion",
        ",,Content-Length ,",
    ] {
        let before = origin.received().len();
        let bytes = format!(
            "POST / HTTP/1.1\r\nHost: {WIKI}\r\nCookie: {cookie}\r\n\
             Connection: close, {named}\r\nContent-Length: {}\r\n\r\n{SMUGGLED}",
            SMUGGLED.len()
        );
        let answer = parse(&exchange(gatehouse.address, bytes).await);
        let received = origin.received();
        assert!(matches!(answer.status, 200 | 400), "{named}");
        assert_clean(&origin, named);
        for request in &received[before..] {
            assert_eq!(request.body, SMUGGLED.as_bytes(), "{named}");
            assert_eq!(request.header("host"), [WIKI], "{named}");
            for ours in ["x-gatehouse-assertion", "x-request-id", "x-forwarded-for"] {
                assert_eq!(request.header(ours).len(), 1, "{named}: {ours}");
            }
        }
    }
}

#[tokio::test]
async fn attack_08_an_odd_host_or_target_leads_nowhere() {
    let origin = Origin::saying("hello").await;
    let gatehouse = gate(&origin).await;
    for head in [
        format!("GET / HTTP/1.1\r\nHost: user@{WIKI}\r\n"),
        format!("GET / HTTP/1.1\r\nHost: user:pass@{WIKI}:80\r\n"),
        "GET / HTTP/1.1\r\nHost:\r\n".to_owned(),
        "GET / HTTP/1.1\r\nHost: \r\n".to_owned(),
        "GET / HTTP/1.1\r\nHost: [::1]\r\n".to_owned(),
        "GET / HTTP/1.1\r\nHost: [::1\r\n".to_owned(),
        format!("GET / HTTP/1.1\r\nHost: {WIKI}/x\r\n"),
        format!("GET / HTTP/1.1\r\nHost: {WIKI}?x\r\n"),
        format!("GET / HTTP/1.1\r\nHost: {WIKI},other.example.com\r\n"),
        format!("GET / HTTP/1.1\r\nHost: {WIKI} other.example.com\r\n"),
        format!("GET / HTTP/1.1\r\nHost: {WIKI}:port\r\n"),
        format!("GET / HTTP/1.1\r\nHost: {WIKI}..\r\n"),
        format!("GET / HTTP/1.1\r\nHost: .{WIKI}\r\n"),
        "GET / HTTP/1.1\r\nHost: wiki%2eexample.com\r\n".to_owned(),
        format!("GET http://user@{WIKI}/ HTTP/1.1\r\nHost: {WIKI}\r\n"),
        format!("GET http://other.example.com/ HTTP/1.1\r\nHost: {WIKI}\r\n"),
        format!("GET http:///x HTTP/1.1\r\nHost: {WIKI}\r\n"),
        format!("GET {WIKI}:80 HTTP/1.1\r\nHost: {WIKI}\r\n"),
        format!("GET * HTTP/1.1\r\nHost: {WIKI}\r\n"),
        format!("GET /\t HTTP/1.1\r\nHost: {WIKI}\r\n"),
        format!("CONNECT / HTTP/1.1\r\nHost: {WIKI}\r\n"),
        format!("TRACE / HTTP/1.1\r\nHost: {WIKI}\r\n"),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n".to_owned(),
    ] {
        let bytes = format!("{head}Connection: close\r\n\r\n");
        let answer = parse(&exchange(gatehouse.address, bytes).await);
        let reached = origin.received().pop().map(|r| r.head);
        assert_eq!(reached, None, "{head}");
        assert_ne!(answer.status, 200, "{head}");
    }
}

#[tokio::test]
async fn attack_12_chunks_no_two_servers_need_agree_on_complete_no_request() {
    let origin = Origin::saying("hello").await;
    let gatehouse = gate(&origin).await;
    for body in [
        "5\r\nabcde\r0\r\n\r\n",
        "5\rabcde\r\n0\r\n\r\n",
        "5;x\nabcde\r\n0\r\n\r\n",
        "5;x=\"\r\nabcde\r\n0\r\n\r\n0\r\n\r\n\";\r\n",
        "+5\r\nabcde\r\n0\r\n\r\n",
        "5_0\r\nabcde\r\n0\r\n\r\n",
        " 5\r\nabcde\r\n0\r\n\r\n",
        "\t5\r\nabcde\r\n0\r\n\r\n",
        "5,5\r\nabcde\r\n0\r\n\r\n",
        "\r\nabcde\r\n0\r\n\r\n",
        "10000000000000005\r\nabcde\r\n0\r\n\r\n",
        "5\r\nabcdef\r\n0\r\n\r\n",
        "5\0\r\nabcde\r\n0\r\n\r\n",
        "5\r\nabcde\r\n0\r\nX: y\n\r\n",
        "5\r\nabcde\r\n00000000000000000000\r\n\r\n",
    ] {
        let mut bytes = request("POST / HTTP/1.1", "Transfer-Encoding: chunked\r\n");
        bytes.extend(format!("{body}{SMUGGLED}").bytes());
        exchange(gatehouse.address, bytes).await;
        assert_clean(&origin, body);
        for received in origin.received() {
            assert!(
                matches!(&received.body[..], b"abcde" | b""),
                "{body:?}: {:?}",
                received.body.escape_ascii().to_string()
            );
        }
    }
}

#[tokio::test]
async fn attack_12_no_upgrade_but_a_websockets_reaches_the_upstream() {
    let origin = Origin::saying("hello").await;
    let gatehouse = gate(&origin).await;
    for headers in [
        "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n",
        "Upgrade: h2c, websocket\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n",
        "Upgrade: TLS/1.0\r\n",
        "Upgrade: websocket\r\nUpgrade: h2c\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
        "Upgrade: WebSocket \r\nSec-WebSocket-Version: 8\r\n",
    ] {
        let bytes = format!(
            "GET / HTTP/1.1\r\nHost: {WIKI}\r\nConnection: Upgrade, HTTP2-Settings, close\r\n\
             {headers}\r\n{SMUGGLED}"
        );
        exchange(gatehouse.address, bytes).await;
        assert_clean(&origin, headers);
        for received in origin.received() {
            let head = received.head.to_ascii_lowercase();
            assert!(!head.contains("h2c") && !head.contains("tls/1.0"), "{head}");
            assert!(!head.contains("http2-settings"), "{head}");
        }
    }
}

#[tokio::test]
async fn attack_12_a_body_that_was_not_asked_for_is_no_request() {
    let origin = Origin::saying("hello").await;
    let gatehouse = gate(&origin).await;
    for (line, headers) in [
        ("GET / HTTP/1.1", "Content-Length: 50\r\n"),
        ("HEAD / HTTP/1.1", "Content-Length: 50\r\n"),
        ("OPTIONS * HTTP/1.1", "Content-Length: 50\r\n"),
        ("DELETE / HTTP/1.1", "Content-Length: 50\r\n"),
        (
            "POST / HTTP/1.1",
            "Content-Length: 50\r\nExpect: 100-continue\r\n",
        ),
        (
            "POST / HTTP/1.1",
            "Content-Length: 50\r\nExpect: nonsense\r\n",
        ),
        ("POST / HTTP/1.0", "Content-Length: 50\r\n"),
    ] {
        assert_eq!(SMUGGLED.len(), 50);
        let mut bytes = request(line, headers);
        bytes.extend(SMUGGLED.bytes());
        exchange(gatehouse.address, bytes).await;
        assert_clean(&origin, line);
    }
}
