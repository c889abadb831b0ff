//! A role that somebody holds: which, where, and what it lets them do.

use config::id::DepartmentId;
use config::{Named, Role};
use serde::Serialize;
use utoipa::ToSchema;

use super::Permissions;
use super::table::Resource;
use crate::store::role_holdings::HoldingRow;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Holding {
    /// The name of a built-in role, or the id of one that was made here.
    pub role: String,
    /// What a role that was made here is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The departments to which it is confined, with all below them; `null`: it is good everywhere.
    pub within: Option<Vec<Named<DepartmentId>>>,
    /// What it lets its holder do there; `None` for a role that this version does not know.
    #[serde(skip)]
    permissions: Option<Permissions>,
    /// Whether a later version has given it more, of which this one knows nothing.
    #[serde(skip)]
    gives_more: bool,
}

impl Holding {
    /// A built-in role, everywhere.
    #[must_use]
    pub fn of(role: Role) -> Self {
        Self {
            role: role.as_str().to_owned(),
            name: None,
            within: None,
            permissions: Some(Permissions::of(role)),
            gives_more: false,
        }
    }

    /// One that was made here, everywhere.
    #[must_use]
    pub fn made(id: &str, name: &str, permissions: &[String]) -> Self {
        Self {
            role: id.to_owned(),
            name: Some(name.to_owned()),
            within: None,
            permissions: Some(Permissions::known_of(permissions)),
            gives_more: !Permissions::knows(permissions),
        }
    }

    /// The built-in role that is held everywhere, if it is one.
    #[must_use]
    pub fn built_in(&self) -> Option<Role> {
        let everywhere = self.within.is_none();
        everywhere.then(|| Role::from_name(&self.role)).flatten()
    }

    /// What the role lets somebody do who holds it everywhere.
    #[must_use]
    pub fn permissions(&self) -> Option<Permissions> {
        self.permissions
    }

    /// All that the role lets its holder do; `None` if this version cannot tell.
    pub(super) fn known_whole(&self) -> Option<Permissions> {
        self.permissions.filter(|_| !self.gives_more)
    }

    /// What it gives everywhere.
    pub(super) fn everywhere(&self) -> Permissions {
        match (&self.within, self.permissions) {
            (None, Some(permissions)) => permissions,
            _ => Permissions::NONE,
        }
    }

    /// What it gives in the departments to which it is confined.
    pub(super) fn confined(&self) -> Permissions {
        match (&self.within, self.permissions) {
            (Some(_), Some(permissions)) => of_departments(permissions),
            _ => Permissions::NONE,
        }
    }

    /// How a person reads it.
    #[must_use]
    pub fn shown(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.role)
    }
}

/// What of these can be confined to departments.
#[must_use]
pub fn of_departments(permissions: Permissions) -> Permissions {
    let some = permissions
        .iter()
        .filter(|(resource, _)| Resource::is_of_departments(*resource));
    some.fold(Permissions::NONE, |all, (resource, action)| {
        all.with(resource, action)
    })
}

impl From<HoldingRow> for Holding {
    fn from(row: HoldingRow) -> Self {
        let held = match (Role::from_name(&row.role), &row.made) {
            (Some(role), _) => Self::of(role),
            (None, Some(made)) => Self::made(&row.role, &made.name, &made.permissions),
            (None, None) => Self {
                role: row.role,
                name: None,
                within: None,
                permissions: None,
                gives_more: false,
            },
        };
        Self {
            within: row.within,
            ..held
        }
    }
}
