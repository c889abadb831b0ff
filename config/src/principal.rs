//! Whom a session stands for, as the policy and the applications see them.

use serde::{Deserialize, Serialize};

use crate::id::{DepartmentId, GroupId, MemberId};

/// A person who has signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Principal {
    pub id: MemberId,
    pub kind: PrincipalKind,
    pub username: String,
    pub display_name: String,
    /// Verified addresses only.
    pub email: Option<String>,
    pub mobile: Option<String>,
    pub employee_number: Option<String>,
    /// Each department that the person is in, followed by its ancestors up to the root, without
    /// repetition: a rule on a department covers its sub-tree by looking here.
    pub departments: Vec<Named<DepartmentId>>,
    pub groups: Vec<Named<GroupId>>,
    /// The built-in roles that they hold everywhere: neither those confined to departments, nor those
    /// that the organisation has made.
    pub roles: Vec<Role>,
    /// Whether they hold any role in the admin plane.
    pub administers: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PrincipalKind {
    Member,
    Guest,
}

/// An id with the name that it had when it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Named<I> {
    pub id: I,
    pub name: String,
}

/// What a person may do in the admin plane. What each role may do is the admin plane's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Owner,
    Administrator,
    SecurityAdministrator,
    Auditor,
    HelpDesk,
}

impl Role {
    pub const ALL: [Self; 5] = [
        Self::Owner,
        Self::Administrator,
        Self::SecurityAdministrator,
        Self::Auditor,
        Self::HelpDesk,
    ];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Administrator => "administrator",
            Self::SecurityAdministrator => "security_administrator",
            Self::Auditor => "auditor",
            Self::HelpDesk => "help_desk",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }
}
