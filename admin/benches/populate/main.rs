//! Fills a store as a large organisation has filled it after half a year, to ask lists, searches,
//! filters and exports of it. Run with
//! `cargo bench -p admin --bench populate -- FOLDER [--store URL] [--members N] …`, then ask with
//! `cargo run --release -p load-tests --bin ask -- FOLDER`.
//!
//! It writes through the functions that the API and the carrier of events call, many rows in a
//! transaction: over HTTP, each row with a transaction and an audit entry of its own, it would take
//! hours and measure nothing else.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "what a measurement relies on may end it, and what it finds is printed"
)]

mod chance;
mod happenings;
mod people;

use std::path::PathBuf;

use admin::store::Store;
use config::clock::Stopwatch;
use config::settings::StoreUrl;

use chance::Chance;

struct Arguments {
    folder: PathBuf,
    store: StoreUrl,
    members: u64,
    departments: u64,
    events: u64,
}

fn arguments() -> Arguments {
    let mut found = Arguments {
        folder: PathBuf::new(),
        store: StoreUrl::Embedded,
        members: 100_000,
        departments: 20_000,
        events: 5_000_000,
    };
    // Cargo tells a benchmark that it is one.
    let mut words = std::env::args().skip(1).filter(|word| word != "--bench");
    while let Some(word) = words.next() {
        let mut value = || {
            words
                .next()
                .unwrap_or_else(|| panic!("{word} needs a value"))
        };
        match word.as_str() {
            "--store" => found.store = StoreUrl::Postgres(value()),
            "--members" => found.members = value().parse().unwrap(),
            "--departments" => found.departments = value().parse().unwrap(),
            "--events" => found.events = value().parse().unwrap(),
            _ => found.folder = word.into(),
        }
    }
    assert!(
        !found.folder.as_os_str().is_empty(),
        "name the folder to be filled"
    );
    found
}

async fn fill(arguments: Arguments) {
    let settings = config::settings::Store {
        url: arguments.store,
        connections: 4,
    };
    let store = Store::open(&settings, &arguments.folder).await.unwrap();
    let mut chance = Chance::new(7);
    let since = Stopwatch::start();
    let told = |what: &str| println!("{what} after {:.0} s", since.elapsed().as_secs_f64());
    let departments = people::departments(&store, arguments.departments).await;
    told("departments");
    let members = people::members(&store, &departments, arguments.members, &mut chance).await;
    told("members");
    happenings::sign_ins(&store, &members, arguments.events / 25, &mut chance).await;
    happenings::changes(&store, &members, arguments.events / 50, &mut chance).await;
    told("sign-ins and changes");
    happenings::access(&store, &members, arguments.events, &mut chance).await;
    told("access events");
    store.close().await;
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(fill(arguments()));
}
