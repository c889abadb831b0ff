//! How WeCom and DingTalk guard what they tell: encrypted with AES-256-CBC under a key of 43 characters, with the
//! receiver's name inside, and signed by SHA-1 over a token, the time, a nonce and what was encrypted, in sorted order.

use std::time::Duration;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use config::Timestamp;
use openssl::error::ErrorStack;
use openssl::symm::{Cipher, Crypter, Mode};
use sha1::{Digest as _, Sha1};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::callback::Forged;
use crate::hex::hex;

const KEY: usize = 32;
const IV: usize = 16;
/// What stands before the length: random, so that the same text is never encrypted alike.
const SALT: usize = 16;
/// Filled up to a multiple of this, which is twice the block of the cipher.
const BLOCK: usize = 32;
/// What was not heard is told again within minutes.
const OLDEST: Duration = Duration::from_hours(1);
/// So far clocks differ.
const AHEAD: Duration = Duration::from_mins(10);
/// A time with more digits than seconds have is in milliseconds.
const MILLISECONDS: i64 = 100_000_000_000;

/// Some of the keys that the platforms hand out have bits left over at their end.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The key as it is entered, in 43 characters.
pub struct CallbackKey(Zeroizing<Vec<u8>>);

impl CallbackKey {
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(LENIENT.decode(text).ok()?);
        (bytes.len() == KEY).then_some(Self(bytes))
    }

    /// What was encrypted for this receiver.
    ///
    /// # Errors
    /// [`Forged`] if it was encrypted with another key, never, or for somebody else.
    pub fn opened(&self, encrypted: &str, receiver: &str) -> Result<String, Forged> {
        let plain = self.plain(encrypted).ok_or(Forged::Malformed)?;
        let (message, whose) = parts(&plain).ok_or(Forged::Malformed)?;
        if whose != receiver.as_bytes() {
            return Err(Forged::Tenant);
        }
        String::from_utf8(message.to_vec()).map_err(|_| Forged::Malformed)
    }

    fn plain(&self, encrypted: &str) -> Option<Vec<u8>> {
        let bytes = STANDARD.decode(encrypted).ok()?;
        if bytes.is_empty() || !bytes.len().is_multiple_of(IV) {
            return None;
        }
        self.run(Mode::Decrypt, &bytes).ok()
    }

    /// The same the other way round, with something random.
    #[must_use]
    pub fn sealed(&self, salt: [u8; SALT], message: &str, receiver: &str) -> Option<String> {
        let length = u32::try_from(message.len()).ok()?.to_be_bytes();
        let mut plain = [&salt[..], &length, message.as_bytes(), receiver.as_bytes()].concat();
        let padding = BLOCK - plain.len() % BLOCK;
        plain.resize(plain.len() + padding, u8::try_from(padding).ok()?);
        Some(STANDARD.encode(self.run(Mode::Encrypt, &plain).ok()?))
    }

    /// Without the padding of the cipher, whose block is another one.
    fn run(&self, mode: Mode, bytes: &[u8]) -> Result<Vec<u8>, ErrorStack> {
        let mut crypter = Crypter::new(Cipher::aes_256_cbc(), mode, &self.0, Some(&self.0[..IV]))?;
        crypter.pad(false);
        let mut out = vec![0; bytes.len() + IV];
        let mut length = crypter.update(bytes, &mut out)?;
        length += crypter.finalize(&mut out[length..])?;
        out.truncate(length);
        Ok(out)
    }
}

/// The message, and for whom it is.
fn parts(plain: &[u8]) -> Option<(&[u8], &[u8])> {
    let padding = usize::from(*plain.last()?);
    if !(1..=BLOCK).contains(&padding) {
        return None;
    }
    let plain = plain.get(..plain.len().checked_sub(padding)?)?;
    let (_, plain) = plain.split_at_checked(SALT)?;
    let (length, plain) = plain.split_first_chunk::<4>()?;
    plain.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
}

/// What a request says of itself: its time, a nonce, and the signature over both.
#[derive(Clone, Copy)]
pub struct Signed<'a> {
    pub timestamp: &'a str,
    pub nonce: &'a str,
    pub signature: &'a str,
}

#[must_use]
pub fn signature(token: &str, (timestamp, nonce): (&str, &str), encrypted: &str) -> String {
    let mut parts = [token, timestamp, nonce, encrypted];
    parts.sort_unstable();
    hex(&Sha1::digest(parts.concat()))
}

/// Whether what was encrypted is signed with our token, and just now.
///
/// # Errors
/// [`Forged`] if it is not.
pub fn check(
    token: &str,
    signed: Signed<'_>,
    encrypted: &str,
    now: Timestamp,
) -> Result<(), Forged> {
    let right = signature(token, (signed.timestamp, signed.nonce), encrypted);
    let told = signed.signature.to_ascii_lowercase();
    if !bool::from(right.as_bytes().ct_eq(told.as_bytes())) {
        return Err(Forged::Signature);
    }
    let number: i64 = signed.timestamp.parse().map_err(|_| Forged::Time)?;
    let at = Timestamp(if number < MILLISECONDS {
        number.saturating_mul(1000)
    } else {
        number
    });
    if now.since(at) > OLDEST || at.since(now) > AHEAD {
        return Err(Forged::Time);
    }
    Ok(())
}

#[cfg(test)]
#[path = "callback_crypto_tests.rs"]
mod tests;
