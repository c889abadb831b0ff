//! `/metrics`, `/healthz` and `/readyz`, on a listener of their own that other machines cannot reach
//! unless the operator says so.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use config::link::FeedPulse;
use config::{Clock, Timestamp};
use parking_lot::Mutex;
use prometheus::{Encoder, IntCounter, Registry, TextEncoder};
use serde::Serialize;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::gate::Gate;
use crate::listeners::certificates::Certificates;
use crate::listeners::connections::Connections;
use crate::metrics::Metrics;

/// A node may be asked whether it is well without being asked to do anything for it.
pub type OtherHealth = Arc<dyn Fn() -> Health + Send + Sync>;

/// What the other half of the program says of itself.
#[derive(Clone, Debug, Default)]
pub struct Health {
    pub problems: Vec<Unready>,
    pub concerns: Vec<Unready>,
}

/// Something that keeps this node from doing its work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unready {
    /// `snapshot`, `store`, `spool`, `certificates`, …
    pub component: &'static str,
    pub why: String,
}

/// What is looked at.
pub struct Monitor {
    pub registry: Registry,
    pub metrics: Arc<Metrics>,
    pub gate: Arc<Gate>,
    pub certificates: Certificates,
    pub feed: FeedPulse,
    /// Of everybody, and of operators.
    pub connections: [Connections; 2],
    pub exchanges: Arc<AtomicUsize>,
    /// What the other half of the program says of itself.
    pub other: OtherHealth,
    pub clock: Clock,
    /// One look at a time: two would count the same twice.
    pub looking: Mutex<()>,
}

#[derive(Serialize)]
struct Readiness {
    ready: bool,
    problems: Vec<Unready>,
    /// What is wrong although this node still does its work: a balancer should not turn away whom
    /// the grace lets in.
    concerns: Vec<Unready>,
}

/// The feed of changes is looked at twice a second, so a store that is silent for longer is away.
const SILENT_AFTER: Duration = Duration::from_secs(10);

impl Monitor {
    /// Answers until it is told to stop.
    pub async fn serve(self, listener: TcpListener, stop: CancellationToken) {
        let router = Router::new()
            .route("/healthz", get(|| async { "alive\n" }))
            .route("/readyz", get(readiness))
            .route("/metrics", get(metrics))
            .with_state(Arc::new(self));
        let serving = axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned());
        if let Err(why) = serving.await {
            tracing::error!(%why, "the monitor has stopped");
        }
    }

    fn problems(&self) -> Vec<Unready> {
        let mut problems = Vec::new();
        let mut problem = |component, why: String| problems.push(Unready { component, why });
        if self.gate.rulebook.load().is_none() {
            problem(
                "snapshot",
                "no snapshot has been loaded yet: nobody is let in".into(),
            );
        }
        if !self.gate.events.accepting() {
            problem(
                "spool",
                "access events cannot be written: see the log and the disk".into(),
            );
        }
        for listener in self.certificates.bare() {
            problem(
                "certificates",
                format!("the listener {listener} has no certificate to show: upload one"),
            );
        }
        for name in self.expired(false) {
            problem("certificates", expired(&name));
        }
        problems
    }

    /// How long nothing has been heard of the store, if that is long.
    fn silence(&self) -> Option<Duration> {
        let silence = self.clock.now().since(self.feed.last());
        (silence > SILENT_AFTER && self.gate.rulebook.load().is_some()).then_some(silence)
    }

    fn readiness(&self) -> Readiness {
        let mut problems = self.problems();
        let Health {
            problems: others,
            mut concerns,
        } = (self.other)();
        problems.extend(others);
        concerns.extend(self.concerns_of_uploads());
        if let Some(silence) = self.silence() {
            let (seconds, grace) = (silence.as_secs(), self.gate.sessions.grace());
            if silence > grace {
                let why = format!(
                    "the store has not answered for {seconds} s: nobody gets in; see the log"
                );
                problems.push(Unready {
                    component: "store",
                    why,
                });
            } else {
                let why = format!(
                    "the store has not answered for {seconds} s: people who are signed in go on \
                     for {} s in all, nobody else gets in; see the log",
                    grace.as_secs()
                );
                concerns.push(Unready {
                    component: "store",
                    why,
                });
            }
        }
        Readiness {
            ready: problems.is_empty(),
            problems,
            concerns,
        }
    }

    /// The names of those that are shown nonetheless.
    fn expired(&self, uploads: bool) -> Vec<String> {
        let now = self.clock.now().as_seconds();
        let expiries = self.certificates.expiries().into_iter();
        expiries
            .filter(|expiry| expiry.not_after <= now && expiry.is_upload == uploads)
            .map(|expiry| expiry.name)
            .collect()
    }

    /// All nodes serve the same uploads: none of them is better off elsewhere.
    fn concerns_of_uploads(&self) -> Vec<Unready> {
        let expired = self.expired(true).into_iter().map(|name| expired(&name));
        let told = self.certificates.set_aside().into_iter().chain(expired);
        told.map(|why| Unready {
            component: "certificates",
            why,
        })
        .collect()
    }

    /// Brings up to date what is not counted as it happens.
    fn look(&self) {
        let (metrics, now) = (&self.metrics, self.clock.now());
        let open = self.connections.iter().map(Connections::count);
        metrics.connections.set(count(open.sum()));
        metrics
            .exchanges
            .set(count(self.exchanges.load(Ordering::Relaxed)));
        metrics.watched.set(count(self.gate.open.len()));
        metrics.sessions.set(count(self.gate.sessions.len()));
        metrics
            .events_waiting
            .set(count(self.gate.events.waiting()));
        metrics.feed_age.set(age(now, self.feed.last()));
        self.look_at_session_cache();
        self.look_at_certificates();
        let Some(rulebook) = self.gate.rulebook.load_full() else {
            return;
        };
        let revision = i64::try_from(rulebook.snapshot.revision).unwrap_or(i64::MAX);
        metrics.snapshot_revision.set(revision);
        metrics
            .snapshot_age
            .set(age(now, rulebook.snapshot.built_at));
        metrics.upstream_up.reset();
        for (id, routed) in &rulebook.applications {
            for upstream in routed.pool.status(now) {
                let labels = [id.as_str(), &upstream.address];
                let gauge = metrics.upstream_up.with_label_values(&labels);
                gauge.set(i64::from(upstream.is_well()));
            }
        }
    }
}

impl Monitor {
    /// Of several of one name, such as at two listeners, whichever expires first is the one to tell of.
    fn look_at_certificates(&self) {
        let mut soonest: HashMap<String, i64> = HashMap::new();
        for expiry in self.certificates.expiries() {
            let of_name = soonest.entry(expiry.name).or_insert(expiry.not_after);
            *of_name = expiry.not_after.min(*of_name);
        }
        let gauges = &self.metrics.certificate_expiry;
        gauges.reset();
        for (name, not_after) in soonest {
            gauges.with_label_values(&[&name]).set(not_after);
        }
    }

    fn look_at_session_cache(&self) {
        let counters = &self.gate.sessions.counters;
        for (result, counted) in [
            ("hit", &counters.hits),
            ("miss", &counters.misses),
            ("grace", &counters.grace),
        ] {
            let shown = self.metrics.session_cache.with_label_values(&[result]);
            shown.inc_by(since_shown(counted, &shown));
        }
        let shown = &self.metrics.session_revocations;
        shown.inc_by(since_shown(&counters.revocations, shown));
    }
}

fn expired(name: &str) -> String {
    format!("the certificate of {name} has expired")
}

fn since_shown(counted: &AtomicU64, shown: &IntCounter) -> u64 {
    counted.load(Ordering::Relaxed).saturating_sub(shown.get())
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn age(now: Timestamp, then: Timestamp) -> i64 {
    i64::try_from(now.since(then).as_secs()).unwrap_or(i64::MAX)
}

async fn readiness(State(monitor): State<Arc<Monitor>>) -> impl IntoResponse {
    let readiness = monitor.readiness();
    let status = if readiness.ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(readiness))
}

async fn metrics(State(monitor): State<Arc<Monitor>>) -> impl IntoResponse {
    let families = {
        let _looking = monitor.looking.lock();
        monitor.look();
        monitor.registry.gather()
    };
    let mut text = Vec::new();
    let encoder = TextEncoder::new();
    match encoder.encode(&families, &mut text) {
        Ok(()) => (
            StatusCode::OK,
            [(CONTENT_TYPE, encoder.format_type().to_owned())],
            text,
        ),
        Err(why) => {
            tracing::error!(%why, "the metrics cannot be written");
            let plain = "text/plain".to_owned();
            (
                StatusCode::INTERNAL_SERVER_ERROR,
                [(CONTENT_TYPE, plain)],
                Vec::new(),
            )
        }
    }
}

/// Binds the monitor's address.
///
/// # Errors
/// If the address is taken or not ours.
pub async fn bind(address: SocketAddr) -> std::io::Result<TcpListener> {
    TcpListener::bind(address).await
}
