//! A second process of the program takes the place of the first, under way: nobody is refused, no
//! request fails, nothing is recorded twice.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::Value;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::harness::{Answer, Application, Gatehouse, Received, Upstream, Visitor, Wire};

const SLOW: Duration = Duration::from_secs(3);
/// For a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_mins(1);

fn answers(request: &Received) -> Answer {
    match request.target() {
        "/socket" => Answer::WebSocket,
        "/events" => Answer::event_stream(),
        path if path.starts_with("/slow") => {
            let bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nslow".to_vec();
            Answer::Later(SLOW, bytes)
        }
        _ => Answer::page("text/plain", "quick"),
    }
}

fn get(host: &str, path: &str, more: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: {host}.corp.test\r\n{more}\r\n")
}

/// People who come one after another, each on a connection of its own, until told to stop.
struct Newcomers {
    enough: Arc<AtomicBool>,
    served: Arc<AtomicUsize>,
    tasks: JoinSet<()>,
}

impl Newcomers {
    /// Plain and over TLS, to the application as somebody signed in, to a public one, and to our
    /// own pages.
    async fn of(gate: &Gatehouse, visitor: &Visitor<'_>) -> Self {
        let cookie = format!("Cookie: {}\r\n", visitor.cookie_at("wiki").await);
        let mut all = Self {
            enough: Arc::default(),
            served: Arc::default(),
            tasks: JoinSet::new(),
        };
        for (host, path, more) in [
            ("wiki", "/new/private", cookie.as_str()),
            ("open", "/new/public", ""),
            ("access", "/sign-in", ""),
        ] {
            all.keep_coming(
                gate,
                get(host, path, &format!("{more}Connection: close\r\n")),
            );
        }
        all
    }

    fn keep_coming(&mut self, gate: &Gatehouse, request: String) {
        let (plain, tls) = (gate.plain_address(), gate.address());
        let config = gate.certificates().client(&[]);
        let (enough, served) = (Arc::clone(&self.enough), Arc::clone(&self.served));
        self.tasks.spawn(async move {
            for number in 0_u32.. {
                if enough.load(Ordering::Relaxed) {
                    return;
                }
                let to = if number.is_multiple_of(2) { plain } else { tls };
                let stream = TcpStream::connect(to).await.expect("refused");
                let mut wire = if to == plain {
                    Wire::over(stream)
                } else {
                    let name = "wiki.corp.test".try_into().unwrap();
                    let connector = tokio_rustls::TlsConnector::from(Arc::clone(&config));
                    Wire::over(connector.connect(name, stream).await.expect("no TLS"))
                };
                wire.send(&request)
                    .await
                    .expect("closed before the request");
                let reply = wire.reply_within(PATIENCE).await.expect("no answer");
                assert_eq!(reply.status(), 200, "{request}\n{:?}", reply.head);
                served.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
    }

    async fn until_served(&mut self, more: usize) {
        let wanted = self.served.load(Ordering::Relaxed) + more;
        while self.served.load(Ordering::Relaxed) < wanted {
            if let Some(ended) = self.tasks.try_join_next() {
                ended.expect("a newcomer was not served");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn end(mut self) -> usize {
        self.enough.store(true, Ordering::Relaxed);
        while let Some(one) = self.tasks.join_next().await {
            one.unwrap();
        }
        self.served.load(Ordering::Relaxed)
    }
}

async fn websocket(gate: &Gatehouse, cookie: &str) -> Wire {
    let port = gate.address().port();
    let upgrade = format!(
        "Cookie: {cookie}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
         Origin: https://wiki.corp.test:{port}\r\n"
    );
    let mut wire = Wire::plain(gate).await;
    wire.send(get("wiki", "/socket", &upgrade)).await.unwrap();
    let head = wire.head().await.expect("a WebSocket");
    assert!(head.start_line().contains("101"), "{head:?}");
    wire
}

/// A masked text frame with one letter (RFC 6455 §5.2); the mask is nothing.
const LETTER: &[u8] = &[0x81, 0x81, 0, 0, 0, 0, b'a'];

async fn gate_before(upstream: &Upstream) -> Gatehouse {
    Gatehouse::start()
        .with_application(Application::new("wiki", upstream).with_websockets())
        .with_application(Application::new("open", upstream).public())
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_notices_that_another_process_takes_over() {
    let upstream = Upstream::answering(answers).await;
    let mut gate = gate_before(&upstream).await;
    let visitor = gate.visitor("li.lei").await;
    let mut newcomers = Newcomers::of(&gate, &visitor).await;
    let cookie = visitor.cookie_at("wiki").await;
    newcomers.until_served(20).await;

    let mut socket = websocket(&gate, &cookie).await;
    let mut held = JoinSet::new();
    for number in 0..8 {
        let mut wire = if number % 2 == 0 {
            Wire::plain(&gate).await
        } else {
            Wire::tls(&gate, "wiki.corp.test", "http/1.1").await
        };
        let asked = get(
            "wiki",
            &format!("/slow/{number}"),
            &format!("Cookie: {cookie}\r\n"),
        );
        wire.send(asked).await.unwrap();
        held.spawn(async move {
            let reply = wire.reply_within(PATIENCE).await;
            reply.expect("a held request failed")
        });
    }
    drop(visitor);
    let watch = config::clock::Stopwatch::start();
    let ended = gate.upgrade().await;
    eprintln!("taken over after {:?}", watch.elapsed());
    assert!(ended.success(), "{ended}\n{}", gate.log());

    while let Some(reply) = held.join_next().await {
        assert_eq!(reply.unwrap().text(), "slow");
    }
    socket.send(LETTER).await.ok();
    assert!(
        socket.until_closed(Duration::from_secs(5)).await.is_some(),
        "the WebSocket outlived its process"
    );
    newcomers.until_served(20).await;
    // Whoever signed in before is known to the process that follows.
    let mut again = websocket(&gate, &cookie).await;
    again.send(LETTER).await.unwrap();
    assert!(again.fill().await.is_some());
    let served = newcomers.end().await;
    eprintln!("{served} newcomers served");
    assert_recorded_once(&gate, &upstream).await;
}

/// They would never end by themselves; whoever holds them connects again.
#[tokio::test]
async fn nobody_waits_for_websockets_and_event_streams_to_end() {
    let upstream = Upstream::answering(answers).await;
    let mut gate = gate_before(&upstream).await;
    let cookie = gate.visitor("li.lei").await.cookie_at("wiki").await;
    let mut socket = websocket(&gate, &cookie).await;
    let mut events = Wire::plain(&gate).await;
    let asked = get("wiki", "/events", &format!("Cookie: {cookie}\r\n"));
    events.send(asked).await.unwrap();
    assert!(events.until_said(b"ticking").await.is_some());
    let watch = config::clock::Stopwatch::start();
    assert!(gate.upgrade().await.success());
    eprintln!("taken over after {:?}", watch.elapsed());
    let in_vain = "still open when the time to drain was up";
    assert!(!gate.log().contains(in_vain), "{}", gate.log());
    for wire in [&mut socket, &mut events] {
        assert!(wire.until_closed(PATIENCE).await.is_some());
    }
}

/// What reached the upstream is in the log, each once, whichever process it passed.
async fn assert_recorded_once(gate: &Gatehouse, upstream: &Upstream) {
    let passed = upstream.requests();
    let new = passed.iter().filter(|r| r.target().starts_with("/new/"));
    let expected = new.count();
    let mut recorded = Vec::new();
    for _ in 0..100 {
        let listed = gate
            .command(&["events", "access", "--json", "--limit", "100000"])
            .await;
        recorded = serde_json::from_str::<Vec<Value>>(&listed).unwrap();
        recorded.retain(|event| {
            event["path"]
                .as_str()
                .is_some_and(|p| p.starts_with("/new/"))
        });
        if recorded.len() >= expected {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(recorded.len(), expected);
    let ids: BTreeSet<_> = recorded
        .iter()
        .map(|event| event["id"].to_string())
        .collect();
    assert_eq!(ids.len(), expected, "an event was recorded twice");
}

#[tokio::test]
async fn a_process_that_nobody_relieves_goes_on() {
    let upstream = Upstream::start().await;
    let gate = gate_before(&upstream).await;
    gate.signal("QUIT");
    gate.until_it_says("nobody took the listening sockets over")
        .await;
    let reply = super::harness::exchange(&gate, get("open", "/", "")).await;
    assert_eq!(reply.unwrap().status(), 200);
}

#[tokio::test]
async fn whoever_could_not_run_takes_nothing_over() {
    let upstream = Upstream::start().await;
    let gate = gate_before(&upstream).await;
    let key = gate.certificates().key.clone();
    let good = std::fs::read(&key).unwrap();
    std::fs::write(&key, "no key").unwrap();
    let refused = gate.try_command(&["run", "--upgrade"]).await;
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(said.contains("corp.test.key"), "{said}");
    std::fs::write(&key, good).unwrap();

    // Where nobody runs, there is nobody to take over from.
    let file = gate.folder().join("gatehouse.toml");
    let settings = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, settings.replace("\"data\"", "\"nowhere\"")).unwrap();
    let refused = gate.try_command(&["run", "--upgrade"]).await;
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    assert_eq!(gate.readiness().await.0, 200);
}
