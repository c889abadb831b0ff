//! How WeCom's cloud is asked: a token in the address, and answers with an `errcode`, 0 where all is well.

use std::time::Duration;

use serde_json::{Value, json};

use super::APP_SECRET;
use super::settings::WeComSettings;
use crate::directories::suite::cloud::{Answered, Asked, Fresh, Protocol, Verdict, below};
use crate::directories::suite::error::CallError;
use crate::directories::suite::pace::Rates;
use crate::directories::suite::secrets::Secrets;

/// The token of our application.
pub const APPLICATION: &str = "application";
/// It is busy, or asked too much at once.
const BUSY: [i64; 2] = [-1, 45_033];
/// Asked more in a minute than is allowed.
const TOO_OFTEN: i64 = 45_009;
const STALE: [i64; 2] = [40_014, 42_001];
const SHORT_WAIT: Duration = Duration::from_secs(1);
const LONG_WAIT: Duration = Duration::from_secs(15);

pub struct WeCom {
    settings: WeComSettings,
    secrets: Secrets,
}

impl WeCom {
    #[must_use]
    pub fn new(settings: &WeComSettings, secrets: &Secrets) -> Self {
        Self {
            settings: settings.clone(),
            secrets: secrets.clone(),
        }
    }
}

/// The code of an answer, if it is one.
fn code(answer: &Value) -> Option<i64> {
    let code = answer.get("errcode")?;
    code.as_i64().or_else(|| code.as_str()?.parse().ok())
}

impl Protocol for WeCom {
    fn rates(&self) -> Rates {
        Rates {
            per_second: 50,
            per_minute: 2000,
        }
    }

    fn ca(&self) -> &str {
        &self.settings.ca
    }

    fn identity(&self) -> String {
        let settings = &self.settings;
        let secret = self.secrets.get(APP_SECRET);
        json!([settings.url, settings.corp_id, secret]).to_string()
    }

    fn token_request(&self, _name: &'static str) -> Result<Asked, CallError> {
        let url = below(&self.settings.url, &["cgi-bin", "gettoken"])?;
        let who = [
            ("corpid", self.settings.corp_id.as_str()),
            ("corpsecret", self.secrets.get(APP_SECRET)),
        ];
        Ok(Asked::get(url, &who))
    }

    fn token_of(&self, _name: &'static str, answer: &Value) -> Option<Fresh> {
        Some(Fresh {
            token: answer.get("access_token")?.as_str()?.to_owned(),
            life: Duration::from_secs(answer.get("expires_in")?.as_u64()?),
        })
    }

    fn sign(&self, _name: &'static str, asked: &mut Asked, token: &str) {
        let mut query = asked.url.query_pairs_mut();
        query.append_pair("access_token", token);
    }

    fn verdict(&self, answered: &Answered) -> Verdict {
        let code = code(&answered.json);
        if answered.status == 429 || code == Some(TOO_OFTEN) {
            return Verdict::TooFast(LONG_WAIT);
        }
        match code {
            Some(0) => Verdict::Fine,
            Some(code) if BUSY.contains(&code) => Verdict::TooFast(SHORT_WAIT),
            Some(code) if STALE.contains(&code) => Verdict::StaleToken,
            Some(code) => {
                let said = answered.json.get("errmsg").and_then(Value::as_str);
                // Behind the first comma it repeats who has asked, and from where.
                let said = said.unwrap_or_default().split(',').next();
                Verdict::Refused(code.to_string(), said.unwrap_or_default().to_owned())
            }
            None => Verdict::Unreadable,
        }
    }

    fn explain(&self, code: &str) -> Option<(&'static str, &'static str)> {
        Some(match code {
            "40001" | "40056" | "41004" => (
                "the Secret of the application is wrong",
                "应用的 Secret 不正确",
            ),
            "40013" | "41002" => ("the Corp ID is wrong", "企业 ID（CorpID）不正确"),
            "301002" | "301007" => (
                "the AgentId does not belong to this Secret",
                "AgentId 与 Secret 不属于同一应用",
            ),
            "60020" => (
                "the application takes requests from trusted addresses only, and ours is not among them",
                "本机出口地址不在应用的“企业可信 IP”中",
            ),
            "48002" | "48009" | "48004" => (
                "the application may not ask for this",
                "应用没有调用该接口的权限",
            ),
            "60011" => (
                "this lies outside of what the application may see of the contacts",
                "超出应用的可见范围",
            ),
            "40029" | "40078" => (
                "the code has been used, is too old, or is another application's",
                "授权码已使用、已过期或不属于该应用",
            ),
            "50001" => (
                "the address that people come back to is not in the trusted domain of the application",
                "回调地址不在应用的可信域名内",
            ),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;

    use super::*;

    fn verdict(status: u16, json: Value) -> Verdict {
        let told = json!({"corp_id": "ww1", "agent_id": 1});
        let settings = serde_json::from_value(told).unwrap();
        let headers = HeaderMap::new();
        WeCom::new(&settings, &Secrets::default()).verdict(&Answered {
            status,
            headers,
            json,
        })
    }

    #[test]
    fn each_answer_is_taken_for_what_it_says() {
        assert_eq!(verdict(200, json!({"errcode": 0})), Verdict::Fine);
        assert_eq!(verdict(200, json!({"errcode": "0"})), Verdict::Fine);
        assert_eq!(verdict(200, json!({"errcode": 42001})), Verdict::StaleToken);
        let busy = verdict(200, json!({"errcode": -1}));
        assert_eq!(busy, Verdict::TooFast(SHORT_WAIT));
        let often = verdict(200, json!({"errcode": 45009}));
        assert_eq!(often, Verdict::TooFast(LONG_WAIT));
        let said = "not allow to access from your ip, hint: [x], from ip: 192.0.2.1";
        let refused = Verdict::Refused("60020".into(), "not allow to access from your ip".into());
        assert_eq!(
            verdict(200, json!({"errcode": 60020, "errmsg": said})),
            refused
        );
        assert_eq!(verdict(502, Value::Null), Verdict::Unreadable);
        assert_eq!(verdict(200, json!({"userlist": []})), Verdict::Unreadable);
    }
}
