//! Hands a message to the sender of its channel, and what the SMS services share.

use config::language::LocalText;
use config::{Language, Timestamp};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::http::Answered;
use super::mail_sender::MailSender;
use super::senders::{self, Ready};
use super::sms_sender::{SmsSender, SmsService, e164};
use super::smtp::{self, Outgoing};
use super::{Channel, Content, NotTaken, Taken, aliyun, tencent, twilio, webhook};
use crate::state::State;

pub(super) const NO_TEMPLATE: (&str, &str) = (
    "no template is set for this kind of message",
    "未配置该类消息的短信模板",
);
const NO_SENDER: (&str, &str) = (
    "no sender is set for this channel",
    "未配置该渠道的发送服务",
);

/// One that is on its way.
pub struct Delivery<'a> {
    pub id: &'a str,
    pub channel: Channel,
    pub recipient: &'a str,
    pub language: Language,
    pub content: &'a Content,
    pub now: Timestamp,
}

/// A short message that is on its way.
pub struct Sms<'a> {
    pub id: &'a str,
    /// With `+` and the country code.
    pub to: &'a str,
    pub language: Language,
    pub content: &'a Content,
    pub now: Timestamp,
}

/// # Errors
/// If there is no sender, or it did not take the message.
pub async fn deliver(state: &State, delivery: &Delivery<'_>) -> Result<Taken, NotTaken> {
    let outcome = match delivery.channel {
        Channel::Mail => mail(state, delivery).await,
        Channel::Sms => sms(state, delivery).await,
    };
    outcome
        .map(|taken| taken.redacted(delivery.content))
        .map_err(|not_taken| not_taken.redacted(delivery.content))
}

async fn mail(state: &State, delivery: &Delivery<'_>) -> Result<Taken, NotTaken> {
    let Ready { sender, secret } = ready::<MailSender>(state).await?;
    let letter = delivery
        .content
        .letter(delivery.language)
        .map_err(|error| {
            let why = error.to_string();
            NotTaken::for_good((&why, &why))
        })?;
    let organisation = match state.snapshot() {
        Some(snapshot) => snapshot.brand.organisation.clone(),
        None => LocalText::from(("Gatehouse", "Gatehouse")),
    };
    let outgoing = Outgoing {
        id: delivery.id,
        to: delivery.recipient,
        letter,
        language: delivery.language,
        organisation: &organisation,
        now: delivery.now,
    };
    smtp::send(&state.settings.outbound, &sender, &secret, outgoing).await
}

async fn sms(state: &State, delivery: &Delivery<'_>) -> Result<Taken, NotTaken> {
    let Ready { sender, secret } = ready::<SmsSender>(state).await?;
    let to = e164(delivery.recipient, &sender.country_code);
    let sms = Sms {
        id: delivery.id,
        to: &to,
        language: delivery.language,
        content: delivery.content,
        now: delivery.now,
    };
    let outbound = &state.settings.outbound;
    match &sender.service {
        SmsService::Aliyun(one) => aliyun::send(outbound, one, &secret, &sms).await,
        SmsService::Tencent(one) => tencent::send(outbound, one, &secret, &sms).await,
        SmsService::Twilio(one) => twilio::send(outbound, one, &secret, &sms).await,
        SmsService::Webhook(one) => webhook::send(outbound, one, &secret, &sms).await,
    }
}

async fn ready<S: senders::Sender>(state: &State) -> Result<Ready<S>, NotTaken> {
    let found = async {
        let mut connection = state.store.read().await?;
        senders::ready::<S>(&mut connection, &state.sealer).await
    };
    match found.await {
        Ok(Some(ready)) => Ok(ready),
        // Somebody may set one before the message has had its time.
        Ok(None) => Err(NotTaken::for_now(NO_SENDER)),
        Err(error) => {
            tracing::warn!(%error, "a sender of messages cannot be read");
            Err(NotTaken::for_now((
                "the settings of the sender cannot be read",
                "无法读取发送服务的设置",
            )))
        }
    }
}

/// The service took it, under this name.
pub(super) fn taken(reference: &str) -> Taken {
    Taken {
        reference: (!reference.is_empty()).then(|| reference.chars().take(200).collect()),
        finding: ("the service took it", "服务商已接收").into(),
    }
}

/// The service answered that it does not take it: its code and what it said. Never the answer as it
/// stands, which may repeat the whole request.
pub(super) fn refused(answer: &Answered, (code, said): (&str, &str), is_final: bool) -> NotTaken {
    let told: String = [&answer.status.to_string(), code, said]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .filter(|c| !c.is_control())
        .take(300)
        .collect();
    NotTaken {
        is_final,
        why: (
            format!("the service refuses it: {told}").as_str(),
            format!("服务商拒绝：{told}").as_str(),
        )
            .into(),
    }
}

pub(super) fn endpoint(text: &str) -> Result<Url, NotTaken> {
    Url::parse(text).map_err(|error| {
        let why = format!("{text}: {error}");
        NotTaken::for_good((&why, &why))
    })
}

/// The host, with its port if that is no usual one, as it stands in the field `host`.
pub(super) fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// # Errors
/// If a value holds what no field may hold.
pub(super) fn header_map(
    fields: impl IntoIterator<Item = (&'static str, String)>,
) -> Result<HeaderMap, NotTaken> {
    let mut headers = HeaderMap::new();
    for (name, value) in fields {
        let mut value = HeaderValue::from_str(&value).map_err(|_| {
            NotTaken::for_good((
                "what is set of the sender cannot stand in a request",
                "发送服务的设置包含无法发送的字符",
            ))
        })?;
        value.set_sensitive(true);
        headers.insert(HeaderName::from_static(name), value);
    }
    Ok(headers)
}

/// A moment of UTC, as `strftime` writes it.
pub(super) fn utc(at: Timestamp, format: &str) -> String {
    jiff::Timestamp::from_millisecond(at.as_millis())
        .map(|at| at.strftime(format).to_string())
        .unwrap_or_default()
}
