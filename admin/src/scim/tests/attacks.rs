//! Whoever proves nothing changes nothing, and a provider reaches nobody who is not its own.

use axum::http::StatusCode;
use config::{PrincipalKind, Role};
use serde_json::{Value, json};

use super::{Provider, connect, token};
use crate::directories::scim::{ScimSettings, tokens};
use crate::directories::{MatchBy, Organisation};
use crate::edit::Edit;
use crate::members::Status;
use crate::refused::Refused;
use crate::store::testing::on_both_engines;
use crate::store::{directory_tokens, sync_conflicts};
use crate::sync::testing::unlimited;
use crate::testing::operator;

fn user(name: &str) -> Value {
    json!({"userName": name, "active": true})
}

#[tokio::test]
async fn attack_18_nothing_is_told_without_a_token_of_the_very_directory() {
    on_both_engines(async |store| {
        let provider = Provider::new(store, unlimited()).await;
        let house = &provider.house;
        let other = connect(house, "Entra", unlimited(), ScimSettings::default()).await;
        let theirs = format!("Bearer {}", token(house, &other).await);
        let own = provider.token.clone();
        let mut wrong = own.clone();
        wrong.replace_range(
            own.len() - 2..,
            if own.ends_with("AA") { "BA" } else { "AA" },
        );
        let wrong = format!("Bearer {wrong}");
        let stripped = format!("Bearer {}", own.trim_start_matches("gh_scim_"));
        let basic = format!("Basic {own}");
        for with in [
            &[][..],
            &[("authorization", theirs.as_str())],
            &[("authorization", wrong.as_str())],
            &[("authorization", stripped.as_str())],
            &[("authorization", basic.as_str())],
            &[("authorization", "Bearer ")],
            &[("cookie", "__Host-gatehouse=x")],
        ] {
            for (method, path) in [("GET", "/Users"), ("POST", "/Users"), ("GET", "/Schemas")] {
                let body = (method == "POST").then(|| user("eve"));
                let answer = provider.send_with(method, path, body, with).await;
                assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{with:?} {path}");
                assert!(answer.headers["www-authenticate"] == "Bearer");
            }
        }
        assert!(provider.member("eve").await.is_none());
    })
    .await;
}

#[tokio::test]
async fn attack_18_a_token_in_an_address_is_refused() {
    on_both_engines(async |store| {
        let provider = Provider::new(store, unlimited()).await;
        let path = format!("/Users?access_token={}", provider.token);
        let answer = provider.send_with("GET", &path, None, &[]).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        provider.get(&path).await.is(400);
    })
    .await;
}

#[tokio::test]
async fn attack_18_guesses_are_counted_by_address() {
    on_both_engines(async |store| {
        let mut provider = Provider::new(store, unlimited()).await;
        let with = [("authorization", "Bearer gh_scim_guess")];
        let mut last = StatusCode::OK;
        for _ in 0..2000 {
            last = provider
                .send_with("GET", "/Users", None, &with)
                .await
                .status;
            if last == StatusCode::TOO_MANY_REQUESTS {
                break;
            }
        }
        assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
        provider.address = "198.51.100.1".parse().unwrap();
        let elsewhere = provider
            .send_with("GET", "/Users", None, &with)
            .await
            .status;
        assert_eq!(elsewhere, StatusCode::UNAUTHORIZED);
    })
    .await;
}

#[tokio::test]
async fn attack_18_from_another_network_nothing_is_pushed() {
    on_both_engines(async |store| {
        let mut provider = Provider::new(store, unlimited()).await;
        let settings = ScimSettings {
            networks: vec!["198.51.100.0/24".to_owned()],
            ..ScimSettings::default()
        };
        provider.directory = connect(&provider.house, "Narrow", unlimited(), settings).await;
        provider.token = token(&provider.house, &provider.directory).await;
        provider.get("/Users").await.is(403);
        provider.address = "198.51.100.7".parse().unwrap();
        provider.get("/Users").await.is(200);
    })
    .await;
}

#[tokio::test]
async fn attack_22_nobody_becomes_an_owner_by_the_name_of_one() {
    on_both_engines(async |store| {
        let mut provider = Provider::new(store, unlimited()).await;
        take_the_owners_name(&provider).await;
        let organisation = Organisation {
            match_by: MatchBy::Username,
            ..unlimited()
        };
        let settings = ScimSettings::default();
        provider.directory = connect(&provider.house, "By name", organisation, settings).await;
        provider.token = token(&provider.house, &provider.directory).await;
        take_the_owners_name(&provider).await;
    })
    .await;
}

async fn take_the_owners_name(provider: &Provider) {
    let olga = provider.member("olga").await.unwrap();
    let told = json!({
        "userName": "OLGA@evil.example", "active": true, "displayName": "Eve",
        "emails": [{"value": "eve@evil.example", "primary": true}],
    });
    let made = provider.send("POST", "/Users", Some(told)).await.is(201);
    assert_eq!(provider.member("olga").await.unwrap(), olga);
    let mut read = provider.house.state.store.read().await.unwrap();
    let waiting = sync_conflicts::find(&mut read, &provider.directory, made.id()).await;
    assert_eq!(waiting.unwrap().unwrap().member, Some(olga.id.clone()));
    drop(read);
    provider.set_active(made.id(), false).await.is(200);
    let path = format!("/Users/{}", made.id());
    provider.send("DELETE", &path, None).await.is(204);
    assert_eq!(provider.member("olga").await.unwrap(), olga);
}

#[tokio::test]
async fn attack_22_a_provider_changes_nobody_of_another() {
    on_both_engines(async |store| {
        let mut provider = Provider::new(store, unlimited()).await;
        let made = provider.user("ada").await.is(201);
        let house = &provider.house;
        house
            .person(PrincipalKind::Guest, "guest.bob", "Bob", &[])
            .await;
        house.member("carl", "Carl", &[Role::Auditor]).await;
        let organisation = Organisation {
            match_by: MatchBy::Username,
            ..unlimited()
        };
        let settings = ScimSettings::default();
        provider.directory = connect(&provider.house, "Second", organisation, settings).await;
        provider.token = token(&provider.house, &provider.directory).await;
        let path = format!("/Users/{}", made.id());
        provider.get(&path).await.is(404);
        provider.send("DELETE", &path, None).await.is(404);
        let ada = provider
            .send("POST", "/Users", Some(user("ada")))
            .await
            .is(201);
        let bob = provider
            .send("POST", "/Users", Some(user("guest.bob")))
            .await
            .is(201);
        let carl = provider
            .send("POST", "/Users", Some(user("carl")))
            .await
            .is(201);
        for one in [&ada, &bob, &carl] {
            provider.set_active(one.id(), false).await.is(200);
        }
        for name in ["ada", "guest.bob", "carl"] {
            assert_eq!(provider.member(name).await.unwrap().status, Status::Active);
        }
    })
    .await;
}

#[tokio::test]
async fn two_tokens_are_good_until_one_is_ended() {
    on_both_engines(async |store| {
        let mut provider = Provider::new(store, unlimited()).await;
        let old = provider.token.clone();
        provider.token = token(&provider.house, &provider.directory).await;
        provider.get("/Users").await.is(200);
        let (state, permit) = (&provider.house.state, operator());
        let edit = Edit::begin(state, &permit).await.unwrap();
        let third = tokens::create(edit, &provider.directory).await;
        assert!(matches!(third.err(), Some(Refused::Impossible(_))));
        let mut read = state.store.read().await.unwrap();
        let found = directory_tokens::of_directory(&mut read, &provider.directory)
            .await
            .unwrap();
        drop(read);
        assert_eq!(found[1].last_request.as_deref(), Some("GET Users"));
        assert_eq!(found[1].last_used_from.as_deref(), Some("203.0.113.9"));
        let kept = format!("{found:?}");
        assert!(!kept.contains(&old[8..]), "only a hash is kept");
        let edit = Edit::begin(state, &permit).await.unwrap();
        tokens::remove(edit, &provider.directory, &found[0].id)
            .await
            .unwrap();
        provider.get("/Users").await.is(200);
        provider.token = old;
        provider.get("/Users").await.is(401);
    })
    .await;
}
