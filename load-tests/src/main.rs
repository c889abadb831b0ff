//! `bench`: measures Gatehouse beside its peers in one run and prints ratios.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::thread;
use std::time::Duration;

use clap::Parser;
use load_tests::door::{Door, Pair, free_address};
use load_tests::gatehouse::{Gatehouse, MARKED, MEMBERS, PUBLIC};
use load_tests::process::Process;
use load_tests::report::{Candidate, Sample, table};
use load_tests::wrk::Load;
use load_tests::{BenchError, flat, h2load, nginx, wrk};

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
    /// Threads of each proxy, or worker processes. The client and the origin have one each.
    #[arg(long, default_value_t = 1)]
    threads: usize,
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

/// A program with what is asked of it.
struct Runner<'a> {
    key: char,
    name: &'static str,
    process: &'a Process,
    door: &'a Door,
    host: &'static str,
    path: &'static str,
    headers: Vec<String>,
}

const FILE: &str = "/file.txt";
const PAGE: &str = "/page.html";
/// After it was set up: what that took has gone back to the operating system.
const UNTIL_IDLE: Duration = Duration::from_secs(15);

fn run(arguments: &Arguments) -> Result<String, BenchError> {
    let folder = tempfile::tempdir().map_err(BenchError::io("making a temporary folder"))?;
    let folder = folder.path();
    let origin = nginx::origin(folder, free_address()?, arguments.size)?;
    let doors = doors(arguments, folder)?;
    let peers = Peers::start(arguments, folder, &doors, &origin)?;
    thread::sleep(UNTIL_IDLE);
    let idle = peers.gatehouse.process.usage()?.resident_kib;
    let runners = peers.runners(&doors);
    let at_once = arguments.connections;
    let by_wrk = |runner: &Runner<'_>, seconds| {
        let asked = (runner.host, runner.path);
        wrk::run(runner.door.plain, asked, &runner.headers, at_once, seconds)
    };
    let by_h2load = |runner: &Runner<'_>, seconds| {
        let asked = (runner.host, runner.path);
        h2load::run(
            runner.door,
            asked,
            &runner.headers,
            at_once,
            seconds,
            folder,
        )
    };
    let plain = table(&in_turns(&runners, arguments, &by_wrk)?);
    let secure = table(&in_turns(&runners, arguments, &by_h2load)?);
    Ok(format!(
        "HTTP/1.1, by wrk\n{plain}\nHTTP/2 over TLS, by h2load\n{secure}\nresident when idle: {:.1} MB",
        f64::from(u32::try_from(idle).unwrap_or(u32::MAX)) / 1024.0
    ))
}

/// Everything that is measured, running in front of one origin.
struct Peers {
    plain: Process,
    bare: Process,
    asking: Process,
    gatehouse: Gatehouse,
}

impl Peers {
    fn start(
        arguments: &Arguments,
        folder: &Path,
        [at_plain, at_bare, at_asking, at_ours]: &[Door; 4],
        origin: &Process,
    ) -> Result<Self, BenchError> {
        let to = origin.address;
        let mut peers = Self {
            plain: nginx::proxy(folder, at_plain, to)?,
            bare: bare_proxy(&arguments.bare_proxy, at_bare, origin)?,
            asking: nginx::proxy_that_asks(folder, at_asking, free_address()?, to)?,
            gatehouse: Gatehouse::start(&arguments.gatehouse, folder, at_ours, to)?,
        };
        peers.gatehouse.sign_in()?;
        Ok(peers)
    }

    fn runners<'a>(&'a self, [plain, bare, asking, ours]: &'a [Door; 4]) -> [Runner<'a>; 6] {
        let gatehouse = &self.gatehouse;
        let us = (&gatehouse.process, ours);
        let (members, marked) = (gatehouse.headers(MEMBERS), gatehouse.headers(MARKED));
        let file = (PUBLIC, FILE);
        [
            Runner::new('a', "nginx, plain proxy", (&self.plain, plain), file),
            Runner::new('b', "bare pingora", (&self.bare, bare), file),
            Runner::new('c', "nginx, auth_request", (&self.asking, asking), file),
            Runner::new('d', "Gatehouse, anonymous", us, file),
            Runner::new('e', "Gatehouse, session + policy", us, (MEMBERS, FILE)).with(members),
            Runner::new('f', "Gatehouse, watermarked page", us, (MARKED, PAGE)).with(marked),
        ]
    }
}

impl<'a> Runner<'a> {
    fn new(
        key: char,
        name: &'static str,
        (process, door): (&'a Process, &'a Door),
        (host, path): (&'static str, &'static str),
    ) -> Self {
        Self {
            key,
            name,
            process,
            door,
            host,
            path,
            headers: Vec::new(),
        }
    }

    fn with(self, headers: Vec<String>) -> Self {
        Self { headers, ..self }
    }
}

fn stay(arguments: &Arguments, minutes: u64) -> Result<String, BenchError> {
    let folder = tempfile::tempdir().map_err(BenchError::io("making a temporary folder"))?;
    let folder = folder.path();
    let origin = nginx::origin(folder, free_address()?, arguments.size)?;
    let [.., door] = doors(arguments, folder)?;
    let mut gatehouse = Gatehouse::start(&arguments.gatehouse, folder, &door, origin.address)?;
    gatehouse.sign_in()?;
    #[allow(clippy::print_stdout, reason = "this is what was asked for")]
    let told = |line: &str| println!("{line}");
    flat::watch(&gatehouse, FILE, arguments.connections, minutes, &told)
}

/// One for each program, with one certificate for all.
fn doors(arguments: &Arguments, folder: &Path) -> Result<[Door; 4], BenchError> {
    let pair = Pair::make(&arguments.gatehouse, folder, &[PUBLIC, MEMBERS, MARKED])?;
    let free = || Door::free(&pair, arguments.threads);
    Ok([free()?, free()?, free()?, free()?])
}

fn bare_proxy(program: &Path, door: &Door, origin: &Process) -> Result<Process, BenchError> {
    let mut command = Command::new(program);
    command
        .arg(door.plain.to_string())
        .arg(door.secure.to_string())
        .arg(&door.pair.certificate)
        .arg(&door.pair.key)
        .arg(origin.address.to_string())
        .arg(format!("--threads={}", door.threads));
    Process::start("bare-proxy", &mut command, door.plain)
}

/// Each in its turn, round after round.
fn in_turns(
    runners: &[Runner<'_>],
    arguments: &Arguments,
    client: &dyn Fn(&Runner<'_>, u64) -> Result<Load, BenchError>,
) -> Result<Vec<Candidate>, BenchError> {
    let mut candidates: Vec<Candidate> = runners
        .iter()
        .map(|runner| Candidate {
            key: runner.key,
            name: runner.name,
            samples: Vec::new(),
        })
        .collect();
    for _ in 0..arguments.rounds {
        for (runner, candidate) in runners.iter().zip(&mut candidates) {
            let sample = measure(runner, arguments.seconds, client)?;
            candidate.samples.push(sample);
        }
    }
    Ok(candidates)
}

fn measure(
    runner: &Runner<'_>,
    seconds: u64,
    client: &dyn Fn(&Runner<'_>, u64) -> Result<Load, BenchError>,
) -> Result<Sample, BenchError> {
    // Connections and caches are warm before anything counts.
    client(runner, 1)?;
    let before = runner.process.usage()?;
    let load = client(runner, seconds)?;
    let after = runner.process.usage()?;
    #[allow(clippy::cast_precision_loss, reason = "a count of requests fits well")]
    let requests = load.requests as f64;
    Ok(Sample {
        load,
        cpu_us: (after.cpu_seconds - before.cpu_seconds) * 1e6 / requests,
        resident_kib: after.resident_kib,
    })
}
