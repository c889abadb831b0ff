//! Which role is whose to give, and whose account is whose to touch.
//!
//! Both are one question: whoever could set the password of an owner would be an owner. So a role
//! may be given and taken, and an account that holds it may be disabled, renamed, given a one-time
//! link or signed out, by the same people: an owner, or somebody who may give roles and could do all
//! that the role lets its holder do, and more. A role that itself gives roles is an owner's to give.

use super::authority::Authority;
use super::holding::Holding;
use super::permissions::Permissions;
use super::table::{Action, Resource};
use super::{Forbidden, table};

/// Whether someone may give a role that lets its holder do this.
#[must_use]
pub fn governs(actor: &Authority, role: Permissions) -> bool {
    const GIVES: (Resource, Action) = (Resource::RoleAssignments, Action::Change);
    let gives = |permissions: Permissions| permissions.contains(GIVES.0, GIVES.1);
    actor.is_owner()
        || (gives(actor.everywhere()) && !gives(role) && role.is_less_than(actor.everywhere()))
}

/// A role that this version does not know, or not all of, is an owner's alone.
fn governs_holding(actor: &Authority, held: &Holding) -> bool {
    match held.known_whole() {
        Some(permissions) => governs(actor, permissions),
        None => actor.is_owner(),
    }
}

/// Whether `actor` may change what a role lets its holders do.
///
/// # Errors
/// If the role is not theirs to govern.
pub fn may_govern(actor: &Authority, role: &Holding) -> Result<(), Forbidden> {
    if governs_holding(actor, role) {
        Ok(())
    } else {
        Err(Forbidden::Grant(role.shown().to_owned()))
    }
}

/// Whether `actor` may change the roles of a person from `before` to `after`.
///
/// # Errors
/// The first role given or taken that is not theirs to give or take.
pub fn may_change(
    actor: &Authority,
    before: &[Holding],
    after: &[Holding],
) -> Result<(), Forbidden> {
    let taken = before.iter().filter(|held| !after.contains(held));
    let given = after.iter().filter(|held| !before.contains(held));
    match given
        .chain(taken)
        .find(|held| !governs_holding(actor, held))
    {
        Some(held) => Err(Forbidden::Grant(held.shown().to_owned())),
        None => may_touch(actor, before),
    }
}

/// Whether `actor` may touch the account of a person who holds `target`.
///
/// # Errors
/// The first role of that person that puts them out of reach.
pub fn may_touch(actor: &Authority, target: &[Holding]) -> Result<(), Forbidden> {
    match target.iter().find(|held| !governs_holding(actor, held)) {
        Some(held) => Err(Forbidden::Above(held.shown().to_owned())),
        None => Ok(()),
    }
}

/// Whether `actor` may make a token that acts with this role: only one that they hold everywhere, or
/// govern.
///
/// # Errors
/// If it is not theirs to hand to a token.
pub fn may_delegate(actor: &Authority, wanted: &Holding) -> Result<(), Forbidden> {
    if actor.holdings().contains(wanted) || governs_holding(actor, wanted) {
        Ok(())
    } else {
        Err(Forbidden::Grant(wanted.shown().to_owned()))
    }
}

/// Whether `actor` may make a token that may do this: only what they may do everywhere.
///
/// # Errors
/// The first permission that is not theirs.
pub fn may_delegate_each(actor: &Authority, wanted: Permissions) -> Result<(), Forbidden> {
    let own = actor.everywhere();
    match wanted.iter().find(|(r, a)| !own.contains(*r, *a)) {
        Some((resource, action)) => Err(Forbidden::Grant(table::permission(resource, action))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use config::{Named, Role};

    use super::*;

    fn with(role: Role) -> Authority {
        Authority::of(vec![Holding::of(role)])
    }

    fn held(roles: &[Role]) -> Vec<Holding> {
        roles.iter().copied().map(Holding::of).collect()
    }

    fn made(permissions: &[&str]) -> Holding {
        let permissions: Vec<String> = permissions.iter().map(ToString::to_string).collect();
        Holding::made("id", "made", &permissions)
    }

    #[test]
    fn attack_18_nobody_but_an_owner_makes_an_owner_or_an_administrator() {
        for actor in Role::ALL.into_iter().filter(|r| *r != Role::Owner) {
            for wanted in [
                Role::Owner,
                Role::Administrator,
                Role::SecurityAdministrator,
                Role::Auditor,
            ] {
                let wanted = held(&[wanted]);
                assert!(may_change(&with(actor), &[], &wanted).is_err(), "{actor:?}");
            }
        }
        may_change(&with(Role::Owner), &[], &held(&Role::ALL)).unwrap();
        may_change(&with(Role::Administrator), &[], &held(&[Role::HelpDesk])).unwrap();
    }

    #[test]
    fn attack_18_the_help_desk_cannot_touch_an_account_with_a_role() {
        may_touch(&with(Role::HelpDesk), &[]).unwrap();
        for role in Role::ALL {
            assert!(may_touch(&with(Role::HelpDesk), &held(&[role])).is_err());
        }
        let made = made(&["guests:create"]);
        assert!(may_touch(&with(Role::HelpDesk), &[made]).is_err());
    }

    #[test]
    fn attack_18_an_administrator_cannot_change_the_lesser_roles_of_an_owner() {
        let before = held(&[Role::Owner]);
        let after = held(&[Role::Owner, Role::HelpDesk]);
        assert!(may_change(&with(Role::Administrator), &before, &after).is_err());
    }

    #[test]
    fn attack_18_a_role_is_given_by_those_who_could_do_all_of_it_and_more() {
        let admin = with(Role::Administrator);
        for permissions in [&["guests:create"][..], &["groups:read", "groups:change"]] {
            may_change(&admin, &[], &[made(permissions)]).unwrap();
        }
        for permissions in [
            &["ip_lists:change"][..],
            &["audit_log:read"],
            &["members:read", "role_assignments:change"],
        ] {
            assert!(may_change(&admin, &[], &[made(permissions)]).is_err());
            may_change(&with(Role::Owner), &[], &[made(permissions)]).unwrap();
        }
    }

    #[test]
    fn attack_18_a_role_confined_to_departments_gives_no_roles_and_makes_no_token() {
        let id = "d".into();
        let name = "D".to_owned();
        let mut confined = Holding::of(Role::Administrator);
        confined.within = Some(vec![Named { id, name }]);
        let actor = Authority::of(vec![confined.clone()]);
        assert!(may_change(&actor, &[], &held(&[Role::HelpDesk])).is_err());
        assert!(may_touch(&actor, &[confined]).is_err());
        assert!(may_delegate(&actor, &Holding::of(Role::Administrator)).is_err());
        let wanted = Permissions::read(&["members:read"]).unwrap();
        assert!(may_delegate_each(&actor, wanted).is_err());
    }

    #[test]
    fn attack_18_a_token_acts_with_no_more_than_its_maker() {
        let auditor = with(Role::Auditor);
        may_delegate(&auditor, &Holding::of(Role::Auditor)).unwrap();
        may_delegate(&with(Role::Owner), &Holding::of(Role::Auditor)).unwrap();
        assert!(may_delegate(&auditor, &Holding::of(Role::Owner)).is_err());
        let admin = with(Role::Administrator);
        may_delegate(&admin, &Holding::of(Role::HelpDesk)).unwrap();
        assert!(may_delegate(&admin, &Holding::of(Role::Owner)).is_err());
        let reads = Permissions::read(&["audit_log:read"]).unwrap();
        may_delegate_each(&auditor, reads).unwrap();
        assert!(may_delegate_each(&admin, reads).is_err());
    }
}
