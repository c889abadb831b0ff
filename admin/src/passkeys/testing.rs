//! An authenticator in software, and what a browser's script does with it: enough of WebAuthn to register a
//! key and to sign with it, rightly or wrongly.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::testing::{ACCESS, Answered, Browser, between};

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const WITH_KEY: u8 = 0x40;

/// Holds one key. What is public can be bent by a test.
#[derive(Clone)]
pub struct Authenticator {
    pub key: SigningKey,
    pub id: Vec<u8>,
    /// As it was told at registration.
    pub user: String,
    pub counter: u32,
    pub verifies_user: bool,
    pub origin: String,
}

impl Authenticator {
    pub fn fresh() -> Self {
        Self {
            key: SigningKey::from_slice(&rand::random::<[u8; 32]>()).unwrap(),
            id: rand::random::<[u8; 16]>().to_vec(),
            user: String::new(),
            counter: 0,
            verifies_user: true,
            origin: format!("https://{ACCESS}"),
        }
    }

    /// `navigator.credentials.create`
    pub fn create(&mut self, options: &Value) -> String {
        options["user"]["id"]
            .as_str()
            .unwrap()
            .clone_into(&mut self.user);
        let mut data = self.data(options["rp"]["id"].as_str().unwrap(), WITH_KEY);
        data.extend([0; 16]);
        data.extend([0, 16]);
        data.extend(&self.id);
        data.extend(self.public_key());
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59".to_vec();
        object.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        object.extend(data);
        self.answer(&json!({
            "clientDataJSON": encode(self.client_data("webauthn.create", options).as_bytes()),
            "attestationObject": encode(&object),
            "transports": ["internal", "smart-card"],
        }))
    }

    /// `navigator.credentials.get`
    pub fn get(&self, options: &Value) -> String {
        let data = self.data(options["rpId"].as_str().unwrap(), 0);
        let client_data = self.client_data("webauthn.get", options);
        let signed = [data.as_slice(), &Sha256::digest(client_data.as_bytes())].concat();
        let signature: Signature = self.key.sign(&signed);
        self.answer(&json!({
            "clientDataJSON": encode(client_data.as_bytes()),
            "authenticatorData": encode(&data),
            "signature": encode(signature.to_der().as_bytes()),
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

    fn data(&self, party: &str, more: u8) -> Vec<u8> {
        let verified = if self.verifies_user { VERIFIED } else { 0 };
        let mut data = Sha256::digest(party.as_bytes()).to_vec();
        data.push(PRESENT | verified | more);
        data.extend(self.counter.to_be_bytes());
        data
    }

    /// COSE, for ES256.
    fn public_key(&self) -> Vec<u8> {
        let point = self.key.verifying_key().to_encoded_point(false);
        let mut key = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20".to_vec();
        key.extend(point.x().unwrap());
        key.extend(b"\x22\x58\x20");
        key.extend(point.y().unwrap());
        key
    }
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What the page that is shown asks an authenticator; `None` where it asks nothing.
pub fn asked(page: &str) -> Option<(Value, String)> {
    let options = between(page, "data-options=\"", "\"");
    let text = options
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#38;", "&");
    let question = between(page, r#"name="question" value=""#, "\"").to_owned();
    Some((serde_json::from_str(&text).ok()?, question))
}

impl Browser<'_> {
    /// Adds a passkey on the account page; gives the answer.
    pub async fn add_passkey(&mut self, authenticator: &mut Authenticator, name: &str) -> Answered {
        let page = self.get(ACCESS, "/account/passkeys").await;
        let (options, question) = asked(&page.body).expect("a button that adds a passkey");
        let answer = authenticator.create(&options);
        let fields = [
            ("name", name),
            ("question", &question),
            ("credential", &answer),
        ];
        self.post(ACCESS, "/account/passkeys", &fields).await
    }

    /// Presses the button of the page at `path`, which sends the form to `to`.
    pub async fn use_passkey(
        &mut self,
        authenticator: &Authenticator,
        path: &str,
        to: &str,
    ) -> Answered {
        let page = self.get(ACCESS, path).await;
        let (options, question) = asked(&page.body).expect("a button that asks for a passkey");
        let answer = authenticator.get(&options);
        self.send_passkey(to, &question, &answer).await
    }

    pub async fn send_passkey(&mut self, to: &str, question: &str, answer: &str) -> Answered {
        let fields = [("question", question), ("credential", answer), ("to", "/")];
        self.post(ACCESS, to, &fields).await
    }
}
