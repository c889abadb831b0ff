//! Configuration as code: what administrators decide, in YAML files that a team keeps and reviews as
//! it does its programs.
//!
//! [`export`] writes down what is there. [`run`] compares files with it, and makes it so if that is
//! asked for, all in one transaction or not at all. Objects are called by name and not by id, so that
//! the same files describe another installation too. What was applied is marked ([`marks`]): only
//! that is removed when it leaves the files, and a change of it by hand is told as drift.

mod compare;
mod document;
mod export;
mod ip_list;
mod keys;
mod kinds;
pub mod marks;
mod mistakes;
mod references;
mod run;
mod write;
mod yaml;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::authz::Resource;

pub use export::{Export, export};
pub use run::{Mode, may_read, run};

/// What kinds of objects files hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Group,
    IpList,
    Application,
    SignInPolicy,
    Brand,
    Watermark,
}

impl Kind {
    /// In the order in which they are applied: what others refer to comes first.
    pub const ALL: [Self; 6] = [
        Self::IpList,
        Self::Group,
        Self::Application,
        Self::SignInPolicy,
        Self::Brand,
        Self::Watermark,
    ];

    /// As files and the audit log call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::IpList => "ip_list",
            Self::Application => "application",
            Self::SignInPolicy => crate::store::documents::SIGN_IN_POLICY,
            Self::Brand => crate::store::documents::BRAND,
            Self::Watermark => crate::store::documents::WATERMARK,
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether there is one of it, which is changed and never removed.
    #[must_use]
    pub fn is_single(self) -> bool {
        matches!(self, Self::SignInPolicy | Self::Brand | Self::Watermark)
    }

    /// What the table of roles calls it.
    #[must_use]
    pub fn resource(self) -> Resource {
        match self {
            Self::Group => Resource::Groups,
            Self::IpList => Resource::IpLists,
            Self::Application => Resource::Applications,
            Self::SignInPolicy => Resource::SignInPolicy,
            Self::Brand | Self::Watermark => Resource::Appearance,
        }
    }
}

/// One file with objects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Its path, by which mistakes in it are told.
    pub name: String,
    /// YAML, of one document or several.
    pub text: String,
}

/// What applying files does, or would do.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Plan {
    /// In the order in which they are done.
    pub items: Vec<Item>,
    /// How many objects are as the files say.
    pub unchanged: usize,
    /// How many of these are marked as managed by code from now on.
    pub marked: usize,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Item {
    pub action: Step,
    pub kind: Kind,
    /// What the files call it.
    pub name: String,
    /// Absent for one that is new, and for what there is one of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Where it is written: file and line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Changed by hand since it was applied.
    pub drifted: bool,
    pub changes: Vec<FieldChange>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    Create,
    Change,
    Remove,
    /// It is managed by code and in no file; it stays unless removal is asked for.
    Keep,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldChange {
    /// Dotted: `access.rules.0.effect`.
    pub field: String,
    /// `null` where there was none.
    pub before: Value,
    /// `null` where there is none any more.
    pub after: Value,
}
