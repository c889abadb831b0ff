//! HTTP/2 requests that no client library would send (RFC 9113 §8.2, §8.3), each written byte by byte
//! on a connection of its own. An upstream of HTTP/1.1 must see nothing of what they try to bring in.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::support::applications::public;
use crate::support::authority::Authority;
use crate::support::client::PATIENCE;
use crate::support::frames::{self, END_HEADERS, END_STREAM, literal};
use crate::support::gatehouse::{Builder, Gatehouse};
use crate::support::origin::{Origin, Received};

const WIKI: &str = "wiki.example.com";

struct World {
    origin: Origin,
    gatehouse: Gatehouse,
    authority: Authority,
}

impl World {
    async fn start() -> Self {
        let (origin, authority) = (Origin::saying("hello").await, Authority::new());
        let gatehouse = Builder::new()
            .applications(vec![public(WIKI, origin.address)])
            .secured_by(&authority, WIKI)
            .start()
            .await;
        Self {
            origin,
            gatehouse,
            authority,
        }
    }

    /// Sends these frames, and returns what has reached the upstream before a later request did.
    async fn send(&self, frames: &[Vec<u8>]) -> Vec<Received> {
        let before = self.origin.received().len();
        send(self.gatehouse.address, &self.authority, frames).await;
        let later = get(&[METHOD, SCHEME, AUTHORITY, (":path", "/later")]);
        send(self.gatehouse.address, &self.authority, &later).await;
        let mut received = self.origin.received().split_off(before);
        received.retain(|request| request.request_line() != "GET /later HTTP/1.1");
        received
    }
}

/// Sends these frames, and waits until the stream is answered or refused.
async fn send(address: SocketAddr, authority: &Authority, frames: &[Vec<u8>]) {
    let connector = TlsConnector::from(Arc::new(authority.client(&[b"h2"])));
    let stream = TcpStream::connect(address).await.unwrap();
    let mut stream = connector
        .connect(WIKI.try_into().unwrap(), stream)
        .await
        .unwrap();
    let mut bytes = [frames::PREFACE, &frames::settings()].concat();
    bytes.extend(frames.iter().flatten());
    let _ = stream.write_all(&bytes).await;
    let mut read = Vec::new();
    let reading = async {
        while !frames::has_settled(&read)
            && matches!(stream.read_buf(&mut read).await, Ok(n) if n > 0)
        {}
    };
    let settled = tokio::time::timeout(PATIENCE, reading).await;
    settled.expect("it was neither answered nor refused");
}

/// A head of these fields, in this order.
fn block(fields: &[(&str, &str)]) -> Vec<u8> {
    let fields = fields.iter();
    fields.flat_map(|(n, v)| literal(n, v)).collect()
}

fn get(fields: &[(&str, &str)]) -> Vec<Vec<u8>> {
    vec![frames::headers(END_HEADERS | END_STREAM, 1, &block(fields))]
}

fn post(fields: &[(&str, &str)], body: &str) -> Vec<Vec<u8>> {
    vec![
        frames::headers(END_HEADERS, 1, &block(fields)),
        frames::frame(0x0, END_STREAM, 1, body.as_bytes()),
    ]
}

const METHOD: (&str, &str) = (":method", "GET");
const SCHEME: (&str, &str) = (":scheme", "https");
const AUTHORITY: (&str, &str) = (":authority", WIKI);
const PATH: (&str, &str) = (":path", "/");

#[tokio::test]
async fn an_honest_stream_arrives() {
    let world = World::start().await;
    let received = world.send(&get(&[METHOD, SCHEME, AUTHORITY, PATH])).await;
    assert_eq!(received.len(), 1);
}

#[tokio::test]
async fn attack_12_malformed_heads_of_http_2_reach_no_upstream() {
    let world = World::start().await;
    let good = [METHOD, SCHEME, AUTHORITY, PATH];
    let and = |field| [&good[..], &[field]].concat();
    for fields in [
        // pseudo headers twice, late, missing, unknown
        and((":path", "/smuggled")),
        and((":method", "POST")),
        and((":authority", "other.example.com")),
        and((":protocol", "websocket")),
        and((":status", "200")),
        vec![METHOD, SCHEME, AUTHORITY, ("x", "y"), PATH],
        vec![METHOD, SCHEME, AUTHORITY],
        vec![SCHEME, AUTHORITY, PATH],
        // what is not a name
        and(("X-Upper", "y")),
        and(("x y", "z")),
        and(("x:", "z")),
        and(("x\r\ny", "z")),
        and(("", "z")),
        // what is not a value
        and(("x", "y\r\nx-gatehouse-assertion: forged")),
        and(("x", "y\nz")),
        and(("x", "y\rz")),
        and(("x", "y\0z")),
        // targets
        vec![METHOD, SCHEME, AUTHORITY, (":path", "")],
        vec![METHOD, SCHEME, AUTHORITY, (":path", "no-slash")],
        vec![METHOD, SCHEME, AUTHORITY, (":path", "/ HTTP/1.1\r\nx: y")],
        vec![METHOD, SCHEME, AUTHORITY, (":path", "/ HTTP/1.1")],
        vec![(":method", "GET /x HTTP/1.1"), SCHEME, AUTHORITY, PATH],
        vec![
            METHOD,
            SCHEME,
            (":authority", "user@wiki.example.com"),
            PATH,
        ],
        vec![
            METHOD,
            SCHEME,
            (":authority", "wiki.example.com\r\nx: y"),
            PATH,
        ],
        vec![METHOD, (":scheme", "https://x/"), AUTHORITY, PATH],
        and(("host", "other.example.com")),
        // what concerns a connection of HTTP/1
        and(("transfer-encoding", "chunked")),
        and(("connection", "x-gatehouse-assertion")),
        and(("upgrade", "h2c")),
        and(("te", "gzip")),
    ] {
        let received = world.send(&get(&fields)).await;
        for request in &received {
            let head = request.head.to_ascii_lowercase();
            let line = request.request_line();
            // What is let through all the same must be the one plain request that was judged.
            let plain = line == "GET / HTTP/1.1" && request.header("host") == [WIKI];
            let framing = [
                "forged",
                "transfer-encoding",
                "upgrade:",
                "te: gzip",
                "smuggled",
            ];
            assert!(plain, "{fields:?}: {head}");
            assert!(
                !framing.iter().any(|f| head.contains(f)),
                "{fields:?}: {head}"
            );
        }
        assert!(received.len() <= 1, "{fields:?}");
    }
}

#[tokio::test]
async fn attack_12_a_length_that_the_body_does_not_have_completes_no_request() {
    let world = World::start().await;
    let smuggled = "GET /smuggled HTTP/1.1\r\nHost: wiki.example.com\r\n\r\n";
    let length = smuggled.len().to_string();
    for claimed in ["0", "5", "100", "+5", "-1", "5, 5", "x", ""] {
        let head = [
            (":method", "POST"),
            SCHEME,
            AUTHORITY,
            PATH,
            ("content-length", claimed),
        ];
        let received = world.send(&post(&head, smuggled)).await;
        // What is declared to be empty is one, and the rest is an error of the stream.
        let empty = received.iter().all(|r| claimed == "0" && r.body.is_empty());
        assert!(empty && received.len() <= 1, "{claimed}: {received:?}");
    }
    let twice = [
        (":method", "POST"),
        SCHEME,
        AUTHORITY,
        PATH,
        ("content-length", &length),
        ("content-length", "5"),
    ];
    let received = world.send(&post(&twice, smuggled)).await;
    assert!(received.is_empty(), "{received:?}");
}

#[tokio::test]
async fn attack_01_trailers_of_http_2_are_no_headers() {
    let world = World::start().await;
    let head = [(":method", "POST"), SCHEME, AUTHORITY, PATH];
    let forged = block(&[("x-gatehouse-assertion", "forged"), ("host", "forged")]);
    let frames = [
        frames::headers(END_HEADERS, 1, &block(&head)),
        frames::frame(0x0, 0, 1, b"abcde"),
        frames::headers(END_HEADERS | END_STREAM, 1, &forged),
    ];
    for request in world.send(&frames).await {
        assert!(!request.head.contains("forged"), "{}", request.head);
        assert_eq!(request.body, b"abcde");
    }
}
