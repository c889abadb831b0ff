//! Several directories that tell of the same people: each account has one source.

use std::collections::HashMap;

use config::id::DirectoryId;

use crate::directories::conflicts::{ConflictDecision, decide};
use crate::directories::{MatchBy, Organisation};
use crate::edit::Edit;
use crate::members::Status;
use crate::refused::Refused;
use crate::store::sync_runs::RunRow;
use crate::store::testing::{TestStore, on_both_engines};
use crate::store::{directory_people as links, sync_conflicts};
use crate::sync::testing::{Company, Listing, connect, person, unlimited};
use crate::testing::operator;

fn by_username() -> Organisation {
    Organisation {
        match_by: MatchBy::Username,
        ..unlimited()
    }
}

fn tells(people: &[(&str, &str)]) -> Listing {
    Listing {
        people: { people.iter() }
            .map(|(key, name)| person(key, name, &[]))
            .collect(),
        ..Listing::default()
    }
}

/// A company with as many directories.
async fn with(store: TestStore, names: &[&str]) -> (Company, Vec<DirectoryId>) {
    let company = Company::new(store, by_username()).await;
    let mut all = vec![company.directory.clone()];
    for name in names {
        all.push(connect(&company.house, name, by_username()).await);
    }
    (company, all)
}

/// Takes over what one of them tells.
async fn sync(company: &mut Company, directory: &DirectoryId, listing: &Listing) -> RunRow {
    company.directory = directory.clone();
    company.sync(listing).await
}

async fn hand_over(
    company: &Company,
    to: &DirectoryId,
    (key, username): (&str, &str),
) -> Result<(), Refused> {
    let permit = operator();
    let member = company.member(username).await.unwrap().id;
    let edit = Edit::begin(&company.house.state, &permit).await.unwrap();
    decide(edit, to, key, &ConflictDecision::HandOver { member }).await
}

async fn waiting(company: &Company, directory: &DirectoryId) -> Vec<String> {
    let mut read = company.house.state.store.read().await.unwrap();
    let found = sync_conflicts::list(&mut read, directory, false, "", 100).await;
    found.unwrap().into_iter().map(|one| one.key).collect()
}

#[tokio::test]
async fn what_a_second_directory_says_of_somebody_waits_until_they_are_handed_over() {
    on_both_engines(async |store| {
        let (mut company, all) = with(store, &["AD"]).await;
        let [one, two] = all.as_slice() else {
            panic!("two")
        };
        sync(&mut company, one, &tells(&[("k1", "alice")])).await;
        let mut theirs = tells(&[("x1", "alice")]);
        theirs.people[0].display_name = "Alice of AD".to_owned();
        let run = sync(&mut company, two, &theirs).await;
        assert_eq!(run.counts.failed, 1);
        let why = company.changes(&run).await[0].reason.clone().unwrap();
        assert!(why.contains("LDAP"), "{why}");
        assert_eq!(waiting(&company, two).await, ["x1"]);
        let alice = company.member("alice").await.unwrap();
        assert_eq!(
            (alice.display_name.as_str(), alice.source.as_deref()),
            ("ALICE", Some("LDAP"))
        );
        hand_over(&company, two, ("x1", "alice")).await.unwrap();
        sync(&mut company, two, &theirs).await;
        let alice = company.member("alice").await.unwrap();
        assert_eq!(
            (alice.display_name.as_str(), alice.source.as_deref()),
            ("Alice of AD", Some("AD"))
        );
        // From now on it is the first that waits; that it names her no more shuts nobody out.
        sync(&mut company, one, &tells(&[("k1", "alice")])).await;
        assert_eq!(waiting(&company, one).await, ["k1"]);
        sync(&mut company, one, &tells(&[("k2", "bob")])).await;
        assert_eq!(
            company.member("alice").await.unwrap().status,
            Status::Active
        );
        assert!(
            hand_over(&company, two, ("x1", "alice")).await.is_err(),
            "nothing waits there"
        );
    })
    .await;
}

#[tokio::test]
async fn whoever_was_handed_over_can_be_handed_back() {
    on_both_engines(async |store| {
        let (mut company, all) = with(store, &["AD"]).await;
        let [one, two] = all.as_slice() else {
            panic!("two")
        };
        sync(&mut company, one, &tells(&[("k1", "alice")])).await;
        sync(&mut company, two, &tells(&[("x1", "alice")])).await;
        hand_over(&company, two, ("x1", "alice")).await.unwrap();
        sync(&mut company, two, &tells(&[("x1", "alice")])).await;
        sync(&mut company, one, &tells(&[("k1", "alice")])).await;
        hand_over(&company, one, ("k1", "alice")).await.unwrap();
        sync(&mut company, one, &tells(&[("k1", "alice")])).await;
        let alice = company.member("alice").await.unwrap();
        assert_eq!(alice.source.as_deref(), Some("LDAP"));
        sync(
            &mut company,
            two,
            &Listing {
                people: vec![person("x9", "zoe", &[])],
                ..Listing::default()
            },
        )
        .await;
        assert_eq!(
            company.member("alice").await.unwrap().status,
            Status::Active
        );
    })
    .await;
}

/// Numbers that are the same in each run of the tests (xorshift).
fn chance(state: &mut u64, below: u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state % below
}

#[tokio::test]
async fn whatever_directories_say_and_is_handed_over_nobody_has_two_sources() {
    on_both_engines(async |store| {
        let (mut company, all) = with(store, &["AD", "HR"]).await;
        let mut state = 4711;
        // Who owned somebody last: nothing but a hand-over changes that.
        let mut owners: HashMap<String, String> = HashMap::new();
        for round in 0..24 {
            let which = usize::try_from(chance(&mut state, 3)).unwrap();
            let directory = &all[which];
            let people: Vec<(String, String)> = (0..6)
                .filter(|_| chance(&mut state, 3) > 0)
                .map(|n| (format!("{which}-{n}"), format!("person{n}")))
                .collect();
            let listed: Vec<(&str, &str)> = { people.iter() }
                .map(|(key, name)| (key.as_str(), name.as_str()))
                .collect();
            sync(&mut company, directory, &tells(&listed)).await;
            let handed = waiting(&company, directory).await;
            let handed = handed.into_iter().find(|_| chance(&mut state, 2) == 0);
            if let Some(key) = handed {
                let name = format!("person{}", key.split_once('-').unwrap().1);
                let handed = hand_over(&company, directory, (&key, &name)).await;
                if handed.is_ok() {
                    owners.remove(&name);
                }
            }
            for n in 0..6 {
                let name = format!("person{n}");
                let Some(member) = company.member(&name).await else {
                    continue;
                };
                let source = member.source.clone().unwrap();
                let owner = owners.entry(name.clone()).or_insert_with(|| source.clone());
                assert_eq!(*owner, source, "round {round}: {name}");
                let mut elsewhere = 0;
                for id in &all {
                    let mut read = company.house.state.store.read().await.unwrap();
                    let only = std::slice::from_ref(&member.id);
                    let is = links::from_elsewhere(&mut read, id, only).await.unwrap();
                    elsewhere += usize::from(!is.is_empty());
                }
                assert_eq!(elsewhere, 2, "round {round}: {name} comes from one alone");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_directory_shuts_out_nobody_who_does_not_come_from_it() {
    on_both_engines(async |store| {
        let (mut company, all) = with(store, &["AD"]).await;
        let [one, two] = all.as_slice() else {
            panic!("two")
        };
        sync(&mut company, one, &tells(&[("k1", "alice")])).await;
        sync(&mut company, two, &tells(&[("x1", "alice")])).await;
        hand_over(&company, two, ("x1", "alice")).await.unwrap();
        sync(&mut company, two, &tells(&[("x1", "alice")])).await;
        let mut disabled = tells(&[("k1", "alice")]);
        disabled.people[0].is_enabled = false;
        sync(&mut company, one, &disabled).await;
        let alice = company.member("alice").await.unwrap();
        assert_eq!(alice.status, Status::Active);
    })
    .await;
}
