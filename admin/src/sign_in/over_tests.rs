//! A sign-in that is over half-way leads back to its beginning, and on to where it was to lead.

use std::time::Duration;

use axum::http::StatusCode;

use crate::periodic;
use crate::store::testing::on_both_engines;
use crate::testing::{ACCESS, Browser, House, PASSWORD};

/// Up to the second factor, on the way to the account page.
async fn begin(browser: &mut Browser<'_>) {
    browser.get(ACCESS, "/sign-in?to=%2Faccount").await;
    let fields = [
        ("username", "alice"),
        ("password", PASSWORD),
        ("to", "/account"),
    ];
    let step = browser.post(ACCESS, "/sign-in", &fields).await;
    assert_eq!(step.location(), "/sign-in/two-step");
}

#[tokio::test]
async fn whoever_took_too_long_begins_again_and_still_gets_where_they_wanted() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut first = house.browser();
        first.sign_in("alice", PASSWORD).await;
        let (seed, _) = first.enrol().await;
        let mut late = house.browser();
        begin(&mut late).await;
        late.get(ACCESS, "/sign-in/two-step").await;
        house.state.clock.advance(Duration::from_mins(10));
        // What has had its time is cleared away meanwhile.
        periodic::work(&house.state, house.state.clock.now())
            .await
            .unwrap();
        let again = "/sign-in?after=over&to=%2Faccount";
        let code = seed.code_at(house.state.clock.now());
        for path in ["/sign-in/two-step", "/sign-in/recovery-code"] {
            let mut twin = late.clone();
            assert_eq!(twin.get(ACCESS, path).await.location(), again);
            let mut twin = late.clone();
            let sent = twin.post(ACCESS, path, &[("code", &code)]).await;
            assert_eq!(
                (sent.status, sent.location()),
                (StatusCode::SEE_OTHER, again)
            );
        }
        for (language, text) in [("en", "took too long"), ("zh-CN", "登录已超时")] {
            late.language = language;
            let page = late.get(ACCESS, again).await;
            assert!(page.body.contains(text), "{}", page.body);
            assert!(page.body.contains(r#"name="to" value="/account""#));
        }
        begin(&mut late).await;
        late.get(ACCESS, "/sign-in/two-step").await;
        let code = seed.code_at(house.state.clock.now());
        let done = late
            .post(ACCESS, "/sign-in/two-step", &[("code", &code)])
            .await;
        assert_eq!(done.location(), "/account");
    })
    .await;
}

#[tokio::test]
async fn a_browser_that_is_in_no_sign_in_is_led_to_one() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut browser = house.browser();
        for path in [
            "/sign-in/two-step",
            "/sign-in/recovery-code",
            "/sign-in/new-password",
        ] {
            let led = browser.get(ACCESS, path).await;
            assert_eq!(led.location(), "/sign-in?after=over&to=%2F", "{path}");
        }
    })
    .await;
}
