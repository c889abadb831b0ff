//! Against OpenLDAP with and without content synchronization, and Samba.

use std::time::Duration;

use super::super::settings::LdapSettings;
use super::super::source::LdapSource;
use super::super::testing::{BASE, PASSWORD, Slapd, person};
use super::super::tests::{access, outbound};
use crate::directories::ad::testing::{self as ad, Domain};
use crate::directories::source::{Hints, News, OrganisationSource as _};

async fn open(settings: &LdapSettings, password: &str) -> LdapSource {
    let outbound = outbound();
    let opened = LdapSource::open(access(&outbound, settings, password)).await;
    opened.map_err(|error| error.why.en).unwrap()
}

async fn now(source: &mut LdapSource, mark: &str) -> News {
    let news = source.news(mark, Duration::ZERO).await;
    news.map_err(|error| error.why.en).unwrap()
}

fn hints(news: News) -> Hints {
    let News::Hints(hints) = news else {
        panic!("{news:?}")
    };
    hints
}

/// The usernames of whom the hints are about.
async fn who(source: &mut LdapSource, hints: &Hints) -> Vec<String> {
    let again = source.again(&hints.keys).await.unwrap();
    let mut names: Vec<String> = again.people.into_iter().map(|one| one.username).collect();
    names.sort_unstable();
    names
}

async fn key_of(source: &mut LdapSource, name: &str) -> String {
    let mut people = Vec::new();
    while let Some(some) = source.people().await.unwrap() {
        people.extend(some);
    }
    let found = people.into_iter().find(|one| one.username == name);
    found.unwrap().key
}

#[tokio::test]
async fn content_sync_tells_who_was_added_changed_and_deleted() {
    for slapd in [Slapd::start().await, Slapd::with_log().await] {
        slapd
            .add(
                &(person("a", "A", "")
                    + &person("b", "B", "ou=Engineering,")
                    + &person("c", "C", "")),
            )
            .await;
        let settings = slapd.settings();
        let mut source = open(&settings, PASSWORD).await;
        let mark = source.mark().await.unwrap().unwrap();
        assert!(mark.contains("content_sync"), "{mark}");
        let b = key_of(&mut open(&settings, PASSWORD).await, "b").await;
        slapd
            .delete(&format!("uid=b,ou=Engineering,ou=people,{BASE}"))
            .await;
        slapd
            .add(&person("d", "D", "ou=Platform,ou=Engineering,"))
            .await;
        slapd
            .modify(&format!(
                "dn: uid=a,ou=people,{BASE}\nchangetype: modify\nreplace: cn\ncn: Z\n"
            ))
            .await;
        let found = hints(now(&mut source, &mark).await);
        assert_eq!(who(&mut source, &found).await, ["a", "d"]);
        let is_told = match &found.present {
            Some(present) => !present.contains(&b),
            None => found.keys.contains(&b),
        };
        assert!(is_told, "{found:?}");
        let again = source.again(&found.keys).await.unwrap();
        let d = again.people.iter().find(|one| one.username == "d").unwrap();
        assert_eq!(d.departments.len(), 1, "the nearest above");
        assert!(!again.touches_structure);
        let after = now(&mut source, &found.cursor).await;
        if let News::Hints(after) = after {
            assert_eq!(after.keys, Vec::<String>::new());
        }
    }
}

#[tokio::test]
async fn whoever_listens_hears_of_each_change_as_it_is_made() {
    let slapd = Slapd::start().await;
    slapd
        .add(&(person("a", "A", "") + &person("b", "B", "")))
        .await;
    let settings = slapd.settings();
    let mut source = open(&settings, PASSWORD).await;
    let mut mark = source.mark().await.unwrap().unwrap();
    for n in 0..3 {
        let change = async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            slapd
                .modify(&format!(
                    "dn: uid=a,ou=people,{BASE}\nchangetype: modify\nreplace: cn\ncn: A{n}\n"
                ))
                .await;
        };
        let wait = async {
            loop {
                let news = source.news(&mark, Duration::from_secs(2)).await.unwrap();
                match news {
                    News::Hints(hints) if !hints.keys.is_empty() => return hints,
                    News::Hints(hints) => mark = hints.cursor,
                    News::Nothing => {}
                    News::Lost => panic!("lost"),
                }
            }
        };
        let (heard, ()) = tokio::join!(wait, change);
        assert_eq!(who(&mut source, &heard).await, ["a"]);
        mark = heard.cursor;
    }
}

#[tokio::test]
async fn a_department_or_a_group_that_is_changed_has_everything_listed() {
    let slapd = Slapd::start().await;
    let mut settings = slapd.settings();
    settings.groups.enabled = true;
    let mut source = open(&settings, PASSWORD).await;
    let mark = source.mark().await.unwrap().unwrap();
    slapd
        .add(&format!(
            "dn: ou=New,ou=people,{BASE}\nobjectClass: organizationalUnit\nou: New\n"
        ))
        .await;
    let found = hints(now(&mut source, &mark).await);
    assert!(source.again(&found.keys).await.unwrap().touches_structure);
}

#[tokio::test]
async fn without_content_sync_timestamps_tell_what_was_changed() {
    let slapd = Slapd::without_content_sync().await;
    slapd
        .add(&(person("a", "A", "") + &person("b", "B", "")))
        .await;
    let settings = slapd.settings();
    let mut source = open(&settings, PASSWORD).await;
    let mark = source.mark().await.unwrap().unwrap();
    assert!(mark.contains("timestamps"), "{mark}");
    // They tell no parts of seconds: whoever was changed in the last one may be so again.
    let found = hints(now(&mut source, &mark).await);
    assert!(who(&mut source, &found).await.contains(&"b".to_owned()));
    let mark = found.cursor;
    let found = hints(now(&mut source, &mark).await);
    assert_eq!(found.keys, Vec::<String>::new(), "all was seen");
    tokio::time::sleep(Duration::from_millis(1100)).await;
    slapd
        .modify(&format!(
            "dn: uid=b,ou=people,{BASE}\nchangetype: modify\nreplace: cn\ncn: Z\n"
        ))
        .await;
    let found = hints(now(&mut source, &mark).await);
    assert_eq!(who(&mut source, &found).await, ["b"]);
    let found = hints(now(&mut source, &found.cursor).await);
    assert_eq!(who(&mut source, &found).await, ["b"]);
    let found = hints(now(&mut source, &found.cursor).await);
    assert_eq!(found.keys, Vec::<String>::new());
}

#[tokio::test]
async fn a_mark_of_other_settings_or_of_another_server_is_lost() {
    let (slapd, other) = (Slapd::start().await, Slapd::start().await);
    let settings = slapd.settings();
    let mark = open(&settings, PASSWORD)
        .await
        .mark()
        .await
        .unwrap()
        .unwrap();
    let mut changed = settings.clone();
    "(objectClass=person)".clone_into(&mut changed.people.filter);
    let mut source = open(&changed, PASSWORD).await;
    assert_eq!(now(&mut source, &mark).await, News::Lost);
    let mut source = open(&settings, PASSWORD).await;
    for nonsense in ["", "{}", "nothing"] {
        assert_eq!(now(&mut source, nonsense).await, News::Lost);
    }
    drop(other);
}

#[tokio::test]
async fn a_controller_tells_who_was_changed_moved_and_deleted_by_either_way() {
    let domain = Domain::with_unit("numbers").await;
    let unit = &domain.unit;
    for by_numbers in [false, true] {
        let name = |n: u8| format!("numbers{n}{by_numbers}");
        for n in 1..4 {
            domain.person(&name(n), "", "").await;
        }
        let settings = domain.settings().ldap();
        let mut source = open(&settings, ad::PASSWORD).await;
        let mark = if by_numbers {
            let root = source.root().await.unwrap();
            let at = source.update_number_now(&root).await.unwrap().unwrap();
            source.written(at)
        } else {
            source.mark().await.unwrap().unwrap()
        };
        assert_eq!(mark.contains("dir_sync"), !by_numbers, "{mark}");
        let gone = key_of(&mut open(&settings, ad::PASSWORD).await, &name(2)).await;
        domain.set(&name(1), "displayName", "Another").await;
        domain
            .change(&format!("dn: CN={},{unit}\nchangetype: delete\n", name(2)))
            .await;
        let found = hints(now(&mut source, &mark).await);
        assert_eq!(who(&mut source, &found).await, [name(1)]);
        assert!(found.keys.contains(&gone), "a tombstone");
        let after = source
            .news(&found.cursor, Duration::from_millis(700))
            .await
            .unwrap();
        if let News::Hints(after) = after {
            assert_eq!(who(&mut source, &after).await, Vec::<String>::new());
        }
        domain.set(&name(3), "displayName", "Another").await;
        let found = hints(now(&mut source, &found.cursor).await);
        assert_eq!(who(&mut source, &found).await, [name(3)]);
    }
}

#[tokio::test]
async fn an_account_that_may_not_replicate_asks_by_numbers_and_those_of_another_controller_are_lost()
 {
    let domain = Domain::with_unit("reader").await;
    domain.person("reader1", "", "").await;
    domain.person("reader2", "", "").await;
    let mut settings = domain.settings().ldap();
    r"GW\reader1".clone_into(&mut settings.bind_dn);
    let mut source = open(&settings, ad::THEIRS).await;
    let mark = source.mark().await.unwrap().unwrap();
    assert!(mark.contains("update_numbers"), "{mark}");
    domain.set("reader2", "displayName", "Another").await;
    let found = hints(now(&mut source, &mark).await);
    assert!(
        who(&mut source, &found)
            .await
            .contains(&"reader2".to_owned())
    );
    let start = mark.find("controller").unwrap() + 13;
    let elsewhere = format!("{}zzzz{}", &mark[..start], &mark[start + 4..]);
    assert_eq!(now(&mut source, &elsewhere).await, News::Lost);
}
