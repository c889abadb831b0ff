//! Which ways in the page offers, and what becomes of them where only directories let people in.

use axum::http::StatusCode;
use config::Role;
use config::id::DirectoryId;
use serde_json::json;

use super::*;
use crate::directories::oidc::ClientAuthentication;
use crate::directories::oidc::testing::Provider;
use crate::edit::Edit;
use crate::refused::{Expected, Refused};
use crate::sign_in_policy::{PolicyAudience, PolicyException, SignInPolicy};
use crate::store::testing::{TestStore, on_both_engines};
use crate::testing::{ACCESS, Browser, House, PASSWORD, operator};

const BY_DIRECTORY: &str = "/sign-in/by-directory";

/// Connects a provider by which people with addresses of `domain` come in.
async fn connect(house: &House, name: &str, issuer: &str, domain: &str) -> DirectoryId {
    let permit = operator();
    let edit = Edit::begin(&house.state, &permit).await.unwrap();
    let draft = json!({
        "name": name, "used_for": "sign_in", "enabled": true, "secret": "of the client",
        "source": { "kind": "oidc", "issuer": issuer, "client_id": "gatehouse" },
        "sign_in": { "domains": [domain] },
    });
    let draft = serde_json::from_value(draft).unwrap();
    directories::create(edit, draft).await.unwrap().id
}

fn demand(policy: &mut SignInPolicy) {
    policy.ways.directories_only = true;
}

fn name(house: &House, methods: &[SignInMethod]) {
    let mut snapshot = (*house.state.snapshot().unwrap()).clone();
    snapshot.brand.sign_in_methods = methods.to_vec();
    let snapshot = std::sync::Arc::new(snapshot);
    house.snapshots.send_replace(Some(snapshot));
}

fn at(page: &str, text: &str) -> usize {
    page.find(text).unwrap_or_else(|| panic!("{text}: {page}"))
}

#[tokio::test]
async fn the_sign_in_page_offers_what_the_brand_says_in_its_order_and_each_leads_on() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let offer = |methods: &[SignInMethod]| {
            let mut snapshot = (*house.state.snapshot().unwrap()).clone();
            snapshot.brand.sign_in_methods = methods.to_vec();
            snapshot.brand.welcome = ("Welcome, staff", "欢迎各位同事").into();
            house
                .snapshots
                .send_replace(Some(std::sync::Arc::new(snapshot)));
        };
        let mut browser = house.browser();
        let page = browser.get(ACCESS, "/sign-in?to=%2Faccount").await.body;
        assert!(page.contains(r#"name="password""#), "{page}");
        assert!(page.contains(r#"href="/welcome?to=%2Faccount""#), "{page}");

        offer(&[SignInMethod::OneTimeCode, SignInMethod::Password]);
        let page = browser.get(ACCESS, "/sign-in?to=%2Faccount").await.body;
        assert!(
            page.contains(r#"name="code""#) && page.contains("<h1>Sign in</h1>"),
            "{page}"
        );
        assert!(page.contains(">Welcome, staff</p>"), "{page}");
        let other = "/sign-in?with=password&to=%2Faccount";
        assert!(
            page.contains(&format!("href=\"{}\"", other.replace('&', "&#38;"))),
            "{page}"
        );
        assert!(
            browser
                .get(ACCESS, other)
                .await
                .body
                .contains(r#"name="password""#)
        );

        offer(&[SignInMethod::OneTimeCode]);
        let page = browser.get(ACCESS, "/sign-in").await.body;
        assert!(!page.contains("with=password"), "{page}");
        browser.get(ACCESS, other).await;
        browser.sign_in("alice", PASSWORD).await;
        assert!(
            browser.is_signed_in().await,
            "what is not offered still works"
        );
    })
    .await;
}

#[tokio::test]
async fn directories_stand_in_the_order_of_the_brand_and_one_that_comes_first_opens_the_page() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut ids = Vec::new();
        for directory in ["First", "Second", "Third"] {
            ids.push(connect(&house, directory, "http://127.0.0.1:1", "example.com").await);
        }
        let by = |at: usize| SignInMethod::Directory(ids[at].clone());
        let gone = SignInMethod::Directory("gone".into());
        name(&house, &[gone, by(2), SignInMethod::Password, by(1)]);
        let mut browser = house.browser();
        let page = browser.get(ACCESS, "/sign-in?to=%2Faccount").await.body;
        assert!(!page.contains(r#"name="password""#), "{page}");
        assert!(!page.contains("one-time code"), "{page}");
        let order =
            ["Third", "Second", "First"].map(|one| at(&page, &format!("Sign in with {one}")));
        assert!(order.is_sorted(), "{order:?}: {page}");
        assert!(at(&page, "with=password") > order[2]);
        let page = browser.get(ACCESS, "/sign-in?with=password").await.body;
        assert!(page.contains(r#"name="password""#) && page.contains("Sign in with Third"));
    })
    .await;
}

#[tokio::test]
async fn attack_22_where_only_directories_let_people_in_nothing_that_is_kept_here_does_but_for_owners()
 {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        connect(&house, "Staff", "http://127.0.0.1:1", "example.com").await;
        house.member("owen", "Owen", &[Role::Owner]).await;
        house.policy(demand).await;
        let page = house.browser().get(ACCESS, "/sign-in").await.body;
        for hidden in [
            r#"name="password""#,
            "/welcome",
            "/sign-in/forgot",
            "/sign-in/code",
        ] {
            assert!(!page.contains(hidden), "{hidden}: {page}");
        }
        assert!(page.contains("Owners&#39; way in"), "{page}");

        let mut alice = house.browser();
        let answer = alice.sign_in("alice", PASSWORD).await;
        assert_eq!(answer.location(), BY_DIRECTORY);
        let page = alice.get(ACCESS, BY_DIRECTORY).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
        assert!(page.body.contains("Sign in with Staff"), "{}", page.body);
        assert!(!alice.is_signed_in().await);
        let reason = house.log().await[0].1.clone();
        assert_eq!(reason.as_deref(), Some("not_by_directory"));

        let answer = house.browser().sign_in("alice", "wrong").await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "tells nothing"
        );
        let mut owen = house.browser();
        owen.sign_in("owen", PASSWORD).await;
        assert!(owen.is_signed_in().await, "an owner gets in");
    })
    .await;
}

#[tokio::test]
async fn an_exception_lets_its_group_in_with_what_is_kept_here() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        connect(&house, "Staff", "http://127.0.0.1:1", "example.com").await;
        let partners = house.group("partners").await;
        house.put_into(&partners, &house.alice).await;
        let exception = json!({
            "name": "Partners", "ways": { "directories_only": false },
            "who": [PolicyAudience::Group(partners)],
        });
        let exception: PolicyException = serde_json::from_value(exception).unwrap();
        house
            .policy(|policy| {
                demand(policy);
                policy.exceptions = vec![exception];
            })
            .await;
        let mut browser = house.browser();
        let page = browser.get(ACCESS, "/sign-in").await.body;
        assert!(page.contains(r#"name="password""#), "{page}");
        browser.sign_in("alice", PASSWORD).await;
        assert!(browser.is_signed_in().await);
    })
    .await;
}

#[tokio::test]
async fn nobody_is_asked_for_a_directory_where_there_is_none() {
    let house = House::new(TestStore::sqlite().await).await;
    let permit = operator();
    let mut edit = Edit::begin(&house.state, &permit).await.unwrap();
    let mut policy = sign_in_policy::get(&mut edit.tx).await.unwrap().body;
    demand(&mut policy);
    let refused = sign_in_policy::put(edit, crate::refused::Expected::Any, policy).await;
    let told = format!("{:?}", refused.unwrap_err());
    assert!(told.contains("ways.directories_only"), "{told}");
}

#[tokio::test]
async fn a_work_address_leads_to_the_directory_of_its_domain() {
    let op = Provider::start();
    let house = House::new(TestStore::sqlite().await).await;
    connect(&house, "Other", "http://127.0.0.1:1", "other.example").await;
    let home = connect(&house, "Home", &op.issuer, "Home.example").await;
    let callback = format!("https://{ACCESS}/sign-in/directories/{home}/callback");
    op.knows(
        &callback,
        (ClientAuthentication::SecretBasic, "RS256"),
        "first",
    );
    let mut browser = house.browser();
    let page = browser.get(ACCESS, "/sign-in?to=%2Faccount").await.body;
    assert!(page.contains(r#"name="mail""#), "{page}");
    let go = async |browser: &mut Browser<'_>, mail: &str| {
        let fields = [("mail", mail), ("to", "/account")];
        browser.post(ACCESS, "/sign-in/directories", &fields).await
    };
    let there = go(&mut browser, " wang@home.example ").await;
    let body = there.body;
    let address = crate::testing::between(&body, "content=\"0;url=", "\"");
    assert!(address.starts_with(&op.issuer), "{body}");
    assert!(
        address.contains("login_hint=wang%40home.example"),
        "{address}"
    );
    assert!(
        address.contains(home.as_str()),
        "comes back by it: {address}"
    );
    browser.get(ACCESS, "/sign-in?to=%2Faccount").await;
    for unknown in ["wang@nothing.example", "wang", "", "@sub.home.example"] {
        let page = go(&mut browser, unknown).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{unknown}");
        assert!(
            page.body.contains("No way in belongs to the domain"),
            "{}",
            page.body
        );
    }
}

#[tokio::test]
async fn where_only_directories_let_people_in_the_last_one_stays() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let first = connect(&house, "First", "http://127.0.0.1:1", "example.com").await;
        let last = connect(&house, "Last", "http://127.0.0.1:2", "example.org").await;
        house.policy(demand).await;
        let permit = operator();
        let remove = async |id: &DirectoryId| {
            let edit = Edit::begin(&house.state, &permit).await.unwrap();
            directories::remove(edit, id, Expected::Any).await
        };
        remove(&first).await.unwrap();
        let refused = remove(&last).await;
        assert!(matches!(refused, Err(Refused::Impossible(why)) if why.en.contains("last one")));
        let draft = json!({
            "name": "Last", "used_for": "sign_in", "enabled": false,
            "source": { "kind": "oidc", "issuer": "http://127.0.0.1:2", "client_id": "gatehouse" },
        });
        let edit = Edit::begin(&house.state, &permit).await.unwrap();
        let draft = serde_json::from_value(draft).unwrap();
        let refused = directories::update(edit, &last, Expected::Any, draft).await;
        assert!(matches!(refused, Err(Refused::Impossible(_))));
        house
            .policy(|policy| policy.ways.directories_only = false)
            .await;
        remove(&last).await.unwrap();
    })
    .await;
}
