//! Events as they are delivered: XML, encrypted, and signed.

use base64::Engine as _;
use base64::alphabet::STANDARD as LETTERS;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use openssl::hash::{MessageDigest, hash};
use openssl::symm::{Cipher, Crypter, Mode};

use super::{AES_KEY, CALLBACK_TOKEN, CORP_ID};

/// The key's last letter holds bits that are none of it.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &LETTERS,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// A request to the callback.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub query: Vec<(&'static str, String)>,
    /// Empty: the address is tried out.
    pub body: String,
}

impl Delivery {
    /// Something that has happened, as [`message`] tells it.
    #[must_use]
    pub fn event(message: &str, seconds: u64) -> Self {
        Self::of(message, (CALLBACK_TOKEN, AES_KEY, CORP_ID), seconds)
    }

    /// The same with a token, a key and a receiver of one's own.
    #[must_use]
    pub fn of(message: &str, (token, key, receiver): (&str, &str, &str), seconds: u64) -> Self {
        let encrypted = sealed(message, key, receiver);
        let query = signed(&encrypted, token, seconds);
        let body = format!(
            "<xml><ToUserName><![CDATA[{receiver}]]></ToUserName><AgentID><![CDATA[]]></AgentID>\
             <Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
        );
        Self { query, body }
    }

    /// The address is tried out.
    #[must_use]
    pub fn echo(text: &str, seconds: u64) -> Self {
        let encrypted = sealed(text, AES_KEY, CORP_ID);
        let mut query = signed(&encrypted, CALLBACK_TOKEN, seconds);
        query.push(("echostr", encrypted));
        let body = String::new();
        Self { query, body }
    }
}

/// A change of the contacts before it is encrypted, with fields such as `UserID`.
#[must_use]
pub fn message(kind: &str, fields: &[(&str, &str)], seconds: u64) -> String {
    let fields = fields.iter();
    let fields = fields.map(|(name, value)| format!("<{name}><![CDATA[{value}]]></{name}>"));
    let fields: String = fields.collect();
    format!(
        "<xml><ToUserName><![CDATA[{CORP_ID}]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName>\
         <CreateTime>{seconds}</CreateTime><MsgType><![CDATA[event]]></MsgType>\
         <Event><![CDATA[change_contact]]></Event><ChangeType><![CDATA[{kind}]]></ChangeType>{fields}</xml>"
    )
}

fn digest(text: &str) -> Vec<u8> {
    // Fails only where there is no such digest.
    hash(MessageDigest::sha1(), text.as_bytes()).map_or_else(|_| Vec::new(), |found| found.to_vec())
}

fn signed(encrypted: &str, token: &str, seconds: u64) -> Vec<(&'static str, String)> {
    let (timestamp, nonce) = (seconds.to_string(), "263014780");
    let mut parts = [token, &timestamp, nonce, encrypted];
    parts.sort_unstable();
    let signature = digest(&parts.concat());
    let signature = hex(&signature);
    vec![
        ("msg_signature", signature),
        ("timestamp", timestamp),
        ("nonce", nonce.to_owned()),
    ]
}

fn hex(bytes: &[u8]) -> String {
    let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.concat()
}

/// What is random there is of the text here, so that nothing has to be random.
fn sealed(text: &str, key: &str, receiver: &str) -> String {
    let key = LENIENT.decode(key).unwrap_or_default();
    let length = u32::try_from(text.len()).unwrap_or_default().to_be_bytes();
    let salt = digest(text);
    let salt = salt.get(..16).unwrap_or_default();
    let mut plain = [salt, &length, text.as_bytes(), receiver.as_bytes()].concat();
    let padding = 32 - plain.len() % 32;
    plain.resize(
        plain.len() + padding,
        u8::try_from(padding).unwrap_or_default(),
    );
    STANDARD.encode(encrypted(&key, &plain).unwrap_or_default())
}

fn encrypted(key: &[u8], plain: &[u8]) -> Result<Vec<u8>, openssl::error::ErrorStack> {
    let iv = key.get(..16);
    let mut crypter = Crypter::new(Cipher::aes_256_cbc(), Mode::Encrypt, key, iv)?;
    crypter.pad(false);
    let mut out = vec![0; plain.len() + 16];
    let mut length = crypter.update(plain, &mut out)?;
    length += crypter.finalize(&mut out[length..])?;
    out.truncate(length);
    Ok(out)
}
