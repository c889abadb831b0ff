//! What the admin plane counts and measures, for Prometheus.
//!
//! Labels are bounded: methods, kinds and results come from fixed sets, never from a caller.

use std::time::Duration;

use prometheus::{Histogram, HistogramOpts, IntCounter, IntCounterVec, IntGauge, Opts, Registry};

use crate::sign_in_policy::RiskSignal;

/// Cheap to clone: all clones count together.
#[derive(Clone, Debug)]
pub struct Metrics {
    sign_ins: IntCounterVec,
    sign_ins_refused: IntCounterVec,
    risk_signals: IntCounterVec,
    store_seconds: Histogram,
    store_failures: IntCounter,
    /// Events in the spool that are not in the store yet.
    pub spool_depth: IntGauge,
    /// Age of the oldest of them, in milliseconds.
    pub spool_age_ms: IntGauge,
    /// Bytes that the spool takes on the disk.
    pub spool_bytes: IntGauge,
    /// 1 while the spool cannot take events.
    pub spool_stopped: IntGauge,
    /// Events of refused requests that were dropped while the spool could not take any.
    pub events_dropped: IntCounter,
    /// Events that have reached the store from this node.
    pub events_stored: IntCounter,
    /// Sign-ins that have not ended.
    pub sign_ins_open: IntGauge,
    /// New passwords that the policy wants looked up among breached ones, and that were not.
    pub passwords_not_looked_up: IntCounter,
    pub snapshot_revision: IntGauge,
    /// When the snapshot in force was built, in seconds since 1970.
    pub snapshot_built: IntGauge,
    /// Snapshots that were refused because something in the store does not validate.
    pub snapshots_refused: IntCounter,
    /// Applications that cannot be obeyed as they stand in the store.
    pub applications_set_aside: IntGauge,
}

impl Metrics {
    /// # Errors
    /// Only for a name that Prometheus does not allow: a defect.
    pub fn new() -> Result<Self, prometheus::Error> {
        let sign_ins_refused = IntCounterVec::new(
            Opts::new(
                "gatehouse_sign_ins_refused_total",
                "Attempts that were refused unread, and so are not in the sign-in log",
            ),
            &["reason"],
        )?;
        // There from the start, so that a sum with them is never empty.
        for reason in ["too_many_attempts", "busy"] {
            sign_ins_refused.with_label_values(&[reason]);
        }
        let risk_signals = IntCounterVec::new(
            Opts::new(
                "gatehouse_risk_signals_total",
                "What was unusual about sign-ins that were told of in the log",
            ),
            &["signal"],
        )?;
        for signal in RiskSignal::ALL {
            risk_signals.with_label_values(&[signal.as_str()]);
        }
        Ok(Self {
            sign_ins_refused,
            risk_signals,
            sign_ins: IntCounterVec::new(
                Opts::new("gatehouse_sign_ins_total", "Entries of the sign-in log"),
                &["method", "result"],
            )?,
            store_seconds: Histogram::with_opts(
                HistogramOpts::new(
                    "gatehouse_store_transaction_seconds",
                    "From asking for a write transaction to its commit",
                )
                .buckets(prometheus::exponential_buckets(0.0005, 2.0, 14)?),
            )?,
            store_failures: IntCounter::new(
                "gatehouse_store_failures_total",
                "Times that the store did not answer",
            )?,
            spool_depth: IntGauge::new(
                "gatehouse_spool_events",
                "Access events in the spool and not in the store yet",
            )?,
            spool_age_ms: IntGauge::new(
                "gatehouse_spool_age_milliseconds",
                "Age of the oldest access event that is not in the store yet",
            )?,
            spool_bytes: IntGauge::new("gatehouse_spool_bytes", "Size of the spool on the disk")?,
            spool_stopped: IntGauge::new(
                "gatehouse_spool_stopped",
                "1 while the spool cannot take access events",
            )?,
            events_dropped: IntCounter::new(
                "gatehouse_access_events_dropped_total",
                "Access events of refused requests, dropped while the spool was stopped",
            )?,
            events_stored: IntCounter::new(
                "gatehouse_access_events_stored_total",
                "Access events that this node has brought to the store",
            )?,
            sign_ins_open: IntGauge::new(
                "gatehouse_sign_ins_open",
                "Sign-ins that have not ended",
            )?,
            passwords_not_looked_up: IntCounter::new(
                "gatehouse_passwords_not_looked_up_total",
                "New passwords that were not looked up among breached ones, as this node has no list",
            )?,
            snapshot_revision: IntGauge::new(
                "gatehouse_snapshot_revision",
                "Revision of the snapshot in force",
            )?,
            snapshot_built: IntGauge::new(
                "gatehouse_snapshot_built_timestamp_seconds",
                "When the snapshot in force was built",
            )?,
            snapshots_refused: IntCounter::new(
                "gatehouse_snapshots_refused_total",
                "Snapshots refused because something in the store is not valid",
            )?,
            applications_set_aside: IntGauge::new(
                "gatehouse_applications_set_aside",
                "Applications whose definition in the store cannot be obeyed",
            )?,
        })
    }

    /// Makes all of them appear in `registry`.
    pub fn register(&self, registry: &Registry) -> Result<(), prometheus::Error> {
        registry.register(Box::new(self.sign_ins.clone()))?;
        registry.register(Box::new(self.sign_ins_refused.clone()))?;
        registry.register(Box::new(self.risk_signals.clone()))?;
        registry.register(Box::new(self.store_seconds.clone()))?;
        registry.register(Box::new(self.store_failures.clone()))?;
        registry.register(Box::new(self.events_stored.clone()))?;
        registry.register(Box::new(self.events_dropped.clone()))?;
        registry.register(Box::new(self.snapshots_refused.clone()))?;
        registry.register(Box::new(self.passwords_not_looked_up.clone()))?;
        for gauge in [
            &self.spool_depth,
            &self.spool_age_ms,
            &self.spool_bytes,
            &self.spool_stopped,
            &self.sign_ins_open,
            &self.snapshot_revision,
            &self.snapshot_built,
            &self.applications_set_aside,
        ] {
            registry.register(Box::new(gauge.clone()))?;
        }
        Ok(())
    }

    pub(crate) fn count_sign_in(&self, method: &str, result: &str) {
        self.sign_ins.with_label_values(&[method, result]).inc();
    }

    pub(crate) fn count_risk(&self, signal: &str) {
        self.risk_signals.with_label_values(&[signal]).inc();
    }

    pub(crate) fn count_refused_sign_in(&self, reason: &str) {
        self.sign_ins_refused.with_label_values(&[reason]).inc();
    }

    #[cfg(test)]
    pub(crate) fn refused_sign_ins(&self, reason: &str) -> u64 {
        self.sign_ins_refused.with_label_values(&[reason]).get()
    }

    pub(crate) fn store_took(&self, time: Duration) {
        self.store_seconds.observe(time.as_secs_f64());
    }

    pub(crate) fn store_failed(&self) {
        self.store_failures.inc();
    }
}
