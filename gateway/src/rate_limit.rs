//! How many requests a person or an address may send to an application.

use std::hash::Hash;
use std::net::IpAddr;
use std::sync::Arc;

use config::Timestamp;
use config::id::MemberId;
use config::limiter::{Limiter, network_of};
use config::snapshot::{Limits, RateLimit};

/// The rates of one application.
#[derive(Default)]
pub struct RateLimits {
    per_principal: Option<Arc<Limiter<MemberId>>>,
    per_address: Option<Arc<Limiter<IpAddr>>>,
}

impl RateLimits {
    /// Whoever used up a rate before a change of rules has used it up after it, if the rate is the
    /// same.
    #[must_use]
    pub fn new(limits: &Limits, before: Option<&Self>) -> Self {
        Self {
            per_principal: keep_or_make(
                limits.per_principal,
                before.and_then(|b| b.per_principal.as_ref()),
            ),
            per_address: keep_or_make(
                limits.per_address,
                before.and_then(|b| b.per_address.as_ref()),
            ),
        }
    }

    /// Counts a request of this person; false where it is one too many.
    #[must_use]
    pub fn take_for_principal(&self, member: &MemberId, now: Timestamp) -> bool {
        self.per_principal
            .as_ref()
            .is_none_or(|limiter| limiter.take(member, now))
    }

    /// Counts a request from this address; false where it is one too many. IPv6 is counted by /64:
    /// that is what one subscriber has to choose from.
    #[must_use]
    pub fn take_for_address(&self, address: IpAddr, now: Timestamp) -> bool {
        self.per_address
            .as_ref()
            .is_none_or(|limiter| limiter.take(&network_of(address), now))
    }

    /// Forgets whoever has been silent for long enough to have a whole burst again.
    pub fn forget_the_silent(&self, now: Timestamp) {
        if let Some(limiter) = &self.per_principal {
            limiter.forget_the_silent(now);
        }
        if let Some(limiter) = &self.per_address {
            limiter.forget_the_silent(now);
        }
    }
}

fn keep_or_make<K: Hash + Eq + Clone>(
    limit: Option<RateLimit>,
    before: Option<&Arc<Limiter<K>>>,
) -> Option<Arc<Limiter<K>>> {
    let limit = limit?;
    Some(match before {
        Some(before) if before.limit() == limit => Arc::clone(before),
        _ => Arc::new(Limiter::new(limit)),
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use config::limiter::MOST_KNOWN;

    use super::*;

    const START: Timestamp = Timestamp(1_700_000_000_000);

    fn limits(requests_per_second: u32, burst: u32) -> Limits {
        let limit = RateLimit {
            requests_per_second,
            burst,
        };
        Limits {
            max_request_body: None,
            per_principal: Some(limit),
            per_address: Some(limit),
        }
    }

    fn after(milliseconds: u64) -> Timestamp {
        START.plus(Duration::from_millis(milliseconds))
    }

    #[test]
    fn a_burst_passes_at_once_and_then_the_rate_is_enforced() {
        let rates = RateLimits::new(&limits(10, 3), None);
        let ann = MemberId::from("ann");
        for _ in 0..3 {
            assert!(rates.take_for_principal(&ann, START));
        }
        assert!(!rates.take_for_principal(&ann, START));
        assert!(rates.take_for_principal(&ann, after(100)));
        assert!(!rates.take_for_principal(&ann, after(100)));
        assert!(rates.take_for_principal(&MemberId::from("bob"), after(100)));
    }

    #[test]
    fn an_ipv6_subscriber_cannot_dodge_by_taking_another_address() {
        let rates = RateLimits::new(&limits(1, 1), None);
        let take = |a: &str| rates.take_for_address(a.parse().unwrap(), START);
        assert!(take("2001:db8::1"));
        assert!(!take("2001:db8::ffff:1"));
        assert!(take("2001:db8:0:1::1"));
        assert!(take("192.0.2.1"));
        assert!(!take("::ffff:192.0.2.1"));
        assert!(take("192.0.2.2"));
    }

    #[test]
    fn what_was_used_up_stays_so_across_a_change_of_rules() {
        let ann = MemberId::from("ann");
        let before = RateLimits::new(&limits(1, 1), None);
        assert!(before.take_for_principal(&ann, START));
        let same = RateLimits::new(&limits(1, 1), Some(&before));
        assert!(!same.take_for_principal(&ann, START));
        let other = RateLimits::new(&limits(2, 1), Some(&before));
        assert!(other.take_for_principal(&ann, START));
    }

    #[test]
    fn a_clock_that_is_set_back_locks_nobody_out() {
        let rates = RateLimits::new(&limits(1, 2), None);
        let ann = MemberId::from("ann");
        assert!(rates.take_for_principal(&ann, START));
        let hour_before = START.minus(Duration::from_hours(1));
        let second_after = hour_before.plus(Duration::from_secs(1));
        assert!(!rates.take_for_principal(&ann, hour_before));
        assert!(rates.take_for_principal(&ann, second_after));
    }

    #[test]
    fn attack_20_very_many_addresses_take_no_more_memory_and_are_counted_all_the_same() {
        let rates = RateLimits::new(&limits(1, 2), None);
        let take = |n: u32| rates.take_for_address(IpAddr::from(n.to_be_bytes()), START);
        let known_before = 7;
        assert!(take(known_before));
        for n in 0..2 * u32::try_from(MOST_KNOWN).unwrap() {
            let _ = take(n);
        }
        let limiter = rates.per_address.as_ref().unwrap();
        assert!(limiter.known() <= MOST_KNOWN);
        assert!(!take(known_before), "its two are used up");
        let newcomer = u32::MAX;
        assert!(!(take(newcomer) && take(newcomer) && take(newcomer)));
        rates.forget_the_silent(after(10_000));
        assert!(take(newcomer), "it has a count of its own again");
        assert_eq!(limiter.known(), 1);
    }

    #[test]
    fn whoever_is_silent_is_forgotten() {
        let rates = RateLimits::new(&limits(10, 3), None);
        assert!(rates.take_for_address("192.0.2.1".parse().unwrap(), START));
        rates.forget_the_silent(after(50));
        assert_eq!(rates.per_address.as_ref().unwrap().known(), 1);
        rates.forget_the_silent(after(150));
        assert_eq!(rates.per_address.as_ref().unwrap().known(), 0);
    }
}
