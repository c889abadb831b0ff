//! Secrets that the store holds but must not show: TOTP seeds, signing keys, connector credentials.
//!
//! XChaCha20-Poly1305 under the master key. The place of a secret (table, column, row) is
//! authenticated with it, so that a sealed value copied to another row opens nothing there. A sealed
//! value names its key: further keys in the key file still open what they sealed.

use std::fmt;
use std::sync::Arc;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

mod master_key;

pub use master_key::{MasterKeyError, load, load_or_make};

const FORMAT: u8 = 1;
const KEY_ID: usize = 4;
const NONCE: usize = 24;
const HEAD: usize = 1 + KEY_ID + NONCE;

/// Where a secret is kept.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    pub table: &'a str,
    pub column: &'a str,
    /// The primary key of the row.
    pub row: &'a str,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnsealError {
    #[error("sealed with a master key that this node does not have")]
    UnknownKey,
    #[error("not what was sealed for this place")]
    Forged,
}

/// Seals and opens. Cheap to clone; never prints its keys.
#[derive(Clone)]
pub struct Sealer(Arc<[Key]>);

#[derive(Clone)]
struct Key {
    id: [u8; KEY_ID],
    cipher: XChaCha20Poly1305,
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealer({} keys)", self.0.len())
    }
}

impl Sealer {
    /// The first key seals, all of them open. `None` without any key.
    #[must_use]
    pub fn new(keys: &[Zeroizing<[u8; 32]>]) -> Option<Self> {
        let keys: Vec<Key> = keys.iter().map(|bytes| Key::new(bytes)).collect();
        (!keys.is_empty()).then(|| Self(keys.into()))
    }

    #[must_use]
    pub fn seal(&self, place: Place<'_>, secret: &[u8]) -> Vec<u8> {
        let key = &self.0[0];
        let mut nonce = [0_u8; NONCE];
        rand::fill(&mut nonce);
        let payload = Payload {
            msg: secret,
            aad: &place.to_bytes(),
        };
        // Fails only for lengths beyond 256 GiB.
        let body = key
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .unwrap_or_default();
        let mut sealed = Vec::with_capacity(HEAD + body.len());
        sealed.push(FORMAT);
        sealed.extend(key.id);
        sealed.extend(nonce);
        sealed.extend(body);
        sealed
    }

    pub fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, UnsealError> {
        let (head, body) = sealed.split_at_checked(HEAD).ok_or(UnsealError::Forged)?;
        let (format, rest) = head.split_at(1);
        let (id, nonce) = rest.split_at(KEY_ID);
        if format != [FORMAT] {
            return Err(UnsealError::Forged);
        }
        let key = self
            .0
            .iter()
            .find(|key| key.id == id)
            .ok_or(UnsealError::UnknownKey)?;
        let nonce = XNonce::try_from(nonce).map_err(|_| UnsealError::Forged)?;
        let payload = Payload {
            msg: body,
            aad: &place.to_bytes(),
        };
        key.cipher
            .decrypt(&nonce, payload)
            .map(Zeroizing::new)
            .map_err(|_| UnsealError::Forged)
    }
}

impl Key {
    fn new(bytes: &[u8; 32]) -> Self {
        let mut id = [0; KEY_ID];
        let digest = Sha256::new()
            .chain_update("gatehouse master key id")
            .chain_update(bytes)
            .finalize();
        id.copy_from_slice(&digest[..KEY_ID]);
        Self {
            id,
            cipher: XChaCha20Poly1305::new(bytes.into()),
        }
    }
}

impl Place<'_> {
    /// Each part is preceded by its length, so that no two places look alike.
    fn to_bytes(self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for part in [self.table, self.column, self.row] {
            bytes.extend((part.len() as u64).to_be_bytes());
            bytes.extend(part.as_bytes());
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEED: Place<'_> = Place {
        table: "totp",
        column: "seed",
        row: "m1",
    };

    fn sealer(keys: &[u8]) -> Sealer {
        let keys: Vec<_> = keys.iter().map(|k| Zeroizing::new([*k; 32])).collect();
        Sealer::new(&keys).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_in_its_place_only() {
        let keys = sealer(&[1]);
        let sealed = keys.seal(SEED, b"secret");
        assert_eq!(&**keys.open(SEED, &sealed).unwrap(), b"secret");
        let elsewhere = Place { row: "m2", ..SEED };
        assert_eq!(keys.open(elsewhere, &sealed), Err(UnsealError::Forged));
        assert_ne!(
            sealed,
            keys.seal(SEED, b"secret"),
            "a nonce is never reused"
        );
    }

    #[test]
    fn a_changed_byte_anywhere_is_noticed() {
        let keys = sealer(&[1]);
        let sealed = keys.seal(SEED, b"secret");
        for at in 0..sealed.len() {
            let mut forged = sealed.clone();
            forged[at] ^= 1;
            assert!(keys.open(SEED, &forged).is_err(), "byte {at}");
            assert!(keys.open(SEED, &sealed[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn an_older_key_still_opens_what_it_sealed() {
        let sealed = sealer(&[1]).seal(SEED, b"secret");
        let rotated = sealer(&[2, 1]);
        assert_eq!(&**rotated.open(SEED, &sealed).unwrap(), b"secret");
        assert_eq!(
            sealer(&[2]).open(SEED, &sealed),
            Err(UnsealError::UnknownKey)
        );
    }
}
