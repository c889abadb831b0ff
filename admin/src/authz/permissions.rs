//! Sets of permissions. A permission is an action on a resource, written `members:read`.

use config::Role;

use super::table::{Action, Resource, allows};

/// What a role lets somebody do: one bit for each action on each resource.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Permissions(u128);

const _: () = assert!(Resource::ALL.len() * Action::ALL.len() <= 128);

impl Permissions {
    pub const NONE: Self = Self(0);

    /// What the table says of a built-in role.
    #[must_use]
    pub fn of(role: Role) -> Self {
        every().fold(Self::NONE, |all, (resource, action)| {
            if allows(role, resource, action) {
                all.with(resource, action)
            } else {
                all
            }
        })
    }

    /// What a role that is made here, or a token, may be given: all that an owner may do, but for what
    /// is meant for the machine itself.
    #[must_use]
    pub fn grantable() -> Self {
        let owners = Self::of(Role::Owner).0;
        Self(owners & !Self::NONE.with(Resource::SetUp, Action::Create).0)
    }

    #[must_use]
    pub fn with(self, resource: Resource, action: Action) -> Self {
        Self(self.0 | bit(resource, action))
    }

    #[must_use]
    pub fn contains(self, resource: Resource, action: Action) -> bool {
        self.0 & bit(resource, action) != 0
    }

    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether `other` has all of these.
    #[must_use]
    pub fn is_within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// Whether `other` has all of these, and more.
    #[must_use]
    pub fn is_less_than(self, other: Self) -> bool {
        self.is_within(other) && self != other
    }

    /// In the order of the table.
    pub fn iter(self) -> impl Iterator<Item = (Resource, Action)> {
        every().filter(move |(resource, action)| self.contains(*resource, *action))
    }

    /// As they are written.
    #[must_use]
    pub fn names(self) -> Vec<String> {
        self.iter()
            .map(|(resource, action)| super::table::permission(resource, action))
            .collect()
    }

    /// Reads what [`Permissions::names`] has written.
    ///
    /// # Errors
    /// The first name that is no permission.
    pub fn read<T: AsRef<str>>(names: &[T]) -> Result<Self, &str> {
        names.iter().try_fold(Self::NONE, |all, name| {
            let name = name.as_ref();
            let (resource, action) = read(name).ok_or(name)?;
            Ok(all.with(resource, action))
        })
    }

    /// Reads what is in the store: a permission that this version does not know gives nothing.
    #[must_use]
    pub fn known_of<T: AsRef<str>>(names: &[T]) -> Self {
        let known = names.iter().filter_map(|name| read(name.as_ref()));
        known.fold(Self::NONE, |all, (resource, action)| {
            all.with(resource, action)
        })
    }

    /// Whether this version knows each of them.
    #[must_use]
    pub fn knows<T: AsRef<str>>(names: &[T]) -> bool {
        names.iter().all(|name| read(name.as_ref()).is_some())
    }
}

fn read(name: &str) -> Option<(Resource, Action)> {
    let (resource, action) = name.split_once(':')?;
    Some((Resource::from_name(resource)?, Action::from_name(action)?))
}

fn bit(resource: Resource, action: Action) -> u128 {
    1 << (resource as u32 * 4 + action as u32)
}

fn every() -> impl Iterator<Item = (Resource, Action)> {
    Resource::ALL
        .into_iter()
        .flat_map(|resource| Action::ALL.map(|action| (resource, action)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_what_is_unknown_is_told() {
        for role in Role::ALL {
            let all = Permissions::of(role);
            assert_eq!(Permissions::read(&all.names()), Ok(all), "{role:?}");
        }
        let names = ["members:read", "members:fly"];
        assert_eq!(Permissions::read(&names), Err("members:fly"));
        let known = Permissions::known_of(&names);
        assert_eq!(known.names(), ["members:read"]);
    }

    #[test]
    fn each_permission_has_a_bit_of_its_own() {
        let bits: std::collections::HashSet<u128> = every().map(|(r, a)| bit(r, a)).collect();
        assert_eq!(bits.len(), every().count());
    }
}
