//! Row 25: who may open a WebSocket.

use crate::end_to_end::harness::{Answer, Application, Gatehouse, Received, Upstream, Wire};

fn socket(request: &Received) -> Answer {
    match request.target() {
        "/socket" => Answer::WebSocket,
        _ => Answer::page("text/plain", "no socket here"),
    }
}

fn handshake(cookie: &str, origin: &str) -> String {
    format!(
        "GET /socket HTTP/1.1\r\nHost: wiki.corp.test\r\nCookie: {cookie}\r\n{origin}\
         Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
}

async fn status(gate: &Gatehouse, request: &str) -> u16 {
    let mut wire = Wire::plain(gate).await;
    wire.send(request).await.unwrap();
    wire.reply().await.unwrap().status()
}

#[tokio::test]
async fn attack_25_a_page_of_another_site_opens_no_websocket() {
    let upstream = Upstream::answering(socket).await;
    let gate = Gatehouse::start()
        .with_application(Application::new("wiki", &upstream).with_websockets())
        .await;
    let cookie = gate.visitor("li.lei").await.cookie_at("wiki").await;
    upstream.forget();
    let port = gate.address().port();
    for origin in [
        "Origin: https://evil.test\r\n".to_owned(),
        "Origin: null\r\n".to_owned(),
        format!("Origin: http://wiki.corp.test:{port}\r\n"),
        format!("Origin: https://wiki.corp.test.evil.test:{port}\r\n"),
        format!("Origin: https://other.corp.test:{port}\r\n"),
        format!("Origin: https://wiki.corp.test:{port}\r\nOrigin: https://evil.test\r\n"),
        String::new(),
    ] {
        let status = status(&gate, &handshake(&cookie, &origin)).await;
        // Without Origin it is no browser; whether that may connect is the cookie's question.
        if !origin.is_empty() {
            assert!([400, 403].contains(&status), "{origin:?}: {status}");
        }
    }
    assert!(upstream.requests().len() <= 1);
    let own = format!("Origin: https://wiki.corp.test:{port}\r\n");
    assert_eq!(status(&gate, &handshake(&cookie, &own)).await, 101);
}

#[tokio::test]
async fn attack_25_an_application_without_websockets_gets_no_upgrade() {
    let upstream = Upstream::answering(socket).await;
    let gate = Gatehouse::start()
        .with_application(Application::new("wiki", &upstream))
        .await;
    let cookie = gate.visitor("li.lei").await.cookie_at("wiki").await;
    let own = format!(
        "Origin: https://wiki.corp.test:{}\r\n",
        gate.address().port()
    );
    let upgrade = handshake(&cookie, &own);
    assert!([400, 403].contains(&status(&gate, &upgrade).await));
    let other = upgrade.replace("websocket", "h2c");
    assert_ne!(status(&gate, &other).await, 101);
    let upgraded = |r: &Received| !r.all("Upgrade").is_empty();
    assert!(!upstream.requests().iter().any(upgraded));
}

#[tokio::test]
async fn attack_25_nobody_who_is_not_signed_in_opens_a_websocket() {
    let upstream = Upstream::answering(socket).await;
    let gate = Gatehouse::start()
        .with_application(Application::new("wiki", &upstream).with_websockets())
        .await;
    let own = format!(
        "Origin: https://wiki.corp.test:{}\r\n",
        gate.address().port()
    );
    assert_eq!(status(&gate, &handshake("a=b", &own)).await, 401);
    assert!(upstream.requests().is_empty());
}
