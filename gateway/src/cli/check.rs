//! `gatehouse check FILE`: everything that is wrong with the settings and with what they name on
//! this machine, told at once and before anything is started.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use certs::Pair;
use clap::Args;
use config::settings::environment::of_this_process;
use config::settings::{ListenerTls, MasterKeySource, Settings, StoreUrl};
use config::{Problem, Timestamp};

use crate::cli::output;

#[derive(Debug, Args)]
pub struct Check {
    /// The settings file.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// What is tried out by the other half of the program, which says what is wrong.
#[derive(Clone, Copy)]
pub struct Tries<'a> {
    pub master_key: &'a (dyn Fn(&MasterKeySource) -> Result<(), String> + Sync),
    /// A database of places, by its key in `[places]`.
    pub places: &'a (dyn Fn(&str, &Path) -> Result<(), String> + Sync),
}

/// A certificate that expires within so many days deserves a note.
const SOON_DAYS: i64 = 14;

/// What was found.
#[derive(Debug, Default)]
pub struct Findings {
    /// These keep Gatehouse from starting.
    pub problems: Vec<Problem>,
    /// These do not.
    pub notes: Vec<String>,
}

/// Prints what is wrong. Exits with 0 if nothing is, and with 2 otherwise.
pub fn run(options: &Check, now: Timestamp, tries: &Tries<'_>) -> ExitCode {
    let findings = check(&options.file, of_this_process(), now, tries);
    for problem in &findings.problems {
        output::line(&problem.to_string());
    }
    for note in &findings.notes {
        output::line(&format!("note: {note}"));
    }
    match findings.problems.len() {
        0 => {
            output::line(&format!("{}: no problem found", options.file.display()));
            ExitCode::SUCCESS
        }
        count => {
            output::line(&format!("{}: {count} to correct", options.file.display()));
            ExitCode::from(2)
        }
    }
}

/// Looks at the settings and then at the files and folders that they name.
pub fn check(
    file: &Path,
    environment: impl IntoIterator<Item = (String, String)>,
    now: Timestamp,
    tries: &Tries<'_>,
) -> Findings {
    let (settings, problems) = Settings::examine(file, environment);
    let mut findings = Findings {
        problems,
        ..Findings::default()
    };
    if let Some(settings) = settings {
        findings.data_folder(&settings);
        findings.certificates(&settings, now.as_seconds());
        findings.master_key(&settings, tries);
        findings.places(&settings, tries);
    }
    findings
}

impl Findings {
    fn problem(&mut self, settings: &Settings, key: &str, what: String, allowed: &str) {
        self.problems.push(Problem {
            source: settings.file.display().to_string(),
            key: key.to_owned(),
            what: what.into(),
            allowed: allowed.into(),
        });
    }

    fn data_folder(&mut self, settings: &Settings) {
        // A folder that is not there yet is made at the first run, inside of what is there.
        let there = settings.data.ancestors().find(|folder| folder.exists());
        let folder = there.unwrap_or(&settings.data);
        let trial = folder.join(format!(".gatehouse-check-{}", std::process::id()));
        match fs::write(&trial, b"").and_then(|()| fs::remove_file(&trial)) {
            Ok(()) => {}
            Err(error) => self.problem(
                settings,
                "data",
                format!("{} cannot be written to: {error}", folder.display()),
                "make it a folder that belongs to the user that runs Gatehouse",
            ),
        }
    }

    fn certificates(&mut self, settings: &Settings, now: i64) {
        let mut found: Vec<(bool, Vec<String>)> = Vec::new();
        for (index, listener) in settings.listeners.iter().enumerate() {
            if let Some(tls) = &listener.tls {
                if tls.certificates.is_empty() {
                    let address = listener.address;
                    self.notes.push(format!(
                        "nobody gets through {address} until a certificate is uploaded, such as with \
                         `gatehouse certificates add`"
                    ));
                    continue;
                }
                let names = self.certificates_of(settings, index, tls, now);
                found.push((listener.admin, names));
            }
        }
        let mut wanted = vec![(false, settings.access.host(), "access.url")];
        if let Some(admin) = &settings.admin {
            wanted.push((true, admin.host(), "admin.url"));
        }
        for (is_admin, host, key) in wanted {
            let mut here = found.iter().filter(|(of_admin, _)| *of_admin == is_admin);
            let any = here.clone().next().is_some();
            let covered = here.any(|(_, names)| names.iter().any(|name| covers(name, host)));
            if any && !covered && self.problems.is_empty() {
                self.notes.push(format!(
                    "no certificate here is for {host}, the host of {key}: browsers will warn \
                     unless something in front of Gatehouse presents its own"
                ));
            }
        }
    }

    /// Checks the files of one listener, and says for which names they are.
    fn certificates_of(
        &mut self,
        settings: &Settings,
        listener: usize,
        tls: &ListenerTls,
        now: i64,
    ) -> Vec<String> {
        let mut names = Vec::new();
        for (index, files) in tls.certificates.iter().enumerate() {
            if files.certificate.as_os_str().is_empty() || files.key.as_os_str().is_empty() {
                // That a path is missing has been told.
                continue;
            }
            let key = format!("listener.{listener}.tls.certificates.{index}");
            match Pair::load(&files.certificate, &files.key) {
                Err(error) => self.certificate_problem(settings, &key, &error),
                Ok(pair) => {
                    self.validity(&pair, &files.certificate, now);
                    self.exposed_key(&files.key);
                    names.extend(pair.names);
                }
            }
        }
        if let Some(file) = &tls.client_authority
            && let Err(error) = certs::client_authority::load(file)
        {
            let key = format!("listener.{listener}.tls.client_authority");
            self.certificate_problem(settings, &key, &error);
        }
        names
    }

    /// One that is not valid is served nonetheless, and an upload may stand in for it: nobody is to be shut
    /// out from all hosts for its sake when a machine starts again.
    fn validity(&mut self, pair: &Pair, file: &Path, now: i64) {
        let days = (pair.not_after - now) / 86_400;
        if let Err(why) = pair.check_time(now) {
            self.notes.push(why.to_string());
        } else if days < SOON_DAYS {
            let file = file.display();
            self.notes.push(format!("{file} expires in {days} days"));
        }
    }

    fn exposed_key(&mut self, key: &Path) {
        let mode = fs::metadata(key).map_or(0, |found| found.permissions().mode());
        if mode & 0o007 != 0 {
            let key = key.display();
            self.notes
                .push(format!("{key} may be read by everybody here: chmod 600 it"));
        }
    }

    /// Such an error says what is wrong and, after a semicolon, what to do.
    fn certificate_problem(
        &mut self,
        settings: &Settings,
        key: &str,
        error: &certs::CertificateError,
    ) {
        let text = error.to_string();
        let (what, allowed) = text
            .rsplit_once("; ")
            .unwrap_or((&text, "name a PEM file that can be used"));
        self.problem(settings, key, what.to_owned(), allowed);
    }

    fn places(&mut self, settings: &Settings, tries: &Tries<'_>) {
        for (key, file) in settings.places.files() {
            if let Err(what) = (tries.places)(key, file) {
                let allowed =
                    "name a file in the MaxMind format that this user may read, or leave it out";
                self.problem(settings, &format!("places.{key}"), what, allowed);
            }
        }
    }

    fn master_key(&mut self, settings: &Settings, tries: &Tries<'_>) {
        let source = &settings.secrets.master_key;
        let new_store = settings.store.url == StoreUrl::Embedded
            && !settings.data.join("gatehouse.db").exists();
        if matches!(source, MasterKeySource::File(file) if new_store && !file.exists()) {
            // It is made at the first run.
            return;
        }
        if let Err(what) = (tries.master_key)(source) {
            self.problem(
                settings,
                "secrets.master_key",
                what,
                "`openssl rand -base64 32` makes one for a new store",
            );
        }
    }
}

fn covers(name: &str, host: &str) -> bool {
    match name.strip_prefix("*.") {
        Some(suffix) => host.split_once('.').is_some_and(|(_, rest)| rest == suffix),
        None => name == host,
    }
}

#[cfg(test)]
mod tests;
