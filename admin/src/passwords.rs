//! Checks and makes password hashes (argon2id, RFC 9106, kept as PHC strings).
//!
//! Hashing is costly on purpose: it runs on blocking threads, so many at once as the operator set
//! and no more, and only so many more wait their turn, so that a flood of guesses takes neither all
//! memory nor the async threads, and nobody waits for long: whoever comes later is told to try again.
//! A guess at an account that does not exist costs the same as one at an account that does.

use std::sync::Arc;

use argon2::password_hash::PasswordHasher;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordVerifier, Version};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// Longer ones are refused: nobody types them, and they cost time to normalise.
pub const MAX_PASSWORD_BYTES: usize = 1024;

/// So many wait for each that is hashed at once: about a second's work at the usual cost. A longer
/// queue would only make everybody wait until browsers give up.
const WAITING_FOR_EACH: usize = 32;
/// So many of them are people who are known here, whom a flood of strangers cannot keep out.
const OF_THEM_KNOWN: usize = 8;

/// Cheap to clone; all clones share one bound.
#[derive(Clone)]
pub struct Passwords(Arc<Inner>);

struct Inner {
    params: Params,
    permits: Arc<Semaphore>,
    /// Of those whose work is done and those who wait.
    places: Arc<Semaphore>,
    kept_for_known: usize,
    /// The hash of nobody's password, checked where there is no account.
    dummy: String,
}

#[derive(Debug, thiserror::Error)]
pub enum PasswordsError {
    #[error("[passwords]: {0}")]
    Parameters(String),
    #[error("a password could not be hashed: {0}")]
    Hashing(String),
    /// Too many wait already. The same call may succeed in a moment.
    #[error("too many passwords wait to be hashed")]
    Busy,
}

/// Who waits for a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Anybody. Where many come at once, part of the places is not for them.
    Stranger,
    /// Whoever has proven something, or comes in a browser in which the person has signed in before.
    Known,
}

/// What checking a password found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Wrong,
    Right,
    /// Right, but hashed at another cost than the settings now ask for: hash it again.
    RightButOutdated,
}

impl Passwords {
    /// # Errors
    /// If the parameters are not within what RFC 9106 allows.
    pub fn new(settings: &config::settings::Passwords) -> Result<Self, PasswordsError> {
        let params = Params::new(
            settings.memory_kib,
            settings.iterations,
            settings.parallelism,
            None,
        )
        .map_err(|e| PasswordsError::Parameters(e.to_string()))?;
        let nobodys = crate::tokens::Token::generate();
        let concurrent = settings.concurrent.max(1);
        Ok(Self(Arc::new(Inner {
            dummy: hash(&params, nobodys.as_text())?,
            params,
            permits: Arc::new(Semaphore::new(concurrent)),
            places: Arc::new(Semaphore::new(concurrent * (1 + WAITING_FOR_EACH))),
            kept_for_known: concurrent * OF_THEM_KNOWN,
        })))
    }

    /// Hashes a new password with a fresh salt, for somebody who may set one.
    ///
    /// # Errors
    /// [`PasswordsError::Busy`] if too many wait; or if the machine gives no randomness or no thread.
    pub async fn hash(&self, password: &str) -> Result<String, PasswordsError> {
        let password = normalised(password);
        self.bounded(Standing::Known, move |inner| hash(&inner.params, &password))
            .await?
    }

    /// Checks `password` against `stored`. Without a stored hash the answer is [`Verdict::Wrong`]
    /// and takes as long to come.
    ///
    /// # Errors
    /// [`PasswordsError::Busy`] if too many wait; or if the machine gives no thread.
    pub async fn verify(
        &self,
        standing: Standing,
        password: &str,
        stored: Option<String>,
    ) -> Result<Verdict, PasswordsError> {
        let password = normalised(password);
        self.bounded(standing, move |inner| {
            let is_right = verify(&password, stored.as_deref().unwrap_or(&inner.dummy));
            match stored {
                Some(stored) if is_right && inner.is_outdated(&stored) => Verdict::RightButOutdated,
                Some(_) if is_right => Verdict::Right,
                _ => Verdict::Wrong,
            }
        })
        .await
    }

    /// Takes every place, or only those that strangers get, so that whoever would hash now is told to
    /// come again.
    #[cfg(test)]
    pub fn occupy(&self, standing: Standing) -> tokio::sync::OwnedSemaphorePermit {
        let places = Arc::clone(&self.0.places);
        let kept = match standing {
            Standing::Stranger => self.0.kept_for_known,
            Standing::Known => 0,
        };
        let taken = u32::try_from(places.available_permits() - kept).unwrap();
        places.try_acquire_many_owned(taken).unwrap()
    }

    async fn bounded<T: Send + 'static>(
        &self,
        standing: Standing,
        work: impl FnOnce(&Inner) -> T + Send + 'static,
    ) -> Result<T, PasswordsError> {
        let inner = Arc::clone(&self.0);
        let left = inner.places.available_permits();
        if standing == Standing::Stranger && left <= inner.kept_for_known {
            return Err(PasswordsError::Busy);
        }
        let place = Arc::clone(&inner.places).try_acquire_owned();
        let place = place.map_err(|_| PasswordsError::Busy)?;
        let permit = Arc::clone(&inner.permits).acquire_owned().await;
        // The work goes on when nobody waits for it any more, so it is what holds both.
        let done = tokio::task::spawn_blocking(move || {
            let _held = (place, permit);
            work(&inner)
        });
        done.await
            .map_err(|e| PasswordsError::Hashing(e.to_string()))
    }
}

impl Inner {
    fn is_outdated(&self, stored: &str) -> bool {
        let Ok(parsed) = PasswordHash::new(stored) else {
            return true;
        };
        let same = |used: Params| {
            used.m_cost() == self.params.m_cost()
                && used.t_cost() == self.params.t_cost()
                && used.p_cost() == self.params.p_cost()
        };
        parsed.algorithm.as_str() != Algorithm::Argon2id.as_str()
            || !Params::try_from(&parsed).is_ok_and(same)
    }
}

/// Whether two texts are one password.
#[must_use]
pub fn is_same(one: &str, other: &str) -> bool {
    normalised(one) == normalised(other)
}

/// One password typed on two keyboards is one password: NFKC, as RFC 8265 §4.2 has it in spirit.
fn normalised(password: &str) -> Zeroizing<String> {
    let cut = password.len().min(MAX_PASSWORD_BYTES + 1);
    let end = (0..=cut).rev().find(|i| password.is_char_boundary(*i));
    Zeroizing::new(password[..end.unwrap_or(0)].nfkc().collect())
}

fn hash(params: &Params, password: &str) -> Result<String, PasswordsError> {
    let hashed: PasswordHash = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone())
        .hash_password(password.as_bytes())
        .map_err(|e| PasswordsError::Hashing(e.to_string()))?;
    Ok(hashed.to_string())
}

fn verify(password: &str, stored: &str) -> bool {
    // The cost is read from the stored hash, not from the settings.
    PasswordHash::new(stored).is_ok_and(|parsed| {
        Argon2::default()
            .verify_password(password.as_bytes(), &parsed)
            .is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::Standing::{Known, Stranger};
    use super::*;

    fn passwords(iterations: u32) -> Passwords {
        Passwords::new(&config::settings::Passwords {
            memory_kib: 64,
            iterations,
            parallelism: 1,
            concurrent: 2,
        })
        .unwrap()
    }

    #[tokio::test]
    async fn the_right_password_is_right_and_no_other_is() {
        let passwords = passwords(1);
        let stored = passwords.hash("correct horse").await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
        let verify = |p: &'static str| passwords.verify(Known, p, Some(stored.clone()));
        assert_eq!(verify("correct horse").await.unwrap(), Verdict::Right);
        for wrong in ["", "correct horse ", "Correct horse", "battery"] {
            assert_eq!(verify(wrong).await.unwrap(), Verdict::Wrong, "{wrong}");
        }
    }

    #[tokio::test]
    async fn nobodys_password_is_always_wrong() {
        let passwords = passwords(1);
        assert_eq!(
            passwords.verify(Known, "", None).await.unwrap(),
            Verdict::Wrong
        );
        let garbage = passwords
            .verify(Known, "x", Some("not a hash".into()))
            .await;
        assert_eq!(garbage.unwrap(), Verdict::Wrong);
    }

    #[tokio::test]
    async fn a_hash_at_another_cost_still_verifies_and_asks_to_be_made_anew() {
        let stored = passwords(1).hash("correct horse").await.unwrap();
        let verdict = passwords(2)
            .verify(Known, "correct horse", Some(stored))
            .await;
        assert_eq!(verdict.unwrap(), Verdict::RightButOutdated);
    }

    #[tokio::test]
    async fn compatible_spellings_are_one_password_and_overlong_ones_are_not_cut_to_match() {
        let passwords = passwords(1);
        let stored = passwords.hash("ｐassword-é").await.unwrap();
        let verdict = passwords
            .verify(Known, "password-e\u{301}", Some(stored))
            .await;
        assert_eq!(verdict.unwrap(), Verdict::Right);
        let longest = "x".repeat(MAX_PASSWORD_BYTES);
        let stored = passwords.hash(&longest).await.unwrap();
        let verdict = passwords
            .verify(Known, &format!("{longest}y"), Some(stored))
            .await;
        assert_eq!(verdict.unwrap(), Verdict::Wrong);
    }

    #[tokio::test]
    async fn attack_17_a_guess_that_is_hung_up_on_still_counts_until_its_work_is_done() {
        let passwords = passwords(1);
        let (release, held) = std::sync::mpsc::channel::<()>();
        let guess = tokio::spawn({
            let passwords = passwords.clone();
            async move {
                passwords
                    .bounded(Known, move |_| held.recv())
                    .await
                    .map(drop)
            }
        });
        while passwords.0.permits.available_permits() == 2 {
            tokio::task::yield_now().await;
        }
        guess.abort();
        assert!(guess.await.unwrap_err().is_cancelled());
        assert_eq!(passwords.0.permits.available_permits(), 1);
        drop(release);
        passwords.hash("correct horse").await.unwrap();
    }

    #[tokio::test]
    async fn attack_17_so_many_wait_and_whoever_comes_after_them_is_told_so_at_once() {
        let passwords = passwords(1);
        let (release, held) = std::sync::mpsc::channel::<()>();
        let held = Arc::new(parking_lot::Mutex::new(held));
        let wait = || {
            let (passwords, held) = (passwords.clone(), Arc::clone(&held));
            tokio::spawn(async move {
                passwords
                    .bounded(Known, move |_| held.lock().recv())
                    .await
                    .map(drop)
            })
        };
        let all: Vec<_> = (0..2 * (1 + WAITING_FOR_EACH)).map(|_| wait()).collect();
        while passwords.0.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let refused = passwords.verify(Known, "x", None).await;
        assert!(matches!(refused, Err(PasswordsError::Busy)), "{refused:?}");
        // One who waited and hangs up makes room, and so does all work that is done.
        all[all.len() - 1].abort();
        while passwords.0.places.available_permits() == 0 {
            tokio::task::yield_now().await;
        }
        drop(release);
        assert_eq!(
            passwords.verify(Known, "x", None).await.unwrap(),
            Verdict::Wrong
        );
        for (n, one) in all.into_iter().enumerate() {
            assert!(one.await.is_ok() || n == 2 * (1 + WAITING_FOR_EACH) - 1);
        }
    }

    #[tokio::test]
    async fn attack_17_strangers_take_no_place_that_is_kept_for_people_who_are_known() {
        let passwords = passwords(1);
        let flood = passwords.occupy(Stranger);
        let refused = passwords.verify(Stranger, "x", None).await;
        assert!(matches!(refused, Err(PasswordsError::Busy)), "{refused:?}");
        assert_eq!(
            passwords.verify(Known, "x", None).await.unwrap(),
            Verdict::Wrong
        );
        drop(flood);
        assert_eq!(
            passwords.verify(Stranger, "x", None).await.unwrap(),
            Verdict::Wrong
        );
    }

    #[test]
    fn parameters_that_argon2_does_not_know_are_refused() {
        let settings = config::settings::Passwords {
            memory_kib: 1,
            iterations: 0,
            parallelism: 1,
            concurrent: 1,
        };
        assert!(Passwords::new(&settings).is_err());
    }
}
