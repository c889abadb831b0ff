//! Heads of requests that could not be read (HTTP/1): malformed, too large, too slow, cut short.
//! There is no request then and no decision, but whoever looks for an attack in the log should find it
//! there: each leaves an access event with its reason and the address that it came from.
//!
//! Anybody can send such heads as fast as the network carries them. So a node records a few in each
//! second; all are counted in the metrics, and a line in the log tells how many were not recorded.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use config::AccessEvent;
use config::access_event::Outcome;
use config::clock::Stopwatch;
use config::id::EventId;

use crate::cut::{Cut, HEAD_TOO_SLOW};
use crate::gate::Gate;
use crate::listeners::observed::Seen;
use crate::listeners::sparing::Sparing;
use crate::metrics::Metrics;

/// So many are recorded in a second.
const RECORDED_A_SECOND: u32 = 20;

/// Tells of heads that could not be read. Shared by all listeners.
pub struct UnreadHeads {
    gate: Arc<Gate>,
    metrics: Arc<Metrics>,
    sparing: Sparing,
}

impl UnreadHeads {
    #[must_use]
    pub fn new(gate: Arc<Gate>, metrics: Arc<Metrics>) -> Self {
        Self {
            gate,
            metrics,
            sparing: Sparing::new(RECORDED_A_SECOND, Duration::from_secs(1)),
        }
    }

    /// A connection has ended without a request, though something was expected.
    pub fn count(&self) {
        self.metrics.unread.inc();
    }

    /// Records a head that began to come and could not be read.
    pub fn tell(&self, peer: Option<SocketAddr>, seen: &Seen, cut: &Cut, since: Stopwatch) {
        let event = self.event(peer, seen, cut, since);
        self.metrics.ended(&event, None);
        let Some(others) = self.sparing.tell() else {
            return;
        };
        if others > 0 {
            tracing::warn!(others, "heads that could not be read were not recorded");
        }
        if self.gate.events.accepting() {
            self.gate.events.send(event);
        }
    }

    fn event(
        &self,
        peer: Option<SocketAddr>,
        seen: &Seen,
        cut: &Cut,
        since: Stopwatch,
    ) -> AccessEvent {
        let peer = peer.map(|peer| peer.ip().to_canonical());
        let trusted = self.gate.trusted_proxies.load();
        let id = EventId::generate();
        AccessEvent {
            request_id: id.as_str().to_owned(),
            id,
            at: self.gate.clock.now().minus(since.elapsed()),
            peer,
            // For whom a proxy would have spoken stood in the head.
            client_address: peer.filter(|peer| !trusted.contains(*peer)),
            method: String::new(),
            host: String::new(),
            path: String::new(),
            protocol: "HTTP/1.1".to_owned(),
            user_agent: None,
            application: None,
            principal: None,
            username: None,
            guest: false,
            session: None,
            rule: None,
            outcome: Outcome::Denied(reason(seen, cut).to_owned()),
            status: seen.status().unwrap_or(0),
            upstream: None,
            error: None,
            request_bytes: 0,
            response_bytes: 0,
            duration_us: u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX),
            upstream_us: None,
            snapshot: 0,
            watermarked: false,
        }
    }
}

/// A fixed code, as those of a denial.
fn reason(seen: &Seen, cut: &Cut) -> &'static str {
    match (seen.status(), cut.reason()) {
        (Some(405), _) => "method_refused",
        (Some(_), _) => "malformed_head",
        (None, Some(HEAD_TOO_SLOW)) => HEAD_TOO_SLOW,
        (None, _) => "head_cut_short",
    }
}
