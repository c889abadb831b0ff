//! The health of all upstreams, read when somebody asks for metrics.

use std::sync::Arc;

use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;
use prometheus::{GaugeVec, Opts, Registry};

use crate::gate::Gate;

/// Registers the gauges `gatehouse_upstream_up` (takes its turn), `gatehouse_upstream_answers_checks`
/// and `gatehouse_upstream_ejected`, each 0 or 1, by application and address.
///
/// # Errors
/// If they have been registered before.
pub fn register(registry: &Registry, gate: Arc<Gate>) -> prometheus::Result<()> {
    let gauge =
        |name: &str, help: &str| GaugeVec::new(Opts::new(name, help), &["application", "upstream"]);
    registry.register(Box::new(UpstreamHealth {
        up: gauge(
            "gatehouse_upstream_up",
            "Whether the upstream is well and has an address",
        )?,
        answers_checks: gauge(
            "gatehouse_upstream_answers_checks",
            "Whether the upstream answers its active checks; 1 where none are made",
        )?,
        ejected: gauge(
            "gatehouse_upstream_ejected",
            "Whether the upstream is out for a while because requests failed on it",
        )?,
        gate,
    }))
}

struct UpstreamHealth {
    gate: Arc<Gate>,
    up: GaugeVec,
    answers_checks: GaugeVec,
    ejected: GaugeVec,
}

impl UpstreamHealth {
    fn gauges(&self) -> [&GaugeVec; 3] {
        [&self.up, &self.answers_checks, &self.ejected]
    }
}

impl Collector for UpstreamHealth {
    fn desc(&self) -> Vec<&Desc> {
        self.gauges()
            .into_iter()
            .flat_map(Collector::desc)
            .collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        for gauge in self.gauges() {
            gauge.reset();
        }
        let rulebook = self.gate.rulebook.load();
        let applications = rulebook.iter().flat_map(|r| r.applications.values());
        let now = self.gate.clock.now();
        for application in applications {
            let id = application.application.id.as_str();
            for status in application.pool.status(now) {
                let labels = [id, &*status.address];
                let set = |gauge: &GaugeVec, yes: bool| {
                    gauge
                        .with_label_values(&labels)
                        .set(f64::from(u8::from(yes)));
                };
                set(&self.up, status.is_well());
                set(&self.answers_checks, status.answers_checks);
                set(&self.ejected, status.ejected);
            }
        }
        self.gauges()
            .into_iter()
            .flat_map(Collector::collect)
            .collect()
    }
}
