//! Row 12: one request for us, two for the upstream.

use std::time::Duration;

use crate::end_to_end::harness::{Answer, Application, Gatehouse, Upstream, Wire};

/// The second request, which policy would refuse: the upstream must never see it.
const SMUGGLED: &str = "GET /smuggled HTTP/1.1\r\nHost: wiki.corp.test\r\n\r\n";

async fn gate_before(upstream: &Upstream) -> Gatehouse {
    let application = Application::new("wiki", upstream).with_public_path("/public");
    Gatehouse::start().with_application(application).await
}

/// Sends the bytes and returns the status of the first answer, once all has settled.
async fn send(gate: &Gatehouse, bytes: &str) -> Option<u16> {
    let mut wire = Wire::plain(gate).await;
    wire.send(bytes).await.ok()?;
    let status = wire.reply().await.map(|reply| reply.status());
    wire.until_closed(Duration::from_millis(300)).await;
    status
}

#[tokio::test]
async fn attack_12_what_can_be_framed_in_two_ways_is_refused() {
    let upstream = Upstream::start().await;
    let gate = gate_before(&upstream).await;
    let length = SMUGGLED.len();
    for head in [
        // CL.TE and TE.CL
        format!("Content-Length: {length}\r\nTransfer-Encoding: chunked"),
        format!("Transfer-Encoding: chunked\r\nContent-Length: {length}"),
        // TE.TE
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity".to_owned(),
        "Transfer-Encoding: chunked, identity".to_owned(),
        "Transfer-Encoding: xchunked".to_owned(),
        "Transfer-Encoding : chunked".to_owned(),
        "Transfer-Encoding:\x0bchunked".to_owned(),
        "Transfer-Encoding: \"chunked\"".to_owned(),
        " Transfer-Encoding: chunked".to_owned(),
        "X: y\r\n Transfer-Encoding: chunked".to_owned(),
        // lengths
        format!("Content-Length: 0\r\nContent-Length: {length}"),
        format!("Content-Length: 0, {length}"),
        "Content-Length: +5".to_owned(),
        "Content-Length: -1".to_owned(),
        "Content-Length: 0x0".to_owned(),
        "Content-Length: 5 5".to_owned(),
        "Content-Length: 99999999999999999999".to_owned(),
        "Content-Length:".to_owned(),
    ] {
        upstream.forget();
        let request = format!(
            "POST /public HTTP/1.1\r\nHost: wiki.corp.test\r\n{head}\r\n\r\n0\r\n\r\n{SMUGGLED}"
        );
        let status = send(&gate, &request).await;
        assert!(
            matches!(status, Some(400 | 411 | 501) | None),
            "{head:?}: {status:?}"
        );
        assert!(
            upstream.requests().is_empty(),
            "{head:?} reached the upstream"
        );
    }
}

#[tokio::test]
async fn attack_12_an_old_protocol_with_a_transfer_coding_is_refused() {
    let upstream = Upstream::start().await;
    let gate = gate_before(&upstream).await;
    let request = format!(
        "POST /public HTTP/1.0\r\nHost: wiki.corp.test\r\nConnection: keep-alive\r\n\
         Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n{SMUGGLED}"
    );
    let status = send(&gate, &request).await;
    assert!(matches!(status, Some(400) | None), "{status:?}");
    assert!(upstream.requests().is_empty());
}

#[tokio::test]
async fn attack_12_line_ends_and_folds_hide_no_header() {
    let upstream = Upstream::start().await;
    let gate = gate_before(&upstream).await;
    for head in [
        "X: y\nTransfer-Encoding: chunked\r\n",
        "X: y\rTransfer-Encoding: chunked\r\n",
        "X: y\r\n\tTransfer-Encoding: chunked\r\n",
        "X: y\0Transfer-Encoding: chunked\r\n",
        "X\0: y\r\n",
        "X y\r\n",
        ": y\r\n",
    ] {
        upstream.forget();
        let request = format!(
            "POST /public HTTP/1.1\r\nHost: wiki.corp.test\r\n{head}Content-Length: 5\r\n\r\n\
             0\r\n\r\n{SMUGGLED}"
        );
        let status = send(&gate, &request).await;
        let seen = upstream.requests();
        let framed_once = seen.len() <= 1 && seen.iter().all(|r| r.target() == "/public");
        assert!(framed_once, "{head:?}: {status:?}, {seen:?}");
        let bytes = String::from_utf8_lossy(&upstream.bytes()).into_owned();
        assert!(
            !bytes.contains("Transfer-Encoding: chunked"),
            "{head:?}: {bytes}"
        );
    }
}

#[tokio::test]
async fn attack_12_chunks_are_read_as_one_body_or_refused() {
    let upstream = Upstream::start().await;
    let gate = gate_before(&upstream).await;
    for body in [
        "5;ext=\"\r\n\"\r\nhello\r\n0\r\n\r\n",
        "5;a=b\nX: y\r\nhello\r\n0\r\n\r\n",
        "5\nhello\r\n0\r\n\r\n",
        "+5\r\nhello\r\n0\r\n\r\n",
        "0x5\r\nhello\r\n0\r\n\r\n",
        "5\r\nhelloXX0\r\n\r\n",
        "ffffffffffffffff5\r\nhello\r\n0\r\n\r\n",
        "5\r\nhello\r\n0\r\nHost: evil\r\n\r\n",
    ] {
        upstream.forget();
        let request = format!(
            "POST /public HTTP/1.1\r\nHost: wiki.corp.test\r\nTransfer-Encoding: chunked\r\n\r\n\
             {body}{SMUGGLED}"
        );
        let status = send(&gate, &request).await;
        for seen in upstream.requests() {
            assert_eq!(seen.target(), "/public", "{body:?}: {status:?}");
        }
    }
}

#[tokio::test]
async fn attack_12_a_pipelined_request_is_judged_on_its_own() {
    let upstream = Upstream::start().await;
    let gate = gate_before(&upstream).await;
    let request = format!("GET /public HTTP/1.1\r\nHost: wiki.corp.test\r\n\r\n{SMUGGLED}");
    let mut wire = Wire::plain(&gate).await;
    wire.send(request).await.unwrap();
    assert_eq!(wire.reply().await.unwrap().status(), 200);
    if let Some(second) = wire.reply().await {
        assert_eq!(second.status(), 401);
    }
    assert_eq!(upstream.requests().len(), 1);
}

#[tokio::test]
async fn attack_12_an_upgrade_that_was_declined_is_followed_by_no_blind_tunnel() {
    let upstream = Upstream::start().await;
    let application = Application::new("wiki", &upstream)
        .with_public_path("/public")
        .with_websockets();
    let gate = Gatehouse::start().with_application(application).await;
    let request = format!(
        "GET /public HTTP/1.1\r\nHost: wiki.corp.test\r\nUpgrade: websocket\r\n\
         Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: https://wiki.corp.test:{}\r\n\r\n\
         {SMUGGLED}",
        gate.address().port()
    );
    // The upstream answers 200, as a server does that knows nothing of WebSockets.
    send(&gate, &request).await;
    let targets: Vec<_> = upstream
        .requests()
        .iter()
        .map(|r| r.target().to_owned())
        .collect();
    assert!(!targets.contains(&"/smuggled".to_owned()), "{targets:?}");
    let bytes = String::from_utf8_lossy(&upstream.bytes()).into_owned();
    assert!(!bytes.contains("/smuggled"), "{bytes}");
}

#[tokio::test]
async fn attack_12_a_body_that_was_not_read_is_not_taken_for_a_request() {
    let upstream = Upstream::start().await;
    let gate = gate_before(&upstream).await;
    let request = format!(
        "POST /private HTTP/1.1\r\nHost: wiki.corp.test\r\nContent-Length: {}\r\n\r\n\
         GET /public HTTP/1.1\r\nHost: wiki.corp.test\r\n\r\n",
        "GET /public HTTP/1.1\r\nHost: wiki.corp.test\r\n\r\n".len()
    );
    assert_eq!(send(&gate, &request).await, Some(401));
    assert!(upstream.requests().is_empty());
}

#[tokio::test]
async fn attack_12_an_answer_to_one_person_never_reaches_another() {
    let upstream = Upstream::answering(|request| {
        let answer = format!("for {}", request.target());
        // Twice the body that it declares: the rest belongs to nobody.
        let mut bytes = format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n",
            answer.len()
        );
        bytes.push_str(&answer);
        bytes.push_str("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison");
        Answer::Bytes(bytes.into_bytes())
    })
    .await;
    let gate = gate_before(&upstream).await;
    for number in 0..10 {
        let mut wire = Wire::plain(&gate).await;
        let target = format!("/public/{number}");
        wire.send(format!(
            "GET {target} HTTP/1.1\r\nHost: wiki.corp.test\r\n\r\n"
        ))
        .await
        .unwrap();
        let reply = wire.reply().await.unwrap();
        assert!([200, 502].contains(&reply.status()));
        assert!(
            !reply.text().contains("poison"),
            "{target} got another's answer"
        );
    }
}
