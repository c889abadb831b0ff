//! What kinds of directories there are, and what each can do.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Ldap,
    /// Microsoft Active Directory.
    ActiveDirectory,
    Oidc,
    Cas,
    Scim,
    Saml,
    /// Feishu, and Lark as it is called abroad.
    Feishu,
    #[serde(rename = "wecom")]
    WeCom,
}

impl Kind {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ldap => "ldap",
            Self::ActiveDirectory => "active_directory",
            Self::Oidc => "oidc",
            Self::Cas => "cas",
            Self::Scim => "scim",
            Self::Saml => "saml",
            Self::Feishu => "feishu",
            Self::WeCom => "wecom",
        }
    }

    /// Whether people and departments can be taken over from it.
    #[must_use]
    pub fn lists_people(self) -> bool {
        match self {
            Self::Ldap | Self::ActiveDirectory | Self::Scim | Self::Feishu | Self::WeCom => true,
            Self::Oidc | Self::Cas | Self::Saml => false,
        }
    }

    /// Whether it is asked whether a password is right that was typed here.
    #[must_use]
    pub fn takes_passwords(self) -> bool {
        match self {
            Self::Ldap | Self::ActiveDirectory => true,
            Self::Oidc | Self::Cas | Self::Scim | Self::Saml | Self::Feishu | Self::WeCom => false,
        }
    }

    /// Whether people sign in on a page of its own.
    #[must_use]
    pub fn has_a_page(self) -> bool {
        match self {
            Self::Ldap | Self::ActiveDirectory | Self::Scim => false,
            Self::Oidc | Self::Cas | Self::Saml | Self::Feishu | Self::WeCom => true,
        }
    }

    /// Whether what it says comes back in a form from there, which browsers send without our cookies.
    #[must_use]
    pub fn posts_back(self) -> bool {
        self == Self::Saml
    }

    /// Whether people come in by it there: assertions of SAML are brought to the access host alone, where the
    /// cookies of the operators' host do not come along.
    #[must_use]
    pub fn works_at(self, is_operators: bool) -> bool {
        !(is_operators && self.posts_back())
    }

    /// Whether people can prove to it who they are.
    #[must_use]
    pub fn signs_in(self) -> bool {
        match self {
            Self::Ldap
            | Self::ActiveDirectory
            | Self::Oidc
            | Self::Cas
            | Self::Saml
            | Self::Feishu
            | Self::WeCom => true,
            Self::Scim => false,
        }
    }

    /// Whether it tells us by itself, and is asked for nothing.
    #[must_use]
    pub fn pushes(self) -> bool {
        match self {
            Self::Ldap
            | Self::ActiveDirectory
            | Self::Oidc
            | Self::Cas
            | Self::Saml
            | Self::Feishu
            | Self::WeCom => false,
            Self::Scim => true,
        }
    }
}

impl Kind {
    /// Whether it tells of changes at a callback of ours.
    #[must_use]
    pub fn calls_back(self) -> bool {
        matches!(self, Self::Feishu | Self::WeCom)
    }

    /// Whether a browser is the one inside of the suite's client, where people are signed in already.
    #[must_use]
    pub fn is_own_client(self, user_agent: &str) -> bool {
        let names: &[&str] = match self {
            Self::Feishu => &["Lark", "Feishu"],
            Self::WeCom => &["wxwork"],
            _ => &[],
        };
        names.iter().any(|name| user_agent.contains(name))
    }

    /// Whether people can be asked there to prove anew who they are, and it says when they did.
    #[must_use]
    pub fn proves_anew(self) -> bool {
        matches!(self, Self::Oidc | Self::Cas | Self::Saml)
    }

    /// Whether its page brings back no more than a short word of letters and digits, so that the browser has to hold
    /// the rest.
    #[must_use]
    pub fn brings_back_little(self) -> bool {
        self == Self::WeCom
    }
}

/// What a directory is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UsedFor {
    Both,
    /// It says who there is, and lets nobody in.
    Organisation,
    /// It lets people in, and says nothing of who there is.
    SignIn,
}

impl UsedFor {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::Organisation => "organisation",
            Self::SignIn => "sign_in",
        }
    }

    /// A use that this version does not know is neither taken over nor lets anybody in: as one for the
    /// organisation it is asked only where somebody says so.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        match name {
            "both" => Self::Both,
            "sign_in" => Self::SignIn,
            _ => Self::Organisation,
        }
    }

    #[must_use]
    pub fn organisation(self) -> bool {
        self != Self::SignIn
    }

    #[must_use]
    pub fn sign_in(self) -> bool {
        self != Self::Organisation
    }

    /// Whether a kind can be used so.
    #[must_use]
    pub fn fits(self, kind: Kind) -> bool {
        (kind.lists_people() || !self.organisation()) && (kind.signs_in() || !self.sign_in())
    }
}
