//! Bodies that come slowly on purpose (row 20): not waited for; and those that come slowly because
//! that is what they are: left alone.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::routing::post as on_post;
use bytes::Bytes;
use config::access_event::Outcome;
use config::settings::Settings;
use config::snapshot::{Application, Protocol, WebSockets};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::applications::public;
use crate::support::authority::Authority;
use crate::support::client::{PATIENCE, parse, read_to_end, request};
use crate::support::gatehouse::{ACCESS, Builder, Gatehouse};
use crate::support::modern::Modern;
use crate::support::origin::{Answer, Origin};
use crate::support::streams::{Connection, Upload, read};

const WIKI: &str = "wiki.example.com";
const PAUSE: Duration = Duration::from_millis(50);

/// A second's grace, then at least 1000 bytes a second.
fn strict(settings: &mut Settings) {
    settings.limits.body_grace = Duration::from_secs(1);
    settings.limits.body_rate = 1000;
}

async fn before(application: Application) -> Gatehouse {
    let builder = Builder::new().applications(vec![application]);
    builder.with(strict).start().await
}

/// Sends `pieces` of the body, one after each pause, until the other side has had enough.
async fn dribble(stream: &mut TcpStream, piece: &[u8], pieces: usize) {
    for _ in 0..pieces {
        if stream.write_all(piece).await.is_err() {
            return;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// What comes back when a body comes in small pieces for longer than it may.
async fn answer_to_a_slow(gatehouse: &Gatehouse, head: &str, piece: &[u8]) -> u16 {
    let stream = TcpStream::connect(gatehouse.address).await.unwrap();
    let (mut reading, mut writing) = stream.into_split();
    writing.write_all(head.as_bytes()).await.unwrap();
    let piece = piece.to_vec();
    let sending = tokio::spawn(async move {
        while writing.write_all(&piece).await.is_ok() {
            tokio::time::sleep(PAUSE).await;
        }
    });
    let answer = parse(&read_to_end(&mut reading).await);
    sending.abort();
    answer.status
}

fn too_slow() -> Outcome {
    Outcome::Denied("body_too_slow".into())
}

#[tokio::test]
async fn attack_20_a_body_that_never_falls_silent_but_hardly_comes_is_not_waited_for() {
    let origin = Origin::saying("hello").await;
    let mut gatehouse = before(public(WIKI, origin.address)).await;
    for (header, piece) in [
        (("Content-Length", "100000"), &b"x"[..]),
        (("Transfer-Encoding", "chunked"), b"1\r\nx\r\n"),
    ] {
        let head = request("POST", WIKI, "/", &[header]);
        assert_eq!(answer_to_a_slow(&gatehouse, &head, piece).await, 408);
        let event = gatehouse.event().await;
        assert_eq!((event.outcome, event.status), (too_slow(), 408));
    }
    assert!(origin.received().is_empty());
}

#[tokio::test]
async fn attack_20_a_chunk_that_is_announced_for_ever_is_not_waited_for() {
    let origin = Origin::saying("hello").await;
    let mut gatehouse = before(public(WIKI, origin.address)).await;
    let head = request("POST", WIKI, "/", &[("Transfer-Encoding", "chunked")]) + "5;";
    let status = answer_to_a_slow(&gatehouse, &head, b"x").await;
    assert!(matches!(status, 400 | 408), "{status}");
    assert_ne!(gatehouse.event().await.outcome, Outcome::Granted);
    assert!(origin.received().is_empty());
}

async fn read_all(body: Body) -> &'static str {
    let _ = to_bytes(body, usize::MAX).await;
    "read"
}

#[tokio::test]
async fn attack_20_our_own_pages_wait_no_longer_for_a_body() {
    let pages = Router::new().route("/sign-in", on_post(read_all));
    let builder = Builder::new().pages(pages).with(strict);
    let mut gatehouse = builder.start().await;
    let head = request("POST", ACCESS, "/sign-in", &[("Content-Length", "1000")]);
    assert_eq!(answer_to_a_slow(&gatehouse, &head, b"x").await, 408);
    assert_eq!(gatehouse.event().await.outcome, too_slow());
}

#[tokio::test]
async fn an_upload_that_keeps_the_rate_is_let_through_however_long_it_takes() {
    let origin = Origin::saying("hello").await;
    let gatehouse = before(public(WIKI, origin.address)).await;
    let mut stream = TcpStream::connect(gatehouse.address).await.unwrap();
    let head = request("POST", WIKI, "/", &[("Content-Length", "8000")]);
    stream.write_all(head.as_bytes()).await.unwrap();
    dribble(&mut stream, &[b'x'; 200], 40).await;
    assert_eq!(parse(&read_to_end(&mut stream).await).status, 200);
    assert_eq!(origin.received()[0].body.len(), 8000);
}

/// A gateway that speaks HTTP/2, and a connection to it.
async fn modern(application: Application, change: fn(&mut Settings)) -> (Gatehouse, Connection) {
    let authority = Authority::new();
    let gatehouse = Builder::new()
        .applications(vec![application])
        .secured_by(&authority, WIKI)
        .with(change)
        .start()
        .await;
    let connection = Connection::open(gatehouse.address, &authority, WIKI).await;
    (gatehouse, connection)
}

async fn post(connection: &Connection, headers: &[(&str, &str)]) -> Upload {
    connection.post(&format!("https://{WIKI}/"), headers).await
}

/// Sends a byte now and then until there is an answer, or none will come.
async fn until_answered(upload: Upload) -> Result<u16, h2::Error> {
    let (mut body, mut answer) = (upload.body, upload.answer);
    let waiting = async {
        loop {
            tokio::select! {
                answer = &mut answer => return answer.map(|a| a.status().as_u16()),
                () = tokio::time::sleep(PAUSE) => {
                    let _ = body.send_data(Bytes::from_static(b"x"), false);
                }
            }
        }
    };
    tokio::time::timeout(PATIENCE, waiting)
        .await
        .expect("the slow client was served for ever")
}

#[tokio::test]
async fn attack_20_a_slow_body_over_http_2_is_not_waited_for() {
    let origin = Origin::saying("hello").await;
    let (mut gatehouse, connection) = modern(public(WIKI, origin.address), strict).await;
    let answered = until_answered(post(&connection, &[]).await).await;
    assert!(!matches!(answered, Ok(200)), "{answered:?}");
    assert_eq!(gatehouse.event().await.outcome, too_slow());
    assert!(origin.received().is_empty());
}

#[tokio::test]
async fn attack_20_a_body_over_http_2_that_does_not_come_is_not_waited_for() {
    let origin = Origin::saying("hello").await;
    let impatient = |settings: &mut Settings| {
        settings.limits.body_timeout = Duration::from_secs(1);
    };
    let (mut gatehouse, connection) = modern(public(WIKI, origin.address), impatient).await;
    let upload = post(&connection, &[]).await;
    let answer = tokio::time::timeout(PATIENCE, upload.answer).await;
    assert!(answer.expect("it was waited for").is_err());
    assert_eq!(gatehouse.event().await.outcome, too_slow());
    assert!(origin.received().is_empty());
}

#[tokio::test]
async fn a_grpc_stream_may_be_as_slow_as_it_likes() {
    let origin = Modern::start(None).await;
    let mut application = public(WIKI, origin.address);
    application.pool.protocol = Protocol::Http2;
    let (_gatehouse, connection) = modern(application, strict).await;
    let grpc = [("content-type", "application/grpc"), ("te", "trailers")];
    let mut upload = post(&connection, &grpc).await;
    for _ in 0..40 {
        let sent = upload.body.send_data(Bytes::from_static(b"x"), false);
        sent.unwrap();
        tokio::time::sleep(PAUSE).await;
    }
    upload.body.send_data(Bytes::new(), true).unwrap();
    let answer = upload.answer.await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(read(answer.into_body()).await, (vec![b'x'; 40], false));
}

/// An upstream that begins to answer at the head of a request, and ends when so much of its body has
/// come.
async fn talking(length: usize) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut seen = Vec::new();
        let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        let end = loop {
            assert_ne!(stream.read_buf(&mut seen).await.unwrap(), 0);
            if let Some(at) = seen.windows(4).position(|w| w == b"\r\n\r\n") {
                break at + 4;
            }
        };
        stream.write_all(head).await.unwrap();
        while seen.len() < end + length {
            assert_ne!(stream.read_buf(&mut seen).await.unwrap(), 0);
        }
        stream.write_all(b"0\r\n\r\n").await.unwrap();
    });
    address
}

#[tokio::test]
async fn once_the_application_answers_the_two_talk_as_slowly_as_they_like() {
    let gatehouse = before(public(WIKI, talking(40).await)).await;
    let mut stream = TcpStream::connect(gatehouse.address).await.unwrap();
    let head = request("POST", WIKI, "/", &[("Content-Length", "40")]);
    stream.write_all(head.as_bytes()).await.unwrap();
    dribble(&mut stream, b"x", 40).await;
    let back = read_to_end(&mut stream).await;
    assert!(back.ends_with(b"0\r\n\r\n"), "{}", back.escape_ascii());
}

#[tokio::test]
async fn a_websocket_may_be_silent_for_longer_than_a_body() {
    let origin = Origin::start(|_| {
        Answer::Echo(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
                .to_vec(),
        )
    })
    .await;
    let application = Application {
        websockets: WebSockets {
            enabled: true,
            allowed_origins: Vec::new(),
        },
        ..public(WIKI, origin.address)
    };
    let builder = Builder::new().applications(vec![application]);
    let gatehouse = builder
        .with(|settings| settings.limits.body_timeout = Duration::from_secs(1))
        .start()
        .await;
    let asked = format!(
        "GET /live HTTP/1.1\r\nHost: {WIKI}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    let mut stream = TcpStream::connect(gatehouse.address).await.unwrap();
    stream.write_all(asked.as_bytes()).await.unwrap();
    let mut seen = Vec::new();
    while !seen.ends_with(b"\r\n\r\n") {
        assert_ne!(stream.read_buf(&mut seen).await.unwrap(), 0);
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    stream.write_all(b"ping").await.unwrap();
    let mut echoed = [0; 4];
    stream.read_exact(&mut echoed).await.unwrap();
    assert_eq!(&echoed, b"ping");
}
