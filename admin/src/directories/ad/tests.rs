//! Against Samba as a domain controller.

use config::Timestamp;
use config::settings::Outbound;

use super::AdSettings;
use super::testing::{Domain, PASSWORD, THEIRS};
use crate::directories::entry::{TheirDepartment, TheirGroup, TheirPerson};
use crate::directories::ldap::authenticate::{Verdict, authenticate};
use crate::directories::ldap::password::{Changed, change};
use crate::directories::ldap::who::Who;
use crate::directories::ldap::{Access, LdapSource};
use crate::directories::source::OrganisationSource as _;

const NOW: Timestamp = Timestamp(1_700_000_000_000);

fn outbound() -> Outbound {
    Outbound {
        allow: vec!["127.0.0.0/8".parse().unwrap()],
    }
}

struct All {
    departments: Vec<TheirDepartment>,
    people: Vec<TheirPerson>,
    groups: Vec<TheirGroup>,
}

impl All {
    fn person(&self, username: &str) -> &TheirPerson {
        let mut all = self.people.iter();
        all.find(|one| one.username == username).unwrap()
    }

    /// Who is in a group.
    fn members(&self, group: &str) -> Vec<&str> {
        let group = self.groups.iter().find(|one| one.name == group).unwrap();
        let named = group.people.iter().map(|key| {
            let person = self.people.iter().find(|one| one.key == *key);
            person.unwrap().username.as_str()
        });
        let mut named: Vec<&str> = named.collect();
        named.sort_unstable();
        named
    }
}

async fn all(settings: &AdSettings) -> Result<All, String> {
    let told = |error: crate::directories::source::SourceError| error.why.en;
    let (outbound, settings) = (outbound(), settings.ldap());
    let access = Access {
        outbound: &outbound,
        settings: &settings,
        password: PASSWORD,
        now: NOW,
    };
    let mut source = LdapSource::open(access).await.map_err(told)?;
    let departments = source.departments().await.map_err(told)?;
    let mut people = Vec::new();
    while let Some(some) = source.people().await.map_err(told)? {
        people.extend(some);
    }
    Ok(All {
        departments,
        people,
        groups: source.groups().await.map_err(told)?,
    })
}

async fn tries(settings: &AdSettings, name: &str, password: &str) -> Result<String, &'static str> {
    let (outbound, settings) = (outbound(), settings.ldap());
    let access = Access {
        outbound: &outbound,
        settings: &settings,
        password: PASSWORD,
        now: NOW,
    };
    match authenticate(access, Who::Named(name), password).await {
        Verdict::Right(asserted) => Ok(asserted.person.username),
        Verdict::Wrong(reason) => Err(reason),
        Verdict::Away(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn people_are_read_with_their_keys_departments_and_names_and_computers_are_none() {
    let domain = Domain::with_unit("reading").await;
    domain
        .change(&format!(
            "dn: OU=Sales,{0}\nchangetype: add\nobjectClass: organizationalUnit\n\n\
             dn: CN=pc1,{0}\nchangetype: add\nobjectClass: computer\nsAMAccountName: pc1$\n",
            domain.unit
        ))
        .await;
    domain
        .person(
            "wang",
            "OU=Sales,",
            "displayName: Wang Fang\nmail: wang@example.com\nuserPrincipalName: w.fang@gw.test\n",
        )
        .await;
    let found = all(&domain.settings()).await.unwrap();
    assert_eq!((found.departments.len(), found.people.len()), (1, 1));
    let wang = found.person("wang");
    assert_eq!(wang.display_name, "Wang Fang");
    assert_eq!(wang.departments, [found.departments[0].key.clone()]);
    assert!(wang.key.len() == 36 && wang.is_enabled, "{}", wang.key);
    assert_eq!(
        wang.sign_in_names,
        ["w.fang@gw.test", r"GW\wang", "wang@gw.test"]
    );
}

#[tokio::test]
async fn whoever_is_disabled_or_whose_time_is_over_is_told_by_the_flags() {
    let domain = Domain::with_unit("flags").await;
    // 2020 and 2100, in steps of 100 ns since 1601.
    let over = "accountExpires: 132223104000000000\n";
    let later = "accountExpires: 157469184000000000\n";
    for (name, more) in [("flags1", ""), ("flags2", over), ("flags3", later)] {
        domain.person(name, "", more).await;
    }
    domain.set("flags1", "userAccountControl", "514").await;
    let found = all(&domain.settings()).await.unwrap();
    let enabled = ["flags1", "flags2", "flags3"].map(|name| found.person(name).is_enabled);
    assert_eq!(enabled, [false, false, true]);
}

#[tokio::test]
async fn whoever_is_in_a_group_within_a_group_is_in_both_and_so_is_whose_primary_group_it_is() {
    let domain = Domain::with_unit("nested").await;
    for name in ["nested1", "nested2", "nested3"] {
        domain.person(name, "", "").await;
    }
    domain.group("nested inner", &["nested1", "nested3"]).await;
    domain
        .group("nested outer", &["nested2", "nested inner"])
        .await;
    let inner = domain.rid("nested inner").await;
    domain.set("nested3", "primaryGroupID", &inner).await;
    let mut settings = domain.settings();
    settings.groups.enabled = true;
    let found = all(&settings).await.unwrap();
    assert_eq!(found.members("nested inner"), ["nested1", "nested3"]);
    assert_eq!(
        found.members("nested outer"),
        ["nested1", "nested2", "nested3"]
    );
    settings.groups.nested = false;
    let found = all(&settings).await.unwrap();
    assert_eq!(found.members("nested inner"), ["nested1", "nested3"]);
    assert_eq!(found.members("nested outer"), ["nested2"]);
}

#[tokio::test]
async fn a_group_of_more_people_than_the_controller_tells_at_once_is_read_to_its_end() {
    let domain = Domain::with_unit("ranges").await;
    let names: Vec<String> = (0..1600).map(|n| format!("ranges{n}")).collect();
    // Contacts are made sooner than accounts.
    let unit = &domain.unit;
    let people: Vec<String> = names
        .iter()
        .map(|name| format!("dn: CN={name},{unit}\nchangetype: add\nobjectClass: contact\n\n"))
        .collect();
    domain.change(&people.concat()).await;
    let members: Vec<&str> = names.iter().map(String::as_str).collect();
    domain.group("ranges all", &members).await;
    let mut settings = domain.settings();
    (settings.groups.enabled, settings.groups.nested) = (true, false);
    "(objectClass=contact)".clone_into(&mut settings.people.filter);
    let found = all(&settings).await.unwrap();
    assert_eq!(found.groups[0].people.len(), 1600);
}

#[tokio::test]
async fn people_sign_in_by_account_name_principal_name_or_with_the_domain_before_it() {
    let domain = Domain::with_unit("names").await;
    domain
        .person("names1", "", "userPrincipalName: n.one@gw.test\n")
        .await;
    let settings = domain.settings();
    for name in [
        "names1",
        "NAMES1",
        r"GW\names1",
        r"gw\Names1",
        "n.one@gw.test",
        "names1@gw.test",
    ] {
        assert_eq!(
            tries(&settings, name, THEIRS).await,
            Ok("names1".to_owned()),
            "{name}"
        );
        assert_eq!(
            tries(&settings, name, "wrong").await,
            Err("wrong_password"),
            "{name}"
        );
        assert!(
            tries(&settings, name, "").await.is_err(),
            "an empty password never binds"
        );
    }
    for name in [r"OTHER\names1", "names1@other.test", "*", "names*", ""] {
        assert!(tries(&settings, name, THEIRS).await.is_err(), "{name}");
    }
}

#[tokio::test]
async fn why_somebody_is_not_let_in_is_told_only_where_the_password_was_right() {
    let domain = Domain::with_unit("codes").await;
    domain.person("codes1", "", "").await;
    domain.person("codes2", "", "pwdLastSet: 0\n").await;
    domain
        .person("codes3", "", "accountExpires: 130000000000000000\n")
        .await;
    domain.set("codes1", "userAccountControl", "514").await;
    let settings = domain.settings();
    for (name, reason) in [
        ("codes1", "account_disabled"),
        ("codes2", "password_must_change"),
        ("codes3", "account_expired"),
    ] {
        assert_eq!(tries(&settings, name, THEIRS).await, Err(reason));
        assert_eq!(tries(&settings, name, "wrong").await, Err("wrong_password"));
    }
}

#[tokio::test]
async fn a_password_is_exchanged_for_the_present_one_alone_and_by_the_rules_of_the_domain() {
    let domain = Domain::with_unit("passwords").await;
    // Not so soon after it was set, or the domain refuses another one.
    domain.person("passwords1", "", "pwdLastSet: 0\n").await;
    let (outbound, settings) = (outbound(), domain.settings().ldap());
    let access = Access {
        outbound: &outbound,
        settings: &settings,
        password: PASSWORD,
        now: NOW,
    };
    let who = Who::Named("passwords1");
    let exchange = async |present, new| change(access, who, (present, new)).await.unwrap();
    assert_eq!(
        exchange("wrong", "Another-Pass-2").await,
        Changed::Wrong("wrong_password")
    );
    assert_eq!(exchange(THEIRS, "simple").await, Changed::AgainstTheRules);
    assert_eq!(
        exchange("", "Another-Pass-2").await,
        Changed::Wrong("wrong_password")
    );
    assert_eq!(exchange(THEIRS, "Another-Pass-2").await, Changed::Done);
    let ad = domain.settings();
    assert!(tries(&ad, "passwords1", "Another-Pass-2").await.is_ok());
}

#[tokio::test]
async fn the_next_controller_is_asked_where_one_does_not_answer() {
    let domain = Domain::with_unit("failover").await;
    domain.person("failover1", "", "").await;
    let mut settings = domain.settings();
    settings.servers.insert(0, "ldaps://127.0.0.1:1".to_owned());
    assert_eq!(all(&settings).await.unwrap().people.len(), 1);
    assert!(tries(&settings, "failover1", THEIRS).await.is_ok());
}

#[tokio::test]
async fn what_the_controller_says_of_the_account_is_explained() {
    let domain = Domain::with_unit("explained").await;
    domain.person("explained1", "", "pwdLastSet: 0\n").await;
    let (outbound, mut settings) = (outbound(), domain.settings().ldap());
    "explained1@gw.test".clone_into(&mut settings.bind_dn);
    let opened = |password| {
        LdapSource::open(Access {
            outbound: &outbound,
            settings: &settings,
            password,
            now: NOW,
        })
    };
    let why = opened(THEIRS).await.err().unwrap().why;
    assert!(why.en.contains("must change its password"), "{why:?}");
    assert!(why.zh_cn.contains("需先修改密码"), "{why:?}");
    let why = opened("wrong").await.err().unwrap().why;
    assert!(why.en.contains("name or the password"), "{why:?}");
}
