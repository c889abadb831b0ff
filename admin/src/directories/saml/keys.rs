//! Our keys at one provider, made by us: the one that signs, the one that will be next, of which our metadata tells
//! all along so that the change is seen by nobody, and the one before, for what is still encrypted for it.
//!
//! They are kept where other kinds keep their secret: sealed, in the row of the directory.

use openssl::asn1::Asn1Time;
use openssl::bn::{BigNum, MsbOption};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::x509::{X509, X509NameBuilder};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

const BITS: u32 = 2048;
/// Providers that look at the end of a certificate are not to be surprised by it.
const DAYS: u32 = 3650;

#[derive(Serialize, Deserialize)]
struct Pair {
    /// PKCS #8 in PEM.
    private: String,
    /// In PEM.
    certificate: String,
}

#[derive(Serialize, Deserialize)]
pub struct Keys {
    generation: u32,
    #[serde(default)]
    previous: Option<Pair>,
    current: Pair,
    next: Pair,
}

/// Why there are none.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("a key could not be made or read: {0}")]
    Crypto(#[from] ErrorStack),
    #[error("the keys cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// Keys follow each other one by one.
    #[error("the generation of keys is {0}")]
    Generation(u32),
}

impl Pair {
    fn new() -> Result<Self, ErrorStack> {
        let key = PKey::from_rsa(Rsa::generate(BITS)?)?;
        let mut name = X509NameBuilder::new()?;
        name.append_entry_by_text("CN", "Gatehouse")?;
        let name = name.build();
        let mut serial = BigNum::new()?;
        serial.rand(127, MsbOption::MAYBE_ZERO, false)?;
        let mut builder = X509::builder()?;
        builder.set_version(2)?;
        builder.set_serial_number(&*serial.to_asn1_integer()?)?;
        builder.set_subject_name(&name)?;
        builder.set_issuer_name(&name)?;
        builder.set_not_before(&*Asn1Time::days_from_now(0)?)?;
        builder.set_not_after(&*Asn1Time::days_from_now(DAYS)?)?;
        builder.set_pubkey(&key)?;
        builder.sign(&key, MessageDigest::sha256())?;
        let text = |pem: Vec<u8>| String::from_utf8_lossy(&pem).into_owned();
        Ok(Self {
            private: text(key.private_key_to_pem_pkcs8()?),
            certificate: text(builder.build().to_pem()?),
        })
    }

    fn key(&self) -> Result<PKey<Private>, ErrorStack> {
        PKey::private_key_from_pem(self.private.as_bytes())
    }
}

impl Keys {
    pub fn read(secret: &str) -> Result<Self, KeyError> {
        Ok(serde_json::from_str(secret)?)
    }

    /// The key that signs.
    pub fn signing(&self) -> Result<PKey<Private>, KeyError> {
        Ok(self.current.key()?)
    }

    /// Those for one of which something may be encrypted.
    pub fn decrypting(&self) -> Result<Vec<PKey<Private>>, KeyError> {
        let all = [
            Some(&self.current),
            Some(&self.next),
            self.previous.as_ref(),
        ];
        let keys = all.into_iter().flatten().map(Pair::key);
        Ok(keys.collect::<Result<_, _>>()?)
    }

    /// The certificates of which our metadata tells, as DER in base64: the one that signs first.
    #[must_use]
    pub fn certificates(&self) -> Vec<String> {
        let bare = |pair: &Pair| {
            let lines = pair
                .certificate
                .lines()
                .filter(|line| !line.starts_with('-'));
            lines.collect::<String>()
        };
        vec![bare(&self.current), bare(&self.next)]
    }
}

/// The keys as they are to be kept: new ones, those that there are, or the next.
///
/// # Errors
/// [`KeyError::Generation`] if keys were left out.
pub async fn kept(before: Option<Zeroizing<String>>, generation: u32) -> Result<String, KeyError> {
    let before = before.filter(|text| !text.is_empty());
    let made = tokio::task::spawn_blocking(move || following(before.as_deref(), generation));
    // It does not panic, and is not cancelled.
    made.await.unwrap_or(Err(KeyError::Generation(generation)))
}

fn following(before: Option<&String>, generation: u32) -> Result<String, KeyError> {
    let keys = match before {
        None => Keys {
            generation,
            previous: None,
            current: Pair::new()?,
            next: Pair::new()?,
        },
        Some(text) => {
            let keys = Keys::read(text)?;
            match generation.checked_sub(keys.generation) {
                Some(0) => keys,
                Some(1) => Keys {
                    generation,
                    previous: Some(keys.current),
                    current: keys.next,
                    next: Pair::new()?,
                },
                _ => return Err(KeyError::Generation(keys.generation)),
            }
        }
    };
    Ok(serde_json::to_string(&keys)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_next_key_was_told_before_it_signs_and_the_one_before_still_opens() {
        let first = kept(None, 3).await.unwrap();
        let same = kept(Some(Zeroizing::new(first.clone())), 3).await.unwrap();
        assert_eq!(first, same);
        let second = kept(Some(Zeroizing::new(first.clone())), 4).await.unwrap();
        let (first, second) = (Keys::read(&first).unwrap(), Keys::read(&second).unwrap());
        assert_eq!(first.certificates()[1], second.certificates()[0]);
        assert_eq!(second.decrypting().unwrap().len(), 3);
        let text = serde_json::to_string(&second).unwrap();
        for generation in [3, 6] {
            let refused = kept(Some(Zeroizing::new(text.clone())), generation).await;
            assert!(matches!(refused, Err(KeyError::Generation(4))));
        }
    }
}
