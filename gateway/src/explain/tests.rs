//! An explanation says what the gate would do, and ends where the gate would refuse.

use config::settings::AdminHost;
use config::snapshot::{
    Access, Application, Effect, GuestGroup, GuestsFrom, PolicyRule, TwoStep, Who,
};

use super::*;
use crate::testing::{TestGate, allow, application, deny, ip_list, person, snapshot};

const WIKI: &str = "wiki.example.com";

async fn gate() -> TestGate {
    let strict = PolicyRule {
        two_step: TwoStep::Within(5),
        ..allow("staff", Who::Members)
    };
    let rules = vec![deny("not bob", Who::Person("bob".into())), strict];
    let mut all = snapshot(vec![Application {
        access: Access::Rules(rules),
        ..application("wiki", WIKI)
    }]);
    all.ip_lists = vec![ip_list("bad", Effect::Deny, &["198.51.100.0/24"])];
    TestGate::started(all, |_| {}).await
}

fn question(who: Option<&str>, from: &str, url: &str) -> Question {
    Question {
        principal: who.map(|name| person(name, &[])),
        client_address: from.parse().unwrap(),
        method: "GET".into(),
        url: url.parse().unwrap(),
    }
}

fn stages(explanation: &Explanation) -> Vec<&str> {
    explanation.steps.iter().map(|s| s.stage.as_str()).collect()
}

#[tokio::test]
async fn whoever_would_be_let_in_is_told_by_which_rule() {
    let gate = gate().await;
    let asked = question(
        Some("ann"),
        "192.0.2.7",
        "https://wiki.example.com:8443/a?b",
    );
    let told = gate.gate.explain(&asked);
    assert!(told.granted, "{told:?}");
    assert_eq!(told.rule.as_deref(), Some("staff"));
    let all = [
        "client_address",
        "ip_rules",
        "route",
        "ip_rules",
        "session",
        "policy",
    ];
    assert_eq!(stages(&told), all);
    assert_eq!(
        told.steps[5].finding,
        "let in by staff, which asks for a second factor"
    );
}

#[tokio::test]
async fn an_explanation_ends_with_the_stage_that_refuses() {
    let gate = gate().await;
    for (who, from, url, last, denial) in [
        (
            Some("ann"),
            "198.51.100.1",
            "https://wiki.example.com/",
            "ip_rules",
            "address_refused",
        ),
        (
            Some("ann"),
            "192.0.2.7",
            "https://nowhere.example.com/",
            "route",
            "unknown_host",
        ),
        (
            None,
            "192.0.2.7",
            "https://wiki.example.com/",
            "policy",
            "sign_in_required",
        ),
        (
            Some("bob"),
            "192.0.2.7",
            "https://wiki.example.com/",
            "policy",
            "forbidden",
        ),
    ] {
        let told = gate.gate.explain(&question(who, from, url));
        assert!(!told.granted);
        assert_eq!(told.denial.as_deref(), Some(denial));
        assert_eq!(stages(&told).last(), Some(&last));
    }
}

#[tokio::test]
async fn an_explanation_names_the_path_that_a_browser_would_ask_for() {
    let url = "https://wiki.example.com/public/../admin?x";
    let told = gate().await.gate.explain(&question(None, "192.0.2.7", url));
    assert_eq!(
        told.steps[2].finding,
        "GET /admin leads to application wiki (wiki), by its general rules"
    );
}

#[tokio::test]
async fn the_host_of_the_operators_is_explained_as_their_listeners_serve_it() {
    let gate = TestGate::started(snapshot(Vec::new()), |settings| {
        settings.admin = Some(AdminHost {
            url: "https://admin.example.com:9443".parse().unwrap(),
            also_at_access_host: false,
        });
    });
    let asked = question(None, "192.0.2.7", "https://admin.example.com:9443/console/");
    let told = gate.await.gate.explain(&asked);
    assert!(told.granted, "{told:?}");
}

#[tokio::test]
async fn our_own_pages_are_explained_too() {
    let asked = question(None, "192.0.2.7", "https://access.example.com/sign-in");
    assert!(gate().await.gate.explain(&asked).granted);
}

#[tokio::test]
async fn a_guest_is_explained_that_it_is_the_network() {
    let mut all = snapshot(vec![application("wiki", WIKI)]);
    all.guest_groups = vec![GuestGroup {
        id: "auditors".into(),
        from: GuestsFrom::Nowhere,
    }];
    let gate = TestGate::started(all, |_| {}).await;
    let mut guest = person("gil", &["auditors"]);
    guest.kind = config::PrincipalKind::Guest;
    let asked = Question {
        principal: Some(guest),
        ..question(None, "192.0.2.7", "https://wiki.example.com/")
    };
    let told = gate.gate.explain(&asked);
    assert_eq!(told.denial.as_deref(), Some("guest_address"));
    assert_eq!(told.rule.as_deref(), Some("lists that cannot be read"));
    assert_eq!(stages(&told).last(), Some(&"policy"));
}
