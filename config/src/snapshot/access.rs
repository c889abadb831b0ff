//! Who may open what: the rules of an application and of the paths inside it.

use serde::{Deserialize, Serialize};

use crate::id::{DepartmentId, GroupId, MemberId, RuleId};
use crate::principal::Role;
use crate::snapshot::address::AddressRange;

/// What it takes to open an application or a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case", tag = "kind", content = "rules")]
pub enum Access {
    /// Anybody, without signing in.
    Public,
    /// Whoever the rules let in: one matching deny rule refuses; otherwise the first matching allow
    /// rule decides; with no match the request is refused.
    Rules(Vec<PolicyRule>),
}

/// An exception for a part of an application. The first that matches path and method decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PathRule {
    /// Made where it is not given.
    #[serde(default = "RuleId::generate")]
    pub id: RuleId,
    pub name: String,
    pub path: PathMatch,
    /// Upper case; empty for all methods.
    #[serde(default)]
    pub methods: Vec<String>,
    pub access: Access,
}

/// Matches the normalised path, byte by byte and with regard to case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case", tag = "kind", content = "path")]
pub enum PathMatch {
    Exact(String),
    /// Whole segments: `/api` matches `/api` and `/api/x`, not `/apis`.
    Prefix(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyRule {
    /// Made where it is not given.
    #[serde(default = "RuleId::generate")]
    pub id: RuleId,
    pub name: String,
    pub effect: Effect,
    /// Any of these; an empty list matches nobody.
    pub who: Vec<Who>,
    /// Any of these; an empty list matches every address.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub from: Vec<AddressRange>,
    /// Any of these; an empty list matches every moment.
    #[serde(default)]
    pub when: Vec<TimeWindow>,
    /// Asked of whoever an allow rule lets in; of no meaning in a deny rule.
    #[serde(default)]
    pub two_step: TwoStep,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    Allow,
    Deny,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case", tag = "kind", content = "id")]
pub enum Who {
    /// Everyone signed in.
    Everyone,
    Members,
    Guests,
    /// The department and all below it.
    Department(DepartmentId),
    Group(GroupId),
    Person(MemberId),
    Role(Role),
}

/// Hours of a week in a time zone. `from` after `to` runs past midnight into the next day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TimeWindow {
    /// 1 = Monday … 7 = Sunday (ISO 8601); empty for every day.
    #[serde(default)]
    pub days: Vec<u8>,
    /// Minutes after midnight, 0..=1439, included.
    pub from: u16,
    /// Minutes after midnight, 1..=1440, not included.
    pub to: u16,
    /// An IANA name such as `Asia/Shanghai`.
    pub time_zone: String,
}

/// Whether a second factor must have been proven, and how recently.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case", tag = "kind", content = "minutes")]
pub enum TwoStep {
    #[default]
    NotAsked,
    /// In this sign-in.
    Required,
    /// Within so many minutes before the request.
    Within(u32),
}
