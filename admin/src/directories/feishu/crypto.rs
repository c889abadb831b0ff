//! How Feishu guards what it tells: encrypted with AES-256-CBC under the SHA-256 of the Encrypt Key, and signed by
//! a digest over the time, a nonce, that key and the body as it was sent.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use openssl::symm::{Cipher, decrypt};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::hex::hex;

const BLOCK: usize = 16;

/// Base64 as it is found in the world: padded or not, with bits left over or not.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// What was encrypted; `None`: with another key, or never.
#[must_use]
pub fn opened(encrypt_key: &str, encrypted: &str) -> Option<Vec<u8>> {
    let bytes = LENIENT.decode(encrypted.trim()).ok()?;
    let (iv, body) = bytes.split_at_checked(BLOCK)?;
    let key = Sha256::digest(encrypt_key);
    decrypt(Cipher::aes_256_cbc(), &key, Some(iv), body).ok()
}

/// Whether the signature is the one of this body.
#[must_use]
pub fn is_signed(
    encrypt_key: &str,
    (timestamp, nonce, signature): (&str, &str, &str),
    body: &[u8],
) -> bool {
    let digest = Sha256::new()
        .chain_update(timestamp)
        .chain_update(nonce)
        .chain_update(encrypt_key)
        .chain_update(body)
        .finalize();
    let signature = signature.to_ascii_lowercase();
    hex(&digest).as_bytes().ct_eq(signature.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use openssl::symm::encrypt;

    use super::*;

    fn sealed(key: &str, plain: &[u8]) -> String {
        let iv = [7_u8; BLOCK];
        let body = encrypt(
            Cipher::aes_256_cbc(),
            &Sha256::digest(key),
            Some(&iv),
            plain,
        );
        let bytes = [&iv[..], &body.unwrap()].concat();
        base64::engine::general_purpose::STANDARD.encode(bytes)
    }

    #[test]
    fn the_published_vector_opens() {
        let vector = "P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=";
        assert_eq!(opened("test key", vector).unwrap(), b"hello world");
        let unpadded = vector.trim_end_matches('=');
        assert_eq!(opened("test key", unpadded).unwrap(), b"hello world");
    }

    #[test]
    fn texts_of_every_length_open_with_their_key_alone() {
        for length in 0..100_usize {
            let plain: Vec<u8> = (0..length).map(|n| u8::try_from(n).unwrap()).collect();
            let text = sealed("key", &plain);
            assert_eq!(
                opened("key", &text).as_deref(),
                Some(&plain[..]),
                "{length}"
            );
            assert_ne!(opened("other", &text).as_deref(), Some(&plain[..]));
        }
    }

    #[test]
    fn attack_28_what_was_never_encrypted_opens_nothing_and_breaks_nothing() {
        let good = sealed("key", b"{}");
        let mut odd = vec![String::new(), "=".into(), "====".into(), "\u{0}".into()];
        // What lacks no more than its padding is whole.
        odd.extend((0..good.len() - 2).map(|at| good[..at].to_owned()));
        odd.extend(
            [15, 16, 17, 31]
                .map(|length| base64::engine::general_purpose::STANDARD.encode(vec![1_u8; length])),
        );
        for text in odd {
            assert_eq!(opened("key", &text), None, "{text}");
        }
    }

    #[test]
    fn attack_28_a_signature_is_good_for_its_body_time_and_nonce_alone() {
        let digest = Sha256::digest(b"1700000000noncekey{\"encrypt\":\"x\"}");
        let signature = hex(&digest);
        let body = br#"{"encrypt":"x"}"#;
        assert!(is_signed("key", ("1700000000", "nonce", &signature), body));
        for (key, signed, body) in [
            ("key2", ("1700000000", "nonce", &*signature), &body[..]),
            ("key", ("1700000001", "nonce", &*signature), &body[..]),
            ("key", ("1700000000", "nonc", &*signature), &body[..]),
            ("key", ("1700000000", "nonce", ""), &body[..]),
            ("key", ("1700000000", "nonce", &signature[..63]), &body[..]),
            ("key", ("1700000000", "nonce", &*signature), &body[..14]),
        ] {
            assert!(!is_signed(key, signed, body), "{key} {signed:?}");
        }
    }
}
