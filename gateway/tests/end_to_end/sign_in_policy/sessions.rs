//! How long one stays signed in, and how often, as the policy says.

use std::time::Duration;

use config::cookies::SESSION;

use super::{ACCESS, DAY, gets_in, policy, sign_in};
use crate::end_to_end::harness::{Application, Browser, Gatehouse, PASSWORD, Upstream, until};

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);

async fn with_wiki(upstream: &Upstream) -> Gatehouse {
    let wiki = Application::new("wiki", upstream);
    Gatehouse::start().with_application(wiki).await
}

/// Whether the wiki opens without a sign-in.
async fn opens_wiki(gate: &Gatehouse, browser: &Browser) -> bool {
    let page = browser.open(&gate.url("wiki", "/")).await;
    page.shows("hello from the upstream")
}

#[tokio::test]
async fn what_is_not_used_ends_after_so_many_minutes_where_it_does() {
    let upstream = Upstream::start().await;
    let mut gate = with_wiki(&upstream).await;
    policy(
        &gate,
        "sessions: { idle_minutes: 30, absolute_hours: 2160 }",
    )
    .await;
    let browser = gate.visitor("li.lei").await.browser;
    for _ in 0..3 {
        gate.later(MINUTE * 29).await;
        assert!(opens_wiki(&gate, &browser).await, "used 29 minutes ago");
    }
    gate.later(MINUTE * 31).await;
    assert!(!opens_wiki(&gate, &browser).await && !gets_in(&gate, &browser).await);
    policy(
        &gate,
        "sessions: { idle_minutes: null, absolute_hours: 2160 }",
    )
    .await;
    let (browser, _) = sign_in(&gate, "li.lei", PASSWORD).await;
    gate.later(DAY * 89).await;
    assert!(gets_in(&gate, &browser).await && opens_wiki(&gate, &browser).await);
}

#[tokio::test]
async fn what_is_used_all_the_while_ends_so_many_hours_after_the_sign_in() {
    let upstream = Upstream::start().await;
    let mut gate = with_wiki(&upstream).await;
    policy(&gate, "sessions: { idle_minutes: 120, absolute_hours: 3 }").await;
    let browser = gate.visitor("li.lei").await.browser;
    for _ in 0..2 {
        gate.later(HOUR).await;
        assert!(gets_in(&gate, &browser).await && opens_wiki(&gate, &browser).await);
    }
    gate.later(HOUR).await;
    assert!(!gets_in(&gate, &browser).await && !opens_wiki(&gate, &browser).await);
}

#[tokio::test]
async fn it_outlives_the_closing_of_the_browser_where_the_policy_says_so() {
    let upstream = Upstream::start().await;
    let gate = with_wiki(&upstream).await;
    gate.visitor("li.lei").await;
    for (keeps, seconds) in [(false, None), (true, Some(7 * 24 * 3600))] {
        let yaml = format!("sessions: {{ keep_after_closing: {keeps}, absolute_hours: 168 }}");
        policy(&gate, &yaml).await;
        let (browser, _) = sign_in(&gate, "li.lei", PASSWORD).await;
        assert_eq!(browser.outlives_closing(ACCESS, SESSION), seconds);
        assert!(opens_wiki(&gate, &browser).await);
        browser.close();
        assert_eq!(opens_wiki(&gate, &browser).await, keeps);
        assert_eq!(gets_in(&gate, &browser).await, keeps);
    }
}

#[tokio::test]
async fn whoever_signs_in_once_more_than_they_may_ends_what_was_used_longest_ago() {
    let upstream = Upstream::start().await;
    let gate = with_wiki(&upstream).await;
    gate.visitor("li.lei").await;
    policy(&gate, "sessions: { most: 0 }").await;
    let mut browsers = Vec::new();
    for _ in 0..4 {
        let (browser, _) = sign_in(&gate, "li.lei", PASSWORD).await;
        assert!(opens_wiki(&gate, &browser).await);
        browsers.push(browser);
    }
    let open = async |browsers: &[Browser]| {
        let mut open = Vec::new();
        for browser in browsers {
            open.push(opens_wiki(&gate, browser).await);
        }
        open
    };
    assert_eq!(open(&browsers).await, [true; 4], "as often as they like");
    policy(&gate, "sessions: { most: 3 }").await;
    let oldest_ended = [false, true, true, true];
    until("the oldest ends", async || {
        open(&browsers).await == oldest_ended
    })
    .await;
    policy(&gate, "sessions: { most: 1 }").await;
    let (newest, _) = sign_in(&gate, "li.lei", PASSWORD).await;
    until("all others end", async || {
        open(&browsers).await == [false; 4]
    })
    .await;
    assert!(opens_wiki(&gate, &newest).await);
}

#[tokio::test]
async fn a_change_holds_for_sessions_that_are_open() {
    let upstream = Upstream::start().await;
    let mut gate = with_wiki(&upstream).await;
    policy(
        &gate,
        "sessions: { idle_minutes: null, absolute_hours: 24 }",
    )
    .await;
    let browser = gate.visitor("li.lei").await.browser;
    assert!(opens_wiki(&gate, &browser).await);
    gate.later(HOUR * 5).await;
    policy(
        &gate,
        "sessions: { idle_minutes: null, absolute_hours: 48 }",
    )
    .await;
    gate.later(HOUR * 25).await;
    assert!(opens_wiki(&gate, &browser).await, "prolonged");
    policy(
        &gate,
        "sessions: { idle_minutes: null, absolute_hours: 12 }",
    )
    .await;
    assert!(!gets_in(&gate, &browser).await, "cut short");
    until("the wiki is told", async || {
        !opens_wiki(&gate, &browser).await
    })
    .await;
}
