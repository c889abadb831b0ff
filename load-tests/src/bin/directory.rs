//! `directory`: what it takes to take a large organisation over from LDAP, beside OpenLDAP's own client that reads
//! the same entries; and how long somebody who was disabled there still gets through the gate.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use clap::Parser;
use config::clock::Stopwatch;
use load_tests::browser::Browser;
use load_tests::door::{Door, Pair, free_address};
use load_tests::gatehouse::{ACCESS, Gatehouse, MEMBERS};
use load_tests::slapd::{self, Slapd};
use load_tests::socket::Socket;
use load_tests::{BenchError, nginx};
use serde_json::{Value, json};

#[derive(Parser)]
struct Arguments {
    /// The `gatehouse` to measure.
    #[arg(long, default_value = "target/dist/gatehouse")]
    gatehouse: PathBuf,
    #[arg(long, default_value_t = 100_000)]
    people: usize,
    #[arg(long, default_value_t = 20_000)]
    departments: usize,
    /// Threads of Gatehouse.
    #[arg(long, default_value_t = 2)]
    threads: usize,
}

/// So often it is asked whether a run is over.
const LOOK: Duration = Duration::from_millis(100);
/// What starting it took has gone back to the operating system.
const UNTIL_IDLE: Duration = Duration::from_secs(15);
/// A change of how a directory is used has everything taken over once more, before it is followed.
const UNTIL_FOLLOWED: Duration = Duration::from_secs(45);
/// Whoever is not cut off within this time is not cut off.
const PATIENCE: Duration = Duration::from_mins(1);
const PAGE: &str = "/page.html";

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
                eprintln!("directory: {error}");
            }
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<String, BenchError> {
    let folder = tempfile::tempdir().map_err(BenchError::io("making a temporary folder"))?;
    let folder = folder.path();
    let slapd = Slapd::start(folder, arguments.people, arguments.departments)?;
    let origin = nginx::origin(folder, free_address()?, 1024)?;
    let pair = Pair::make(&arguments.gatehouse, folder, &[ACCESS, MEMBERS])?;
    let door = Door::free(&pair, arguments.threads)?;
    let mut gatehouse = Gatehouse::start(&arguments.gatehouse, folder, &door, origin.address)?;
    gatehouse.sign_in()?;
    let api = Socket::of(&folder.join("gatehouse/data"));
    let directory = connect(&api, &slapd)?;
    let house = House {
        gatehouse,
        slapd,
        api,
        directory,
    };
    thread::sleep(UNTIL_IDLE);
    let mut report = format!(
        "{} people in {} departments\n",
        arguments.people, arguments.departments
    );
    report += &house.measure("the first run")?;
    report += &house.measure("nothing changed")?;
    let some = arguments.people / 100;
    house.slapd.renumber(0, some, "N")?;
    report += &house.measure(&format!("{some} people changed"))?;
    report += &house.cut_off()?;
    Ok(report)
}

fn connect(api: &Socket, slapd: &Slapd) -> Result<String, BenchError> {
    let made = api.ask("POST", "/directories", &draft(slapd, None))?;
    text(&made, "id")
}

/// The directory, taken over so often by itself, and followed in between.
fn draft(slapd: &Slapd, every_minutes: Option<u32>) -> Value {
    let (attribute, value) = slapd::DISABLED;
    json!({
        "name": "OpenLDAP", "used_for": "both", "enabled": true, "secret": slapd::PASSWORD,
        "source": {
            "kind": "ldap", "servers": [format!("ldap://{}", slapd.address())], "security": "none",
            "bind_dn": slapd::ADMIN, "base": format!("ou=people,{}", slapd::BASE),
            "people": { "disabled": attribute, "disabled_values": [value] },
        },
        "organisation": {
            "every_minutes": every_minutes,
            "threshold": { "people": 1_000_000, "percent": 100 },
        },
    })
}

fn text(value: &Value, field: &str) -> Result<String, BenchError> {
    let found = value.get(field).and_then(Value::as_str);
    let missing = || BenchError::Unexpected(format!("there is no {field} in {value}"));
    found.map(str::to_owned).ok_or_else(missing)
}

struct House {
    gatehouse: Gatehouse,
    slapd: Slapd,
    api: Socket,
    directory: String,
}

impl House {
    /// A run, beside a search of the same entries before and after it.
    fn measure(&self, name: &str) -> Result<String, BenchError> {
        let process = &self.gatehouse.process;
        let before = self.slapd.search()?;
        let idle = process.usage()?;
        process.forget_peak()?;
        let watch = Stopwatch::start();
        let ended = self.run()?;
        let took = watch.elapsed();
        let (peak, usage) = (process.peak_kib()?, process.usage()?);
        let after = self.slapd.search()?;
        let search = (before + after) / 2;
        let mut out = String::new();
        let _ = writeln!(
            out,
            "  {name:<24} {:>7.2} s, {:.2} times the {:.2} s of ldapsearch; {} planned, {} done, {} failed; \
             {:.1} s of processor; resident {:.1} MiB before, {:.1} at most, {:.1} after",
            took.as_secs_f64(),
            took.as_secs_f64() / search.as_secs_f64(),
            search.as_secs_f64(),
            ended["planned"],
            ended["done"],
            ended["failed"],
            usage.cpu_seconds - idle.cpu_seconds,
            mib(idle.resident_kib),
            mib(peak),
            mib(usage.resident_kib),
        );
        Ok(out)
    }

    /// One run, until it is over.
    fn run(&self) -> Result<Value, BenchError> {
        let order = json!({ "directory": self.directory });
        let begun = self.api.ask("POST", "/sync-runs", &order)?;
        let path = format!("/sync-runs/{}", text(&begun, "id")?);
        loop {
            let run = self.api.ask("GET", &path, &Value::Null)?;
            match run["phase"].as_str() {
                Some("reading" | "applying") => thread::sleep(LOOK),
                Some("done") => return Ok(run),
                _ => return Err(BenchError::Unexpected(format!("the run ended so: {run}"))),
            }
        }
    }

    /// From the moment at which the directory has noted that somebody is disabled until they are sent to sign in.
    fn cut_off(&self) -> Result<String, BenchError> {
        const WHO: usize = 7;
        let (name, password) = slapd::credentials(WHO);
        self.gatehouse.put_into_staff(&name)?;
        let mut browser = Browser::new(self.gatehouse.process.address);
        let fields = [("username", name.as_str()), ("password", password.as_str())];
        browser.fill(ACCESS, "/sign-in", &fields)?;
        let page = browser.open(MEMBERS, PAGE)?;
        if page.host != MEMBERS || page.status != 200 {
            let why = format!("{name} does not get in: {} at {}", page.status, page.host);
            return Err(BenchError::Unexpected(why));
        }
        let path = format!("/directories/{}", self.directory);
        self.api.replace(&path, &draft(&self.slapd, Some(1440)))?;
        thread::sleep(UNTIL_FOLLOWED);
        self.slapd.disable(WHO)?;
        let watch = Stopwatch::start();
        while watch.elapsed() < PATIENCE {
            let page = browser.open(MEMBERS, PAGE)?;
            if page.host != MEMBERS {
                return Ok(format!(
                    "  disabled in the directory, cut off at the gate after {:.2} s\n",
                    watch.elapsed().as_secs_f64()
                ));
            }
            thread::sleep(Duration::from_millis(20));
        }
        let why = format!("{name} was disabled in the directory, and is not cut off");
        Err(BenchError::Unexpected(why))
    }
}

fn mib(kib: u64) -> f64 {
    f64::from(u32::try_from(kib).unwrap_or(u32::MAX)) / 1024.0
}
