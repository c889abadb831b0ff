//! Alibaba Cloud Short Message Service: `SendSms` of the API 2017-05-25, signed with ACS3-HMAC-SHA256
//! (<https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature>).

use config::Timestamp;
use config::settings::Outbound;
use hmac::{Hmac, KeyInit as _, Mac as _};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::deliver::{Sms, header_map};
use super::http::{Ask, post};
use super::sms_sender::{Aliyun, template};
use super::{NotTaken, Taken};
use crate::hex::hex;

const ENDPOINT: &str = "https://dysmsapi.aliyuncs.com";
/// What RFC 3986 §2.3 leaves as it is.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');
/// Codes after which trying again is of no use: the number, the text or the account is wrong. Those of
/// limits and of the service itself are not among them.
const FINAL: [&str; 8] = [
    "isv.MOBILE_NUMBER_ILLEGAL",
    "isv.SMS_TEMPLATE_ILLEGAL",
    "isv.SMS_SIGNATURE_ILLEGAL",
    "isv.INVALID_PARAMETERS",
    "isv.INVALID_JSON_PARAM",
    "isv.TEMPLATE_MISSING_PARAMETERS",
    "isv.TEMPLATE_PARAMS_ILLEGAL",
    "isv.BLACK_KEY_CONTROL_LIMIT",
];

/// # Errors
/// If the service did not take it, with its code and what it said.
pub async fn send(
    outbound: &Outbound,
    sender: &Aliyun,
    secret: &str,
    sms: &Sms<'_>,
) -> Result<Taken, NotTaken> {
    let found = template(&sender.templates, sms.content.kind(), sms.language);
    let template = found.ok_or_else(|| NotTaken::for_good(super::deliver::NO_TEMPLATE))?;
    let variables: Map<String, Value> = sms
        .content
        .variables(template.kind)
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    let number = sms.to.strip_prefix("+86").unwrap_or(sms.to);
    let query = [
        ("OutId", sms.id),
        ("PhoneNumbers", number.trim_start_matches('+')),
        ("SignName", &sender.sign_name),
        ("TemplateCode", &template.code),
        ("TemplateParam", &Value::Object(variables).to_string()),
    ];
    let endpoint = sender.endpoint.as_deref().unwrap_or(ENDPOINT);
    let request = Request {
        endpoint,
        action: "SendSms",
        version: "2017-05-25",
        // Each request has its own: a repeated one is refused, where a message is tried again.
        nonce: &uuid::Uuid::now_v7().to_string(),
        now: sms.now,
        query: &query,
    };
    let ask = request.signed(&sender.access_key_id, secret)?;
    let answer = post(outbound, ask).await?;
    let text = |key: &str| answer.json[key].as_str().unwrap_or_default();
    if text("Code") == "OK" {
        return Ok(super::deliver::taken(text("BizId")));
    }
    let is_final = FINAL.contains(&text("Code"));
    let said = (text("Code"), text("Message"));
    Err(super::deliver::refused(&answer, said, is_final))
}

struct Request<'a> {
    endpoint: &'a str,
    action: &'a str,
    version: &'a str,
    nonce: &'a str,
    now: Timestamp,
    /// Sorted by name.
    query: &'a [(&'a str, &'a str)],
}

impl Request<'_> {
    fn signed(&self, key: &str, secret: &str) -> Result<Ask<'static>, NotTaken> {
        let encode = |text| utf8_percent_encode(text, RESERVED).to_string();
        let pairs = self.query.iter();
        let pairs = pairs.map(|(name, value)| format!("{}={}", encode(name), encode(value)));
        let query = pairs.collect::<Vec<_>>().join("&");
        let mut url = super::deliver::endpoint(self.endpoint)?;
        url.set_path("/");
        url.set_query(Some(&query));
        let empty = hex(&Sha256::digest(b""));
        let date = super::deliver::utc(self.now, "%Y-%m-%dT%H:%M:%SZ");
        let signed = [
            ("host", super::deliver::authority(&url)),
            ("x-acs-action", self.action.to_owned()),
            ("x-acs-content-sha256", empty.clone()),
            ("x-acs-date", date),
            ("x-acs-signature-nonce", self.nonce.to_owned()),
            ("x-acs-version", self.version.to_owned()),
        ];
        let names = signed.each_ref().map(|(name, _)| *name).join(";");
        let lines = signed
            .each_ref()
            .map(|(name, value)| format!("{name}:{value}"));
        let lines = lines.join("\n");
        let canonical = format!("POST\n/\n{query}\n{lines}\n\n{names}\n{empty}");
        let hashed = hex(&Sha256::digest(canonical.as_bytes()));
        let signature = sign(secret, &format!("ACS3-HMAC-SHA256\n{hashed}"));
        let credential = format!(
            "ACS3-HMAC-SHA256 Credential={key},SignedHeaders={names},Signature={signature}"
        );
        let headers = signed
            .into_iter()
            .filter(|(name, _)| *name != "host")
            .chain([("authorization", credential)]);
        Ok(Ask {
            url,
            headers: header_map(headers)?,
            body: Vec::new(),
            authority: None,
        })
    }
}

fn sign(secret: &str, text: &str) -> String {
    // A key of any length is taken.
    let Ok(mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    hex(&mac.chain_update(text.as_bytes()).finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example in the description of the signature.
    #[test]
    fn a_request_is_signed_as_the_published_example() {
        let request = Request {
            endpoint: "https://ecs.cn-shanghai.aliyuncs.com",
            action: "RunInstances",
            version: "2014-05-26",
            nonce: "3156853299f313e23d1673dc12e1703d",
            now: Timestamp(1_698_315_752_000),
            query: &[
                (
                    "ImageId",
                    "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd",
                ),
                ("RegionId", "cn-shanghai"),
            ],
        };
        let ask = request
            .signed("YourAccessKeyId", "YourAccessKeySecret")
            .unwrap();
        let sent = ask.headers["authorization"].to_str().unwrap();
        assert_eq!(
            sent,
            "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;\
             x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,\
             Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
        );
    }
}
