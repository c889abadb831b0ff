//! The hand-over as browsers do it, and as attackers would.

use std::time::Duration;

use axum::http::StatusCode;
use config::cookies;

use crate::store::testing::on_both_engines;
use crate::testing::{ACCESS, Browser, ECHO, House, PASSWORD, WIKI};

const START: &str = "/.gatehouse/start?return=%2Fpage%3Fa%3Db";

/// From the application's host to the callback's address, for somebody who is signed in.
async fn callback(browser: &mut Browser<'_>, start: &str) -> String {
    let to_access = browser.get(WIKI, start).await.location().to_owned();
    let back = browser.open(&to_access).await.location().to_owned();
    assert!(
        back.starts_with("https://wiki.example.com/.gatehouse/callback?code="),
        "{back}"
    );
    back
}

#[tokio::test]
async fn a_person_who_is_not_signed_in_signs_in_on_the_way() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut browser = house.browser();
        let to_access = browser.get(WIKI, START).await.location().to_owned();
        assert!(to_access.starts_with("https://access.example.com/sign-in/continue?host=wiki"));
        let to_sign_in = browser.open(&to_access).await.location().to_owned();
        let page = browser.open(&to_sign_in).await;
        let to =
            crate::testing::between(&page.body, r#"name="to" value=""#, "\"").replace("&#38;", "&");
        let fields = [("username", "alice"), ("password", PASSWORD), ("to", &to)];
        let done = browser.post(ACCESS, "/sign-in", &fields).await;
        // Not straight on: a form may lead to this host only.
        let onward = done.location().to_owned();
        assert!(onward.starts_with("/sign-in/onward?to="), "{onward}");
        let page = browser.open(&onward).await;
        let next =
            crate::testing::between(&page.body, "content=\"0;url=", "\"").replace("&#38;", "&");
        let back = browser.open(&next).await.location().to_owned();
        let done = browser.open(&back).await;
        assert_eq!(done.location(), "/page?a=b");
        let child = browser.cookie(WIKI, cookies::SESSION).unwrap();
        assert_ne!(Some(child), browser.cookie(ACCESS, cookies::SESSION));
    })
    .await;
}

#[tokio::test]
async fn attack_10_a_code_works_once_at_its_host_in_its_browser_and_for_a_minute() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut browser = house.browser();
        browser.sign_in("alice", PASSWORD).await;
        let back = callback(&mut browser, START).await;

        let mut other = house.browser();
        other.get(WIKI, START).await;
        assert_eq!(
            other.open(&back).await.status,
            StatusCode::GONE,
            "another browser"
        );
        let mut bare = house.browser();
        assert_eq!(bare.open(&back).await.status, StatusCode::GONE, "no cookie");
        let elsewhere = back.replace(WIKI, ECHO);
        browser.get(ECHO, START).await;
        assert_eq!(
            browser.open(&elsewhere).await.status,
            StatusCode::GONE,
            "another host"
        );
        assert_eq!(browser.open(&back).await.status, StatusCode::SEE_OTHER);
        assert_eq!(browser.open(&back).await.status, StatusCode::GONE, "used");

        let late = callback(&mut browser, START).await;
        house.state.clock.advance(Duration::from_mins(1));
        assert_eq!(
            browser.open(&late).await.status,
            StatusCode::GONE,
            "expired"
        );
        let after = callback(&mut browser, START).await;
        browser.get(ACCESS, "/sign-out").await;
        browser.post(ACCESS, "/sign-out", &[]).await;
        assert_eq!(
            browser.open(&after).await.status,
            StatusCode::GONE,
            "signed out meanwhile"
        );
        for garbage in ["", "?code=", "?code=x", "?code=%00"] {
            let path = format!("/.gatehouse/callback{garbage}");
            assert_eq!(browser.get(WIKI, &path).await.status, StatusCode::GONE);
        }
    })
    .await;
}

#[tokio::test]
async fn attack_09_nobody_is_sent_to_a_host_or_path_that_is_not_an_applications() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut browser = house.browser();
        browser.sign_in("alice", PASSWORD).await;
        let state = "A".repeat(43);
        for host in [
            "evil.example",
            "wiki.example.com.evil.example",
            "evilwiki.example.com",
            "wiki.example.com%40evil.example",
            "wiki.example.com%3A8443",
            "WIKI.EXAMPLE.COM",
            "wiki.example.com.",
            "evil.example%2Fwiki.example.com",
            "wiki.example.com%2F..",
            "wiki%E3%80%82example.com",
            "access.example.com",
            "",
            "wiki.example.com%00",
        ] {
            let path = format!("/sign-in/continue?host={host}&state={state}&return=%2F");
            let answer = browser.get(ACCESS, &path).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{host}");
        }
        for trick in [
            "%2F%2Fevil.example",
            "https%3A%2F%2Fevil.example",
            "%2F%5Cevil.example",
            "%2F.gatehouse%2Fstart",
            "%2F%09%2Fevil",
        ] {
            let start = format!("/.gatehouse/start?return={trick}");
            let back = callback(&mut browser, &start).await;
            assert_eq!(browser.open(&back).await.location(), "/", "{trick}");
            let to = format!("/sign-in?to={trick}");
            let signed_in = browser.get(ACCESS, &to).await;
            assert!(
                matches!(signed_in.location(), "/" | "/.gatehouse/start"),
                "{trick}"
            );
        }
        let unknown = browser.get("other.example.com", START).await;
        assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn attack_22_an_application_that_asks_for_a_second_factor_gets_one() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let start = format!("{START}&step=two");
        let mut browser = house.browser();
        browser.sign_in("alice", PASSWORD).await;
        let to_access = browser.get(WIKI, &start).await.location().to_owned();
        let enrol = browser.open(&to_access).await.location().to_owned();
        assert!(enrol.starts_with("/account/authenticator?to="), "{enrol}");
        let page = browser.open(&enrol).await;
        assert!(page.body.contains("asks for two-step verification"));
        let (seed, _) = browser.enrol().await;
        assert!(
            browser
                .open(&to_access)
                .await
                .location()
                .contains("/callback?code=")
        );

        // Fresh a moment ago, stale later: asked again, under a new session.
        house.state.clock.advance(Duration::from_mins(5));
        let confirm = browser.open(&to_access).await.location().to_owned();
        assert!(confirm.starts_with("/sign-in/confirm?to="), "{confirm}");
        browser.open(&confirm).await;
        let before = browser.clone();
        let code = seed.code_at(house.state.clock.now());
        let fields = [("code", code.as_str()), ("to", "/account")];
        let done = browser.post(ACCESS, "/sign-in/confirm", &fields).await;
        assert_eq!(done.location(), "/account");
        assert!(!before.clone().is_signed_in().await);
        assert!(
            browser
                .open(&to_access)
                .await
                .location()
                .contains("/callback?code=")
        );
    })
    .await;
}

#[tokio::test]
async fn signing_out_at_an_application_ends_the_whole_sign_in() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut browser = house.browser();
        browser.sign_in("alice", PASSWORD).await;
        let back = callback(&mut browser, START).await;
        browser.open(&back).await;
        let to_access = browser.get(ECHO, START).await.location().to_owned();
        let back = browser.open(&to_access).await.location().to_owned();
        browser.open(&back).await;
        let stolen = browser.clone();
        for host in [ACCESS, WIKI, ECHO] {
            assert!(stolen.session(host).await.is_some(), "{host}");
        }
        let asked = browser.get(WIKI, "/.gatehouse/sign-out").await;
        assert!(asked.body.contains("action=\"/.gatehouse/sign-out\""));
        assert!(browser.is_signed_in().await, "asking is not doing");
        let done = browser.post(WIKI, "/.gatehouse/sign-out", &[]).await;
        assert_eq!(done.status, StatusCode::OK);
        assert!(!browser.is_signed_in().await);
        assert_eq!(browser.cookie(WIKI, cookies::SESSION), None);
        for host in [ACCESS, WIKI, ECHO] {
            assert!(stolen.session(host).await.is_none(), "attack_10: {host}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_applications_host_has_no_page_of_the_access_host() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut browser = house.browser();
        for path in ["/", "/sign-in", "/account", "/set-up", "/welcome"] {
            assert_eq!(
                browser.get(WIKI, path).await.status,
                StatusCode::NOT_FOUND,
                "{path}"
            );
        }
    })
    .await;
}
