//! Who may pass does, with all that they sent, and the application is told who they are.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::front::Kind;
use super::{HTML, OUR_PAGE, Scene, WIKI, with_each, with_websockets};
use crate::support::client::request;

with_each!(
    people_are_led_to_sign_in_and_back,
    uploads_pass_whole_and_only_to_the_application,
    a_websocket_passes,
    attack_25_a_websocket_of_another_origin_is_refused,
    attack_25_a_websocket_is_refused_where_none_is_expected,
    attack_21_the_application_sees_its_cookies_and_not_ours,
);

async fn people_are_led_to_sign_in_and_back(kind: Kind) {
    let mut scene = Scene::start(kind).await;
    let led = scene.front.get("/page?x=1", &[HTML]).await;
    assert_eq!(led.status, 302, "{}", led.head);
    let start = "/.gatehouse/start?return=/page%3Fx%3D1";
    let location = format!("https://{WIKI}{start}");
    assert_eq!(led.header("location"), Some(location.as_str()));
    let page = scene.front.get(start, &[HTML]).await;
    assert!(page.text().contains(OUR_PAGE), "{page:?}");
    assert!(scene.nothing_received());
    let event = scene.gatehouse.event().await;
    assert_eq!(event.client_address.unwrap().to_string(), "127.0.0.2");

    let cookie = scene.cookie();
    let back = scene
        .front
        .get("/page?x=1", &[HTML, ("Cookie", &cookie)])
        .await;
    assert_eq!(back.status, 200, "{}", back.head);
    assert!(back.text().contains("the wiki"));
    let received = scene.received();
    assert_eq!(received.request_line(), "GET /page?x=1 HTTP/1.1");
    assert_eq!(received.header("x-gatehouse-assertion").len(), 1);
    assert_eq!(received.header("host"), [WIKI]);
}

async fn uploads_pass_whole_and_only_to_the_application(kind: Kind) {
    let scene = Scene::start(kind).await;
    let cookie = scene.cookie();
    let body = "x".repeat(3 << 20);
    let length = body.len().to_string();
    let upload = |headers: &[(&str, &str)]| request("POST", WIKI, "/upload", headers) + &body;
    let length = ("Content-Length", length.as_str());
    let refused = scene.front.send(upload(&[length])).await;
    assert_eq!(refused.status, 401, "{}", refused.head);
    assert!(scene.nothing_received());
    let taken = scene
        .front
        .send(upload(&[length, ("Cookie", &cookie)]))
        .await;
    assert_eq!(taken.status, 200, "{}", taken.head);
    assert_eq!(scene.received().body.len(), body.len());
}

/// RFC 6455 §1.3.
fn handshake(origin: &str, cookie: &str) -> String {
    format!(
        "GET /live HTTP/1.1\r\nHost: {WIKI}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
         Origin: {origin}\r\nCookie: {cookie}\r\n\r\n"
    )
}

/// The status that a handshake is answered with, and what is sent back of `hello`.
async fn shake(scene: &Scene, handshake: &str) -> (String, String) {
    let mut stream = scene.front.open().await;
    stream.write_all(handshake.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let status = String::from_utf8_lossy(&head[9..12]).into_owned();
    let mut echo = [0; 5];
    if status == "101" {
        stream.write_all(b"hello").await.unwrap();
        stream.read_exact(&mut echo).await.unwrap();
    }
    (status, String::from_utf8_lossy(&echo).into_owned())
}

async fn a_websocket_passes(kind: Kind) {
    let scene = Scene::with(kind, with_websockets).await;
    let own = format!("https://{WIKI}");
    let (status, _) = shake(&scene, &handshake(&own, "")).await;
    assert_eq!(status, "401");
    assert!(scene.nothing_received());
    let (status, echo) = shake(&scene, &handshake(&own, &scene.cookie())).await;
    assert_eq!((status.as_str(), echo.as_str()), ("101", "hello"));
    let received = scene.received();
    assert_eq!(received.header("x-gatehouse-assertion").len(), 1);
}

async fn attack_25_a_websocket_of_another_origin_is_refused(kind: Kind) {
    let scene = Scene::with(kind, with_websockets).await;
    let foreign = handshake("https://evil.example.net", &scene.cookie());
    let (status, _) = shake(&scene, &foreign).await;
    assert_eq!(status, "403");
    assert!(scene.nothing_received());
}

async fn attack_25_a_websocket_is_refused_where_none_is_expected(kind: Kind) {
    let scene = Scene::start(kind).await;
    let own = format!("https://{WIKI}");
    let (status, _) = shake(&scene, &handshake(&own, &scene.cookie())).await;
    assert_eq!(status, "403");
    assert!(scene.nothing_received());
}

async fn attack_21_the_application_sees_its_cookies_and_not_ours(kind: Kind) {
    let scene = Scene::start(kind).await;
    let ours = scene.cookie();
    let mixed = format!("a=1; {ours}; __Host-gatehouse-device=d; b=\"2\"");
    for (sent, left) in [
        (mixed.as_str(), Some("a=1; b=\"2\"")),
        (ours.as_str(), None),
    ] {
        let answer = scene.front.get("/page", &[("Cookie", sent)]).await;
        assert_eq!(answer.status, 200, "{}", answer.head);
        let received = scene.origin.received().pop().unwrap();
        let cookies = received.header("cookie").join("");
        assert_eq!(cookies, left.unwrap_or_default());
        assert!(!received.head.contains("gatehouse="), "{}", received.head);
    }
}
