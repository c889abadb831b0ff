//! Operators at a host and a listener of their own.

use std::net::TcpListener;

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::harness::{Application, Browser, Gatehouse, PASSWORD, Page, Starting, Upstream};

/// Where operators are to go, on a port that was free a moment ago.
struct Desk {
    port: u16,
}

impl Desk {
    fn free() -> Self {
        let held = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        Self {
            port: held.local_addr().unwrap().port(),
        }
    }

    fn settings(&self, also_at_access_host: bool) -> String {
        let port = self.port;
        format!(
            r#"[admin]
url = "https://admin.corp.test:{port}"
also_at_access_host = {also_at_access_host}
[[listener]]
address = "127.0.0.1:{port}"
admin = true
[listener.tls]
certificates = [{{ certificate = "corp.test.pem", key = "corp.test.key" }}]"#
        )
    }

    fn gate(&self, also_at_access_host: bool) -> Starting {
        Gatehouse::start().with_settings(&self.settings(also_at_access_host))
    }

    /// At this listener, whatever the name.
    fn url(&self, name: &str, path: &str) -> String {
        format!("https://{name}.corp.test:{}{path}", self.port)
    }

    /// A browser in which an owner has signed in here, and what it shows then.
    async fn sign_in(&self, gate: &Gatehouse, username: &str) -> (Browser, Page) {
        let browser = Browser::new(gate);
        let page = browser.open(&self.url("admin", "/")).await;
        let form = page.form("/sign-in").fill("username", username);
        let page = browser.submit(form.fill("password", PASSWORD)).await;
        (browser, page)
    }
}

async fn status(browser: &Browser, url: &str) -> StatusCode {
    browser.open_one(url).await.status
}

#[tokio::test]
async fn operators_administer_at_a_listener_of_their_own_and_nowhere_else() {
    let desk = Desk::free();
    let gate = desk.gate(false).await;
    let owner = gate.visitor_with("olga", &["--role", "owner"]).await;
    for path in ["/console", "/console/", "/console/members", "/api/v1/me"] {
        let there = gate.url("access", path);
        assert_eq!(status(&owner.browser, &there).await, 404, "{path}");
    }
    let account = gate.url("access", "/account");
    let account = owner.browser.open(&account).await;
    assert_eq!(account.status, 200);
    assert!(!account.shows("/console/"), "{account:?}");

    let (browser, page) = desk.sign_in(&gate, "olga").await;
    assert_eq!(page.url.as_str(), desk.url("admin", "/console/"));
    // As the console was built or not.
    assert!([200, 501].contains(&page.status.as_u16()), "{page:?}");
    let me = browser.fetch(Method::GET, &desk.url("admin", "/api/v1/me"));
    let me: serde_json::Value = me.send().await.unwrap().json().await.unwrap();
    assert_eq!(me["name"], "olga");
    let elsewhere = gate.url("admin", "/console/");
    assert_eq!(
        status(&browser, &elsewhere).await,
        421,
        "by the public door"
    );
}

#[tokio::test]
async fn attack_18_a_change_comes_from_the_page_of_the_host_that_is_asked() {
    let desk = Desk::free();
    let gate = desk.gate(true).await;
    let owner = gate.visitor_with("olga", &["--role", "owner"]).await;
    let (browser, _) = desk.sign_in(&gate, "olga").await;
    let groups = desk.url("admin", "/api/v1/groups");
    let make = async |browser: &Browser, url: &str, origin: String, name: &str| {
        let request = browser.fetch(Method::POST, url);
        let request = request
            .header("Origin", origin)
            .header("X-Gatehouse-CSRF", "1");
        let body = json!({ "name": name }).to_string();
        let request = request
            .header("Content-Type", "application/json")
            .body(body);
        request.send().await.unwrap().status()
    };
    let here = desk.url("admin", "");
    let access = gate.url("access", "");
    assert_eq!(make(&browser, &groups, access.clone(), "a").await, 403);
    assert_eq!(make(&browser, &groups, here.clone(), "b").await, 201);
    let groups = gate.url("access", "/api/v1/groups");
    assert_eq!(make(&owner.browser, &groups, here, "c").await, 403);
    assert_eq!(make(&owner.browser, &groups, access, "d").await, 201);
}

#[tokio::test]
async fn attack_08_the_listener_of_operators_leads_to_no_application_whatever_host_is_asked() {
    let desk = Desk::free();
    let upstream = Upstream::start().await;
    let gate = desk.gate(true);
    let gate = gate.with_application(Application::new("open", &upstream).public());
    let gate = gate.await;
    let browser = Browser::new(&gate);
    assert_eq!(status(&browser, &gate.url("open", "/")).await, 200);
    let passed = || {
        upstream
            .requests()
            .iter()
            .filter(|r| r.target() == "/")
            .count()
    };
    let before = passed();
    for name in ["open", "access", "else"] {
        for path in ["/", "/.gatehouse/jwks.json", "/.gatehouse/forward-auth"] {
            let there = desk.url(name, path);
            assert_eq!(status(&browser, &there).await, 421, "{there}");
        }
    }
    assert_eq!(passed(), before);
    let way_in = desk.url(
        "admin",
        "/sign-in/continue?host=open.corp.test&state=x&return=/",
    );
    assert_eq!(status(&browser, &way_in).await, 404);
}

#[tokio::test]
async fn global_address_lists_hold_at_the_listener_of_operators() {
    let desk = Desk::free();
    let gate = desk.gate(true).await;
    let denied = gate.folder().join("denied.txt");
    std::fs::write(&denied, "127.0.0.9\n").unwrap();
    let denied = denied.to_str().unwrap();
    let list = [
        "ip-lists", "apply", "denied", denied, "--effect", "deny", "--global",
    ];
    gate.command(&list).await;
    let page = desk.url("admin", "/sign-in");
    let inside = Browser::new(&gate);
    let outside = Browser::from_address(&gate, std::net::Ipv4Addr::new(127, 0, 0, 9));
    for _ in 0..100 {
        if status(&outside, &page).await == 403 {
            assert_eq!(status(&inside, &page).await, 200);
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the list was not obeyed in time");
}

#[tokio::test]
async fn the_first_administrator_is_made_at_the_host_of_operators() {
    let desk = Desk::free();
    let gate = desk.gate(false).without_administrator().await;
    let stranger = Browser::new(&gate);
    let there = gate.url("access", "/set-up");
    assert_eq!(status(&stranger, &there).await, 404);
    let page = stranger.open(&gate.url("access", "/")).await;
    assert!(page.has_form("/sign-in"), "{page:?}");
    let page = stranger.open(&desk.url("admin", "/")).await;
    assert!(page.has_form("/set-up"), "{page:?}");

    let link = gate.set_up_link().await;
    assert_eq!(link["url"], desk.url("admin", "/set-up"));
    let code = link["code"].as_str().unwrap();
    let (browser, page) = gate
        .set_up_at(&desk.url("admin", "/set-up"), code, "olga")
        .await;
    let offered = desk.url("admin", "/account/authenticator?to=%2F");
    assert_eq!(page.url.as_str(), offered);
    let me = browser.fetch(Method::GET, &desk.url("admin", "/api/v1/me"));
    assert_eq!(me.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn whoever_administers_nothing_finds_a_way_out_of_the_host_of_operators() {
    let desk = Desk::free();
    let gate = desk.gate(false).await;
    let visitor = gate.visitor("ann").await;
    let (browser, page) = desk.sign_in(&gate, "ann").await;
    assert_eq!(page.url.as_str(), desk.url("admin", "/console/"));
    assert_eq!(page.status, 403);
    let portal = format!("href=\"{}\"", gate.url("access", "/"));
    assert!(page.shows(&portal), "{page:?}");
    assert!(page.shows("href=\"/sign-out\""), "{page:?}");
    let account = browser.open(&desk.url("admin", "/account")).await;
    assert!(account.shows(&portal), "{account:?}");

    let asked = browser.open(&desk.url("admin", "/sign-out")).await;
    assert!(asked.shows("the console only"), "{asked:?}");
    let done = browser.submit(asked.form("/sign-out")).await;
    assert!(done.has_form("/sign-in"), "{done:?}");
    let asked = visitor.browser.open(&gate.url("access", "/sign-out")).await;
    assert!(!asked.shows("sign out there as well"), "{asked:?}");
}

#[tokio::test]
async fn signing_out_says_what_goes_on_at_the_other_host() {
    let desk = Desk::free();
    let gate = desk.gate(false).await;
    let owner = gate.visitor_with("olga", &["--role", "owner"]).await;
    let asked = owner.browser.open(&gate.url("access", "/sign-out")).await;
    assert!(asked.shows("sign out there as well"), "{asked:?}");
    let done = owner.browser.submit(asked.form("/sign-out")).await;
    assert!(done.shows("sign out there as well"), "{done:?}");
    let (browser, _) = desk.sign_in(&gate, "olga").await;
    let asked = browser.open(&desk.url("admin", "/sign-out")).await;
    let done = browser.submit(asked.form("/sign-out")).await;
    assert!(done.shows("Applications stay signed in"), "{done:?}");
}
