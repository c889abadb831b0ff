//! Checks and makes password hashes (argon2id, RFC 9106, kept as PHC strings).
//!
//! Hashing is costly on purpose: it runs on threads of its own, so many at once as the operator set
//! and no more, and only so many more wait their turn, so that a flood of guesses takes neither all
//! memory nor the async threads, and nobody waits for long: whoever comes later is told to try again.
//! A guess at an account that does not exist costs the same as one at an account that does.

mod hashers;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use hashers::{Hashers, Memory};

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
    hashers: Arc<Hashers>,
    permits: Arc<Semaphore>,
    /// Of those whose work is done and those who wait.
    places: Arc<Semaphore>,
    kept_for_known: usize,
    hashed: AtomicUsize,
    /// A hash that no password has, checked where there is no account.
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
        let concurrent = settings.concurrent.max(1);
        Ok(Self(Arc::new(Inner {
            dummy: nobodys_hash(&params),
            params,
            hashers: Hashers::new(concurrent),
            permits: Arc::new(Semaphore::new(concurrent)),
            places: Arc::new(Semaphore::new(concurrent * (1 + WAITING_FOR_EACH))),
            kept_for_known: concurrent * OF_THEM_KNOWN,
            hashed: AtomicUsize::default(),
        })))
    }

    /// Hashes a new password with a fresh salt, for somebody who may set one.
    ///
    /// # Errors
    /// [`PasswordsError::Busy`] if too many wait; or if the machine gives no randomness or no thread.
    pub async fn hash(&self, password: &str) -> Result<String, PasswordsError> {
        let password = normalised(password);
        let work = move |inner: &Inner, memory: &mut Memory| hash(&inner.params, &password, memory);
        self.bounded(Standing::Known, work).await?
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
        self.bounded(standing, move |inner, memory| {
            let hashed = stored.as_deref().unwrap_or(&inner.dummy);
            let is_right = verify(&password, hashed, memory).unwrap_or(false);
            match stored {
                Some(stored) if is_right && inner.is_outdated(&stored) => Verdict::RightButOutdated,
                Some(_) if is_right => Verdict::Right,
                _ => Verdict::Wrong,
            }
        })
        .await
    }

    /// Whether somebody of that standing could wait now. Asked before a guess is counted, so that
    /// nobody is locked for what was never checked.
    ///
    /// # Errors
    /// [`PasswordsError::Busy`]
    pub fn expect_room(&self, standing: Standing) -> Result<(), PasswordsError> {
        let kept = match standing {
            Standing::Stranger => self.0.kept_for_known,
            Standing::Known => 0,
        };
        if self.0.places.available_permits() > kept {
            Ok(())
        } else {
            Err(PasswordsError::Busy)
        }
    }

    /// How many hashes were begun, or waited for, so far.
    #[must_use]
    pub fn hashed(&self) -> usize {
        self.0.hashed.load(Ordering::Relaxed)
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
        work: impl FnOnce(&Inner, &mut Memory) -> T + Send + 'static,
    ) -> Result<T, PasswordsError> {
        let inner = Arc::clone(&self.0);
        self.expect_room(standing)?;
        let place = Arc::clone(&inner.places).try_acquire_owned();
        let place = place.map_err(|_| PasswordsError::Busy)?;
        inner.hashed.fetch_add(1, Ordering::Relaxed);
        let permit = Arc::clone(&inner.permits).acquire_owned().await;
        // The work goes on when nobody waits for it any more, so it is what holds both.
        let hashers = Arc::clone(&inner.hashers);
        let done = hashers.run(move |memory| {
            let _held = (place, permit);
            work(&inner, memory)
        });
        let done = done.map_err(|e| PasswordsError::Hashing(e.to_string()))?;
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

/// One password typed on two keyboards is one password: NFKC, as RFC 8265 §4.2 has it in spirit.
fn normalised(password: &str) -> Zeroizing<String> {
    let cut = password.len().min(MAX_PASSWORD_BYTES + 1);
    let end = (0..=cut).rev().find(|i| password.is_char_boundary(*i));
    Zeroizing::new(password[..end.unwrap_or(0)].nfkc().collect())
}

fn hash(params: &Params, password: &str, memory: &mut Memory) -> Result<String, PasswordsError> {
    let mut made = || -> argon2::password_hash::Result<String> {
        let (algorithm, version) = (Algorithm::Argon2id, Version::V0x13);
        let argon2 = Argon2::new(algorithm, version, params.clone());
        let salt = Salt::generate();
        let length = params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
        let made = PasswordHash {
            algorithm: algorithm.ident(),
            version: Some(version.into()),
            params: ParamsString::try_from(params)?,
            hash: Some(output(&argon2, password, &salt, length, memory)?),
            salt: Some(salt),
        };
        Ok(made.to_string())
    };
    made().map_err(|e| PasswordsError::Hashing(e.to_string()))
}

/// What a password comes to.
fn output(
    argon2: &Argon2<'_>,
    password: &str,
    salt: &Salt,
    length: usize,
    memory: &mut Memory,
) -> argon2::password_hash::Result<Output> {
    memory.resize(argon2.params().block_count(), Block::new());
    let mut bytes = [0; Output::MAX_LENGTH];
    let bytes = bytes
        .get_mut(..length)
        .ok_or(argon2::password_hash::Error::OutputSize)?;
    argon2.hash_password_into_with_memory(password.as_bytes(), salt, bytes, memory)?;
    Ok(Output::new(bytes)?)
}

/// Random bits in the form of a hash at this cost: to check against it costs what it costs to check
/// against any other. Nothing is hashed to make it, so that a start does not fill 19 MiB in which the
/// rest of the start then spreads.
fn nobodys_hash(params: &Params) -> String {
    let (salt, bits) = (rand::random::<[u8; 16]>(), rand::random::<[u8; 32]>());
    format!(
        "$argon2id$v=19$m={},t={},p={}${}${}",
        params.m_cost(),
        params.t_cost(),
        params.p_cost(),
        STANDARD_NO_PAD.encode(salt),
        STANDARD_NO_PAD.encode(bits)
    )
}

/// # Errors
/// If what is stored is no hash of argon2.
fn verify(
    password: &str,
    stored: &str,
    memory: &mut Memory,
) -> argon2::password_hash::Result<bool> {
    use argon2::password_hash::Error;
    let stored = PasswordHash::new(stored)?;
    // The cost is read from the stored hash, not from the settings.
    let argon2 = Argon2::new(
        Algorithm::try_from(stored.algorithm.as_str())?,
        stored
            .version
            .map_or(Ok(Version::default()), Version::try_from)?,
        Params::try_from(&stored)?,
    );
    let (Some(salt), Some(expected)) = (&stored.salt, &stored.hash) else {
        return Err(Error::EncodingInvalid);
    };
    // Compared in constant time.
    Ok(output(&argon2, password, salt, expected.len(), memory)? == *expected)
}

#[cfg(test)]
mod tests;
