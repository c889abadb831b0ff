//! An authenticator in software, and what the script of our pages does with it: enough of WebAuthn to register
//! a key and to sign with it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::browser::Page;
use super::gatehouse::Gatehouse;
use super::html::Form;

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const WITH_KEY: u8 = 0x40;

pub struct Passkey {
    key: EcdsaKeyPair,
    id: [u8; 16],
    /// As it was told at registration.
    user: String,
    origin: String,
    /// Whether it asks for a finger, a face or a PIN.
    pub verifies_user: bool,
}

impl Passkey {
    /// On a device whose browser shows the pages of that Gatehouse.
    pub fn new(gate: &Gatehouse) -> Self {
        let (with, random) = (&ECDSA_P256_SHA256_ASN1_SIGNING, SystemRandom::new());
        let document = EcdsaKeyPair::generate_pkcs8(with, &random).unwrap();
        Self {
            key: EcdsaKeyPair::from_pkcs8(with, document.as_ref(), &random).unwrap(),
            id: rand::random(),
            user: String::new(),
            origin: gate.url("access", ""),
            verifies_user: true,
        }
    }

    /// Presses the button of the page that asks for a passkey, or for a new one: what the browser sends then.
    pub fn press(&mut self, page: &Page) -> Form {
        let read = |name| page.attribute_of("button[data-passkey]", name).unwrap();
        let options: Value = serde_json::from_str(&read("data-options")).unwrap();
        let credential = match read("data-passkey").as_str() {
            "create" => self.create(&options),
            _ => self.get(&options),
        };
        let mut form = page.form_with("credential").fill("credential", &credential);
        form.action = page.url.join(&read("formaction")).unwrap();
        form
    }

    /// `navigator.credentials.create`
    fn create(&mut self, options: &Value) -> String {
        let user = options["user"]["id"].as_str().unwrap();
        user.clone_into(&mut self.user);
        let mut data = self.data(&options["rp"]["id"], WITH_KEY);
        data.extend([0; 16]);
        data.extend([0, 16]);
        data.extend(self.id);
        data.extend(self.public_key());
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59".to_vec();
        object.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        object.extend(data);
        let client_data = self.client_data("webauthn.create", options);
        self.answer(&json!({
            "clientDataJSON": encode(client_data.as_bytes()),
            "attestationObject": encode(&object),
            "transports": ["internal"],
        }))
    }

    /// `navigator.credentials.get`
    fn get(&self, options: &Value) -> String {
        let data = self.data(&options["rpId"], 0);
        let client_data = self.client_data("webauthn.get", options);
        let signed = [data.as_slice(), &Sha256::digest(client_data.as_bytes())].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        self.answer(&json!({
            "clientDataJSON": encode(client_data.as_bytes()),
            "authenticatorData": encode(&data),
            "signature": encode(signature.as_ref()),
            "userHandle": self.user,
        }))
    }

    fn answer(&self, response: &Value) -> String {
        let id = encode(&self.id);
        json!({ "id": id, "rawId": id, "type": "public-key", "response": response }).to_string()
    }

    fn client_data(&self, kind: &str, options: &Value) -> String {
        let challenge = &options["challenge"];
        json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false })
            .to_string()
    }

    fn data(&self, party: &Value, more: u8) -> Vec<u8> {
        let verified = if self.verifies_user { VERIFIED } else { 0 };
        let mut data = Sha256::digest(party.as_str().unwrap().as_bytes()).to_vec();
        data.push(PRESENT | verified | more);
        // Passkeys that are kept on many devices count nothing.
        data.extend([0; 4]);
        data
    }

    /// COSE, for ES256.
    fn public_key(&self) -> Vec<u8> {
        let (x, y) = self.key.public_key().as_ref()[1..].split_at(32);
        let head = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20";
        [head, x, b"\x22\x58\x20", y].concat()
    }
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
