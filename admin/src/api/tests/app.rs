//! A node's API in the hands of a test, with callers of each role.

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use axum::response::Response;
use config::id::{MemberId, SessionId, SignInId};
use config::session::AuthenticationMethod;
use config::{PrincipalKind, Role};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

use crate::api::routes::api;
use crate::authn::Operator;
use crate::name_key::name_key;
use crate::signing_keys;
use crate::state::{State, testing};
use crate::store::changes;
use crate::store::members::{self, Fields};
use crate::store::sign_ins::{self, SignIn};
use crate::store::testing::TestStore;
use crate::store::{role_holdings, sessions};
use crate::tokens::Token;

pub struct App {
    pub state: State,
    /// How far the feed of changes had come.
    pub begun: i64,
    router: Router,
}

/// With what a request comes.
#[derive(Clone, Debug)]
pub enum With {
    Nothing,
    Operator,
    /// The cookie, and what our own pages send beside it.
    Cookie(String),
    /// The cookie alone, as another site makes a browser send it.
    BareCookie(String),
    Bearer(String),
}

pub struct Answer {
    pub status: StatusCode,
    pub tag: Option<String>,
    pub json: Value,
    pub body: String,
}

impl Answer {
    pub fn text(&self, key: &str) -> &str {
        self.json[key].as_str().unwrap_or_default()
    }

    pub fn id(&self) -> String {
        assert!(self.status.is_success(), "{} {}", self.status, self.json);
        self.text("id").to_owned()
    }
}

impl App {
    pub async fn start(store: &TestStore) -> Self {
        let (state, _) = testing::state(store);
        let now = state.clock.now();
        while signing_keys::rotate(&state.store, &state.sealer, now)
            .await
            .unwrap()
        {}
        let mut read = state.store.read().await.unwrap();
        let begun = changes::position(&mut read).await.unwrap().seq;
        Self {
            router: api(&state),
            begun,
            state,
        }
    }

    /// A member with these roles, and the cookie of a session of theirs.
    pub async fn member(&self, username: &str, roles: &[Role]) -> (MemberId, With) {
        let now = self.state.clock.now();
        let id = MemberId::generate();
        let fields = Fields {
            kind: PrincipalKind::Member,
            username: username.into(),
            username_key: name_key(username),
            display_name: username.into(),
            email: None,
            email_key: None,
            mobile: None,
            employee_number: None,
        };
        let sign_in = SignIn {
            id: SignInId::generate(),
            member: id.clone(),
            started_at: now,
            authenticated_at: now,
            second_factor_at: None,
            methods: vec![AuthenticationMethod::Password],
            address: "192.0.2.1".into(),
            user_agent: "test".into(),
            device: "test".into(),
            expires_at: now.plus(std::time::Duration::from_hours(1)),
            idle_limit_ms: None,
        };
        let token = Token::generate();
        let host = self.state.settings.access.host();
        let mut tx = self.state.store.begin().await.unwrap();
        members::insert(&mut tx, &id, &fields, now).await.unwrap();
        let held: Vec<_> = roles.iter().map(|role| (role.as_str(), None)).collect();
        role_holdings::set(&mut tx, &id, &held, now).await.unwrap();
        sign_ins::insert(&mut tx, &sign_in).await.unwrap();
        let session = SessionId::generate();
        sessions::insert(&mut tx, &session, &sign_in.id, host, &token.hash(), now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        (id, With::Cookie(token.as_text().to_owned()))
    }

    /// The answer as it comes, whatever it is.
    pub async fn answer(&self, request: Request<Body>) -> Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.answer(request).await;
        let status = response.status();
        let tag = response
            .headers()
            .get(header::ETAG)
            .map(|tag| tag.to_str().unwrap().to_owned());
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        Answer {
            status,
            tag,
            json: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
            body: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    pub fn request(method: &str, path: &str, with: &With) -> axum::http::request::Builder {
        let mut builder = Request::builder()
            .method(Method::from_bytes(method.as_bytes()).unwrap())
            .uri(path);
        match with {
            With::Nothing => {}
            With::Operator => builder = builder.extension(Operator),
            With::Cookie(cookie) => {
                builder = builder
                    .header(header::COOKIE, format!("__Host-gatehouse={cookie}"))
                    .header("x-gatehouse-csrf", "1")
                    .header("sec-fetch-site", "same-origin");
            }
            With::BareCookie(cookie) => {
                builder = builder.header(header::COOKIE, format!("__Host-gatehouse={cookie}"));
            }
            With::Bearer(token) => {
                builder = builder.header(header::AUTHORIZATION, format!("Bearer {token}"));
            }
        }
        builder
    }

    pub async fn get(&self, with: &With, path: &str) -> Answer {
        self.send(
            Self::request("GET", path, with)
                .body(Body::empty())
                .unwrap(),
        )
        .await
    }

    /// Sends a change to whichever version is there.
    pub async fn call(&self, with: &With, method: &str, path: &str, json: Value) -> Answer {
        self.call_if(with, method, path, "*", json).await
    }

    pub async fn call_if(
        &self,
        with: &With,
        method: &str,
        path: &str,
        tag: &str,
        json: Value,
    ) -> Answer {
        let request = Self::request(method, path, with)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::IF_MATCH, tag);
        self.send(request.body(Body::from(json.to_string())).unwrap())
            .await
    }
}
