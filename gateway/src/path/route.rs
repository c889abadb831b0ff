//! Stage 3: which application, which path rule?

use std::collections::HashMap;
use std::sync::Arc;

use config::settings::NodeRole;
use config::snapshot::{ClosedApplication, HostPattern};
use http::Method;
use pingora::http::RequestHeader;

use crate::gate::Gate;
use crate::path::denial::Denial;
use crate::path::host;
use crate::path::request_path::{RequestPath, is_below};
use crate::path::visit::{Entrance, Visit};
use crate::rulebook::{Route, RoutedApplication, Rulebook};

/// On the host of an application, everything below this is ours.
pub const OWN_PREFIX: &str = "/.gatehouse";

/// Hosts and path prefixes, compiled.
#[derive(Default)]
pub struct Routes {
    exact: HashMap<String, Host>,
    /// By what follows the first label.
    wildcard: HashMap<String, Host>,
}

/// The applications of one host.
#[derive(Default)]
struct Host {
    /// The longest prefix first.
    applications: Vec<Arc<RoutedApplication>>,
    /// The prefixes of applications that nobody may reach; `None` for one that may have any.
    closed: Vec<Option<String>>,
}

/// An application and, of its path rules, the one that decides.
#[derive(Clone)]
pub struct Found {
    pub application: Arc<RoutedApplication>,
    pub path_rule: Option<usize>,
}

/// Records the host and where the request leads.
pub fn find(
    gate: &Gate,
    rulebook: &Rulebook,
    request: &RequestHeader,
    visit: &mut Visit,
) -> Result<(), Denial> {
    visit.host = host::read(request)?;
    if request.method == Method::CONNECT {
        return Err(Denial::Ambiguous("it asks for a tunnel"));
    }
    let path = RequestPath::read(request.uri.path())?;
    if is_own(gate, visit) {
        visit.route = Some(Route::OwnPages(None));
        return serves_own_pages(gate.role, &path);
    }
    if visit.entrance == Entrance::Admin || is_admin_host(gate, &visit.host) {
        return Err(Denial::UnknownHost);
    }
    let host = rulebook.routes.host(&visit.host);
    let host = host.ok_or(Denial::UnknownHost)?;
    if gate.role == NodeRole::Admin {
        return Err(Denial::NotServedHere);
    }
    if is_below(path.as_str(), OWN_PREFIX) {
        let owner = host.applications.last().ok_or(Denial::ApplicationClosed)?;
        visit.route = Some(Route::OwnPages(Some(Arc::clone(owner))));
        return without_doubt(&path);
    }
    let found = host.find(&path, &request.method)?;
    visit.path_rule = found.path_rule;
    visit.route = Some(Route::Application(found.application));
    Ok(())
}

/// Whether all of the host is ours for whoever came by this entrance. Whatever a Host header says, the
/// host of the console is behind its own listeners alone, and they lead to no other.
fn is_own(gate: &Gate, visit: &Visit) -> bool {
    match visit.entrance {
        Entrance::Public => visit.host == gate.access.host(),
        Entrance::Admin => is_admin_host(gate, &visit.host),
    }
}

/// By which kind of listener the request's host is reached at all.
#[must_use]
pub fn entrance_of(gate: &Gate, request: &RequestHeader) -> Entrance {
    match host::read(request) {
        Ok(host) if is_admin_host(gate, &host) => Entrance::Admin,
        _ => Entrance::Public,
    }
}

fn is_admin_host(gate: &Gate, host: &str) -> bool {
    gate.admin
        .as_ref()
        .is_some_and(|admin| admin.host() == host)
}

fn serves_own_pages(role: NodeRole, path: &RequestPath) -> Result<(), Denial> {
    if role == NodeRole::Gateway {
        return Err(Denial::NotServedHere);
    }
    without_doubt(path)
}

fn without_doubt(path: &RequestPath) -> Result<(), Denial> {
    path.doubt()
        .map_or(Ok(()), |why| Err(Denial::Ambiguous(why)))
}

impl Routes {
    #[must_use]
    pub fn compile(applications: &[Arc<RoutedApplication>], closed: &[ClosedApplication]) -> Self {
        let mut routes = Self::default();
        for application in applications {
            for pattern in &application.application.hosts {
                let host = routes.host_of(pattern);
                host.applications.push(Arc::clone(application));
            }
        }
        for application in closed {
            for pattern in &application.hosts {
                let host = routes.host_of(pattern);
                host.closed.push(application.path_prefix.clone());
            }
        }
        for host in routes
            .exact
            .values_mut()
            .chain(routes.wildcard.values_mut())
        {
            host.applications
                .sort_by_key(|a| std::cmp::Reverse(a.application.path_prefix.len()));
        }
        routes
    }

    fn host_of(&mut self, pattern: &HostPattern) -> &mut Host {
        match pattern {
            HostPattern::Exact(name) => self.exact.entry(name.clone()),
            HostPattern::Wildcard(suffix) => self.wildcard.entry(suffix.clone()),
        }
        .or_default()
    }

    /// Where a request to this host (normalised), path and method leads.
    pub fn find(&self, host: &str, path: &RequestPath, method: &Method) -> Result<Found, Denial> {
        let host = self.host(host).ok_or(Denial::UnknownHost)?;
        host.find(path, method)
    }

    /// Whether any application has this host (normalised).
    #[must_use]
    pub fn knows(&self, host: &str) -> bool {
        self.host(host).is_some()
    }

    /// An exact name goes before a wildcard.
    fn host(&self, name: &str) -> Option<&Host> {
        self.exact.get(name).or_else(|| {
            let (_, suffix) = name.split_once('.')?;
            self.wildcard.get(suffix)
        })
    }
}

impl Host {
    fn find(&self, path: &RequestPath, method: &Method) -> Result<Found, Denial> {
        if self.path_decides() {
            without_doubt(path)?;
        }
        let found = self.lookup(path.as_str(), method);
        let closed = self.is_closed(path.as_str(), found.as_ref());
        if let Some(short) = path.cut_short() {
            let other = self.lookup(short, method);
            if closed != self.is_closed(short, other.as_ref())
                || !same(found.as_ref(), other.as_ref())
            {
                return Err(Denial::Ambiguous("its path has an encoded ? or #"));
            }
        }
        if closed {
            return Err(Denial::ApplicationClosed);
        }
        found.ok_or(Denial::UnknownPath)
    }

    /// Whether the path belongs to an application that nobody may reach, rather than to `found`.
    fn is_closed(&self, path: &str, found: Option<&Found>) -> bool {
        let open = found.map(|found| found.application.application.path_prefix.len());
        self.closed.iter().any(|prefix| match prefix {
            Some(prefix) => is_below(path, prefix) && open.is_none_or(|open| prefix.len() > open),
            None => true,
        })
    }

    fn lookup(&self, path: &str, method: &Method) -> Option<Found> {
        let application = self
            .applications
            .iter()
            .find(|a| is_below(path, &a.application.path_prefix))?;
        Some(Found {
            path_rule: application.path_rule_for(path, method),
            application: Arc::clone(application),
        })
    }

    /// Whether two paths on this host may be judged differently.
    fn path_decides(&self) -> bool {
        match self.applications.as_slice() {
            _ if !self.closed.is_empty() => true,
            [only] => only.application.path_prefix != "/" || !only.path_rules.is_empty(),
            _ => true,
        }
    }
}

fn same(one: Option<&Found>, other: Option<&Found>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => {
            Arc::ptr_eq(&one.application, &other.application) && one.path_rule == other.path_rule
        }
        (None, None) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
