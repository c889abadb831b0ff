//! Reads all that a directory tells, and writes down what is to be done about it. Nothing else is written:
//! a listing that breaks off changes nothing.

use std::collections::{HashMap, HashSet};
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use config::id::{DepartmentId, MemberId, RunId};
use futures::FutureExt as _;

use super::changes::{self, Changed, Found};
use super::departments;
use super::groups;
use super::known::{KnownPeople, Listed};
use super::lease::Lease;
use super::managers::{self, Told};
use super::people::{self, Planned};
use super::rows_of;
use super::run::Mode;
use super::safety::Effect;
use super::scope::Scope;
use super::wanted::facts;
use super::{Broken, turn};
use crate::directories::entry::{TheirDepartment, TheirPerson};
use crate::directories::source::{Hints, News, OrganisationSource};
use crate::directories::{Others, Whole};
use crate::members::Status;
use crate::state::State;
use crate::store::department_lists::{self as tree, MAX_DEPTH};
use crate::store::directory_people as links;
use crate::store::directory_units as units;
use crate::store::sync_changes::{self as rows, ChangeRow};
use crate::store::sync_runs::{self, Counts};
use crate::store::{Connection, StoreError, Tx, sync_conflicts, sync_marks};

/// So many people who can no longer sign in are looked up at a time.
const PAGE: i64 = 2000;
/// For so long what was done counts as a part of what is to be done.
const LATELY: Duration = Duration::from_hours(24);

/// What was found out so far.
pub(super) struct Reading<'a> {
    pub state: &'a State,
    pub run: &'a RunId,
    pub counts: Counts,
    lease: &'a Lease,
    seq: i64,
    /// Whom entries may be that wait for an administrator.
    pub candidates: HashSet<MemberId>,
}

/// # Errors
/// [`Broken`] if the listing, or what is known here, could not be had whole.
pub async fn read(
    state: &State,
    run: &RunId,
    (directory, lease): (&Whole, &Lease),
    source: &mut dyn OrganisationSource,
) -> Result<Effect, Broken> {
    // From before the listing: what changes meanwhile is told of once more.
    let mark = marked(source).await;
    let mut reading = Reading::open(state, run, lease, (Mode::Full, mark.as_deref())).await?;
    let mut effect = Effect::default();
    let scope = reading.departments(directory, source, &mut effect).await?;
    reading
        .people(directory, &scope, source, &mut effect)
        .await?;
    if directory.row.synced_at.is_none() && directory.organisation.others == Others::Disable {
        effect.others_shut = reading.others(directory).await?;
    }
    if directory.source.tells_groups() {
        groups::read(&mut reading, &scope, source, &mut effect).await?;
    }
    Ok(effect)
}

/// Where later changes begin. Who cannot tell lists everything each time.
async fn marked(source: &mut dyn OrganisationSource) -> Option<String> {
    // The parsers of the library may panic on what a broken server sends.
    match AssertUnwindSafe(source.mark()).catch_unwind().await {
        Ok(Ok(mark)) => mark,
        Ok(Err(error)) => {
            tracing::warn!(%error, "a directory does not tell from where on it tells changes");
            None
        }
        Err(_) => {
            tracing::error!("a directory breaks the protocol by which it tells changes");
            None
        }
    }
}

/// Reads what the directory says that it has changed since the run before, or since it gave these hints;
/// `None`: it cannot say, or more than people has changed.
///
/// # Errors
/// [`Broken`] as for a run over everything.
pub(super) async fn read_changes(
    state: &State,
    run: &RunId,
    (directory, lease): (&Whole, &Lease),
    source: &mut dyn OrganisationSource,
    hints: Option<Hints>,
) -> Result<Option<Effect>, Broken> {
    let mark = sync_marks::of_directory(&mut *state.store.read().await?, &directory.row.id).await?;
    let hints = match (hints, &mark) {
        (Some(hints), _) => hints,
        (None, None) => return Ok(None),
        (None, Some(mark)) => match source.news(mark, Duration::ZERO).await? {
            News::Hints(hints) => hints,
            News::Nothing => Hints {
                cursor: mark.clone(),
                ..Hints::default()
            },
            News::Lost => return Ok(None),
        },
    };
    let changed = match changes::look(state, directory, source, &hints).await? {
        Found::Everything => return Ok(None),
        Found::Nothing => Changed {
            people: Vec::new(),
            gone: Vec::new(),
        },
        Found::People(changed) => changed,
    };
    let mut reading =
        Reading::open(state, run, lease, (Mode::Changes, Some(&hints.cursor))).await?;
    Ok(Some(changes::read(&mut reading, directory, changed).await?))
}

impl<'a> Reading<'a> {
    /// Forgets what the run read before it was broken off.
    async fn open(
        state: &'a State,
        run: &'a RunId,
        lease: &'a Lease,
        (mode, mark): (Mode, Option<&str>),
    ) -> Result<Self, Broken> {
        let reading = Self {
            state,
            run,
            counts: Counts::default(),
            lease,
            seq: 0,
            candidates: HashSet::new(),
        };
        let mut tx = reading.begin().await?;
        rows::forget(&mut tx, run).await?;
        sync_marks::set_of_run(&mut tx, run, mode.as_str(), mark).await?;
        tx.commit().await?;
        Ok(reading)
    }

    /// Begins a transaction in which nobody else takes a step of this run.
    async fn begin(&self) -> Result<Tx, Broken> {
        let mut tx = self.state.store.begin().await?;
        let is_ours = sync_runs::hold(&mut tx, self.run, "reading").await?
            && self.lease.is_held(&mut tx, self.state.clock.now()).await?;
        if is_ours { Ok(tx) } else { Err(Broken::Lost) }
    }

    /// Writes down what is to be done, and how far it is.
    pub async fn write(&mut self, changes: Vec<ChangeRow>) -> Result<(), Broken> {
        let mut changes = changes;
        for change in &mut changes {
            self.seq += 1;
            change.seq = self.seq;
            self.counts.planned += i64::from(change.kind != "none");
        }
        let mut tx = self.begin().await?;
        rows::insert(&mut tx, self.run, &changes).await?;
        sync_runs::set_counts(&mut tx, self.run, self.counts).await?;
        Ok(tx.commit().await?)
    }

    async fn departments(
        &mut self,
        directory: &Whole,
        source: &mut dyn OrganisationSource,
        effect: &mut Effect,
    ) -> Result<Scope, Broken> {
        if !directory.source.tells_departments() {
            let mut read = self.state.store.read().await?;
            return Ok(Scope::of(&mut read, directory).await?);
        }
        let theirs = source.departments().await?.into_iter();
        let theirs: Vec<TheirDepartment> = theirs.map(TheirDepartment::storable).collect();
        let mut read = self.state.store.read().await?;
        let ours = ours(&mut read, directory).await?;
        effect.no_departments = theirs.is_empty() && !ours.linked.is_empty();
        let (planned, ids) = departments::plan(&theirs, &ours);
        let mut scope = Scope::of(&mut read, directory).await?;
        drop(read);
        let names: HashMap<&str, &str> = theirs
            .iter()
            .map(|one| (one.key.as_str(), one.name.as_str()))
            .collect();
        let told = ids
            .iter()
            .filter_map(|(key, id)| Some((id.clone(), (*names.get(key.as_str())?).to_owned())));
        scope.names.extend(told);
        scope.departments = ids;
        for planned in planned.chunks(1000) {
            self.write(planned.iter().map(rows_of::department).collect())
                .await?;
        }
        if directory.source.tells_department_managers() {
            let told: Vec<Told> = theirs.iter().map(Told::of_department).collect();
            self.managers(&scope, &told).await?;
        }
        Ok(scope)
    }

    async fn people(
        &mut self,
        directory: &Whole,
        scope: &Scope,
        source: &mut dyn OrganisationSource,
        effect: &mut Effect,
    ) -> Result<(), Broken> {
        let mut known = {
            let mut read = self.state.store.read().await?;
            KnownPeople::load(&mut read, &directory.row.id).await?
        };
        effect.open = count(known.active());
        self.lately(directory, effect).await?;
        self.counts.known = count(known.count());
        let ignored = ignored(&mut *self.state.store.read().await?, directory).await?;
        while let Some(listed) = source.people().await? {
            self.counts.listed += count(listed.len());
            effect.listed += count(listed.len());
            let mut unsettled = Vec::new();
            let mut twice = Vec::new();
            let mut told = Vec::new();
            for theirs in listed.into_iter().map(TheirPerson::storable) {
                let listed = known.list(&theirs.key, facts(&theirs, &scope.departments));
                if directory.source.tells_managers() && listed != Listed::Twice {
                    told.push(Told::of_person(&theirs));
                }
                match listed {
                    Listed::Same => {}
                    // Nobody is made here who could not sign in.
                    Listed::New if !theirs.is_enabled || ignored.contains(&theirs.key) => {}
                    Listed::New | Listed::Changed => unsettled.push(theirs),
                    Listed::Twice => twice.push(rows_of::twice(&theirs)),
                }
            }
            let changes = self.plan(scope, unsettled, effect).await?;
            self.write(changes.into_iter().chain(twice).collect())
                .await?;
            self.managers(scope, &told).await?;
        }
        self.leavers(directory, &known, effect).await?;
        Ok(())
    }

    /// Writes down whose managers are others than here.
    pub(super) async fn managers(&mut self, scope: &Scope, told: &[Told]) -> Result<(), Broken> {
        let mut read = self.state.store.read().await?;
        let changes = managers::plan(&mut read, scope, told).await?;
        drop(read);
        if changes.is_empty() {
            return Ok(());
        }
        self.write(changes).await
    }

    pub(super) async fn plan(
        &mut self,
        scope: &Scope,
        people: Vec<TheirPerson>,
        effect: &mut Effect,
    ) -> Result<Vec<ChangeRow>, StoreError> {
        let mut read = self.state.store.read().await?;
        let planned = people::plan(&mut read, scope, people).await?;
        let becoming = |status| count(planned.iter().filter(|one| becomes(one, status)).count());
        effect.shut += becoming(Status::Disabled);
        effect.opened += becoming(Status::Active);
        let candidates = planned.iter().flat_map(|one| &one.candidates);
        self.candidates.extend(candidates.cloned());
        planned
            .iter()
            .map(|one| rows_of::person(scope, one))
            .collect()
    }

    /// What runs that nobody looked at have done of late: many small ones are as one that is large.
    pub(super) async fn lately(
        &self,
        directory: &Whole,
        effect: &mut Effect,
    ) -> Result<(), StoreError> {
        let mut read = self.state.store.read().await?;
        let (id, since) = (&directory.row.id, self.state.clock.now().minus(LATELY));
        effect.shut_lately = sync_runs::count_unseen(&mut read, id, "disable", since).await?;
        effect.opened_lately = sync_runs::count_unseen(&mut read, id, "enable", since).await?;
        Ok(())
    }

    /// Whoever is no longer listed.
    async fn leavers(
        &mut self,
        directory: &Whole,
        known: &KnownPeople,
        effect: &mut Effect,
    ) -> Result<(), Broken> {
        let mut after = String::new();
        loop {
            let mut read = self.state.store.read().await?;
            let page = links::page(&mut read, &directory.row.id, &after, PAGE).await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after.clone_from(&last.key);
            drop(read);
            let gone = page
                .into_iter()
                .filter(|one| !one.was_gone && known.is_gone(&one.key));
            self.gone(gone.collect(), effect).await?;
        }
    }

    /// Writes down that these have left.
    pub(super) async fn gone(
        &mut self,
        gone: Vec<links::Known>,
        effect: &mut Effect,
    ) -> Result<(), Broken> {
        effect.shut += count(gone.iter().filter(|one| one.is_active).count());
        let changes = gone.into_iter().map(|one| ChangeRow {
            turn: turn::LEAVERS,
            object: "person".to_owned(),
            kind: if one.is_active { "disable" } else { "none" }.to_owned(),
            name: one.key.clone(),
            key: one.key,
            object_id: Some(one.member.as_str().to_owned()),
            outcome: "planned".to_owned(),
            ..ChangeRow::default()
        });
        self.write(changes.collect()).await
    }
}

/// Whether somebody would have this status who has another.
fn becomes(planned: &Planned, status: Status) -> bool {
    matches!(&planned.verdict, Ok(change) if change.status == Some(status))
}

pub(super) fn count(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

/// What is there of departments.
pub(super) async fn ours(
    connection: &mut Connection,
    directory: &Whole,
) -> Result<departments::Ours, StoreError> {
    let free = if directory.organisation.links_departments {
        units::free_departments(connection).await?
    } else {
        Vec::new()
    };
    let below = directory.organisation.below.clone();
    let above = match &below {
        Some(below) => {
            let paths = tree::paths(connection, std::slice::from_ref(below)).await?;
            count(paths.get(below).map_or(0, Vec::len)) + 1
        }
        None => 0,
    };
    Ok(departments::Ours {
        linked: units::departments(connection, &directory.row.id).await?,
        free: free
            .into_iter()
            .map(|(id, parent, name)| ((parent, name), id))
            .filter(|(_, id): &(_, DepartmentId)| Some(id) != below.as_ref())
            .collect(),
        below,
        most_levels: MAX_DEPTH - above,
    })
}

/// The keys that an administrator has decided to be nobody of ours.
pub(super) async fn ignored(
    connection: &mut Connection,
    directory: &Whole,
) -> Result<HashSet<String>, StoreError> {
    let keys = sync_conflicts::ignored(connection, &directory.row.id).await?;
    Ok(keys.into_iter().collect())
}
