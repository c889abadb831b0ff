//! The stages together: what is refused first, and what a change of rules or settings does.

use std::time::Duration;

use config::PrincipalKind;
use config::Timestamp;
use config::snapshot::{
    Access, Application, Effect, GuestGroup, GuestsFrom, Limits, RateLimit, WebSockets,
};

use super::*;
use crate::rulebook::ENDS_TOGETHER;
use crate::testing::{
    TestGate, application, get, get_as, ip_list, person, request, session, snapshot,
};

const WIKI: &str = "wiki.example.com";

fn public() -> Application {
    Application {
        access: Access::Public,
        ..application("wiki", WIKI)
    }
}

#[tokio::test]
async fn nobody_gets_in_before_there_are_rules() {
    let gate = TestGate::with(vec![public()]).await;
    gate.gate.rulebook.store(None);
    assert_eq!(gate.denial(&get(WIKI, "/")).await, Some(Denial::NoSnapshot));
}

#[tokio::test]
async fn addresses_are_judged_for_all_hosts_and_then_for_the_application() {
    let mut app = public();
    app.ip_lists = vec![ip_list("office", Effect::Allow, &["192.0.2.0/24"])];
    let mut rules = snapshot(vec![app, application("other", "other.example.com")]);
    rules.ip_lists = vec![ip_list("bad", Effect::Deny, &["192.0.2.66"])];
    let gate = TestGate::started(rules, |_| {}).await;
    let refused = |rule: &str| Some(Denial::AddressRefused { rule: rule.into() });

    for (from, host, expected) in [
        ("192.0.2.7", WIKI, None),
        ("192.0.2.66", WIKI, refused("bad")),
        ("::ffff:192.0.2.66", WIKI, refused("bad")),
        ("192.0.2.66", "access.example.com", refused("bad")),
        ("192.0.2.66", "unknown.example.com", refused("bad")),
        ("198.51.100.1", WIKI, refused("on no allow list")),
        ("198.51.100.1", "access.example.com", None),
    ] {
        let (outcome, _) = gate.admit_from(from, &get(host, "/")).await;
        assert_eq!(outcome.err(), expected, "{from} {host}");
    }
}

#[tokio::test]
async fn a_guest_is_kept_out_of_every_application_from_where_their_group_lets_nobody_in() {
    let mut rules = snapshot(vec![public(), application("other", "other.example.com")]);
    let office = ip_list("office", Effect::Allow, &["192.0.2.0/24"]);
    rules.guest_groups = vec![GuestGroup {
        id: "auditors".into(),
        from: GuestsFrom::Lists(vec![office]),
    }];
    let gate = TestGate::started(rules, |_| {}).await;
    let refused = || {
        let rule = "on no allow list".into();
        Some(Denial::GuestAddressRefused { rule })
    };
    for host in [WIKI, "other.example.com"] {
        for kind in [PrincipalKind::Guest, PrincipalKind::Member] {
            let mut who = person("gil", &["auditors"]);
            who.kind = kind;
            let cookie = gate.sign_in(session(who, host));
            let request = get_as(&cookie, host, "/");
            let (inside, _) = gate.admit_from("192.0.2.7", &request).await;
            assert_eq!(inside.err(), None, "{host} {kind:?}");
            let (outside, visit) = gate.admit_from("198.51.100.1", &request).await;
            let is_guest = kind == PrincipalKind::Guest;
            assert_eq!(
                outside.err(),
                refused().filter(|_| is_guest),
                "{host} {kind:?}"
            );
            let told = visit.rule.as_deref() == Some("on no allow list");
            assert_eq!(told, is_guest, "the event tells of the list");
            gate.gate
                .sessions
                .revoke(&config::session::Revocation::Member("gil".into()));
        }
    }
}

#[tokio::test]
async fn an_application_may_have_lists_of_its_own_in_the_place_of_those_that_hold_everywhere() {
    let mut hook = public();
    hook.ip_lists = vec![ip_list("robots", Effect::Allow, &["203.0.113.0/24"])];
    hook.own_ip_lists_only = true;
    let mut rules = snapshot(vec![hook, application("other", "other.example.com")]);
    rules.ip_lists = vec![ip_list("office", Effect::Allow, &["192.0.2.0/24"])];
    let gate = TestGate::started(rules, |_| {}).await;
    let refused = || {
        Some(Denial::AddressRefused {
            rule: "on no allow list".into(),
        })
    };
    for (from, host, expected) in [
        ("203.0.113.9", WIKI, None),
        ("192.0.2.7", WIKI, refused()),
        ("203.0.113.9", "other.example.com", refused()),
        ("203.0.113.9", "access.example.com", refused()),
        ("203.0.113.9", "unknown.example.com", refused()),
    ] {
        let (outcome, _) = gate.admit_from(from, &get(host, "/")).await;
        assert_eq!(outcome.err(), expected, "{from} {host}");
    }
}

#[tokio::test]
async fn an_entry_of_a_list_ends_although_no_new_rules_come() {
    let mut office = Arc::unwrap_or_clone(ip_list("office", Effect::Allow, &["192.0.2.7"]));
    let gate = TestGate::with(vec![public()]).await;
    // Both lie in the same stretch of those that are dropped together.
    let stretch = i64::try_from(ENDS_TOGETHER.as_millis()).unwrap();
    let begun = gate.clock.now().0.div_euclid(stretch);
    let sooner_end = Timestamp((begun + 10) * stretch - 10_000);
    let end = sooner_end.plus(Duration::from_secs(9));
    let mut entries = office.entries.to_vec();
    entries[0].expires_at = Some(end);
    let mut sooner = entries[0].clone();
    sooner.range = "192.0.2.8".parse().unwrap();
    sooner.expires_at = Some(sooner_end);
    entries.push(sooner);
    office.entries = entries.into();
    let mut rules = snapshot(vec![public()]);
    rules.ip_lists = vec![Arc::new(office)];
    assert!(gate.gate.adopt(Arc::new(rules)).await);
    let come_in = async || {
        gate.gate.drop_what_has_ended().await;
        let (first, _) = gate.admit_from("192.0.2.7", &get(WIKI, "/")).await;
        let (second, _) = gate.admit_from("192.0.2.8", &get(WIKI, "/")).await;
        (first.is_ok(), second.is_ok())
    };
    assert_eq!(come_in().await, (true, true));
    // Both at once, and in less than a minute.
    gate.clock.advance(sooner_end.since(gate.clock.now()));
    let mut waited = Duration::ZERO;
    loop {
        match come_in().await {
            (false, false) => break,
            (true, true) => {}
            other => panic!("{other:?}"),
        }
        gate.clock.advance(Duration::from_secs(1));
        waited += Duration::from_secs(1);
    }
    assert!(waited < Duration::from_mins(1), "{waited:?}");
}

#[tokio::test]
async fn attack_05_a_forged_address_passes_no_address_rule() {
    let mut app = public();
    app.ip_lists = vec![ip_list("office", Effect::Allow, &["192.0.2.0/24"])];
    let proxies = vec!["10.0.0.0/8".parse().unwrap()];
    let gate = TestGate::started(snapshot(vec![app]), |s| s.trust.proxies = proxies).await;
    let forged = request("GET", WIKI, "/", &[("X-Forwarded-For", "192.0.2.7")]);

    let (stranger, visit) = gate.admit_from("198.51.100.1", &forged).await;
    assert!(matches!(stranger, Err(Denial::AddressRefused { .. })));
    assert_eq!(visit.client_address, Some("198.51.100.1".parse().unwrap()));

    let (through_proxy, visit) = gate.admit_from("10.0.0.1", &forged).await;
    assert!(through_proxy.is_ok());
    assert_eq!(visit.client_address, Some("192.0.2.7".parse().unwrap()));

    let chain = request(
        "GET",
        WIKI,
        "/",
        &[("X-Forwarded-For", "192.0.2.7, 198.51.100.1")],
    );
    let (outcome, _) = gate.admit_from("10.0.0.1", &chain).await;
    assert!(matches!(outcome, Err(Denial::AddressRefused { .. })));

    let garbage = request(
        "GET",
        WIKI,
        "/",
        &[("X-Forwarded-For", "192.0.2.7, unknown")],
    );
    let (outcome, _) = gate.admit_from("10.0.0.1", &garbage).await;
    assert_eq!(outcome.err(), Some(Denial::ClientAddressUnreadable));
}

#[tokio::test]
async fn attack_10_a_cookie_of_one_host_opens_no_other() {
    let gate = TestGate::with(vec![
        application("wiki", WIKI),
        application("other", "other.example.com"),
    ])
    .await;
    let cookie = gate.sign_in(session(person("ann", &[]), WIKI));
    assert_eq!(gate.denial(&get_as(&cookie, WIKI, "/")).await, None);
    let elsewhere = gate
        .denial(&get_as(&cookie, "other.example.com", "/"))
        .await;
    assert_eq!(elsewhere, Some(Denial::SessionEnded));
}

#[tokio::test]
async fn attack_25_a_websocket_is_opened_only_where_allowed_and_by_pages_of_ours() {
    let mut live = public();
    live.websockets = WebSockets {
        enabled: true,
        allowed_origins: vec!["https://friend.example.net:8443".into()],
    };
    let gate = TestGate::with(vec![
        live,
        Application {
            access: Access::Public,
            ..application("plain", "plain.example.com")
        },
    ])
    .await;
    let handshake = |host, more: &[(&str, &str)]| {
        let mut headers = vec![
            ("Connection", "keep-alive, Upgrade"),
            ("Upgrade", "websocket"),
        ];
        headers.extend(more);
        request("GET", host, "/live", &headers)
    };
    let ours = ("Origin", "https://wiki.example.com");
    let friend = ("Origin", "https://friend.example.net:8443");
    for (origin, expected) in [
        (ours, None),
        (friend, None),
        (
            ("Origin", "https://evil.example"),
            Some(Denial::OriginRefused),
        ),
        (
            ("Origin", "http://wiki.example.com"),
            Some(Denial::OriginRefused),
        ),
        (
            ("Origin", "https://wiki.example.com.evil.example"),
            Some(Denial::OriginRefused),
        ),
        (
            ("Origin", "https://wiki.example.com:1"),
            Some(Denial::OriginRefused),
        ),
        (("Origin", "null"), Some(Denial::OriginRefused)),
        (("Origin", ""), Some(Denial::OriginRefused)),
    ] {
        assert_eq!(
            gate.denial(&handshake(WIKI, &[origin])).await,
            expected,
            "{origin:?}"
        );
    }
    assert_eq!(gate.denial(&handshake(WIKI, &[])).await, None, "no browser");
    let two = gate.denial(&handshake(WIKI, &[ours, friend])).await;
    assert_eq!(two, Some(Denial::OriginRefused));
    let off = gate.denial(&handshake("plain.example.com", &[])).await;
    assert_eq!(off, Some(Denial::UpgradeRefused));
    for headers in [
        vec![("Upgrade", "h2c"), ("Connection", "Upgrade")],
        vec![("Upgrade", "websocket")],
        vec![("Upgrade", "websocket, h2c"), ("Connection", "Upgrade")],
    ] {
        let denial = gate.denial(&request("GET", WIKI, "/live", &headers)).await;
        assert_eq!(denial, Some(Denial::UpgradeRefused), "{headers:?}");
    }
}

#[tokio::test]
async fn rates_and_sizes_are_limited_as_the_application_says() {
    let mut app = application("wiki", WIKI);
    let rate = |burst| {
        Some(RateLimit {
            requests_per_second: 1,
            burst,
        })
    };
    app.limits = Limits {
        max_request_body: Some(1000),
        per_principal: rate(2),
        per_address: rate(5),
    };
    let gate = TestGate::with(vec![app]).await;
    let cookie = gate.sign_in(session(person("ann", &[]), WIKI));
    let sized = |length: &str| {
        request(
            "POST",
            WIKI,
            "/",
            &[("Cookie", &cookie), ("Content-Length", length)],
        )
    };
    assert_eq!(gate.denial(&sized("1000")).await, None);
    let large = gate.denial(&sized("1001")).await;
    assert_eq!(large, Some(Denial::BodyTooLarge { limit: 1000 }));
    assert_eq!(gate.denial(&sized("10")).await, None);
    assert_eq!(gate.denial(&sized("10")).await, Some(Denial::RateLimited));
    gate.pass(Duration::from_secs(1));
    assert_eq!(gate.denial(&sized("10")).await, None);

    let made_up = |n: usize| {
        let value = format!(
            "{}={}",
            config::cookies::SESSION,
            "AB".repeat(21) + &n.to_string()
        );
        get_as(&value, WIKI, "/")
    };
    let asked = gate.store.asked();
    for n in 0..9 {
        gate.denial(&made_up(n)).await;
    }
    assert!(
        gate.store.asked() <= asked + 5,
        "a flood of cookies does not reach the store"
    );
}

#[tokio::test]
async fn new_rules_count_from_the_next_request_and_bad_ones_never() {
    let gate = TestGate::with(vec![application("wiki", WIKI)]).await;
    assert_eq!(
        gate.denial(&get(WIKI, "/")).await,
        Some(Denial::SignInRequired)
    );

    assert!(gate.gate.adopt(Arc::new(snapshot(vec![public()]))).await);
    assert_eq!(gate.denial(&get(WIKI, "/")).await, None);

    let mut broken = public();
    broken.pool.upstreams.clear();
    assert!(!gate.gate.adopt(Arc::new(snapshot(vec![broken]))).await);
    assert_eq!(
        gate.denial(&get(WIKI, "/")).await,
        None,
        "the last good one stays"
    );
}
