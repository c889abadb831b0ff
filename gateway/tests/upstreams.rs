//! Which upstream gets a request, and how it is talked to.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use config::settings::{CertificateFiles, Listener, ListenerTls};
use config::snapshot::{
    Application, Ejection, HealthCheck, HostHeader, Protocol, Upstream, UpstreamTls,
};
use http::Version;
use http_body_util::{BodyExt, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};

use crate::support::applications::public;
use crate::support::authority::Authority;
use crate::support::client::{Answer as Got, get, request, send};
use crate::support::free_address;
use crate::support::gatehouse::{Builder, Gatehouse};
use crate::support::modern::Modern;
use crate::support::origin::{Answer, Origin, Received, ok};

const WIKI: &str = "wiki.example.com";

fn upstream(address: impl std::fmt::Display, weight: u16) -> Upstream {
    Upstream {
        address: address.to_string(),
        weight,
    }
}

/// A public application with these upstreams.
fn application(upstreams: Vec<Upstream>) -> Application {
    let mut application = public(WIKI, free_address());
    application.pool.upstreams = upstreams;
    application
}

async fn ask(gatehouse: &Gatehouse) -> Got {
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

#[tokio::test]
async fn checks_speak_the_protocol_of_the_pool() {
    let authority = Authority::new();
    let server = authority.sign("grpc.internal").server(&[b"h2"]);
    let (secure, plain) = (Modern::start(Some(server)).await, Modern::start(None).await);
    let mut by_tls = application(vec![upstream(secure.address, 1)]);
    by_tls = with_tls(by_tls, "grpc.internal", Some(authority.pem()));
    let prior_knowledge = application(vec![upstream(plain.address, 1)]);
    for (mut application, origin) in [(by_tls, secure), (prior_knowledge, plain)] {
        application.pool.protocol = Protocol::Http2;
        application.pool.health_check = Some(checks_at("/healthz"));
        let _gatehouse = Gatehouse::before(vec![application]).await;
        until(|| origin.seen.lock().len() >= 2).await;
        assert_eq!(origin.seen.lock()[0].version, Version::HTTP_2);
    }
}

fn checks_at(path: &str) -> HealthCheck {
    HealthCheck {
        path: path.into(),
        interval_ms: 100,
        timeout_ms: 1_000,
        healthy_after: 1,
        unhealthy_after: 1,
    }
}

async fn until(done: impl Fn() -> bool) {
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

fn with_tls(
    mut application: Application,
    server_name: &str,
    ca_pem: Option<String>,
) -> Application {
    application.pool.tls = Some(UpstreamTls {
        server_name: server_name.into(),
        ca_pem,
    });
    application
}

#[tokio::test]
async fn an_upstreams_certificate_is_checked_against_name_and_authority() {
    let (ours, foreign) = (Authority::new(), Authority::new());
    let origin = Modern::start(Some(ours.sign("wiki.internal").server(&[]))).await;
    let plain = application(vec![upstream(origin.address, 1)]);
    for (name, ca_pem, status) in [
        ("wiki.internal", Some(ours.pem()), 200),
        ("other.internal", Some(ours.pem()), 502),
        ("wiki.internal", Some(foreign.pem()), 502),
        ("wiki.internal", None, 502),
        ("wiki.internal", Some(foreign.pem() + &ours.pem()), 200),
    ] {
        let gatehouse = Gatehouse::before(vec![with_tls(plain.clone(), name, ca_pem)]).await;
        assert_eq!(ask(&gatehouse).await.status, status, "{name}");
    }
}

#[tokio::test]
async fn a_connection_checked_by_one_applications_authority_is_not_used_by_another() {
    let (ours, foreign) = (Authority::new(), Authority::new());
    let origin = Modern::start(Some(ours.sign("wiki.internal").server(&[]))).await;
    let plain = application(vec![upstream(origin.address, 1)]);
    let trusting = with_tls(plain.clone(), "wiki.internal", Some(ours.pem()));
    let mut distrusting = with_tls(plain, "wiki.internal", Some(foreign.pem()));
    distrusting.id = "other".into();
    distrusting.path_prefix = "/other".into();
    let gatehouse = Gatehouse::before(vec![trusting, distrusting]).await;
    assert_eq!(ask(&gatehouse).await.status, 200);
    let other = get(gatehouse.address, WIKI, "/other", &[]).await;
    assert_eq!(other.status, 502);
    // The first goes on with the connection that it has.
    assert_eq!(ask(&gatehouse).await.status, 200);
    assert_eq!(origin.connections.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn over_tls_the_two_agree_on_a_protocol() {
    let authority = Authority::new();
    for (server, protocol, spoken) in [
        (
            &[&b"h2"[..], b"http/1.1"][..],
            Protocol::Http1,
            Version::HTTP_11,
        ),
        (&[b"h2", b"http/1.1"], Protocol::Http2, Version::HTTP_2),
        (&[b"h2", b"http/1.1"], Protocol::Either, Version::HTTP_2),
        (&[b"http/1.1"], Protocol::Either, Version::HTTP_11),
    ] {
        let origin = Modern::start(Some(authority.sign("wiki.internal").server(server))).await;
        let mut wiki = application(vec![upstream(origin.address, 1)]);
        wiki.pool.protocol = protocol;
        let wiki = with_tls(wiki, "wiki.internal", Some(authority.pem()));
        let gatehouse = Gatehouse::before(vec![wiki]).await;
        assert_eq!(ask(&gatehouse).await.status, 200, "{protocol:?}");
        assert_eq!(origin.seen.lock()[0].version, spoken, "{protocol:?}");
    }
}

#[tokio::test]
async fn grpc_passes_with_its_trailers() {
    let authority = Authority::new();
    let secure = Modern::start(Some(authority.sign("grpc.internal").server(&[b"h2"]))).await;
    let plain = Modern::start(None).await;
    let mut prior_knowledge = application(vec![upstream(plain.address, 1)]);
    prior_knowledge.pool.protocol = Protocol::Http2;
    let mut by_tls = application(vec![upstream(secure.address, 1)]);
    by_tls.pool.protocol = Protocol::Http2;
    let by_tls = with_tls(by_tls, "grpc.internal", Some(authority.pem()));
    for (application, origin) in [(prior_knowledge, plain), (by_tls, secure)] {
        let gatehouse = with_h2_listener(&authority, application).await;
        let (status, body, trailers) = call(&authority, &gatehouse).await;
        assert_eq!((status, &body[..]), (200, &b"\0\0\0\0\x02hi"[..]));
        assert_eq!(trailers["grpc-status"], "0");
        let seen = origin.seen.lock().pop().unwrap();
        assert_eq!(seen.version, Version::HTTP_2);
        assert_eq!(seen.headers["te"], "trailers");
        assert_eq!(seen.headers["x-forwarded-host"], WIKI);
        assert!(!seen.headers.contains_key("remote-user"));
    }
}

async fn with_h2_listener(authority: &Authority, application: Application) -> Gatehouse {
    let builder = Builder::new().applications(vec![application]);
    let signed = authority.sign(WIKI);
    let folder = builder.settings.data.clone();
    let (certificate, key) = (folder.join("wiki.pem"), folder.join("wiki.key"));
    std::fs::write(&certificate, signed.certificate_pem).unwrap();
    std::fs::write(&key, signed.key_pem).unwrap();
    let listener = Listener {
        address: free_address(),
        tls: Some(ListenerTls {
            certificates: vec![CertificateFiles { certificate, key }],
            client_authority: None,
            http2: true,
        }),
        redirect_to_https: false,
        proxy_protocol: false,
    };
    builder
        .with(|settings| settings.listeners.insert(0, listener))
        .start()
        .await
}

/// One unary call as a gRPC client makes it.
async fn call(authority: &Authority, gatehouse: &Gatehouse) -> (u16, Bytes, http::HeaderMap) {
    let connector = tokio_rustls::TlsConnector::from(Arc::new(authority.client(&[b"h2"])));
    let stream = tokio::net::TcpStream::connect(gatehouse.address)
        .await
        .unwrap();
    let stream = connector
        .connect(WIKI.try_into().unwrap(), stream)
        .await
        .unwrap();
    let (mut client, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .unwrap();
    tokio::spawn(connection);
    let request = http::Request::post(format!("https://{WIKI}/echo.Echo/Say"))
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .header("remote-user", "admin")
        .body(Full::new(Bytes::from_static(b"\0\0\0\0\x02hi")))
        .unwrap();
    let response = client.send_request(request).await.unwrap();
    let status = response.status().as_u16();
    let collected = response.into_body().collect().await.unwrap();
    let trailers = collected.trailers().cloned().unwrap_or_default();
    (status, collected.to_bytes(), trailers)
}
