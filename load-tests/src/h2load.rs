//! The second client: h2load, one thread, HTTP/2 over TLS. Any failed answer is an error.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::BenchError;
use crate::door::Door;
use crate::wrk::Load;

/// Requests under way at the same time on one connection.
const STREAMS: usize = 8;

/// Asks for `path` of `host` at `door`, with `at_once` requests under way, for `seconds`. What each
/// took is written down in `folder`.
///
/// # Errors
/// If h2load cannot be run, or if any answer failed.
pub fn run(
    door: &Door,
    (host, path): (&str, &str),
    headers: &[String],
    at_once: usize,
    seconds: u64,
    folder: &Path,
) -> Result<Load, BenchError> {
    let times = folder.join("h2load.log");
    // h2load writes after what there is.
    if times.exists() {
        std::fs::remove_file(&times).map_err(BenchError::io("removing the last times"))?;
    }
    let mut command = Command::new("h2load");
    command
        .arg("-t1")
        .arg(format!("-c{}", (at_once / STREAMS).max(1)))
        .arg(format!("-m{STREAMS}"))
        .arg(format!("-D{seconds}"))
        .arg(format!("--connect-to={}", door.secure))
        .arg(format!("--log-file={}", times.display()));
    for header in headers {
        command.arg("-H").arg(header);
    }
    let output = command
        .arg(format!("https://{host}:{}{path}", door.secure.port()))
        .output()
        .map_err(BenchError::io(
            "running h2load (Debian package `nghttp2-client`)",
        ))?;
    let times = std::fs::read_to_string(&times).map_err(BenchError::io("reading the times"))?;
    read(&String::from_utf8_lossy(&output.stdout), &times)
}

fn read(report: &str, times: &str) -> Result<Load, BenchError> {
    let unreadable =
        || BenchError::Unexpected(format!("h2load's report cannot be read:\n{report}"));
    let number = |line: &str, before: &str| {
        let line = report.lines().find(|l| l.starts_with(line))?;
        let words: Vec<&str> = line.split([' ', ',']).filter(|w| !w.is_empty()).collect();
        let at = words.iter().position(|word| *word == before)?;
        words.get(at.checked_sub(1)?)?.parse::<f64>().ok()
    };
    let done = number("requests:", "done").ok_or_else(unreadable)?;
    let failed = ["failed", "errored", "timeout"].map(|what| number("requests:", what));
    let refused = ["3xx", "4xx", "5xx"].map(|what| number("status codes:", what));
    if failed != [Some(0.0); 3] || refused != [Some(0.0); 3] || done < 1.0 {
        return Err(BenchError::Unexpected(format!(
            "some answers failed:\n{report}"
        )));
    }
    let mut took: Vec<u64> = times
        .lines()
        .filter_map(|line| line.split('\t').nth(2)?.parse().ok())
        .collect();
    took.sort_unstable();
    let at = |percent: usize| took.get(took.len() * percent / 100).copied();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a count that was printed whole"
    )]
    let requests = done as u64;
    Ok(Load {
        requests,
        requests_per_second: number("finished", "req/s").ok_or_else(unreadable)?,
        p50: at(50).map(Duration::from_micros).ok_or_else(unreadable)?,
        p99: at(99).map(Duration::from_micros).ok_or_else(unreadable)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = "starting benchmark...

finished in 2.00s, 20740.50 req/s, 24.02MB/s
requests: 41481 total, 41545 started, 41481 done, 41481 succeeded, 0 failed, 0 errored, 0 timeout
status codes: 41545 2xx, 0 3xx, 0 4xx, 0 5xx
traffic: 48.05MB (50381004) total, 203.03KB (207901) headers (space savings 96.72%)
";
    const TIMES: &str = "1764070000000000\t200\t900\n1764070000000001\t200\t700\n";

    #[test]
    fn the_report_of_h2load_is_read() {
        let load = read(REPORT, TIMES).unwrap();
        assert_eq!(load.requests, 41_481);
        assert!((load.requests_per_second - 20_740.5).abs() < 0.001);
        assert_eq!(load.p50, Duration::from_micros(900));
        assert_eq!(load.p99, Duration::from_micros(900));
    }

    #[test]
    fn a_run_with_failed_answers_is_an_error() {
        for (of, by) in [("0 failed", "1 failed"), ("0 4xx", "3 4xx")] {
            assert!(read(&REPORT.replace(of, by), TIMES).is_err());
        }
        assert!(read("", TIMES).is_err());
    }
}
