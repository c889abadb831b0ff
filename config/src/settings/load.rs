//! From a file and the environment to checked settings, or to everything that is wrong with them.

use std::path::{Path, PathBuf};

use crate::problem::Problem;
use crate::settings::section::{Report, Section};
use crate::settings::tree::{Node, Value};
use crate::settings::{
    AccessHost, NodeRole, Settings, access, admin, cross_checks, environment, events, limits,
    listeners, log, monitor, outbound, passwords, places, secrets, sessions, store, tree, trust,
    written,
};

/// The version of the settings file that this program reads.
const VERSION: i64 = 1;
const SECTIONS: [&str; 14] = [
    "access",
    "admin",
    "listener",
    "trust",
    "store",
    "secrets",
    "sessions",
    "passwords",
    "places",
    "events",
    "limits",
    "monitor",
    "outbound",
    "log",
];

impl Settings {
    /// Reads `file`, overridden by the `GATEHOUSE_…` variables of `environment`.
    ///
    /// # Errors
    /// Every problem there is, as they stand in the file; never empty.
    pub fn load(
        file: &Path,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Vec<Problem>> {
        match Self::examine(file, environment) {
            (Some(settings), problems) if problems.is_empty() => Ok(settings),
            (_, problems) => Err(problems),
        }
    }

    /// As [`Settings::load`], for whoever wants to look further in spite of problems. What could not
    /// be read has its default or, where there is none, an empty path or an address of port 0.
    pub fn examine(
        file: &Path,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> (Option<Self>, Vec<Problem>) {
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) => {
                let problem = Problem {
                    source: file.display().to_string(),
                    key: "(file)".into(),
                    what: format!("it cannot be read: {error}").into(),
                    allowed: "name a settings file that exists and that this user may read".into(),
                };
                return (None, vec![problem]);
            }
        };
        let (settings, mut report) = read_all(file, &text, environment);
        let by_place = |problem: &Problem| place(&problem.source);
        report.problems.sort_by_key(by_place);
        (settings, report.problems)
    }
}

/// The order in which problems are told: the file by its lines, then the environment.
fn place(source: &str) -> (bool, String, u32) {
    let in_environment = source.starts_with(environment::PREFIX);
    let (file, line) = source
        .rsplit_once(':')
        .and_then(|(file, line)| Some((file, line.parse().ok()?)))
        .unwrap_or((source, 0));
    (in_environment, file.to_owned(), line)
}

pub(super) fn read_all(
    file: &Path,
    text: &str,
    environment: impl IntoIterator<Item = (String, String)>,
) -> (Option<Settings>, Report) {
    let (mut root, problems) = tree::parse(file, text);
    let mut report = Report {
        folder: folder_of(file),
        problems,
        ..Report::default()
    };
    if let Value::Table(table) = &mut root.value {
        let wrong = environment::overlay(table, &SECTIONS, environment);
        report.problems.extend(wrong);
    }
    let written = written::of(&root);
    let mut settings = read_root(file, root, &mut report);
    if let Some(settings) = &mut settings {
        settings.written = written;
        cross_checks::check(settings, &mut report);
    }
    (settings, report)
}

fn folder_of(file: &Path) -> PathBuf {
    let file = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    file.parent().map_or_else(PathBuf::new, Path::to_owned)
}

fn read_root(file: &Path, root: Node, report: &mut Report) -> Option<Settings> {
    Section::read(String::new(), root, report, |root| {
        check_version(root);
        let data = root.path("data");
        let data = data.unwrap_or_else(|| root.report.folder.join("data"));
        let role = root.parsed("role", "write all, gateway or admin", read_role);
        let access = root.section("access", access::read).flatten();
        // A wrong one is told of; one to go on with lets the rest be checked too.
        let access = access.or_else(AccessHost::unknown)?;
        let settings = Settings {
            file: file.to_owned(),
            role: role.unwrap_or_default(),
            admin: root.optional_section("admin", admin::read).flatten(),
            listeners: root.sections("listener", listeners::read),
            trust: root.section("trust", trust::read).unwrap_or_default(),
            store: root.section("store", store::read).unwrap_or_default(),
            secrets: root
                .section("secrets", |section| secrets::read(section, &data))
                .unwrap_or_else(|| secrets::Secrets::in_data_folder(&data)),
            sessions: root.section("sessions", sessions::read).unwrap_or_default(),
            passwords: root
                .section("passwords", passwords::read)
                .unwrap_or_default(),
            places: root.section("places", places::read).unwrap_or_default(),
            events: root.section("events", events::read).unwrap_or_default(),
            limits: root.section("limits", limits::read).unwrap_or_default(),
            monitor: root.section("monitor", monitor::read).unwrap_or_default(),
            outbound: root.section("outbound", outbound::read).unwrap_or_default(),
            log: root.section("log", log::read).unwrap_or_default(),
            ..Settings::with_defaults(data, access)
        };
        Some(settings)
    })
    .flatten()
}

fn check_version(root: &mut Section<'_>) {
    let allowed = format!("write version = {VERSION} at the top of the file");
    root.require("version", &allowed);
    root.value("version", &allowed, |value| match value {
        Value::Integer(VERSION) => Ok(()),
        Value::Integer(other) => Err(format!("this program does not read version {other}")),
        other => Err(format!("this is {}", other.kind())),
    });
}

fn read_role(text: &str) -> Result<NodeRole, &'static str> {
    match text {
        "all" => Ok(NodeRole::All),
        "gateway" => Ok(NodeRole::Gateway),
        "admin" => Ok(NodeRole::Admin),
        _ => Err("there is no such role"),
    }
}
