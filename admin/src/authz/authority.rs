//! All that somebody may do: the roles that they hold, put together.

use config::Role;
use config::id::DepartmentId;

use super::holding::Holding;
use super::permissions::Permissions;
use super::table::{Action, Resource};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Authority {
    holdings: Vec<Holding>,
    everywhere: Permissions,
}

/// How far a permission goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    Everywhere,
    /// These departments and all below them; never none.
    Within(Vec<DepartmentId>),
}

impl Reach {
    /// The departments to which it is confined; `None`: everywhere.
    #[must_use]
    pub fn departments(&self) -> Option<&[DepartmentId]> {
        match self {
            Self::Everywhere => None,
            Self::Within(departments) => Some(departments),
        }
    }
}

impl Authority {
    #[must_use]
    pub fn of(holdings: Vec<Holding>) -> Self {
        let everywhere = holdings
            .iter()
            .map(Holding::everywhere)
            .fold(Permissions::NONE, Permissions::union);
        Self {
            holdings,
            everywhere,
        }
    }

    /// That of whoever can open the control socket.
    #[must_use]
    pub fn of_owner() -> Self {
        Self::of(vec![Holding::of(Role::Owner)])
    }

    /// The same with some permissions that come from no role.
    #[must_use]
    pub fn and(mut self, permissions: Permissions) -> Self {
        self.everywhere = self.everywhere.union(permissions);
        self
    }

    #[must_use]
    pub fn holdings(&self) -> &[Holding] {
        &self.holdings
    }

    /// Whether they are no part of the administration at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.holdings.is_empty() && self.everywhere.is_empty()
    }

    #[must_use]
    pub fn is_owner(&self) -> bool {
        let mut built_in = self.holdings.iter().filter_map(Holding::built_in);
        built_in.any(|role| role == Role::Owner)
    }

    /// What they may do everywhere.
    #[must_use]
    pub fn everywhere(&self) -> Permissions {
        self.everywhere
    }

    /// What they may do anywhere.
    #[must_use]
    pub fn anywhere(&self) -> Permissions {
        let confined = self.holdings.iter().map(Holding::confined);
        let all = confined.fold(self.everywhere, Permissions::union);
        if self.is_empty() {
            all
        } else {
            all.with(Resource::Caller, Action::Read)
        }
    }

    /// How far they may do that; `None`: nowhere.
    #[must_use]
    pub fn reach(&self, resource: Resource, action: Action) -> Option<Reach> {
        let about_themselves = (resource, action) == (Resource::Caller, Action::Read);
        if self.everywhere.contains(resource, action) || (about_themselves && !self.is_empty()) {
            return Some(Reach::Everywhere);
        }
        let confined = self.holdings.iter();
        let confined = confined.filter(|held| held.confined().contains(resource, action));
        let mut departments: Vec<DepartmentId> = confined
            .flat_map(|held| held.within.iter().flatten())
            .map(|department| department.id.clone())
            .collect();
        departments.sort_by(|a, b| a.as_str().cmp(b.as_str()));
        departments.dedup();
        (!departments.is_empty()).then_some(Reach::Within(departments))
    }
}
