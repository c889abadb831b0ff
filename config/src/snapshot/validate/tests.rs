//! What makes a snapshot unfit to be obeyed.

use std::sync::Arc;

use super::*;
use crate::clock::Timestamp;
use crate::language::LocalText;
use crate::snapshot::{
    Access, Brand, Effect, HealthCheck, HostHeader, HostPattern, IdentityField, IdentityHeader,
    IdentityHeaders, Limits, PathMatch, PathRule, PolicyRule, Pool, Protocol, RateLimit,
    SigningKey, SigningKeys, TimeWindow, Timeouts, TwoStep, Upstream, UpstreamTls, WebSockets, Who,
};

fn application(id: &str, host: &str) -> Application {
    Application {
        id: id.into(),
        name: ("Wiki", "维基").into(),
        description: LocalText::default(),
        hosts: vec![HostPattern::try_from(host.to_owned()).unwrap()],
        path_prefix: "/".into(),
        pool: Pool {
            upstreams: vec![Upstream {
                address: "wiki.internal:8080".into(),
                weight: 1,
            }],
            protocol: Protocol::default(),
            tls: None,
            host_header: HostHeader::default(),
            timeouts: Timeouts::default(),
            health_check: None,
            ejection: None,
            retries: 1,
        },
        access: Access::Public,
        path_rules: Vec::new(),
        ip_lists: Vec::new(),
        identity: IdentityHeaders::default(),
        watermark: false,
        websockets: WebSockets::default(),
        limits: Limits::default(),
        own_ip_lists_only: false,
        on_portal: true,
    }
}

fn snapshot(applications: Vec<Application>) -> Snapshot {
    let (kid, private_pem, jwks) = ("k".into(), "".into(), "".into());
    let current = SigningKey { kid, private_pem };
    Snapshot {
        revision: 1,
        built_at: Timestamp(0),
        applications: applications.into_iter().map(Arc::new).collect(),
        closed: Vec::new(),
        ip_lists: Vec::new(),
        guest_groups: Vec::new(),
        watermark: Watermark::default(),
        brand: Brand::default(),
        pictures: crate::snapshot::Pictures::default(),
        certificates: Vec::new(),
        signing_keys: SigningKeys { current, jwks },
    }
}

/// The keys of the problems that this change brings.
fn keys(change: impl FnOnce(&mut Application)) -> Vec<String> {
    let mut app = application("wiki", "wiki.example.com");
    change(&mut app);
    let found = snapshot(vec![app]).validate().err().into_iter();
    found.flatten().map(|one| one.key).collect()
}

fn rule() -> PolicyRule {
    PolicyRule {
        id: "r".into(),
        name: "r".into(),
        effect: Effect::Allow,
        who: vec![Who::Everyone],
        from: Vec::new(),
        when: Vec::new(),
        two_step: TwoStep::NotAsked,
    }
}

fn hours(from: u16, to: u16, zone: &str) -> TimeWindow {
    TimeWindow {
        days: vec![1, 7],
        from,
        to,
        time_zone: zone.into(),
    }
}

#[test]
fn a_sound_snapshot_has_no_problems() {
    assert_eq!(snapshot(Vec::new()).validate(), Ok(()));
    let two = ["a", "b"].map(|id| application(id, &format!("{id}.example.com")));
    assert_eq!(snapshot(two.into()).validate(), Ok(()));
}

#[test]
fn a_host_with_the_same_prefix_is_claimed_once() {
    let mut beside = application("b", "a.example.com");
    beside.path_prefix = "/b".into();
    let fine = vec![application("a", "a.example.com"), beside];
    assert_eq!(snapshot(fine).validate(), Ok(()));

    let clash = vec![
        application("a", "a.example.com"),
        application("b", "A.example.com."),
    ];
    let problems = snapshot(clash).validate().unwrap_err();
    assert!(
        problems[0]
            .what
            .en
            .contains("already leads to application a")
    );
}

#[test]
fn all_problems_are_told_at_once() {
    let found = keys(|a| {
        a.hosts.clear();
        a.pool.upstreams.clear();
        a.path_prefix = "wiki/".into();
    });
    assert_eq!(found, ["hosts", "path_prefix", "pool.upstreams"]);
}

#[test]
fn a_pool_needs_an_upstream_that_takes_requests_at_an_address() {
    assert_eq!(keys(|a| a.pool.upstreams[0].weight = 0), ["pool.upstreams"]);
    for address in [
        "",
        "wiki",
        "wiki:",
        "wiki:0",
        "wiki:99999",
        "http://wiki:80",
        "*.x:80",
        "::1:80",
        "wi ki:80",
    ] {
        let found = keys(|a| a.pool.upstreams[0].address = address.into());
        assert_eq!(found, ["pool.upstreams.0.address"], "{address}");
    }
    for address in ["127.0.0.1:80", "[::1]:80", "wiki.internal:65535"] {
        assert!(keys(|a| a.pool.upstreams[0].address = address.into()).is_empty());
    }
}

#[test]
fn attack_19_verification_of_an_upstream_cannot_be_switched_off_by_an_empty_name() {
    let tls = |name: &str, ca: Option<&str>| UpstreamTls {
        server_name: name.into(),
        ca_pem: ca.map(str::to_owned),
    };
    assert_eq!(
        keys(|a| a.pool.tls = Some(tls("", None))),
        ["pool.tls.server_name"]
    );
    assert_eq!(
        keys(|a| a.pool.tls = Some(tls("x", Some("junk")))),
        ["pool.tls.ca_pem"]
    );
    assert!(keys(|a| a.pool.tls = Some(tls("wiki.internal", None))).is_empty());
}

#[test]
fn an_application_and_its_rules_say_what_they_are() {
    assert_eq!(keys(|a| a.name = LocalText::default()), ["name"]);
    assert_eq!(keys(|a| a.name = (" ", "\u{200B}").into()), ["name"]);
    assert!(keys(|a| a.name = ("", "维基").into()).is_empty());
    let with = |rule: PolicyRule| keys(|a| a.access = Access::Rules(vec![rule]));
    let unnamed = PolicyRule {
        name: String::new(),
        ..rule()
    };
    assert_eq!(with(unnamed), ["access.rules.0.name"]);
    let of_nobody = PolicyRule {
        who: Vec::new(),
        ..rule()
    };
    assert_eq!(with(of_nobody), ["access.rules.0.who"]);
    let same = keys(|a| a.access = Access::Rules(vec![rule(), rule()]));
    assert_eq!(same, ["access.rules.1.id"]);
}

#[test]
fn numbers_are_such_as_make_sense() {
    assert_eq!(
        keys(|a| a.pool.timeouts.connect = 0),
        ["pool.timeouts.connect"]
    );
    assert_eq!(
        keys(|a| a.pool.timeouts.idle = u64::MAX),
        ["pool.timeouts.idle"]
    );
    assert_eq!(keys(|a| a.pool.retries = 255), ["pool.retries"]);
    let check = HealthCheck {
        interval_ms: 1,
        unhealthy_after: u32::MAX,
        path: "/ok?a=b c".into(),
        ..HealthCheck::default()
    };
    assert_eq!(
        keys(|a| a.pool.health_check = Some(check)),
        [
            "pool.health_check.path",
            "pool.health_check.interval_ms",
            "pool.health_check.unhealthy_after"
        ]
    );
    let two_step = PolicyRule {
        two_step: TwoStep::Within(u32::MAX),
        ..rule()
    };
    assert_eq!(
        keys(|a| a.access = Access::Rules(vec![two_step])),
        ["access.rules.0.two_step.minutes"]
    );
}

#[test]
fn each_problem_is_told_in_both_languages() {
    let mut app = application("wiki", "wiki.example.com");
    app.name = LocalText::default();
    app.hosts.push(app.hosts[0].clone());
    app.path_prefix = "wiki/".into();
    app.pool.upstreams[0].weight = 0;
    app.pool.upstreams[0].address = "wiki".into();
    app.pool.host_header = HostHeader::Fixed("a b".into());
    app.pool.tls = Some(UpstreamTls {
        server_name: String::new(),
        ca_pem: Some("junk".into()),
    });
    app.websockets.allowed_origins = vec!["x".into()];
    app.access = Access::Rules(vec![PolicyRule {
        id: "".into(),
        when: vec![hours(540, 540, "Mars/Olympus")],
        ..rule()
    }]);
    app.identity.headers = vec![IdentityHeader {
        name: "Host".into(),
        value: IdentityField::Username,
    }];
    let mut painted = snapshot(vec![app]);
    painted.brand.colour = "red".into();
    painted.watermark.angle = 91;
    let problems = painted.validate().unwrap_err();
    assert!(problems.len() >= 14, "{problems:?}");
    for problem in problems {
        for text in [&problem.what, &problem.allowed] {
            assert!(!text.en.is_empty(), "{problem}");
            let chinese = text.zh_cn.chars().any(|c| c >= '\u{4E00}');
            assert!(chinese, "{problem}: {}", text.zh_cn);
        }
    }
}

#[test]
fn attack_07_a_rule_has_the_path_that_requests_are_brought_to() {
    for path in [
        "", "x", "//x", "/a/../b", "/a/.", "/a%2fb", "/a;b", "/a?b", "/a\\b", "/a\n",
    ] {
        let found = keys(|a| {
            a.path_rules.push(PathRule {
                id: "p".into(),
                name: "p".into(),
                path: PathMatch::Prefix(path.into()),
                methods: vec!["GET".into()],
                access: Access::Public,
            });
        });
        assert_eq!(found, ["path_rules.0.path"], "{path}");
    }
}

#[test]
fn hours_need_a_zone_and_an_order_that_can_be_told() {
    let with = |window| {
        keys(|a| {
            a.access = Access::Rules(vec![PolicyRule {
                when: vec![window],
                ..rule()
            }]);
        })
    };
    assert!(with(hours(540, 1080, "Asia/Shanghai")).is_empty());
    assert!(with(hours(1320, 360, "UTC")).is_empty());
    assert_eq!(
        with(hours(0, 1440, "Mars/Olympus")),
        ["access.rules.0.when.0.time_zone"]
    );
    assert_eq!(with(hours(540, 540, "UTC")), ["access.rules.0.when.0.to"]);
    assert_eq!(with(hours(0, 1441, "UTC")), ["access.rules.0.when.0.to"]);
}

#[test]
fn attack_01_an_identity_header_takes_no_name_that_means_something_else() {
    let with = |names: &[&str]| {
        keys(|a| {
            a.identity.headers = names
                .iter()
                .map(|name| IdentityHeader {
                    name: (*name).into(),
                    value: IdentityField::Username,
                })
                .collect();
        })
    };
    assert!(with(&["X-WEBAUTH-USER", "Remote-User"]).is_empty());
    for name in [
        "Host",
        "cookie",
        "Transfer_Encoding",
        "X-Forwarded-For",
        "X-Real-IP",
        "Sec-WebSocket-Key",
        "x_gatehouse_assertion",
        "bad name",
        "",
    ] {
        assert!(!with(&[name]).is_empty(), "{name}");
    }
    assert_eq!(with(&["X-User", "x_user"]), ["identity.headers.1.name"]);
}

#[test]
fn limits_origins_and_colours_are_checked() {
    let none = Some(RateLimit {
        requests_per_second: 0,
        burst: 1,
    });
    assert_eq!(
        keys(|a| a.limits.per_address = none),
        ["limits.per_address.requests_per_second"]
    );
    for origin in [
        "x.example.com",
        "https://x/",
        "https://x/path",
        "ws://x",
        "null",
    ] {
        let found = keys(|a| a.websockets.allowed_origins = vec![origin.into()]);
        assert_eq!(found, ["websockets.allowed_origins.0"], "{origin}");
    }
    let mut painted = snapshot(Vec::new());
    painted.brand.colour = "red".into();
    painted.watermark.colour = "#12345".into();
    painted.watermark.angle = 91;
    assert_eq!(painted.validate().unwrap_err().len(), 3);
}

#[test]
fn attack_30_a_rule_has_an_id_that_a_log_can_hold() {
    let with = |id: &str| {
        keys(|a| {
            a.access = Access::Rules(vec![PolicyRule {
                id: id.into(),
                ..rule()
            }]);
        })
    };
    assert!(with("01890a5d-ac96-774b-bcce-b302099a8057").is_empty());
    for id in ["", "a\nb", "a\0", &"x".repeat(101)] {
        assert_eq!(with(id), ["access.rules.0.id"], "{id}");
    }
}

#[test]
fn attack_24_what_people_read_is_one_line_that_a_page_has_room_for() {
    let long = "字".repeat(MAX_TEXT + 1);
    for text in ["a\nb", "a\0", &long] {
        assert_eq!(keys(|a| a.name.en = text.into()), ["name.en"]);
        let found = keys(|a| a.description.zh_cn = text.into());
        assert_eq!(found, ["description.zh-CN"]);
        let mut painted = snapshot(Vec::new());
        painted.brand.contact.en = text.into();
        painted.brand.sign_in_title.en = text.into();
        painted.brand.welcome.zh_cn = text.into();
        painted.brand.copyright.text.en = text.into();
        painted.brand.sign_in_methods.clear();
        painted.watermark.parts = vec![WatermarkPart::Text(text.into())];
        let problems = painted.validate().unwrap_err();
        let found: Vec<&str> = problems.iter().map(|p| p.key.as_str()).collect();
        let of_the_brand = [
            "contact.en",
            "sign_in_title.en",
            "welcome.zh-CN",
            "copyright.text.en",
            "sign_in_methods",
        ];
        assert_eq!(found[..5], of_the_brand);
        assert_eq!(found[5..], ["parts.0.text"]);
    }
}
