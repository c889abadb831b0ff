//! Ten codes that each stand in for a lost authenticator once.

use config::id::MemberId;
use config::{Clock, Timestamp};
use sha2::{Digest, Sha256};

use crate::store::{StoreError, Tx, recovery_codes};
use crate::tokens::TokenHash;

pub const COUNT: usize = 10;
const LETTERS: usize = 16;
/// Crockford's base 32: no letter looks like another or like a digit.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A code of 80 random bits, in groups of four: `7K2M-…`. Long enough that a fast hash keeps it.
#[must_use]
pub fn generate() -> String {
    let bytes: [u8; LETTERS] = rand::random();
    let letters: Vec<char> = bytes
        .iter()
        .map(|byte| char::from(ALPHABET[usize::from(byte & 31)]))
        .collect();
    letters
        .chunks(4)
        .map(|group| group.iter().collect::<String>())
        .collect::<Vec<_>>()
        .join("-")
}

/// The hash of a code as somebody typed it: case, spaces and dashes do not matter, and what looks
/// like a letter of the alphabet is that letter.
#[must_use]
pub fn hash(typed: &str) -> Option<TokenHash> {
    let letters: String = typed
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect();
    (letters.len() == LETTERS).then(|| Sha256::digest(letters.as_bytes()).into())
}

/// Makes new codes in the place of all earlier ones. They are shown once and never again.
pub async fn renew(
    tx: &mut Tx,
    member: &MemberId,
    clock: &Clock,
) -> Result<Vec<String>, StoreError> {
    let codes: Vec<String> = (0..COUNT).map(|_| generate()).collect();
    let hashes: Vec<TokenHash> = codes.iter().filter_map(|code| hash(code)).collect();
    recovery_codes::replace(tx, member, &hashes, clock.now()).await?;
    Ok(codes)
}

/// Uses a code up.
pub async fn check(
    tx: &mut Tx,
    member: &MemberId,
    typed: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    match hash(typed) {
        Some(hash) => recovery_codes::use_up(tx, member, &hash, now).await,
        None => Ok(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = generate();
        assert_eq!(code.len(), 19);
        let typed = format!(" {} ", code.to_lowercase().replace('-', " "));
        assert_eq!(hash(&typed), hash(&code));
        assert_eq!(hash("OIL0-OIL0-OIL0-OIL0"), hash("0110011001100110"));
        for wrong in ["", "ABCD", "ABCD-EFGH-JKMN-PQRST"] {
            assert_eq!(hash(wrong), None, "{wrong}");
        }
        assert_ne!(generate(), generate());
    }
}
