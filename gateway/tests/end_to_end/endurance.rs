//! The program is killed in the middle of its work, again and again: what it had acknowledged as
//! recorded stays recorded, once.
//!
//! A dead process is not a lost disk: this proves what a crash leaves, not what a power cut does.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use serde_json::Value;
use tokio::task::JoinSet;

use super::harness::{Application, Browser, Gatehouse, PASSWORD, Upstream, Wire};

const CLIENTS: u64 = 6;

/// How often it is killed; `GATEHOUSE_TEST_KILLS` asks for more.
fn kills() -> u64 {
    let asked = std::env::var("GATEHOUSE_TEST_KILLS").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(10)
}

/// The requests between two kills.
#[derive(Default)]
struct Load {
    started: AtomicU64,
    /// Requests whose events are on their way, each with how many events the spool must hold before
    /// this one is certainly among them.
    ended: Mutex<Vec<(u64, String)>>,
}

impl Load {
    /// One client: one request after another on one connection, until that breaks.
    async fn ask(&self, mut wire: Wire, prefix: String) {
        let mut before: Option<String> = None;
        for number in 0_u64.. {
            let path = format!("{prefix}/{number}");
            self.started.fetch_add(1, Ordering::SeqCst);
            let request = format!("GET {path} HTTP/1.1\r\nHost: wiki.corp.test\r\n\r\n");
            if wire.send(request).await.is_err() {
                return;
            }
            let Some(reply) = wire.reply().await else {
                return;
            };
            assert_eq!(reply.status(), 200);
            // The connection has gone on, so the request before has sent its event; at most those
            // that had started by now are ahead of it in the queue.
            if let Some(before) = before.replace(path) {
                let started = self.started.load(Ordering::SeqCst);
                self.ended.lock().push((started, before));
            }
        }
    }

    fn acknowledged(&self, recorded: u64) -> Vec<String> {
        let ended = self.ended.lock();
        let certain = ended.iter().filter(|(needed, _)| *needed <= recorded);
        certain.map(|(_, path)| path.clone()).collect()
    }
}

/// How many events the program says it has, at least, by two readings one after the other. What is
/// in the store counts at any moment. What is in the spool counts only where the store had the same
/// number both times: what is carried over is counted in both places for a moment.
fn says_recorded(earlier: (u64, u64), later: (u64, u64)) -> u64 {
    if later.0 == earlier.0 {
        later.0 + later.1.min(earlier.1)
    } else {
        earlier.0.max(later.0)
    }
}

async fn reading(gate: &Gatehouse) -> (u64, u64) {
    let text = gate.metrics().await;
    let value = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|rest| rest.trim().parse().ok())
            .unwrap_or_else(|| panic!("no {name} in {text}"))
    };
    let stored = value("gatehouse_access_events_stored_total ");
    (stored, value("gatehouse_spool_events "))
}

/// Waits until nothing is under way, and returns how many events the store has had.
async fn at_rest(gate: &Gatehouse) -> u64 {
    let mut earlier = reading(gate).await;
    for _ in 0..60 {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let later = reading(gate).await;
        if later.1 == 0 && later == earlier {
            return later.0;
        }
        earlier = later;
    }
    panic!("the spool does not come to rest: {earlier:?}");
}

/// Sign-ins of one person, one after another, from a new browser each.
#[derive(Default)]
struct SignIns {
    begun: u64,
    acknowledged: u64,
}

impl SignIns {
    const WHO: &'static str = "li.lei";
    /// Each makes no more requests than this; their events are in the spool too.
    const REQUESTS: u64 = 4;

    async fn go_on(&mut self, gate: &Gatehouse, load: &Load) {
        loop {
            self.begun += 1;
            load.started.fetch_add(Self::REQUESTS, Ordering::SeqCst);
            let Ok(()) = self.once(gate).await else {
                return;
            };
        }
    }

    /// Counts it as soon as the browser has the cookie; `Err` if the program ended meanwhile.
    async fn once(&mut self, gate: &Gatehouse) -> reqwest::Result<()> {
        let browser = Browser::new(gate);
        let page = browser.try_open(&gate.url("access", "/sign-in")).await?;
        let form = page.form("/sign-in").fill("username", Self::WHO);
        let submitted = browser.try_submit(form.fill("password", PASSWORD)).await;
        let cookie = browser.cookie("access.corp.test", config::cookies::SESSION);
        self.acknowledged += u64::from(cookie.is_some());
        let page = submitted?;
        assert!(cookie.is_some(), "not signed in: {page:?}");
        Ok(())
    }

    /// Each that was acknowledged is in the log, and none twice.
    async fn assert_recorded(&self, gate: &Gatehouse) {
        let listed = gate
            .command(&["events", "sign-ins", "--json", "--limit", "1000000"])
            .await;
        let events: Vec<Value> = serde_json::from_str(&listed).unwrap();
        let succeeded =
            |event: &&Value| event["kind"] == "signed_in" && event["username"] == Self::WHO;
        let signed_in: Vec<_> = events.iter().filter(succeeded).collect();
        let ids: BTreeSet<_> = signed_in.iter().map(|e| e["sign_in"].to_string()).collect();
        assert_eq!(ids.len(), signed_in.len(), "a sign-in was recorded twice");
        // One was the visitor's first.
        let recorded = ids.len() as u64 - 1;
        assert!(self.acknowledged <= recorded && recorded <= self.begun);
        eprintln!(
            "{} sign-ins acknowledged, {recorded} recorded",
            self.acknowledged
        );
    }
}

#[tokio::test]
async fn no_event_is_lost_or_doubled_however_often_the_program_is_killed() {
    let upstream = Upstream::start().await;
    let application = Application::new("wiki", &upstream).public();
    let mut gate = Gatehouse::start().with_application(application).await;
    gate.visitor(SignIns::WHO).await;
    let (mut acknowledged, mut sign_ins) = (BTreeSet::new(), SignIns::default());
    for round in 0..kills() {
        acknowledged.extend(work_until_killed(&mut gate, round, &mut sign_ins).await);
        gate.restart().await;
        sign_ins.begun += 1;
        let at_once = sign_ins.once(&gate).await;
        at_once.expect("nobody could sign in after the restart");
    }
    at_rest(&gate).await;
    let events = recorded(&gate).await;
    let seen: BTreeSet<_> = events.iter().cloned().collect();
    assert_eq!(seen.len(), events.len(), "an event was recorded twice");
    let lost: Vec<_> = acknowledged.difference(&seen).collect();
    assert!(lost.is_empty(), "{} lost: {lost:?}", lost.len());
    assert!(!acknowledged.is_empty(), "nothing was ever acknowledged");
    eprintln!(
        "{} kills, {} acknowledged, {} recorded",
        kills(),
        acknowledged.len(),
        seen.len()
    );
    sign_ins.assert_recorded(&gate).await;
}

/// Loads it, kills it at some moment of a second, and returns what it had acknowledged.
async fn work_until_killed(
    gate: &mut Gatehouse,
    round: u64,
    sign_ins: &mut SignIns,
) -> Vec<String> {
    let before = at_rest(gate).await;
    let load = Arc::new(Load::default());
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        let (load, wire) = (Arc::clone(&load), Wire::plain(gate).await);
        let prefix = format!("/kill/{round}/{client}");
        clients.spawn(async move { load.ask(wire, prefix).await });
    }
    let recorded = AtomicU64::new(0);
    let watching = async {
        let mut earlier = reading(gate).await;
        loop {
            let later = reading(gate).await;
            let now = says_recorded(earlier, later).saturating_sub(before);
            recorded.fetch_max(now, Ordering::SeqCst);
            earlier = later;
        }
    };
    let moment = Duration::from_micros(rand::random_range(0..1_000_000));
    let end = async {
        let _ = tokio::time::timeout(moment, watching).await;
        gate.end_at_once();
    };
    tokio::join!(end, sign_ins.go_on(gate, &load));
    gate.kill();
    while let Some(client) = clients.join_next().await {
        client.unwrap();
    }
    load.acknowledged(recorded.into_inner())
}

/// The paths of the recorded requests to the wiki.
async fn recorded(gate: &Gatehouse) -> Vec<String> {
    let listed = gate
        .command(&["events", "access", "--json", "--limit", "1000000"])
        .await;
    let events: Vec<Value> = serde_json::from_str(&listed).unwrap();
    let paths = events.iter().filter_map(|event| event["path"].as_str());
    paths
        .filter(|path| path.starts_with("/kill/"))
        .map(str::to_owned)
        .collect()
}
