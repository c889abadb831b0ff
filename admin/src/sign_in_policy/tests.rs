//! Which rules hold for whom.

use config::settings::AdminHost;

use super::*;
use crate::state;
use crate::store::testing::{TestStore, on_both_engines};
use crate::testing::House;

fn group(id: &str) -> Belonging {
    Belonging {
        kind: PrincipalKind::Member,
        groups: [GroupId::from(id)].into(),
    }
}

fn exception(name: &str, who: PolicyAudience) -> PolicyException {
    PolicyException {
        ways: None,
        name: name.to_owned(),
        who: vec![who],
        two_step: None,
        password: None,
        sessions: None,
        attempts: None,
        risk: None,
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

#[tokio::test]
async fn operators_are_not_shut_out_by_passkeys_that_do_not_work_at_their_host() {
    let store = TestStore::sqlite().await;
    let mut policy = SignInPolicy::default();
    policy.two_step.demand = TwoStepDemand::Required;
    policy.two_step.methods = vec![SecondFactor::Passkey];
    let mut with_code = policy.clone();
    with_code.two_step.methods.push(SecondFactor::Authenticator);
    let (below, elsewhere) = (
        "https://ops.access.example.com",
        "https://ops.example.org:9443",
    );
    for (url, also_at_access_host, policy, is_good) in [
        (elsewhere, false, &policy, false),
        (elsewhere, false, &with_code, true),
        (elsewhere, true, &policy, true),
        (below, false, &policy, true),
    ] {
        let mut settings = state::testing::settings(&store);
        settings.admin = Some(AdminHost {
            url: url.parse().unwrap(),
            also_at_access_host,
        });
        let mut read = store.read().await.unwrap();
        let before = SignInPolicy::default();
        match check::check(&mut read, &settings, policy, &before, check::Has::ALL).await {
            Err(Refused::Invalid(wrong)) => {
                assert!(!is_good, "{url}");
                assert_eq!(wrong[0].field, "two_step.methods");
            }
            other => assert!(is_good && other.is_ok(), "{url} {other:?}"),
        }
    }
}

#[tokio::test]
async fn codes_alone_are_refused_where_nothing_sends_them() {
    on_both_engines(async |store| {
        let settings = state::testing::settings(&store);
        let mut policy = SignInPolicy::default();
        let mut guests = exception("Guests", PolicyAudience::Guests);
        guests.two_step = Some(TwoStepPolicy {
            code_alone: true,
            ..TwoStepPolicy::default()
        });
        policy.two_step.code_alone = true;
        policy.exceptions.push(guests);
        let before = SignInPolicy::default();
        let mut read = store.read().await.unwrap();
        let refused = check::check(&mut read, &settings, &policy, &before, check::Has::ALL).await;
        let Err(Refused::Invalid(wrong)) = refused else {
            panic!("{refused:?}");
        };
        let fields: Vec<_> = wrong.iter().map(|one| one.field.as_str()).collect();
        let expected = ["two_step.code_alone", "exceptions.0.two_step.code_alone"];
        assert_eq!(fields, expected);
        drop(read);
        let house = House::new(store).await;
        house.set_senders().await;
        let mut read = house.state.store.read().await.unwrap();
        check::check(&mut read, &settings, &policy, &before, check::Has::ALL)
            .await
            .unwrap();
    })
    .await;
}
