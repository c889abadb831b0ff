//! What is open is cut when what let it in no longer holds.

use std::time::Duration;

use config::access_event::Outcome;
use config::clock::Stopwatch;
use config::snapshot::{Access, Application, WebSockets};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::applications::application;
use crate::support::client::{read_to_end, request};
use crate::support::gatehouse::Gatehouse;
use crate::support::origin::{Answer, Origin};

const WIKI: &str = "wiki.example.com";
/// What is not to be cut is watched for so long.
const A_WHILE: Duration = Duration::from_secs(1);

fn with_websockets(origin: &Origin) -> Application {
    Application {
        websockets: WebSockets {
            enabled: true,
            allowed_origins: Vec::new(),
        },
        ..application(WIKI, origin.address)
    }
}

/// Opens something long, and returns when its first bytes have come.
async fn open(gatehouse: &Gatehouse, bytes: &str, until: &str) -> TcpStream {
    let mut stream = TcpStream::connect(gatehouse.address).await.unwrap();
    stream.write_all(bytes.as_bytes()).await.unwrap();
    let mut seen = Vec::new();
    while !String::from_utf8_lossy(&seen).contains(until) {
        assert_ne!(stream.read_buf(&mut seen).await.unwrap(), 0);
    }
    stream
}

/// What still comes until it is cut.
async fn until_cut(mut stream: TcpStream) -> Vec<u8> {
    let watch = Stopwatch::start();
    let rest = read_to_end(&mut stream).await;
    eprintln!("cut after {:?}", watch.elapsed());
    rest
}

async fn endless(kind: &str, piece: &'static [u8]) -> Origin {
    let head =
        format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\n\r\n");
    Origin::start(move |_| Answer::Endless {
        head: head.clone().into_bytes(),
        piece: piece.to_vec(),
        every: Duration::from_millis(20),
    })
    .await
}

#[tokio::test]
async fn attack_16_an_event_stream_is_cut_when_its_session_ends() {
    let origin = endless("text/event-stream", b"5\r\nabcde\r\n").await;
    let mut gatehouse = Gatehouse::before(vec![application(WIKI, origin.address)]).await;
    let ada = gatehouse.sign_in("ada", WIKI);
    let asked = request("GET", WIKI, "/", &[("Cookie", &ada.cookie())]);
    let stream = open(&gatehouse, &asked, "abcde").await;
    gatehouse.end(&ada);
    let rest = until_cut(stream).await;
    assert!(!rest.ends_with(b"0\r\n\r\n"), "the answer looks complete");
    let event = gatehouse.event().await;
    assert!(matches!(event.outcome, Outcome::Cut(_)), "{event:?}");
    assert_eq!(event.status, 200);
    assert!(event.response_bytes > 0);
}

#[tokio::test]
async fn attack_16_a_download_is_cut_when_the_rules_change() {
    let origin = endless("application/octet-stream", b"5\r\nabcde\r\n").await;
    let wiki = application(WIKI, origin.address);
    let mut gatehouse = Gatehouse::before(vec![wiki.clone()]).await;
    let ada = gatehouse.sign_in("ada", WIKI);
    let asked = request("GET", WIKI, "/", &[("Cookie", &ada.cookie())]);
    let stream = open(&gatehouse, &asked, "abcde").await;
    gatehouse.publish(vec![Application {
        access: Access::Rules(Vec::new()),
        ..wiki
    }]);
    let rest = until_cut(stream).await;
    assert!(!rest.ends_with(b"0\r\n\r\n"), "the answer looks complete");
    let event = gatehouse.event().await;
    assert_eq!(event.outcome, Outcome::Cut("no_rule_allows".into()));
}

#[tokio::test]
async fn attack_16_a_websocket_is_cut_when_its_session_ends() {
    let origin = Origin::start(|_| {
        Answer::Echo(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
                .to_vec(),
        )
    })
    .await;
    let mut gatehouse = Gatehouse::before(vec![with_websockets(&origin)]).await;
    let ada = gatehouse.sign_in("ada", WIKI);
    let asked = format!(
        "GET /live HTTP/1.1\r\nHost: {WIKI}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nCookie: {}\r\n\r\n",
        ada.cookie()
    );
    let mut stream = open(&gatehouse, &asked, "\r\n\r\n").await;
    stream.write_all(b"ping").await.unwrap();
    let mut echoed = [0; 4];
    stream.read_exact(&mut echoed).await.unwrap();
    assert_eq!(&echoed, b"ping");
    gatehouse.end(&ada);
    until_cut(stream).await;
    let event = gatehouse.event().await;
    assert!(matches!(event.outcome, Outcome::Cut(_)), "{event:?}");
}

#[tokio::test]
async fn attack_16_a_long_upload_is_cut_when_its_session_ends() {
    let origin = Origin::saying("too late").await;
    let mut gatehouse = Gatehouse::before(vec![application(WIKI, origin.address)]).await;
    let ada = gatehouse.sign_in("ada", WIKI);
    let asked = request(
        "POST",
        WIKI,
        "/",
        &[("Cookie", &ada.cookie()), ("Content-Length", "9000000")],
    );
    let mut stream = TcpStream::connect(gatehouse.address).await.unwrap();
    stream.write_all(asked.as_bytes()).await.unwrap();
    stream.write_all(&[b'x'; 1000]).await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    gatehouse.end(&ada);
    until_cut(stream).await;
    assert!(origin.received().is_empty());
    let event = gatehouse.event().await;
    assert!(matches!(event.outcome, Outcome::Cut(_)), "{event:?}");
}

#[tokio::test]
async fn a_stream_goes_on_while_others_lose_their_sessions() {
    let origin = endless("text/event-stream", b"5\r\nabcde\r\n").await;
    let gatehouse = Gatehouse::before(vec![application(WIKI, origin.address)]).await;
    let (ada, bob) = (
        gatehouse.sign_in("ada", WIKI),
        gatehouse.sign_in("bob", WIKI),
    );
    let asked = request("GET", WIKI, "/", &[("Cookie", &ada.cookie())]);
    let mut stream = open(&gatehouse, &asked, "abcde").await;
    gatehouse.end(&bob);
    let reading = tokio::time::timeout(A_WHILE, async {
        let mut buffer = Vec::new();
        while stream.read_buf(&mut buffer).await.unwrap() > 0 {}
    });
    assert!(reading.await.is_err(), "it was cut");
}
