//! Directories: where the organisation keeps who is who, and where people prove who they are.
//!
//! A connection to one is a [`Directory`]: a kind with its settings, a secret that is sealed and never
//! shown, and what it is used for. What a kind can do decides what it can be used for: one that can tell
//! of everybody is an [`source::OrganisationSource`], which [`crate::sync`] takes over.

pub mod ad;
pub mod addresses;
pub mod cas;
mod catch_up;
mod change;
mod checks;
pub mod conflicts;
pub mod entry;
pub mod feishu;
mod keep_secret;
pub mod kind;
mod last_way;
pub mod ldap;
pub mod notices;
pub mod oidc;
mod organisation;
pub mod probe;
pub mod provider;
pub mod saml;
pub mod scim;
mod secret;
pub mod sign_in;
pub mod source;
mod speak;
pub mod suite;
mod vouch;
pub mod wecom;
mod xml;

use std::borrow::Cow;
use std::collections::BTreeMap;

use config::Timestamp;
use config::id::{DepartmentId, DirectoryId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::refused::Refused;
use crate::store::directories as rows;
use crate::store::directories::DirectoryRow;
use crate::store::{Connection, StoreError, sync_conflicts};
use sign_in::SignInTerms;
use suite::secrets::Named;

pub use change::{create, create_as, remove, update};
pub use kind::{Kind, UsedFor};
pub use organisation::{MatchBy, Organisation, Others};
pub use speak::{callback, ldap_access, oidc_provider, open, provider, saml_provider, secret_of};

/// So many wait until what they sent is checked, where that is XML: each takes some milliseconds.
pub const MOST_XML_WAITING: usize = 100;

/// What a directory is, by its kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(
    clippy::large_enum_variant,
    reason = "there are 50 at most, each looked at for a moment"
)]
pub enum Source {
    Ldap(ldap::LdapSettings),
    /// Microsoft Active Directory.
    ActiveDirectory(ad::AdSettings),
    Oidc(oidc::OidcSettings),
    Cas(cas::CasSettings),
    Scim(scim::ScimSettings),
    Saml(saml::SamlSettings),
    /// Feishu, and Lark as it is called abroad.
    Feishu(feishu::FeishuSettings),
    #[serde(rename = "wecom")]
    WeCom(wecom::WeComSettings),
}

impl Source {
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Ldap(_) => Kind::Ldap,
            Self::ActiveDirectory(_) => Kind::ActiveDirectory,
            Self::Oidc(_) => Kind::Oidc,
            Self::Cas(_) => Kind::Cas,
            Self::Scim(_) => Kind::Scim,
            Self::Saml(_) => Kind::Saml,
            Self::Feishu(_) => Kind::Feishu,
            Self::WeCom(_) => Kind::WeCom,
        }
    }

    /// Whether it says which departments there are. What it says nothing of stays as it is.
    #[must_use]
    pub fn tells_departments(&self) -> bool {
        match self {
            Self::Ldap(settings) => settings.units.enabled,
            Self::ActiveDirectory(settings) => settings.ldap().units.enabled,
            Self::Scim(_) | Self::Feishu(_) | Self::WeCom(_) => true,
            Self::Oidc(_) | Self::Cas(_) | Self::Saml(_) => false,
        }
    }

    /// Whether it says which groups there are.
    #[must_use]
    pub fn tells_groups(&self) -> bool {
        match self {
            Self::Ldap(settings) => settings.groups.enabled,
            Self::ActiveDirectory(settings) => settings.ldap().groups.enabled,
            Self::Scim(_) => true,
            Self::Oidc(_) | Self::Cas(_) | Self::Saml(_) | Self::Feishu(_) | Self::WeCom(_) => {
                false
            }
        }
    }

    /// Whether it says to whom people report.
    #[must_use]
    pub fn tells_managers(&self) -> bool {
        match self {
            Self::Ldap(settings) => !settings.people.manager.is_empty(),
            Self::ActiveDirectory(settings) => !settings.people.manager.is_empty(),
            Self::Scim(_) | Self::Feishu(_) | Self::WeCom(_) => true,
            Self::Oidc(_) | Self::Cas(_) | Self::Saml(_) => false,
        }
    }

    /// Whether it says who heads departments.
    #[must_use]
    pub fn tells_department_managers(&self) -> bool {
        match self {
            Self::Ldap(settings) => settings.units.tells_managers(),
            Self::ActiveDirectory(settings) => settings.ldap().units.tells_managers(),
            Self::Feishu(_) | Self::WeCom(_) => true,
            Self::Scim(_) | Self::Oidc(_) | Self::Cas(_) | Self::Saml(_) => false,
        }
    }

    /// As what it is asked by LDAP, if it is.
    #[must_use]
    pub fn ldap(&self) -> Option<Cow<'_, ldap::LdapSettings>> {
        match self {
            Self::Ldap(settings) => Some(Cow::Borrowed(settings)),
            Self::ActiveDirectory(settings) => Some(Cow::Owned(settings.ldap())),
            Self::Oidc(_)
            | Self::Cas(_)
            | Self::Scim(_)
            | Self::Saml(_)
            | Self::Feishu(_)
            | Self::WeCom(_) => None,
        }
    }

    /// Which secrets it has; empty: one at most, without a name.
    #[must_use]
    pub fn secrets(&self) -> &'static [Named] {
        match self {
            Self::Feishu(_) => &feishu::SECRETS,
            Self::WeCom(_) => &wecom::SECRETS,
            _ => &[],
        }
    }

    /// Whether people set new passwords there by our pages.
    #[must_use]
    pub fn changes_passwords(&self) -> bool {
        matches!(self, Self::ActiveDirectory(settings) if settings.changes_passwords)
    }
}

/// What is kept of it as JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Kept {
    source: Source,
    organisation: Organisation,
    #[serde(default)]
    sign_in: SignInTerms,
    /// Which of several secrets are set.
    #[serde(default)]
    secrets: Vec<String>,
}

/// What an administrator writes down of a directory.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DirectoryDraft {
    pub name: String,
    pub used_for: UsedFor,
    /// Whether it is used. One that is not is neither taken over nor lets anybody in.
    #[serde(default)]
    pub enabled: bool,
    pub source: Source,
    /// How people and departments are taken over.
    #[serde(default)]
    pub organisation: Organisation,
    /// How people come in by it.
    #[serde(default)]
    pub sign_in: SignInTerms,
    /// The password or key with which it is asked. Left out, it stays as it is, unless it would be shown to
    /// somebody else than before.
    #[serde(default)]
    pub secret: Option<String>,
    /// Of a kind that has several secrets, each by its name. One that is left out stays as it is, as `secret` does;
    /// an empty one is taken away.
    #[serde(default)]
    pub secrets: BTreeMap<String, String>,
}

impl DirectoryDraft {
    fn has_secret(&self) -> bool {
        self.secret.is_some() || !self.secrets.is_empty()
    }
}

/// A directory as it is shown. Times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Directory {
    pub id: DirectoryId,
    pub name: String,
    pub used_for: UsedFor,
    pub enabled: bool,
    pub source: Source,
    pub organisation: Organisation,
    pub sign_in: SignInTerms,
    /// Whether its secret is set; it is never shown.
    pub has_secret: bool,
    /// Of a kind that has several, the names of those that are set.
    pub secrets: Vec<String>,
    /// When everything was last taken over.
    pub synced_at: Option<Timestamp>,
    /// When that is next due; `null`: when somebody says so.
    pub next_run_at: Option<Timestamp>,
    /// So many people are linked to it.
    pub people: i64,
    /// So many entries wait for somebody to say who they are.
    pub conflicts: i64,
    pub version: i64,
}

/// A directory with all that is kept of it.
#[derive(Clone, Debug)]
pub struct Whole {
    pub row: DirectoryRow,
    pub source: Source,
    pub organisation: Organisation,
    pub sign_in: SignInTerms,
    /// Which of several secrets are set.
    pub secrets: Vec<String>,
}

impl Whole {
    #[must_use]
    pub fn used_for(&self) -> UsedFor {
        UsedFor::from_name(&self.row.used_for)
    }

    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.row.enabled_at.is_some()
    }

    fn of(row: DirectoryRow) -> Result<Self, StoreError> {
        let kept: Kept = serde_json::from_str(&row.settings)
            .map_err(|e| StoreError::Corrupt(format!("the directory {}: {e}", row.id)))?;
        Ok(Self {
            source: kept.source,
            organisation: kept.organisation,
            sign_in: kept.sign_in,
            secrets: kept.secrets,
            row,
        })
    }
}

/// # Errors
/// [`Refused::NotFound`] if there is none.
pub async fn whole(connection: &mut Connection, id: &DirectoryId) -> Result<Whole, Refused> {
    let row = rows::find(connection, id).await?;
    Ok(Whole::of(row.ok_or(Refused::NotFound("directory"))?)?)
}

pub async fn find(connection: &mut Connection, id: &DirectoryId) -> Result<Directory, Refused> {
    let whole = whole(connection, id).await?;
    Ok(shown(connection, whole).await?)
}

/// Those by which people come in, in their order.
pub async fn for_sign_in(connection: &mut Connection) -> Result<Vec<Whole>, StoreError> {
    let mut found = Vec::new();
    for row in rows::all(connection).await? {
        // One that this version cannot read lets nobody in, and keeps nobody else out.
        match Whole::of(row) {
            Ok(whole) if whole.is_enabled() && whole.used_for().sign_in() => found.push(whole),
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "a directory cannot be read"),
        }
    }
    Ok(found)
}

/// The name of a directory whose departments hang below this one.
pub async fn hanging_below(
    connection: &mut Connection,
    department: &DepartmentId,
) -> Result<Option<String>, StoreError> {
    let all = rows::all(connection).await?.into_iter();
    // One that this version cannot read hangs nothing anywhere.
    let mut readable = all.filter_map(|row| Whole::of(row).ok());
    let found = readable.find(|whole| whole.organisation.below.as_ref() == Some(department));
    Ok(found.map(|whole| whole.row.name))
}

/// All of them, in their order.
pub async fn all(connection: &mut Connection) -> Result<Vec<Directory>, StoreError> {
    let mut found = Vec::new();
    for row in rows::all(connection).await? {
        let whole = Whole::of(row)?;
        found.push(shown(connection, whole).await?);
    }
    Ok(found)
}

async fn shown(connection: &mut Connection, whole: Whole) -> Result<Directory, StoreError> {
    Ok(Directory {
        people: rows::count_people(connection, &whole.row.id).await?,
        conflicts: sync_conflicts::count(connection, &whole.row.id).await?,
        used_for: whole.used_for(),
        enabled: whole.is_enabled(),
        source: whole.source,
        organisation: whole.organisation,
        sign_in: whole.sign_in,
        has_secret: whole.row.secret.is_some(),
        secrets: whole.secrets,
        synced_at: whole.row.synced_at,
        next_run_at: whole.row.next_run_at,
        version: whole.row.version,
        id: whole.row.id,
        name: whole.row.name,
    })
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
