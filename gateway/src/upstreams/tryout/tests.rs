//! What is told of upstreams that are well, and of each way in which they are not.

use config::link::Stage;
use config::snapshot::{Protocol, Timeouts, Upstream, UpstreamTls};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

fn pool(address: &str) -> Pool {
    Pool {
        upstreams: vec![Upstream {
            address: address.into(),
            weight: 1,
        }],
        protocol: Protocol::Http1,
        tls: None,
        host_header: HostHeader::Preserve,
        timeouts: Timeouts::default(),
        health_check: None,
        ejection: None,
        retries: 1,
    }
}

/// Answers whatever comes with this, and tells what came.
async fn answering(answer: &'static str) -> (String, tokio::sync::mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (told, heard) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let told = told.clone();
            tokio::spawn(async move {
                let mut bytes = [0; 4096];
                let Ok(count) = stream.read(&mut bytes).await else {
                    return;
                };
                if count > 0 {
                    let _ = told.send(String::from_utf8_lossy(&bytes[..count]).into_owned());
                    let _ = stream.write_all(answer.as_bytes()).await;
                }
            });
        }
    });
    (address, heard)
}

async fn tried(pool: &Pool) -> Vec<(Stage, bool, String)> {
    let tried = try_pool(pool, "wiki.example.com").await.unwrap();
    let steps = tried.into_iter().flat_map(|upstream| upstream.steps);
    steps
        .map(|step| (step.stage, step.succeeded, step.finding.en))
        .collect()
}

fn last(steps: &[(Stage, bool, String)]) -> (Stage, bool, &str) {
    let (stage, succeeded, finding) = steps.last().unwrap();
    (*stage, *succeeded, finding)
}

#[tokio::test]
async fn an_upstream_that_is_well_is_told_step_by_step() {
    let (address, mut heard) = answering("HTTP/1.1 204 No Content\r\n\r\n").await;
    let steps = tried(&pool(&address)).await;
    let stages: Vec<_> = steps
        .iter()
        .map(|(stage, good, _)| (*stage, *good))
        .collect();
    let good = [Stage::Resolve, Stage::Connect, Stage::Answer].map(|stage| (stage, true));
    assert_eq!(stages, good);
    assert_eq!(last(&steps).2, "it answers 204 over HTTP/1.1");
    let request = heard.recv().await.unwrap();
    assert!(request.starts_with("GET / HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("wiki.example.com"), "{request}");
}

#[tokio::test]
async fn attack_27_a_redirect_is_told_and_not_followed() {
    const AWAY: &str = "HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/secret\r\nContent-Length: 6\r\n\r\nsecret";
    let (address, _heard) = answering(AWAY).await;
    let steps = tried(&pool(&address)).await;
    assert_eq!(
        last(&steps),
        (Stage::Answer, true, "it answers 302 over HTTP/1.1")
    );
    let told = format!("{steps:?}");
    assert!(
        !told.contains("secret"),
        "nothing of the answer is passed on"
    );
}

#[tokio::test]
async fn attack_27_where_machines_tell_secrets_nothing_is_tried() {
    for address in ["169.254.169.254:80", "[fe80::1]:80", "0.0.0.0:80"] {
        let steps = tried(&pool(address)).await;
        let (stage, succeeded, finding) = last(&steps);
        assert_eq!((stage, succeeded), (Stage::Resolve, false), "{address}");
        assert!(finding.contains("no application can be"), "{finding}");
    }
}

#[tokio::test]
async fn what_stands_in_the_way_is_told_with_what_to_look_at() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = closed.local_addr().unwrap().to_string();
    drop(closed);
    let steps = tried(&pool(&address)).await;
    assert_eq!(last(&steps).0, Stage::Connect);
    assert!(last(&steps).2.contains("does the service run"), "{steps:?}");

    let (address, _heard) = answering("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n").await;
    let steps = tried(&pool(&address)).await;
    assert_eq!((last(&steps).0, last(&steps).1), (Stage::Answer, false));
    assert!(last(&steps).2.contains("503"), "{steps:?}");

    let (address, _heard) = answering("SSH-2.0-OpenSSH\r\n").await;
    let steps = tried(&pool(&address)).await;
    assert!(last(&steps).2.contains("no HTTP"), "{steps:?}");

    let (address, _heard) =
        answering("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").await;
    let mut over_tls = pool(&address);
    over_tls.tls = Some(UpstreamTls {
        server_name: "wiki.example.com".into(),
        ca_pem: None,
    });
    let steps = tried(&over_tls).await;
    assert_eq!(
        (last(&steps).0, last(&steps).1),
        (Stage::Tls, false),
        "{steps:?}"
    );

    let steps = tried(&pool("no-such-name.invalid:80")).await;
    assert_eq!((last(&steps).0, last(&steps).1), (Stage::Resolve, false));
    assert!(last(&steps).2.contains("cannot be resolved"), "{steps:?}");
}
