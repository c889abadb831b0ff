//! Which role is whose to give, and whose account is whose to touch.
//!
//! Both are one question: whoever could set the password of an owner would be an owner. So a role
//! may be given and taken, and an account that holds it may be disabled, renamed, given a one-time
//! link or signed out, by the same people.

use config::Role;

use super::Forbidden;

/// The roles that each role governs.
const GOVERNS: [(Role, &[Role]); 5] = [
    (Role::Owner, &Role::ALL),
    (Role::Administrator, &[Role::HelpDesk]),
    (Role::SecurityAdministrator, &[]),
    (Role::Auditor, &[]),
    (Role::HelpDesk, &[]),
];

fn governs(actor: &[Role], role: Role) -> bool {
    GOVERNS
        .iter()
        .any(|(governor, governed)| actor.contains(governor) && governed.contains(&role))
}

/// Whether someone with the roles `actor` may change the roles of a person from `before` to `after`.
///
/// # Errors
/// The first role given or taken that is not theirs to give or take.
pub fn may_change(actor: &[Role], before: &[Role], after: &[Role]) -> Result<(), Forbidden> {
    let changed = Role::ALL
        .into_iter()
        .filter(|role| before.contains(role) != after.contains(role));
    for role in changed {
        if !governs(actor, role) {
            return Err(Forbidden::Grant(role));
        }
    }
    may_touch(actor, before)
}

/// Whether someone with the roles `actor` may touch the account of a person who holds `target`.
///
/// # Errors
/// The first role of that person that puts them out of reach.
pub fn may_touch(actor: &[Role], target: &[Role]) -> Result<(), Forbidden> {
    match target.iter().find(|role| !governs(actor, **role)) {
        Some(role) => Err(Forbidden::Above(*role)),
        None => Ok(()),
    }
}

/// Whether someone with the roles `actor` may make a token that acts with `wanted`: only with
/// roles that they hold, or govern.
///
/// # Errors
/// The first role that they may not hand to a token.
pub fn may_delegate(actor: &[Role], wanted: &[Role]) -> Result<(), Forbidden> {
    match wanted
        .iter()
        .find(|role| !actor.contains(role) && !governs(actor, **role))
    {
        Some(role) => Err(Forbidden::Grant(*role)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attack_18_nobody_but_an_owner_makes_an_owner_or_an_administrator() {
        for actor in Role::ALL.into_iter().filter(|r| *r != Role::Owner) {
            for wanted in [
                Role::Owner,
                Role::Administrator,
                Role::SecurityAdministrator,
            ] {
                assert!(may_change(&[actor], &[], &[wanted]).is_err(), "{actor:?}");
            }
        }
        may_change(&[Role::Owner], &[], &Role::ALL).unwrap();
        may_change(&[Role::Administrator], &[], &[Role::HelpDesk]).unwrap();
    }

    #[test]
    fn attack_18_the_help_desk_cannot_touch_an_account_with_a_role() {
        may_touch(&[Role::HelpDesk], &[]).unwrap();
        for role in Role::ALL {
            assert!(may_touch(&[Role::HelpDesk], &[role]).is_err());
        }
    }

    #[test]
    fn attack_18_an_administrator_cannot_change_the_lesser_roles_of_an_owner() {
        let before = [Role::Owner];
        let after = [Role::Owner, Role::HelpDesk];
        assert!(may_change(&[Role::Administrator], &before, &after).is_err());
    }

    #[test]
    fn attack_18_a_token_acts_with_no_more_than_its_maker() {
        may_delegate(&[Role::Auditor], &[Role::Auditor]).unwrap();
        may_delegate(&[Role::Owner], &[Role::Auditor]).unwrap();
        assert!(may_delegate(&[Role::Auditor], &[Role::Owner]).is_err());
        assert!(may_delegate(&[Role::Administrator], &[Role::Owner, Role::HelpDesk]).is_err());
    }
}
