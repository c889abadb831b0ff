//! Counting requests: how many each caller may send.
//!
//! The generic cell rate algorithm: of each caller one number is kept, the moment at which all that
//! was sent so far would have been sent at the allowed rate. A clock that is set back cannot lock
//! anyone out, because that moment is never believed to be further ahead than a burst.
//!
//! Memory is bounded, because an attacker may have very many addresses: when so many callers are
//! known, those who come now share a fixed number of counts until some are forgotten. They may be
//! refused for one another's requests; they are never let through uncounted.

use std::hash::{BuildHasher, Hash};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use dashmap::DashMap;

use crate::Timestamp;
use crate::snapshot::RateLimit;

/// So many callers have a count of their own: some ten megabytes for each rate.
pub const MOST_KNOWN: usize = 100_000;
/// So many counts are shared by everyone else.
const SHARED: usize = 4096;

/// The callers of one kind, and how many requests each may send.
pub struct Limiter<K> {
    limit: RateLimit,
    /// Microseconds that one request costs.
    cost: i64,
    /// Microseconds that may be used ahead of time.
    burst: i64,
    /// When, in microseconds since the epoch, each caller's requests are paid for.
    paid_at: DashMap<K, i64>,
    /// About how many of them there are.
    known: AtomicUsize,
    /// The same for callers who came when there were too many. Which one is whose nobody can tell
    /// who does not know the map's secret.
    shared: Box<[AtomicI64]>,
}

impl<K: Hash + Eq + Clone> Limiter<K> {
    #[must_use]
    pub fn new(limit: RateLimit) -> Self {
        let cost = 1_000_000 / i64::from(limit.requests_per_second.max(1));
        Self {
            limit,
            cost,
            burst: cost * i64::from(limit.burst.max(1)),
            paid_at: DashMap::new(),
            known: AtomicUsize::new(0),
            shared: (0..SHARED).map(|_| AtomicI64::new(0)).collect(),
        }
    }

    /// The rate that is allowed.
    #[must_use]
    pub fn limit(&self) -> RateLimit {
        self.limit
    }

    /// How many callers have a count of their own.
    #[must_use]
    pub fn known(&self) -> usize {
        self.paid_at.len()
    }

    /// Counts a request of this caller; false where it is one too many.
    pub fn take(&self, key: &K, now: Timestamp) -> bool {
        let now = now.as_millis().saturating_mul(1000);
        if let Some(mut paid_at) = self.paid_at.get_mut(key) {
            return self.charge(&mut paid_at, now);
        }
        if self.known.load(Ordering::Relaxed) >= MOST_KNOWN {
            return self.take_shared(key, now);
        }
        self.known.fetch_add(1, Ordering::Relaxed);
        let mut paid_at = self.paid_at.entry(key.clone()).or_insert(now);
        self.charge(&mut paid_at, now)
    }

    fn take_shared(&self, key: &K, now: i64) -> bool {
        let hash = self.paid_at.hasher().hash_one(key);
        let index = usize::try_from(hash % SHARED as u64).unwrap_or(0);
        let mut passes = false;
        let charged = |mut paid_at| {
            passes = self.charge(&mut paid_at, now);
            Some(paid_at)
        };
        let _ = self.shared[index].fetch_update(Ordering::AcqRel, Ordering::Acquire, charged);
        passes
    }

    /// Counts a request; false where it is one too many.
    fn charge(&self, paid_at: &mut i64, now: i64) -> bool {
        let so_far = (*paid_at).clamp(now, now + self.burst);
        let passes = so_far + self.cost <= now + self.burst;
        *paid_at = if passes { so_far + self.cost } else { so_far };
        passes
    }

    /// Forgets whoever has been silent for long enough to have a whole burst again.
    pub fn forget_the_silent(&self, now: Timestamp) {
        let now = now.as_millis().saturating_mul(1000);
        self.paid_at
            .retain(|_, paid_at| *paid_at > now && *paid_at <= now + self.burst);
        self.known.store(self.paid_at.len(), Ordering::Relaxed);
    }
}

/// By what an address is counted: IPv6 by /64, which is what one subscriber has to choose from.
#[must_use]
pub fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}
