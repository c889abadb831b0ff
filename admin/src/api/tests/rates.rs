//! The API answers a caller so often and no more, and others all the same.

use std::net::IpAddr;
use std::time::Duration;

use axum::body::Body;
use axum::http::StatusCode;
use config::Role;
use config::link::Visitor;

use super::app::{App, With};
use crate::store::testing::TestStore;

#[tokio::test]
async fn a_caller_who_asks_too_often_waits_and_others_do_not() {
    let store = TestStore::sqlite().await;
    let app = App::start(&store).await;
    let (_, hasty) = app.member("hasty", &[Role::Auditor]).await;
    let (_, calm) = app.member("calm", &[Role::Auditor]).await;
    let burst = app.state.settings.limits.api_burst;
    for _ in 0..burst {
        assert_eq!(app.get(&hasty, "/me").await.status, StatusCode::OK);
    }
    let refused = app.get(&hasty, "/me").await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.text("code"), "too_many_requests");
    assert_eq!(app.get(&calm, "/me").await.status, StatusCode::OK);
    assert_eq!(app.get(&With::Operator, "/me").await.status, StatusCode::OK);
    app.state.clock.advance(Duration::from_secs(1));
    assert_eq!(app.get(&hasty, "/me").await.status, StatusCode::OK);
}

#[tokio::test]
async fn attack_18_guesses_at_a_credential_are_counted_by_their_source() {
    let store = TestStore::sqlite().await;
    let app = App::start(&store).await;
    let guess = async |address: &str| {
        let visitor = Visitor {
            client_address: address.parse::<IpAddr>().unwrap(),
            host: "access.example.com".into(),
            request_id: "r1".into(),
            application: None,
        };
        let wrong = With::Bearer("gh_wrong".into());
        let request = App::request("GET", "/me", &wrong).extension(visitor);
        app.send(request.body(Body::empty()).unwrap()).await.status
    };
    for _ in 0..app.state.settings.limits.api_burst {
        assert_eq!(guess("192.0.2.1").await, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(guess("192.0.2.1").await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(guess("192.0.2.2").await, StatusCode::UNAUTHORIZED);
}
