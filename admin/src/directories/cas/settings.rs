//! Where a CAS server is, how it is asked, and what it says of people under which name.

use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

use crate::directories::checks::{
    is_authority, is_guarded_address, is_token, no_address, no_authority,
};
use crate::refused::Invalid;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum CasVersion {
    /// `/serviceValidate`
    #[serde(rename = "2")]
    Two,
    /// `/p3/serviceValidate`, which tells attributes.
    #[default]
    #[serde(rename = "3")]
    Three,
}

/// Under which names the server says what of a person; empty: it is not taken over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CasAttributes {
    /// What never changes and is nobody else's; empty: the user that the server names.
    pub key: String,
    /// Empty: the user that the server names.
    pub username: String,
    /// The first of these that is there. At most 10.
    #[schema(max_items = 10)]
    pub display_name: Vec<String>,
    pub email: String,
    pub mobile: String,
    pub employee_number: String,
}

impl Default for CasAttributes {
    fn default() -> Self {
        Self {
            key: String::new(),
            username: String::new(),
            display_name: vec!["displayName".to_owned(), "cn".to_owned()],
            email: "mail".to_owned(),
            mobile: String::new(),
            employee_number: String::new(),
        }
    }
}

/// By which attribute the server says that it has seen a second factor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CasSecondFactor {
    /// Such as `authnContextClass`; empty: it does not say so.
    pub attribute: String,
    /// One of these says so. At most 20.
    #[schema(max_items = 20)]
    pub values: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CasSettings {
    /// `https://sso.example.com/cas`: below it lie `/login` and the addresses of validation.
    pub url: String,
    /// Where people sign in, if that is not below `url`.
    #[serde(default)]
    pub login_url: String,
    /// Certificates in PEM of whoever signed the server's; empty: those that this machine trusts.
    #[serde(default)]
    pub ca: String,
    #[serde(default)]
    pub version: CasVersion,
    /// People enter their password each time, even if the server knows them already.
    #[serde(default)]
    pub renew: bool,
    /// The server asks nobody: whoever is not signed in there comes back and is not signed in here.
    #[serde(default)]
    pub gateway: bool,
    #[serde(default)]
    pub attributes: CasAttributes,
    #[serde(default)]
    pub second_factor: CasSecondFactor,
}

impl CasSettings {
    #[must_use]
    pub fn login(&self) -> Option<Url> {
        if self.login_url.is_empty() {
            self.below("login")
        } else {
            Url::parse(&self.login_url).ok()
        }
    }

    #[must_use]
    pub fn validation(&self) -> Option<Url> {
        self.below(match self.version {
            CasVersion::Two => "serviceValidate",
            CasVersion::Three => "p3/serviceValidate",
        })
    }

    fn below(&self, path: &str) -> Option<Url> {
        Url::parse(&format!("{}/{path}", self.url.trim_end_matches('/'))).ok()
    }

    /// What is wrong with it.
    #[must_use]
    pub fn problems(&self) -> Vec<Invalid> {
        let mut wrong = Vec::new();
        if !is_guarded_address(&self.url) || self.url.contains('?') {
            wrong.push(no_address("source.url"));
        }
        if !self.login_url.is_empty() && !is_guarded_address(&self.login_url) {
            wrong.push(no_address("source.login_url"));
        }
        if !self.ca.is_empty() && !is_authority(&self.ca) {
            wrong.push(no_authority());
        }
        if self.renew && self.gateway {
            wrong.push(Invalid::new(
                "source.gateway",
                (
                    "a server that asks nobody cannot ask anew",
                    "不询问用户与每次重新询问不能同时开启",
                ),
                ("either renew or gateway", "renew 和 gateway 只能开启一个"),
            ));
        }
        wrong.extend(self.attribute_problems());
        wrong
    }

    fn attribute_problems(&self) -> Vec<Invalid> {
        let of = &self.attributes;
        let mut named = vec![
            ("source.attributes.key", &of.key, false),
            ("source.attributes.username", &of.username, false),
            ("source.attributes.email", &of.email, false),
            ("source.attributes.mobile", &of.mobile, false),
            (
                "source.attributes.employee_number",
                &of.employee_number,
                false,
            ),
            (
                "source.second_factor.attribute",
                &self.second_factor.attribute,
                !self.second_factor.values.is_empty(),
            ),
        ];
        let shown = of.display_name.iter();
        named.extend(shown.map(|name| ("source.attributes.display_name", name, true)));
        let unfit = named
            .into_iter()
            .filter(|(_, name, needed)| !(is_token(name) || (!needed && name.is_empty())));
        let mut wrong: Vec<_> = unfit.map(|(field, ..)| no_attribute(field)).collect();
        for (field, most, values) in [
            ("source.attributes.display_name", 10, &of.display_name),
            (
                "source.second_factor.values",
                20,
                &self.second_factor.values,
            ),
        ] {
            if values.len() > most {
                wrong.push(Invalid::too_many(field, most));
            }
        }
        if self
            .second_factor
            .values
            .iter()
            .any(|one| one.is_empty() || one.len() > 200)
        {
            wrong.push(Invalid::new(
                "source.second_factor.values",
                ("this is no value", "该值无效"),
                ("values of 1 to 200 bytes", "每个 1 到 200 字节"),
            ));
        }
        wrong
    }
}

fn no_attribute(field: &str) -> Invalid {
    Invalid::new(
        field,
        ("this is no name of an attribute", "这不是有效的属性名称"),
        (
            "a name such as mail: 1 to 100 printable ASCII characters without blanks",
            "例如 mail：1 到 100 个可打印 ASCII 字符，不含空格",
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> CasSettings {
        serde_json::from_value(serde_json::json!({"url": "https://sso.example.com/cas/"})).unwrap()
    }

    fn fields(settings: &CasSettings) -> Vec<String> {
        let wrong = settings.problems().into_iter();
        wrong.map(|one| one.field).collect()
    }

    #[test]
    fn little_has_to_be_said_and_tickets_of_proxies_are_never_asked_for() {
        let settings = settings();
        assert_eq!(fields(&settings), Vec::<String>::new());
        let at = |url: Option<Url>| url.unwrap().to_string();
        assert_eq!(at(settings.login()), "https://sso.example.com/cas/login");
        assert_eq!(
            at(settings.validation()),
            "https://sso.example.com/cas/p3/serviceValidate"
        );
        let two = CasSettings {
            version: CasVersion::Two,
            login_url: "https://login.example.com/?realm=staff".to_owned(),
            ..settings
        };
        assert_eq!(fields(&two), Vec::<String>::new());
        assert_eq!(
            at(two.validation()),
            "https://sso.example.com/cas/serviceValidate"
        );
        assert_eq!(at(two.login()), "https://login.example.com/?realm=staff");
    }

    #[test]
    fn what_is_wrong_is_told_by_its_field() {
        let mut wrong = settings();
        wrong.url = "http://sso.example.com/cas".to_owned();
        wrong.login_url = "javascript:alert(1)".to_owned();
        wrong.ca = "none".to_owned();
        (wrong.renew, wrong.gateway) = (true, true);
        wrong.attributes.email = "a b".to_owned();
        wrong.second_factor.values = vec!["mfa".to_owned()];
        assert_eq!(
            fields(&wrong),
            [
                "source.url",
                "source.login_url",
                "source.ca",
                "source.gateway",
                "source.attributes.email",
                "source.second_factor.attribute",
            ]
        );
    }
}
