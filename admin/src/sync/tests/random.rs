//! Organisations made by chance: whatever a directory says, a run ends with what it says, and a second one
//! has nothing to do but to give out what was given up, in whatever order it is listed.

use std::collections::HashSet;

use crate::directories::entry::{TheirDepartment, TheirPerson};
use crate::members::Status;
use crate::store::testing::on_both_engines;
use crate::sync::testing::{Company, Listing, unlimited};

/// Numbers that are the same in each run of the tests (xorshift).
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }

    fn shuffle<T>(&mut self, all: &mut [T]) {
        for at in (1..all.len()).rev() {
            let other = usize::try_from(self.below(at as u64 + 1)).unwrap();
            all.swap(at, other);
        }
    }
}

fn organisation(chance: &mut Chance) -> Listing {
    let count = 1 + chance.below(8);
    let departments = (0..count).map(|n| {
        let parent = (n > 0 && chance.below(3) > 0).then(|| format!("d{}", chance.below(n)));
        TheirDepartment {
            key: format!("d{n}"),
            parent,
            name: format!("Department {}", chance.below(20)),
            position: i64::try_from(chance.below(5)).unwrap(),
            managers: Vec::new(),
        }
    });
    let departments: Vec<TheirDepartment> = departments.collect();
    let mut people = Vec::new();
    for n in 0..25 {
        if chance.below(4) == 0 {
            continue;
        }
        let placed: HashSet<u64> = (0..chance.below(4))
            .map(|_| chance.below(count + 1))
            .collect();
        let mut placed: Vec<u64> = placed.into_iter().collect();
        placed.sort_unstable();
        people.push(TheirPerson {
            key: format!("k{n}"),
            username: format!("person{n}"),
            display_name: format!("Person {n}/{}", chance.below(2)),
            email: (chance.below(2) == 0).then(|| format!("p{}@example.com", chance.below(40))),
            mobile: (chance.below(3) == 0).then(|| format!("138000000{n:02}")),
            employee_number: (chance.below(3) == 0).then(|| format!("E{n}")),
            is_enabled: chance.below(6) > 0,
            departments: placed.into_iter().map(|n| format!("d{n}")).collect(),
            // Some trade names, and some lose theirs.
            sign_in_names: (chance.below(2) == 0)
                .then(|| format!("upn{}@example.com", chance.below(40)))
                .into_iter()
                .collect(),
            manager: None,
        });
    }
    Listing {
        departments,
        people,
        ..Listing::default()
    }
}

async fn is_as_listed(company: &Company, listing: &Listing) {
    for theirs in listing.people.iter().filter(|one| one.is_enabled) {
        let ours = company.member(&theirs.username).await.unwrap();
        assert_eq!(ours.display_name, theirs.display_name);
        assert_eq!(ours.mobile, theirs.mobile);
        assert_eq!(ours.employee_number, theirs.employee_number);
        assert_eq!(ours.status, Status::Active, "{theirs:?}");
        let expected: Vec<&str> = theirs
            .departments
            .iter()
            .filter_map(|key| listing.departments.iter().find(|one| one.key == *key))
            .map(|one| one.name.as_str())
            .collect();
        assert_eq!(super::names(&ours), expected, "{theirs:?}");
    }
    let listed: HashSet<&str> = { listing.people.iter() }
        .filter(|one| one.is_enabled)
        .map(|one| one.username.as_str())
        .collect();
    for n in 0..25 {
        let name = format!("person{n}");
        let Some(ours) = company.member(&name).await else {
            continue;
        };
        let is_listed = listed.contains(name.as_str());
        assert_eq!(ours.status == Status::Active, is_listed, "{name}");
    }
}

#[tokio::test]
async fn a_run_ends_with_what_the_directory_says_and_a_second_one_has_nothing_to_do() {
    on_both_engines(async |store| {
        let company = Company::new(store, unlimited()).await;
        for seed in 1..12 {
            let mut chance = Chance(seed * 7919);
            let mut listing = organisation(&mut chance);
            let run = company.sync(&listing).await;
            assert_eq!(run.phase, "done", "{seed}: {:?}", run.reason);
            assert_eq!(
                run.counts.failed,
                0,
                "{seed}: {:?}",
                company.changes(&run).await
            );
            is_as_listed(&company, &listing).await;
            chance.shuffle(&mut listing.people);
            chance.shuffle(&mut listing.departments);
            // A mail address that somebody gave up only behind whoever wants it is theirs from now on.
            let again = company.sync(&listing).await;
            for change in company.changes(&again).await {
                let before = change.before.as_deref().unwrap_or_default();
                assert!(before.contains("\"email\":null"), "{seed}: {change:?}");
            }
            let again = company.sync(&listing).await;
            let changes = company.changes(&again).await;
            assert_eq!(again.counts.planned, 0, "{seed}: {changes:?}");
        }
    })
    .await;
}
