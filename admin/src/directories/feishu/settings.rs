//! Where the cloud is, as which application it knows us, and whose company it is.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::directories::checks::{
    is_authority, is_guarded_address, is_token, no_address, no_authority,
};
use crate::refused::Invalid;

/// What becomes the username here, as Feishu has none. Whoever has nothing of the kind gets one that is made of
/// their key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FeishuUsername {
    /// What stands before the @ of the work mail address, or else of the mail address.
    #[default]
    Email,
    EmployeeNumber,
    UserId,
    Mobile,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FeishuSettings {
    /// `https://open.feishu.cn`, `https://open.larksuite.com` or that of a private deployment.
    #[serde(default = "feishu")]
    pub url: String,
    /// Where people sign in: `https://accounts.feishu.cn`, `https://accounts.larksuite.com` or that of a private
    /// deployment.
    #[serde(default = "accounts")]
    pub accounts_url: String,
    /// Certificates in PEM of whoever signed the deployment's; empty: those that this machine trusts.
    #[serde(default)]
    pub ca: String,
    /// `cli_…`
    pub app_id: String,
    /// The `tenant_key` of the company, which trying the connection out finds: nobody else's people come in.
    #[serde(default)]
    pub tenant_key: String,
    #[serde(default)]
    pub username: FeishuUsername,
}

fn feishu() -> String {
    "https://open.feishu.cn".to_owned()
}

fn accounts() -> String {
    "https://accounts.feishu.cn".to_owned()
}

impl FeishuSettings {
    /// What is wrong with it.
    #[must_use]
    pub fn problems(&self) -> Vec<Invalid> {
        let mut wrong = Vec::new();
        for (field, address) in [
            ("source.url", &self.url),
            ("source.accounts_url", &self.accounts_url),
        ] {
            if !is_guarded_address(address) || address.contains('?') {
                wrong.push(no_address(field));
            }
        }
        if !self.ca.is_empty() && !is_authority(&self.ca) {
            wrong.push(no_authority());
        }
        if !is_token(&self.app_id) {
            wrong.push(Invalid::new(
                "source.app_id",
                ("this is no App ID", "这不是有效的 App ID"),
                (
                    "the App ID of the application, such as cli_a1b2c3",
                    "应用的 App ID，例如 cli_a1b2c3",
                ),
            ));
        }
        if !self.tenant_key.is_empty() && !is_token(&self.tenant_key) {
            wrong.push(no_tenant());
        }
        wrong
    }

    /// What is missing before it can be used.
    #[must_use]
    pub fn unfinished(&self) -> Option<Invalid> {
        self.tenant_key.is_empty().then(no_tenant)
    }
}

fn no_tenant() -> Invalid {
    Invalid::new(
        "source.tenant_key",
        (
            "it is not known which company this is",
            "尚未确定所属的企业",
        ),
        (
            "the tenant_key of the company, which trying the connection out finds",
            "企业的 tenant_key，测试连接后即可获得",
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(settings: &FeishuSettings) -> Vec<String> {
        let wrong = settings.problems().into_iter();
        wrong.map(|one| one.field).collect()
    }

    #[test]
    fn little_has_to_be_said_and_what_is_wrong_is_told_by_its_field() {
        let told = serde_json::json!({"app_id": "cli_a1"});
        let mut settings: FeishuSettings = serde_json::from_value(told).unwrap();
        assert_eq!(fields(&settings), Vec::<String>::new());
        let missing = settings.unfinished().unwrap();
        assert_eq!(missing.field, "source.tenant_key");
        settings.url = "http://open.feishu.cn".to_owned();
        settings.accounts_url = "javascript:alert(1)".to_owned();
        settings.ca = "none".to_owned();
        settings.app_id = String::new();
        settings.tenant_key = "a b".to_owned();
        assert_eq!(
            fields(&settings),
            [
                "source.url",
                "source.accounts_url",
                "source.ca",
                "source.app_id",
                "source.tenant_key"
            ]
        );
    }
}
