//! Who is taken for whom, and what comes of it.

use super::*;

fn fields(username: &str) -> Fields {
    Fields {
        kind: PrincipalKind::Member,
        username: username.to_owned(),
        username_key: username.to_owned(),
        display_name: username.to_owned(),
        email: Some(format!("{username}@example.com")),
        email_key: Some(format!("{username}@example.com")),
        mobile: None,
        employee_number: None,
    }
}

fn wanted(username: &str) -> Wanted {
    Wanted {
        fields: fields(username),
        departments: vec!["d1".into()],
        is_enabled: true,
    }
}

fn ours(username: &str) -> Ours {
    Ours {
        id: "m1".into(),
        fields: fields(username),
        is_email_verified: false,
        status: Status::Active,
        departments: vec!["d1".into()],
        holds_a_role: false,
        is_shut: false,
        elsewhere: None,
        is_linked: false,
    }
}

const TRUST: Trust = Trust { in_mail: true };
const NO_TRUST: Trust = Trust { in_mail: false };

#[test]
fn whoever_is_as_the_directory_says_is_left_alone() {
    let found = Found::Linked(ours("alice"));
    let change = person(&wanted("alice"), &found, &Taken::default(), NO_TRUST).unwrap();
    assert!(change.is_nothing());
}

#[test]
fn nobody_is_linked_who_could_do_more_than_the_directory_may_decide() {
    let guest = {
        let mut one = ours("alice");
        one.fields.kind = PrincipalKind::Guest;
        one
    };
    for one in [
        guest,
        Ours {
            holds_a_role: true,
            ..ours("alice")
        },
        Ours {
            elsewhere: Some("AD".to_owned()),
            ..ours("alice")
        },
        Ours {
            is_linked: true,
            ..ours("alice")
        },
        Ours {
            status: Status::Disabled,
            ..ours("alice")
        },
    ] {
        let refused = person(
            &wanted("alice"),
            &Found::Fits(one),
            &Taken::default(),
            TRUST,
        );
        assert_eq!(refused.unwrap_err().candidate, Some("m1".into()));
    }
    let linked = person(
        &wanted("alice"),
        &Found::Fits(ours("alice")),
        &Taken::default(),
        TRUST,
    );
    assert!(linked.unwrap().links);
}

#[test]
fn the_directory_alone_does_not_vouch_for_where_codes_of_an_administrator_go() {
    let holder = Ours {
        holds_a_role: true,
        ..ours("alice")
    };
    for (one, expected) in [(ours("alice"), Some(true)), (holder, None)] {
        let found = Found::Linked(one);
        let change = person(&wanted("alice"), &found, &Taken::default(), TRUST).unwrap();
        assert_eq!(change.vouches, expected);
    }
}

#[test]
fn what_somebody_else_has_is_not_taken_from_them() {
    let taken = Taken {
        username: Some("m2".into()),
        email: None,
    };
    for found in [Found::Nobody, Found::Linked(ours("alicia"))] {
        let refused = person(&wanted("alice"), &found, &taken, TRUST).unwrap_err();
        assert_eq!(refused.candidate, Some("m2".into()));
    }
    let taken = Taken {
        username: Some("m1".into()),
        email: Some("m2".into()),
    };
    let found = Found::Linked(ours("alice"));
    let change = person(&wanted("alice"), &found, &taken, TRUST).unwrap();
    assert_eq!((change.fields.unwrap().email, change.vouches), (None, None));
}

#[test]
fn only_whom_the_directory_shut_out_does_it_let_in_again() {
    for (status, is_shut, is_enabled, expected) in [
        (Status::Active, false, false, Some(Status::Disabled)),
        (Status::Disabled, true, true, Some(Status::Active)),
        (Status::Disabled, false, true, None),
        (Status::Left, false, true, None),
        (Status::Disabled, true, false, None),
    ] {
        let one = Ours {
            status,
            is_shut,
            ..ours("alice")
        };
        let wanted = Wanted {
            is_enabled,
            ..wanted("alice")
        };
        let change = person(&wanted, &Found::Linked(one), &Taken::default(), NO_TRUST).unwrap();
        assert_eq!(change.status, expected, "{status:?} {is_shut} {is_enabled}");
    }
}
