//! What this gateway sees of its surroundings, and what it can do with a certificate, for the console.

use std::fmt::Write as _;
use std::sync::Arc;

use certs::Pair;
use config::certificates::{CertificateFacts, ReadCertificate, ServesCertificates};
use config::link::{TriedUpstream, TriesUpstreams};
use config::snapshot::Pool;
use config::surroundings::{CertificateSeen, Surroundings, UpstreamHealth, UpstreamSeen};
use config::{Problem, Timestamp};

use futures::future::BoxFuture;
use sha2::{Digest, Sha256};

use crate::gate::Gate;
use crate::listeners::certificate_problem::problem;
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

impl ServesCertificates for Sight {
    fn read(&self, chain: &str, key: &str, now: Timestamp) -> Result<ReadCertificate, Problem> {
        let pair = Pair::of_upload("", chain, key);
        let pair = pair.and_then(|pair| pair.check_time(now.as_seconds()).map(|()| pair));
        let pair = pair.map_err(|error| problem(&error))?;
        let moment = |seconds: i64| Timestamp(seconds.saturating_mul(1000));
        Ok(ReadCertificate {
            chain: pair.chain_pem(),
            facts: CertificateFacts {
                fingerprint: fingerprint(&pair),
                names: pair.names,
                issuer: pair.issuer,
                not_before: moment(pair.not_before),
                not_after: moment(pair.not_after),
            },
        })
    }

    fn reload(&self) -> BoxFuture<'_, Result<(), Vec<Problem>>> {
        let (certificates, now) = (self.certificates.clone(), self.gate.clock.now());
        // Reads files: not on a thread that serves requests.
        let reading = tokio::task::spawn_blocking(move || certificates.reload_same(now));
        Box::pin(async move {
            let Ok(result) = reading.await else {
                return Err(Vec::new());
            };
            result.map_err(|unusable| {
                let errors = unusable.0.iter();
                errors.map(|(_, error)| problem(error)).collect()
            })
        })
    }
}

/// As `openssl x509 -fingerprint -sha256` has it, in small letters and without colons.
fn fingerprint(pair: &Pair) -> String {
    let first = pair.certified.cert.first();
    let digest = Sha256::digest(first.map(AsRef::as_ref).unwrap_or_default());
    digest.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
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
