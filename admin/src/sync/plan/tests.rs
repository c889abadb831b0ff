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
fn where_an_administrator_is_reached_is_not_for_the_directory_to_choose() {
    let mut theirs = wanted("alice");
    theirs.fields.display_name = "Alice Wang".to_owned();
    theirs.fields.email = Some("mallory@example.com".to_owned());
    theirs.fields.email_key = theirs.fields.email.clone();
    theirs.fields.mobile = Some("13800000000".to_owned());
    let holder = Ours {
        holds_a_role: true,
        ..ours("alice")
    };
    let plan = |found| person(&theirs, &Found::Linked(found), &Taken::default(), TRUST).unwrap();
    let change = plan(holder);
    assert!(change.withholds, "looked at again once the role is gone");
    let kept = change.fields.unwrap();
    assert_eq!(kept.display_name, "Alice Wang");
    assert_eq!((kept.email, kept.mobile), (fields("alice").email, None));
    let change = plan(ours("alice"));
    assert!(!change.withholds);
    assert_eq!(change.fields.unwrap(), theirs.fields);
}

#[test]
fn no_run_makes_a_member_of_a_guest() {
    let mut guest = ours("alice");
    guest.fields.kind = PrincipalKind::Guest;
    let found = Found::Linked(guest);
    let change = person(&wanted("alice"), &found, &Taken::default(), TRUST).unwrap();
    assert_eq!(change.fields, None);
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
        (Status::Left, true, true, None),
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
