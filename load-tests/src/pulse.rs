//! Requests of somebody who is signed in, at a steady pace: how long they take tells what else the machine is
//! busy with.

use std::thread;
use std::time::Duration;

use config::clock::Stopwatch;

use crate::BenchError;
use crate::browser::Browser;

const BROWSERS: usize = 4;
const PAUSE: Duration = Duration::from_millis(5);

/// How long the answers took.
#[derive(Clone, Copy, Debug)]
pub struct Pulse {
    pub p50: Duration,
    pub p99: Duration,
}

/// Asks for a page for so long, from a few browsers like this one.
///
/// # Errors
/// If an answer is anything but the page.
pub fn run(
    browser: &Browser,
    (host, path): (&str, &str),
    seconds: u64,
) -> Result<Pulse, BenchError> {
    let (watch, long) = (Stopwatch::start(), Duration::from_secs(seconds));
    let mut took = thread::scope(|scope| {
        let ask = || {
            let mut browser = browser.another();
            let mut took = Vec::new();
            while watch.elapsed() < long {
                let since = Stopwatch::start();
                let page = browser.open(host, path)?;
                took.push(since.elapsed());
                if page.status != 200 || page.host != host {
                    let why = format!("{host} answered {} at {}", page.status, page.host);
                    return Err(BenchError::Unexpected(why));
                }
                thread::sleep(PAUSE);
            }
            Ok(took)
        };
        let threads: Vec<_> = (0..BROWSERS).map(|_| scope.spawn(ask)).collect();
        let ended = || Err(BenchError::Unexpected("a browser ended".into()));
        let took = threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| ended()));
        took.collect::<Result<Vec<_>, _>>().map(|all| all.concat())
    })?;
    took.sort_unstable();
    let at = |share: usize| took.get(took.len() * share / 100).copied();
    Ok(Pulse {
        p50: at(50).unwrap_or_default(),
        p99: at(99).unwrap_or_default(),
    })
}
