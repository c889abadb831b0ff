//! A member's authenticator app (TOTP, RFC 6238), which never shows the same code twice.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use config::Clock;
use totp_rs::{Builder, Secret, Totp};

const STEP: u64 = 30;

pub struct Authenticator {
    totp: Totp,
    last: AtomicU64,
}

impl Authenticator {
    /// Reads the seed as the page shows it.
    pub fn from_seed(base32: &str) -> Self {
        let compact: String = base32.chars().filter(|c| !c.is_whitespace()).collect();
        let secret = Secret::try_from_base32(&compact).expect("the seed is base32");
        Self {
            totp: Builder::new().with_secret(secret).build_noncompliant(),
            last: AtomicU64::new(0),
        }
    }

    /// A code that has not been used: this step's, or the next one's; waits where both were.
    pub async fn code(&self) -> String {
        loop {
            let now = now();
            let step = (now / STEP).max(self.last.load(Ordering::Relaxed) + 1);
            if step <= now / STEP + 1 {
                self.last.store(step, Ordering::Relaxed);
                return self.totp.generate(step * STEP).to_string();
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    /// The code of a step that may have been used already.
    pub fn code_again(&self) -> String {
        let step = self.last.load(Ordering::Relaxed);
        self.totp.generate(step * STEP).to_string()
    }
}

fn now() -> u64 {
    u64::try_from(Clock::system().now().as_seconds()).unwrap()
}
