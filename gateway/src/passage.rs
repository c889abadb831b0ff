//! One exchange from beginning to end: pingora's context. It holds the visit that the stages fill,
//! and makes sure that whatever way the exchange ends (answered, refused, broken off, cut), exactly
//! one access event tells of it: recording happens when the passage is dropped.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use pingora::http::RequestHeader;
use pingora::proxy::Session;

use crate::cut::Cut;
use crate::exchange::pace::Pace;
use crate::live::OpenGuard;
use crate::path::access_event::Recorder;
use crate::path::visit::Visit;

pub struct Passage {
    pub visit: Visit,
    pub request: RequestFacts,
    /// What the client was answered; 0 if nothing.
    pub status: u16,
    /// The connection became a WebSocket or the like: what passes is no longer HTTP.
    pub upgraded: bool,
    pub cut: Cut,
    /// How the request's body comes, if it has one.
    pub pace: Option<Arc<Pace>>,
    /// While this is held, `cut` is pulled when what let the request in no longer holds.
    pub watched: Option<OpenGuard>,
    recorder: Arc<Recorder>,
}

impl Passage {
    #[must_use]
    pub fn begin(recorder: Arc<Recorder>) -> Self {
        recorder.open.fetch_add(1, Ordering::AcqRel);
        let at = recorder.clock.now();
        Self {
            visit: Visit::begin(at),
            request: RequestFacts::default(),
            status: 0,
            upgraded: false,
            cut: Cut::at_request_head(),
            pace: None,
            watched: None,
            recorder,
        }
    }
}

impl Drop for Passage {
    fn drop(&mut self) {
        let recorder = Arc::clone(&self.recorder);
        recorder.record(self);
    }
}

/// What is told of the request afterwards, kept because by then the session may be gone.
#[derive(Debug, Default)]
pub struct RequestFacts {
    pub method: String,
    /// Without query: applications put secrets there.
    pub path: String,
    pub protocol: &'static str,
    pub user_agent: Option<String>,
}

impl RequestFacts {
    /// Takes down what the client asked for.
    #[must_use]
    pub fn of(session: &Session) -> Self {
        Self::about(session, session.req_header())
    }

    /// Takes down a request that came by way of this session, or that was asked about there.
    #[must_use]
    pub fn about(session: &Session, head: &RequestHeader) -> Self {
        let protocol = match (session.is_http2(), head.version) {
            (true, _) => "HTTP/2",
            (false, http::Version::HTTP_10) => "HTTP/1.0",
            (false, _) => "HTTP/1.1",
        };
        Self {
            method: head.method.as_str().to_owned(),
            // Of a target that is a whole URL, what is judged.
            path: head.uri.path().to_owned(),
            protocol,
            user_agent: head
                .headers
                .get(http::header::USER_AGENT)
                .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()),
        }
    }
}
