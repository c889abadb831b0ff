//! A service of the organisation's own that sends short messages: it takes what is signed for it, and nothing
//! else.

use std::net::SocketAddr;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use ring::hmac;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinSet;

use super::gatehouse::Gatehouse;
use super::patience::PATIENCE;

const KEY: &[u8] = b"known to both sides and nobody else";

pub struct SmsService {
    address: SocketAddr,
    taken: UnboundedReceiver<Value>,
    /// Dropped with the service.
    _tasks: JoinSet<()>,
}

impl SmsService {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (tell, taken) = unbounded_channel();
        let take = move |headers: HeaderMap, body: String| async move {
            if !is_signed(&headers, &body) {
                return StatusCode::UNAUTHORIZED;
            }
            // Nobody listens any more where the test is over.
            let _ = tell.send(serde_json::from_str(&body).unwrap());
            StatusCode::OK
        };
        let service = Router::new().route("/sms", post(take));
        let mut tasks = JoinSet::new();
        tasks.spawn(async move { axum::serve(listener, service).await.unwrap() });
        Self {
            address,
            taken,
            _tasks: tasks,
        }
    }

    /// The text of the next message that it takes, and to whom it goes.
    pub async fn message(&mut self) -> (String, String) {
        let message = tokio::time::timeout(PATIENCE, self.taken.recv());
        let message = message.await.expect("no message came").unwrap();
        let text = |name: &str| message[name].as_str().unwrap().to_owned();
        (text("text"), text("to"))
    }
}

/// As Standard Webhooks has it.
fn is_signed(headers: &HeaderMap, body: &str) -> bool {
    let field = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let [Some(id), Some(at), Some(signature)] =
        ["webhook-id", "webhook-timestamp", "webhook-signature"].map(field)
    else {
        return false;
    };
    let signature = signature.strip_prefix("v1,").unwrap_or_default();
    let signature = STANDARD.decode(signature).unwrap_or_default();
    let key = hmac::Key::new(hmac::HMAC_SHA256, KEY);
    hmac::verify(&key, format!("{id}.{at}.{body}").as_bytes(), &signature).is_ok()
}

impl Gatehouse {
    /// Sends short messages by that service from now on.
    pub async fn send_sms_by(&self, service: &SmsService) {
        let url = format!("http://{}/sms", service.address);
        let sender = json!({
            "service": { "provider": "webhook", "url": url },
            "ceilings": { "per_recipient": 20, "per_day": 100 },
        });
        let secret = format!("whsec_{}", STANDARD.encode(KEY));
        let draft = json!({ "sender": sender, "secret": secret });
        self.call(Method::PUT, "/senders/sms", Some(draft)).await;
    }
}
