//! Against OpenLDAP.

use config::Timestamp;
use config::settings::Outbound;

use super::authenticate::{Verdict, authenticate};
use super::settings::Security;
use super::source::LdapSource;
use super::testing::{BASE, PASSWORD, Slapd, person};
use super::who::Who;
use super::{Access, LdapSettings};
use crate::directories::entry::{TheirDepartment, TheirGroup, TheirPerson};
use crate::directories::source::OrganisationSource as _;

pub(super) fn outbound() -> Outbound {
    Outbound {
        allow: vec!["127.0.0.0/8".parse().unwrap()],
    }
}

pub(super) fn access<'a>(
    outbound: &'a Outbound,
    settings: &'a LdapSettings,
    password: &'a str,
) -> Access<'a> {
    Access {
        outbound,
        settings,
        password,
        now: Timestamp(0),
    }
}

async fn open(settings: &LdapSettings) -> Result<LdapSource, String> {
    let opened = LdapSource::open(access(&outbound(), settings, PASSWORD)).await;
    opened.map_err(|error| error.why.en)
}

struct All {
    departments: Vec<TheirDepartment>,
    people: Vec<TheirPerson>,
    groups: Vec<TheirGroup>,
    parts: usize,
}

async fn all(settings: &LdapSettings) -> Result<All, String> {
    let told = |error: crate::directories::source::SourceError| error.why.en;
    let mut source = open(settings).await?;
    let departments = source.departments().await.map_err(told)?;
    let (mut people, mut parts) = (Vec::new(), 0);
    while let Some(some) = source.people().await.map_err(told)? {
        people.extend(some);
        parts += 1;
    }
    Ok(All {
        departments,
        people,
        groups: source.groups().await.map_err(told)?,
        parts,
    })
}

#[tokio::test]
async fn people_and_departments_are_read_over_tls_beyond_the_size_limit_of_the_server() {
    let slapd = Slapd::start().await;
    let mut ldif = String::new();
    for n in 0..1200 {
        ldif += &person(
            &format!("p{n}"),
            &format!("Person {n}"),
            "ou=Platform,ou=Engineering,",
        );
    }
    ldif += &person("wang", "王芳", "ou=销售\\, 华北,");
    slapd.add(&ldif).await;
    let found = all(&slapd.settings()).await.unwrap();
    assert_eq!(
        (found.people.len(), found.parts > 2),
        (1201, true),
        "in parts"
    );
    let key = |name: &str| {
        let one = found.departments.iter().find(|one| one.name == name);
        one.unwrap().key.clone()
    };
    assert_eq!(found.departments.len(), 3, "without the base itself");
    let platform = found
        .departments
        .iter()
        .find(|one| one.name == "Platform")
        .unwrap();
    assert_eq!(platform.parent, Some(key("Engineering")));
    let wang = found
        .people
        .iter()
        .find(|one| one.username == "wang")
        .unwrap();
    assert_eq!(wang.display_name, "王芳");
    assert_eq!(wang.email.as_deref(), Some("wang@example.com"));
    assert_eq!(wang.departments, [key("销售, 华北")]);
    assert!(wang.is_enabled && wang.key.len() == 36);
}

#[tokio::test]
async fn managers_are_named_by_dn_and_who_is_not_taken_over_is_left_out() {
    let slapd = Slapd::start().await;
    let with = |person: String, manager: &str| {
        person.replace("\n\n", &format!("\nmanager: {manager}\n\n"))
    };
    let boss = format!("UID=boss, OU=People,{BASE}");
    let ldif = person("boss", "Boss", "")
        + &with(person("a", "A", "ou=Engineering,"), &boss)
        + &with(person("b", "B", ""), &format!("uid=nobody,{BASE}"))
        + &with(person("c", "C", ""), "cn=elsewhere,dc=other,dc=com");
    slapd.add(&ldif).await;
    // A unit has no such attribute in this schema: whatever names people by DN does.
    slapd
        .modify(&format!(
            "dn: ou=Engineering,ou=people,{BASE}\nchangetype: modify\nadd: seeAlso\n\
             seeAlso: uid=boss,ou=people,{BASE}\n"
        ))
        .await;
    let mut settings = slapd.settings();
    "seeAlso".clone_into(&mut settings.units.managers);
    let found = all(&settings).await.unwrap();
    let of = |name: &str| {
        found
            .people
            .iter()
            .find(|one| one.username == name)
            .unwrap()
    };
    assert_eq!(of("a").manager.as_ref(), Some(&of("boss").key));
    for name in ["boss", "b", "c"] {
        assert_eq!(of(name).manager, None, "{name}");
    }
    let headed: Vec<_> = found
        .departments
        .iter()
        .filter(|one| !one.managers.is_empty())
        .collect();
    assert_eq!(headed.len(), 1);
    assert_eq!(
        (headed[0].name.as_str(), &headed[0].managers),
        ("Engineering", &vec![of("boss").key.clone()])
    );
    let keys = [of("a").key.clone()];
    let again = open(&settings).await.unwrap().again(&keys).await.unwrap();
    assert_eq!(again.people[0].manager.as_ref(), Some(&of("boss").key));
}

#[tokio::test]
async fn groups_name_people_whatever_the_spelling_of_their_names() {
    let slapd = Slapd::start().await;
    slapd
        .add(&(person("a", "A", "") + &person("b", "B", "ou=Engineering,")))
        .await;
    slapd
        .add(&format!(
            "dn: cn=admins,{BASE}\nobjectClass: groupOfNames\ncn: admins\n\
             member: UID=a, OU=People,dc=Example,dc=com\nmember: uid=nobody,{BASE}\n"
        ))
        .await;
    let mut settings = slapd.settings();
    settings.groups.enabled = true;
    BASE.clone_into(&mut settings.groups.base);
    let found = all(&settings).await.unwrap();
    let a = found.people.iter().find(|one| one.username == "a").unwrap();
    assert_eq!(found.groups.len(), 1);
    assert_eq!(found.groups[0].people, std::slice::from_ref(&a.key));
}

#[tokio::test]
async fn whoever_is_disabled_is_told_by_the_value_of_an_attribute() {
    let slapd = Slapd::start().await;
    slapd
        .add(&(person("a", "A", "") + &person("b", "B", "")))
        .await;
    slapd
        .modify(&format!(
            "dn: uid=b,ou=people,{BASE}\nchangetype: modify\nadd: employeeType\nemployeeType: Left\n"
        ))
        .await;
    let mut settings = slapd.settings();
    "employeeType".clone_into(&mut settings.people.disabled);
    settings.people.disabled_values = vec!["left".to_owned()];
    let found = all(&settings).await.unwrap();
    let enabled: Vec<(&str, bool)> = found
        .people
        .iter()
        .map(|one| (one.username.as_str(), one.is_enabled))
        .collect();
    assert_eq!(enabled, [("a", true), ("b", false)]);
}

#[tokio::test]
async fn what_the_server_refuses_is_explained() {
    let slapd = Slapd::start().await;
    let settings = slapd.settings();
    let refused = |change: fn(&mut LdapSettings)| {
        let mut settings = settings.clone();
        change(&mut settings);
        async move { all(&settings).await.err().unwrap() }
    };
    let outbound = outbound();
    let wrong_password = LdapSource::open(access(&outbound, &settings, "wrong"))
        .await
        .err()
        .unwrap();
    assert!(
        wrong_password
            .why
            .en
            .contains("password of the account is wrong"),
        "{wrong_password}"
    );
    assert!(wrong_password.why.zh_cn.contains("密码错误"));
    let empty = LdapSource::open(access(&outbound, &settings, ""))
        .await
        .err()
        .unwrap();
    assert!(
        empty.why.en.contains("password of the account is missing"),
        "{empty}"
    );
    let why = refused(|settings| settings.ca = String::new()).await;
    assert!(why.contains("certificate is not trusted"), "{why}");
    let why = refused(|settings| settings.base = "dc=nowhere".to_owned()).await;
    assert!(why.contains("no entry of this DN"), "{why}");
}

#[tokio::test]
async fn somebody_without_the_key_is_no_reason_to_take_others_for_gone() {
    let slapd = Slapd::start().await;
    slapd.add(&person("a", "A", "")).await;
    let mut settings = slapd.settings();
    settings.people.key = "employeeNumber".to_owned();
    let why = all(&settings).await.err().unwrap();
    assert!(why.contains("has no employeeNumber"), "{why}");
}

#[tokio::test]
async fn the_next_server_is_asked_where_one_does_not_answer_and_start_tls_guards_as_well() {
    let slapd = Slapd::start().await;
    slapd.add(&person("a", "A", "")).await;
    let mut settings = slapd.settings();
    settings.servers.insert(0, "ldaps://127.0.0.1:1".to_owned());
    assert_eq!(all(&settings).await.unwrap().people.len(), 1);
    settings.security = Security::StartTls;
    settings.servers = vec![format!("ldap://127.0.0.1:{}", slapd.plain)];
    assert_eq!(all(&settings).await.unwrap().people.len(), 1);
    settings.ca = String::new();
    assert!(
        all(&settings).await.is_err(),
        "nobody is trusted without a certificate"
    );
}

#[tokio::test]
async fn attack_27_a_server_on_this_machine_is_not_asked_unless_the_operator_lets_it() {
    let slapd = Slapd::start().await;
    let (nobody, settings) = (Outbound::default(), slapd.settings());
    let opened = LdapSource::open(access(&nobody, &settings, PASSWORD)).await;
    let why = opened.err().unwrap().why.en;
    assert!(why.contains("outbound.allow"), "{why}");
}

#[tokio::test]
async fn a_listing_that_refers_elsewhere_is_not_whole_unless_that_was_so_chosen() {
    let slapd = Slapd::start().await;
    slapd.add(&person("a", "A", "")).await;
    slapd
        .add(&format!(
            "dn: ou=abroad,ou=people,{BASE}\nobjectClass: referral\nobjectClass: extensibleObject\nou: abroad\n\
             ref: ldap://abroad.example.com/ou=abroad,ou=people,{BASE}\n"
        ))
        .await;
    let mut settings = slapd.settings();
    settings.units.enabled = false;
    let why = all(&settings).await.err().unwrap();
    assert!(why.contains("abroad.example.com"), "{why}");
    settings.ignores_references = true;
    assert_eq!(all(&settings).await.unwrap().people.len(), 1);
}

#[tokio::test]
async fn attack_18_nobody_enters_a_group_by_calling_themselves_as_its_members() {
    let slapd = Slapd::start().await;
    let admin = format!("uid=a,ou=people,{BASE}");
    slapd
        .add(&(person("a", "A", "") + &person("b", "B", "") + &person("c", "C", "")))
        .await;
    slapd
        .modify(&format!(
            "dn: uid=c,ou=people,{BASE}\nchangetype: modify\nadd: employeeType\nemployeeType: {admin}\n"
        ))
        .await;
    slapd
        .add(&format!(
            "dn: cn=admins,{BASE}\nobjectClass: groupOfNames\ncn: admins\nmember: {admin}\n"
        ))
        .await;
    let mut settings = slapd.settings();
    "employeeType".clone_into(&mut settings.people.username);
    settings.groups.enabled = true;
    BASE.clone_into(&mut settings.groups.base);
    let found = all(&settings).await.unwrap();
    let key = |name: &str| {
        let mut people = found.people.iter();
        people
            .find(|one| one.display_name == name)
            .unwrap()
            .key
            .clone()
    };
    assert_eq!(found.groups[0].people, [key("A")]);
}

#[tokio::test]
async fn of_several_values_the_same_one_is_read_in_whatever_order_they_come() {
    let slapd = Slapd::start().await;
    slapd.add(&person("a", "A", "")).await;
    let mail = |values: [&str; 2]| {
        format!(
            "dn: uid=a,ou=people,{BASE}\nchangetype: modify\nreplace: mail\nmail: {}\nmail: {}\n",
            values[0], values[1]
        )
    };
    for values in [
        ["a@example.com", "b@example.com"],
        ["b@example.com", "a@example.com"],
    ] {
        slapd.modify(&mail(values)).await;
        let found = all(&slapd.settings()).await.unwrap();
        assert_eq!(found.people[0].email.as_deref(), Some("a@example.com"));
    }
}

#[tokio::test]
async fn what_is_known_of_people_is_made_of_attributes_as_they_are_mapped() {
    let slapd = Slapd::start().await;
    slapd.add(&person("CORP-Wang", "Fang", "")).await;
    let mut settings = slapd.settings();
    settings.people.mappings = serde_json::from_value(serde_json::json!([
        {"to": "username", "from": ["uid"],
         "steps": [{"do": "remove_prefix", "prefix": "corp-"}, {"do": "lower"}]},
        {"to": "display_name", "from": ["sn", "cn"], "join": " "},
        {"to": "employee_number", "from": ["employeeNumber"], "default": "none"},
    ]))
    .unwrap();
    let found = all(&settings).await.unwrap().people.remove(0);
    assert_eq!(
        (found.username.as_str(), found.display_name.as_str()),
        ("wang", "Fang Fang")
    );
    assert_eq!(found.employee_number.as_deref(), Some("none"));
    let outbound = outbound();
    let access = access(&outbound, &settings, PASSWORD);
    let tried = authenticate(access, Who::Named("wang"), "secret of CORP-Wang").await;
    assert!(matches!(tried, Verdict::Right(_)), "{tried:?}");
}
