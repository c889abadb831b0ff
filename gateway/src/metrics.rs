//! What the gateway counts and measures, for Prometheus.
//!
//! Labels are bounded: applications, upstreams and codes come from settings and fixed sets, never
//! from a caller.

use std::time::Duration;

use config::AccessEvent;
use config::access_event::Outcome;
use prometheus::{
    Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts,
    Registry,
};

use crate::rulebook::RoutedApplication;

/// From a tenth of a millisecond to half a minute.
const SECONDS: [f64; 16] = [
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
    10.0, 30.0,
];

pub struct Metrics {
    requests: IntCounterVec,
    denials: IntCounterVec,
    failures: IntCounterVec,
    decision: Histogram,
    upstream: HistogramVec,
    total: HistogramVec,
    request_bytes: IntCounterVec,
    response_bytes: IntCounterVec,
    pub(crate) connections: IntGauge,
    pub(crate) exchanges: IntGauge,
    pub(crate) watched: IntGauge,
    pub(crate) sessions: IntGauge,
    pub(crate) session_cache: IntCounterVec,
    pub(crate) session_revocations: IntCounter,
    pub(crate) unread: IntCounter,
    pub(crate) refused: IntCounter,
    pub(crate) snapshot_revision: IntGauge,
    pub(crate) snapshot_age: IntGauge,
    pub(crate) feed_age: IntGauge,
    pub(crate) certificate_expiry: IntGaugeVec,
    pub(crate) upstream_up: IntGaugeVec,
    pub(crate) events_waiting: IntGauge,
}

impl Metrics {
    /// Registers everything.
    ///
    /// # Errors
    /// If a name is registered already: a defect, or two gateways on one registry.
    pub fn register(registry: &Registry) -> Result<Self, prometheus::Error> {
        let r = registry;
        let by_app = ["application"];
        Ok(Self {
            requests: counters(r, "requests_total", "Requests", &["application", "status"])?,
            denials: counters(
                r,
                "denials_total",
                "Requests turned away",
                &["application", "reason"],
            )?,
            failures: counters(
                r,
                "exchange_failures_total",
                "Exchanges that failed, by who was at fault",
                &["application", "source"],
            )?,
            decision: histogram(
                r,
                "decision_seconds",
                "From the request head to the decision",
            )?,
            upstream: histograms(
                r,
                "upstream_seconds",
                "From the request head to the head of the upstream's response",
            )?,
            total: histograms(
                r,
                "request_seconds",
                "From the request head to the end of the response",
            )?,
            request_bytes: counters(r, "request_bytes_total", "Bytes of request bodies", &by_app)?,
            response_bytes: counters(
                r,
                "response_bytes_total",
                "Bytes of response bodies",
                &by_app,
            )?,
            connections: gauge(r, "connections_open", "Connections that are open")?,
            exchanges: gauge(
                r,
                "exchanges_open",
                "Requests under way, HTTP/2 streams and WebSockets among them",
            )?,
            watched: gauge(
                r,
                "exchanges_watched",
                "Long exchanges that are cut when what let them in no longer holds",
            )?,
            sessions: gauge(r, "sessions_cached", "Sessions that this node knows")?,
            session_cache: counters(
                r,
                "session_cache_lookups_total",
                "Sessions looked for: found in memory, asked of the store, or let go on while the \
                 store was away",
                &["result"],
            )?,
            session_revocations: counter(r, "session_cache_revocations_total", "Revocations")?,
            unread: counter(
                r,
                "connections_unread_total",
                "HTTP/1 connections that ended before a request could be read: it was malformed, \
                 came too slowly or not at all",
            )?,
            refused: counter(r, "connections_refused_total", "Connections past the limit")?,
            snapshot_revision: gauge(
                r,
                "gateway_snapshot_revision",
                "Revision of the rules that this node obeys",
            )?,
            snapshot_age: gauge(
                r,
                "gateway_snapshot_age_seconds",
                "Age of the rules that this node obeys",
            )?,
            feed_age: gauge(
                r,
                "gateway_feed_age_seconds",
                "Since the feed of changes was last known to be complete",
            )?,
            certificate_expiry: gauges(
                r,
                "certificate_expiry_seconds",
                "When a certificate expires, in seconds since 1970",
                &["name"],
            )?,
            upstream_up: gauges(
                r,
                "upstream_up",
                "Whether an upstream takes requests",
                &["application", "upstream"],
            )?,
            events_waiting: gauge(
                r,
                "events_waiting",
                "Access events on their way to the spool",
            )?,
        })
    }

    /// Counts a decision.
    pub fn decided(&self, after: Duration) {
        self.decision.observe(after.as_secs_f64());
    }

    /// Counts a passage that has ended, at an application if it led to one.
    pub fn ended(&self, event: &AccessEvent, routed: Option<&RoutedApplication>) {
        let application = match (&event.application, &event.outcome) {
            (Some(id), _) => id.as_str(),
            (None, Outcome::OwnPage) => "own_pages",
            (None, _) => "none",
        };
        let status = StatusText::of(event.status);
        self.requests
            .with_label_values(&[application, status.as_str()])
            .inc();
        if let Outcome::Denied(reason) = &event.outcome {
            self.denials.with_label_values(&[application, reason]).inc();
        }
        if let Some(error) = &event.error {
            let source = match error.source {
                config::access_event::ErrorSource::Downstream => "downstream",
                config::access_event::ErrorSource::Upstream => "upstream",
                config::access_event::ErrorSource::Internal => "internal",
            };
            self.failures
                .with_label_values(&[application, source])
                .inc();
        }
        match routed {
            Some(routed) => routed
                .meters
                .get_or_init(|| self.meters(application))
                .take(event),
            None => self.meters(application).take(event),
        }
    }

    fn meters(&self, application: &str) -> Meters {
        let label = [application];
        Meters {
            total: self.total.with_label_values(&label),
            upstream: self.upstream.with_label_values(&label),
            request_bytes: self.request_bytes.with_label_values(&label),
            response_bytes: self.response_bytes.with_label_values(&label),
        }
    }
}

/// What is measured of one application: looked up by its name once, not for each request.
pub struct Meters {
    total: Histogram,
    upstream: Histogram,
    request_bytes: IntCounter,
    response_bytes: IntCounter,
}

impl Meters {
    fn take(&self, event: &AccessEvent) {
        self.total.observe(seconds(event.duration_us));
        if let Some(upstream) = event.upstream_us {
            self.upstream.observe(seconds(upstream));
        }
        self.request_bytes.inc_by(event.request_bytes);
        self.response_bytes.inc_by(event.response_bytes);
    }
}

#[allow(
    clippy::cast_precision_loss,
    reason = "microseconds of a request fit well"
)]
fn seconds(micros: u64) -> f64 {
    micros as f64 / 1e6
}

/// A status as a label; codes that nobody assigned count as 0, so that an upstream cannot make
/// labels up.
struct StatusText([u8; 3]);

impl StatusText {
    fn of(status: u16) -> Self {
        let status = if (100..600).contains(&status) {
            status
        } else {
            0
        };
        let digit = |n: u16| b'0' + u8::try_from(n % 10).unwrap_or(0);
        Self([digit(status / 100), digit(status / 10), digit(status)])
    }

    fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("000")
    }
}

fn name(short: &str) -> String {
    format!("gatehouse_{short}")
}

type Made<T> = Result<T, prometheus::Error>;

fn counter(r: &Registry, short: &str, help: &str) -> Made<IntCounter> {
    let made = IntCounter::new(name(short), help)?;
    r.register(Box::new(made.clone()))?;
    Ok(made)
}

fn counters(r: &Registry, short: &str, help: &str, labels: &[&str]) -> Made<IntCounterVec> {
    let made = IntCounterVec::new(Opts::new(name(short), help), labels)?;
    r.register(Box::new(made.clone()))?;
    Ok(made)
}

fn gauge(r: &Registry, short: &str, help: &str) -> Made<IntGauge> {
    let made = IntGauge::with_opts(Opts::new(name(short), help))?;
    r.register(Box::new(made.clone()))?;
    Ok(made)
}

fn gauges(r: &Registry, short: &str, help: &str, labels: &[&str]) -> Made<IntGaugeVec> {
    let made = IntGaugeVec::new(Opts::new(name(short), help), labels)?;
    r.register(Box::new(made.clone()))?;
    Ok(made)
}

fn histogram(r: &Registry, short: &str, help: &str) -> Made<Histogram> {
    let options = HistogramOpts::new(name(short), help).buckets(SECONDS.to_vec());
    let made = Histogram::with_opts(options)?;
    r.register(Box::new(made.clone()))?;
    Ok(made)
}

fn histograms(r: &Registry, short: &str, help: &str) -> Made<HistogramVec> {
    let options = HistogramOpts::new(name(short), help).buckets(SECONDS.to_vec());
    let made = HistogramVec::new(options, &["application"])?;
    r.register(Box::new(made.clone()))?;
    Ok(made)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_that_nobody_assigned_makes_no_label() {
        assert_eq!(StatusText::of(404).as_str(), "404");
        assert_eq!(StatusText::of(0).as_str(), "000");
        assert_eq!(StatusText::of(999).as_str(), "000");
    }

    #[test]
    fn everything_can_be_registered_once() {
        let registry = Registry::new();
        assert!(Metrics::register(&registry).is_ok());
        assert!(Metrics::register(&registry).is_err());
    }
}
