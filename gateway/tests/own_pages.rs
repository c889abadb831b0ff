//! Our own pages, called in this process.

use axum::Extension;
use axum::Router;
use axum::body::Body;
use axum::routing::{get as on_get, post};
use config::access_event::Outcome;
use config::link::Visitor;
use futures::StreamExt;

use crate::support::applications::application;
use crate::support::client::{get, request, send};
use crate::support::gatehouse::{ACCESS, Builder, Gatehouse};
use crate::support::origin::Origin;

const WIKI: &str = "wiki.example.com";

async fn who(Extension(visitor): Extension<Visitor>) -> String {
    let application = visitor.application.map(|id| id.to_string());
    format!(
        "{} {} {application:?}",
        visitor.client_address, visitor.host
    )
}

async fn length(body: Body) -> Result<String, String> {
    let mut bytes = 0;
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        bytes += chunk.map_err(|why| why.to_string())?.len();
    }
    Ok(bytes.to_string())
}

async fn pieces() -> Body {
    let pieces = futures::stream::iter(["one ", "two ", "three"]);
    Body::from_stream(pieces.map(Ok::<_, std::io::Error>))
}

async fn gate(origin: &Origin) -> Gatehouse {
    let pages = Router::new()
        .route("/", on_get(who))
        .route("/.gatehouse/start", on_get(who))
        .route("/length", post(length))
        .route("/api/v1/length", post(length))
        .route("/pieces", on_get(pieces));
    Builder::new()
        .applications(vec![application(WIKI, origin.address)])
        .pages(pages)
        .start()
        .await
}

#[tokio::test]
async fn the_access_host_and_the_gates_own_paths_are_answered_here() {
    let origin = Origin::saying("the application").await;
    let mut gatehouse = gate(&origin).await;
    let home = get(gatehouse.address, "ACCESS.example.com:443", "/", &[]).await;
    assert_eq!(
        (home.status, home.text()),
        (200, format!("127.0.0.1 {ACCESS} None"))
    );
    assert_eq!(gatehouse.event().await.outcome, Outcome::OwnPage);
    let start = get(gatehouse.address, WIKI, "/.gatehouse/start?return=/", &[]).await;
    assert_eq!(start.text(), format!("127.0.0.1 {WIKI} Some(\"{WIKI}\")"));
    assert!(origin.received().is_empty());
}

#[tokio::test]
async fn bodies_stream_both_ways() {
    let origin = Origin::saying("").await;
    let gatehouse = gate(&origin).await;
    let body = "x".repeat(200_000);
    let head = request("POST", ACCESS, "/length", &[("Content-Length", "200000")]);
    assert_eq!(send(gatehouse.address, head + &body).await.text(), "200000");
    let chunked = request(
        "POST",
        ACCESS,
        "/length",
        &[("Transfer-Encoding", "chunked")],
    );
    let sent = format!("{chunked}5\r\nabcde\r\n4\r\nfghi\r\n0\r\n\r\n");
    assert_eq!(send(gatehouse.address, sent).await.text(), "9");
    let pieces = get(gatehouse.address, ACCESS, "/pieces", &[]).await;
    assert!(pieces.text().contains("three"), "{}", pieces.text());
    let head = send(gatehouse.address, request("HEAD", ACCESS, "/pieces", &[])).await;
    assert_eq!((head.status, head.body.len()), (200, 0));
}

#[tokio::test]
async fn attack_20_a_body_larger_than_our_own_pages_take_is_refused() {
    let origin = Origin::saying("").await;
    let gatehouse = gate(&origin).await;
    let declared = request("POST", ACCESS, "/length", &[("Content-Length", "99000000")]);
    assert_eq!(send(gatehouse.address, declared).await.status, 413);
    let answer = send(gatehouse.address, chunked("/length", 40)).await;
    assert!(matches!(answer.status, 413 | 0), "{}", answer.head);
}

/// So many chunks of 64 KiB.
fn chunked(path: &str, chunks: usize) -> Vec<u8> {
    let head = request("POST", ACCESS, path, &[("Transfer-Encoding", "chunked")]);
    let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
    [head, chunk.repeat(chunks), "0\r\n\r\n".to_owned()]
        .concat()
        .into_bytes()
}

#[tokio::test]
async fn the_api_is_sent_more_than_a_page_and_not_without_end() {
    let origin = Origin::saying("").await;
    let gatehouse = gate(&origin).await;
    let answer = send(gatehouse.address, chunked("/api/v1/length", 40)).await;
    assert_eq!(answer.text(), (40 << 16).to_string(), "{}", answer.head);
    let one_too_many = ((64 << 20) + 1).to_string();
    let headers = [("Content-Length", one_too_many.as_str())];
    let declared = request("POST", ACCESS, "/api/v1/length", &headers);
    assert_eq!(send(gatehouse.address, declared).await.status, 413);
}
