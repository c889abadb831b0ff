//! The upstreams of an application: which are well, and which comes next.
//!
//! A pool is made from the snapshot and replaced with it; the health of an upstream outlives both,
//! carried over by address. Choosing takes no lock: it reads a turn list that is rebuilt only when
//! an upstream comes or goes.
//!
//! An upstream leaves the turn list in two ways. The active check ([`attendant`]) takes it out while
//! it does not answer well; passive ejection takes it out for a while when real requests fail on it.
//! Neither empties the list: while no upstream is well, all take their turn, because a broken check
//! must not take down an application whose upstreams do answer. If they do not, the visitor gets a 502 that
//! says so.

mod address;
mod attendant;
mod health;
pub mod patient;
mod peer;
mod probe;
mod status;
pub mod tryout;
mod turns;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use config::snapshot::{Ejection, HealthCheck, HostHeader, Pool};
use config::{Problem, Timestamp};
use pingora::upstreams::peer::HttpPeer;
use tokio::sync::Notify;
use tokio_util::sync::{CancellationToken, DropGuard};

use address::Addresses;
use health::Health;
use peer::PeerTemplate;
use turns::Turns;

pub use status::UpstreamStatus;

/// One application's upstreams. Dropping the last handle ends its checks.
pub struct UpstreamPool {
    core: Arc<Core>,
    _attendant: DropGuard,
}

/// What the pool and its attendant share.
struct Core {
    members: Vec<Arc<Member>>,
    turns: ArcSwap<Turns>,
    /// Held while the turn list is rebuilt, never while one is read.
    rebuilding: parking_lot::Mutex<()>,
    next: AtomicUsize,
    /// When the first ejected upstream may return, in milliseconds of the clock; `i64::MAX` for none.
    next_return: AtomicI64,
    ejection: Option<Ejection>,
    health_check: Option<HealthCheck>,
    template: PeerTemplate,
    /// What an upstream reads as Host, where the operator fixed it.
    fixed_host: Option<String>,
    connect_timeout: Duration,
    /// Wakes the attendant to ask for the addresses of names again, ahead of time.
    refresh: Notify,
    /// Told each time the addresses of a name have been asked for.
    resolved: Notify,
}

/// One upstream of the pool.
struct Member {
    address: Arc<str>,
    weight: u16,
    addresses: Addresses,
    health: Arc<Health>,
}

/// The upstreams that one request has been sent to in vain.
#[derive(Clone, Debug, Default)]
pub struct Tried(Vec<usize>);

/// An upstream whose turn it is.
pub struct Chosen {
    core: Arc<Core>,
    member: usize,
    socket: SocketAddr,
}

/// How a request to an upstream went, as far as the upstream is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A response head arrived, with this status.
    Answered(u16),
    /// No connection could be made, or TLS did not come about.
    NotConnected,
    /// The connection broke, or fell silent, before a response head had come.
    Broken,
}

impl UpstreamPool {
    /// Makes a pool, and starts looking after it: its names are resolved, its checks run. Upstreams
    /// that `previous` had too keep their health and their resolved addresses.
    ///
    /// Call it inside a Tokio runtime; outside of one nobody looks after the pool.
    ///
    /// # Errors
    /// If an upstream's address, the server name or the authorities cannot be read, or if no
    /// upstream has a weight.
    pub fn build(pool: &Pool, previous: Option<&Arc<Self>>) -> Result<Arc<Self>, Problem> {
        let members = pool
            .upstreams
            .iter()
            .enumerate()
            .map(|(index, upstream)| {
                let old = previous.and_then(|p| p.member(&upstream.address));
                Member::new(index, upstream, old)
            })
            .collect::<Result<Vec<_>, _>>()?;
        if members.iter().all(|member| member.weight == 0) {
            return Err(problem(
                "upstreams",
                "no upstream takes requests".into(),
                "list at least one with a weight above 0",
            ));
        }
        let core = Arc::new(Core {
            turns: ArcSwap::from_pointee(Turns::default()),
            rebuilding: parking_lot::Mutex::new(()),
            members,
            next: AtomicUsize::new(0),
            next_return: AtomicI64::new(i64::MAX),
            ejection: pool.ejection,
            health_check: pool.health_check.clone(),
            template: PeerTemplate::new(pool)?,
            fixed_host: match &pool.host_header {
                HostHeader::Fixed(host) => Some(host.clone()),
                HostHeader::Preserve => None,
            },
            connect_timeout: Duration::from_millis(pool.timeouts.connect),
            refresh: Notify::new(),
            resolved: Notify::new(),
        });
        core.renew_turns();
        let stop = CancellationToken::new();
        attendant::start(&core, &stop);
        Ok(Arc::new(Self {
            core,
            _attendant: stop.drop_guard(),
        }))
    }

    /// The upstream whose turn it is, other than those in `tried`. Returns at once, except while the
    /// names of a new pool are being resolved for the first time.
    ///
    /// `None`: all have been tried, or none has an address.
    pub async fn choose(&self, tried: &Tried, now: Timestamp) -> Option<Chosen> {
        if let Some(chosen) = self.choose_now(tried, now) {
            return Some(chosen);
        }
        let core = &self.core;
        let unresolved = |m: &Arc<Member>| m.addresses.never_asked();
        if !core.members.iter().any(unresolved) {
            return None;
        }
        let resolved = core.resolved.notified();
        if core.members.iter().any(unresolved) {
            let _ = tokio::time::timeout(core.connect_timeout, resolved).await;
        }
        self.choose_now(tried, now)
    }

    /// As [`UpstreamPool::choose`], but never waits.
    #[must_use]
    pub fn choose_now(&self, tried: &Tried, now: Timestamp) -> Option<Chosen> {
        let core = &self.core;
        if now.as_millis() >= core.next_return.load(Ordering::Acquire) {
            core.let_back_in(now);
        }
        let turns = core.turns.load();
        let turn = core.next.fetch_add(1, Ordering::Relaxed);
        turns.from(turn).find_map(|member| {
            if tried.0.contains(&member) {
                return None;
            }
            let socket = core.members[member].addresses.next()?;
            Some(Chosen {
                core: Arc::clone(core),
                member,
                socket,
            })
        })
    }

    /// Records how a request went. Failures in a row may eject the upstream.
    pub fn report(&self, chosen: &Chosen, outcome: Outcome, now: Timestamp) {
        let core = &self.core;
        let Some(member) = core.members.get(chosen.member) else {
            return;
        };
        if outcome == Outcome::NotConnected {
            core.refresh.notify_one();
        }
        let failed = match outcome {
            Outcome::Answered(status) => matches!(status, 502..=504),
            Outcome::NotConnected | Outcome::Broken => true,
        };
        if !failed {
            member.health.request_succeeded();
            return;
        }
        let Some(ejection) = core.ejection else {
            return;
        };
        if member.health.request_failed(ejection.after_failures)
            && core.others_are_well(chosen.member)
        {
            member
                .health
                .eject_until(now.plus(Duration::from_millis(ejection.for_ms)));
            tracing::warn!(upstream = %member.address, "ejected after failures in a row");
            core.renew_turns();
        }
    }

    /// Each upstream with its health, for metrics and the API.
    pub fn status(&self, now: Timestamp) -> Vec<UpstreamStatus> {
        self.core
            .members
            .iter()
            .map(|member| UpstreamStatus {
                address: Arc::clone(&member.address),
                answers_checks: member.health.answers_checks(),
                ejected: member.health.is_ejected(now),
                resolved: !member.addresses.is_empty(),
            })
            .collect()
    }

    fn member(&self, address: &str) -> Option<&Arc<Member>> {
        self.core.members.iter().find(|m| &*m.address == address)
    }
}

impl Core {
    /// Ends the ejections that are over.
    fn let_back_in(&self, now: Timestamp) {
        for member in &self.members {
            member.health.return_if_due(now);
        }
        self.renew_turns();
    }

    /// Rebuilds the turn list after an upstream came or went.
    fn renew_turns(&self) {
        let _one_at_a_time = self.rebuilding.lock();
        let weights = |m: &Arc<Member>| m.weight;
        let if_well = |m: &Arc<Member>| if m.health.is_well() { m.weight } else { 0 };
        let mut turns = Turns::new(&self.members.iter().map(if_well).collect::<Vec<_>>());
        if turns.is_empty() {
            turns = Turns::new(&self.members.iter().map(weights).collect::<Vec<_>>());
        }
        let next_return = self
            .members
            .iter()
            .filter_map(|m| m.health.ejected_until())
            .min()
            .map_or(i64::MAX, Timestamp::as_millis);
        self.turns.store(Arc::new(turns));
        self.next_return.store(next_return, Ordering::Release);
    }

    fn others_are_well(&self, but: usize) -> bool {
        self.members
            .iter()
            .enumerate()
            .any(|(index, m)| index != but && m.weight > 0 && m.health.is_well())
    }
}

impl Member {
    fn new(
        index: usize,
        upstream: &config::snapshot::Upstream,
        old: Option<&Arc<Self>>,
    ) -> Result<Arc<Self>, Problem> {
        let addresses = Addresses::read(&upstream.address).map_err(|what| {
            problem(
                &format!("upstreams.{index}.address"),
                what,
                "write host:port, an IPv6 address in brackets",
            )
        })?;
        if let Some(old) = old {
            addresses.adopt(&old.addresses);
        }
        Ok(Arc::new(Self {
            address: upstream.address.as_str().into(),
            weight: upstream.weight,
            addresses,
            health: old.map_or_else(Arc::default, |m| Arc::clone(&m.health)),
        }))
    }
}

impl Tried {
    /// Keeps later choices of this request away from `chosen`.
    pub fn add(&mut self, chosen: &Chosen) {
        self.0.push(chosen.member);
    }

    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }
}

impl Chosen {
    /// What pingora connects to for a request, which may be one for an upgrade. Resolves nothing and so
    /// does not block.
    #[must_use]
    pub fn peer(&self, upgrade: bool) -> HttpPeer {
        self.core.template.at(self.socket, upgrade)
    }

    /// The upstream as the operator wrote it, for events and metrics.
    #[must_use]
    pub fn address(&self) -> &Arc<str> {
        &self.core.members[self.member].address
    }
}

fn problem(key: &str, what: String, allowed: &str) -> Problem {
    Problem {
        source: "pool".into(),
        key: key.into(),
        what: what.into(),
        allowed: allowed.into(),
    }
}

#[cfg(test)]
mod tests;
