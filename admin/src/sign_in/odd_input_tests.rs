//! Names that only look like another's, and forms that no browser would send.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};

use super::lockout::PER_ACCOUNT;
use crate::pages::return_path::encode;
use crate::store::members::{self, Fields};
use crate::store::testing::on_both_engines;
use crate::testing::{ACCESS, Answered, Browser, House, PASSWORD, between};

const REFUSED: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

/// Sends a body as it is, with the token of the sign-in page before it.
async fn post(browser: &mut Browser<'_>, path: &str, kind: &str, rest: &[u8]) -> Answered {
    browser.get(ACCESS, "/sign-out").await;
    let token = between(&browser.last, r#"name="csrf" value=""#, "\"").to_owned();
    let mut body = format!("csrf={}&", encode(&token)).into_bytes();
    body.extend_from_slice(rest);
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, kind)
        .header("sec-fetch-site", "same-origin");
    browser.send(ACCESS, request, Body::from(body)).await
}

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn attack_11_a_name_that_only_looks_like_another_is_nobodys() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        for name in [
            "аlice",
            "ali\u{200b}ce",
            "alice\u{200d}",
            "\u{202e}ecila",
            "alice\u{202c}",
            "al\u{131}ce",
            "αlice",
            "ali\u{301}ce",
            "alice@evil@corp.com",
            "\u{feff}alice",
            &"a".repeat(20_000),
            "",
        ] {
            let mut browser = house.browser();
            browser.address = "2001:db8::1".parse().unwrap();
            let answer = browser.sign_in(name, PASSWORD).await;
            assert_eq!(answer.status, REFUSED, "{name:.20}");
            assert!(!browser.is_signed_in().await);
        }
    })
    .await;
}

#[tokio::test]
async fn attack_17_the_spellings_that_are_one_name_have_one_counter() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let spellings = [
            "ALICE",
            "ａｌｉｃｅ",
            "𝓪lice",
            "ⓐlice",
            " alice\t",
            "a\0lice",
            "alice\u{a0}",
            "aℓice",
            "\u{2003}alice",
            "Alice",
        ];
        assert_eq!(i64::try_from(spellings.len()).unwrap(), PER_ACCOUNT);
        for name in spellings {
            let answer = house.browser().sign_in(name, "wrong").await;
            assert_eq!(answer.status, REFUSED);
        }
        let right = house.browser().sign_in("alice", PASSWORD).await;
        assert_eq!(right.status, REFUSED);
        let reasons: Vec<_> = house.log().await.into_iter().map(|(_, r)| r).collect();
        assert_eq!(reasons[0].as_deref(), Some("too_many_attempts"));
        assert!(
            reasons[1..]
                .iter()
                .all(|r| r.as_deref() == Some("wrong_password"))
        );
    })
    .await;
}

#[tokio::test]
async fn attack_11_a_mail_address_signs_in_only_once_somebody_vouches_for_it() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let state = &house.state;
        let now = state.clock.now();
        let fields = Fields {
            kind: config::PrincipalKind::Member,
            username: "alice".into(),
            username_key: "alice".into(),
            display_name: "Alice".into(),
            email: Some("A@Corp.com".into()),
            email_key: Some("a@corp.com".into()),
            mobile: None,
            employee_number: None,
        };
        for (verified, expected) in [
            (None, REFUSED),
            (Some(now), StatusCode::SEE_OTHER),
            (None, REFUSED),
        ] {
            let mut tx = state.store.begin().await.unwrap();
            let version = members::find(&mut tx, &house.alice)
                .await
                .unwrap()
                .unwrap()
                .version;
            members::update(&mut tx, &house.alice, version, &fields, now)
                .await
                .unwrap();
            members::set_email_verified(&mut tx, &house.alice, verified)
                .await
                .unwrap();
            tx.commit().await.unwrap();
            let answer = house.browser().sign_in("a@CORP.com", PASSWORD).await;
            assert_eq!(answer.status, expected, "{verified:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn attack_18_a_form_that_no_browser_sends_is_refused_and_does_nothing() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut browser = house.browser();
        let good = format!("username=alice&password={}&to=%2F", encode(PASSWORD));
        let twice = format!("username=olga&{good}");
        let other_token = format!("csrf=x&{good}");
        let not_utf8 = [good.as_bytes(), b"&x=\xff"].concat();
        let large = format!("{good}&x={}", "x".repeat(70_000));
        for (kind, body, expected) in [
            (FORM, twice.as_bytes(), StatusCode::BAD_REQUEST),
            (FORM, other_token.as_bytes(), StatusCode::BAD_REQUEST),
            (FORM, &not_utf8, StatusCode::BAD_REQUEST),
            (FORM, b"username=%ff&password=x", StatusCode::BAD_REQUEST),
            (FORM, large.as_bytes(), StatusCode::BAD_REQUEST),
            (
                "multipart/form-data; boundary=x",
                good.as_bytes(),
                StatusCode::FORBIDDEN,
            ),
            ("application/json", b"{}", StatusCode::FORBIDDEN),
            ("text/plain", good.as_bytes(), StatusCode::FORBIDDEN),
            ("", good.as_bytes(), StatusCode::FORBIDDEN),
        ] {
            let answer = post(&mut browser, "/sign-in", kind, body).await;
            assert_eq!(answer.status, expected, "{kind}");
            assert!(answer.body.contains("<html lang=\"en\">"), "a page of ours");
            assert!(!browser.is_signed_in().await);
        }
        let kind = "application/x-www-form-urlencoded; charset=utf-8";
        post(&mut browser, "/sign-in", kind, good.as_bytes()).await;
        assert!(browser.is_signed_in().await);
        let path = "/account/sessions/end";
        for odd in ["sign_in=%00", "sign_in=a%00b", "sign_in=%27--", ""] {
            let answer = post(&mut browser, path, FORM, odd.as_bytes()).await;
            assert!(!answer.status.is_server_error(), "{odd} {}", answer.status);
        }
        assert!(browser.is_signed_in().await);
    })
    .await;
}

#[tokio::test]
async fn an_address_that_can_be_read_in_two_ways_gets_a_page_of_ours() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut browser = house.browser();
        browser.sign_in("alice", PASSWORD).await;
        for path in [
            "/sign-in?to=%2F&to=%2Fx",
            "/account?after=a&after=b",
            "/sign-in/confirm?to=a&to=b",
            "/sign-in/continue?host=a",
        ] {
            let page = browser.get(ACCESS, path).await;
            assert_eq!(page.status, StatusCode::BAD_REQUEST, "{path}");
            assert!(page.body.contains("cannot be understood"), "{path}");
        }
    })
    .await;
}
