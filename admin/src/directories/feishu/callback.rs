//! What Feishu tells at our callback: encrypted, signed, and meant for our application and our company.

use std::time::Duration;

use axum::http::Method;
use config::Timestamp;
use serde_json::{Value, json};
use subtle::ConstantTimeEq as _;

use super::entry::text;
use super::settings::FeishuSettings;
use super::{ENCRYPT_KEY, VERIFICATION_TOKEN, crypto};
use crate::directories::suite::callback::{Call, Callback, Event, Forged, Reply, Told};
use crate::directories::suite::secrets::Secrets;
use crate::store::directory_events::Touches;

/// What was not heard is told again for seven hours.
const OLDEST: Duration = Duration::from_hours(8);
/// So far clocks differ.
const AHEAD: Duration = Duration::from_mins(10);

pub struct FeishuCallback {
    settings: FeishuSettings,
    secrets: Secrets,
}

impl FeishuCallback {
    #[must_use]
    pub fn new(settings: &FeishuSettings, secrets: Secrets) -> Self {
        Self {
            settings: settings.clone(),
            secrets,
        }
    }

    /// What was encrypted.
    fn opened(&self, call: &Call<'_>) -> Result<Value, Forged> {
        let envelope: Value = serde_json::from_slice(call.body).map_err(|_| Forged::Malformed)?;
        let encrypted = text(&envelope, "encrypt").ok_or(Forged::Malformed)?;
        let key = self.secrets.get(ENCRYPT_KEY);
        let plain = crypto::opened(key, encrypted).ok_or(Forged::Malformed)?;
        serde_json::from_slice(&plain).map_err(|_| Forged::Malformed)
    }

    fn check_token(&self, token: Option<&str>) -> Result<(), Forged> {
        let (token, ours) = (token.unwrap_or(""), self.secrets.get(VERIFICATION_TOKEN));
        let is_ours: bool = token.as_bytes().ct_eq(ours.as_bytes()).into();
        is_ours.then_some(()).ok_or(Forged::Token)
    }

    /// It tries the address out; this alone is not signed.
    fn verified(&self, told: &Value) -> Result<Told, Forged> {
        self.check_token(text(told, "token"))?;
        let challenge = text(told, "challenge").ok_or(Forged::Malformed)?;
        Ok(Told::Verification(Reply::json(
            &json!({ "challenge": challenge }),
        )))
    }

    fn check_signature(&self, call: &Call<'_>) -> Result<(), Forged> {
        let at = call.header("x-lark-request-timestamp");
        let signed = (
            at,
            call.header("x-lark-request-nonce"),
            call.header("x-lark-signature"),
        );
        if !crypto::is_signed(self.secrets.get(ENCRYPT_KEY), signed, call.body) {
            return Err(Forged::Signature);
        }
        let seconds: i64 = at.parse().map_err(|_| Forged::Time)?;
        let at = Timestamp(seconds.saturating_mul(1000));
        if call.now.since(at) > OLDEST || at.since(call.now) > AHEAD {
            return Err(Forged::Time);
        }
        Ok(())
    }

    fn check_header(&self, header: &Value) -> Result<(), Forged> {
        self.check_token(text(header, "token"))?;
        if text(header, "app_id") != Some(&self.settings.app_id) {
            return Err(Forged::Application);
        }
        if text(header, "tenant_key") != Some(&self.settings.tenant_key) {
            return Err(Forged::Tenant);
        }
        Ok(())
    }
}

impl Callback for FeishuCallback {
    fn read(&self, call: &Call<'_>) -> Result<Told, Forged> {
        let needed = [ENCRYPT_KEY, VERIFICATION_TOKEN];
        if needed.iter().any(|name| self.secrets.get(name).is_empty()) {
            return Err(Forged::NotSetUp);
        }
        if *call.method != Method::POST {
            return Err(Forged::Malformed);
        }
        let told = self.opened(call)?;
        if text(&told, "type") == Some("url_verification") {
            return self.verified(&told);
        }
        self.check_signature(call)?;
        let header = told.get("header").unwrap_or(&Value::Null);
        self.check_header(header)?;
        let kind = text(header, "event_type").ok_or(Forged::Malformed)?;
        let id = text(header, "event_id").ok_or(Forged::Malformed)?;
        let reply = Reply::json(&json!({}));
        let Some((touches, keys)) = touched(kind, &told) else {
            return Ok(Told::Else(reply));
        };
        let event = Event {
            id: id.to_owned(),
            kind: kind.to_owned(),
            touches,
            keys,
        };
        Ok(Told::Event(event, reply))
    }
}

/// What is to be looked at again; `None`: nothing of ours.
fn touched(kind: &str, told: &Value) -> Option<(Touches, Vec<String>)> {
    match kind {
        "contact.user.created_v3" | "contact.user.updated_v3" | "contact.user.deleted_v3" => {
            let object = told.get("event").and_then(|event| event.get("object"));
            let key = object.and_then(|object| text(object, "union_id"));
            // Whoever is not named may be anybody.
            Some(key.map_or((Touches::Structure, Vec::new()), |key| {
                (Touches::People, vec![key.to_owned()])
            }))
        }
        "contact.department.created_v3"
        | "contact.department.updated_v3"
        | "contact.department.deleted_v3"
        | "contact.scope.updated_v3" => Some((Touches::Structure, Vec::new())),
        _ => None,
    }
}
