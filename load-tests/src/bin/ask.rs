//! `ask`: asks a node with a large store what the console asks, and takes its logs away; prints how
//! long the answers take and what memory it costs.
//!
//! The store is made by `cargo bench -p admin --bench populate -- FOLDER`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use clap::Parser;
use config::clock::Stopwatch;
use load_tests::BenchError;
use load_tests::door::free_address;
use load_tests::process::Process;
use load_tests::questions::{Took, ask_all};
use load_tests::socket::Socket;

#[derive(Parser)]
struct Arguments {
    /// The data folder with the store.
    folder: PathBuf,
    /// The `gatehouse` to ask.
    #[arg(long, default_value = "target/dist/gatehouse")]
    gatehouse: PathBuf,
    /// The PostgreSQL store to ask instead of the one in the folder.
    #[arg(long)]
    store: Option<String>,
    /// Leave out the exports, which take minutes.
    #[arg(long)]
    no_export: bool,
}

const EXPORTS: [(&str, &str); 3] = [
    ("access log, CSV", "/events/access/export?format=csv"),
    (
        "access log, XLSX",
        "/events/access/export?format=xlsx&time_zone=Asia/Shanghai",
    ),
    (
        "refusals, CSV",
        "/events/access/export?format=csv&outcome=denied",
    ),
];

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            #[allow(clippy::print_stderr, reason = "this is what was asked for")]
            {
                eprintln!("ask: {error}");
            }
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), BenchError> {
    let node = start(arguments)?;
    let socket = Socket::of(&arguments.folder);
    // What an upgraded or new store has to make up for is done in the first round of periodic work.
    thread::sleep(Duration::from_secs(5));
    tell(&answers(&ask_all(&socket)?));
    if !arguments.no_export {
        for (what, path) in EXPORTS {
            tell(&export(&node, &socket, what, path)?);
        }
    }
    Ok(())
}

fn tell(text: &str) {
    #[allow(clippy::print_stdout, reason = "this is what was asked for")]
    {
        println!("{text}");
    }
}

fn start(arguments: &Arguments) -> Result<Process, BenchError> {
    let (address, monitor) = (free_address()?, free_address()?);
    let settings = arguments.folder.join("ask.toml");
    let store = arguments.store.as_ref();
    let store = store.map_or_else(String::new, |url| format!("[store]\nurl = \"{url}\"\n"));
    let folder = absolute(&arguments.folder)?;
    let text = format!(
        "version = 1\ndata = \"{}\"\n[access]\nurl = \"http://access.localhost:{}\"\n\
         [[listener]]\naddress = \"{address}\"\n[monitor]\naddress = \"{monitor}\"\n\
         [log]\nfilter = \"warn\"\n{store}",
        folder.display(),
        address.port(),
    );
    std::fs::write(&settings, text).map_err(BenchError::io("writing the settings"))?;
    let mut command = Command::new(&arguments.gatehouse);
    command.arg("run").arg("--config").arg(&settings);
    Process::start("gatehouse", &mut command, address)
}

fn absolute(folder: &Path) -> Result<PathBuf, BenchError> {
    std::path::absolute(folder).map_err(BenchError::io("naming the folder"))
}

fn answers(all: &[Took]) -> String {
    let mut text = String::from("| asked for | median | p95 | longest |\n|---|---|---|---|\n");
    let in_ms = |took: Duration| took.as_secs_f64() * 1000.0;
    for took in all {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "| {} | {:.1} ms | {:.1} ms | {:.1} ms |",
            took.question,
            in_ms(took.median),
            in_ms(took.p95),
            in_ms(took.longest)
        );
    }
    text
}

fn export(node: &Process, socket: &Socket, what: &str, path: &str) -> Result<String, BenchError> {
    let before = node.usage()?;
    let (most, is_done) = (AtomicU64::new(0), AtomicBool::new(false));
    let since = Stopwatch::start();
    let bytes = thread::scope(|scope| {
        scope.spawn(|| {
            while !is_done.load(Ordering::Relaxed) {
                if let Ok(usage) = node.usage() {
                    most.fetch_max(usage.resident_kib, Ordering::Relaxed);
                }
                thread::sleep(Duration::from_millis(100));
            }
        });
        let bytes = socket.stream(path, |_| {});
        is_done.store(true, Ordering::Relaxed);
        bytes
    });
    let (bytes, took) = (bytes?, since.elapsed().as_secs_f64());
    let after = node.usage()?;
    Ok(format!(
        "{what}: {} MB in {took:.0} s, {:.0} s of processor; resident before {} MB, \
         at most {} MB, after {} MB",
        bytes / 1_000_000,
        after.cpu_seconds - before.cpu_seconds,
        before.resident_kib / 1024,
        most.load(Ordering::Relaxed) / 1024,
        after.resident_kib / 1024
    ))
}
