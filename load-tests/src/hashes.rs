//! argon2id alone, as Gatehouse does it: what signing in cannot cost less than.

use std::thread;
use std::time::Duration;

use argon2::password_hash::PasswordHasher as _;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordVerifier as _, Version};
use config::clock::Stopwatch;
use config::settings::Passwords;

use crate::BenchError;
use crate::process::own_cpu_seconds;

/// What a round of hashing found.
#[derive(Clone, Copy, Debug)]
pub struct Hashed {
    pub per_second: f64,
    /// Processor time of one, in milliseconds.
    pub cpu_ms: f64,
}

/// Checks one password for so long on as many threads as the settings have at once.
pub fn run(settings: &Passwords, seconds: u64) -> Result<Hashed, BenchError> {
    let stored = hashed(settings)?;
    let (before, watch) = (own_cpu_seconds()?, Stopwatch::start());
    let counts = thread::scope(|scope| {
        let one = || verify_until(&stored, watch, Duration::from_secs(seconds));
        let threads: Vec<_> = (0..settings.concurrent).map(|_| scope.spawn(one)).collect();
        let counts = threads.into_iter().map(|thread| thread.join().unwrap_or(0));
        counts.sum::<u32>()
    });
    let (cpu, took) = (own_cpu_seconds()? - before, watch.elapsed());
    Ok(Hashed {
        per_second: f64::from(counts) / took.as_secs_f64(),
        cpu_ms: cpu * 1e3 / f64::from(counts),
    })
}

const PASSWORD: &[u8] = b"correct horse battery staple";

fn hashed(settings: &Passwords) -> Result<String, BenchError> {
    let params = Params::new(
        settings.memory_kib,
        settings.iterations,
        settings.parallelism,
        None,
    );
    let params = params.map_err(|error| BenchError::Unexpected(error.to_string()))?;
    let hash: PasswordHash = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password(PASSWORD)
        .map_err(|error| BenchError::Unexpected(error.to_string()))?;
    Ok(hash.to_string())
}

fn verify_until(stored: &str, watch: Stopwatch, long: Duration) -> u32 {
    let mut count = 0;
    while watch.elapsed() < long {
        let parsed = PasswordHash::new(stored);
        let is_right =
            parsed.is_ok_and(|parsed| Argon2::default().verify_password(PASSWORD, &parsed).is_ok());
        count += u32::from(is_right);
    }
    count
}
