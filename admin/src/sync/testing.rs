//! A directory that a test holds in its hands, and runs of it that go through all phases.

use std::time::Duration;

use config::id::DirectoryId;
use config::{Role, Timestamp};
use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::Broken;
use super::lease::Lease;
use super::run::{self, Begin, Mode, applied, read_from};
use crate::directories::entry::{TheirDepartment, TheirGroup, TheirPerson};
use crate::directories::source::{Again, Hints, News, OrganisationSource, SourceError};
use crate::directories::{self, DirectoryDraft, Organisation, Source, UsedFor, Whole};
use crate::edit::Edit;
use crate::logs::{Actor, ActorKind};
use crate::members::{self, Member};
use crate::store::sync_changes::{self, ChangeRow};
use crate::store::sync_marks;
use crate::store::sync_runs::{self, RunRow};
use crate::store::testing::TestStore;
use crate::testing::{House, operator};

/// What the directory tells.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    pub departments: Vec<TheirDepartment>,
    pub people: Vec<TheirPerson>,
    pub groups: Vec<TheirGroup>,
    /// So many people are told of before it breaks off.
    pub breaks_after: Option<usize>,
    /// The keys that it says have changed.
    pub hinted: Vec<String>,
}

struct Told {
    listing: Listing,
    at: usize,
}

impl OrganisationSource for Told {
    fn mark(&mut self) -> BoxFuture<'_, Result<Option<String>, SourceError>> {
        async { Ok(Some("listed".to_owned())) }.boxed()
    }

    fn news<'a>(
        &'a mut self,
        mark: &'a str,
        _patience: Duration,
    ) -> BoxFuture<'a, Result<News, SourceError>> {
        let hints = Hints {
            keys: self.listing.hinted.clone(),
            present: None,
            cursor: format!("{mark}+"),
        };
        async { Ok(News::Hints(hints)) }.boxed()
    }

    fn again<'a>(&'a mut self, keys: &'a [String]) -> BoxFuture<'a, Result<Again, SourceError>> {
        let mut people = self.listing.people.clone();
        people.retain(|one| keys.contains(&one.key));
        let again = Again {
            people,
            touches_structure: false,
        };
        async { Ok(again) }.boxed()
    }

    fn departments(&mut self) -> BoxFuture<'_, Result<Vec<TheirDepartment>, SourceError>> {
        let all = self.listing.departments.clone();
        async move { Ok(all) }.boxed()
    }

    fn people(&mut self) -> BoxFuture<'_, Result<Option<Vec<TheirPerson>>, SourceError>> {
        if self
            .listing
            .breaks_after
            .is_some_and(|after| self.at >= after)
        {
            return async { Err(SourceError::new(("it broke off", "连接中断"))) }.boxed();
        }
        let some: Vec<TheirPerson> = self
            .listing
            .people
            .iter()
            .skip(self.at)
            .take(7)
            .cloned()
            .collect();
        self.at += some.len();
        async move { Ok((!some.is_empty()).then_some(some)) }.boxed()
    }

    fn groups(&mut self) -> BoxFuture<'_, Result<Vec<TheirGroup>, SourceError>> {
        let all = self.listing.groups.clone();
        async move { Ok(all) }.boxed()
    }
}

/// A house with an owner and a directory.
pub struct Company {
    pub house: House,
    pub directory: DirectoryId,
}

impl Company {
    pub async fn new(store: TestStore, organisation: Organisation) -> Self {
        let house = House::empty(store);
        house.member("olga", "Olga", &[Role::Owner]).await;
        let directory = connect(&house, "LDAP", organisation).await;
        Self { house, directory }
    }

    pub async fn whole(&self) -> Whole {
        let mut read = self.house.state.store.read().await.unwrap();
        directories::whole(&mut read, &self.directory)
            .await
            .unwrap()
    }

    pub async fn begin(&self, is_trial: bool) -> RunRow {
        self.begin_as(Mode::Full, is_trial).await
    }

    async fn begin_as(&self, mode: Mode, is_trial: bool) -> RunRow {
        let state = &self.house.state;
        let mut tx = state.store.begin().await.unwrap();
        let begin = Begin {
            directory: &self.directory,
            mode,
            is_trial,
            actor: somebody(),
            undoes: None,
        };
        let run = run::begin(&mut tx, begin, state.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        run
    }

    /// Reads what the directory tells; as far as the run goes by itself.
    pub async fn read(&self, run: &RunRow, listing: &Listing) -> Result<(), Broken> {
        let mut told = Told {
            listing: listing.clone(),
            at: 0,
        };
        let (whole, lease) = (self.whole().await, self.lease().await);
        let asked = (&whole, &lease);
        read_from(&self.house.state, run, asked, (&mut told, None)).await
    }

    pub async fn apply(&self, run: &RunRow) -> Result<(), Broken> {
        let lease = self.lease().await;
        applied(&self.house.state, run, &self.whole().await, &lease).await
    }

    pub async fn lease(&self) -> Lease {
        taken(&self.house, &self.directory).await
    }

    /// A run from its beginning to its end, or to where it waits.
    pub async fn sync(&self, listing: &Listing) -> RunRow {
        let run = self.begin(false).await;
        self.carry_out(run, listing).await
    }

    /// The same of what it says has changed.
    pub async fn sync_changes(&self, listing: &Listing) -> RunRow {
        let run = self.begin_as(Mode::Changes, false).await;
        self.carry_out(run, listing).await
    }

    async fn carry_out(&self, run: RunRow, listing: &Listing) -> RunRow {
        self.read(&run, listing).await.unwrap();
        if self.run(&run).await.phase == "applying" {
            self.apply(&run).await.unwrap();
        }
        self.run(&run).await
    }

    /// From where on changes are asked for.
    pub async fn mark(&self) -> Option<String> {
        let mut read = self.house.state.store.read().await.unwrap();
        sync_marks::of_directory(&mut read, &self.directory)
            .await
            .unwrap()
    }

    pub async fn run(&self, run: &RunRow) -> RunRow {
        let mut read = self.house.state.store.read().await.unwrap();
        sync_runs::find(&mut read, &run.id).await.unwrap().unwrap()
    }

    pub async fn move_on(&self, run: &RunRow, from: &str, to: &str) {
        let mut tx = self.house.state.store.begin().await.unwrap();
        let now = self.house.state.clock.now();
        let finished: Option<Timestamp> = (to != "applying").then_some(now);
        let moved = sync_runs::move_on(&mut tx, &run.id, (from, to), None, finished).await;
        assert!(moved.unwrap());
        tx.commit().await.unwrap();
    }

    pub async fn changes(&self, run: &RunRow) -> Vec<ChangeRow> {
        let mut read = self.house.state.store.read().await.unwrap();
        let wanted = sync_changes::Wanted::default();
        sync_changes::list(&mut read, &run.id, wanted, 0, 100_000)
            .await
            .unwrap()
    }

    pub async fn member(&self, username: &str) -> Option<Member> {
        let mut read = self.house.state.store.read().await.unwrap();
        members::find_by_any(&mut read, username).await.ok()
    }
}

pub async fn taken(house: &House, directory: &DirectoryId) -> Lease {
    let lease = Lease::of(directory, "this node");
    assert!(lease.take(&house.state).await.unwrap());
    lease
}

pub fn somebody() -> Actor {
    Actor {
        kind: ActorKind::Member,
        id: None,
        name: "olga".to_owned(),
    }
}

pub async fn connect(house: &House, name: &str, organisation: Organisation) -> DirectoryId {
    let permit = operator();
    let edit = Edit::begin(&house.state, &permit).await.unwrap();
    let source = serde_json::json!({
        "kind": "ldap",
        "servers": ["ldaps://ldap.example.com"],
        "base": "dc=example,dc=com",
        "groups": { "enabled": true },
    });
    let draft = DirectoryDraft {
        name: name.to_owned(),
        used_for: UsedFor::Both,
        enabled: true,
        source: serde_json::from_value::<Source>(source).unwrap(),
        organisation,
        sign_in: directories::sign_in::SignInTerms::default(),
        secret: None,
        secrets: std::collections::BTreeMap::default(),
    };
    directories::create(edit, draft).await.unwrap().id
}

pub fn department(key: &str, parent: Option<&str>, name: &str) -> TheirDepartment {
    TheirDepartment {
        key: key.to_owned(),
        parent: parent.map(str::to_owned),
        name: name.to_owned(),
        position: 0,
    }
}

pub fn person(key: &str, username: &str, departments: &[&str]) -> TheirPerson {
    TheirPerson {
        key: key.to_owned(),
        username: username.to_owned(),
        display_name: username.to_uppercase(),
        email: Some(format!("{username}@example.com")),
        is_enabled: true,
        departments: departments.iter().map(|key| (*key).to_owned()).collect(),
        ..TheirPerson::default()
    }
}

/// That of few people nothing is stopped.
pub fn unlimited() -> Organisation {
    Organisation {
        threshold: super::safety::Threshold {
            people: 1_000_000,
            percent: 100,
        },
        ..Organisation::default()
    }
}

/// Takes over what a real directory tells.
pub async fn take_over(house: &House, directory: &DirectoryId) {
    let state = &house.state;
    let mut tx = state.store.begin().await.unwrap();
    let begin = Begin {
        directory,
        mode: Mode::Full,
        is_trial: false,
        actor: somebody(),
        undoes: None,
    };
    let run = run::begin(&mut tx, begin, state.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    for _ in 0..2 {
        let mut read = state.store.read().await.unwrap();
        let now = sync_runs::find(&mut read, &run.id).await.unwrap().unwrap();
        drop(read);
        let lease = taken(house, directory).await;
        run::drive(state, &now, &lease).await.unwrap();
        lease.give_up(state).await;
    }
    let mut read = state.store.read().await.unwrap();
    let end = sync_runs::find(&mut read, &run.id).await.unwrap().unwrap();
    assert_eq!(end.phase, "done", "{:?}", end.reason);
}
