//! The client: wrk, one thread, keep-alive. Its report is read, and any failed answer is an error.

use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use crate::BenchError;

/// What one run of wrk found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Load {
    pub requests: u64,
    pub requests_per_second: f64,
    pub p50: Duration,
    pub p99: Duration,
}

/// Asks for `path` of `host` at `address` over `connections` connections for `seconds`.
///
/// # Errors
/// If wrk cannot be run, or if any answer failed: a fast refusal is not speed.
pub fn run(
    address: SocketAddr,
    (host, path): (&str, &str),
    headers: &[String],
    connections: usize,
    seconds: u64,
) -> Result<Load, BenchError> {
    let mut command = Command::new("wrk");
    command
        .args(["-t1", "--latency"])
        .arg(format!("-c{connections}"))
        .arg(format!("-d{seconds}s"))
        .arg("-H")
        .arg(format!("Host: {host}:{}", address.port()));
    for header in headers {
        command.arg("-H").arg(header);
    }
    let output = command
        .arg(format!("http://{address}{path}"))
        .output()
        .map_err(BenchError::io("running wrk (Debian package `wrk`)"))?;
    read(&String::from_utf8_lossy(&output.stdout))
}

fn read(report: &str) -> Result<Load, BenchError> {
    if let Some(line) = report
        .lines()
        .find(|line| line.contains("Non-2xx") || line.contains("Socket errors"))
    {
        return Err(BenchError::Unexpected(format!(
            "some answers failed: {}",
            line.trim()
        )));
    }
    let missing = || BenchError::Unexpected(format!("wrk's report cannot be read:\n{report}"));
    let value = |start: &str| {
        report
            .lines()
            .map(str::trim)
            .find_map(|line| line.strip_prefix(start))
            .map(str::trim)
    };
    let requests = report
        .lines()
        .find(|line| line.contains(" requests in "))
        .and_then(|line| line.split_whitespace().next())
        .and_then(|n| n.parse().ok());
    Ok(Load {
        requests: requests.ok_or_else(missing)?,
        requests_per_second: value("Requests/sec:")
            .and_then(|n| n.parse().ok())
            .ok_or_else(missing)?,
        p50: value("50%").and_then(duration).ok_or_else(missing)?,
        p99: value("99%").and_then(duration).ok_or_else(missing)?,
    })
}

/// `812.00us`, `1.35ms` or `2.01s`.
fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at(text.find(|c: char| c.is_alphabetic())?);
    let scale = match unit {
        "us" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        _ => return None,
    };
    Some(Duration::from_secs_f64(number.parse::<f64>().ok()? * scale))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = "Running 1s test @ http://127.0.0.1:1/
  1 threads and 64 connections
  Latency Distribution
     50%  812.00us
     75%    1.00ms
     90%    1.10ms
     99%    1.35ms
  48123 requests in 1.00s, 60.00MB read
Requests/sec:  48123.45
Transfer/sec:     60.00MB
";

    #[test]
    fn the_report_of_wrk_is_read() {
        let load = read(REPORT).unwrap();
        assert_eq!(load.requests, 48_123);
        assert!((load.requests_per_second - 48_123.45).abs() < 0.001);
        assert_eq!(load.p50, Duration::from_micros(812));
        assert_eq!(load.p99, Duration::from_micros(1350));
    }

    #[test]
    fn a_run_with_failed_answers_is_an_error() {
        let failed = format!("{REPORT}  Non-2xx or 3xx responses: 3\n");
        assert!(read(&failed).is_err());
    }
}
