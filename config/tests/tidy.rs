//! The rules of the house, kept by a test: who may name whom, where SQL and the clock live, and how
//! large a file or a function may grow. Each failure names the place and says what to do.

#![allow(clippy::unwrap_used, reason = "what a test relies on may end it")]

use std::fs;
use std::path::{Path, PathBuf};

/// The most lines of a file.
const FILE_LINES: usize = 400;
/// The most lines of a function that is no test, from its signature to its closing brace.
const FUNCTION_LINES: usize = 50;
/// Files whose functions are lists, a line or two for a metric or a URL: they have no steps that
/// could be named.
const LISTS: [&str; 3] = ["/metrics.rs", "/router.rs", "/routes.rs"];
/// The crates of this workspace and which of the others each may use.
const LAYERS: [(&str, &[&str]); 6] = [
    ("config", &[]),
    ("certs", &[]),
    ("gateway", &["admin", "certs", "config"]),
    ("admin", &["config"]),
    ("examples", &["config"]),
    ("load-tests", &["config"]),
];
/// What runs at an operator's.
const PRODUCT: [&str; 4] = ["admin/src/", "certs/src/", "config/src/", "gateway/src/"];
/// Names that say nothing of what is inside.
const BANNED_NAMES: [&str; 8] = [
    "common", "helper", "helpers", "manager", "misc", "shared", "util", "utils",
];
/// Everything that stands at the top, but for dotfiles and what git ignores.
const TOP_LEVEL: [&str; 17] = [
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "Makefile",
    "README.md",
    "README.zh-CN.md",
    "SECURITY.md",
    "admin",
    "certs",
    "clippy.toml",
    "config",
    "deny.toml",
    "examples",
    "gateway",
    "load-tests",
];

/// One Rust file.
struct Source {
    /// From the top of the repository, such as `gateway/src/main.rs`.
    path: String,
    text: String,
}

impl Source {
    fn is_product(&self) -> bool {
        PRODUCT.iter().any(|folder| self.path.starts_with(folder))
    }

    /// Lines with their numbers, without comments and without what is there for tests only.
    fn shipped_code(&self) -> Vec<(usize, &str)> {
        let file_of_tests = [
            "/tests/",
            "/benches/",
            "/tests.rs",
            "_tests.rs",
            "/testing.rs",
            "/testing/",
        ];
        if file_of_tests.iter().any(|part| self.path.contains(part)) {
            return Vec::new();
        }
        let mut shipped = Vec::new();
        let mut lines = self.text.lines().enumerate();
        while let Some((index, line)) = lines.next() {
            let code = line.trim_start();
            if code == "#[cfg(test)]" {
                // The item below ends in its line, or, as rustfmt writes it, with a brace at the
                // same indentation.
                let end = format!("{}}}", &line[..line.len() - code.len()]);
                if lines.next().is_some_and(|(_, item)| !item.ends_with(';')) {
                    lines.find(|(_, line)| *line == end);
                }
            } else if !code.starts_with("//") {
                shipped.push((index + 1, line));
            }
        }
        shipped
    }

    /// Complains of each line that has one of `words` in it.
    fn refuse(&self, words: &[&str], advice: &str) -> Vec<String> {
        self.shipped_code()
            .into_iter()
            .filter(|(_, line)| words.iter().any(|word| has_word(line, word)))
            .map(|(number, line)| format!("{}:{number}: {}\n    {advice}", self.path, line.trim()))
            .collect()
    }
}

/// Whether `word` stands in the line, and not as the end of a longer name.
fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// Every Rust file of ours that `wanted` wants.
fn sources(wanted: impl Fn(&Source) -> bool) -> Vec<Source> {
    let mut found = Vec::new();
    for (name, _) in LAYERS {
        collect(&root().join(name), &mut found);
    }
    assert!(found.len() > 100, "the sources were not found");
    found.retain(wanted);
    found
}

fn collect(folder: &Path, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("target") && !path.ends_with("node_modules") {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(Source {
                path: path.strip_prefix(root()).unwrap().display().to_string(),
                text: fs::read_to_string(&path).unwrap(),
            });
        }
    }
}

fn all_well(complaints: impl IntoIterator<Item = String>) {
    let complaints: Vec<String> = complaints.into_iter().collect();
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn each_crate_uses_only_the_crates_below_it() {
    for (name, allowed) in LAYERS {
        let manifest = fs::read_to_string(root().join(name).join("Cargo.toml")).unwrap();
        // What tests use does not tie the planes together.
        let shipped = manifest.split("[dev-dependencies]").next().unwrap();
        for (other, _) in LAYERS {
            let mut keys = shipped
                .lines()
                .map(|line| line.split(['.', ' ', '=']).next().unwrap());
            assert!(
                allowed.contains(&other) || !keys.any(|key| key == other),
                "{name}/Cargo.toml depends on {other}, and may use {allowed:?} only: put what both \
                 need into config"
            );
        }
    }
}

#[test]
fn only_the_program_names_the_admin_plane() {
    let advice = "only gateway/src/main.rs names admin: have it hand over what is needed here";
    let gateway = sources(|source| {
        source.path.starts_with("gateway/src/") && source.path != "gateway/src/main.rs"
    });
    all_well(
        gateway
            .iter()
            .flat_map(|source| source.refuse(&["admin::", "use admin"], advice)),
    );
}

#[test]
fn only_the_store_speaks_sql() {
    let advice = "sqlx is named under admin/src/store only: add a function there";
    let others =
        sources(|source| source.is_product() && !source.path.starts_with("admin/src/store"));
    all_well(
        others
            .iter()
            .flat_map(|source| source.refuse(&["sqlx"], advice)),
    );
}

#[test]
fn the_contract_opens_no_socket() {
    let words = [
        "TcpStream",
        "TcpListener",
        "UdpSocket",
        "UnixStream",
        "tokio::net",
    ];
    let advice = "config holds data and checks: sockets belong to the gateway or the admin plane";
    let contract = sources(|source| source.path.starts_with("config/src/"));
    all_well(
        contract
            .iter()
            .flat_map(|source| source.refuse(&words, advice)),
    );
}

#[test]
fn one_file_reads_the_clock() {
    let words = [
        "SystemTime::now",
        "Instant::now",
        "Timestamp::now",
        "Utc::now",
        "Zoned::now",
        "OffsetDateTime::now_utc",
    ];
    let advice = "time is an argument: ask a config::Clock, or measure with clock::Stopwatch";
    let others = sources(|source| source.is_product() && source.path != "config/src/clock.rs");
    all_well(
        others
            .iter()
            .flat_map(|source| source.refuse(&words, advice)),
    );
}

#[test]
fn nothing_that_runs_may_end_the_process() {
    // env::vars ends the process at a variable that is not Unicode: environment::of_this_process.
    let words = [
        "unwrap()",
        "expect(\"",
        "panic!(",
        "todo!(",
        "unimplemented!(",
        "env::vars()",
    ];
    let advice = "return a typed error, or handle the case";
    let product = sources(Source::is_product);
    all_well(
        product
            .iter()
            .flat_map(|source| source.refuse(&words, advice)),
    );
}

#[test]
fn every_file_opens_by_saying_why_it_exists() {
    let silent = sources(|source| !source.text.starts_with("//! "));
    all_well(silent.iter().map(|source| {
        let path = &source.path;
        format!("{path}: begin it with //! and say why it exists")
    }));
}

#[test]
fn files_stay_small() {
    let large = sources(|source| source.text.lines().count() > FILE_LINES);
    all_well(large.iter().map(|source| {
        let (path, lines) = (&source.path, source.text.lines().count());
        format!("{path}: {lines} lines, where {FILE_LINES} are the most; part it by its ideas")
    }));
}

#[test]
fn functions_stay_small() {
    let all = sources(|source| !LISTS.iter().any(|list| source.path.ends_with(list)));
    all_well(all.iter().flat_map(|source| {
        let path = &source.path;
        let shipped = source.shipped_code();
        functions(&source.text)
            .into_iter()
            .filter(move |(_, at, lines)| {
                *lines > FUNCTION_LINES && shipped.iter().any(|(number, _)| number == at)
            })
            .map(move |(name, at, lines)| {
                format!(
                    "{path}:{at}: {name} has {lines} lines, where {FUNCTION_LINES} are the most; \
                     name its steps"
                )
            })
    }));
}

/// Name, first line and length of each function. As rustfmt writes them, a function ends with a
/// brace at the indentation of its first line.
fn functions(text: &str) -> Vec<(String, usize, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let Some(name) = name_of_function(code) else {
            continue;
        };
        let end = format!("{}}}", &line[..line.len() - code.len()]);
        let signature_ends = lines[start..]
            .iter()
            .find(|line| line.ends_with(['{', ';', '}']));
        let without_body = signature_ends.is_none_or(|line| !line.ends_with('{'));
        let length = lines[start..].iter().position(|line| *line == end);
        if let Some(length) = length.filter(|_| !without_body) {
            found.push((name, start + 1, length + 1));
        }
    }
    found
}

fn name_of_function(code: &str) -> Option<String> {
    let mut rest = code;
    for word in ["pub ", "pub(crate) ", "pub(super) ", "const ", "async "] {
        rest = rest.strip_prefix(word).unwrap_or(rest);
    }
    let name = rest.strip_prefix("fn ")?;
    let end = name.find(['(', '<'])?;
    Some(name[..end].to_owned())
}

#[test]
fn names_say_what_is_inside() {
    let vague = sources(|source| {
        let mut parts = source.path.trim_end_matches(".rs").split('/');
        parts.any(|part| BANNED_NAMES.contains(&part))
    });
    all_well(vague.iter().map(|source| {
        let path = &source.path;
        format!("{path}: name it by what it holds")
    }));
}

#[test]
fn the_top_level_stays_as_it_is_laid_out() {
    let names = fs::read_dir(root()).unwrap().map(|entry| {
        let name = entry.unwrap().file_name();
        name.into_string().unwrap()
    });
    let ignored = ["target", "data"];
    all_well(
        names
            .filter(|name| !name.starts_with('.') && !ignored.contains(&name.as_str()))
            .filter(|name| !TOP_LEVEL.contains(&name.as_str()))
            .map(|name| format!("{name}: move it into one of the folders, or lay it out anew")),
    );
}

#[test]
fn dashboards_and_alerts_ask_for_metrics_that_there_are() {
    let metrics = sources(|source| source.path.ends_with("/src/metrics.rs"));
    let registered = |name: &str| {
        let written = [format!("\"gatehouse_{name}\""), format!("\"{name}\"")];
        metrics
            .iter()
            .any(|source| written.iter().any(|name| source.text.contains(name)))
    };
    let examples = root().join("examples");
    let mut complaints = Vec::new();
    for file in [
        "prometheus/gatehouse.rules.yml",
        "grafana/dashboards/gatehouse.json",
    ] {
        let text = fs::read_to_string(examples.join(file)).unwrap();
        for name in text.split("gatehouse_").skip(1) {
            let end = name.find(|c: char| !c.is_ascii_lowercase() && c != '_');
            let name = name[..end.unwrap_or(name.len())].trim_end_matches("_bucket");
            if !registered(name) {
                complaints.push(format!("{file}: there is no metric gatehouse_{name}"));
            }
        }
    }
    all_well(complaints);
}
