//! What holds for every page: forms that only we can send, headers, escaping, both languages.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};

use crate::pages::middleware::CONTENT_SECURITY_POLICY;
use crate::store::testing::{TestStore, on_both_engines};
use crate::testing::{ACCESS, Browser, House, PASSWORD, WIKI};

/// Every form of ours. A new one belongs here.
const FORMS: &[(&str, &str)] = &[
    (ACCESS, "/set-up"),
    (ACCESS, "/welcome"),
    (ACCESS, "/sign-in"),
    (ACCESS, "/sign-in/forgot"),
    (ACCESS, "/sign-in/directories"),
    (ACCESS, "/sign-in/directories/none/confirm"),
    (ACCESS, "/sign-in/two-step"),
    (ACCESS, "/sign-in/passkey"),
    (ACCESS, "/sign-in/two-step/passkey"),
    (ACCESS, "/sign-in/two-step/code"),
    (ACCESS, "/sign-in/code"),
    (ACCESS, "/sign-in/code/enter"),
    (ACCESS, "/sign-in/two-step/code/send"),
    (ACCESS, "/sign-in/set-up-two-step/passkey"),
    (ACCESS, "/sign-in/recovery-code"),
    (ACCESS, "/sign-in/set-up-two-step"),
    (ACCESS, "/sign-in/set-up-two-step/later"),
    (ACCESS, "/sign-in/new-password"),
    (ACCESS, "/sign-in/confirm"),
    (ACCESS, "/sign-in/confirm/passkey"),
    (ACCESS, "/sign-in/confirm/code"),
    (ACCESS, "/sign-in/confirm/code/send"),
    (ACCESS, "/sign-out"),
    (ACCESS, "/account/password"),
    (ACCESS, "/account/authenticator"),
    (ACCESS, "/account/authenticator/remove"),
    (ACCESS, "/account/passkeys"),
    (ACCESS, "/account/passkeys/rename"),
    (ACCESS, "/account/passkeys/remove"),
    (ACCESS, "/account/recovery-codes"),
    (ACCESS, "/account/browsers/forget"),
    (ACCESS, "/account/sessions/end"),
    (ACCESS, "/account/sessions/end-others"),
    (WIKI, "/.gatehouse/sign-out"),
];

/// What other sites send, or we to ourselves for them: their own tests say what is taken.
const FROM_ELSEWHERE: [&str; 5] = [
    "directory_logout::by_post",
    "saml::assertions",
    "saml::arrive",
    "saml_logout::by_form",
    "oidc_logout::told",
];

async fn send(
    browser: &mut Browser<'_>,
    host: &str,
    path: &str,
    site: &str,
    csrf: &str,
) -> StatusCode {
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", site);
    let body = Body::from(format!("csrf={csrf}"));
    browser.send(host, request, body).await.status
}

#[tokio::test]
async fn attack_18_no_form_is_taken_from_another_site_or_without_its_token() {
    let house = House::new(TestStore::sqlite().await).await;
    let mut browser = house.browser();
    browser.sign_in("alice", PASSWORD).await;
    for (host, path) in FORMS {
        let shown = browser.get(host, "/.gatehouse/sign-out").await;
        let csrf = crate::testing::between(&shown.body, r#"csrf" value=""#, "\"").to_owned();
        for (site, csrf) in [
            ("same-origin", ""),
            ("same-origin", "x"),
            ("cross-site", &csrf),
            ("same-site", &csrf),
        ] {
            let status = send(&mut browser, host, path, site, csrf).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{path} {site}");
        }
        let json = Request::post(*path).header(header::CONTENT_TYPE, "text/plain");
        let answer = browser
            .send(host, json, Body::from(format!("csrf={csrf}")))
            .await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} as text");
    }
    assert!(browser.is_signed_in().await, "nothing happened");
    let router = include_str!("router.rs");
    for taken in FROM_ELSEWHERE {
        assert_eq!(
            router.matches(&format!("post({taken})")).count(),
            1,
            "{taken}"
        );
    }
    let forms = router.matches("post(").count();
    let known = FORMS.len() + FROM_ELSEWHERE.len();
    assert_eq!(forms, known, "a form is missing from this test");
}

#[tokio::test]
async fn attack_24_names_are_escaped_on_every_page() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let evil = r#"<script>alert(1)</script>"'&"#;
        house.member("mallory", evil, &[]).await;
        let mut snapshot = (*house.state.snapshot().unwrap()).clone();
        snapshot.applications = vec![crate::testing::application("x", WIKI, evil, evil)];
        snapshot.brand.organisation.en = evil.to_owned();
        snapshot.brand.contact.en = evil.to_owned();
        snapshot.brand.sign_in_title.en = evil.to_owned();
        snapshot.brand.welcome.en = evil.to_owned();
        snapshot.brand.help_link = "javascript:alert(1)".to_owned();
        snapshot.brand.copyright.shown = true;
        snapshot.brand.copyright.text.en = evil.to_owned();
        house
            .snapshots
            .send_replace(Some(std::sync::Arc::new(snapshot)));
        let mut browser = house.browser();
        let asked = browser
            .get(ACCESS, "/sign-in?to=%2F%22onx%3D%22%3Cscript%3E")
            .await;
        assert!(!asked.body.contains("<script"));
        assert!(!asked.body.contains("href=\"javascript:"));
        let fields = [("username", evil), ("password", "x")];
        let refused = browser.post(ACCESS, "/sign-in", &fields).await;
        assert!(!refused.body.contains("<script"));
        browser.sign_in("mallory", PASSWORD).await;
        for path in [
            "/",
            "/account",
            "/account/password",
            "/account/authenticator",
            "/sign-out",
            "/nowhere/<script>",
        ] {
            let page = browser
                .get(ACCESS, &path.replace('<', "%3C").replace('>', "%3E"))
                .await;
            assert!(!page.body.contains("<script"), "{path}: {}", page.body);
            assert!(!page.body.contains(r#"alert(1)</script>"'"#), "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn every_page_keeps_to_itself_in_the_readers_language() {
    let house = House::new(TestStore::sqlite().await).await;
    let mut browser = house.browser();
    browser.sign_in("alice", PASSWORD).await;
    for language in ["zh-CN", "en"] {
        browser.language = language;
        for path in [
            "/",
            "/account",
            "/account/password",
            "/account/authenticator",
            "/welcome",
            "/sign-out",
            "/sign-in/onward",
            "/sign-in/confirm",
            "/nowhere",
        ] {
            let page = browser.get(ACCESS, path).await;
            let header = |name: &str| page.headers[name].to_str().unwrap().to_owned();
            assert_eq!(header("content-security-policy"), CONTENT_SECURITY_POLICY);
            assert_eq!(header("cache-control"), "no-store", "{path}");
            assert_eq!(header("content-language"), language, "{path}");
            assert!(page.body.contains(&format!("<html lang=\"{language}\">")));
            assert!(
                !page.body.contains("style=") && !page.body.contains("<script"),
                "{path}"
            );
        }
    }
}

#[tokio::test]
async fn the_keys_of_the_assertion_are_published_on_every_host() {
    let house = House::new(TestStore::sqlite().await).await;
    for host in [ACCESS, WIKI] {
        let answer = house.browser().get(host, "/.gatehouse/jwks.json").await;
        assert_eq!(answer.headers["content-type"], "application/json");
        assert_eq!(answer.body, "{}");
    }
}

#[tokio::test]
async fn the_language_is_switched_by_hand_and_remembered() {
    let house = House::new(TestStore::sqlite().await).await;
    let mut browser = house.browser();
    let page = browser.get(ACCESS, "/sign-in?to=%2Faccount").await;
    let link = crate::testing::between(&page.body, r#"<a href="/.gatehouse/language"#, "\"")
        .replace("&#38;", "&");
    let back = browser
        .get(ACCESS, &format!("/.gatehouse/language{link}"))
        .await;
    assert_eq!(back.location(), "/sign-in?to=%2Faccount");
    let page = browser.get(ACCESS, "/sign-in").await;
    assert!(page.body.contains("<h1>登录</h1>"));
    let evil = "/.gatehouse/language?to=en&back=%2F%2Fevil.example";
    assert_eq!(browser.get(ACCESS, evil).await.location(), "/");
}

#[tokio::test]
async fn the_texts_of_the_brand_stand_on_the_sign_in_page_and_ours_where_there_are_none() {
    let house = House::new(TestStore::sqlite().await).await;
    let mut browser = house.browser();
    let ours = browser.get(ACCESS, "/sign-in").await.body;
    assert!(ours.contains("<h1>Sign in</h1>"), "{ours}");
    assert!(ours.contains("Use your account to continue"));
    assert!(!ours.contains('©') && !ours.contains("Get help"));
    let mut snapshot = (*house.state.snapshot().unwrap()).clone();
    snapshot.brand.sign_in_title = ("Staff only", "员工入口").into();
    snapshot.brand.welcome.en = "Take your staff account".into();
    snapshot.brand.help_link = "mailto:it@example.com".into();
    snapshot.brand.copyright.shown = true;
    house
        .snapshots
        .send_replace(Some(std::sync::Arc::new(snapshot)));
    let theirs = browser.get(ACCESS, "/sign-in").await.body;
    for text in [
        "<h1>Staff only</h1>",
        "<title>Staff only · ",
        "Take your staff account",
        r#"href="mailto:it@example.com" rel="noreferrer">Get help</a>"#,
        "© 2026 Gatehouse",
    ] {
        assert!(theirs.contains(text), "{text} is missing in {theirs}");
    }
    let portal = browser.get(ACCESS, "/nowhere").await.body;
    assert!(portal.contains("© 2026 Gatehouse"), "{portal}");
}
