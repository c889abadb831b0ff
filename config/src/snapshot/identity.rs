//! How an application is told who is calling, beside the signed `X-Gatehouse-Assertion`.

use serde::{Deserialize, Serialize};

/// The signed identity; present on every request that carries a principal unless switched off.
pub const ASSERTION_HEADER: &str = "X-Gatehouse-Assertion";

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct IdentityHeaders {
    /// Send `X-Gatehouse-Assertion`.
    pub assertion: bool,
    pub headers: Vec<IdentityHeader>,
}

impl Default for IdentityHeaders {
    fn default() -> Self {
        Self {
            assertion: true,
            headers: Vec::new(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IdentityHeader {
    pub name: String,
    pub value: IdentityField,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IdentityField {
    Username,
    DisplayName,
    Email,
    MemberId,
    EmployeeNumber,
    /// Group names, joined by commas.
    Groups,
    /// Department names, joined by commas.
    Departments,
    /// `member` or `guest`.
    Kind,
    /// Roles, joined by commas.
    Roles,
}

/// The headers that well-known tools read when they trust a proxy for sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IdentityPreset {
    /// `[auth.proxy]`: X-WEBAUTH-USER, -NAME, -EMAIL, -GROUPS.
    Grafana,
    /// Reverse Proxy Auth plugin: X-Forwarded-User, X-Forwarded-Groups.
    Jenkins,
    /// No proxy sign-in of its own: reads the assertion by its JWT provider.
    Gitlab,
    /// `ENABLE_REVERSE_PROXY_AUTHENTICATION`: X-WEBAUTH-USER, -EMAIL, -FULLNAME.
    Gitea,
    /// `sonar.web.sso.*`: X-Forwarded-Login, -Name, -Email, -Groups.
    Sonarqube,
    /// What oauth2-proxy sends: X-Forwarded-User, -Email, -Preferred-Username, -Groups.
    Oauth2Proxy,
    /// Remote-User, -Name, -Email, -Groups, as Authelia sends.
    RemoteUser,
}

impl IdentityPreset {
    #[must_use]
    pub fn headers(self) -> Vec<IdentityHeader> {
        use IdentityField as F;
        let pairs: &[(&str, F)] = match self {
            Self::Grafana => &[
                ("X-WEBAUTH-USER", F::Username),
                ("X-WEBAUTH-NAME", F::DisplayName),
                ("X-WEBAUTH-EMAIL", F::Email),
                ("X-WEBAUTH-GROUPS", F::Groups),
            ],
            Self::Jenkins => &[
                ("X-Forwarded-User", F::Username),
                ("X-Forwarded-Groups", F::Groups),
            ],
            Self::Gitlab => &[],
            Self::Gitea => &[
                ("X-WEBAUTH-USER", F::Username),
                ("X-WEBAUTH-EMAIL", F::Email),
                ("X-WEBAUTH-FULLNAME", F::DisplayName),
            ],
            Self::Sonarqube => &[
                ("X-Forwarded-Login", F::Username),
                ("X-Forwarded-Name", F::DisplayName),
                ("X-Forwarded-Email", F::Email),
                ("X-Forwarded-Groups", F::Groups),
            ],
            Self::Oauth2Proxy => &[
                ("X-Forwarded-User", F::MemberId),
                ("X-Forwarded-Preferred-Username", F::Username),
                ("X-Forwarded-Email", F::Email),
                ("X-Forwarded-Groups", F::Groups),
            ],
            Self::RemoteUser => &[
                ("Remote-User", F::Username),
                ("Remote-Name", F::DisplayName),
                ("Remote-Email", F::Email),
                ("Remote-Groups", F::Groups),
            ],
        };
        pairs
            .iter()
            .map(|(name, value)| IdentityHeader {
                name: (*name).to_owned(),
                value: value.clone(),
            })
            .collect()
    }
}
