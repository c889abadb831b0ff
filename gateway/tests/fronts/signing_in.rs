//! A person at a browser, the whole program, and another proxy in front of both.

use std::net::Ipv4Addr;

use super::front::{Kind, Place};
use super::with_each;
use crate::end_to_end::harness::{Application, Browser, Gatehouse, PASSWORD, Upstream, until};

with_each!(a_person_signs_in_and_comes_back);

/// The port of Gatehouse's own listener, whose names these are, at another address.
const FRONT: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 3);

async fn a_person_signs_in_and_comes_back(kind: Kind) {
    let upstream = Upstream::start().await;
    let gate = Gatehouse::start()
        .with_application(Application::new("wiki", &upstream))
        .with_settings("[trust]\nproxies = [\"127.0.0.1\"]")
        .await;
    // Without an owner, whoever comes is led to set it up.
    gate.command(&["members", "add", "root", "--role", "owner"])
        .await;
    let ada = gate.visitor("ada").await;
    let read = |path: &std::path::Path| std::fs::read_to_string(path).unwrap();
    let place = Place {
        address: (FRONT, gate.address().port()).into(),
        gatehouse: gate.plain_address(),
        application: upstream.address,
        domain: "corp.test",
        certificate_pem: read(&gate.certificates().certificate),
        key_pem: read(&gate.certificates().key),
        client: gate.certificates().client(&[]),
    };
    let _front = kind.start_at(place).await;

    let browser = Browser::by_way_of(&gate, FRONT);
    let url = gate.url("wiki", "/page?x=1");
    let page = browser.open(&url).await;
    let form = page.form("/sign-in").fill("username", &ada.username);
    let page = browser.submit(form.fill("password", PASSWORD)).await;
    // The page that sign-in ends with goes on by itself (`<meta http-equiv="refresh">`).
    let onward = page.url.query_pairs().find(|(name, _)| name == "to");
    let onward = page.url.join(&onward.unwrap().1).unwrap();
    assert!(page.shows("refresh"), "{page:?}");
    let page = browser.open(onward.as_str()).await;
    assert_eq!(page.url.as_str(), url, "{page:?}");
    assert!(page.status.is_success(), "{page:?}");
    let told = upstream.last();
    assert_eq!(told.target(), "/page?x=1");
    assert_eq!(told.folded("x-gatehouse-assertion").len(), 1);
    assert!(!told.all("cookie").join("").contains("gatehouse"));

    ada.disable().await;
    until("the member is shut out", async || {
        browser.open(&url).await.has_form("/sign-in")
    })
    .await;
    let seen = upstream.requests().len();
    let page = browser.open(&url).await;
    assert!(page.has_form("/sign-in"), "{page:?}");
    assert_eq!(upstream.requests().len(), seen);
}
