//! Which rules hold for whom.

use super::*;

fn group(id: &str) -> Belonging {
    Belonging {
        kind: PrincipalKind::Member,
        groups: [GroupId::from(id)].into(),
    }
}

fn exception(name: &str, who: PolicyAudience) -> PolicyException {
    PolicyException {
        name: name.to_owned(),
        who: vec![who],
        two_step: None,
        password: None,
        sessions: None,
        attempts: None,
    }
}

#[test]
fn of_each_part_the_first_exception_that_fits_and_has_it_holds() {
    let min_length = |min_length| {
        Some(PasswordPolicy {
            min_length,
            ..PasswordPolicy::default()
        })
    };
    let most = |most| {
        Some(SessionPolicy {
            most,
            ..SessionPolicy::default()
        })
    };
    let staff = || PolicyAudience::Group("g1".into());
    let policy = SignInPolicy {
        exceptions: vec![
            PolicyException {
                sessions: most(1),
                ..exception("a", staff())
            },
            PolicyException {
                password: min_length(20),
                sessions: most(2),
                ..exception("b", staff())
            },
            PolicyException {
                password: min_length(30),
                ..exception("c", PolicyAudience::Guests)
            },
        ],
        ..SignInPolicy::default()
    };
    let rules = policy.of(&group("g1"));
    assert_eq!((rules.sessions.most, rules.password.min_length), (1, 20));
    let rules = policy.of(&group("g2"));
    assert_eq!((rules.sessions.most, rules.password.min_length), (0, 10));
    let guest = Belonging {
        kind: PrincipalKind::Guest,
        ..group("g1")
    };
    assert_eq!(policy.of(&guest).password.min_length, 20);
    let other_guest = Belonging {
        kind: PrincipalKind::Guest,
        ..group("g2")
    };
    assert_eq!(policy.of(&other_guest).password.min_length, 30);
}
