//! Groups and departments are as well guarded as people are: what lists nothing empties nothing, and what was
//! done is taken back.

use super::taking_back::take_back;
use super::{company, names};
use crate::departments::{self, DepartmentDraft};
use crate::directories::entry::TheirGroup;
use crate::directories::{self, Directory, DirectoryDraft, Organisation, Source};
use crate::edit::Edit;
use crate::refused::{Expected, Refused};
use crate::store::testing::on_both_engines;
use crate::sync::testing::{Company, Listing, person, unlimited};
use crate::testing::operator;

fn with_groups() -> Listing {
    let group = |key: &str, name: &str, people: &[&str]| TheirGroup {
        key: key.to_owned(),
        name: name.to_owned(),
        people: people.iter().map(|key| (*key).to_owned()).collect(),
    };
    Listing {
        groups: vec![
            group("g1", "admins", &["k1", "k3"]),
            group("g2", "staff", &["k1", "k2", "k3"]),
        ],
        ..company()
    }
}

async fn groups(company: &Company, username: &str) -> Vec<String> {
    let member = company.member(username).await.unwrap();
    let groups = member.groups.into_iter();
    groups.map(|one| one.name).collect()
}

#[tokio::test]
async fn groups_or_departments_that_are_all_gone_wait_for_a_person() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        company_.sync(&with_groups()).await;
        let no_groups = Listing {
            groups: Vec::new(),
            ..with_groups()
        };
        let no_departments = Listing {
            departments: Vec::new(),
            ..with_groups()
        };
        for listing in [no_groups, no_departments] {
            let run = company_.sync(&listing).await;
            assert_eq!(run.phase, "waiting");
            assert!(run.reason.as_ref().unwrap().contains("listed no"));
            company_.move_on(&run, "waiting", "dropped").await;
        }
        assert_eq!(groups(&company_, "alice").await, ["admins", "staff"]);
    })
    .await;
}

#[tokio::test]
async fn groups_whose_members_can_no_longer_be_read_wait_for_a_person() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, Organisation::default()).await;
        company_.sync(&with_groups()).await;
        let mut listing = with_groups();
        for group in &mut listing.groups {
            group.people.clear();
        }
        let run = company_.sync(&listing).await;
        assert_eq!(run.phase, "waiting", "{:?}", company_.changes(&run).await);
        assert_eq!(groups(&company_, "alice").await, ["admins", "staff"]);
    })
    .await;
}

/// Changes which parts the directory tells of.
async fn tells(company: &Company, departments: bool, groups: bool) {
    let whole = company.whole().await;
    let Source::Ldap(mut settings) = whole.source.clone() else {
        panic!()
    };
    settings.units.enabled = departments;
    settings.groups.enabled = groups;
    let organisation = whole.organisation.clone();
    changed(company, Source::Ldap(settings), organisation)
        .await
        .unwrap();
}

async fn changed(
    company: &Company,
    source: Source,
    organisation: Organisation,
) -> Result<Directory, Refused> {
    let whole = company.whole().await;
    let draft = DirectoryDraft {
        name: whole.row.name.clone(),
        used_for: whole.used_for(),
        enabled: true,
        source,
        organisation,
        sign_in: whole.sign_in,
        secret: None,
        secrets: std::collections::BTreeMap::default(),
    };
    let permit = operator();
    let edit = Edit::begin(&company.house.state, &permit).await.unwrap();
    directories::update(edit, &company.directory, Expected::Any, draft).await
}

#[tokio::test]
async fn a_part_that_is_switched_off_stays_as_it_is() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        company_.sync(&with_groups()).await;
        tells(&company_, false, false).await;
        let mut people_alone = Listing {
            departments: Vec::new(),
            groups: Vec::new(),
            ..company()
        };
        for one in &mut people_alone.people {
            one.departments.clear();
        }
        people_alone.people[0].display_name = "Alice Wang".to_owned();
        people_alone.people.push(person("k4", "dave", &[]));
        let run = company_.sync(&people_alone).await;
        assert_eq!((run.phase.as_str(), run.counts.done), ("done", 2));
        let alice = company_.member("alice").await.unwrap();
        assert_eq!(alice.display_name, "Alice Wang");
        assert_eq!(names(&alice), ["Platform"]);
        assert_eq!(groups(&company_, "alice").await, ["admins", "staff"]);
        tells(&company_, true, true).await;
        let run = company_.sync(&with_groups()).await;
        assert_eq!(run.counts.failed, 0);
        assert_eq!(names(&company_.member("bob").await.unwrap()).len(), 2);
    })
    .await;
}

#[tokio::test]
async fn whoever_a_run_moved_in_and_out_of_groups_is_where_they_were_when_it_is_taken_back() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        let made = company_.sync(&with_groups()).await;
        let mut next = with_groups();
        next.groups[0].people = vec!["k2".to_owned()];
        next.groups[0].name = "operators".to_owned();
        next.groups.pop();
        let done = company_.sync(&next).await;
        assert_eq!(groups(&company_, "bob").await, ["operators"]);
        let undo = take_back(&company_, &done).await;
        assert_eq!((undo.phase.as_str(), undo.counts.failed), ("done", 0));
        assert_eq!(groups(&company_, "alice").await, ["admins", "staff"]);
        assert_eq!(groups(&company_, "bob").await, ["staff"]);
        let undo = take_back(&company_, &made).await;
        assert_eq!(undo.phase, "done");
        assert!(company_.member("alice").await.is_none());
    })
    .await;
}

#[tokio::test]
async fn a_group_that_is_renamed_keeps_what_was_chosen_for_it_here() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        company_.sync(&with_groups()).await;
        let admins = company_.member("alice").await.unwrap().groups[0].id.clone();
        let mut tx = company_.house.state.store.begin().await.unwrap();
        crate::store::groups::write_ip_lists(&mut tx, &admins, "[\"office\"]")
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let mut next = with_groups();
        next.groups[0].name = "operators".to_owned();
        company_.sync(&next).await;
        let mut read = company_.house.state.store.read().await.unwrap();
        let row = crate::store::groups::find(&mut read, &admins)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(row.name, "operators");
        assert_eq!(row.ip_lists.as_deref(), Some("[\"office\"]"));
    })
    .await;
}

#[tokio::test]
async fn a_department_of_ours_is_taken_for_the_directorys_only_where_that_was_so_chosen() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        let permit = operator();
        let edit = Edit::begin(&company_.house.state, &permit).await.unwrap();
        let sales = DepartmentDraft {
            name: "Sales".to_owned(),
            parent: None,
            position: None,
        };
        let ours = departments::create(edit, &sales).await.unwrap().id;
        company_.sync(&company()).await;
        let theirs = async || {
            company_.member("carol").await.unwrap().departments[0]
                .id
                .clone()
        };
        assert_ne!(theirs().await, ours, "side by side");
        let organisation = Organisation {
            links_departments: true,
            ..unlimited()
        };
        let whole = company_.whole().await;
        changed(&company_, whole.source, organisation)
            .await
            .unwrap();
        let mut next = company();
        next.departments[2].key = "d4".to_owned();
        next.people[1].departments = vec!["d1".to_owned(), "d4".to_owned()];
        next.people[2].departments = vec!["d4".to_owned()];
        company_.sync(&next).await;
        assert_eq!(theirs().await, ours);
    })
    .await;
}

#[tokio::test]
async fn a_directory_does_not_hang_below_a_department_of_its_own() {
    on_both_engines(async |store| {
        let company_ = Company::new(store, unlimited()).await;
        company_.sync(&company()).await;
        let platform = company_.member("alice").await.unwrap().departments[0]
            .id
            .clone();
        let organisation = Organisation {
            below: Some(platform),
            ..unlimited()
        };
        let whole = company_.whole().await;
        let refused = changed(&company_, whole.source, organisation).await;
        let Err(Refused::Invalid(wrong)) = refused else {
            panic!("{refused:?}")
        };
        assert_eq!(wrong[0].field, "organisation.below");
    })
    .await;
}
