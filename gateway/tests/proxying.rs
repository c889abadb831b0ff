//! A request on its way to an application and back.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::applications::{application, public};
use crate::support::client::{get, request, send};
use crate::support::gatehouse::Gatehouse;
use crate::support::origin::{Answer, Origin};
use config::access_event::{ErrorSource, Outcome};

const WIKI: &str = "wiki.example.com";

#[tokio::test]
async fn a_request_of_someone_signed_in_reaches_the_application() {
    let origin = Origin::saying("hello").await;
    let mut gatehouse = Gatehouse::before(vec![application(WIKI, origin.address)]).await;
    let ada = gatehouse.sign_in("ada", WIKI);
    let answer = get(
        gatehouse.address,
        WIKI,
        "/page?x=1",
        &[("Cookie", &format!("a=b; {}; c=d", ada.cookie()))],
    )
    .await;
    assert_eq!((answer.status, answer.text().as_str()), (200, "hello"));
    let received = origin.received();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].request_line(), "GET /page?x=1 HTTP/1.1");
    assert_eq!(received[0].header("cookie"), ["a=b; c=d"]);
    assert_eq!(received[0].header("x-gatehouse-assertion").len(), 1);
    let event = gatehouse.event().await;
    assert_eq!(event.outcome, Outcome::Granted);
    assert_eq!(event.username.as_deref(), Some("ada"));
    assert_eq!((event.status, event.path.as_str()), (200, "/page"));
    assert_eq!(event.response_bytes, 5);
    assert!(event.upstream_us.is_some());
}

#[tokio::test]
async fn a_body_reaches_the_application_whole() {
    let origin = Origin::saying("thanks").await;
    let gatehouse = Gatehouse::before(vec![public(WIKI, origin.address)]).await;
    let body = "x".repeat(300_000);
    let head = request("POST", WIKI, "/", &[("Content-Length", "300000")]);
    let answer = send(gatehouse.address, head + &body).await;
    assert_eq!(answer.status, 200);
    assert_eq!(origin.received()[0].body.len(), 300_000);
}

#[tokio::test]
async fn an_upstream_that_is_down_is_answered_with_502_and_named_in_the_event() {
    let nowhere = crate::support::free_address();
    let mut gatehouse = Gatehouse::before(vec![public(WIKI, nowhere)]).await;
    let page = get(gatehouse.address, WIKI, "/", &[("Accept", "text/html")]).await;
    assert_eq!(page.status, 502);
    assert!(page.text().contains("The application does not respond"));
    let event = gatehouse.event().await;
    assert_eq!(event.error.unwrap().source, ErrorSource::Upstream);
    assert_eq!(event.upstream, Some(nowhere.to_string()));
}

#[tokio::test]
async fn an_upstream_that_breaks_off_is_answered_with_502() {
    let origin = Origin::start(|_| Answer::Close).await;
    let gatehouse = Gatehouse::before(vec![public(WIKI, origin.address)]).await;
    let answer = get(gatehouse.address, WIKI, "/", &[]).await;
    assert_eq!(answer.status, 502);
    assert!(answer.text().contains("\"code\":\"upstream_error\""));
}

#[tokio::test]
async fn an_event_stream_is_passed_on_piece_by_piece() {
    let origin = Origin::start(|_| Answer::Endless {
        head: b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n".to_vec(),
        piece: b"data: x\n\n".to_vec(),
        every: Duration::from_millis(50),
    })
    .await;
    let gatehouse = Gatehouse::before(vec![public(WIKI, origin.address)]).await;
    let mut stream = tokio::net::TcpStream::connect(gatehouse.address)
        .await
        .unwrap();
    let asked = request("GET", WIKI, "/", &[]);
    stream.write_all(asked.as_bytes()).await.unwrap();
    let mut seen = Vec::new();
    let three = async {
        while String::from_utf8_lossy(&seen).matches("data: x").count() < 3 {
            stream.read_buf(&mut seen).await.unwrap();
        }
    };
    tokio::time::timeout(Duration::from_secs(3), three)
        .await
        .expect("the stream was held back");
}

#[tokio::test]
async fn attack_07_a_target_that_is_no_path_reaches_no_application() {
    let origin = Origin::saying("hello").await;
    let gatehouse = Gatehouse::before(vec![public(WIKI, origin.address)]).await;
    for target in ["admin/secret", "foo:bar", "?a=b", "*"] {
        let answer = get(gatehouse.address, WIKI, target, &[]).await;
        assert_eq!(answer.status, 400, "{target}");
    }
    assert!(origin.received().is_empty());
}

#[tokio::test]
async fn attack_08_an_absolute_target_reaches_the_application_as_the_path_that_was_judged() {
    let origin = Origin::saying("hello").await;
    let gatehouse = Gatehouse::before(vec![public(WIKI, origin.address)]).await;
    let target = format!("http://{WIKI}/page?x=1");
    let answer = get(gatehouse.address, WIKI, &target, &[]).await;
    assert_eq!(answer.status, 200);
    let received = origin.received();
    assert_eq!(received[0].request_line(), "GET /page?x=1 HTTP/1.1");
    assert_eq!(received[0].header("host"), [WIKI]);
}
