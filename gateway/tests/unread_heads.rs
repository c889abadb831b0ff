//! Heads that cannot be read leave an access event, and a flood of them a few.

use std::time::Duration;

use config::access_event::Outcome;
use config::clock::Stopwatch;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::support::applications::public;
use crate::support::client::{exchange, get, read_to_end};
use crate::support::gatehouse::{Builder, Gatehouse};
use crate::support::origin::Origin;

const WIKI: &str = "wiki.example.com";

fn denied(reason: &str) -> Outcome {
    Outcome::Denied(reason.into())
}

async fn gate(origin: &Origin) -> Gatehouse {
    Builder::new()
        .applications(vec![public(WIKI, origin.address)])
        .with(|settings| settings.limits.head_timeout = Duration::from_secs(1))
        .start()
        .await
}

#[tokio::test]
async fn attack_12_a_head_that_cannot_be_read_is_recorded_with_its_address_and_reason() {
    let origin = Origin::saying("hello").await;
    let mut gatehouse = gate(&origin).await;
    let connect = format!("CONNECT {WIKI}:443 HTTP/1.1\r\nHost: {WIKI}:443\r\n\r\n");
    for (bytes, reason, status) in [
        ("GET / HTTP/9.9\r\n\r\n", "malformed_head", 400),
        ("\x16\x03\x01\x02\x01 TLS\r\n\r\n", "malformed_head", 400),
        ("GET / HTTP/1.1\r\nX Y: z\r\n\r\n", "malformed_head", 400),
        (connect.as_str(), "method_refused", 405),
    ] {
        exchange(gatehouse.address, bytes).await;
        let event = gatehouse.event().await;
        assert_eq!((event.outcome, event.status), (denied(reason), status));
        assert_eq!(event.client_address.unwrap().to_string(), "127.0.0.1");
    }
    let huge = format!("GET / HTTP/1.1\r\nX: {}", "y".repeat(2 << 20));
    let mut stream = TcpStream::connect(gatehouse.address).await.unwrap();
    let _ = stream.write_all(huge.as_bytes()).await;
    read_to_end(&mut stream).await;
    assert_eq!(gatehouse.event().await.outcome, denied("malformed_head"));
}

#[tokio::test]
async fn attack_20_a_head_that_does_not_come_to_its_end_is_recorded() {
    let origin = Origin::saying("hello").await;
    let mut gatehouse = gate(&origin).await;
    let mut slow = TcpStream::connect(gatehouse.address).await.unwrap();
    slow.write_all(b"GET / HT").await.unwrap();
    assert_eq!(gatehouse.event().await.outcome, denied("head_too_slow"));
    let mut gone = TcpStream::connect(gatehouse.address).await.unwrap();
    gone.write_all(b"GET / HT").await.unwrap();
    drop(gone);
    assert_eq!(gatehouse.event().await.outcome, denied("head_cut_short"));
}

#[tokio::test]
async fn a_second_request_that_cannot_be_read_is_recorded_and_an_idle_end_is_not() {
    let origin = Origin::saying("hello").await;
    let mut gatehouse = gate(&origin).await;
    let mut stream = TcpStream::connect(gatehouse.address).await.unwrap();
    let good = format!("GET / HTTP/1.1\r\nHost: {WIKI}\r\n\r\n");
    stream.write_all(good.as_bytes()).await.unwrap();
    assert_eq!(gatehouse.event().await.outcome, Outcome::Granted);
    stream.write_all(b"nonsense\r\n\r\n").await.unwrap();
    read_to_end(&mut stream).await;
    assert_eq!(gatehouse.event().await.outcome, denied("malformed_head"));

    let mut idle = TcpStream::connect(gatehouse.address).await.unwrap();
    idle.write_all(good.as_bytes()).await.unwrap();
    assert_eq!(gatehouse.event().await.outcome, Outcome::Granted);
    drop(idle);
    drop(TcpStream::connect(gatehouse.address).await.unwrap());
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(gatehouse.events().is_empty());
}

#[tokio::test]
async fn attack_20_a_flood_of_heads_that_cannot_be_read_leaves_a_few_events() {
    let origin = Origin::saying("hello").await;
    let mut gatehouse = gate(&origin).await;
    let since = Stopwatch::start();
    for _ in 0..300 {
        exchange(gatehouse.address, "nonsense\r\n\r\n").await;
    }
    assert_eq!(get(gatehouse.address, WIKI, "/", &[]).await.status, 200);
    let metrics = get(gatehouse.monitor, "monitor", "/metrics", &[]).await;
    let metrics = metrics.text();
    assert!(
        metrics.contains(
            "gatehouse_denials_total{application=\"none\",reason=\"malformed_head\"} 300"
        ),
        "{metrics}"
    );
    let recorded = gatehouse.events().len();
    let most = 20 * (since.elapsed().as_secs() + 2);
    assert!((20..=most).contains(&(recorded as u64)), "{recorded}");
}
