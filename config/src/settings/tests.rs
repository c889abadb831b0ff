//! What operators write, and what they are told.

use std::collections::BTreeSet;
use std::path::Path;

use crate::problem::Problem;
use crate::settings::load::read_all;
use crate::settings::section::without_numbers;
use crate::settings::*;

const GOOD: &str = r#"
version = 1
[access]
url = "https://access.example.com:8443"
[[listener]]
address = "127.0.0.1:8443"
[listener.tls]
certificates = [{ certificate = "tls/a.pem", key = "/etc/a.key" }]
"#;

fn load(text: &str, environment: &[(&str, &str)]) -> Result<Settings, Vec<Problem>> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("gatehouse.toml");
    std::fs::write(&file, text).unwrap();
    let environment = environment.iter().map(|(k, v)| ((*k).into(), (*v).into()));
    Settings::load(&file, environment).map_err(|mut problems| {
        let prefix = format!("{}/", folder.path().display());
        for problem in &mut problems {
            problem.source = problem.source.replace(&prefix, "");
        }
        problems
    })
}

fn problems(text: &str, environment: &[(&str, &str)]) -> Vec<String> {
    let problems = load(text, environment).unwrap_err();
    problems.iter().map(ToString::to_string).collect()
}

/// The one problem that `GOOD` with `more` has.
fn problem_with(more: &str) -> Problem {
    let mut problems = load(&format!("{GOOD}{more}"), &[]).unwrap_err();
    assert_eq!(problems.len(), 1, "{problems:#?}");
    problems.remove(0)
}

fn samples() -> impl Iterator<Item = std::path::PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
}

#[test]
fn what_is_not_written_has_a_default_and_paths_start_from_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("gatehouse.toml");
    std::fs::write(&file, GOOD).unwrap();
    let settings = Settings::load(&file, []).unwrap();
    assert_eq!(settings.data, folder.path().join("data"));
    let tls = settings.listeners[0].tls.as_ref().unwrap();
    assert_eq!(
        tls.certificates[0].certificate,
        folder.path().join("tls/a.pem")
    );
    assert_eq!(tls.certificates[0].key, Path::new("/etc/a.key"));
    assert!(tls.http2);
    assert_eq!(settings.sessions, Sessions::default());
    assert_eq!(
        settings.secrets.master_key,
        MasterKeySource::File(folder.path().join("data/master.key"))
    );
    assert!(settings.trust.proxies.is_empty());
}

#[test]
fn every_problem_is_told_at_once_with_its_line_key_and_what_is_allowed() {
    let text = r#"
version = 1
role = "gatekeeper"
[access]
url = "http://access.example.com"
[[listener]]
address = "localhost"
proxy_protocol = "yes"
[sessions]
grase = "2h"
grace = 12
[passwords]
memory_kib = 8000
"#;
    let told = problems(text, &[("GATEHOUSE_LIMITS__THREADS", "many")]);
    let expected = [
        "gatehouse.toml:3: role: \"gatekeeper\" will not do",
        "gatehouse.toml:5: access.url: \"http://access.example.com\" will not do",
        "gatehouse.toml:7: listener.0.address: \"localhost\" will not do",
        "gatehouse.toml:8: listener.0.proxy_protocol: this is a text; write true or false",
        "gatehouse.toml:10: sessions.grase: there is no such key; did you mean grace?",
        "gatehouse.toml:11: sessions.grace: this is a number and should be a text",
        "gatehouse.toml:13: passwords.memory_kib: 8000 KiB with 2 iterations",
        "GATEHOUSE_LIMITS__THREADS: limits.threads: \"many\" is not a whole number",
    ];
    assert_eq!(told.len(), expected.len(), "{told:#?}");
    for (told, expected) in told.iter().zip(expected) {
        assert!(told.starts_with(expected), "{told}");
    }
}

#[test]
fn broken_toml_is_told_with_its_line_and_the_rest_is_still_checked() {
    let told = problems(
        "version = 1\nrole = \n[access]\nurl = \"https://access.example.com\"\n[log]\nformat = \"xml\"\n",
        &[],
    );
    assert!(
        told.iter()
            .any(|told| told.starts_with("gatehouse.toml:2: (TOML)")),
        "{told:#?}"
    );
    assert!(
        told.iter()
            .any(|told| told.starts_with("gatehouse.toml:6: log.format")),
        "{told:#?}"
    );
}

#[test]
fn the_environment_overrides_the_file_even_inside_lists() {
    let settings = load(
        GOOD,
        &[
            ("GATEHOUSE_ACCESS__URL", "https://door.example.org"),
            ("GATEHOUSE_LISTENER__0__ADDRESS", "127.0.0.1:9443"),
            ("GATEHOUSE_LISTENER__1__ADDRESS", "127.0.0.1:9080"),
            ("GATEHOUSE_LISTENER__1__REDIRECT_TO_HTTPS", "true"),
            ("GATEHOUSE_TRUST__PROXIES", "10.0.0.0/8, 192.0.2.7"),
            ("GATEHOUSE_SESSIONS__GRACE", "30m"),
            ("GATEHOUSE_DATA", "/srv/gatehouse"),
            ("GATEHOUSE_SERVICE_HOST", "10.1.2.3"),
            ("GATEHOUSE_VERSION", "0.1.0"),
        ],
    )
    .unwrap();
    assert_eq!(settings.access.host(), "door.example.org");
    assert_eq!(settings.listeners[0].address.port(), 9443);
    assert!(settings.listeners[1].redirect_to_https);
    assert_eq!(settings.trust.proxies.len(), 2);
    assert_eq!(settings.sessions.grace.as_secs(), 1800);
    assert_eq!(settings.data, Path::new("/srv/gatehouse"));
}

#[test]
fn a_variable_that_sets_nothing_is_refused_where_it_was_meant_to() {
    for (name, told) in [
        ("GATEHOUSE_ACCESS__ULR", "did you mean url?"),
        ("GATEHOUSE_ACESS__URL", "did you mean access?"),
        (
            "GATEHOUSE_STORE",
            "name the key in it: GATEHOUSE_STORE__KEY",
        ),
        ("GATEHOUSE_ROEL", "did you mean GATEHOUSE_ROLE?"),
        (
            "GATEHOUSE_LISTENER__7__ADDRESS",
            "write a number from 0 to 1",
        ),
        (
            "GATEHOUSE_DATA__DIR",
            "this is a section and should be a text",
        ),
    ] {
        let all = problems(GOOD, &[(name, "x")]);
        assert!(
            all.len() == 1 && all[0].starts_with(name) && all[0].contains(told),
            "{all:#?}"
        );
    }
}

#[test]
fn settings_that_contradict_each_other_are_refused() {
    for (more, key, what) in [
        (
            "[[listener]]\naddress = \"0.0.0.0:8443\"",
            "listener.1.address",
            "taken by listener.0",
        ),
        (
            "[monitor]\naddress = \"127.0.0.1:8443\"",
            "monitor.address",
            "taken by listener.0",
        ),
        (
            "[monitor]\naddress = \"0.0.0.0:9090\"",
            "monitor.address",
            "without a credential",
        ),
        (
            "[[listener]]\naddress = \"127.0.0.1:1\"\nproxy_protocol = true",
            "listener.1.proxy_protocol",
            "no proxy is trusted",
        ),
        (
            "[[listener]]\naddress = \"127.0.0.1:1\"\nredirect_to_https = true\ntls.certificates = [{ certificate = \"a\", key = \"b\" }]",
            "listener.1.redirect_to_https",
            "speaks TLS already",
        ),
    ] {
        let problem = problem_with(more);
        assert_eq!(problem.key, key);
        assert!(problem.what.en.contains(what), "{problem}");
    }
}

#[test]
fn half_a_node_needs_a_store_that_both_halves_reach() {
    let problem = &load(GOOD, &[("GATEHOUSE_ROLE", "gateway")]).unwrap_err()[0];
    assert_eq!(problem.key, "store.url");
    let both = [
        ("GATEHOUSE_ROLE", "gateway"),
        (
            "GATEHOUSE_STORE__URL",
            "postgres://gatehouse:hunter2@db/gatehouse",
        ),
    ];
    assert!(load(GOOD, &both).is_ok());
}

#[test]
fn a_secret_that_was_written_in_the_wrong_place_is_not_repeated() {
    let told = problems(
        &format!(
            "{GOOD}[store]\nurl = \"mysql://root:hunter2@db/x\"\n[secrets]\nmaster_key = \"aHVudGVyMg==\""
        ),
        &[],
    );
    assert_eq!(told.len(), 2);
    assert!(!told.concat().contains("hunter2") && !told.concat().contains("aHVudGVyMg"));
}

#[test]
fn the_settings_of_the_examples_are_good() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let store = ("GATEHOUSE_STORE__URL".into(), "postgres://db/x".into());
    for folder in ["docker", "cluster"] {
        let file = examples.join(folder).join("gatehouse.toml");
        Settings::load(&file, [store.clone()]).unwrap_or_else(|problems| panic!("{problems:#?}"));
    }
}

#[test]
fn each_sample_is_good() {
    for file in samples() {
        Settings::load(&file, []).unwrap_or_else(|problems| panic!("{problems:#?}"));
    }
    assert_eq!(samples().count(), 3);
}

const ADMIN: &str = r#"
[admin]
url = "https://admin.example.com:9443"
"#;
const ADMIN_DOOR: &str = r#"
[[listener]]
address = "127.0.0.1:9443"
admin = true
[listener.tls]
certificates = [{ certificate = "tls/b.pem", key = "tls/b.key" }]
"#;

#[test]
fn operators_may_have_a_host_of_their_own() {
    let plain = load(GOOD, &[]).unwrap();
    assert!(plain.administers_at("access.example.com"));
    assert!(!plain.is_own_host("admin.example.com"));
    let both = load(&format!("{GOOD}{ADMIN}{ADMIN_DOOR}"), &[]).unwrap();
    assert!(both.administers_at("access.example.com"));
    assert!(both.administers_at("admin.example.com"));
    assert!(!both.administers_at("wiki.example.com"));
    let apart = [("GATEHOUSE_ADMIN__ALSO_AT_ACCESS_HOST", "false")];
    let apart = load(&format!("{GOOD}{ADMIN}{ADMIN_DOOR}"), &apart).unwrap();
    assert!(!apart.administers_at("access.example.com"));
    assert!(apart.is_own_host("access.example.com"));
    for (host, origin) in [
        ("admin.example.com", "https://admin.example.com:9443"),
        ("access.example.com", "https://access.example.com:8443"),
        ("wiki.example.com", "https://wiki.example.com:8443"),
    ] {
        assert_eq!(apart.origin_of(host), origin);
    }
}

#[test]
fn the_host_of_operators_and_its_listener_need_each_other() {
    let told = problem_with(ADMIN);
    assert_eq!(told.key, "admin.url");
    assert!(told.what.en.contains("no listener leads there"), "{told}");
    assert_eq!(problem_with(ADMIN_DOOR).key, "listener.1.admin");
    let same = ADMIN.replace("admin.example", "access.example");
    let told = problem_with(&format!("{same}{ADMIN_DOOR}"));
    assert!(told.what.en.contains("cookies"), "{told}");
    let plain = ADMIN_DOOR.split("[listener.tls]").next().unwrap();
    let told = problem_with(&format!("{ADMIN}{plain}"));
    assert!(told.what.en.contains("speaks TLS"), "{told}");
}

#[test]
fn the_sample_of_every_option_has_every_option() {
    let file = samples()
        .find(|file| file.ends_with("every-option.toml"))
        .unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    let (_, report) = read_all(&file, &text, []);
    let written: BTreeSet<String> = report
        .sources
        .keys()
        .map(|key| without_numbers(key))
        .collect();
    let missing: Vec<_> = report.known.difference(&written).collect();
    assert!(missing.is_empty(), "add to every-option.toml: {missing:?}");
}
