//! Telling of what anybody can cause as often as they like: a few of them in each interval, and how
//! many there were besides. A log or a store that took them all would be the next thing to be flooded.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use config::clock::Stopwatch;

#[derive(Debug)]
pub struct Sparing {
    since: Stopwatch,
    every: Duration,
    most: u32,
    /// The number of the interval above, how many were told in it below.
    told: AtomicU64,
    untold: AtomicU64,
}

impl Sparing {
    /// At most so many in each interval.
    #[must_use]
    pub fn new(most: u32, every: Duration) -> Self {
        Self {
            since: Stopwatch::start(),
            every,
            most,
            told: AtomicU64::new(0),
            untold: AtomicU64::new(0),
        }
    }

    /// Whether this one is told, and if so, how many before it were not.
    #[must_use]
    pub fn tell(&self) -> Option<u64> {
        self.tell_at(self.since.elapsed())
    }

    fn tell_at(&self, elapsed: Duration) -> Option<u64> {
        let interval = elapsed.as_millis() / self.every.as_millis().max(1);
        let interval = u64::from(u32::try_from(interval).unwrap_or(u32::MAX));
        let one_more = |told: u64| {
            let so_far = if told >> 32 == interval {
                told & u64::from(u32::MAX)
            } else {
                0
            };
            (so_far < u64::from(self.most)).then_some(interval << 32 | (so_far + 1))
        };
        let told = self
            .told
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, one_more);
        if told.is_ok() {
            return Some(self.untold.swap(0, Ordering::AcqRel));
        }
        self.untold.fetch_add(1, Ordering::AcqRel);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attack_20_a_flood_is_told_of_a_few_times_and_by_number() {
        let sparing = Sparing::new(2, Duration::from_secs(1));
        let tell = |ms| sparing.tell_at(Duration::from_millis(ms));
        assert_eq!((tell(0), tell(1)), (Some(0), Some(0)));
        for ms in 2..100 {
            assert_eq!(tell(ms), None);
        }
        assert_eq!(
            (tell(1000), tell(1001), tell(1002)),
            (Some(98), Some(0), None)
        );
        assert_eq!(tell(60_000), Some(1));
    }
}
