//! Assertions that are encrypted for us (XML Encryption 1.1). Ours rather than `samael`'s, which takes AES-128 alone,
//! takes RSA with PKCS #1 v1.5, and slices what it is sent without looking how long it is.
//!
//! RSA with PKCS #1 v1.5 is refused (attack: Bleichenbacher), and whatever goes wrong has one word: which step it was
//! would help whoever guesses (attack: padding oracles of CBC). What was decrypted counts no more than what was not:
//! anybody can encrypt for us.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openssl::encrypt::Decrypter;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Padding;
use openssl::symm::{Cipher, Crypter, Mode, decrypt_aead};
use roxmltree::Node;

use super::names::{ENCRYPTION, SIGNATURE};
use crate::directories::xml;

pub(super) const FAILED: &str = "assertion_not_decrypted";
const TAG: usize = 16;

/// The text of what an `EncryptedAssertion` holds.
///
/// # Errors
/// If it was not encrypted for one of our keys, or in a way that is not taken.
pub fn opened(encrypted: Node<'_, '_>, keys: &[PKey<Private>]) -> Result<String, &'static str> {
    let data = xml::only(encrypted, ENCRYPTION, "EncryptedData").ok_or(FAILED)?;
    let algorithm = method(data).and_then(|method| method.attribute("Algorithm"));
    let content = cipher_value(data).ok_or(FAILED)?;
    let wrapped = encrypted
        .descendants()
        .filter(|node| node.has_tag_name((ENCRYPTION, "EncryptedKey")));
    for wrapped in wrapped.take(10) {
        for key in keys {
            let opened = unwrapped(wrapped, key)
                .and_then(|key| decrypted(algorithm.unwrap_or_default(), &key, &content))
                .and_then(|bytes| String::from_utf8(bytes).ok());
            if let Some(text) = opened {
                return Ok(text);
            }
        }
    }
    Err(FAILED)
}

fn method<'a, 'i>(of: Node<'a, 'i>) -> Option<Node<'a, 'i>> {
    xml::only(of, ENCRYPTION, "EncryptionMethod")
}

fn cipher_value(of: Node<'_, '_>) -> Option<Vec<u8>> {
    let data = xml::only(of, ENCRYPTION, "CipherData")?;
    let value = xml::text_of(xml::only(data, ENCRYPTION, "CipherValue")?)?;
    let bare: String = value.split_whitespace().collect();
    STANDARD.decode(bare).ok()
}

fn digest(algorithm: Option<&str>) -> Option<MessageDigest> {
    match algorithm {
        None | Some("http://www.w3.org/2000/09/xmldsig#sha1") => Some(MessageDigest::sha1()),
        Some("http://www.w3.org/2001/04/xmlenc#sha256") => Some(MessageDigest::sha256()),
        Some("http://www.w3.org/2001/04/xmldsig-more#sha384") => Some(MessageDigest::sha384()),
        Some("http://www.w3.org/2001/04/xmlenc#sha512") => Some(MessageDigest::sha512()),
        Some(_) => None,
    }
}

fn mask(algorithm: Option<&str>) -> Option<MessageDigest> {
    match algorithm {
        None | Some("http://www.w3.org/2009/xmlenc11#mgf1sha1") => Some(MessageDigest::sha1()),
        Some("http://www.w3.org/2009/xmlenc11#mgf1sha256") => Some(MessageDigest::sha256()),
        Some("http://www.w3.org/2009/xmlenc11#mgf1sha384") => Some(MessageDigest::sha384()),
        Some("http://www.w3.org/2009/xmlenc11#mgf1sha512") => Some(MessageDigest::sha512()),
        Some(_) => None,
    }
}

/// The key by which the assertion is encrypted, by RSA-OAEP.
fn unwrapped(wrapped: Node<'_, '_>, key: &PKey<Private>) -> Option<Vec<u8>> {
    let method = method(wrapped)?;
    let of = |namespace, name| {
        let node = xml::children(method, namespace, name).next();
        node.and_then(|node| node.attribute("Algorithm"))
    };
    let digest = digest(of(SIGNATURE, "DigestMethod"))?;
    let mask = match method.attribute("Algorithm")? {
        "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p" => MessageDigest::sha1(),
        "http://www.w3.org/2009/xmlenc11#rsa-oaep" => {
            mask(of("http://www.w3.org/2009/xmlenc11#", "MGF"))?
        }
        _ => return None,
    };
    let value = cipher_value(wrapped)?;
    let mut decrypter = Decrypter::new(key).ok()?;
    decrypter.set_rsa_padding(Padding::PKCS1_OAEP).ok()?;
    decrypter.set_rsa_oaep_md(digest).ok()?;
    decrypter.set_rsa_mgf1_md(mask).ok()?;
    let mut opened = vec![0; decrypter.decrypt_len(&value).ok()?];
    let length = decrypter.decrypt(&value, &mut opened).ok()?;
    opened.truncate(length);
    Some(opened)
}

fn decrypted(algorithm: &str, key: &[u8], content: &[u8]) -> Option<Vec<u8>> {
    let (cipher, is_sealed) = match algorithm {
        "http://www.w3.org/2009/xmlenc11#aes128-gcm" => (Cipher::aes_128_gcm(), true),
        "http://www.w3.org/2009/xmlenc11#aes192-gcm" => (Cipher::aes_192_gcm(), true),
        "http://www.w3.org/2009/xmlenc11#aes256-gcm" => (Cipher::aes_256_gcm(), true),
        "http://www.w3.org/2001/04/xmlenc#aes128-cbc" => (Cipher::aes_128_cbc(), false),
        "http://www.w3.org/2001/04/xmlenc#aes192-cbc" => (Cipher::aes_192_cbc(), false),
        "http://www.w3.org/2001/04/xmlenc#aes256-cbc" => (Cipher::aes_256_cbc(), false),
        // Weak, and the only one that XML Encryption has always asked for: some know no other.
        "http://www.w3.org/2001/04/xmlenc#tripledes-cbc" => (Cipher::des_ede3_cbc(), false),
        _ => return None,
    };
    if key.len() != cipher.key_len() {
        return None;
    }
    let (start, rest) = content.split_at_checked(cipher.iv_len()?)?;
    if is_sealed {
        let (text, tag) = rest.split_at_checked(rest.len().checked_sub(TAG)?)?;
        return decrypt_aead(cipher, key, Some(start), &[], text, tag).ok();
    }
    chained(cipher, (key, start), rest)
}

/// XML Encryption §5.2: the last byte says how many are padding; the others of them are anything.
fn chained(cipher: Cipher, (key, start): (&[u8], &[u8]), content: &[u8]) -> Option<Vec<u8>> {
    let block = cipher.block_size();
    if content.is_empty() || !content.len().is_multiple_of(block) {
        return None;
    }
    let mut crypter = Crypter::new(cipher, Mode::Decrypt, key, Some(start)).ok()?;
    crypter.pad(false);
    let mut opened = vec![0; content.len() + block];
    let mut length = crypter.update(content, &mut opened).ok()?;
    length += crypter.finalize(&mut opened[length..]).ok()?;
    opened.truncate(length);
    let padding = usize::from(*opened.last()?);
    if padding == 0 || padding > block {
        return None;
    }
    opened.truncate(length.checked_sub(padding)?);
    Some(opened)
}
