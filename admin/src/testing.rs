//! A house to test in: a node's pages with a person and an application, and browsers that visit.

mod decisions;
mod told;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use config::id::{ApplicationId, MemberId};
use config::language::LocalText;
use config::link::{MayOpen, Visitor};
use config::snapshot::{
    Access, Application, Brand, HostPattern, Limits, Pool, SigningKey, SigningKeys, WebSockets,
};
use config::{Principal, PrincipalKind, Role, Session, Snapshot, cookies};
use http_body_util::BodyExt as _;
use tokio::sync::watch;
use tower::ServiceExt as _;

use crate::authn::{Actor, Origin};
use crate::authz::{Action, Authority, Permit, Resource, permit};
use crate::name_key::name_key;
use crate::pages::return_path::encode;
use crate::router;
use crate::state::{self, State};
use crate::store::members::Fields;
use crate::store::testing::TestStore;
use crate::store::{credentials, events, members, role_holdings, session_facts};
use crate::tokens::Token;

pub const ACCESS: &str = "access.example.com";
pub const WIKI: &str = "wiki.example.com";
pub const ECHO: &str = "echo.example.com";
pub const PASSWORD: &str = "slow green tram";

/// A node with two applications, and Alice, who has a password.
pub struct House {
    pub state: State,
    pub router: Router,
    pub alice: MemberId,
    pub snapshots: watch::Sender<Option<Arc<Snapshot>>>,
    pub store: TestStore,
}

struct Everything;

impl MayOpen for Everything {
    fn may_open(&self, _: &Principal, _: IpAddr, _: &ApplicationId) -> bool {
        true
    }
}

impl House {
    pub async fn new(store: TestStore) -> Self {
        let house = Self::empty(store);
        house.member("olga", "Olga", &[Role::Owner]).await;
        let alice = house.member("alice", "Alice 王", &[]).await;
        Self { alice, ..house }
    }

    /// With nobody in it.
    pub fn empty(store: TestStore) -> Self {
        let (state, snapshots) = state::testing::state(&store);
        let _ = state.may_open.set(Arc::new(Everything));
        snapshots.send_replace(Some(Arc::new(snapshot())));
        Self {
            router: router::router(&state),
            state,
            alice: MemberId::generate(),
            snapshots,
            store,
        }
    }

    /// A member with the password of all tests.
    pub async fn member(&self, username: &str, display_name: &str, roles: &[Role]) -> MemberId {
        let kind = PrincipalKind::Member;
        self.person(kind, username, display_name, roles).await
    }

    pub async fn person(
        &self,
        kind: PrincipalKind,
        username: &str,
        display_name: &str,
        roles: &[Role],
    ) -> MemberId {
        let now = self.state.clock.now();
        let id = MemberId::generate();
        let fields = Fields {
            kind,
            username: username.to_owned(),
            username_key: name_key(username),
            display_name: display_name.to_owned(),
            email: None,
            email_key: None,
            mobile: None,
            employee_number: None,
        };
        let hash = self.state.passwords.hash(PASSWORD).await.unwrap();
        let mut tx = self.state.store.begin().await.unwrap();
        members::insert(&mut tx, &id, &fields, now).await.unwrap();
        let held: Vec<_> = roles.iter().map(|role| (role.as_str(), None)).collect();
        role_holdings::set(&mut tx, &id, &held, now).await.unwrap();
        credentials::set_password(&mut tx, &id, &hash, now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// What the audit log tells of, newest first.
    pub async fn audit(&self) -> Vec<String> {
        let mut read = self.state.store.read().await.unwrap();
        let page = events::Page {
            limit: 100,
            ..events::Page::default()
        };
        let filter = events::AuditFilter::default();
        let found = events::audit_events(&mut read, &filter, &page).await;
        let items = found.unwrap().items;
        items.into_iter().map(|event| event.action).collect()
    }

    pub fn browser(&self) -> Browser<'_> {
        Browser {
            house: self,
            cookies: BTreeMap::new(),
            address: "192.0.2.7".parse().unwrap(),
            language: "en",
            user_agent: "Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0",
            last: String::new(),
        }
    }

    /// What the sign-in log holds, newest first: kind and reason.
    pub async fn log(&self) -> Vec<(String, Option<String>)> {
        let mut read = self.state.store.read().await.unwrap();
        let page = events::Page {
            limit: 100,
            ..events::Page::default()
        };
        events::sign_in_events(&mut read, &events::SignInFilter::default(), &page)
            .await
            .unwrap()
            .items
            .into_iter()
            .map(|event| (event.kind, event.reason))
            .collect()
    }
}

/// Leave to do what the operator may do.
pub fn operator() -> Permit {
    let (resource, action) = (Resource::Credentials, Action::Change);
    permit(
        Actor::Operator {
            authority: Arc::new(Authority::of_owner()),
        },
        Origin::default(),
        resource,
        action,
    )
    .unwrap()
}

fn snapshot() -> Snapshot {
    Snapshot {
        revision: 1,
        built_at: config::Timestamp(0),
        applications: vec![
            application("wiki", WIKI, "维基", "Wiki"),
            application("echo", ECHO, "回声", "Echo"),
        ],
        closed: Vec::new(),
        ip_lists: Vec::new(),
        guest_groups: Vec::new(),
        watermark: config::snapshot::Watermark::default(),
        brand: Brand::default(),
        pictures: config::snapshot::Pictures::default(),
        certificates: Vec::new(),
        signing_keys: SigningKeys {
            current: SigningKey {
                kid: "k".into(),
                private_pem: "".into(),
            },
            jwks: "{}".into(),
        },
    }
}

pub fn application(id: &str, host: &str, zh_cn: &str, en: &str) -> Arc<Application> {
    Arc::new(Application {
        id: id.into(),
        name: LocalText {
            zh_cn: zh_cn.into(),
            en: en.into(),
        },
        description: LocalText::default(),
        hosts: vec![HostPattern::try_from(host.to_owned()).unwrap()],
        path_prefix: "/".into(),
        pool: serde_json::from_str::<Pool>(r#"{"upstreams":[]}"#).unwrap(),
        access: Access::Public,
        path_rules: Vec::new(),
        ip_lists: Vec::new(),
        identity: config::snapshot::IdentityHeaders::default(),
        watermark: false,
        websockets: WebSockets::default(),
        limits: Limits::default(),
        own_ip_lists_only: false,
        on_portal: true,
    })
}

/// A browser: keeps cookies by host, follows no redirect by itself, fills in the hidden token.
#[derive(Clone)]
pub struct Browser<'a> {
    pub house: &'a House,
    pub cookies: BTreeMap<(String, String), String>,
    pub address: IpAddr,
    pub language: &'static str,
    pub user_agent: &'static str,
    /// The page that it shows.
    pub last: String,
}

#[derive(Debug)]
pub struct Answered {
    pub status: StatusCode,
    pub headers: axum::http::HeaderMap,
    pub body: String,
}

impl Answered {
    pub fn location(&self) -> &str {
        self.headers[header::LOCATION].to_str().unwrap()
    }
}

impl Browser<'_> {
    pub async fn get(&mut self, host: &str, path: &str) -> Answered {
        self.send(host, Request::get(path), Body::empty()).await
    }

    /// Sends a form with the token of the page that is shown.
    pub async fn post(&mut self, host: &str, path: &str, fields: &[(&str, &str)]) -> Answered {
        let token = between(&self.last, r#"name="csrf" value=""#, "\"").to_owned();
        let mut pairs = vec![format!("csrf={}", encode(&token))];
        pairs.extend(
            fields
                .iter()
                .map(|(name, value)| format!("{name}={}", encode(value))),
        );
        let body = pairs.join("&");
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ORIGIN, format!("https://{host}"))
            .header("sec-fetch-site", "same-origin");
        self.send(host, request, Body::from(body)).await
    }

    /// Opens an address as it stands in `Location`.
    pub async fn open(&mut self, location: &str) -> Answered {
        let access = format!("https://{ACCESS}");
        let base = url::Url::parse(&access).unwrap();
        let url = base.join(location).unwrap();
        let path = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        let host = url.host_str().unwrap().to_owned();
        self.get(&host, &path).await
    }

    pub async fn send(
        &mut self,
        host: &str,
        request: axum::http::request::Builder,
        body: Body,
    ) -> Answered {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .filter(|((of, _), _)| of == host)
            .map(|((_, name), value)| format!("{name}={value}"))
            .collect();
        let mut request = request
            .header(header::ACCEPT_LANGUAGE, self.language)
            .header(header::USER_AGENT, self.user_agent)
            .extension(Visitor {
                client_address: self.address,
                host: host.to_owned(),
                request_id: "r1".into(),
                application: None,
            });
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        let request = request.body(body).unwrap();
        let is_get = request.method() == Method::GET;
        let response = self.house.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        for line in parts.headers.get_all(header::SET_COOKIE) {
            self.keep(host, line.to_str().unwrap());
        }
        let bytes = body.collect().await.unwrap().to_bytes();
        let body = String::from_utf8_lossy(&bytes).into_owned();
        if is_get || !body.is_empty() {
            self.last.clone_from(&body);
        }
        Answered {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    fn keep(&mut self, host: &str, line: &str) {
        assert!(line.starts_with("__Host-"), "{line}");
        assert!(
            line.contains("; Path=/; Secure; HttpOnly; SameSite=Lax") && !line.contains("Domain"),
            "{line}"
        );
        let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
        let key = (host.to_owned(), name.to_owned());
        if line.contains("Max-Age=0") {
            self.cookies.remove(&key);
        } else {
            self.cookies.insert(key, value.to_owned());
        }
    }

    /// The session that this browser holds at a host, as gateways find it.
    pub async fn session(&self, host: &str) -> Option<Session> {
        let cookie = self.cookie(host, cookies::SESSION)?;
        let token = Token::parse(&cookie)?;
        let state = &self.house.state;
        let mut read = state.store.read().await.unwrap();
        let found = session_facts::find(&mut read, &token.hash(), host, state.clock.now()).await;
        found.unwrap()
    }

    pub fn cookie(&self, host: &str, name: &str) -> Option<String> {
        self.cookies
            .get(&(host.to_owned(), name.to_owned()))
            .cloned()
    }

    /// Signs in by name and password as far as that goes.
    pub async fn sign_in(&mut self, username: &str, password: &str) -> Answered {
        self.get(ACCESS, "/sign-in?with=password").await;
        let fields = [("username", username), ("password", password), ("to", "/")];
        self.post(ACCESS, "/sign-in", &fields).await
    }

    /// Sets up an authenticator; gives its seed and the recovery codes.
    pub async fn enrol(&mut self) -> (crate::sign_in::totp::Seed, Vec<String>) {
        let page = self.get(ACCESS, "/account/authenticator").await;
        assert_eq!(page.status, StatusCode::OK, "{page:?}");
        let key = between(&page.body, r#"id="key">"#, "<").to_owned();
        let seed = crate::sign_in::totp::Seed::from_key(&key);
        let code = seed.code_at(self.house.state.clock.now());
        let done = self
            .post(ACCESS, "/account/authenticator", &[("code", &code)])
            .await;
        assert_eq!(done.status, StatusCode::OK, "{done:?}");
        let codes = done
            .body
            .split("<li><code>")
            .skip(1)
            .map(|rest| rest.split('<').next().unwrap().to_owned())
            .collect();
        (seed, codes)
    }

    /// Whether somebody is signed in here.
    pub async fn is_signed_in(&mut self) -> bool {
        let shown = self.last.clone();
        let page = self.get(ACCESS, "/account").await;
        self.last = shown;
        page.status == StatusCode::OK
    }
}

/// What stands between two marks of a page; empty if it is not there.
pub fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    text.split_once(before)
        .and_then(|(_, rest)| rest.split_once(after))
        .map_or("", |(found, _)| found)
}
