//! People who sign in again and again, each in a new browser at an address of their own.

use std::net::{Ipv4Addr, SocketAddr};
use std::thread;
use std::time::Duration;

use config::clock::Stopwatch;

use crate::BenchError;
use crate::browser::Browser;
use crate::gatehouse::{ACCESS, PASSWORD};

/// What became of them.
#[derive(Clone, Debug, Default)]
pub struct SignIns {
    /// How long each that was let in waited, from the first request to the last answer.
    pub took: Vec<Duration>,
    /// How often somebody was told to come again in a moment.
    pub put_off: u32,
}

impl SignIns {
    #[must_use]
    pub fn done(&self) -> f64 {
        f64::from(u32::try_from(self.took.len()).unwrap_or(u32::MAX))
    }

    /// So many percent were let in sooner.
    #[must_use]
    pub fn at(&self, share: usize) -> Duration {
        let mut took = self.took.clone();
        took.sort_unstable();
        took.get(took.len() * share / 100)
            .copied()
            .unwrap_or_default()
    }
}

/// Has `at_once` people, taken in turns from `names`, sign in for so long.
///
/// # Errors
/// If one is refused other than with a later try.
pub fn run(
    gatehouse: SocketAddr,
    names: &[String],
    at_once: u16,
    seconds: u64,
) -> Result<SignIns, BenchError> {
    let (watch, long) = (Stopwatch::start(), Duration::from_secs(seconds));
    thread::scope(|scope| {
        let people: Vec<_> = (0..at_once)
            .zip(names.iter().cycle())
            .map(|(number, name)| {
                let [high, low] = number.to_be_bytes();
                let address = Ipv4Addr::new(127, 1, high, low.max(1));
                scope.spawn(move || {
                    let browser = Browser::from_address(gatehouse, address);
                    until(browser, name, watch, long)
                })
            })
            .collect();
        let mut all = SignIns::default();
        for person in people {
            let ended = |_| Err(BenchError::Unexpected("a person ended".into()));
            let one = person.join().unwrap_or_else(ended)?;
            all.took.extend(one.took);
            all.put_off += one.put_off;
        }
        Ok(all)
    })
}

fn until(
    mut browser: Browser,
    name: &str,
    watch: Stopwatch,
    long: Duration,
) -> Result<SignIns, BenchError> {
    let mut done = SignIns::default();
    while watch.elapsed() < long {
        let since = Stopwatch::start();
        match sign_in(&mut browser, name)? {
            None => done.took.push(since.elapsed()),
            Some(pause) => {
                done.put_off += 1;
                thread::sleep(pause.min(long.saturating_sub(watch.elapsed())));
            }
        }
    }
    Ok(done)
}

/// The page and the form of it; for how long whoever is not let in is to wait.
fn sign_in(browser: &mut Browser, name: &str) -> Result<Option<Duration>, BenchError> {
    browser.forget();
    let page = browser.open(ACCESS, "/sign-in")?;
    let fields = [("username", name), ("password", PASSWORD)];
    let answer = browser.send(ACCESS, "/sign-in", &page.body, &fields)?;
    match (answer.status, answer.retry_after) {
        (303, _) if answer.location.as_deref() == Some("/") => Ok(None),
        (429 | 503, Some(seconds)) => Ok(Some(Duration::from_secs(seconds))),
        (status, _) => Err(BenchError::Unexpected(format!(
            "{name} was answered {status}: {}",
            answer.body
        ))),
    }
}
