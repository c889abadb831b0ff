//! How much of its time the carrier works.
//!
//! What it takes is taken from the gateway, and nobody waits for it: while the spool is young and
//! nearly empty it works a twentieth of the time, in large batches, whatever comes in. The older or
//! fuller the spool, the more; all of the time before events are too old to be of use, or the spool
//! so full that requests would have to be refused.

use std::time::Duration;

/// The share of the time while nothing presses.
const CALM: f64 = 0.05;
/// As parts of the largest size: up to here nothing presses, from there on nothing else matters.
const FILLED: (f64, f64) = (0.1, 0.6);
/// The same of the oldest event's age, as parts of the greatest age. On the way, the share settles where
/// as much is carried as comes in.
const AGED: (f64, f64) = (0.07, 1.0);
/// However long a batch took, the next one follows after this at most: the store is then slow, not
/// the carrier busy.
const LONGEST: Duration = Duration::from_secs(1);

/// The part of the time, up to 1, that the carrier may take of a spool that is filled to `filled`,
/// a part of its largest size, with events that are as old as `aged`, a part of their greatest age.
pub fn share(filled: f64, aged: f64) -> f64 {
    let pressing = pressure(filled, FILLED).max(pressure(aged, AGED));
    CALM + (1.0 - CALM) * pressing
}

/// From 0 to 1 on the way through `range`.
fn pressure(at: f64, (from, to): (f64, f64)) -> f64 {
    ((at - from) / (to - from)).clamp(0.0, 1.0)
}

/// How long to rest after work that took `took`.
pub fn rest(took: Duration, share: f64) -> Duration {
    let rest = took.as_secs_f64() * (1.0 - share) / share;
    Duration::try_from_secs_f64(rest).map_or(LONGEST, |rest| rest.min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BATCH: Duration = Duration::from_millis(10);

    fn rest_at(filled: f64, aged: f64) -> Duration {
        rest(BATCH, share(filled, aged))
    }

    #[test]
    fn while_nothing_presses_it_works_a_twentieth_of_the_time() {
        let twentieth = BATCH * 19;
        for (filled, aged) in [(0.0, 0.0), (0.1, 0.0), (0.05, 0.07)] {
            let rest = rest_at(filled, aged);
            assert!(
                rest.abs_diff(twentieth) < Duration::from_micros(1),
                "{rest:?}"
            );
        }
    }

    #[test]
    fn the_fuller_or_older_the_spool_the_less_it_rests() {
        let fuller: Vec<_> = (1..=6)
            .map(|tenth| rest_at(f64::from(tenth) / 10.0, 0.0))
            .collect();
        assert!(fuller.is_sorted_by(|a, b| a > b), "{fuller:?}");
        let older: Vec<_> = (1..=10)
            .map(|tenth| rest_at(0.0, f64::from(tenth) / 10.0))
            .collect();
        assert!(older.is_sorted_by(|a, b| a > b), "{older:?}");
    }

    #[test]
    fn a_spool_that_is_nearly_full_or_very_old_is_carried_without_rest() {
        assert_eq!(rest_at(0.6, 0.0), Duration::ZERO);
        assert_eq!(rest_at(1.5, 0.0), Duration::ZERO);
        assert_eq!(rest_at(0.0, 1.0), Duration::ZERO);
        assert_eq!(rest_at(0.0, f64::INFINITY), Duration::ZERO);
    }

    #[test]
    fn after_a_slow_batch_the_next_one_follows_within_a_second() {
        let rest = rest(Duration::from_secs(3), share(0.0, 0.0));
        assert_eq!(rest, Duration::from_secs(1));
    }
}
