//! The table at the end: each candidate as ratios to nginx (a) and to bare pingora (b).

use std::fmt::Write as _;

use crate::wrk::Load;

/// One candidate in one round.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    pub load: Load,
    /// Processor time of the candidate for one request, in microseconds.
    pub cpu_us: f64,
    /// After the run.
    pub resident_kib: u64,
}

/// All rounds of one candidate.
pub struct Candidate {
    pub key: char,
    pub name: &'static str,
    pub samples: Vec<Sample>,
}

impl Candidate {
    /// The median round by throughput: one disturbed round does not decide.
    fn median(&self) -> Option<Sample> {
        let mut samples = self.samples.clone();
        samples.sort_by(|x, y| {
            x.load
                .requests_per_second
                .total_cmp(&y.load.requests_per_second)
        });
        samples.get(samples.len() / 2).copied()
    }
}

/// The table as text. Candidates without a sample are left out.
#[must_use]
pub fn table(candidates: &[Candidate]) -> String {
    let median = |key| {
        candidates
            .iter()
            .find(|c| c.key == key)
            .and_then(Candidate::median)
    };
    let (nginx, bare) = (median('a'), median('b'));
    let mut out = String::from(
        "                                    req/s   /(a)   /(b)      p50      p99  p99/(b)  CPU µs/req  CPU/(a)  CPU/(b)  resident\n",
    );
    for candidate in candidates {
        let Some(sample) = candidate.median() else {
            continue;
        };
        let rate = |other: Option<Sample>| {
            other.map_or(f64::NAN, |o| {
                sample.load.requests_per_second / o.load.requests_per_second
            })
        };
        let cpu = |other: Option<Sample>| other.map_or(f64::NAN, |o| sample.cpu_us / o.cpu_us);
        let p99 = bare.map_or(f64::NAN, |o| {
            sample.load.p99.as_secs_f64() / o.load.p99.as_secs_f64()
        });
        let _ = writeln!(
            out,
            "({}) {:<28} {:>8.0} {:>6.2} {:>6.2} {:>6.2}ms {:>6.2}ms {:>8.2} {:>11.1} {:>8.2} {:>8.2} {:>6.1}MB",
            candidate.key,
            candidate.name,
            sample.load.requests_per_second,
            rate(nginx),
            rate(bare),
            sample.load.p50.as_secs_f64() * 1e3,
            sample.load.p99.as_secs_f64() * 1e3,
            p99,
            sample.cpu_us,
            cpu(nginx),
            cpu(bare),
            f64::from(u32::try_from(sample.resident_kib).unwrap_or(u32::MAX)) / 1024.0,
        );
    }
    out
}
