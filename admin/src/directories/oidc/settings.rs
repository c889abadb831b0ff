//! Where an OpenID provider is, as whom it knows us, and what it says of people under which name.

use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

use crate::directories::checks::{is_authority, is_guarded, is_token, is_word, no_authority};
use crate::refused::Invalid;

/// How we prove to the provider who we are (OpenID Connect Core §9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuthentication {
    /// By the secret, in a header.
    #[default]
    SecretBasic,
    /// By the secret, in the form.
    SecretPost,
    /// Not at all: a public client, which PKCE alone protects.
    None,
}

/// What the provider is asked to do even where it knows the person already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Prompt {
    Login,
    Consent,
    SelectAccount,
}

impl Prompt {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Consent => "consent",
            Self::SelectAccount => "select_account",
        }
    }
}

/// Under which names the provider says what of a person; empty: it is not taken over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ClaimNames {
    /// What never changes and is nobody else's: `sub`, or for Entra ID `oid`.
    pub key: String,
    pub username: String,
    /// The first of these that is there. At most 10.
    #[schema(max_items = 10)]
    pub display_name: Vec<String>,
    /// Only `email` can be vouched for, by `email_verified`.
    pub email: String,
    pub mobile: String,
    pub employee_number: String,
}

impl Default for ClaimNames {
    fn default() -> Self {
        Self {
            key: "sub".to_owned(),
            username: "preferred_username".to_owned(),
            display_name: vec!["name".to_owned()],
            email: "email".to_owned(),
            mobile: String::new(),
            employee_number: String::new(),
        }
    }
}

/// By which values the provider says that it has seen a second factor. At most 20 of each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SecondFactorValues {
    /// Any of these in `amr` (RFC 8176).
    #[schema(max_items = 20)]
    pub amr: Vec<String>,
    /// One of these as `acr`.
    #[schema(max_items = 20)]
    pub acr: Vec<String>,
}

impl Default for SecondFactorValues {
    fn default() -> Self {
        Self {
            amr: vec!["mfa".to_owned()],
            acr: Vec::new(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OidcSettings {
    /// `https://login.example.com/realms/staff`, letter by letter as the provider names itself.
    pub issuer: String,
    /// Certificates in PEM of whoever signed the provider's; empty: those that this machine trusts.
    #[serde(default)]
    pub ca: String,
    pub client_id: String,
    #[serde(default)]
    pub authentication: ClientAuthentication,
    /// What is asked for; `openid` is among them. At most 20.
    #[serde(default = "scopes")]
    #[schema(min_items = 1, max_items = 20)]
    pub scopes: Vec<String>,
    #[serde(default)]
    pub claims: ClaimNames,
    #[serde(default)]
    pub prompt: Vec<Prompt>,
    /// So many seconds ago at most people may have proven to the provider who they are; `null`: whenever it was.
    #[serde(default)]
    #[schema(maximum = 31_536_000)]
    pub max_age: Option<u32>,
    /// Whoever signs out here is signed out there, too, where the provider has an address for that.
    #[serde(default)]
    pub ends_session: bool,
    /// So often the provider is asked whether people who are signed in by it are still there, by a refresh token;
    /// `null`: never. From 5 to 1440 minutes; `offline_access` is then among the scopes.
    #[serde(default)]
    #[schema(minimum = 5, maximum = 1440)]
    pub renews_every_minutes: Option<u32>,
    /// How well the provider is asked to make sure, the best first. At most 20.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub acr_values: Vec<String>,
    #[serde(default)]
    pub second_factor: SecondFactorValues,
}

/// The scope in which refresh tokens are given (OpenID Connect Core §11).
const OFFLINE: &str = "offline_access";
/// A year.
const LONGEST_AGE: u32 = 365 * 24 * 3600;

fn scopes() -> Vec<String> {
    ["openid", "profile", "email"].map(str::to_owned).to_vec()
}

/// People can change these themselves, or pass them on: none of them says who somebody is.
const NO_KEYS: [&str; 6] = [
    "email",
    "name",
    "nickname",
    "phone_number",
    "preferred_username",
    "upn",
];

impl OidcSettings {
    #[must_use]
    pub fn needs_secret(&self) -> bool {
        self.authentication != ClientAuthentication::None
    }

    /// What is wrong with it.
    #[must_use]
    pub fn problems(&self) -> Vec<Invalid> {
        let mut wrong = Vec::new();
        if !is_issuer(&self.issuer) {
            wrong.push(Invalid::new(
                "source.issuer",
                ("this is no issuer", "这不是有效的 issuer"),
                (
                    "an https:// address without user name, query and fragment; http:// only to an IP address \
                     of this machine",
                    "https:// 地址，不含用户名、查询参数和片段；仅本机 IP 地址可用 http://",
                ),
            ));
        }
        if !self.ca.is_empty() && !is_authority(&self.ca) {
            wrong.push(no_authority());
        }
        if !is_word(&self.client_id, 255, |c| matches!(c, ' '..='~')) {
            wrong.push(Invalid::new(
                "source.client_id",
                ("this is no client id", "这不是有效的 client_id"),
                (
                    "what the provider calls us: 1 to 255 printable ASCII characters",
                    "身份提供方分配的标识：1 到 255 个可打印 ASCII 字符",
                ),
            ));
        }
        wrong.extend(self.scope_problems());
        wrong.extend(self.claim_problems());
        wrong.extend(self.value_problems());
        wrong
    }

    fn scope_problems(&self) -> Option<Invalid> {
        let fits = self.scopes.iter().any(|scope| scope == "openid")
            && self.scopes.len() <= 20
            && self.scopes.iter().all(|scope| is_token(scope));
        (!fits).then(|| {
            Invalid::new(
                "source.scopes",
                (
                    "these are no scopes to sign in with",
                    "这些 scope 不能用于登录",
                ),
                (
                    "1 to 20 without blanks, openid among them",
                    "1 到 20 个，不含空格，且必须包含 openid",
                ),
            )
        })
    }

    fn renewal_problems(&self) -> Option<Invalid> {
        let minutes = self.renews_every_minutes?;
        let fits = (5..=1440).contains(&minutes) && self.scopes.iter().any(|one| one == OFFLINE);
        (!fits).then(|| {
            Invalid::new(
                "source.renews_every_minutes",
                (
                    "nobody can be asked for so often, or without the scope offline_access",
                    "间隔无效，或缺少 offline_access scope",
                ),
                (
                    "5 to 1440 minutes, with offline_access among source.scopes; or null",
                    "5 到 1440 分钟，且 source.scopes 含 offline_access；或 null",
                ),
            )
        })
    }

    fn claim_problems(&self) -> Vec<Invalid> {
        let claims = &self.claims;
        let mut wrong = Vec::new();
        if NO_KEYS.contains(&claims.key.as_str()) {
            wrong.push(Invalid::new(
                "source.claims.key",
                (
                    "people can change this claim, or pass it on",
                    "该声明可能被本人更改或转给他人",
                ),
                (
                    "a claim that never changes and is nobody else's, such as sub",
                    "永不改变且唯一的声明，例如 sub",
                ),
            ));
        }
        let mut named = vec![
            ("source.claims.key", &claims.key, true),
            ("source.claims.username", &claims.username, true),
            ("source.claims.email", &claims.email, false),
            ("source.claims.mobile", &claims.mobile, false),
            (
                "source.claims.employee_number",
                &claims.employee_number,
                false,
            ),
        ];
        let shown = claims.display_name.iter();
        named.extend(shown.map(|name| ("source.claims.display_name", name, true)));
        if claims.display_name.len() > 10 {
            wrong.push(Invalid::too_many("source.claims.display_name", 10));
        }
        let unfit = named
            .into_iter()
            .filter(|(_, name, needed)| !(is_token(name) || (!needed && name.is_empty())));
        wrong.extend(unfit.map(|(field, ..)| {
            Invalid::new(
                field,
                ("this is no name of a claim", "这不是有效的声明名称"),
                (
                    "a name such as sub: 1 to 100 printable ASCII characters without blanks",
                    "例如 sub：1 到 100 个可打印 ASCII 字符，不含空格",
                ),
            )
        }));
        wrong
    }

    fn value_problems(&self) -> Vec<Invalid> {
        let lists = [
            ("source.acr_values", &self.acr_values),
            ("source.second_factor.amr", &self.second_factor.amr),
            ("source.second_factor.acr", &self.second_factor.acr),
        ];
        let wrong = lists
            .into_iter()
            .filter(|(_, values)| values.len() > 20 || !values.iter().all(|value| is_token(value)));
        let mut wrong: Vec<_> = wrong
            .map(|(field, _)| {
                Invalid::new(
                    field,
                    ("these are no such values", "这些值无效"),
                    (
                        "at most 20 values, each of 1 to 100 printable ASCII characters without blanks",
                        "最多 20 个，每个 1 到 100 个可打印 ASCII 字符，不含空格",
                    ),
                )
            })
            .collect();
        if self.max_age.is_some_and(|age| age > LONGEST_AGE) {
            wrong.push(Invalid::new(
                "source.max_age",
                ("nobody asks for so little", "该时长过长"),
                (
                    "0 to 31536000 seconds, or null",
                    "0 到 31536000 秒，或 null",
                ),
            ));
        }
        wrong.extend(self.renewal_problems());
        if self.prompt.len() > 3 {
            wrong.push(Invalid::too_many("source.prompt", 3));
        }
        wrong
    }
}

fn is_issuer(text: &str) -> bool {
    let url = Url::parse(text).ok();
    text.len() <= 500 && url.is_some_and(|url| is_guarded(&url) && url.query().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> OidcSettings {
        serde_json::from_value(serde_json::json!({
            "issuer": "https://login.example.com/staff", "client_id": "gatehouse",
        }))
        .unwrap()
    }

    fn fields(settings: &OidcSettings) -> Vec<String> {
        let wrong = settings.problems().into_iter();
        wrong.map(|one| one.field).collect()
    }

    #[test]
    fn little_has_to_be_said() {
        assert_eq!(fields(&settings()), Vec::<String>::new());
        assert!(settings().needs_secret());
    }

    #[test]
    fn what_is_wrong_is_told_by_its_field() {
        let mut wrong = settings();
        wrong.ca = "none".to_owned();
        wrong.client_id = String::new();
        wrong.scopes = vec!["profile".to_owned()];
        wrong.claims.username = String::new();
        wrong.claims.display_name = vec!["a b".to_owned()];
        wrong.acr_values = vec![String::new()];
        wrong.max_age = Some(LONGEST_AGE + 1);
        wrong.renews_every_minutes = Some(60);
        assert_eq!(
            fields(&wrong),
            [
                "source.ca",
                "source.client_id",
                "source.scopes",
                "source.claims.username",
                "source.claims.display_name",
                "source.acr_values",
                "source.max_age",
                "source.renews_every_minutes",
            ]
        );
    }

    #[test]
    fn nothing_secret_goes_over_a_line_that_others_read() {
        for issuer in [
            "http://login.example.com",
            "http://10.0.0.5",
            "https://admin:secret@login.example.com",
            "https://login.example.com/?tenant=1",
            "https://login.example.com/#staff",
            "ftp://login.example.com",
            "login.example.com",
        ] {
            let mut wrong = settings();
            issuer.clone_into(&mut wrong.issuer);
            assert_eq!(fields(&wrong), ["source.issuer"], "{issuer}");
        }
    }

    #[test]
    fn attack_11_nobody_is_known_by_what_they_can_write_themselves() {
        for claim in NO_KEYS {
            let mut wrong = settings();
            claim.clone_into(&mut wrong.claims.key);
            assert_eq!(fields(&wrong), ["source.claims.key"], "{claim}");
        }
    }
}
