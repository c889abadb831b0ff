//! What an application is told of who is calling, whatever the client says.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use config::snapshot::{Application, IdentityPreset};

use crate::support::applications::{application, public};
use crate::support::client::{get, request, send};
use crate::support::gatehouse::Gatehouse;
use crate::support::origin::{Answer, Origin, Received};

const WIKI: &str = "wiki.example.com";
const OURS: &str = "x-gatehouse-assertion";

fn with_preset(preset: IdentityPreset, mut application: Application) -> Application {
    application.identity.headers = preset.headers();
    application
}

/// Every spelling of a header's name that some upstream may read as that name.
fn spellings(name: &str) -> Vec<String> {
    vec![
        name.to_owned(),
        name.to_lowercase(),
        name.to_uppercase(),
        name.replace('-', "_"),
        name.replacen('-', "_", 1),
        name.replace('-', "."),
        name.replace('-', "~").to_uppercase(),
    ]
}

/// Values of all headers that fold to `name`.
fn folded(received: &Received, name: &str) -> Vec<String> {
    let fold = |text: &str| -> String {
        let sign = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        text.trim().to_lowercase().chars().map(sign).collect()
    };
    let lines = received.head.lines().skip(1);
    lines
        .filter_map(|line| line.split_once(':'))
        .filter(|(n, _)| fold(n) == fold(name))
        .map(|(_, value)| value.trim().to_owned())
        .collect()
}

fn claims(assertion: &str) -> serde_json::Value {
    let payload = assertion.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

#[tokio::test]
async fn attack_01_identity_headers_from_the_client_reach_nobody_in_any_spelling() {
    let origin = Origin::saying("ok").await;
    let gatehouse = Gatehouse::before(vec![with_preset(
        IdentityPreset::Grafana,
        application(WIKI, origin.address),
    )])
    .await;
    let ada = gatehouse.sign_in("ada", WIKI);
    for name in [
        "X-Gatehouse-Assertion",
        "X-WEBAUTH-USER",
        "X-WEBAUTH-GROUPS",
        "Remote-User",
        "X-Forwarded-User",
        "X-Forwarded-Email",
    ] {
        for spelling in spellings(name) {
            let cookie = ada.cookie();
            let forged = [
                ("Cookie", cookie.as_str()),
                (spelling.as_str(), "admin"),
                (spelling.as_str(), "root"),
            ];
            let answer = get(gatehouse.address, WIKI, "/", &forged).await;
            assert_eq!(answer.status, 200, "{spelling}");
            let received = origin.received().pop().unwrap();
            assert!(!received.head.contains("admin") && !received.head.contains("root"));
            let expected = match name {
                "X-WEBAUTH-USER" => vec!["ada".to_owned()],
                "X-Gatehouse-Assertion" => received.header(OURS),
                _ => Vec::new(),
            };
            assert_eq!(folded(&received, name), expected, "{spelling}");
            assert_eq!(received.header(OURS).len(), 1);
        }
    }
}

#[tokio::test]
async fn attack_01_a_space_before_the_colon_smuggles_nothing() {
    let origin = Origin::saying("ok").await;
    let gatehouse = Gatehouse::before(vec![application(WIKI, origin.address)]).await;
    let ada = gatehouse.sign_in("ada", WIKI);
    for name in [
        "X-Gatehouse-Assertion ",
        "X-Gatehouse-Assertion\t",
        " X-Gatehouse-Assertion",
    ] {
        let text = format!(
            "GET / HTTP/1.1\r\nHost: {WIKI}\r\nCookie: {}\r\n{name}: forged\r\nConnection: close\r\n\r\n",
            ada.cookie()
        );
        let answer = send(gatehouse.address, text).await;
        for received in origin.received() {
            assert!(
                !received.head.contains("forged"),
                "{name:?}: {}",
                answer.status
            );
        }
    }
}

#[tokio::test]
async fn attack_02_on_a_public_path_the_forged_identity_is_deleted_and_none_put_in() {
    let origin = Origin::saying("ok").await;
    let gatehouse = Gatehouse::before(vec![with_preset(
        IdentityPreset::RemoteUser,
        public(WIKI, origin.address),
    )])
    .await;
    let forged = [
        ("Remote-User", "admin"),
        ("Remote_Groups", "admins"),
        ("X-Gatehouse-Assertion", "forged"),
        ("X-Forwarded-User", "admin"),
    ];
    assert_eq!(get(gatehouse.address, WIKI, "/", &forged).await.status, 200);
    let received = origin.received().pop().unwrap();
    assert!(!received.head.contains("admin") && !received.head.contains("forged"));
    assert!(received.header(OURS).is_empty());
}

#[tokio::test]
async fn attack_03_naming_our_headers_in_connection_does_not_take_them_off() {
    let origin = Origin::saying("ok").await;
    let gatehouse = Gatehouse::before(vec![with_preset(
        IdentityPreset::Grafana,
        application(WIKI, origin.address),
    )])
    .await;
    let ada = gatehouse.sign_in("ada", WIKI);
    for named in [
        "X-Gatehouse-Assertion, X-WEBAUTH-USER",
        "x-gatehouse-assertion, x-webauth-user, cookie",
        "X-Real-IP, X-Request-Id, X-Forwarded-Port, X-WEBAUTH-USER",
    ] {
        let text = format!(
            "GET / HTTP/1.1\r\nHost: {WIKI}\r\nCookie: {}\r\nConnection: close, {named}\r\n\r\n",
            ada.cookie()
        );
        assert_eq!(send(gatehouse.address, text).await.status, 200, "{named}");
        let received = origin.received().pop().unwrap();
        assert_eq!(received.header("x-webauth-user"), ["ada"]);
        for name in [OURS, "x-real-ip", "x-request-id", "x-forwarded-port"] {
            assert_eq!(received.header(name).len(), 1, "{name} with {named}");
        }
        assert!(received.header("connection").is_empty());
    }
}

#[tokio::test]
async fn attack_05_what_the_client_says_of_its_way_here_is_replaced() {
    let origin = Origin::saying("ok").await;
    let gatehouse = Gatehouse::before(vec![public(WIKI, origin.address)]).await;
    let forged = [
        ("X-Forwarded-For", "203.0.113.9"),
        ("X_Forwarded_For", "203.0.113.9"),
        ("Forwarded", "for=203.0.113.9;host=evil.example"),
        ("X-Real-IP", "203.0.113.9"),
        ("X-Forwarded-Host", "evil.example"),
        ("X-Forwarded-Proto", "gopher"),
        ("X-Forwarded-Prefix", "/evil.example"),
        ("X-Original-URL", "/evil.example"),
        ("X-Request-Id", "evil.example"),
        ("True-Client-IP", "203.0.113.9"),
    ];
    assert_eq!(get(gatehouse.address, WIKI, "/", &forged).await.status, 200);
    let received = origin.received().pop().unwrap();
    assert!(!received.head.contains("203.0.113.9") && !received.head.contains("evil.example"));
    for (name, value) in [
        ("x-forwarded-for", "127.0.0.1"),
        ("x-real-ip", "127.0.0.1"),
        ("x-forwarded-host", WIKI),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-port", "443"),
    ] {
        assert_eq!(received.header(name), [value], "{name}");
    }
    assert_eq!(received.header("x-request-id").len(), 1);
}

#[tokio::test]
async fn attack_21_our_cookies_stay_here_and_the_others_keep_every_byte() {
    let origin = Origin::saying("ok").await;
    let gatehouse = Gatehouse::before(vec![application(WIKI, origin.address)]).await;
    let ada = gatehouse.sign_in("ada", WIKI);
    let ours = ada.cookie();
    let odd = format!(
        "a=1;b = \"x y\" ;  c=ü=;; {ours}; __HOST-Gatehouse-Handover=h;d=__Host-gatehouse=in-value"
    );
    let answer = get(gatehouse.address, WIKI, "/", &[("Cookie", &odd)]).await;
    assert_eq!(answer.status, 200);
    let received = origin.received().pop().unwrap();
    assert_eq!(
        received.header("cookie"),
        ["a=1;b = \"x y\" ;  c=ü=;;d=__Host-gatehouse=in-value"]
    );
    assert!(!received.head.contains(&ada.token));
    let bearer = [("Cookie", ours.as_str()), ("Authorization", "Basic YTpi")];
    get(gatehouse.address, WIKI, "/", &bearer).await;
    let received = origin.received().pop().unwrap();
    assert!(received.header("cookie").is_empty());
    assert_eq!(received.header("authorization"), ["Basic YTpi"]);
    let token = [
        ("Cookie", ours.as_str()),
        ("Authorization", "bearer  gh_secret"),
    ];
    get(gatehouse.address, WIKI, "/", &token).await;
    let received = origin.received().pop().unwrap();
    assert!(received.header("authorization").is_empty());
}

#[tokio::test]
async fn attack_10_an_application_cannot_plant_our_cookies_or_lead_round_the_gate() {
    let origin = Origin::start(|_| {
        Answer::Bytes(
            b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nSet-Cookie: __Host-gatehouse=planted; Secure; Path=/\r\nSet-Cookie: theirs=1\r\nAlt-Svc: h3=\"round-the-gate.example:443\"\r\n\r\n"
                .to_vec(),
        )
    })
    .await;
    let gatehouse = Gatehouse::before(vec![public(WIKI, origin.address)]).await;
    let answer = get(gatehouse.address, WIKI, "/", &[]).await;
    assert!(!answer.head.contains("planted") && !answer.head.contains("round-the-gate"));
    assert_eq!(answer.header("set-cookie"), Some("theirs=1"));
}

#[tokio::test]
async fn one_session_gets_one_assertion_for_each_application() {
    let origin = Origin::saying("ok").await;
    let mut notes = application(WIKI, origin.address);
    notes.id = "notes".into();
    notes.path_prefix = "/notes".into();
    let gatehouse = Gatehouse::before(vec![application(WIKI, origin.address), notes]).await;
    let ada = gatehouse.sign_in("ada", WIKI);
    let cookie = ada.cookie();
    let mut sent = Vec::new();
    for path in ["/", "/notes/1", "/x"] {
        get(gatehouse.address, WIKI, path, &[("Cookie", &cookie)]).await;
        sent.push(origin.received().pop().unwrap().header(OURS).remove(0));
    }
    assert_eq!(sent[0], sent[2]);
    assert_eq!(claims(&sent[0])["aud"], WIKI);
    assert_eq!(claims(&sent[1])["aud"], "notes");
    assert_eq!(claims(&sent[0])["sub"], "member-ada");
    assert_eq!(claims(&sent[0])["iss"], "https://access.example.com");
}

#[tokio::test]
async fn a_websocket_handshake_keeps_what_it_needs_and_gets_the_identity() {
    let origin = Origin::start(|_| {
        Answer::Echo(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
                .to_vec(),
        )
    })
    .await;
    let mut wiki = application(WIKI, origin.address);
    wiki.websockets.enabled = true;
    let gatehouse = Gatehouse::before(vec![wiki]).await;
    let ada = gatehouse.sign_in("ada", WIKI);
    let text = request(
        "GET",
        WIKI,
        "/live",
        &[
            ("Cookie", &ada.cookie()),
            ("Origin", &format!("https://{WIKI}")),
            ("Upgrade", "websocket"),
            ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ],
    )
    .replace(
        "Connection: close",
        "Connection: Upgrade, X-Gatehouse-Assertion",
    );
    let mut stream = tokio::net::TcpStream::connect(gatehouse.address)
        .await
        .unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut stream, text.as_bytes())
        .await
        .unwrap();
    let mut head = [0; 12];
    tokio::io::AsyncReadExt::read_exact(&mut stream, &mut head)
        .await
        .unwrap();
    assert_eq!(&head, b"HTTP/1.1 101");
    let received = origin.received().pop().unwrap();
    assert_eq!(received.header("upgrade"), ["websocket"]);
    assert_eq!(
        received.header("sec-websocket-key"),
        ["dGhlIHNhbXBsZSBub25jZQ=="]
    );
    assert_eq!(received.header(OURS).len(), 1);
}
