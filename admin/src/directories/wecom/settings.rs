//! Where the cloud is, whose company it is, and as which application it knows us.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::directories::checks::{
    is_authority, is_guarded_address, is_word, no_address, no_authority,
};
use crate::refused::Invalid;

/// What becomes the username here. Whoever has nothing of the kind gets one that is made of their key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WeComUsername {
    #[default]
    UserId,
    /// What stands before the @ of the mail address of the company, or else of the mail address.
    Email,
    Mobile,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WeComSettings {
    /// `https://qyapi.weixin.qq.com` or that of a private deployment.
    #[serde(default = "api")]
    pub url: String,
    /// Where people sign in by a QR code: `https://login.work.weixin.qq.com` or that of a private deployment.
    #[serde(default = "sign_in")]
    pub sign_in_url: String,
    /// Where people are sent inside of WeCom: `https://open.weixin.qq.com` or that of a private deployment.
    #[serde(default = "inside")]
    pub inside_url: String,
    /// Certificates in PEM of whoever signed the deployment's; empty: those that this machine trusts.
    #[serde(default)]
    pub ca: String,
    /// The company: nobody else's people come in.
    pub corp_id: String,
    /// The application, such as 1000002.
    pub agent_id: u32,
    #[serde(default)]
    pub username: WeComUsername,
}

fn api() -> String {
    "https://qyapi.weixin.qq.com".to_owned()
}

fn sign_in() -> String {
    "https://login.work.weixin.qq.com".to_owned()
}

fn inside() -> String {
    "https://open.weixin.qq.com".to_owned()
}

impl WeComSettings {
    /// What is wrong with it.
    #[must_use]
    pub fn problems(&self) -> Vec<Invalid> {
        let mut wrong = Vec::new();
        for (field, address) in [
            ("source.url", &self.url),
            ("source.sign_in_url", &self.sign_in_url),
            ("source.inside_url", &self.inside_url),
        ] {
            if !is_guarded_address(address) || address.contains('?') {
                wrong.push(no_address(field));
            }
        }
        if !self.ca.is_empty() && !is_authority(&self.ca) {
            wrong.push(no_authority());
        }
        if !is_word(&self.corp_id, 64, |c| {
            c.is_ascii_alphanumeric() || "-_".contains(c)
        }) {
            wrong.push(Invalid::new(
                "source.corp_id",
                ("this is no Corp ID", "这不是有效的企业 ID"),
                (
                    "the Corp ID of the company, such as ww0123456789abcdef",
                    "企业 ID（CorpID），例如 ww0123456789abcdef",
                ),
            ));
        }
        if self.agent_id == 0 {
            wrong.push(Invalid::new(
                "source.agent_id",
                ("this is no AgentId", "这不是有效的 AgentId"),
                (
                    "the AgentId of the application, such as 1000002",
                    "自建应用的 AgentId，例如 1000002",
                ),
            ));
        }
        wrong
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(settings: &WeComSettings) -> Vec<String> {
        let wrong = settings.problems().into_iter();
        wrong.map(|one| one.field).collect()
    }

    #[test]
    fn little_has_to_be_said_and_what_is_wrong_is_told_by_its_field() {
        let told = serde_json::json!({"corp_id": "ww0123456789abcdef", "agent_id": 1_000_002});
        let mut settings: WeComSettings = serde_json::from_value(told).unwrap();
        assert_eq!(fields(&settings), Vec::<String>::new());
        settings.url = "http://qyapi.weixin.qq.com".to_owned();
        settings.sign_in_url = "javascript:alert(1)".to_owned();
        settings.inside_url = "https://open.weixin.qq.com/?x".to_owned();
        settings.ca = "none".to_owned();
        settings.corp_id = "ww&x".to_owned();
        settings.agent_id = 0;
        assert_eq!(
            fields(&settings),
            [
                "source.url",
                "source.sign_in_url",
                "source.inside_url",
                "source.ca",
                "source.corp_id",
                "source.agent_id"
            ]
        );
    }
}
