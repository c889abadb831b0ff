//! Rules against people, addresses and hours.

use config::id::DepartmentId;
use config::snapshot::{Access, Application, Effect, PolicyRule, TimeWindow, Who};
use config::{Named, PrincipalKind, Role};

use super::*;
use crate::testing::{
    START, TestGate, allow, application, deny, get, get_as, path_rule, person, session,
};

const WIKI: &str = "wiki.example.com";

fn with_rules(rules: Vec<PolicyRule>) -> Application {
    Application {
        access: Access::Rules(rules),
        ..application("wiki", WIKI)
    }
}

fn compiled(rules: Vec<PolicyRule>) -> AccessRules {
    AccessRules::compile(&Access::Rules(rules), None).unwrap()
}

fn authenticated(session: Session) -> Identity {
    Identity::Authenticated(Arc::new(SessionEntry::new(session)))
}

/// What the rules say of this session, from an office address.
fn verdict(rules: Vec<PolicyRule>, session: Session, now: Timestamp) -> Result<(), Denial> {
    let from = "192.0.2.7".parse().unwrap();
    let unbound = GuestRules::default();
    let who = authenticated(session);
    judge(&compiled(rules), &unbound, &who, from, now).verdict
}

fn lets_in(rule: PolicyRule, principal: config::Principal) -> bool {
    verdict(vec![rule], session(principal, WIKI), START).is_ok()
}

#[test]
fn a_rule_is_about_whom_it_names() {
    let ann = || person("ann", &["editors"]);
    let mut guest = person("gil", &[]);
    guest.kind = PrincipalKind::Guest;
    let mut chief = person("cho", &[]);
    chief.roles = vec![Role::Administrator];
    chief.departments = vec![Named {
        id: DepartmentId::from("rnd"),
        name: "R&D".into(),
    }];

    assert!(lets_in(allow("r", Who::Everyone), guest.clone()));
    assert!(lets_in(allow("r", Who::Guests), guest.clone()));
    assert!(!lets_in(allow("r", Who::Members), guest));
    assert!(lets_in(allow("r", Who::Members), ann()));
    assert!(!lets_in(allow("r", Who::Guests), ann()));
    assert!(lets_in(allow("r", Who::Group("editors".into())), ann()));
    assert!(!lets_in(allow("r", Who::Group("readers".into())), ann()));
    assert!(lets_in(allow("r", Who::Person("ann".into())), ann()));
    assert!(!lets_in(allow("r", Who::Person("bob".into())), ann()));
    assert!(lets_in(
        allow("r", Who::Department("rnd".into())),
        chief.clone()
    ));
    assert!(!lets_in(allow("r", Who::Department("rnd".into())), ann()));
    assert!(lets_in(
        allow("r", Who::Role(Role::Administrator)),
        chief.clone()
    ));
    assert!(!lets_in(allow("r", Who::Role(Role::Auditor)), chief));

    let nobody = PolicyRule {
        who: Vec::new(),
        ..allow("r", Who::Everyone)
    };
    assert!(!lets_in(nobody, ann()));
}

#[test]
fn deny_wins_wherever_it_stands_and_says_which_rule() {
    let rules = vec![
        allow("all", Who::Everyone),
        deny("not ann", Who::Person("ann".into())),
    ];
    let refused = verdict(rules.clone(), session(person("ann", &[]), WIKI), START);
    assert_eq!(
        refused,
        Err(Denial::Forbidden {
            rule: "not ann".into()
        })
    );
    assert_eq!(
        verdict(rules, session(person("bob", &[]), WIKI), START),
        Ok(())
    );
    let nothing = verdict(Vec::new(), session(person("bob", &[]), WIKI), START);
    assert_eq!(nothing, Err(Denial::NoRuleAllows));
}

#[test]
fn the_first_allow_rule_that_matches_decides_about_the_second_factor() {
    let strict = PolicyRule {
        two_step: TwoStep::Required,
        ..allow("strict", Who::Members)
    };
    let lax = allow("lax", Who::Everyone);
    let ann = || session(person("ann", &[]), WIKI);
    let strict_first = verdict(vec![strict.clone(), lax.clone()], ann(), START);
    assert_eq!(strict_first, Err(Denial::TwoStepRequired));
    assert_eq!(verdict(vec![lax, strict], ann(), START), Ok(()));
}

#[test]
fn attack_22_a_second_factor_must_be_there_and_fresh_enough() {
    let within = |minutes| PolicyRule {
        two_step: TwoStep::Within(minutes),
        ..allow("fresh", Who::Everyone)
    };
    let proven = |at| Session {
        second_factor_at: at,
        ..session(person("ann", &[]), WIKI)
    };
    let after = |seconds| START.plus(Duration::from_secs(seconds));
    let check = |at, now| verdict(vec![within(10)], proven(at), now);
    assert_eq!(check(None, START), Err(Denial::TwoStepRequired));
    assert_eq!(check(Some(START), after(600)), Ok(()));
    assert_eq!(check(Some(START), after(601)), Err(Denial::TwoStepStale));
}

#[test]
fn a_rule_can_be_bound_to_addresses() {
    let office = PolicyRule {
        from: vec!["192.0.2.0/24".parse().unwrap()],
        ..allow("office", Who::Everyone)
    };
    let rules = compiled(vec![office]);
    let ann = authenticated(session(person("ann", &[]), WIKI));
    let unbound = GuestRules::default();
    let from = |address: &str| {
        let address = address.parse().unwrap();
        judge(&rules, &unbound, &ann, address, START).verdict
    };
    assert_eq!(from("192.0.2.200"), Ok(()));
    assert_eq!(from("::ffff:192.0.2.200"), Ok(()));
    assert_eq!(from("198.51.100.1"), Err(Denial::NoRuleAllows));
}

/// Minutes after midnight.
fn at(hour: u16, minute: u16) -> u16 {
    hour * 60 + minute
}

fn open_at(window: TimeWindow, utc: &str) -> bool {
    let rule = PolicyRule {
        when: vec![window],
        ..allow("hours", Who::Everyone)
    };
    let instant: jiff::Timestamp = utc.parse().unwrap();
    let now = Timestamp(instant.as_millisecond());
    let always = Session {
        expires_at: Timestamp(i64::MAX),
        ..session(person("ann", &[]), WIKI)
    };
    verdict(vec![rule], always, now).is_ok()
}

#[test]
fn hours_are_those_of_the_rules_time_zone() {
    let office = || TimeWindow {
        days: vec![1, 2, 3, 4, 5],
        from: at(9, 0),
        to: at(18, 0),
        time_zone: "Asia/Shanghai".into(),
    };
    for (utc, open) in [
        ("2026-03-02T00:59:59Z", false),
        ("2026-03-02T01:00:00Z", true),
        ("2026-03-02T09:59:59Z", true),
        ("2026-03-02T10:00:00Z", false),
        ("2026-02-28T02:00:00Z", false), // a Saturday
        ("2026-03-01T16:30:00Z", false), // Monday there, but at half past midnight
    ] {
        assert_eq!(open_at(office(), utc), open, "{utc}");
    }
}

#[test]
fn hours_past_midnight_belong_to_the_day_on_which_they_began() {
    let night = || TimeWindow {
        days: vec![5],
        from: at(22, 0),
        to: at(6, 0),
        time_zone: "UTC".into(),
    };
    for (utc, open) in [
        ("2026-03-06T21:59:00Z", false),
        ("2026-03-06T22:00:00Z", true), // Friday
        ("2026-03-07T05:59:00Z", true), // Saturday morning
        ("2026-03-07T06:00:00Z", false),
        ("2026-03-06T05:00:00Z", false), // Friday morning belongs to Thursday
        ("2026-03-07T23:00:00Z", false),
    ] {
        assert_eq!(open_at(night(), utc), open, "{utc}");
    }
}

#[test]
fn hours_follow_the_change_to_summer_time() {
    let morning = || TimeWindow {
        days: Vec::new(),
        from: at(9, 0),
        to: at(1440 / 60, 0),
        time_zone: "Europe/Berlin".into(),
    };
    assert!(!open_at(morning(), "2026-01-15T07:30:00Z"));
    assert!(open_at(morning(), "2026-07-15T07:30:00Z"));
    assert!(open_at(morning(), "2026-07-15T21:59:00Z"));
}

#[tokio::test]
async fn the_rule_that_decided_is_recorded() {
    let mut app = with_rules(vec![
        deny("no bots", Who::Person("bot".into())),
        allow("staff", Who::Members),
    ]);
    let internal = Access::Rules(vec![allow("editors", Who::Group("editors".into()))]);
    app.path_rules = vec![
        path_rule("/open", Access::Public),
        path_rule("/edit", internal),
    ];
    let gate = TestGate::with(vec![app]).await;
    let ann = gate.sign_in(session(person("ann", &["editors"]), WIKI));
    let bot = gate.sign_in(session(person("bot", &[]), WIKI));
    for (cookie, path, rule, lets_in) in [
        (&ann, "/", "staff", true),
        (&ann, "/open", "rule of /open", true),
        (&ann, "/edit", "rule of /edit: editors", true),
        (&bot, "/", "no bots", false),
    ] {
        let (outcome, visit) = gate.admit(&get_as(cookie, WIKI, path)).await;
        assert_eq!(visit.rule.as_deref(), Some(rule), "{path}");
        assert_eq!(outcome.is_ok(), lets_in, "{path}");
    }
}

#[tokio::test]
async fn on_a_public_path_a_session_is_carried_along_but_not_needed() {
    let public = Application {
        access: Access::Public,
        ..application("wiki", WIKI)
    };
    let gate = TestGate::with(vec![public]).await;
    let (anonymous, _) = gate.admit(&get(WIKI, "/")).await;
    assert!(anonymous.unwrap().session().is_none());

    let cookie = gate.sign_in(session(person("ann", &[]), WIKI));
    let (known, _) = gate.admit(&get_as(&cookie, WIKI, "/")).await;
    assert!(known.unwrap().session().is_some());

    gate.gate
        .sessions
        .revoke(&config::session::Revocation::Member("ann".into()));
    gate.store.set_away(true);
    let (unknown, _) = gate.admit(&get_as(&cookie, WIKI, "/")).await;
    assert!(unknown.unwrap().session().is_none());
}

#[tokio::test]
async fn a_cookie_that_opens_nothing_is_an_ended_session() {
    let gate = TestGate::with(vec![application("wiki", WIKI)]).await;
    let unknown = format!("{}={}", config::cookies::SESSION, "A".repeat(43));
    let denial = gate.denial(&get_as(&unknown, WIKI, "/")).await;
    assert_eq!(denial, Some(Denial::SessionEnded));
    gate.store.set_away(true);
    let denial = gate.denial(&get_as(&unknown, WIKI, "/")).await;
    assert_eq!(denial, Some(Denial::StoreAway));
}

#[tokio::test]
async fn what_cannot_be_recorded_is_refused() {
    let public = Application {
        access: Access::Public,
        ..application("wiki", WIKI)
    };
    let gate = TestGate::with(vec![public]).await;
    gate.events
        .stopped
        .store(true, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(
        gate.denial(&get(WIKI, "/")).await,
        Some(Denial::EventsStopped)
    );
    assert_eq!(gate.denial(&get("access.example.com", "/")).await, None);
}

#[test]
fn a_time_zone_that_does_not_exist_is_a_problem() {
    let rule = PolicyRule {
        effect: Effect::Allow,
        when: vec![TimeWindow {
            days: Vec::new(),
            from: 0,
            to: 1440,
            time_zone: "Mars/Olympus".into(),
        }],
        ..allow("mars", Who::Everyone)
    };
    assert!(AccessRules::compile(&Access::Rules(vec![rule]), None).is_err());
}
