//! `gatehouse check FILE`: everything that is wrong with the settings and with what they name on
//! this machine, told at once and before anything is started.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use certs::Pair;
use clap::Args;
use config::settings::{ListenerTls, MasterKeySource, Settings, StoreUrl};
use config::{Problem, Timestamp};

#[derive(Debug, Args)]
pub struct Check {
    /// The settings file.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// Tells whether a master key can be used, and if not, what to do.
pub type TryMasterKey<'a> = &'a dyn Fn(&MasterKeySource) -> Result<(), String>;

/// A certificate that expires within so many days deserves a note.
const SOON_DAYS: i64 = 14;

/// What was found.
#[derive(Debug, Default)]
pub struct Findings {
    /// These keep Gatehouse from starting, or people from getting through.
    pub problems: Vec<Problem>,
    /// These do not.
    pub notes: Vec<String>,
}

/// Prints what is wrong. Exits with 0 if nothing is, and with 2 otherwise.
#[allow(clippy::print_stdout, reason = "this is what was asked for")]
pub fn run(options: &Check, now: Timestamp, master_key: TryMasterKey<'_>) -> ExitCode {
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let findings = check(&options.file, variables, now, master_key);
    for problem in &findings.problems {
        println!("{problem}");
    }
    for note in &findings.notes {
        println!("note: {note}");
    }
    match findings.problems.len() {
        0 => {
            println!("{}: no problem found", options.file.display());
            ExitCode::SUCCESS
        }
        count => {
            println!("{}: {count} to correct", options.file.display());
            ExitCode::from(2)
        }
    }
}

/// Looks at the settings and then at the files and folders that they name.
pub fn check(
    file: &Path,
    environment: impl IntoIterator<Item = (String, String)>,
    now: Timestamp,
    master_key: TryMasterKey<'_>,
) -> Findings {
    let mut findings = Findings::default();
    match Settings::load(file, environment) {
        Err(problems) => findings.problems = problems,
        Ok(settings) => {
            findings.data_folder(&settings);
            findings.certificates(&settings, now.as_seconds());
            findings.master_key(&settings, master_key);
        }
    }
    findings
}

impl Findings {
    fn problem(&mut self, settings: &Settings, key: &str, what: String, allowed: &str) {
        self.problems.push(Problem {
            source: settings.file.display().to_string(),
            key: key.to_owned(),
            what,
            allowed: allowed.to_owned(),
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
        let mut names = Vec::new();
        let mut any = false;
        for (index, listener) in settings.listeners.iter().enumerate() {
            if let Some(tls) = &listener.tls {
                any = true;
                names.extend(self.certificates_of(settings, index, tls, now));
            }
        }
        let host = settings.access.host();
        let covered = names.iter().any(|name| covers(name, host));
        if any && !covered && self.problems.is_empty() {
            self.notes.push(format!(
                "no certificate here is for {host}, the host of access.url: browsers will warn \
                 unless something in front of Gatehouse presents its own"
            ));
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
            let key = format!("listener.{listener}.tls.certificates.{index}");
            let loaded = Pair::load(&files.certificate, &files.key);
            match loaded.and_then(|pair| pair.check_time(now).map(|()| pair)) {
                Err(error) => self.certificate_problem(settings, &key, &error),
                Ok(pair) => {
                    let days = (pair.not_after - now) / 86_400;
                    if days < SOON_DAYS {
                        let file = files.certificate.display();
                        self.notes.push(format!("{file} expires in {days} days"));
                    }
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

    fn master_key(&mut self, settings: &Settings, master_key: TryMasterKey<'_>) {
        let source = &settings.secrets.master_key;
        let new_store = settings.store.url == StoreUrl::Embedded
            && !settings.data.join("gatehouse.db").exists();
        if matches!(source, MasterKeySource::File(file) if new_store && !file.exists()) {
            // It is made at the first run.
            return;
        }
        if let Err(what) = master_key(source) {
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
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_767_225_600_000);
    const YEAR: i64 = 365 * 86_400;

    /// A folder with good settings and certificates in it.
    fn good() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        certificates(folder.path(), NOW.as_seconds());
        let settings = r#"
version = 1
[access]
url = "https://access.localhost:8443"
[[listener]]
address = "127.0.0.1:8443"
tls.certificates = [{ certificate = "tls/hosts.pem", key = "tls/hosts.key" }]
"#;
        fs::write(folder.path().join("gatehouse.toml"), settings).unwrap();
        folder
    }

    fn certificates(folder: &Path, now: i64) {
        let names = ["access.localhost".to_owned()];
        certs::development::certificates(&folder.join("tls"), &names, now).unwrap();
    }

    fn findings(folder: &Path, environment: &[(&str, &str)]) -> Findings {
        let variables = environment.iter().map(|(k, v)| ((*k).into(), (*v).into()));
        check(&folder.join("gatehouse.toml"), variables, NOW, &|source| {
            Err(format!("{source:?} was tried"))
        })
    }

    fn only_problem(found: Findings) -> String {
        assert_eq!(found.problems.len(), 1, "{:#?}", found.problems);
        found.problems[0].to_string()
    }

    #[test]
    fn a_good_node_has_neither_problems_nor_notes() {
        let folder = good();
        let found = findings(folder.path(), &[]);
        assert!(
            found.problems.is_empty() && found.notes.is_empty(),
            "{found:#?}"
        );
    }

    #[test]
    fn a_certificate_that_is_missing_expired_or_soon_to_expire_is_told_with_what_to_do() {
        let folder = good();
        let missing = [(
            "GATEHOUSE_LISTENER__0__TLS__CERTIFICATES__0__KEY",
            "/none.key",
        )];
        let told = only_problem(findings(folder.path(), &missing));
        assert!(
            told.contains("listener.0.tls.certificates.0: /none.key cannot be read"),
            "{told}"
        );

        let folder = good();
        fs::remove_dir_all(folder.path().join("tls")).unwrap();
        certificates(folder.path(), NOW.as_seconds() - 2 * YEAR);
        let told = only_problem(findings(folder.path(), &[]));
        assert!(told.ends_with("put a renewed one in its place"), "{told}");

        fs::remove_dir_all(folder.path().join("tls")).unwrap();
        certificates(folder.path(), NOW.as_seconds() - YEAR + 5 * 86_400);
        let notes = findings(folder.path(), &[]).notes;
        assert!(notes[0].ends_with("expires in 5 days"), "{notes:?}");
    }

    #[test]
    fn a_certificate_for_other_hosts_deserves_a_note() {
        let folder = good();
        let other = [("GATEHOUSE_ACCESS__URL", "https://door.localhost:8443")];
        let notes = findings(folder.path(), &other).notes;
        assert!(
            notes[0].contains("no certificate here is for door.localhost"),
            "{notes:?}"
        );
    }

    #[test]
    fn a_data_folder_that_cannot_be_written_is_told() {
        let folder = good();
        fs::write(folder.path().join("file"), "").unwrap();
        let inside = folder.path().join("file").join("data");
        let data = [("GATEHOUSE_DATA", inside.to_str().unwrap())];
        let told = only_problem(findings(folder.path(), &data));
        assert!(
            told.contains("data:") && told.contains("cannot be written to"),
            "{told}"
        );
    }

    #[test]
    fn the_master_key_is_tried_unless_it_is_yet_to_be_made() {
        let folder = good();
        fs::create_dir(folder.path().join("data")).unwrap();
        fs::write(folder.path().join("data/gatehouse.db"), "").unwrap();
        let told = only_problem(findings(folder.path(), &[]));
        assert!(told.contains("secrets.master_key: File("), "{told}");
    }
}
