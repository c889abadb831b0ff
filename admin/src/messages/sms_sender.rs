//! The service that sends short messages, as an administrator sets it.

use config::Language;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::ceilings::Ceilings;
use super::mail_sender::is_line;
use super::senders::Sender;
use super::{Channel, MessageKind};
use crate::refused::Invalid;

/// How short messages go out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SmsSender {
    pub service: SmsService,
    /// The country code of numbers that are kept without one, digits only.
    #[serde(default = "china")]
    #[schema(pattern = "^[1-9][0-9]{0,3}$")]
    pub country_code: String,
    #[serde(default)]
    pub ceilings: Ceilings,
}

fn china() -> String {
    "86".to_owned()
}

/// Who sends them. The access key's secret, the token, or the secret of signatures is the secret beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "provider", rename_all = "snake_case")]
pub enum SmsService {
    Aliyun(Aliyun),
    Tencent(Tencent),
    Twilio(Twilio),
    Webhook(Webhook),
}

/// Alibaba Cloud Short Message Service, `SendSms` of 2017-05-25.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Aliyun {
    pub access_key_id: String,
    /// The signature that is registered there (短信签名).
    #[schema(max_length = 200)]
    pub sign_name: String,
    /// Of `one_time_code`, `invitation` and `password_reset`: notification templates (通知类; one for captchas
    /// takes no such code) with the variables `code`, of 19 characters, and `hours`, for the last `minutes`,
    /// whose text names the page that takes the code: the access URL and `/welcome`. Of `sign_in_code`: a
    /// verification template (验证码类) with `code`, of 6 digits, and if you like `minutes`. Of `notice`: a
    /// notification template without variables.
    pub templates: Vec<SmsTemplate>,
    /// Another address of the service than `https://dysmsapi.aliyuncs.com`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
}

/// Tencent Cloud SMS, `SendSms` of 2021-01-11.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Tencent {
    pub secret_id: String,
    /// SdkAppId of the SMS application.
    pub app_id: String,
    /// The signature that is registered there (短信签名); not needed outside of China.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub sign_name: String,
    /// Such as `ap-guangzhou`.
    #[serde(default = "guangzhou")]
    pub region: String,
    /// Of `one_time_code`, `invitation` and `password_reset`: notification templates (通知类; one for captchas
    /// takes no such code) whose `{1}` is the code, of 19 characters, and `{2}` the hours, of the last the
    /// minutes, and whose text names the page that takes the code: the access URL and `/welcome`. Of
    /// `sign_in_code`: a verification template (验证码类) whose `{1}` is the code, of 6 digits, and `{2}` the
    /// minutes. Of `notice`: a notification template without variables.
    pub templates: Vec<SmsTemplate>,
    /// Another address of the service than `https://sms.tencentcloudapi.com`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
}

fn guangzhou() -> String {
    "ap-guangzhou".to_owned()
}

/// Twilio Programmable Messaging.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Twilio {
    pub account_sid: String,
    /// A number with `+`, or the SID of a messaging service (`MG…`).
    pub from: String,
    /// Another address of the service than `https://api.twilio.com`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
}

/// A service of your own: each message is posted there as JSON, signed as Standard Webhooks has it.
///
/// The body is an object: `type` (`sms`), `to` (with `+` and the country code), `kind`, `language`, `text`,
/// which is the whole message, and `variables` (`code`, and `hours` or `minutes`) for services that send
/// registered texts only. The header fields are `webhook-id`, which a message that is tried again keeps, `webhook-timestamp`
/// (seconds since 1970) and `webhook-signature`: `v1,` and the HMAC-SHA256, as base64, of `id.timestamp.body`.
/// A secret that begins with `whsec_` is base64 of the key; any other is the key itself.
///
/// An answer of 2xx takes the message; `id` of its JSON is kept as the service's name of it. After 400, 410
/// and 422 it is not tried again, after any other answer it is; `message` of its JSON is shown to
/// administrators as the reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    #[schema(max_length = 500)]
    pub url: String,
    /// Certificates, as PEM, of an authority of your own that signed the server's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 65536)]
    pub authority: Option<String>,
}

/// A text that is registered with the service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SmsTemplate {
    pub kind: MessageKind,
    pub language: Language,
    /// What the service calls it: `SMS_123456789`, or a number.
    #[schema(min_length = 1, max_length = 200)]
    pub code: String,
}

impl SmsSender {
    /// Whether the service takes messages of this kind: some send registered texts alone.
    #[must_use]
    pub fn takes(&self, kind: MessageKind, language: Language) -> bool {
        let templates = match &self.service {
            SmsService::Aliyun(service) => &service.templates,
            SmsService::Tencent(service) => &service.templates,
            SmsService::Twilio(_) | SmsService::Webhook(_) => return true,
        };
        template(templates, kind, language).is_some()
    }
}

/// The template for a message: of its kind in its language, or in the other. To try a sender out, one for a
/// code does.
#[must_use]
pub fn template(
    all: &[SmsTemplate],
    kind: MessageKind,
    language: Language,
) -> Option<&SmsTemplate> {
    let like_a_code = (MessageKind::Test, MessageKind::OneTimeCode);
    let mut fit = all
        .iter()
        .filter(|one| one.kind == kind || (kind, one.kind) == like_a_code);
    let first = fit.clone().next();
    fit.find(|one| one.language == language).or(first)
}

/// Where numbers keep the `0` that they begin with: Italy, Côte d'Ivoire, Benin, Congo.
const KEEPS_ZERO: [&str; 4] = ["39", "225", "229", "242"];

/// The number with `+` and the country code (E.164). `00` stands for the `+`; a `0` that is dialled only
/// within the country falls away.
#[must_use]
pub fn e164(number: &str, country_code: &str) -> String {
    if number.starts_with('+') {
        return number.to_owned();
    }
    if let Some(abroad) = number.strip_prefix("00") {
        return format!("+{abroad}");
    }
    let national = match number.strip_prefix('0') {
        Some(rest) if !KEEPS_ZERO.contains(&country_code) => rest,
        _ => number,
    };
    format!("+{country_code}{national}")
}

impl Sender for SmsSender {
    const CHANNEL: Channel = Channel::Sms;
    const DOCUMENT: &'static str = "sms_sender";

    fn problems(&self) -> Vec<Invalid> {
        let mut wrong = self.ceilings.problems();
        let code = &self.country_code;
        let is_code = (1..=4).contains(&code.len())
            && !code.starts_with('0')
            && code.bytes().all(|b| b.is_ascii_digit());
        if !is_code {
            wrong.push(Invalid::new(
                "sender.country_code",
                ("this is no country code", "这不是有效的国家代码"),
                ("1 to 4 digits, such as 86", "1 到 4 位数字，例如 86"),
            ));
        }
        let (lines, templates) = self.service.parts();
        for (field, text) in lines {
            // Outside of China Tencent Cloud needs no signature.
            let may_lack =
                field == "sign_name" && text.is_empty() && !self.service.needs_signature();
            if !is_line(text) && !may_lack {
                wrong.push(Invalid::new(
                    &format!("sender.service.{field}"),
                    (
                        "this is missing, or no line of text",
                        "未填写，或包含不允许的字符",
                    ),
                    ("1 to 200 characters", "1 到 200 个字符"),
                ));
            }
        }
        if let Some(templates) = templates {
            wrong.extend(template_problems(templates));
        }
        match &self.service {
            SmsService::Webhook(webhook) => {
                wrong.extend(super::http::url_problem(
                    "sender.service.url",
                    Some(&webhook.url),
                ));
                wrong.extend(super::http::authority_problem(webhook.authority.as_deref()));
            }
            service => wrong.extend(super::http::url_problem(
                "sender.service.endpoint",
                service.endpoint(),
            )),
        }
        wrong
    }

    fn needs_secret(&self) -> bool {
        true
    }

    fn secret_problem(&self, secret: &str) -> Option<Invalid> {
        let is_webhook = matches!(self.service, SmsService::Webhook(_));
        if !is_webhook || super::webhook::is_key(secret) {
            return None;
        }
        Some(Invalid::new(
            "secret",
            (
                "what follows whsec_ is not base64",
                "whsec_ 之后的内容不是有效的 base64",
            ),
            (
                "whsec_ and the key as base64, or a secret that does not begin so",
                "whsec_ 加上 base64 编码的密钥，或不以 whsec_ 开头的密钥",
            ),
        ))
    }

    fn confidant(&self) -> Value {
        match &self.service {
            SmsService::Aliyun(one) => json!(["aliyun", one.access_key_id, one.endpoint]),
            SmsService::Tencent(one) => json!(["tencent", one.secret_id, one.endpoint]),
            SmsService::Twilio(one) => json!(["twilio", one.account_sid, one.endpoint]),
            SmsService::Webhook(one) => json!(["webhook", one.url, one.authority]),
        }
    }

    fn ceilings(&self) -> Ceilings {
        self.ceilings
    }
}

type Lines<'a> = Vec<(&'static str, &'a str)>;

impl SmsService {
    /// Its texts that must be lines, by their fields, and its templates.
    fn parts(&self) -> (Lines<'_>, Option<&[SmsTemplate]>) {
        match self {
            Self::Aliyun(one) => (
                vec![
                    ("access_key_id", &one.access_key_id),
                    ("sign_name", &one.sign_name),
                ],
                Some(&one.templates),
            ),
            Self::Tencent(one) => (
                vec![
                    ("secret_id", &one.secret_id),
                    ("app_id", &one.app_id),
                    ("sign_name", &one.sign_name),
                    ("region", &one.region),
                ],
                Some(&one.templates),
            ),
            Self::Twilio(one) => (
                vec![("account_sid", &one.account_sid), ("from", &one.from)],
                None,
            ),
            Self::Webhook(_) => (Vec::new(), None),
        }
    }

    fn needs_signature(&self) -> bool {
        matches!(self, Self::Aliyun(_))
    }

    fn endpoint(&self) -> Option<&str> {
        match self {
            Self::Aliyun(one) => one.endpoint.as_deref(),
            Self::Tencent(one) => one.endpoint.as_deref(),
            Self::Twilio(one) => one.endpoint.as_deref(),
            Self::Webhook(one) => Some(&one.url),
        }
    }
}

fn template_problems(templates: &[SmsTemplate]) -> Vec<Invalid> {
    let field = "sender.service.templates";
    if templates.is_empty() || templates.len() > 16 {
        return vec![Invalid::new(
            field,
            (
                "this service sends registered texts only",
                "该服务只能发送已登记的模板",
            ),
            (
                "1 to 16 templates, one for each kind of message and language",
                "1 到 16 个模板，每种消息和语言各一个",
            ),
        )];
    }
    let wrong = templates.iter().enumerate().filter_map(|(at, one)| {
        let twice = templates[..at]
            .iter()
            .any(|other| (other.kind, other.language) == (one.kind, one.language));
        if twice {
            return Some(Invalid::new(
                &format!("{field}[{at}].kind"),
                (
                    "there is a template for this kind and language already",
                    "该消息与语言已有模板",
                ),
                ("one for each", "每种各一个"),
            ));
        }
        (!is_line(&one.code)).then(|| {
            Invalid::new(
                &format!("{field}[{at}].code"),
                (
                    "this is not what a template is called",
                    "这不是有效的模板编号",
                ),
                (
                    "what the service calls it, such as SMS_123456789",
                    "服务商提供的模板编号，例如 SMS_123456789",
                ),
            )
        })
    });
    wrong.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_with_its_country_code_however_it_was_kept() {
        for (number, code, written) in [
            ("13800000000", "86", "+8613800000000"),
            ("+14155550100", "86", "+14155550100"),
            ("0014155550100", "86", "+14155550100"),
            ("07911123456", "44", "+447911123456"),
            ("0612345678", "39", "+390612345678"),
            ("0701020304", "225", "+2250701020304"),
            ("0197010203", "229", "+2290197010203"),
            ("066123456", "242", "+242066123456"),
        ] {
            assert_eq!(e164(number, code), written);
        }
    }
}
