//! Tencent Cloud SMS: `SendSms` of the API 2021-01-11, signed with TC3-HMAC-SHA256
//! (<https://cloud.tencent.com/document/api/382/52072>).

use config::Timestamp;
use config::settings::Outbound;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::deliver::{Sms, header_map, utc};
use super::http::{Ask, post};
use super::sms_sender::{Tencent, template};
use super::{NotTaken, Taken};
use crate::hex::hex;

const ENDPOINT: &str = "https://sms.tencentcloudapi.com";
/// Codes after which trying again is of no use begin so: the number, the text or the account is wrong.
const FINAL: [&str; 4] = [
    "InvalidParameter",
    "FailedOperation.Template",
    "FailedOperation.Signature",
    "UnsupportedOperation",
];

/// # Errors
/// If the service did not take it, with its code and what it said.
pub async fn send(
    outbound: &Outbound,
    sender: &Tencent,
    secret: &str,
    sms: &Sms<'_>,
) -> Result<Taken, NotTaken> {
    let found = template(&sender.templates, sms.content.kind(), sms.language);
    let template = found.ok_or_else(|| NotTaken::for_good(super::deliver::NO_TEMPLATE))?;
    let variables = sms.content.variables(template.kind).into_iter();
    let values: Vec<String> = variables.map(|(_, value)| value).collect();
    let body = json!({
        "PhoneNumberSet": [sms.to],
        "SmsSdkAppId": sender.app_id,
        "SignName": sender.sign_name,
        "TemplateId": template.code,
        "TemplateParamSet": values,
        "SessionContext": sms.id,
    });
    let request = Request {
        endpoint: sender.endpoint.as_deref().unwrap_or(ENDPOINT),
        region: &sender.region,
        now: sms.now,
        body: body.to_string(),
    };
    let ask = request.signed(&sender.secret_id, secret)?;
    let answer = post(outbound, ask).await?;
    let response = &answer.json["Response"];
    let status = &response["SendStatusSet"][0];
    let text = |key: &str| status[key].as_str().unwrap_or_default();
    if text("Code") == "Ok" {
        return Ok(super::deliver::taken(text("SerialNo")));
    }
    let error = if response["Error"].is_object() {
        &response["Error"]
    } else {
        status
    };
    let said = |key: &str| error[key].as_str().unwrap_or_default();
    let code = said("Code");
    let is_final = FINAL.iter().any(|begin| code.starts_with(begin));
    Err(super::deliver::refused(
        &answer,
        (code, said("Message")),
        is_final,
    ))
}

struct Request<'a> {
    endpoint: &'a str,
    region: &'a str,
    now: Timestamp,
    body: String,
}

impl Request<'_> {
    fn signed(self, id: &str, secret: &str) -> Result<Ask<'static>, NotTaken> {
        const NAMES: &str = "content-type;host;x-tc-action";
        const KIND: &str = "application/json; charset=utf-8";
        let url = super::deliver::endpoint(self.endpoint)?;
        let host = super::deliver::authority(&url);
        let canonical = format!(
            "POST\n/\n\ncontent-type:{KIND}\nhost:{host}\nx-tc-action:sendsms\n\n{NAMES}\n{}",
            hex(&Sha256::digest(self.body.as_bytes()))
        );
        let (seconds, date) = (self.now.as_seconds(), utc(self.now, "%Y-%m-%d"));
        let scope = format!("{date}/sms/tc3_request");
        let hashed = hex(&Sha256::digest(canonical.as_bytes()));
        let text = format!("TC3-HMAC-SHA256\n{seconds}\n{scope}\n{hashed}");
        let signature = hex(&sign(secret, &date, &text));
        let credential = format!(
            "TC3-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders={NAMES}, Signature={signature}"
        );
        let headers = [
            ("authorization", credential),
            ("content-type", KIND.to_owned()),
            ("x-tc-action", "SendSms".to_owned()),
            ("x-tc-timestamp", seconds.to_string()),
            ("x-tc-version", "2021-01-11".to_owned()),
            ("x-tc-region", self.region.to_owned()),
        ];
        Ok(Ask {
            url,
            headers: header_map(headers)?,
            body: self.body.into_bytes(),
            authority: None,
        })
    }
}

fn sign(secret: &str, date: &str, text: &str) -> Vec<u8> {
    let mut key = format!("TC3{secret}").into_bytes();
    for part in [date, "sms", "tc3_request", text] {
        // A key of any length is taken.
        let Ok(mac) = Hmac::<Sha256>::new_from_slice(&key) else {
            return Vec::new();
        };
        key = mac
            .chain_update(part.as_bytes())
            .finalize()
            .into_bytes()
            .to_vec();
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made with the vendor's own SDK for Python: `tencentcloud.common.sign.Sign.sign_tc3`.
    #[test]
    fn a_request_is_signed_as_the_vendors_sdk_signs_it() {
        let request = Request {
            endpoint: ENDPOINT,
            region: "ap-guangzhou",
            now: Timestamp(1_767_225_600_000),
            body: r#"{"PhoneNumberSet":["+8613800000000"]}"#.to_owned(),
        };
        let ask = request.signed("AKIDexample", "secret").unwrap();
        let sent = ask.headers["authorization"].to_str().unwrap();
        assert_eq!(
            sent,
            "TC3-HMAC-SHA256 Credential=AKIDexample/2026-01-01/sms/tc3_request, \
             SignedHeaders=content-type;host;x-tc-action, Signature=3210da77f37e5aa0c006ced9ebf531c0abf2baf8fab94ffa72814e163c2be014"
        );
    }
}
