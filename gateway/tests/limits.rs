//! How much and how slowly a client may send.

use std::time::Duration;

use config::clock::Stopwatch;
use config::snapshot::{Application, Limits};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::support::applications::public;
use crate::support::client::{PATIENCE, get, parse, read_to_end, request, send};
use crate::support::gatehouse::{Builder, Gatehouse};
use crate::support::origin::Origin;

const WIKI: &str = "wiki.example.com";

#[tokio::test]
async fn attack_20_a_body_past_the_limit_of_its_application_is_refused() {
    let origin = Origin::saying("hello").await;
    let mut gatehouse = Gatehouse::before(vec![Application {
        limits: Limits {
            max_request_body: Some(1000),
            ..Limits::default()
        },
        ..public(WIKI, origin.address)
    }])
    .await;
    let declared = request("POST", WIKI, "/", &[("Content-Length", "1001")]);
    let answer = send(gatehouse.address, declared + &"x".repeat(1001)).await;
    assert_eq!(answer.status, 413);
    assert!(answer.text().contains("body_too_large"));
    let chunked = request("POST", WIKI, "/", &[("Transfer-Encoding", "chunked")]);
    let body = format!("3e8\r\n{0}\r\n3e8\r\n{0}\r\n0\r\n\r\n", "x".repeat(1000));
    let answer = send(gatehouse.address, chunked + &body).await;
    assert_eq!(answer.status, 413);
    assert!(origin.received().is_empty());
    for _ in 0..2 {
        let outcome = gatehouse.event().await.outcome;
        assert_eq!(
            outcome,
            config::access_event::Outcome::Denied("body_too_large".into())
        );
    }
    let fits = request("POST", WIKI, "/", &[("Content-Length", "1000")]);
    let answer = send(gatehouse.address, fits + &"x".repeat(1000)).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn attack_20_a_head_past_the_limit_is_refused() {
    let origin = Origin::saying("hello").await;
    let gatehouse = Gatehouse::before(vec![public(WIKI, origin.address)]).await;
    let long = "x".repeat(70_000);
    let answer = get(gatehouse.address, WIKI, "/", &[("X-Long", &long)]).await;
    assert_eq!(answer.status, 431);
    assert!(origin.received().is_empty());
}

#[tokio::test]
async fn attack_20_a_head_that_comes_byte_by_byte_is_not_waited_for() {
    let origin = Origin::saying("hello").await;
    let gatehouse = Builder::new()
        .applications(vec![public(WIKI, origin.address)])
        .with(|settings| settings.limits.head_timeout = Duration::from_secs(1))
        .start()
        .await;
    let slow = async {
        let mut stream = TcpStream::connect(gatehouse.address).await.unwrap();
        for byte in format!("GET / HTTP/1.1\r\nHost: {WIKI}\r\nX: ")
            .bytes()
            .cycle()
        {
            if stream.write_all(&[byte]).await.is_err() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, slow)
        .await
        .expect("the slow client was served for ever");
    assert_eq!(get(gatehouse.address, WIKI, "/", &[]).await.status, 200);
}

#[tokio::test]
async fn attack_20_a_body_that_does_not_come_is_not_waited_for() {
    let origin = Origin::saying("hello").await;
    let gatehouse = Builder::new()
        .applications(vec![public(WIKI, origin.address)])
        .with(|settings| settings.limits.body_timeout = Duration::from_secs(1))
        .start()
        .await;
    let mut stream = TcpStream::connect(gatehouse.address).await.unwrap();
    let head = request("POST", WIKI, "/", &[("Content-Length", "1000")]);
    stream.write_all(head.as_bytes()).await.unwrap();
    let answer = parse(&read_to_end(&mut stream).await);
    assert!(matches!(answer.status, 0 | 408), "{}", answer.head);
}

#[tokio::test]
async fn attack_20_connections_past_the_limit_are_closed_and_others_are_served() {
    let origin = Origin::saying("hello").await;
    let gatehouse = Builder::new()
        .applications(vec![public(WIKI, origin.address)])
        .with(|settings| settings.limits.connections = 16)
        .start()
        .await;
    let mut idle = Vec::new();
    for _ in 0..40 {
        idle.push(TcpStream::connect(gatehouse.address).await.unwrap());
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    let mut kept = Vec::new();
    for stream in idle {
        let mut byte = [0];
        let nothing_yet = stream.try_read(&mut byte).is_err();
        if nothing_yet {
            kept.push(stream);
        }
    }
    assert!((1..=16).contains(&kept.len()), "{} were kept", kept.len());
    let mut first = kept.swap_remove(0);
    let asked = request("GET", WIKI, "/", &[]);
    first.write_all(asked.as_bytes()).await.unwrap();
    assert_eq!(parse(&read_to_end(&mut first).await).status, 200);
    drop((first, kept));
    let watch = Stopwatch::start();
    // Closing takes a moment.
    while get(gatehouse.address, WIKI, "/", &[]).await.status != 200 {
        assert!(watch.elapsed() < PATIENCE, "nobody is let in any more");
    }
}
