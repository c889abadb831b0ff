//! `sign-in`: what a sign-in costs beside the one hash of argon2 that it cannot do without, and what people who
//! are signed in feel of many others who are just coming in.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use clap::Parser;
use config::settings::Passwords;
use load_tests::browser::Browser;
use load_tests::door::{Door, Pair, free_address};
use load_tests::gatehouse::{ACCESS, Gatehouse, MEMBERS};
use load_tests::hashes::{self, Hashed};
use load_tests::process::Process;
use load_tests::pulse::{self, Pulse};
use load_tests::sign_ins::{self, SignIns};
use load_tests::{BenchError, nginx};

/// As Gatehouse has it, so that hashing alone costs what it costs there.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
struct Arguments {
    /// The `gatehouse` to measure.
    #[arg(long, default_value = "target/dist/gatehouse")]
    gatehouse: PathBuf,
    /// How long each part of a round takes, in seconds.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// So many sign in at once while others work.
    #[arg(long, default_value_t = 200)]
    crowd: u16,
    /// Threads of Gatehouse.
    #[arg(long, default_value_t = 2)]
    threads: usize,
}

/// So many sign in at once where what one costs is measured: enough that nothing stands still.
const FEW: u16 = 8;
const PEOPLE: usize = 40;
const PAGE: &str = "/page.html";
/// What setting it up took has gone back to the operating system.
const UNTIL_IDLE: Duration = Duration::from_secs(15);

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
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
                eprintln!("sign-in: {error}");
            }
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<String, BenchError> {
    let folder = tempfile::tempdir().map_err(BenchError::io("making a temporary folder"))?;
    let folder = folder.path();
    let origin = nginx::origin(folder, free_address()?, 1024)?;
    let house = House::open(arguments, folder, &origin)?;
    let mut report = String::new();
    for round in 1..=arguments.rounds {
        let hashed = hashes::run(&Passwords::default(), arguments.seconds)?;
        let _ = write!(report, "round {round}\n{}", house.cost(hashed, arguments)?);
        report += &house.crowd(&origin, arguments)?;
    }
    Ok(report)
}

/// Gatehouse with people in it.
struct House {
    gatehouse: Gatehouse,
    names: Vec<String>,
}

impl House {
    fn open(arguments: &Arguments, folder: &Path, origin: &Process) -> Result<Self, BenchError> {
        let pair = Pair::make(&arguments.gatehouse, folder, &[ACCESS, MEMBERS])?;
        let door = Door::free(&pair, arguments.threads)?;
        let mut gatehouse = Gatehouse::start(&arguments.gatehouse, folder, &door, origin.address)?;
        gatehouse.sign_in()?;
        let names: Vec<String> = (0..PEOPLE).map(|n| format!("person-{n}")).collect();
        for name in &names {
            gatehouse.join(name)?;
        }
        Ok(Self { gatehouse, names })
    }

    /// A sign-in beside a hash.
    fn cost(&self, alone: Hashed, arguments: &Arguments) -> Result<String, BenchError> {
        let process = &self.gatehouse.process;
        let before = process.usage()?.cpu_seconds;
        let done = sign_ins::run(process.address, &self.names, FEW, arguments.seconds)?;
        let cpu_ms = (process.usage()?.cpu_seconds - before) * 1e3 / done.done();
        let per_second = done.done() / seconds(arguments);
        Ok(format!(
            "  hashes alone       {:>7.1} /s            {:>6.2} ms of processor each\n  \
             sign-ins           {per_second:>7.1} /s ({:.2} of it) {cpu_ms:>6.2} ms of processor each, \
             {:.1} % of it argon2; p50 {} p99 {}\n",
            alone.per_second,
            alone.cpu_ms,
            per_second / alone.per_second,
            alone.cpu_ms / cpu_ms * 100.0,
            ms(done.at(50)),
            ms(done.at(99)),
        ))
    }

    /// What whoever is signed in feels of a crowd that comes in, and what memory that takes.
    fn crowd(&self, origin: &Process, arguments: &Arguments) -> Result<String, BenchError> {
        let process = &self.gatehouse.process;
        thread::sleep(UNTIL_IDLE);
        let idle = process.usage()?.resident_kib;
        let direct = Browser::new(origin.address);
        let through = self.gatehouse.browser();
        let feel = |browser: &Browser| pulse::run(browser, (MEMBERS, PAGE), arguments.seconds);
        let quiet = [feel(&direct)?, feel(through)?];
        process.forget_peak()?;
        let (direct_busy, _) = self.while_they_come(arguments, || feel(&direct))?;
        let (busy, came) = self.while_they_come(arguments, || feel(through))?;
        let peak = process.peak_kib()?;
        let mut out = line("through the gate", quiet[1], busy);
        out += &line("past it, for comparison", quiet[0], direct_busy);
        let hashing = Passwords::default();
        let bound = u64::from(hashing.memory_kib) * u64::try_from(hashing.concurrent).unwrap_or(0);
        let _ = writeln!(
            out,
            "  meanwhile {} came in, {} at once, {:.1} /s, p50 {} p99 {}; {} times somebody was put off\n  \
             resident {:.1} MiB when idle, {:.1} MiB at most: {:.1} more; the hashes take {:.1}",
            came.took.len(),
            arguments.crowd,
            came.done() / seconds(arguments),
            ms(came.at(50)),
            ms(came.at(99)),
            came.put_off,
            mib(idle),
            mib(peak),
            mib(peak.saturating_sub(idle)),
            mib(bound),
        );
        Ok(out)
    }

    fn while_they_come(
        &self,
        arguments: &Arguments,
        feel: impl Fn() -> Result<Pulse, BenchError>,
    ) -> Result<(Pulse, SignIns), BenchError> {
        let at = self.gatehouse.process.address;
        thread::scope(|scope| {
            let crowd =
                scope.spawn(|| sign_ins::run(at, &self.names, arguments.crowd, arguments.seconds));
            let felt = feel();
            let ended = |_| Err(BenchError::Unexpected("the crowd ended".into()));
            let came = crowd.join().unwrap_or_else(ended)?;
            Ok((felt?, came))
        })
    }
}

fn line(name: &str, quiet: Pulse, busy: Pulse) -> String {
    let times = |busy: Duration, quiet: Duration| busy.as_secs_f64() / quiet.as_secs_f64();
    format!(
        "  {name:<24} p50 {} p99 {}; in the crowd p50 {} ({:.1} times) p99 {} ({:.1} times)\n",
        ms(quiet.p50),
        ms(quiet.p99),
        ms(busy.p50),
        times(busy.p50, quiet.p50),
        ms(busy.p99),
        times(busy.p99, quiet.p99),
    )
}

fn ms(took: Duration) -> String {
    format!("{:.2} ms", took.as_secs_f64() * 1e3)
}

fn mib(kib: u64) -> f64 {
    f64::from(u32::try_from(kib).unwrap_or(u32::MAX)) / 1024.0
}

fn seconds(arguments: &Arguments) -> f64 {
    f64::from(u32::try_from(arguments.seconds).unwrap_or(u32::MAX))
}
