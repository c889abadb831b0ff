//! What is refused in the settings, and by which field.

use super::*;

fn settings() -> LdapSettings {
    serde_json::from_value(serde_json::json!({
        "servers": ["ldaps://ldap.example.com"],
        "base": "dc=example,dc=com",
    }))
    .unwrap()
}

fn fields(settings: &LdapSettings) -> Vec<String> {
    let wrong = settings.problems(UsedFor::Both).into_iter();
    wrong.map(|one| one.field).collect()
}

#[test]
fn little_has_to_be_said() {
    assert_eq!(fields(&settings()), Vec::<String>::new());
}

#[test]
fn what_is_wrong_is_told_by_its_field() {
    let mut wrong = settings();
    wrong.servers = vec!["ldap://ldap.example.com".to_owned(), "ldaps://".to_owned()];
    wrong.base = String::new();
    wrong.ca = "none".to_owned();
    wrong.people.filter = "(uid=".to_owned();
    wrong.people.key = "a b".to_owned();
    wrong.people.display_name = vec![String::new()];
    assert_eq!(
        fields(&wrong),
        [
            "source.servers.0",
            "source.servers.1",
            "source.ca",
            "source.base",
            "source.people.key",
            "source.people.display_name",
            "source.people.filter",
        ]
    );
}

#[test]
fn a_filter_stands_in_brackets() {
    let mut wrong = settings();
    wrong.people.filter = "objectClass=person".to_owned();
    assert_eq!(fields(&wrong), ["source.people.filter"]);
}

#[test]
fn a_password_in_an_address_is_refused() {
    let mut wrong = settings();
    wrong.servers = vec!["ldaps://admin:secret@ldap.example.com".to_owned()];
    assert_eq!(fields(&wrong), ["source.servers.0"]);
}
