//! What WeCom tells at our callback: XML, encrypted and signed, and meant for our company.

use axum::http::Method;
use roxmltree::Node;

use super::entry;
use super::settings::WeComSettings;
use super::{AES_KEY, CALLBACK_TOKEN};
use crate::directories::suite::callback::{Call, Callback, Event, Forged, Reply, Told};
use crate::directories::suite::callback_crypto::{CallbackKey, Signed, check};
use crate::directories::suite::secrets::Secrets;
use crate::directories::xml;
use crate::store::directory_events::Touches;

pub struct WeComCallback {
    corp_id: String,
    secrets: Secrets,
}

impl WeComCallback {
    #[must_use]
    pub fn new(settings: &WeComSettings, secrets: Secrets) -> Self {
        Self {
            corp_id: settings.corp_id.clone(),
            secrets,
        }
    }

    /// What was encrypted, if it is signed.
    fn opened(&self, call: &Call<'_>, encrypted: &str) -> Result<String, Forged> {
        let token = self.secrets.get(CALLBACK_TOKEN);
        let key = CallbackKey::read(self.secrets.get(AES_KEY)).ok_or(Forged::NotSetUp)?;
        if token.is_empty() {
            return Err(Forged::NotSetUp);
        }
        let signed = Signed {
            timestamp: call.parameter("timestamp"),
            nonce: call.parameter("nonce"),
            signature: call.parameter("msg_signature"),
        };
        check(token, signed, encrypted, call.now)?;
        key.opened(encrypted, &self.corp_id)
    }

    fn event(&self, call: &Call<'_>) -> Result<Told, Forged> {
        let body = std::str::from_utf8(call.body).map_err(|_| Forged::Malformed)?;
        let envelope = xml::parse(body).map_err(|_| Forged::Malformed)?;
        let encrypted = field(envelope.root_element(), "Encrypt").ok_or(Forged::Malformed)?;
        let message = self.opened(call, &encrypted)?;
        let message = xml::parse(&message).map_err(|_| Forged::Malformed)?;
        let message = message.root_element();
        // An empty answer says that it was heard.
        let reply = Reply::text(String::new());
        if field(message, "Event").as_deref() != Some("change_contact") {
            return Ok(Told::Else(reply));
        }
        let kind = field(message, "ChangeType").ok_or(Forged::Malformed)?;
        let Some((touches, keys)) = touched(&kind, message) else {
            return Ok(Told::Else(reply));
        };
        let event = Event {
            // It has no name of its own. What is delivered again under another signature is looked at again.
            id: call.parameter("msg_signature").to_ascii_lowercase(),
            kind,
            touches,
            keys,
        };
        Ok(Told::Event(event, reply))
    }
}

impl Callback for WeComCallback {
    fn read(&self, call: &Call<'_>) -> Result<Told, Forged> {
        if *call.method == Method::POST {
            return self.event(call);
        }
        // A plus sign that was not escaped has become a blank.
        let echo = call.parameter("echostr").replace(' ', "+");
        let plain = self.opened(call, &echo)?;
        // The words of an event are signed in the same way, and are nobody's to have read out.
        let is_word = (1..=64).contains(&plain.len())
            && plain.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !is_word {
            return Err(Forged::Malformed);
        }
        Ok(Told::Verification(Reply::text(plain)))
    }
}

/// The text of the only element of this name.
fn field(of: Node<'_, '_>, name: &str) -> Option<String> {
    let mut found = of.children().filter(|one| one.has_tag_name(name));
    let text = found.next().and_then(xml::text_of)?;
    (found.next().is_none() && !text.is_empty()).then_some(text)
}

/// What is to be looked at again; `None`: nothing of ours.
fn touched(kind: &str, message: Node<'_, '_>) -> Option<(Touches, Vec<String>)> {
    match kind {
        "create_user" | "update_user" | "delete_user" => {
            let names = ["UserID", "NewUserID"];
            let keys = names.iter().filter_map(|name| field(message, name));
            let keys: Vec<String> = keys.map(|id| entry::key(&id)).collect();
            // Whoever is not named may be anybody.
            Some(if keys.is_empty() {
                (Touches::Structure, keys)
            } else {
                (Touches::People, keys)
            })
        }
        "create_party" | "update_party" | "delete_party" | "update_tag" => {
            Some((Touches::Structure, Vec::new()))
        }
        _ => None,
    }
}
