//! Stand-ins of the SMS clouds, written from their published protocols: they check the signature of each
//! request as it came over the wire, and answer as they are told.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::IntoResponse;
use hmac::{Hmac, KeyInit as _, Mac as _};
use parking_lot::Mutex;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::hex::hex;

pub const SECRET: &str = "the secret of the key";

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: Method,
    pub uri: Uri,
    pub headers: HeaderMap,
    pub body: String,
}

impl Seen {
    pub fn field(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub fn query(&self, name: &str) -> String {
        let pairs = url::form_urlencoded::parse(self.uri.query().unwrap_or_default().as_bytes());
        let mut found = pairs.filter(|(key, _)| key == name);
        found
            .next()
            .map_or_else(String::new, |(_, value)| value.into_owned())
    }
}

#[derive(Clone)]
struct Script {
    answers: Arc<Mutex<Vec<(u16, Value)>>>,
    seen: Arc<Mutex<Vec<Seen>>>,
    /// Says what it was sent, in a refusal with this status.
    echoes: Option<u16>,
}

pub struct Cloud {
    pub address: String,
    script: Script,
}

impl Cloud {
    /// It answers in this order, and then with the last of them.
    pub async fn start(answers: &[(u16, Value)]) -> Self {
        let script = Script {
            answers: Arc::new(Mutex::new(answers.iter().rev().cloned().collect())),
            seen: Arc::default(),
            echoes: None,
        };
        Self::run(script).await
    }

    /// It refuses each request, and repeats it.
    pub async fn echoing(status: u16) -> Self {
        Self::run(Script {
            answers: Arc::default(),
            seen: Arc::default(),
            echoes: Some(status),
        })
        .await
    }

    async fn run(script: Script) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(script.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, script }
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.script.seen.lock().clone()
    }

    pub fn last(&self) -> Seen {
        self.seen().last().expect("a request").clone()
    }
}

async fn answer(
    State(script): State<Script>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> axum::response::Response {
    let body = String::from_utf8(body.to_vec()).unwrap();
    let echo = script
        .echoes
        .map(|status| (status, json!({"message": body})));
    let nonce = headers.get("x-acs-signature-nonce").cloned();
    let used = |seen: &Seen| seen.headers.get("x-acs-signature-nonce") == nonce.as_ref();
    if nonce.is_some() && script.seen.lock().iter().any(used) {
        let json = json!({"Code": "SignatureNonceUsed", "Message": "the nonce was used"});
        return (StatusCode::BAD_REQUEST, axum::Json(json)).into_response();
    }
    script.seen.lock().push(Seen {
        method,
        uri,
        headers,
        body,
    });
    let mut answers = script.answers.lock();
    let (status, json) = if let Some(echo) = echo {
        echo
    } else if answers.len() > 1 {
        answers.pop().unwrap()
    } else {
        answers.last().cloned().unwrap_or((200, json!({})))
    };
    let location = [(header::LOCATION, "http://169.254.169.254/")];
    (
        StatusCode::from_u16(status).unwrap(),
        location,
        axum::Json(json),
    )
        .into_response()
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.chain_update(text.as_bytes())
        .finalize()
        .into_bytes()
        .to_vec()
}

/// The fields that a signature covers, one to a line.
fn covered(seen: &Seen, names: &str) -> String {
    let lines = names
        .split(';')
        .map(|name| format!("{name}:{}", seen.field(name)));
    lines.collect::<Vec<_>>().join("\n") + "\n"
}

fn part<'a>(credential: &'a str, name: &str) -> &'a str {
    let begin = credential.find(name).unwrap() + name.len();
    let rest = &credential[begin..];
    rest.split(',').next().unwrap().trim()
}

/// Whether the request is signed as Alibaba Cloud's ACS3-HMAC-SHA256 has it.
pub fn is_signed_acs3(seen: &Seen) -> bool {
    let credential = seen.field("authorization");
    let names = part(credential, "SignedHeaders=");
    let canonical = format!(
        "{}\n{}\n{}\n{}\n{names}\n{}",
        seen.method,
        seen.uri.path(),
        seen.uri.query().unwrap_or_default(),
        covered(seen, names),
        hex(&Sha256::digest(seen.body.as_bytes())),
    );
    let text = format!(
        "ACS3-HMAC-SHA256\n{}",
        hex(&Sha256::digest(canonical.as_bytes()))
    );
    part(credential, "Signature=") == hex(&mac(SECRET.as_bytes(), &text))
}

/// Whether the request is signed as Tencent Cloud's TC3-HMAC-SHA256 has it.
pub fn is_signed_tc3(seen: &Seen) -> bool {
    let credential = seen.field("authorization");
    let names = part(credential, "SignedHeaders=");
    let lines = covered(seen, names).replace("SendSms", "sendsms");
    let canonical = format!(
        "POST\n/\n\n{lines}\n{names}\n{}",
        hex(&Sha256::digest(seen.body.as_bytes()))
    );
    let (_, scope) = part(credential, "Credential=").split_once('/').unwrap();
    let date = scope.split('/').next().unwrap();
    let text = format!(
        "TC3-HMAC-SHA256\n{}\n{scope}\n{}",
        seen.field("x-tc-timestamp"),
        hex(&Sha256::digest(canonical.as_bytes()))
    );
    let key = mac(format!("TC3{SECRET}").as_bytes(), date);
    let key = mac(&mac(&key, "sms"), "tc3_request");
    part(credential, "Signature=") == hex(&mac(&key, &text))
}
