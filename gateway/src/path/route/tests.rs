//! Which hosts and paths lead where, asked at the gate itself.

use config::snapshot::{Access, Application, PathMatch};

use super::*;
use crate::testing::{
    START, TestGate, application, get, get_as, path_rule, person, request, session, snapshot,
};

const WIKI: &str = "wiki.example.com";

fn at_prefix(id: &str, prefix: &str) -> Application {
    Application {
        path_prefix: prefix.into(),
        ..application(id, WIKI)
    }
}

/// Everyone may see `/public`; for the rest one has to sign in.
fn wiki_with_public_pages() -> Application {
    Application {
        path_rules: vec![path_rule("/public", Access::Public)],
        ..application("wiki", WIKI)
    }
}

async fn leads_to(gate: &TestGate, host: &str, path: &str) -> Option<String> {
    let (_, visit) = gate.admit(&get(host, path)).await;
    match visit.route {
        Some(Route::Application(a)) => Some(a.application.id.to_string()),
        Some(Route::OwnPages(_)) => Some("own pages".into()),
        None => None,
    }
}

#[tokio::test]
async fn attack_08_the_host_of_operators_is_behind_its_own_listeners_and_they_lead_nowhere_else() {
    // Somebody published an application at the host of operators, before it was theirs.
    let applications = vec![
        application("wiki", WIKI),
        application("trap", "admin.example.com"),
    ];
    let test = TestGate::started(snapshot(applications), |settings| {
        settings.admin = Some(config::settings::AdminHost {
            url: "https://admin.example.com:9443".parse().unwrap(),
            also_at_access_host: true,
        });
    })
    .await;
    let rulebook = test.gate.rulebook.load_full().unwrap();
    let leads = |entrance, host| {
        let mut visit = Visit::begin(START);
        visit.entrance = entrance;
        let found = find(&test.gate, &rulebook, &get(host, "/"), &mut visit);
        found.map(|()| matches!(visit.route, Some(Route::OwnPages(None))))
    };
    let nowhere = Err(Denial::UnknownHost);
    assert_eq!(leads(Entrance::Public, "admin.example.com"), nowhere);
    assert_eq!(leads(Entrance::Public, "access.example.com"), Ok(true));
    assert_eq!(leads(Entrance::Public, WIKI), Ok(false));
    assert_eq!(leads(Entrance::Admin, "admin.example.com"), Ok(true));
    for host in [WIKI, "access.example.com", "127.0.0.1", "else.example.com"] {
        assert_eq!(leads(Entrance::Admin, host), nowhere, "{host}");
    }
}

#[tokio::test]
async fn the_longest_prefix_by_whole_segments_wins() {
    let gate = TestGate::with(vec![
        at_prefix("root", "/"),
        at_prefix("docs", "/docs"),
        at_prefix("api", "/docs/api"),
    ])
    .await;
    for (path, expected) in [
        ("/", "root"),
        ("/docs", "docs"),
        ("/docs/", "docs"),
        ("/docs/a", "docs"),
        ("/docs/api", "api"),
        ("/docs/api/v1?x=/", "api"),
        ("/docs/apis", "docs"),
        ("/docsx", "root"),
        ("/DOCS", "root"),
    ] {
        let found = leads_to(&gate, WIKI, path).await;
        assert_eq!(found.as_deref(), Some(expected), "{path}");
    }
}

#[tokio::test]
async fn a_path_that_no_application_has_is_unknown() {
    let gate = TestGate::with(vec![at_prefix("docs", "/docs")]).await;
    assert_eq!(
        gate.denial(&get(WIKI, "/x")).await,
        Some(Denial::UnknownPath)
    );
    let other = gate.denial(&get("example.com", "/docs")).await;
    assert_eq!(other, Some(Denial::UnknownHost));
}

#[tokio::test]
async fn a_wildcard_stands_for_one_label_and_an_exact_name_goes_first() {
    let gate = TestGate::with(vec![
        application("any", "*.preview.example.com"),
        application("one", "one.preview.example.com"),
    ])
    .await;
    for (host, expected) in [
        ("x.preview.example.com", Some("any")),
        ("one.preview.example.com", Some("one")),
        ("ONE.preview.example.com.:8443", Some("one")),
        ("a.b.preview.example.com", None),
        ("preview.example.com", None),
    ] {
        let found = leads_to(&gate, host, "/").await;
        assert_eq!(found.as_deref(), expected, "{host}");
    }
}

#[tokio::test]
async fn our_own_pages_are_served_on_the_access_host_and_under_our_prefix() {
    let gate = TestGate::with(vec![application("wiki", WIKI)]).await;
    for (host, path) in [
        ("access.example.com", "/"),
        ("ACCESS.example.com:443", "/sign-in"),
        (WIKI, "/.gatehouse/start?return=%2Fa%2Fb"),
        (WIKI, "/.gatehouse"),
        (WIKI, "/%2egatehouse/start"),
    ] {
        let found = leads_to(&gate, host, path).await;
        assert_eq!(found.as_deref(), Some("own pages"), "{host}{path}");
    }
    let near = leads_to(&gate, WIKI, "/.gatehouse-x").await;
    assert_eq!(near.as_deref(), Some("wiki"));
    let nowhere = leads_to(&gate, "other.example.com", "/.gatehouse/start").await;
    assert_eq!(nowhere, None);
}

#[tokio::test]
async fn each_half_of_a_cluster_serves_its_own_hosts() {
    let wiki = || snapshot(vec![application("wiki", WIKI)]);
    let gateway = TestGate::started(wiki(), |s| s.role = NodeRole::Gateway).await;
    let access = gateway.denial(&get("access.example.com", "/")).await;
    assert_eq!(access, Some(Denial::NotServedHere));
    assert!(
        leads_to(&gateway, WIKI, "/.gatehouse/callback")
            .await
            .is_some()
    );

    let admin = TestGate::started(wiki(), |s| s.role = NodeRole::Admin).await;
    assert_eq!(admin.denial(&get("access.example.com", "/")).await, None);
    assert_eq!(
        admin.denial(&get(WIKI, "/")).await,
        Some(Denial::NotServedHere)
    );
}

#[tokio::test]
async fn attack_07_no_spelling_of_a_path_borrows_the_rule_of_a_public_one() {
    let gate = TestGate::with(vec![wiki_with_public_pages()]).await;
    assert_eq!(gate.denial(&get(WIKI, "/public/page")).await, None);
    assert_eq!(gate.denial(&get(WIKI, "/%70ublic/page")).await, None);
    for path in [
        "/public/../admin",
        "/public/%2e%2e/admin",
        "/public/.%2e/admin",
        "/public/..%2fadmin",
        "/public%2f..%2fadmin",
        "/public/..;/admin",
        "/public;/../admin",
        "/public;x/admin",
        "/public%3b/admin",
        "//public/page",
        "/public//page",
        "/admin//public",
        "/public%2fpage",
        "/public%5cpage",
        "/public\\page",
        "/public/%252e%252e/admin",
        "/public/%252fadmin",
        "/public/%c0%ae%c0%ae/admin",
        "/public/%00",
        "/public/%0a",
        "/public/.",
        "/./public",
        "/public%3f/x",
        "/public%23/x",
    ] {
        let denial = gate.denial(&get(WIKI, path)).await;
        assert!(
            matches!(denial, Some(Denial::Ambiguous(_))),
            "{path}: {denial:?}"
        );
    }
    for path in [
        "/admin?/public",
        "/admin?x=/public/../public",
        "/admin#/public",
        "/publicity",
        "/Public/page",
        "/admin/public",
    ] {
        let denial = gate.denial(&get(WIKI, path)).await;
        assert_eq!(denial, Some(Denial::SignInRequired), "{path}");
    }
}

#[tokio::test]
async fn where_the_path_decides_nothing_an_application_keeps_its_own_spellings() {
    let gate = TestGate::with(vec![application("gitlab", WIKI)]).await;
    let cookie = gate.sign_in(session(person("ann", &[]), WIKI));
    for path in [
        "/api/v4/projects/group%2Fproject",
        "/job/feature%252Fbranch/",
        "/page;jsessionid=1",
        "/C%23",
        "/a//b",
    ] {
        assert_eq!(
            gate.denial(&get_as(&cookie, WIKI, path)).await,
            None,
            "{path}"
        );
    }
    for path in ["/a/../b", "/a/%2e%2e/b", "/a\\b", "/a%00", "/a%2f..%2fb"] {
        let denial = gate.denial(&get_as(&cookie, WIKI, path)).await;
        assert!(
            matches!(denial, Some(Denial::Ambiguous(_))),
            "{path}: {denial:?}"
        );
    }
}

#[tokio::test]
async fn the_first_path_rule_that_matches_path_and_method_decides() {
    let mut reading = path_rule("/feed", Access::Public);
    reading.methods = vec!["GET".into(), "HEAD".into()];
    let mut exact = path_rule("/robots.txt", Access::Public);
    exact.path = PathMatch::Exact("/robots.txt".into());
    let gate = TestGate::with(vec![Application {
        path_rules: vec![reading, exact],
        ..application("wiki", WIKI)
    }])
    .await;
    let signed_out = Some(Denial::SignInRequired);
    for (method, path, expected) in [
        ("GET", "/feed/1", None),
        ("HEAD", "/feed", None),
        ("POST", "/feed/1", signed_out.clone()),
        ("GET", "/robots.txt", None),
        ("GET", "/robots.txt/x", signed_out.clone()),
        ("GET", "/", signed_out),
    ] {
        let denial = gate.denial(&request(method, WIKI, path, &[])).await;
        assert_eq!(denial, expected, "{method} {path}");
    }
}

#[tokio::test]
async fn attack_08_whatever_disagrees_about_the_host_reaches_no_application() {
    let gate = TestGate::with(vec![
        wiki_with_public_pages(),
        application("other", "other.example.com"),
    ])
    .await;
    let two = request("GET", WIKI, "/public", &[("Host", "other.example.com")]);
    let absolute = get(WIKI, "https://other.example.com/public");
    for ambiguous in [two, absolute] {
        let denial = gate.denial(&ambiguous).await;
        assert!(matches!(denial, Some(Denial::Ambiguous(_))), "{denial:?}");
    }
    let agreed = get(WIKI, "https://WIKI.example.com/public");
    assert_eq!(gate.denial(&agreed).await, None);
    let tunnel = request("CONNECT", WIKI, "/public", &[]);
    assert!(matches!(
        gate.denial(&tunnel).await,
        Some(Denial::Ambiguous(_))
    ));
}

#[tokio::test]
async fn attack_06_no_user_agent_and_no_health_path_is_let_in() {
    let gate = TestGate::with(vec![application("wiki", WIKI)]).await;
    for path in [
        "/health",
        "/healthz",
        "/ping",
        "/ready",
        "/metrics",
        "/robots.txt",
    ] {
        for agent in [
            "kube-probe/1.29",
            "GoogleHC/1.0",
            "ELB-HealthChecker/2.0",
            "",
        ] {
            let denial = gate
                .denial(&request("GET", WIKI, path, &[("User-Agent", agent)]))
                .await;
            assert_eq!(denial, Some(Denial::SignInRequired), "{path} {agent}");
        }
    }
}

#[tokio::test]
async fn what_was_found_is_recorded_even_when_the_next_stage_refuses() {
    let gate = TestGate::with(vec![application("wiki", WIKI)]).await;
    let (outcome, visit) = gate.admit(&get("WIKI.example.com", "/")).await;
    assert!(outcome.is_err());
    assert_eq!(visit.host, WIKI);
    assert_eq!(visit.at, START);
    assert!(visit.client_address.is_some());
    assert!(matches!(visit.route, Some(Route::Application(_))));
}

#[tokio::test]
async fn a_closed_application_is_reached_by_nobody_and_by_no_wildcard() {
    let mut beside = application("beside", "*.example.com");
    beside.access = Access::Public;
    let mut rules = snapshot(vec![beside, at_prefix("docs", "/docs")]);
    rules.closed = vec![ClosedApplication {
        id: "broken".into(),
        hosts: vec![
            HostPattern::Exact(WIKI.into()),
            HostPattern::Exact("alone.example.com".into()),
        ],
        path_prefix: Some("/".into()),
    }];
    let gate = TestGate::with(Vec::new()).await;
    assert!(gate.gate.adopt(Arc::new(rules)).await);
    for (host, path) in [
        (WIKI, "/"),
        (WIKI, "/docsx"),
        ("alone.example.com", "/a"),
        ("alone.example.com", "/.gatehouse/start"),
    ] {
        let (decided, _) = gate.admit(&get(host, path)).await;
        assert_eq!(decided.err(), Some(Denial::ApplicationClosed), "{path}");
    }
    assert_eq!(
        leads_to(&gate, WIKI, "/docs/a").await.as_deref(),
        Some("docs")
    );
    let other = leads_to(&gate, "other.example.com", "/").await;
    assert_eq!(other.as_deref(), Some("beside"));
}

#[tokio::test]
async fn where_a_closed_application_may_have_any_path_its_whole_host_is_closed() {
    let mut beside = application("beside", WIKI);
    beside.access = Access::Public;
    let mut rules = snapshot(vec![beside, at_prefix("docs", "/docs")]);
    rules.closed = vec![ClosedApplication {
        id: "broken".into(),
        hosts: vec![HostPattern::Exact(WIKI.into())],
        path_prefix: None,
    }];
    let gate = TestGate::with(Vec::new()).await;
    assert!(gate.gate.adopt(Arc::new(rules)).await);
    for path in ["/", "/docs/a", "/secret"] {
        let (decided, _) = gate.admit(&get(WIKI, path)).await;
        assert_eq!(decided.err(), Some(Denial::ApplicationClosed), "{path}");
    }
}
