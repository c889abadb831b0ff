//! Whether Gatehouse stays as it is under load: memory, open files and the spool, watched for minutes.
//!
//! The first third of a run fills caches and counts for nothing. What holds in the last third must
//! hold in the middle one too: a leak grows in both.

use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

use crate::BenchError;
use crate::gatehouse::{Gatehouse, MEMBERS};
use crate::wrk;

/// One look at the running program.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    pub resident_kib: u64,
    pub open_files: usize,
    /// Access events that have not reached the store yet.
    pub spool_events: u64,
}

/// Drives (e) for `minutes` and looks at the program every 30 s, calling `told` with each line.
///
/// # Errors
/// If any answer failed, or something grew: then with what.
pub fn watch(
    gatehouse: &Gatehouse,
    path: &str,
    connections: usize,
    minutes: u64,
    told: &dyn Fn(&str),
) -> Result<String, BenchError> {
    let address = gatehouse.process.address;
    let headers = gatehouse.headers(MEMBERS);
    let mut looks = Vec::new();
    let mut requests = 0;
    for half_minute in 1..=minutes * 2 {
        let load = thread::scope(|scope| {
            let client =
                scope.spawn(|| wrk::run(address, (MEMBERS, path), &headers, connections, 30));
            // In the middle of the load, not after it.
            thread::sleep(Duration::from_secs(15));
            let look = look(gatehouse);
            let load = client.join();
            looks.push(look?);
            load.unwrap_or_else(|_| Err(BenchError::Unexpected("wrk's thread ended".into())))
        })?;
        requests += load.requests;
        if let Some(look) = looks.last() {
            told(&line(half_minute * 30, load.requests_per_second, look));
        }
    }
    judge(&looks)
        .map(|()| format!("flat over {minutes} minutes and {requests} requests, none failed"))
}

fn line(seconds: u64, rate: f64, look: &Look) -> String {
    let mut out = String::new();
    let _ = write!(
        out,
        "{seconds:>5} s {rate:>8.0} req/s {:>5} MB resident {:>5} files {:>8} events in the spool",
        look.resident_kib / 1024,
        look.open_files,
        look.spool_events
    );
    out
}

fn look(gatehouse: &Gatehouse) -> Result<Look, BenchError> {
    Ok(Look {
        resident_kib: gatehouse.process.usage()?.resident_kib,
        open_files: gatehouse.process.open_files()?,
        spool_events: gauge(gatehouse.monitor, "gatehouse_spool_events")?,
    })
}

/// The value of a metric without labels.
fn gauge(monitor: SocketAddr, name: &str) -> Result<u64, BenchError> {
    let failed = || BenchError::io("asking the monitor");
    let mut stream = TcpStream::connect(monitor).map_err(failed())?;
    write!(
        stream,
        "GET /metrics HTTP/1.1\r\nHost: {monitor}\r\nConnection: close\r\n\r\n"
    )
    .map_err(failed())?;
    let mut text = String::new();
    stream.read_to_string(&mut text).map_err(failed())?;
    value(&text, name)
        .ok_or_else(|| BenchError::Unexpected(format!("the monitor does not know {name}")))
}

fn value(text: &str, name: &str) -> Option<u64> {
    let mut lines = text.lines();
    let rest = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
    rest.trim().parse().ok()
}

/// Compares the last third with the middle one.
///
/// # Errors
/// [`BenchError::Unexpected`] with all that grew.
pub fn judge(looks: &[Look]) -> Result<(), BenchError> {
    let third = looks.len() / 3;
    let (middle, last) = (
        &looks[third..looks.len() - third],
        &looks[looks.len() - third..],
    );
    let most = |looks: &[Look], of: &dyn Fn(&Look) -> u64| looks.iter().map(of).max().unwrap_or(0);
    let mut grew = Vec::new();
    let mut compare = |what: &str, of: &dyn Fn(&Look) -> u64, slack: u64| {
        let (before, after) = (most(middle, of), most(last, of));
        if after > before + slack + before / 20 {
            grew.push(format!("{what} grew from {before} to {after}"));
        }
    };
    compare("resident memory in KiB", &|look| look.resident_kib, 1024);
    let files = |look: &Look| u64::try_from(look.open_files).unwrap_or(u64::MAX);
    compare("open files", &files, 8);
    // A second's worth of events may be on its way at any moment.
    compare("the spool in events", &|look| look.spool_events, 50_000);
    if grew.is_empty() {
        return Ok(());
    }
    Err(BenchError::Unexpected(format!(
        "not flat: {}",
        grew.join("; ")
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looks(resident: impl Fn(u64) -> u64) -> Vec<Look> {
        let look = |n| Look {
            resident_kib: resident(n),
            open_files: 100,
            spool_events: 500,
        };
        (0..20).map(look).collect()
    }

    #[test]
    fn what_fills_at_first_and_then_stays_is_flat() {
        assert!(judge(&looks(|n| 40_000 + 5_000 * n.min(6))).is_ok());
    }

    #[test]
    fn what_grows_by_a_megabyte_a_minute_is_not_flat() {
        let told = judge(&looks(|n| 60_000 + 1_024 * n))
            .unwrap_err()
            .to_string();
        assert!(told.contains("resident memory"), "{told}");
    }

    #[test]
    fn a_metric_is_read_by_its_whole_name() {
        let text = "# HELP gatehouse_spool_events x\ngatehouse_spool_events_total 9\ngatehouse_spool_events 7\r\n";
        assert_eq!(value(text, "gatehouse_spool_events"), Some(7));
    }
}
