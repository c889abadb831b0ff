//! How an upstream is talked to: with TLS, by which version of HTTP, and whose word is believed.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use config::snapshot::{Application, Protocol, UpstreamTls};
use http::Version;
use http_body_util::{BodyExt, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};

use crate::support::authority::Authority;
use crate::support::client::{get, request, send};
use crate::support::gatehouse::{Builder, Gatehouse};
use crate::support::modern::Modern;
use crate::upstreams::{application, ask, checks_at, until, upstream};

const WIKI: &str = "wiki.example.com";

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
async fn an_upgrade_asks_for_http_1_where_the_pool_leaves_the_choice() {
    let authority = Authority::new();
    let server = authority
        .sign("wiki.internal")
        .server(&[b"h2", b"http/1.1"]);
    let origin = Modern::start(Some(server)).await;
    let mut wiki = application(vec![upstream(origin.address, 1)]);
    wiki.pool.protocol = Protocol::Either;
    wiki.websockets.enabled = true;
    let wiki = with_tls(wiki, "wiki.internal", Some(authority.pem()));
    let gatehouse = Gatehouse::before(vec![wiki]).await;
    assert_eq!(ask(&gatehouse).await.status, 200);
    let handshake = request(
        "GET",
        WIKI,
        "/live",
        &[
            ("Origin", &format!("https://{WIKI}")),
            ("Upgrade", "websocket"),
            ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ],
    )
    .replace("Connection: close", "Connection: close, Upgrade");
    send(gatehouse.address, handshake).await;
    let seen = origin.seen.lock();
    assert_eq!(
        (seen[0].version, seen[1].version),
        (Version::HTTP_2, Version::HTTP_11)
    );
    assert_eq!(seen[1].headers["upgrade"], "websocket");
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
        let gatehouse = Builder::new()
            .applications(vec![application])
            .secured_by(&authority, WIKI)
            .start()
            .await;
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
