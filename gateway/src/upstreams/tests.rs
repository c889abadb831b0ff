//! How a pool chooses, ejects and remembers.

use config::snapshot::{Protocol, Timeouts, Upstream};

use super::*;

const NOW: Timestamp = Timestamp(1_000_000);

fn pool(upstreams: &[(&str, u16)]) -> Pool {
    Pool {
        upstreams: upstreams
            .iter()
            .map(|(address, weight)| Upstream {
                address: (*address).into(),
                weight: *weight,
            })
            .collect(),
        protocol: Protocol::Http1,
        tls: None,
        host_header: HostHeader::Preserve,
        timeouts: Timeouts::default(),
        health_check: None,
        ejection: None,
        retries: 1,
    }
}

fn ejecting(upstreams: &[(&str, u16)]) -> Pool {
    Pool {
        ejection: Some(Ejection {
            after_failures: 2,
            for_ms: 1_000,
        }),
        ..pool(upstreams)
    }
}

const A: &str = "127.0.0.1:1001";
const B: &str = "127.0.0.1:1002";
const C: &str = "127.0.0.1:1003";

async fn shares(pool: &UpstreamPool, now: Timestamp, of: usize) -> Vec<(String, usize)> {
    let mut counts = std::collections::BTreeMap::new();
    for _ in 0..of {
        let chosen = pool.choose(&Tried::default(), now).await.unwrap();
        *counts.entry(chosen.address().to_string()).or_insert(0) += 1;
    }
    counts.into_iter().collect()
}

async fn fail(pool: &UpstreamPool, address: &str, times: usize) {
    let mut done = 0;
    while done < times {
        let chosen = pool.choose(&Tried::default(), NOW).await.unwrap();
        if &**chosen.address() == address {
            pool.report(&chosen, Outcome::NotConnected, NOW);
            done += 1;
        } else {
            pool.report(&chosen, Outcome::Answered(200), NOW);
        }
    }
}

#[tokio::test]
async fn requests_are_shared_by_weight() {
    let pool = UpstreamPool::build(&pool(&[(A, 3), (B, 1), (C, 0)]), None).unwrap();
    assert_eq!(
        shares(&pool, NOW, 400).await,
        [(A.to_owned(), 300), (B.to_owned(), 100)]
    );
}

#[tokio::test]
async fn what_was_tried_in_vain_is_not_chosen_again() {
    let pool = UpstreamPool::build(&pool(&[(A, 1), (B, 1)]), None).unwrap();
    let mut tried = Tried::default();
    let first = pool.choose(&tried, NOW).await.unwrap();
    tried.add(&first);
    let second = pool.choose(&tried, NOW).await.unwrap();
    assert_ne!(first.address(), second.address());
    tried.add(&second);
    assert!(pool.choose(&tried, NOW).await.is_none());
}

#[tokio::test]
async fn failures_in_a_row_eject_for_a_while_and_the_rest_share_by_weight() {
    let pool = UpstreamPool::build(&ejecting(&[(A, 1), (B, 1), (C, 1)]), None).unwrap();
    fail(&pool, A, 2).await;
    assert_eq!(
        shares(&pool, NOW, 100).await,
        [(B.to_owned(), 50), (C.to_owned(), 50)]
    );
    let later = NOW.plus(Duration::from_secs(1));
    assert_eq!(shares(&pool, later, 99).await.len(), 3);
}

#[tokio::test]
async fn the_last_upstream_is_never_ejected() {
    let pool = UpstreamPool::build(&ejecting(&[(A, 1), (B, 1)]), None).unwrap();
    fail(&pool, A, 2).await;
    fail(&pool, B, 20).await;
    assert_eq!(shares(&pool, NOW, 10).await, [(B.to_owned(), 10)]);
}

#[tokio::test]
async fn a_status_of_the_application_itself_ejects_nobody() {
    let pool = UpstreamPool::build(&ejecting(&[(A, 1), (B, 1)]), None).unwrap();
    for status in [500, 404, 200, 501].repeat(5) {
        let chosen = pool.choose(&Tried::default(), NOW).await.unwrap();
        pool.report(&chosen, Outcome::Answered(status), NOW);
    }
    assert_eq!(shares(&pool, NOW, 10).await.len(), 2);
}

#[tokio::test]
async fn health_outlives_the_pool_by_address() {
    let old = UpstreamPool::build(&ejecting(&[(A, 1), (B, 1)]), None).unwrap();
    fail(&old, A, 2).await;
    let new = UpstreamPool::build(&ejecting(&[(C, 1), (A, 1)]), Some(&old)).unwrap();
    drop(old);
    assert_eq!(shares(&new, NOW, 10).await, [(C.to_owned(), 10)]);
    assert!(
        new.status(NOW)
            .iter()
            .any(|s| &*s.address == A && s.ejected)
    );
}

#[tokio::test]
async fn a_name_is_resolved_before_the_first_request_goes_on() {
    let pool = UpstreamPool::build(&pool(&[("localhost:1", 1)]), None).unwrap();
    let chosen = pool.choose(&Tried::default(), NOW).await.unwrap();
    assert!(chosen.socket.ip().is_loopback());
}

#[tokio::test]
async fn a_pool_that_makes_no_sense_is_refused_with_a_reason() {
    let tls = |server_name: &str, ca_pem: Option<&str>| {
        let mut pool = pool(&[(A, 1)]);
        pool.tls = Some(config::snapshot::UpstreamTls {
            server_name: server_name.into(),
            ca_pem: ca_pem.map(Into::into),
        });
        pool
    };
    let key = |pool| UpstreamPool::build(&pool, None).err().unwrap().key;
    assert_eq!(key(pool(&[(A, 1), ("nowhere", 1)])), "upstreams.1.address");
    assert_eq!(key(pool(&[(A, 0)])), "upstreams");
    assert_eq!(key(pool(&[])), "upstreams");
    assert_eq!(key(tls("", None)), "tls.server_name");
    assert_eq!(key(tls("app.internal", Some("nonsense"))), "tls.ca_pem");
}
