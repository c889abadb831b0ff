//! How one upstream is doing, by the checks that we make and by the requests that we send.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, Ordering};

use config::Timestamp;

/// Not ejected.
const IN: i64 = i64::MIN;

/// Shared by all pools that know the upstream by the same address, one after another.
#[derive(Debug)]
pub struct Health {
    /// What the active check says; true until it says otherwise.
    answers_checks: AtomicBool,
    /// Checks in a row that say the opposite of `answers_checks`.
    against: AtomicU32,
    /// Requests in a row that failed.
    failures: AtomicU32,
    ejected_until: AtomicI64,
}

impl Default for Health {
    fn default() -> Self {
        Self {
            answers_checks: AtomicBool::new(true),
            against: AtomicU32::new(0),
            failures: AtomicU32::new(0),
            ejected_until: AtomicI64::new(IN),
        }
    }
}

impl Health {
    pub fn is_well(&self) -> bool {
        self.answers_checks() && self.ejected_until().is_none()
    }

    pub fn answers_checks(&self) -> bool {
        self.answers_checks.load(Ordering::Acquire)
    }

    /// Takes in the result of one check; true if the upstream changed sides by it.
    pub fn checked(&self, good: bool, healthy_after: u32, unhealthy_after: u32) -> bool {
        if good == self.answers_checks() {
            self.against.store(0, Ordering::Relaxed);
            return false;
        }
        let against = self.against.fetch_add(1, Ordering::Relaxed) + 1;
        let needed = if good { healthy_after } else { unhealthy_after };
        if against < needed.max(1) {
            return false;
        }
        self.against.store(0, Ordering::Relaxed);
        self.answers_checks.store(good, Ordering::Release);
        true
    }

    /// Without active checks nothing says that an upstream is unwell.
    pub fn checks_ended(&self) {
        self.against.store(0, Ordering::Relaxed);
        self.answers_checks.store(true, Ordering::Release);
    }

    pub fn request_succeeded(&self) {
        // A load first: the line stays shared between cores while all goes well.
        if self.failures.load(Ordering::Relaxed) != 0 {
            self.failures.store(0, Ordering::Relaxed);
        }
    }

    /// Counts a failure; true if it was the last straw.
    pub fn request_failed(&self, after_failures: u32) -> bool {
        let failures = self
            .failures
            .fetch_add(1, Ordering::Relaxed)
            .saturating_add(1);
        failures >= after_failures.max(1)
    }

    pub fn eject_until(&self, until: Timestamp) {
        self.failures.store(0, Ordering::Relaxed);
        self.ejected_until
            .store(until.as_millis(), Ordering::Release);
    }

    pub fn ejected_until(&self) -> Option<Timestamp> {
        let until = self.ejected_until.load(Ordering::Acquire);
        (until != IN).then_some(Timestamp(until))
    }

    pub fn is_ejected(&self, now: Timestamp) -> bool {
        self.ejected_until().is_some_and(|until| now < until)
    }

    pub fn return_if_due(&self, now: Timestamp) {
        let until = self.ejected_until.load(Ordering::Acquire);
        if until != IN && until <= now.as_millis() {
            let _ =
                self.ejected_until
                    .compare_exchange(until, IN, Ordering::AcqRel, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_needs_several_answers_in_a_row_to_change_its_mind() {
        let health = Health::default();
        let check = |good| health.checked(good, 2, 3);
        assert!(!check(false) && !check(false));
        assert!(
            !check(true),
            "a good answer in between starts the count again"
        );
        assert!(!check(false) && !check(false) && check(false));
        assert!(!health.is_well());
        let check = |good| health.checked(good, 2, 3);
        assert!(!check(true) && check(true));
        assert!(health.is_well());
    }

    #[test]
    fn an_ejection_ends_when_its_time_is_over() {
        let health = Health::default();
        health.eject_until(Timestamp(1_000));
        health.return_if_due(Timestamp(999));
        assert!(!health.is_well());
        health.return_if_due(Timestamp(1_000));
        assert!(health.is_well());
    }

    #[test]
    fn only_failures_in_a_row_count() {
        let health = Health::default();
        assert!(!health.request_failed(2));
        health.request_succeeded();
        assert!(!health.request_failed(2));
        assert!(health.request_failed(2));
    }
}
