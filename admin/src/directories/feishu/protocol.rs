//! How Feishu's cloud is asked: answers in an envelope with a code, 0 where all is well, mostly with status 200.

use std::time::Duration;

use serde_json::{Value, json};

use super::APP_SECRET;
use super::settings::FeishuSettings;
use crate::directories::suite::cloud::{Answered, Asked, Body, Fresh, Protocol, Verdict, below};
use crate::directories::suite::error::CallError;
use crate::directories::suite::pace::Rates;
use crate::directories::suite::secrets::Secrets;

/// The only token that there is: of the company, for our application.
pub const TENANT: &str = "tenant";
const TOO_FAST: [i64; 2] = [99_991_400, 230_020];
const STALE: [i64; 4] = [99_991_663, 99_991_664, 99_991_668, 99_991_677];
/// Where the cloud does not say how long.
const USUAL_WAIT: Duration = Duration::from_secs(1);

pub struct Feishu {
    pub settings: FeishuSettings,
    secret: Secrets,
}

impl Feishu {
    #[must_use]
    pub fn new(settings: &FeishuSettings, secrets: &Secrets) -> Self {
        Self {
            settings: settings.clone(),
            secret: secrets.clone(),
        }
    }
}

/// The code of an answer, if it is one.
fn code(answer: &Value) -> Option<i64> {
    answer.get("code").and_then(Value::as_i64)
}

impl Protocol for Feishu {
    fn rates(&self) -> Rates {
        Rates {
            per_second: 50,
            per_minute: 1000,
        }
    }

    fn ca(&self) -> &str {
        &self.settings.ca
    }

    fn identity(&self) -> String {
        let settings = &self.settings;
        let secret = self.secret.get(APP_SECRET);
        json!([settings.url, settings.app_id, secret]).to_string()
    }

    fn token_request(&self, _name: &'static str) -> Result<Asked, CallError> {
        let parts = ["open-apis", "auth", "v3", "tenant_access_token", "internal"];
        let body = json!({
            "app_id": self.settings.app_id,
            "app_secret": self.secret.get(APP_SECRET),
        });
        let url = below(&self.settings.url, &parts)?;
        Ok(Asked::post(url, Body::Json(body)))
    }

    fn token_of(&self, _name: &'static str, answer: &Value) -> Option<Fresh> {
        let seconds = answer.get("expire")?.as_u64()?;
        let token = answer.get("tenant_access_token")?.as_str()?;
        Some(Fresh {
            token: token.to_owned(),
            life: Duration::from_secs(seconds),
        })
    }

    fn sign(&self, _name: &'static str, asked: &mut Asked, token: &str) {
        let line = format!("Bearer {token}");
        asked.headers.push(("authorization", line));
    }

    fn verdict(&self, answered: &Answered) -> Verdict {
        let code = code(&answered.json);
        if answered.status == 429 || code.is_some_and(|code| TOO_FAST.contains(&code)) {
            let reset = answered.headers.get("x-ogw-ratelimit-reset");
            let seconds = reset.and_then(|value| value.to_str().ok()?.parse().ok());
            return Verdict::TooFast(seconds.map_or(USUAL_WAIT, Duration::from_secs));
        }
        match code {
            Some(0) => Verdict::Fine,
            Some(code) if STALE.contains(&code) => Verdict::StaleToken,
            Some(code) => {
                let said = ["msg", "error_description", "message"];
                let said = said
                    .iter()
                    .find_map(|name| answered.json.get(name)?.as_str());
                Verdict::Refused(code.to_string(), said.unwrap_or_default().to_owned())
            }
            None => Verdict::Unreadable,
        }
    }

    fn explain(&self, code: &str) -> Option<(&'static str, &'static str)> {
        Some(match code {
            "10003" | "10014" | "10015" => (
                "the App ID or the App Secret is wrong",
                "App ID 或 App Secret 不正确",
            ),
            "99991401" => (
                "the application takes requests from listed addresses only, and ours is not among them",
                "应用设置了 IP 白名单，本机出口地址不在其中",
            ),
            "99991672" | "99991679" => (
                "the application lacks a permission, or the version that has it is not published yet",
                "应用缺少权限，或开通权限后尚未发布新版本",
            ),
            "40004" | "41050" => (
                "this lies outside of what the application may see of the contacts",
                "超出应用的通讯录权限范围",
            ),
            "20003" | "20004" | "20024" => (
                "the code has been used, is too old, or is another application's",
                "授权码已使用、已过期或不属于该应用",
            ),
            "20029" => (
                "the redirect URL is not entered in the application's security settings",
                "重定向 URL 未添加到应用的安全设置中",
            ),
            _ => return None,
        })
    }
}
