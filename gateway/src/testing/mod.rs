//! What tests of the request path start from: a gate with rules, people and a store that does as
//! it is told. No socket, no SQL, and time stands still until a test moves it.

mod rules;
mod store;

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use config::link::{EventSender, EventState, FeedPulse, OwnPages, PageBody};
use config::session::Revocation;
use config::settings::AccessHost;
use config::snapshot::Application;
use config::{Clock, Link, Session, Settings, Snapshot, Timestamp, cookies};
use http_body_util::{BodyExt, Empty};
use pingora::http::RequestHeader;
use sha2::{Digest, Sha256};
use tokio::sync::{mpsc, watch};
use tower::util::BoxCloneSyncService;

use crate::gate::Gate;
use crate::path::denial::Denial;
use crate::path::policy::Grant;
use crate::path::visit::Visit;

pub use rules::{allow, application, deny, ip_list, path_rule, person, session, snapshot};
pub use store::FakeStore;

/// A Tuesday, 2023-11-14T22:13:20Z.
pub const START: Timestamp = Timestamp(1_700_000_000_000);
/// Where requests come from unless a test says otherwise.
pub const CALLER: &str = "192.0.2.7";

/// A gate and all the ends of its wires.
pub struct TestGate {
    pub gate: Arc<Gate>,
    pub clock: Clock,
    pub store: Arc<FakeStore>,
    pub feed: FeedPulse,
    pub events: Arc<EventState>,
    pub snapshots: watch::Sender<Option<Arc<Snapshot>>>,
    pub revocations: mpsc::UnboundedSender<Revocation>,
    _events: mpsc::UnboundedReceiver<config::AccessEvent>,
}

impl TestGate {
    /// A gate that obeys these applications. Must be called inside a Tokio runtime.
    pub async fn with(applications: Vec<Application>) -> Self {
        Self::started(snapshot(applications), |_| {}).await
    }

    /// A gate that obeys this snapshot, with settings changed by `change`. It follows its feed.
    pub async fn started(snapshot: Snapshot, change: impl FnOnce(&mut Settings)) -> Self {
        let access = AccessHost {
            url: "https://access.example.com".parse().unwrap(),
        };
        let mut settings = Settings::with_defaults("/nonexistent".into(), access);
        change(&mut settings);
        let clock = Clock::manual(START);
        let store = Arc::new(FakeStore::default());
        let feed = FeedPulse::default();
        feed.beat(START);
        let (events, receiver, state) = EventSender::new();
        let (snapshots, watching) = watch::channel(None);
        let (revocations, revoked) = mpsc::unbounded_channel();
        let link = Link {
            snapshots: watching,
            sessions: Arc::clone(&store) as _,
            revocations: revoked,
            feed: feed.clone(),
            events,
            pages: no_pages(),
        };
        let (gate, wires) = Gate::open(&settings, link, clock.clone());
        assert!(gate.adopt(Arc::new(snapshot)).await, "the rules compile");
        tokio::spawn(Arc::clone(&gate).follow(wires));
        Self {
            gate,
            clock,
            store,
            feed,
            events: state,
            snapshots,
            revocations,
            _events: receiver,
        }
    }

    /// Lets time pass; the feed goes on beating.
    pub fn pass(&self, time: Duration) {
        self.clock.advance(time);
        self.feed.beat(self.clock.now());
    }

    /// Signs this session in, and returns the cookie header that stands for it.
    pub fn sign_in(&self, session: Session) -> String {
        let token = token_of(&session);
        self.store.put(Sha256::digest(token).into(), session);
        cookie(token)
    }

    /// Asks for an address at the gate, from [`CALLER`].
    pub async fn admit(&self, request: &RequestHeader) -> (Result<Grant, Denial>, Visit) {
        self.admit_from(CALLER, request).await
    }

    pub async fn admit_from(
        &self,
        peer: &str,
        request: &RequestHeader,
    ) -> (Result<Grant, Denial>, Visit) {
        let mut visit = Visit::begin(self.clock.now());
        let peer = std::net::SocketAddr::new(peer.parse().unwrap(), 4711);
        let outcome = self.gate.admit(Some(peer), request, &mut visit).await;
        (outcome, visit)
    }

    /// Why a request is turned away; `None` if it is let in.
    pub async fn denial(&self, request: &RequestHeader) -> Option<Denial> {
        self.admit(request).await.0.err()
    }
}

/// A GET of `https://host/path`.
pub fn get(host: &str, path: &str) -> RequestHeader {
    request("GET", host, path, &[])
}

pub fn request(method: &str, host: &str, path: &str, headers: &[(&str, &str)]) -> RequestHeader {
    let mut request = RequestHeader::build(method, path.as_bytes(), None).unwrap();
    request.insert_header("Host", host).unwrap();
    for (name, value) in headers {
        request.append_header((*name).to_owned(), *value).unwrap();
    }
    request
}

/// A GET with a cookie header.
pub fn get_as(cookie: &str, host: &str, path: &str) -> RequestHeader {
    request("GET", host, path, &[("Cookie", cookie)])
}

fn token_of(session: &Session) -> [u8; 32] {
    Sha256::digest(session.id.as_str()).into()
}

fn cookie(token: [u8; 32]) -> String {
    format!("{}={}", cookies::SESSION, URL_SAFE_NO_PAD.encode(token))
}

fn no_pages() -> OwnPages {
    BoxCloneSyncService::new(tower::service_fn(|_: http::Request<PageBody>| async {
        let nothing = Empty::new().map_err(|never| match never {});
        Ok(http::Response::new(nothing.boxed_unsync()))
    }))
}
