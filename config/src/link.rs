//! The wires between the planes inside one process.
//!
//! Snapshots, sessions and revocations go in to the gateway; access events come out; our own pages
//! are called as a service. The admin plane makes a [`Link`]; a test makes one by hand.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use http_body_util::combinators::UnsyncBoxBody;
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, watch};
use tower::util::BoxCloneSyncService;

use crate::access_event::AccessEvent;
use crate::clock::Timestamp;
use crate::id::ApplicationId;
use crate::language::LocalText;
use crate::principal::Principal;
use crate::problem::Problem;
use crate::session::{Revocation, Session, TokenHash};
use crate::snapshot::{Application, Pool, Snapshot};

pub struct Link {
    /// `None` until the first snapshot has been built.
    pub snapshots: watch::Receiver<Option<Arc<Snapshot>>>,
    pub sessions: Arc<dyn SessionLookup>,
    pub revocations: mpsc::UnboundedReceiver<Revocation>,
    pub feed: FeedPulse,
    pub events: EventSender,
    pub pages: OwnPages,
}

/// Finds a session by the hash of its cookie, for the host that the cookie was sent to.
pub trait SessionLookup: Send + Sync {
    /// `Ok(None)`: there is no such session at that host, or it has ended.
    ///
    /// # Errors
    /// [`StoreAway`] if the store cannot be asked just now.
    fn find<'a>(
        &'a self,
        token: &'a TokenHash,
        host: &'a str,
    ) -> BoxFuture<'a, Result<Option<Session>, StoreAway>>;
}

/// Says whether a person could open an application's front page just now: what the portal shows.
/// The gateway's policy answers, so that nothing is promised that it would refuse.
pub trait MayOpen: Send + Sync {
    fn may_open(
        &self,
        principal: &Principal,
        client_address: IpAddr,
        application: &ApplicationId,
    ) -> bool;
}

/// Tells how a request would be decided, stage by stage, without making it. The gateway's own
/// decision answers, so that the explanation cannot differ from what happens.
pub trait Explains: Send + Sync {
    fn explain(&self, question: &Question) -> Explanation;
}

/// Says what would have become of past requests under an application that is being written. The very
/// rules that decide are asked, so that nothing is foretold that does not happen.
pub trait Foresees: Send + Sync {
    /// # Errors
    /// What makes the application unfit to be obeyed.
    fn foresee(&self, application: &Application) -> Result<Box<dyn Foresight>, Vec<Problem>>;
}

/// An application that was compiled for questions.
pub trait Foresight: Send + Sync {
    fn judge(&self, request: &PastRequest) -> Foreseen;
}

/// A request that was made.
#[derive(Clone, Debug)]
pub struct PastRequest {
    pub at: Timestamp,
    /// As whom; they are taken to have just proven a second factor.
    pub principal: Option<Arc<Principal>>,
    pub client_address: IpAddr,
    pub method: String,
    pub host: String,
    /// As it came.
    pub path: String,
}

/// What would have become of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreseen {
    /// The reason code of the denial; `None`: let in.
    pub denial: Option<String>,
    /// The rule or the IP list that decides.
    pub rule: Option<String>,
}

/// Tries to reach upstreams as the gateway would, for somebody who is writing an application.
pub trait TriesUpstreams: Send + Sync {
    /// `host`: what a browser would ask for. What a pool is made of is checked before.
    ///
    /// # Errors
    /// What of it cannot be read.
    fn try_pool<'a>(
        &'a self,
        pool: &'a Pool,
        host: &'a str,
    ) -> BoxFuture<'a, Result<Vec<TriedUpstream>, Problem>>;
}

/// How far one got with an upstream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TriedUpstream {
    /// As it is written.
    pub address: String,
    /// In their order; those after one that failed are missing.
    pub steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub stage: Stage,
    pub succeeded: bool,
    /// One sentence.
    pub finding: LocalText,
    pub took: Duration,
}

impl Step {
    /// The finding in English and in Chinese.
    #[must_use]
    pub fn good(stage: Stage, (en, zh_cn): (&str, &str), took: Duration) -> Self {
        Self {
            stage,
            succeeded: true,
            finding: (en, zh_cn).into(),
            took,
        }
    }

    #[must_use]
    pub fn bad(stage: Stage, why: LocalText, took: Duration) -> Self {
        Self {
            stage,
            succeeded: false,
            finding: why,
            took,
        }
    }
}

/// A step on the way to an upstream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Resolve,
    Connect,
    Tls,
    Answer,
}

/// A request that somebody wonders about.
#[derive(Clone, Debug)]
pub struct Question {
    /// As whom; `None` for somebody who has not signed in. They are taken to have just proven a
    /// second factor.
    pub principal: Option<Principal>,
    pub client_address: IpAddr,
    pub method: String,
    /// As a browser would read it: it resolves `..` before it asks.
    pub url: url::Url,
}

/// The way of a request through the stages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Explanation {
    /// In the order in which they decided; those after a refusal are missing.
    pub steps: Vec<ExplainedStep>,
    pub granted: bool,
    /// The reason code of the denial.
    pub denial: Option<String>,
    /// The name of the rule or of the IP list that decided, as access events have it.
    pub rule: Option<String>,
}

/// What one stage found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ExplainedStep {
    /// `client_address`, `ip_rules`, `route`, `session`, `policy`.
    pub stage: String,
    /// One sentence.
    pub finding: String,
}

/// The store did not answer. Nothing is known of the session: neither that it is good nor bad.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the store is away: {0}")]
pub struct StoreAway(pub String);

/// When the feed of changes was last known to be complete.
#[derive(Clone, Debug, Default)]
pub struct FeedPulse(Arc<AtomicI64>);

impl FeedPulse {
    pub fn beat(&self, now: Timestamp) {
        self.0.store(now.as_millis(), Ordering::Release);
    }

    #[must_use]
    pub fn last(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::Acquire))
    }
}

/// Takes access events off the request path without waiting.
#[derive(Clone, Debug)]
pub struct EventSender {
    channel: mpsc::UnboundedSender<AccessEvent>,
    state: Arc<EventState>,
}

/// Shared by the sender of events and the spool that drains them.
#[derive(Debug, Default)]
pub struct EventState {
    /// Events sent and not yet in the spool.
    pub waiting: AtomicUsize,
    /// Set by the spool while it cannot write.
    pub stopped: AtomicBool,
    /// Events of refused requests that were dropped while the spool could not write.
    pub dropped: AtomicU64,
}

/// So many events may wait for the spool before requests that must be logged are refused.
pub const MAX_WAITING_EVENTS: usize = 65_536;

/// Beyond this many, events are counted and dropped, or memory would run out: what comes then tells
/// only of requests that were refused.
const MOST_WAITING_EVENTS: usize = 4 * MAX_WAITING_EVENTS;

impl EventSender {
    #[must_use]
    pub fn new() -> (Self, mpsc::UnboundedReceiver<AccessEvent>, Arc<EventState>) {
        let (channel, receiver) = mpsc::unbounded_channel();
        let state = Arc::new(EventState::default());
        let sender = Self {
            channel,
            state: Arc::clone(&state),
        };
        (sender, receiver, state)
    }

    /// Whether a request that is let in now can be expected to be recorded.
    #[must_use]
    pub fn accepting(&self) -> bool {
        !self.state.stopped.load(Ordering::Acquire)
            && self.state.waiting.load(Ordering::Relaxed) < MAX_WAITING_EVENTS
    }

    /// How many events are on their way to the spool.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.state.waiting.load(Ordering::Relaxed)
    }

    /// Hands the event over. Never waits.
    pub fn send(&self, event: AccessEvent) {
        let waiting = self.state.waiting.fetch_add(1, Ordering::Relaxed);
        if waiting >= MOST_WAITING_EVENTS {
            self.state.waiting.fetch_sub(1, Ordering::Relaxed);
            self.state.dropped.fetch_add(1, Ordering::Relaxed);
            return;
        }
        if self.channel.send(event).is_err() {
            self.state.stopped.store(true, Ordering::Release);
        }
    }
}

/// The paths of the API. Its routes bound what they read themselves, once they know who asks.
pub const API: &str = "/api/v1/";
/// No body that the API takes is larger, in bytes: an uploaded list of addresses, a million entries with
/// room for notes.
pub const LARGEST_API_BODY: usize = 64 << 20;

/// The paths at which directories tell us of people by themselves (SCIM), at the access host.
pub const SCIM: &str = "/.gatehouse/scim/";
/// No body that is pushed is larger, in bytes: a group with all of its members.
pub const LARGEST_SCIM_BODY: usize = 8 << 20;

/// Any error of a body on its way.
pub type BodyError = Box<dyn std::error::Error + Send + Sync>;
/// The body of a request to, or a response from, our own pages.
pub type PageBody = UnsyncBoxBody<Bytes, BodyError>;
/// The sign-in pages, the portal and the API, called without a hop. The request carries a
/// [`Visitor`] in its extensions.
pub type OwnPages =
    BoxCloneSyncService<http::Request<PageBody>, http::Response<PageBody>, Infallible>;

/// What the gateway found out about a caller before it handed the request to our own pages.
#[derive(Clone, Debug)]
pub struct Visitor {
    pub client_address: IpAddr,
    /// The host that was asked, normalised: lower case, no port, no trailing dot.
    pub host: String,
    pub request_id: String,
    /// The application whose host was asked; `None` at the access host.
    pub application: Option<ApplicationId>,
}
