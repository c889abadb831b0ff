//! What an access event costs on its way from a request to the store, in processor time by thread:
//! while requests come as fast as one gateway thread serves them, and when the rest is brought over
//! afterwards.

#![allow(clippy::print_stdout, reason = "it reports what it measured")]
#![allow(
    clippy::unwrap_used,
    reason = "what a measurement relies on may end it"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use admin::metrics::Metrics;
use admin::spool::{self, Limits, Spool};
use admin::store::Store;
use config::access_event::Outcome;
use config::clock::Stopwatch;
use config::id::EventId;
use config::link::EventSender;
use config::settings::{AccessHost, Settings};
use config::{AccessEvent, Clock};
use tokio_util::sync::CancellationToken;

/// What one gateway thread serves on the machine of ARCHITECTURE.md.
const EVERY: Duration = Duration::from_micros(52);
const EVENTS: u32 = 100_000;
const PEOPLE: u32 = 200;

fn uuid(kind: u32, number: u32) -> String {
    format!("01890a5d-ac96-774b-b{kind:03}-{number:012}")
}

/// As a browser's request for something on a page of an application.
fn event(number: u32, clock: &Clock) -> AccessEvent {
    let person = number.wrapping_mul(2_654_435_761) % PEOPLE;
    let address = [10, 0, 0, u8::try_from(person).unwrap()].into();
    AccessEvent {
        id: EventId::generate(),
        at: clock.now(),
        request_id: EventId::generate().to_string(),
        peer: Some(address),
        client_address: Some(address),
        method: "GET".into(),
        host: "wiki.example.com".into(),
        path: format!("/pages/{}/attachments/logo.png", number % 5000),
        protocol: "HTTP/1.1".into(),
        user_agent: Some(
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
             Chrome/140.0.0.0 Safari/537.36"
                .into(),
        ),
        application: Some(uuid(1, person % 7).into()),
        principal: Some(uuid(2, person).into()),
        username: Some(format!("user-{person}")),
        guest: false,
        session: Some(uuid(3, person).into()),
        rule: Some("everyone at work".into()),
        outcome: Outcome::Granted,
        status: 200,
        upstream: Some("10.1.0.7:8080".into()),
        error: None,
        request_bytes: 412,
        response_bytes: 1390,
        duration_us: 2345,
        upstream_us: Some(1987),
        snapshot: 42,
        watermarked: false,
    }
}

/// Nanoseconds of processor time that the threads of this process have had, by their names.
fn processor_time() -> BTreeMap<String, u64> {
    let mut by_name = BTreeMap::new();
    for task in fs::read_dir("/proc/self/task").unwrap() {
        let task = task.unwrap().path();
        let read = |file: &str| fs::read_to_string(task.join(file));
        let (Ok(name), Ok(times)) = (read("comm"), read("schedstat")) else {
            continue;
        };
        let time: u64 = times.split(' ').next().unwrap().parse().unwrap();
        let name = name
            .trim()
            .trim_end_matches(|c: char| c == '-' || c.is_ascii_digit());
        *by_name.entry(name.to_owned()).or_default() += time;
    }
    by_name
}

/// Prints what each thread but the one that plays the gateway has used since `before`.
fn report(what: &str, before: &BTreeMap<String, u64>, events: u64) {
    for (thread, time) in processor_time() {
        let spent = time - before.get(&thread).copied().unwrap_or(0);
        if thread != "gateway" && spent > 0 {
            let each = spent / events.max(1);
            println!("{what:<14} {thread:<20} {each:>6} ns an event");
        }
    }
}

/// Sends events at the pace of a busy gateway; says how long the calls took in all.
fn send(sender: &EventSender, clock: &Clock) -> Duration {
    let pace = Stopwatch::start();
    let mut calls = Duration::ZERO;
    for number in 0..EVENTS {
        let event = event(number, clock);
        while pace.elapsed() < EVERY * number {
            std::hint::spin_loop();
        }
        let call = Stopwatch::start();
        sender.send(event);
        calls += call.elapsed();
    }
    calls
}

/// Sends all events while the spool and the carrier are at work; says how long the calls took.
async fn load(spool: &Spool, store: &Store, clock: &Clock) -> Duration {
    let (sender, events, state) = EventSender::new();
    let stop = CancellationToken::new();
    let work = async {
        tokio::join!(
            spool.write(events, state, stop.clone()),
            spool::carry(spool, store, clock, stop.clone()),
        )
    };
    let sending = async {
        let clock = clock.clone();
        let gateway = std::thread::Builder::new().name("gateway".into());
        let gateway = gateway.spawn(move || send(&sender, &clock)).unwrap();
        tokio::task::spawn_blocking(|| gateway.join().unwrap())
            .await
            .unwrap()
    };
    tokio::select! {
        calls = sending => calls,
        _ = work => unreachable!("nothing has told them to stop"),
    }
}

async fn measure(folder: &Path) {
    let clock = Clock::system();
    let access = AccessHost {
        url: "https://access.example.com".parse().unwrap(),
    };
    let settings = Settings::with_defaults(folder.to_owned(), access);
    let store = Store::open(&settings.store, folder).await.unwrap();
    let limits = Limits::of(&settings);
    let metrics = Metrics::new().unwrap();
    let spool = Spool::open(&folder.join("spool"), limits, metrics.clone()).unwrap();

    let before = processor_time();
    let calls = load(&spool, &store, &clock).await / EVENTS;
    report("while loaded", &before, EVENTS.into());
    println!(
        "{:<14} {:<20} {:>6} ns an event",
        "",
        "the call",
        calls.as_nanos()
    );

    let stored = metrics.events_stored.get();
    println!(
        "in the store by then: {stored} of {EVENTS}; in the spool: {} bytes",
        metrics.spool_bytes.get()
    );

    let (before, stop) = (processor_time(), CancellationToken::new());
    stop.cancel();
    while metrics.events_stored.get() < u64::from(EVENTS) {
        spool::carry(&spool, &store, &clock, stop.clone()).await;
    }
    report("afterwards", &before, u64::from(EVENTS) - stored);
    let size = fs::metadata(folder.join("gatehouse.db")).unwrap().len();
    println!("{} bytes of the store an event", size / u64::from(EVENTS));
}

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_name("admin")
        .build()
        .unwrap();
    runtime.block_on(measure(folder.path()));
}
