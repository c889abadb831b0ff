//! `[limits]`: what one node gives to callers at most, so that a few cannot starve the others.

use std::num::NonZero;
use std::time::Duration;

use crate::settings::section::Section;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Threads that serve requests.
    pub threads: usize,
    /// Connections that are open at once; more are closed as they come.
    pub connections: usize,
    /// Largest head of a request in bytes: the request line and all headers.
    pub request_head_bytes: usize,
    /// Largest body that our own pages read, in bytes. Each route of the API has its own, and so have
    /// applications.
    pub own_pages_body_bytes: usize,
    /// Requests to the API that one person, one token, or one address without either may send in a
    /// second, over time.
    pub api_rate: u32,
    /// So many of them may come at once.
    pub api_burst: u32,
    /// Streams that one HTTP/2 connection may have open.
    pub http2_streams: u32,
    /// The whole head of a request must have come after so long.
    pub head_timeout: Duration,
    /// The longest silence while a request's body is read.
    pub body_timeout: Duration,
    /// After so long, a request's body must have come at [`Limits::body_rate`].
    pub body_grace: Duration,
    /// The least bytes a second of a request's body, on average; 0 asks for none.
    pub body_rate: u64,
    /// The longest wait until a caller takes more of an answer.
    pub write_timeout: Duration,
    /// An idle connection is closed after so long.
    pub keep_alive: Duration,
    /// When the program stops, requests under way get so long to end.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            threads: std::thread::available_parallelism().map_or(2, NonZero::get),
            connections: 50_000,
            request_head_bytes: 64 << 10,
            own_pages_body_bytes: 1 << 20,
            api_rate: 50,
            api_burst: 500,
            http2_streams: 128,
            head_timeout: Duration::from_secs(15),
            body_timeout: Duration::from_mins(1),
            body_grace: Duration::from_secs(20),
            body_rate: 500,
            write_timeout: Duration::from_mins(1),
            keep_alive: Duration::from_secs(75),
            drain: Duration::from_secs(30),
        }
    }
}

pub(super) fn read(section: &mut Section<'_>) -> Limits {
    let default = Limits::default();
    let timeout = Duration::from_secs(1)..=Duration::from_hours(1);
    let bytes = |size: Option<u64>| size.and_then(|size| usize::try_from(size).ok());
    Limits {
        threads: section
            .integer("threads", 1..=1024)
            .unwrap_or(default.threads),
        connections: section
            .integer("connections", 16..=10_000_000)
            .unwrap_or(default.connections),
        request_head_bytes: bytes(section.size("request_head", 4 << 10..=1 << 20))
            .unwrap_or(default.request_head_bytes),
        own_pages_body_bytes: bytes(section.size("own_pages_body", 64 << 10..=64 << 20))
            .unwrap_or(default.own_pages_body_bytes),
        api_rate: section
            .integer("api_rate", 1..=1_000_000)
            .unwrap_or(default.api_rate),
        api_burst: section
            .integer("api_burst", 1..=1_000_000)
            .unwrap_or(default.api_burst),
        http2_streams: section
            .integer("http2_streams", 1..=10_000)
            .unwrap_or(default.http2_streams),
        head_timeout: section
            .duration("head_timeout", timeout.clone())
            .unwrap_or(default.head_timeout),
        body_timeout: section
            .duration("body_timeout", timeout.clone())
            .unwrap_or(default.body_timeout),
        body_grace: section
            .duration("body_grace", timeout.clone())
            .unwrap_or(default.body_grace),
        body_rate: section
            .size("body_rate", 0..=1 << 20)
            .unwrap_or(default.body_rate),
        write_timeout: section
            .duration("write_timeout", timeout.clone())
            .unwrap_or(default.write_timeout),
        keep_alive: section
            .duration("keep_alive", timeout)
            .unwrap_or(default.keep_alive),
        drain: section
            .duration("drain", Duration::ZERO..=Duration::from_hours(1))
            .unwrap_or(default.drain),
    }
}
