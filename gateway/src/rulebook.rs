//! A snapshot, compiled into what the stages look things up in. Made once per change, off the
//! request path; immutable but for the state that outlives it (upstream health, rate limits).

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use config::id::ApplicationId;
use config::snapshot::Application;
use config::{Problem, Snapshot, Timestamp};
use http::Method;

use crate::identity::{IdentityPlan, Signer};
use crate::metrics::Meters;
use crate::path::access_rules::{AccessRules, CompiledPathRule};
use crate::path::guest_rules::GuestRules;
use crate::path::ip_rules::IpRules;
use crate::path::route::Routes;
use crate::rate_limit::RateLimits;
use crate::upstreams::UpstreamPool;

/// Entries of address lists that end within so long are dropped together, at its end, however many
/// there are: to compile is dear. An entry that lets somebody in counts for as long after its own.
pub const ENDS_TOGETHER: Duration = Duration::from_secs(50);

pub struct Rulebook {
    pub snapshot: Arc<Snapshot>,
    pub ip_rules: IpRules,
    pub guest_rules: GuestRules,
    pub routes: Routes,
    pub applications: HashMap<ApplicationId, Arc<RoutedApplication>>,
    /// When the next entries of address lists have ended, and all this must be compiled anew.
    pub until: Option<Timestamp>,
    /// Signs what applications are told of who is calling.
    pub signer: Signer,
}

/// Where a host and path lead.
#[derive(Clone)]
pub enum Route {
    Application(Arc<RoutedApplication>),
    /// The access host, or `/.gatehouse/` on an application host (then with that application).
    OwnPages(Option<Arc<RoutedApplication>>),
}

impl Route {
    #[must_use]
    pub fn application(&self) -> Option<&Arc<RoutedApplication>> {
        match self {
            Self::Application(application) => Some(application),
            Self::OwnPages(application) => application.as_ref(),
        }
    }
}

/// An application with all that its stages need, compiled.
pub struct RoutedApplication {
    pub application: Arc<Application>,
    pub ip_rules: IpRules,
    pub pool: Arc<UpstreamPool>,
    pub identity: IdentityPlan,
    /// For all paths that no path rule names.
    pub access: AccessRules,
    pub path_rules: Vec<CompiledPathRule>,
    pub rate_limits: RateLimits,
    /// Found when the first request has ended.
    pub meters: OnceLock<Meters>,
}

impl Rulebook {
    /// Compiles a snapshot as it counts at `now`. What `previous` knows of upstreams and of rates is
    /// carried over.
    ///
    /// # Errors
    /// Everything that makes the snapshot unfit to be obeyed; never an empty list.
    pub fn compile(
        snapshot: Arc<Snapshot>,
        previous: Option<&Self>,
        now: Timestamp,
    ) -> Result<Self, Vec<Problem>> {
        snapshot.validate()?;
        let mut problems = Vec::new();
        let mut routed = Vec::with_capacity(snapshot.applications.len());
        for application in &snapshot.applications {
            let before = previous.and_then(|p| p.applications.get(&application.id));
            match RoutedApplication::compile(application, before.map(Arc::as_ref), now) {
                Ok(application) => routed.push(Arc::new(application)),
                Err(found) => problems.extend(found),
            }
        }
        let signer = Signer::new(&snapshot.signing_keys.current)
            .map_err(|problem| problems.push(problem))
            .ok();
        let Some(signer) = signer.filter(|_| problems.is_empty()) else {
            return Err(problems);
        };
        let ip_rules = IpRules::compile(&snapshot.ip_lists, now);
        let guest_rules = GuestRules::compile(&snapshot.guest_groups, now);
        let ends = routed.iter().filter_map(|a| a.ip_rules.until());
        let ends = ends.chain(ip_rules.until()).chain(guest_rules.until());
        Ok(Self {
            signer,
            until: ends.min().map(together),
            ip_rules,
            guest_rules,
            routes: Routes::compile(&routed, &snapshot.closed),
            applications: routed
                .into_iter()
                .map(|a| (a.application.id.clone(), a))
                .collect(),
            snapshot,
        })
    }
}

/// The next moment at which what ends by then is dropped; the same for ends that lie close together.
fn together(end: Timestamp) -> Timestamp {
    let grain = i64::try_from(ENDS_TOGETHER.as_millis()).unwrap_or(i64::MAX);
    let begun = end.0.saturating_sub(1).div_euclid(grain);
    Timestamp(begun.saturating_add(1).saturating_mul(grain))
}

impl RoutedApplication {
    fn compile(
        application: &Arc<Application>,
        before: Option<&Self>,
        now: Timestamp,
    ) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut keep = |found: Vec<Problem>| problems.extend(found);
        let access = AccessRules::compile(&application.access, None)
            .map_err(&mut keep)
            .ok();
        let path_rules: Vec<_> = application
            .path_rules
            .iter()
            .filter_map(|rule| CompiledPathRule::compile(rule).map_err(&mut keep).ok())
            .collect();
        let pool = UpstreamPool::build(&application.pool, before.map(|b| &b.pool))
            .map_err(|problem| keep(vec![problem]))
            .ok();
        let identity = IdentityPlan::compile(&application.identity)
            .map_err(|problem| keep(vec![problem]))
            .ok();
        match (access, pool, identity) {
            (Some(access), Some(pool), Some(identity)) if problems.is_empty() => Ok(Self {
                application: Arc::clone(application),
                ip_rules: IpRules::compile(&application.ip_lists, now),
                pool,
                identity,
                access,
                path_rules,
                rate_limits: RateLimits::new(&application.limits, before.map(|b| &b.rate_limits)),
                meters: OnceLock::new(),
            }),
            _ => Err(problems
                .into_iter()
                .map(|p| Problem {
                    source: format!("application {}: {}", application.id, p.source),
                    ..p
                })
                .collect()),
        }
    }

    /// Which path rule decides about a path (decoded once) and method; the first that matches.
    pub(crate) fn path_rule_for(&self, path: &str, method: &Method) -> Option<usize> {
        self.path_rules
            .iter()
            .position(|rule| rule.matches(path, method))
    }

    /// What it takes to open the place that `path_rule` names, or the rest of the application.
    #[must_use]
    pub fn access(&self, path_rule: Option<usize>) -> &AccessRules {
        path_rule
            .and_then(|index| self.path_rules.get(index))
            .map_or(&self.access, |rule| &rule.access)
    }
}
