//! Events as they are delivered: encrypted under the Encrypt Key, and signed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openssl::sha::sha256;
use openssl::symm::{Cipher, encrypt};
use serde_json::{Value, json};

use super::{APP_ID, ENCRYPT_KEY, TENANT_KEY, VERIFICATION_TOKEN};

/// A request to the callback.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

impl Delivery {
    /// What is told, encrypted and signed.
    #[must_use]
    pub fn of(told: &Value, encrypt_key: &str, seconds: u64) -> Self {
        let body = json!({ "encrypt": sealed(&told.to_string(), encrypt_key) }).to_string();
        let (timestamp, nonce) = (seconds.to_string(), "a nonce");
        let signed = [&*timestamp, nonce, encrypt_key, &body].concat();
        let digest = sha256(signed.as_bytes());
        Self {
            headers: vec![
                ("x-lark-request-timestamp", timestamp),
                ("x-lark-request-nonce", nonce.to_owned()),
                ("x-lark-signature", hex(&digest)),
            ],
            body,
        }
    }
}

/// Something that has happened.
pub fn event((id, kind): (&str, &str), object: &Value, seconds: u64) -> Delivery {
    Delivery::of(&told((id, kind), object, seconds), ENCRYPT_KEY, seconds)
}

/// The same before it is encrypted.
pub fn told((id, kind): (&str, &str), object: &Value, seconds: u64) -> Value {
    json!({
        "schema": "2.0",
        "header": {
            "event_id": id,
            "event_type": kind,
            "create_time": (seconds * 1000).to_string(),
            "token": VERIFICATION_TOKEN,
            "app_id": APP_ID,
            "tenant_key": TENANT_KEY,
        },
        "event": {"object": object},
    })
}

/// The address is tried out: this is not signed.
pub fn challenge(challenge: &str) -> Delivery {
    let told = json!({
        "challenge": challenge, "token": VERIFICATION_TOKEN, "type": "url_verification",
    });
    let body = json!({ "encrypt": sealed(&told.to_string(), ENCRYPT_KEY) });
    Delivery {
        headers: Vec::new(),
        body: body.to_string(),
    }
}

/// The first block is the vector with which it begins. Here it is of what is sealed, so that nothing has to be
/// random.
fn sealed(plain: &str, encrypt_key: &str) -> String {
    let key = sha256(encrypt_key.as_bytes());
    let iv = &sha256(plain.as_bytes())[..16];
    // Fails only for a key or a vector of another length.
    let body = encrypt(Cipher::aes_256_cbc(), &key, Some(iv), plain.as_bytes());
    STANDARD.encode([iv, &body.unwrap_or_default()].concat())
}

fn hex(bytes: &[u8]) -> String {
    let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.concat()
}
