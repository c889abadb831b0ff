//! What an operator is told of a node before it is started.

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

const GOOD: Tries<'_> = Tries {
    master_key: &|_| Ok(()),
    places: &|_, _| Ok(()),
};

fn certificates(folder: &Path, now: i64) {
    let names = ["access.localhost".to_owned()];
    certs::development::certificates(&folder.join("tls"), &names, now).unwrap();
}

fn findings(folder: &Path, environment: &[(&str, &str)]) -> Findings {
    let variables = environment.iter().map(|(k, v)| ((*k).into(), (*v).into()));
    let tries = Tries {
        master_key: &|source| Err(format!("{source:?} was tried")),
        places: &|key, file| Err(format!("{key} at {} was tried", file.display())),
    };
    check(&folder.join("gatehouse.toml"), variables, NOW, &tries)
}

fn only_problem(mut found: Findings) -> String {
    assert_eq!(found.problems.len(), 1, "{:#?}", found.problems);
    found.problems.remove(0).to_string()
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
fn a_certificate_that_is_missing_is_told_with_what_to_do() {
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
}

#[test]
fn a_certificate_that_has_expired_or_soon_will_deserves_a_note_and_keeps_no_node_from_starting() {
    let folder = good();
    for (made_at, says) in [
        (-2 * YEAR, "put a renewed one in its place"),
        (5 * 86_400 - YEAR, "expires in 5 days"),
        (2 * YEAR, "use an earlier one until then"),
    ] {
        fs::remove_dir_all(folder.path().join("tls")).unwrap();
        certificates(folder.path(), NOW.as_seconds() + made_at);
        let found = findings(folder.path(), &[]);
        assert!(found.problems.is_empty(), "{found:#?}");
        assert!(found.notes[0].ends_with(says), "{found:#?}");
        let file = folder.path().join("gatehouse.toml");
        let ended = run(&Check { file }, NOW, &GOOD);
        assert_eq!(format!("{ended:?}"), format!("{:?}", ExitCode::SUCCESS));
    }
}

#[test]
fn what_the_settings_name_is_looked_at_even_if_they_have_mistakes() {
    let folder = good();
    fs::remove_file(folder.path().join("tls/hosts.key")).unwrap();
    let found = findings(folder.path(), &[("GATEHOUSE_SESSIONS__GRACE", "soon")]);
    let keys: Vec<&str> = found.problems.iter().map(|p| p.key.as_str()).collect();
    assert_eq!(keys, ["sessions.grace", "listener.0.tls.certificates.0"]);
}

#[test]
fn a_key_that_everybody_may_read_deserves_a_note() {
    let folder = good();
    let key = folder.path().join("tls/hosts.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let notes = findings(folder.path(), &[]).notes;
    assert!(notes[0].ends_with("chmod 600 it"), "{notes:?}");
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
fn a_certificate_for_other_hosts_at_the_listener_of_operators_deserves_a_note() {
    let folder = good();
    let file = folder.path().join("gatehouse.toml");
    let text = fs::read_to_string(&file).unwrap();
    let more = "[admin]\nurl = \"https://admin.else:9443\"\n[[listener]]\nadmin = true\n\
                address = \"127.0.0.1:9443\"\n[listener.tls]\n\
                certificates = [{ certificate = \"tls/hosts.pem\", key = \"tls/hosts.key\" }]\n";
    fs::write(&file, format!("{text}\n{more}")).unwrap();
    let found = findings(folder.path(), &[]);
    assert!(found.problems.is_empty(), "{:?}", found.problems);
    let notes = found.notes;
    assert!(
        notes[0].contains("for admin.else, the host of admin.url"),
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

#[test]
fn a_database_of_places_that_cannot_be_used_is_named() {
    let folder = good();
    for (key, variable) in [
        ("city_database", "GATEHOUSE_PLACES__CITY_DATABASE"),
        ("network_database", "GATEHOUSE_PLACES__NETWORK_DATABASE"),
    ] {
        let told = only_problem(findings(folder.path(), &[(variable, "/none.mmdb")]));
        assert!(
            told.contains(&format!("places.{key}: {key} at /none.mmdb was tried")),
            "{told}"
        );
    }
}
