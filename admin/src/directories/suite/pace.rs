//! How fast a cloud may be asked: as fast as it says that it bears, slower once it complains, and not at all for a
//! while once it no longer answers.

use std::time::Duration;

use config::clock::Stopwatch;
use parking_lot::Mutex;

/// What a cloud bears of us, by its own word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    pub per_second: u32,
    pub per_minute: u32,
}

/// So much of what a cloud bears is used: other programs of the company ask it, too.
const SHARE: f64 = 0.75;
/// So much may be asked at once, as the time in which it would be used up.
const BURST_OF_SECOND: Duration = Duration::from_millis(250);
const BURST_OF_MINUTE: Duration = Duration::from_secs(15);
/// After so many failures in a row it is left alone.
const FAILURES: u32 = 5;
const REST: Duration = Duration::from_secs(30);

/// The pace of one directory on this node.
pub struct Pace {
    since: Stopwatch,
    bucket: Mutex<Bucket>,
}

impl Pace {
    #[must_use]
    pub fn new(rates: Rates) -> Self {
        Self {
            since: Stopwatch::start(),
            bucket: Mutex::new(Bucket::new(rates)),
        }
    }

    /// Takes a turn, or says how long to wait before asking for one again.
    ///
    /// # Errors
    /// The time that has to pass first.
    pub fn take(&self) -> Result<(), Duration> {
        self.bucket.lock().take(self.since.elapsed())
    }

    /// Nothing is asked for so long.
    pub fn back_off(&self, wait: Duration) {
        self.bucket.lock().back_off(self.since.elapsed(), wait);
    }

    pub fn succeeded(&self) {
        self.bucket.lock().failures = 0;
    }

    pub fn failed(&self) {
        self.bucket.lock().failed(self.since.elapsed());
    }

    /// Whether it is left alone just now because it does not answer.
    #[must_use]
    pub fn rests(&self) -> bool {
        let bucket = self.bucket.lock();
        bucket.failures >= FAILURES && self.since.elapsed() < bucket.closed_until
    }
}

/// The rule alone: time is an argument, from any beginning.
struct Bucket {
    second: Rate,
    minute: Rate,
    closed_until: Duration,
    failures: u32,
}

struct Rate {
    interval: Duration,
    burst: Duration,
    /// When all that was taken is paid for.
    paid_at: Duration,
}

impl Rate {
    fn new(within: Duration, times: u32, burst: Duration) -> Self {
        Self {
            interval: within.div_f64(f64::from(times.max(1)) * SHARE),
            burst,
            paid_at: Duration::ZERO,
        }
    }

    fn wait(&self, now: Duration) -> Duration {
        self.paid_at.saturating_sub(self.burst).saturating_sub(now)
    }

    fn charge(&mut self, now: Duration) {
        self.paid_at = self.paid_at.max(now) + self.interval;
    }
}

impl Bucket {
    fn new(rates: Rates) -> Self {
        let second = (Duration::from_secs(1), rates.per_second, BURST_OF_SECOND);
        let minute = (Duration::from_mins(1), rates.per_minute, BURST_OF_MINUTE);
        Self {
            second: Rate::new(second.0, second.1, second.2),
            minute: Rate::new(minute.0, minute.1, minute.2),
            closed_until: Duration::ZERO,
            failures: 0,
        }
    }

    fn take(&mut self, now: Duration) -> Result<(), Duration> {
        let wait = self
            .closed_until
            .saturating_sub(now)
            .max(self.second.wait(now))
            .max(self.minute.wait(now));
        if !wait.is_zero() {
            return Err(wait);
        }
        self.second.charge(now);
        self.minute.charge(now);
        Ok(())
    }

    fn back_off(&mut self, now: Duration, wait: Duration) {
        self.closed_until = self.closed_until.max(now + wait);
    }

    fn failed(&mut self, now: Duration) {
        self.failures = self.failures.saturating_add(1);
        if self.failures >= FAILURES {
            self.back_off(now, REST);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATES: Rates = Rates {
        per_second: 50,
        per_minute: 1000,
    };

    fn at(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn no_second_and_no_minute_sees_more_than_the_cloud_bears() {
        let mut bucket = Bucket::new(RATES);
        let taken: Vec<u64> = (0..240_000)
            .step_by(5)
            .filter(|now| bucket.take(at(*now)).is_ok())
            .collect();
        let most_within = |span: u64| {
            let from_each = taken.iter().map(|from| {
                let within = taken.iter().filter(|at| (*from..from + span).contains(at));
                within.count()
            });
            from_each.max()
        };
        assert!(most_within(1000) <= Some(50), "{:?}", most_within(1000));
        assert!(most_within(60_000) <= Some(1000));
        assert!(taken.len() > 2800, "and it is made use of: {}", taken.len());
    }

    #[test]
    fn who_is_told_to_wait_waits_and_learns_how_long() {
        let mut bucket = Bucket::new(RATES);
        bucket.take(at(0)).unwrap();
        bucket.back_off(at(10), at(4000));
        assert_eq!(bucket.take(at(1010)), Err(at(3000)));
        bucket.take(at(4010)).unwrap();
    }

    #[test]
    fn a_cloud_that_does_not_answer_is_left_alone_for_a_while() {
        let mut bucket = Bucket::new(RATES);
        for _ in 0..FAILURES {
            bucket.take(at(0)).unwrap();
            bucket.failed(at(0));
        }
        assert_eq!(bucket.take(at(0)), Err(REST));
        bucket.take(REST).unwrap();
    }
}
