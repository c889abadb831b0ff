//! A service of the organisation's own: each message as JSON, signed as Standard Webhooks has it
//! (<https://www.standardwebhooks.com>): HMAC-SHA256 over `id.timestamp.body`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use config::settings::Outbound;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Map, Value, json};
use sha2::Sha256;

use super::deliver::{Sms, header_map};
use super::http::{Ask, post};
use super::sms_sender::Webhook;
use super::{NotTaken, Taken};

/// # Errors
/// If the service did not answer with success.
pub async fn send(
    outbound: &Outbound,
    sender: &Webhook,
    secret: &str,
    sms: &Sms<'_>,
) -> Result<Taken, NotTaken> {
    let variables: Map<String, Value> = sms
        .content
        .variables(sms.content.kind())
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    let body = json!({
        "type": "sms",
        "to": sms.to,
        "kind": sms.content.kind(),
        "language": sms.language,
        "text": sms.content.short_text(sms.language),
        "variables": variables,
    })
    .to_string();
    let seconds = sms.now.as_seconds();
    let headers = header_map([
        ("content-type", "application/json".to_owned()),
        ("webhook-id", sms.id.to_owned()),
        ("webhook-timestamp", seconds.to_string()),
        (
            "webhook-signature",
            signature(secret, sms.id, seconds, &body),
        ),
    ])?;
    let ask = Ask {
        url: super::deliver::endpoint(&sender.url)?,
        headers,
        body: body.into_bytes(),
        authority: sender.authority.as_deref(),
    };
    let answer = post(outbound, ask).await?;
    if (200..300).contains(&answer.status) {
        return Ok(super::deliver::taken(
            answer.json["id"].as_str().unwrap_or_default(),
        ));
    }
    // 410: gone, the service wants nothing more (Standard Webhooks). 400 and 422: it understood, and refuses.
    let is_final = matches!(answer.status, 400 | 410 | 422);
    let said = answer.json["message"].as_str().unwrap_or_default();
    Err(super::deliver::refused(&answer, ("", said), is_final))
}

/// Whether it can be the secret of signatures: what says that it is base64 has to be so.
#[must_use]
pub fn is_key(secret: &str) -> bool {
    secret
        .strip_prefix("whsec_")
        .is_none_or(|text| STANDARD.decode(text).is_ok_and(|key| !key.is_empty()))
}

/// A secret that begins with `whsec_` is base64, as the standard has it; any other is taken as it is.
fn signature(secret: &str, id: &str, seconds: i64, body: &str) -> String {
    let decoded = secret
        .strip_prefix("whsec_")
        .and_then(|text| STANDARD.decode(text).ok());
    let key = decoded.as_deref().unwrap_or(secret.as_bytes());
    // A key of any length is taken.
    let Ok(mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return String::new();
    };
    let mac = mac.chain_update(format!("{id}.{seconds}.{body}"));
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the standard's own libraries.
    #[test]
    fn a_message_is_signed_as_the_published_example() {
        let signed = signature(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            r#"{"test": 2432232314}"#,
        );
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
