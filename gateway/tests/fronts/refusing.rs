//! The proxies let nobody pass whom Gatehouse would not, and show its answer.

use super::front::Kind;
use super::{HTML, Scene, WIKI, with_each};
use crate::support::client::request;
use crate::support::free_address;
use crate::support::origin::Origin;

with_each!(
    programs_get_a_status_and_people_a_page,
    attack_22_two_step_is_demanded_where_it_is_asked_for,
    attack_07_no_spelling_of_a_path_widens_what_is_public,
    attack_04_a_method_is_judged_as_it_is,
    nobody_passes_while_gatehouse_is_away,
);

async fn programs_get_a_status_and_people_a_page(kind: Kind) {
    let scene = Scene::start(kind).await;
    let script = ("Sec-Fetch-Mode", "cors");
    let told = scene.front.get("/page", &[HTML, script]).await;
    assert_eq!(told.status, 401, "{}", told.head);
    assert!(told.text().contains("sign_in_required"), "{told:?}");
    let cookie = scene.cookie();
    let closed = scene
        .front
        .get("/closed", &[HTML, ("Cookie", &cookie)])
        .await;
    assert_eq!(closed.status, 403, "{}", closed.head);
    assert!(closed.text().contains("<html"), "{closed:?}");
    let unknown = request("GET", "evil.example.net", "/page", &[("Cookie", &cookie)]);
    scene.front.send(unknown).await;
    assert!(scene.nothing_received());
}

async fn attack_22_two_step_is_demanded_where_it_is_asked_for(kind: Kind) {
    let scene = Scene::start(kind).await;
    let cookie = scene.cookie();
    let cookie = ("Cookie", cookie.as_str());
    let led = scene.front.get("/strong", &[HTML, cookie]).await;
    assert_eq!(led.status, 302, "{}", led.head);
    let location = format!("https://{WIKI}/.gatehouse/start?return=/strong&step=two");
    assert_eq!(led.header("location"), Some(location.as_str()));
    assert_eq!(scene.front.get("/strong", &[cookie]).await.status, 403);
    assert!(scene.nothing_received());
}

async fn attack_07_no_spelling_of_a_path_widens_what_is_public(kind: Kind) {
    let scene = Scene::start(kind).await;
    for path in [
        "/public/../page",
        "/public/%2e%2e/page",
        "/public/..%2fpage",
        "/public/..%5cpage",
        "/public/%252e%252e/page",
        "/public/..;/page",
        "/public;/../page",
        "/public%2f..%2fpage",
        "/public%00/page",
        "/publicity",
        "/page?/public/",
        "/page#/public/",
        "//page",
        "/PUBLIC/a",
        "/.gatehouse/../page",
        "/.gatehouse/..%2fpage",
        "/x/../.gatehouse/../page",
    ] {
        let answer = scene.front.get(path, &[]).await;
        let reached: Vec<_> = scene.origin.received();
        assert_ne!(answer.status, 200, "{path}: {}", answer.head);
        assert!(reached.is_empty(), "{path}: {reached:?}");
    }
    assert_eq!(scene.front.get("/public/a%20b", &[]).await.status, 200);
    let received = scene.received();
    assert_eq!(received.request_line(), "GET /public/a%20b HTTP/1.1");
}

async fn attack_04_a_method_is_judged_as_it_is(kind: Kind) {
    let scene = Scene::start(kind).await;
    let spoofed = [("X-Forwarded-Method", "GET"), ("Content-Length", "0")];
    let written = request("POST", WIKI, "/readable", &spoofed);
    assert_eq!(scene.front.send(written).await.status, 401);
    assert!(scene.nothing_received());
    assert_eq!(scene.front.get("/readable", &[]).await.status, 200);
}

async fn nobody_passes_while_gatehouse_is_away(kind: Kind) {
    let origin = Origin::saying("the wiki").await;
    let front = kind.start(free_address(), origin.address).await;
    for path in ["/page", "/public/page"] {
        let answer = front.get(path, &[HTML]).await;
        assert!(answer.status >= 500, "{}", answer.head);
    }
    assert!(origin.received().is_empty());
}
