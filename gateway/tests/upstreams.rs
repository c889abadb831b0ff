//! Which upstream gets a request.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use config::snapshot::{Application, Ejection, HealthCheck, HostHeader, Upstream};

use crate::support::applications::public;
use crate::support::client::{Answer as Got, get, request, send};
use crate::support::free_address;
use crate::support::gatehouse::Gatehouse;
use crate::support::origin::{Answer, Origin, Received, ok};

const WIKI: &str = "wiki.example.com";

pub fn upstream(address: impl std::fmt::Display, weight: u16) -> Upstream {
    Upstream {
        address: address.to_string(),
        weight,
    }
}

/// A public application with these upstreams.
pub fn application(upstreams: Vec<Upstream>) -> Application {
    let mut application = public(WIKI, free_address());
    application.pool.upstreams = upstreams;
    application
}

pub async fn ask(gatehouse: &Gatehouse) -> Got {
    get(gatehouse.address, WIKI, "/", &[]).await
}

#[tokio::test]
async fn requests_are_shared_by_weight() {
    let (a, b) = (Origin::saying("a").await, Origin::saying("b").await);
    let upstreams = vec![upstream(a.address, 3), upstream(b.address, 1)];
    let gatehouse = Gatehouse::before(vec![application(upstreams)]).await;
    for _ in 0..40 {
        assert_eq!(ask(&gatehouse).await.status, 200);
    }
    assert_eq!((a.received().len(), b.received().len()), (30, 10));
}

#[tokio::test]
async fn an_upstream_that_is_down_costs_no_request_whatever_the_method() {
    let up = Origin::saying("up").await;
    let upstreams = vec![upstream(free_address(), 1), upstream(up.address, 1)];
    let mut gatehouse = Gatehouse::before(vec![application(upstreams)]).await;
    for method in ["GET", "POST", "GET", "POST"] {
        let text = request(method, WIKI, "/", &[("Content-Length", "4")]) + "body";
        let answer = send(gatehouse.address, text).await;
        assert_eq!(
            (answer.status, answer.text().as_str()),
            (200, "up"),
            "{method}"
        );
        let event = gatehouse.event().await;
        assert_eq!(event.upstream, Some(up.address.to_string()));
    }
    assert!(up.received().iter().all(|r| r.body == b"body"));
}

#[tokio::test]
async fn an_upstream_that_fails_again_and_again_is_left_alone() {
    let bad = Origin::start(|_| {
        Answer::Bytes(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n".to_vec())
    })
    .await;
    let good = Origin::saying("good").await;
    let mut wiki = application(vec![upstream(bad.address, 1), upstream(good.address, 1)]);
    wiki.pool.ejection = Some(Ejection {
        after_failures: 3,
        for_ms: 60_000,
    });
    let gatehouse = Gatehouse::before(vec![wiki]).await;
    let mut statuses = Vec::new();
    for _ in 0..20 {
        statuses.push(ask(&gatehouse).await.status);
    }
    assert_eq!(statuses.iter().filter(|s| **s == 503).count(), 3);
    assert_eq!(bad.received().len(), 3);
}

#[tokio::test]
async fn an_upstream_that_does_not_answer_its_checks_gets_no_requests_until_it_does() {
    let well = Arc::new(AtomicBool::new(false));
    let shown = Arc::clone(&well);
    let checked = Origin::start(move |request| {
        if request.request_line().contains("/healthz") && !shown.load(Ordering::Relaxed) {
            Answer::Bytes(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n".to_vec())
        } else {
            ok("checked")
        }
    })
    .await;
    let other = Origin::saying("other").await;
    let mut wiki = application(vec![
        upstream(checked.address, 1),
        upstream(other.address, 1),
    ]);
    wiki.pool.host_header = HostHeader::Fixed("wiki.internal".into());
    wiki.pool.health_check = Some(checks_at("/healthz"));
    let mut gatehouse = Gatehouse::before(vec![wiki]).await;
    until(|| checked.received().len() >= 2).await;
    for _ in 0..10 {
        assert_eq!(ask(&gatehouse).await.text(), "other");
    }
    assert_eq!(checked.received()[0].header("host"), ["wiki.internal"]);
    well.store(true, Ordering::Relaxed);
    let mut said = String::new();
    for _ in 0..200 {
        said = ask(&gatehouse).await.text();
        if said == "checked" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert_eq!(said, "checked");
    // The checks end with the pool.
    gatehouse.publish(vec![application(vec![upstream(other.address, 1)])]);
    tokio::time::sleep(Duration::from_millis(500)).await;
    let before = checked.received().len();
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(checked.received().len(), before);
}

#[tokio::test]
async fn while_no_upstream_answers_its_checks_all_take_their_turn() {
    let answer = |request: &Received| {
        if request.request_line().contains("/healthz") {
            Answer::Bytes(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_vec())
        } else {
            ok("served")
        }
    };
    let (a, b) = (Origin::start(answer).await, Origin::start(answer).await);
    let mut wiki = application(vec![upstream(a.address, 1), upstream(b.address, 1)]);
    wiki.pool.health_check = Some(checks_at("/healthz"));
    let gatehouse = Gatehouse::before(vec![wiki]).await;
    until(|| a.received().len() >= 3 && b.received().len() >= 3).await;
    for _ in 0..4 {
        assert_eq!(ask(&gatehouse).await.text(), "served");
    }
    let served = |origin: &Origin| {
        let all = origin.received();
        all.iter().filter(|r| !r.head.contains("/healthz")).count()
    };
    assert_eq!((served(&a), served(&b)), (2, 2));
}

pub fn checks_at(path: &str) -> HealthCheck {
    HealthCheck {
        path: path.into(),
        interval_ms: 100,
        timeout_ms: 1_000,
        healthy_after: 1,
        unhealthy_after: 1,
    }
}

pub async fn until(done: impl Fn() -> bool) {
    for _ in 0..200 {
        if done() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("it did not come about");
}

#[tokio::test]
async fn a_name_is_resolved_and_of_its_addresses_one_that_listens_is_used() {
    let origin = Origin::saying("ok").await;
    let name = format!("localhost:{}", origin.address.port());
    let gatehouse = Gatehouse::before(vec![application(vec![upstream(name, 1)])]).await;
    for _ in 0..4 {
        let text = request("POST", WIKI, "/", &[("Content-Length", "0")]);
        assert_eq!(send(gatehouse.address, text).await.status, 200);
    }
}

#[tokio::test]
async fn the_host_header_is_the_clients_or_the_operators() {
    let origin = Origin::saying("ok").await;
    let kept = application(vec![upstream(origin.address, 1)]);
    let mut gatehouse = Gatehouse::before(vec![kept.clone()]).await;
    ask(&gatehouse).await;
    assert_eq!(origin.received().pop().unwrap().header("host"), [WIKI]);
    let mut fixed = kept;
    fixed.pool.host_header = HostHeader::Fixed("wiki.internal:8080".into());
    gatehouse.publish(vec![fixed]);
    tokio::time::sleep(Duration::from_millis(300)).await;
    let absolute =
        format!("GET http://{WIKI}/x HTTP/1.1\r\nHost: {WIKI}\r\nConnection: close\r\n\r\n");
    for text in [request("GET", WIKI, "/", &[]), absolute] {
        send(gatehouse.address, text).await;
        let received = origin.received().pop().unwrap();
        assert_eq!(received.header("host"), ["wiki.internal:8080"]);
        assert_eq!(received.header("x-forwarded-host"), [WIKI]);
    }
}
