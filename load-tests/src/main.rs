//! `bench`: measures Gatehouse beside its peers in one run and prints ratios.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::thread;
use std::time::Duration;

use clap::Parser;
use load_tests::gatehouse::{Gatehouse, MARKED, MEMBERS, PUBLIC};
use load_tests::process::{Process, free_address};
use load_tests::report::{Candidate, Sample, table};
use load_tests::{BenchError, flat, nginx, wrk};

#[derive(Parser)]
struct Arguments {
    /// The `gatehouse` to measure.
    #[arg(long, default_value = "target/dist/gatehouse")]
    gatehouse: PathBuf,
    /// The bare pingora proxy, built in the same profile.
    #[arg(long, default_value = "target/dist/bare-proxy")]
    bare_proxy: PathBuf,
    /// How long each candidate is measured in each round, in seconds.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// The size of the page in bytes.
    #[arg(long, default_value_t = 1024)]
    size: usize,
    /// Instead of comparing, drive (e) for so many minutes and tell whether memory, open files and the
    /// spool stay as they are.
    #[arg(long, value_name = "MINUTES", value_parser = clap::value_parser!(u64).range(2..))]
    flat: Option<u64>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let report = match arguments.flat {
        Some(minutes) => stay(&arguments, minutes),
        None => run(&arguments),
    };
    match report {
        Ok(report) => {
            #[allow(clippy::print_stdout, reason = "this is what was asked for")]
            {
                println!("{report}");
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            #[allow(clippy::print_stderr, reason = "this is what was asked for")]
            {
                eprintln!("bench: {error}");
            }
            ExitCode::FAILURE
        }
    }
}

/// A candidate with the program that serves it.
struct Runner<'a> {
    candidate: Candidate,
    process: &'a Process,
    path: &'static str,
    headers: Vec<String>,
}

const FILE: &str = "/file.txt";
const PAGE: &str = "/page.html";
/// After it was set up: what that took has gone back to the operating system.
const UNTIL_IDLE: Duration = Duration::from_secs(15);

impl<'a> Runner<'a> {
    fn new(
        key: char,
        name: &'static str,
        process: &'a Process,
        path: &'static str,
        headers: Vec<String>,
    ) -> Self {
        Self {
            candidate: Candidate {
                key,
                name,
                samples: Vec::new(),
            },
            process,
            path,
            headers,
        }
    }
}

fn run(arguments: &Arguments) -> Result<String, BenchError> {
    let folder = tempfile::tempdir().map_err(BenchError::io("making a temporary folder"))?;
    let origin = nginx::origin(folder.path(), free_address()?, arguments.size)?;
    let plain = nginx::proxy(folder.path(), free_address()?, origin.address)?;
    let bare = bare_proxy(&arguments.bare_proxy, &origin)?;
    let asking = nginx::proxy_that_asks(
        folder.path(),
        free_address()?,
        free_address()?,
        origin.address,
    )?;
    let mut gatehouse = Gatehouse::start(&arguments.gatehouse, folder.path(), origin.address)?;
    gatehouse.sign_in()?;
    thread::sleep(UNTIL_IDLE);
    let idle = gatehouse.process.usage()?.resident_kib;
    let ours = &gatehouse.process;
    let (public, members, marked) = (
        gatehouse.headers(PUBLIC),
        gatehouse.headers(MEMBERS),
        gatehouse.headers(MARKED),
    );
    let mut runners = [
        Runner::new('a', "nginx, plain proxy", &plain, FILE, vec![]),
        Runner::new('b', "bare pingora", &bare, FILE, vec![]),
        Runner::new('c', "nginx, auth_request", &asking, FILE, vec![]),
        Runner::new('d', "Gatehouse, anonymous", ours, FILE, public),
        Runner::new('e', "Gatehouse, session + policy", ours, FILE, members),
        Runner::new('f', "Gatehouse, watermarked page", ours, PAGE, marked),
    ];
    for _ in 0..arguments.rounds {
        for runner in &mut runners {
            let sample = measure(runner, arguments)?;
            runner.candidate.samples.push(sample);
        }
    }
    let candidates: Vec<Candidate> = runners.into_iter().map(|r| r.candidate).collect();
    Ok(format!(
        "{}\nresident when idle: {:.1} MB",
        table(&candidates),
        f64::from(u32::try_from(idle).unwrap_or(u32::MAX)) / 1024.0
    ))
}

fn stay(arguments: &Arguments, minutes: u64) -> Result<String, BenchError> {
    let folder = tempfile::tempdir().map_err(BenchError::io("making a temporary folder"))?;
    let origin = nginx::origin(folder.path(), free_address()?, arguments.size)?;
    let mut gatehouse = Gatehouse::start(&arguments.gatehouse, folder.path(), origin.address)?;
    gatehouse.sign_in()?;
    #[allow(clippy::print_stdout, reason = "this is what was asked for")]
    let told = |line: &str| println!("{line}");
    flat::watch(&gatehouse, FILE, arguments.connections, minutes, &told)
}

fn bare_proxy(program: &Path, origin: &Process) -> Result<Process, BenchError> {
    let address = free_address()?;
    let mut command = Command::new(program);
    command
        .arg(address.to_string())
        .arg(origin.address.to_string());
    Process::start("bare-proxy", &mut command, address)
}

fn measure(runner: &Runner<'_>, arguments: &Arguments) -> Result<Sample, BenchError> {
    let url = format!("http://{}{}", runner.process.address, runner.path);
    // Connections and caches are warm before anything counts.
    wrk::run(&url, &runner.headers, arguments.connections, 1)?;
    let before = runner.process.usage()?;
    let load = wrk::run(
        &url,
        &runner.headers,
        arguments.connections,
        arguments.seconds,
    )?;
    let after = runner.process.usage()?;
    #[allow(clippy::cast_precision_loss, reason = "a count of requests fits well")]
    let requests = load.requests as f64;
    Ok(Sample {
        load,
        cpu_us: (after.cpu_seconds - before.cpu_seconds) * 1e6 / requests,
        resident_kib: after.resident_kib,
    })
}
