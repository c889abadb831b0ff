//! What this gateway sees of its surroundings, for the overview in the console.

use std::sync::Arc;

use config::Problem;
use config::link::{TriedUpstream, TriesUpstreams};
use config::snapshot::Pool;
use config::surroundings::{CertificateSeen, Surroundings, UpstreamHealth, UpstreamSeen};

use futures::future::BoxFuture;

use crate::gate::Gate;
use crate::listeners::certificates::Certificates;
use crate::upstreams::{UpstreamStatus, tryout};

pub struct Sight {
    pub gate: Arc<Gate>,
    pub certificates: Certificates,
}

impl Sight {
    #[must_use]
    pub fn new(gate: &Arc<Gate>, certificates: &Certificates) -> Self {
        Self {
            gate: Arc::clone(gate),
            certificates: certificates.clone(),
        }
    }
}

impl Surroundings for Sight {
    fn upstreams(&self) -> Vec<UpstreamSeen> {
        let now = self.gate.clock.now();
        let rulebook = self.gate.rulebook.load_full();
        let routed = rulebook.iter().flat_map(|rulebook| &rulebook.applications);
        let mut seen: Vec<_> = routed
            .flat_map(|(application, routed)| {
                let status = routed.pool.status(now).into_iter();
                status.map(|upstream| UpstreamSeen {
                    application: application.clone(),
                    address: upstream.address.to_string(),
                    health: health(&upstream),
                })
            })
            .collect();
        seen.sort_by(|a, b| (&a.application, &a.address).cmp(&(&b.application, &b.address)));
        seen
    }

    fn certificates(&self) -> Vec<CertificateSeen> {
        self.certificates.seen()
    }
}

impl TriesUpstreams for Sight {
    fn try_pool<'a>(
        &'a self,
        pool: &'a Pool,
        host: &'a str,
    ) -> BoxFuture<'a, Result<Vec<TriedUpstream>, Problem>> {
        Box::pin(tryout::try_pool(pool, host))
    }
}

fn health(upstream: &UpstreamStatus) -> UpstreamHealth {
    if !upstream.resolved {
        UpstreamHealth::Unresolved
    } else if !upstream.answers_checks {
        UpstreamHealth::FailsChecks
    } else if upstream.ejected {
        UpstreamHealth::Ejected
    } else {
        UpstreamHealth::Well
    }
}
