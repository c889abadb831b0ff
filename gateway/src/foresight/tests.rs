//! What is foretold is what the gate would do.

use config::snapshot::{Access, Effect, Who};

use super::*;
use crate::testing::{allow, application, deny, ip_list, path_rule, person};

const WIKI: &str = "wiki.example.com";
const AT: Timestamp = Timestamp(1_000_000);

fn wiki() -> Application {
    Application {
        access: Access::Rules(vec![
            deny("not bob", Who::Person("bob".into())),
            allow("staff", Who::Members),
        ]),
        path_rules: vec![path_rule("/open", Access::Public)],
        ip_lists: vec![ip_list("bad", Effect::Deny, &["198.51.100.0/24"])],
        ..application("wiki", WIKI)
    }
}

fn asked(who: Option<&str>, from: &str, path: &str) -> PastRequest {
    PastRequest {
        at: AT,
        principal: who.map(|name| Arc::new(person(name, &[]))),
        client_address: from.parse().unwrap(),
        method: "GET".into(),
        host: WIKI.into(),
        path: path.into(),
    }
}

fn told(application: &Application, request: &PastRequest) -> (Option<String>, Option<String>) {
    let rules = Blueprint::compile(application).unwrap();
    let foreseen = rules.judge(request);
    (foreseen.denial, foreseen.rule)
}

#[test]
fn each_stage_from_the_route_on_has_its_say() {
    let wiki = wiki();
    let text = |text: &str| Some(text.to_owned());
    for (who, from, path, denial, rule) in [
        (Some("ann"), "192.0.2.7", "/a", None, text("staff")),
        (
            Some("bob"),
            "192.0.2.7",
            "/a",
            text("forbidden"),
            text("not bob"),
        ),
        (None, "192.0.2.7", "/a", text("sign_in_required"), None),
        (None, "192.0.2.7", "/open/x", None, text("rule of /open")),
        (
            Some("ann"),
            "198.51.100.9",
            "/a",
            text("address_refused"),
            text("bad"),
        ),
    ] {
        let request = asked(who, from, path);
        assert_eq!(told(&wiki, &request), (denial, rule), "{who:?} {path}");
    }
}

#[test]
fn a_request_that_would_no_longer_lead_there_is_told_so() {
    let request = asked(Some("ann"), "192.0.2.7", "/a");
    let elsewhere = application("wiki", "other.example.com");
    assert_eq!(
        told(&elsewhere, &request).0.as_deref(),
        Some("unknown_host")
    );
    let mut below = wiki();
    below.path_prefix = "/wiki".into();
    assert_eq!(told(&below, &request).0.as_deref(), Some("unknown_path"));
}

#[test]
fn rules_that_cannot_be_obeyed_are_refused() {
    let mut bad = wiki();
    bad.hosts.clear();
    assert!(Blueprint::compile(&bad).is_err());
}
