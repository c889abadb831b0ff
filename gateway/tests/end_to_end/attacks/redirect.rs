//! Row 9: whither a sign-in leads back.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::end_to_end::harness::{Application, Gatehouse, Upstream};

/// What a browser would take for another site's address.
const ELSEWHERE: [&str; 20] = [
    "//evil.test",
    "///evil.test",
    "/\\evil.test",
    "\\/evil.test",
    "\\\\evil.test",
    "/\t/evil.test",
    "/\n/evil.test",
    "\t//evil.test",
    "https:evil.test",
    "https://evil.test",
    "https:/evil.test",
    "HTTPS://evil.test",
    "javascript:alert(1)",
    "data:text/html,x",
    "https://wiki.corp.test@evil.test",
    "https://wiki.corp.test.evil.test",
    "https://evilwiki.corp.test.",
    "https://wiki\u{3002}corp\u{3002}test.evil.test",
    "%2f%2fevil.test",
    "/%09/evil.test",
];

#[tokio::test]
async fn attack_09_a_return_address_leads_to_our_own_hosts_only() {
    let upstream = Upstream::start().await;
    let gate = Gatehouse::start()
        .with_application(Application::new("wiki", &upstream))
        .await;
    let visitor = gate.visitor("li.lei").await;
    for bad in ELSEWHERE {
        let encoded = utf8_percent_encode(bad, NON_ALPHANUMERIC).to_string();
        for start in [
            gate.url("wiki", &format!("/.gatehouse/start?return={encoded}")),
            gate.url("wiki", &format!("/.gatehouse/sign-out?return={encoded}")),
            gate.url("access", &format!("/sign-in?return={encoded}")),
            gate.url(
                "access",
                &format!("/sign-in/continue?host={encoded}&state=x&return=/"),
            ),
            gate.url(
                "access",
                &format!("/sign-in/continue?host=wiki.corp.test&state=x&return={encoded}"),
            ),
        ] {
            for place in visitor.browser.trail(&start).await {
                let host = place.host_str().unwrap_or_default();
                assert!(
                    host == "wiki.corp.test" || host == "access.corp.test",
                    "{start} led to {place}"
                );
            }
        }
    }
}

#[tokio::test]
async fn attack_09_a_good_return_address_is_kept_with_its_query() {
    let upstream = Upstream::start().await;
    let gate = Gatehouse::start()
        .with_application(Application::new("wiki", &upstream))
        .await;
    let visitor = gate.visitor("li.lei").await;
    let wanted = gate.url("wiki", "/a%20b?x=1&y=%2F%2Fz");
    let page = visitor.browser.open(&wanted).await;
    assert_eq!(page.url.as_str(), wanted);
    assert_eq!(upstream.last().target(), "/a%20b?x=1&y=%2F%2Fz");
}
