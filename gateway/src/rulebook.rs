//! A snapshot, compiled into what the stages look things up in. Made once per change, off the
//! request path; immutable but for the state that outlives it (upstream health, rate limits).

use std::sync::Arc;

use config::Snapshot;
use config::snapshot::Application;

use crate::identity::{IdentityPlan, Signer};
use crate::path::ip_rules::IpRules;
use crate::path::route::Routes;
use crate::upstreams::UpstreamPool;

pub struct Rulebook {
    pub snapshot: Arc<Snapshot>,
    pub ip_rules: IpRules,
    pub routes: Routes,
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

/// An application with all that its stages need, compiled.
pub struct RoutedApplication {
    pub application: Arc<Application>,
    pub ip_rules: IpRules,
    pub pool: Arc<UpstreamPool>,
    pub identity: IdentityPlan,
    // policy, path rules and rate limits in compiled form
}
