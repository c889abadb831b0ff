//! Guests whose group names IP lists, at the real program behind a proxy that says where people are.

use reqwest::Method;
use serde_json::json;

use super::harness::{Application, Browser, Gatehouse, PASSWORD, Page, Upstream, until};

const OFFICE: &str = "192.0.2.7";
const HOTEL: &str = "198.51.100.7";
const FILES: &str = "kind: ip_list\nname: Office\neffect: allow\neverywhere: false\nentries: [192.0.2.0/24]\n---\n\
                     kind: group\nname: Auditors\nfor_guests: true\nip_lists: [Office]\n";

/// Gil, a guest, is bound to the office.
async fn bind(gate: &Gatehouse) {
    let folder = gate.folder().join("guests");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("guests.yaml"), FILES).unwrap();
    gate.command(&["apply", "-f", folder.to_str().unwrap()])
        .await;
    let guests = gate.call(Method::GET, "/guests", None).await;
    let (gil, group) = (&guests["items"][0]["id"], &guests["groups"][0]["id"]);
    let path = format!("/guests/{}", gil.as_str().unwrap());
    let draft = json!({"username": "gil", "display_name": "Gil", "guest_group": group});
    gate.call(Method::PUT, &path, Some(draft)).await;
}

async fn sign_in(gate: &Gatehouse, browser: &Browser, username: &str) -> Page {
    let page = browser.open(&gate.url("access", "/sign-in")).await;
    let form = page.form("/sign-in").fill("username", username);
    browser.submit(form.fill("password", PASSWORD)).await
}

/// The reasons that a log gives, newest first.
async fn reasons(gate: &Gatehouse, log: &str) -> String {
    gate.command(&["events", log, "--json", "--limit", "20"])
        .await
}

#[tokio::test]
async fn a_guest_comes_in_from_the_network_of_their_group_and_a_member_from_everywhere() {
    let upstream = Upstream::start().await;
    let gate = Gatehouse::start()
        .trusting_loopback()
        .with_application(Application::new("wiki", &upstream))
        .await;
    gate.visitor_with("gil", &["--guest"]).await;
    gate.visitor("li.lei").await;
    bind(&gate).await;
    let wiki = gate.url("wiki", "/");

    let office = Browser::new(&gate).carried_to(&gate, OFFICE);
    sign_in(&gate, &office, "gil").await;
    let page = office.open(&wiki).await;
    assert!(page.status.is_success(), "{page:?}");

    let hotel = office.carried_to(&gate, HOTEL);
    until("the gateway obeys the list", async || {
        hotel.open(&wiki).await.status == 403
    })
    .await;
    let page = hotel.open(&wiki).await;
    assert!(page.shows("Guests of your group"), "{page:?}");
    let page = hotel.speaking("zh-CN").open(&wiki).await;
    assert!(page.shows("访客组"), "{page:?}");
    until("it is in the log", async || {
        reasons(&gate, "access").await.contains("guest_address")
    })
    .await;
    assert!(office.open(&wiki).await.status.is_success());

    let stranger = Browser::new(&gate).carried_to(&gate, HOTEL);
    let page = sign_in(&gate, &stranger, "gil").await;
    assert_eq!(page.status, 403, "{page:?}");
    assert!(page.shows("certain networks only"), "{page:?}");
    assert!(reasons(&gate, "sign-ins").await.contains("guest_address"));

    let member = Browser::new(&gate).carried_to(&gate, HOTEL);
    sign_in(&gate, &member, "li.lei").await;
    assert!(member.open(&wiki).await.status.is_success());
}
