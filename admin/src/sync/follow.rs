//! Takes over what directories change as they tell of it: one node at a time listens to each, and begins a run
//! where something is otherwise than here.

use std::collections::HashMap;
use std::time::Duration;

use config::Timestamp;
use config::clock::Stopwatch;
use config::id::DirectoryId;
use tokio::task::{Id, JoinError, JoinSet};

use super::changes::{self, Found};
use super::lease::Lease;
use super::run::{self, Begin, Mode, read_from};
use super::{Broken, stale, work};
use crate::directories::source::{Hints, News, OrganisationSource};
use crate::directories::{self, Whole};
use crate::logs::{self, ActorKind};
use crate::refused::Refused;
use crate::state::State;
use crate::store::sync_runs::{self as rows, RunRow};
use crate::store::{StoreError, directories as directory_rows, holds, sync_marks};

/// How often it is looked at to which directories somebody should listen.
const EVERY: Duration = Duration::from_secs(1);
/// A directory is listened to for so long before the lease is renewed.
const PATIENCE: Duration = Duration::from_secs(15);
/// While a run is under way.
const PAUSE: Duration = Duration::from_millis(300);
/// After an error, and where another node listens.
const RETRY: Duration = Duration::from_secs(10);
/// A connection is not kept longer: what is asked over it is asked as of its beginning.
const LIFE: Duration = Duration::from_mins(10);
/// How often a mark is kept before which nothing was to be done.
const KEEP: Duration = Duration::from_secs(30);
/// From a run over everything to the next that a change asks for, at least,
const FULL: Duration = Duration::from_mins(1);
/// and so many times as long as that took.
const SHARE: u32 = 10;
/// Among so many of the latest runs it is looked for.
const RECENT: i64 = 50;
/// After a run that failed, or that somebody did not want.
const UNWANTED: Duration = Duration::from_mins(10);

/// Runs until it is dropped.
pub async fn run(state: &State, node: &str) {
    let mut listening = JoinSet::new();
    let mut whose: HashMap<Id, DirectoryId> = HashMap::new();
    let mut not_before: HashMap<DirectoryId, (Stopwatch, Duration)> = HashMap::new();
    loop {
        while let Some(ended) = listening.try_join_next_with_id() {
            let id = ended.as_ref().map_or_else(JoinError::id, |(id, _)| *id);
            let Some(directory) = whose.remove(&id) else {
                continue;
            };
            // The parsers of the library may panic on what a broken server sends.
            let wait = match ended {
                Ok((_, wait)) => wait,
                Err(error) => {
                    tracing::error!(%error, directory = directory.as_str(), "listening ended in a panic");
                    RETRY
                }
            };
            not_before.insert(directory, (Stopwatch::start(), wait));
        }
        not_before.retain(|_, (since, wait)| since.elapsed() < *wait);
        for id in followed(state).await {
            if not_before.contains_key(&id) || whose.values().any(|one| *one == id) {
                continue;
            }
            let (state, holder, theirs) = (state.clone(), format!("{node}/follow"), id.clone());
            let task = listening.spawn(async move { listen(&state, &theirs, &holder).await });
            whose.insert(task.id(), id);
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// The directories to which somebody should listen.
async fn followed(state: &State) -> Vec<DirectoryId> {
    let found = async {
        let mut read = state.store.read().await?;
        let mut found = Vec::new();
        for row in directory_rows::all(&mut read).await? {
            let id = row.id.clone();
            let Ok(whole) = directories::whole(&mut read, &id).await else {
                continue;
            };
            if is_followed(&whole) && sync_marks::of_directory(&mut read, &id).await?.is_some() {
                found.push(id);
            }
        }
        Ok::<_, StoreError>(found)
    };
    found.await.unwrap_or_else(|error| {
        tracing::warn!(%error, "directories are not listened to");
        Vec::new()
    })
}

fn is_followed(directory: &Whole) -> bool {
    let organisation = &directory.organisation;
    directory.is_enabled()
        && directory.used_for().organisation()
        && organisation.follows
        && organisation.every_minutes.is_some()
}

/// Listens to one directory, until something is to be looked at anew; how long to wait before that.
async fn listen(state: &State, id: &DirectoryId, holder: &str) -> Duration {
    match listened(state, id, holder).await {
        Ok(wait) => wait,
        Err(error) => {
            tracing::warn!(%error, directory = id.as_str(), "a directory is not listened to");
            // Another node may reach what this one cannot.
            Lease::of_follower(id, holder).give_up(state).await;
            RETRY
        }
    }
}

/// What is known of a directory that is listened to.
struct Listener<'a> {
    state: &'a State,
    holder: &'a str,
    directory: Whole,
    source: Box<dyn OrganisationSource>,
    /// As it is kept.
    kept: String,
    /// Behind all that was looked at.
    mark: String,
    kept_at: Stopwatch,
}

async fn listened(state: &State, id: &DirectoryId, holder: &str) -> Result<Duration, Broken> {
    let lease = Lease::of_follower(id, holder);
    if !lease.take(state).await? {
        return Ok(RETRY);
    }
    let mut read = state.store.read().await?;
    let directory = directories::whole(&mut read, id).await?;
    let mark = sync_marks::of_directory(&mut read, id).await?;
    drop(read);
    let Some(mark) = mark else {
        return Ok(Duration::ZERO);
    };
    let mut listener = Listener {
        state,
        holder,
        source: directories::open(state, &directory).await?,
        directory,
        kept: mark.clone(),
        mark,
        kept_at: Stopwatch::start(),
    };
    let since = Stopwatch::start();
    while since.elapsed() < LIFE && lease.take(state).await? {
        if !listener.is_as_before().await? {
            break;
        }
        listener.once().await?;
    }
    Ok(Duration::ZERO)
}

impl Listener<'_> {
    /// Whether the directory is what it was, and to be listened to; follows what a run has taken over.
    async fn is_as_before(&mut self) -> Result<bool, Broken> {
        let id = self.directory.row.id.clone();
        let mut read = self.state.store.read().await?;
        let directory = directories::whole(&mut read, &id).await?;
        let mark = sync_marks::of_directory(&mut read, &id).await?;
        let is_same = directory.row.version == self.directory.row.version;
        if let Some(mark) = mark.filter(|_| is_same) {
            if mark != self.kept {
                self.kept.clone_from(&mark);
                self.mark = mark;
            }
            return Ok(true);
        }
        Ok(false)
    }

    /// Waits for news once, and sees to what they are.
    async fn once(&mut self) -> Result<(), Broken> {
        if !self.may_begin().await? {
            tokio::time::sleep(PAUSE).await;
            return Ok(());
        }
        let hints = match self.source.news(&self.mark, PATIENCE).await? {
            News::Nothing => return Ok(()),
            News::Lost => return self.begin_full().await,
            News::Hints(hints) => hints,
        };
        let found = changes::look(self.state, &self.directory, self.source.as_mut(), &hints);
        match found.await? {
            Found::Everything => self.begin_full().await,
            Found::Nothing => self.keep(hints.cursor).await,
            Found::People(_) => self.take_over(hints).await,
        }
    }

    /// Nothing was to be done up to here.
    async fn keep(&mut self, mark: String) -> Result<(), Broken> {
        self.mark = mark;
        if self.kept_at.elapsed() < KEEP {
            return Ok(());
        }
        let id = &self.directory.row.id;
        let mut tx = self.state.store.begin().await?;
        let moved = sync_marks::advance(&mut tx, id, (&self.kept, &self.mark)).await?;
        tx.commit().await?;
        if moved {
            self.kept.clone_from(&self.mark);
        }
        self.kept_at = Stopwatch::start();
        Ok(())
    }

    /// Whether no run is under way, and none has just gone wrong.
    async fn may_begin(&mut self) -> Result<bool, StoreError> {
        let (id, now) = (&self.directory.row.id, self.state.clock.now());
        let newest = rows::list(&mut *self.state.store.read().await?, Some(id), None, 1).await?;
        let Some(newest) = newest.first() else {
            return Ok(true);
        };
        if stale::is_forgotten_trial(newest, now) {
            let mut tx = self.state.store.begin().await?;
            holds::directories(&mut tx).await?;
            stale::drop_stale(&mut tx, id, now).await?;
            tx.commit().await?;
        }
        Ok(is_over(newest, now))
    }

    /// Everything is to be listed, but not again and again.
    async fn begin_full(&mut self) -> Result<(), Broken> {
        let now = self.state.clock.now();
        if self.next_full().await?.is_some_and(|at| now < at) {
            tokio::time::sleep(EVERY).await;
            return Ok(());
        }
        self.begin(Mode::Full).await?;
        Ok(())
    }

    /// A run that takes long comes more seldom: most of the time is for what was changed of people.
    async fn next_full(&mut self) -> Result<Option<Timestamp>, StoreError> {
        let id = &self.directory.row.id;
        let mut read = self.state.store.read().await?;
        let row = directory_rows::find(&mut read, id).await?;
        let latest = rows::list(&mut read, Some(id), None, RECENT).await?;
        let full = latest
            .iter()
            .find(|run| run.mode == Mode::Full.as_str() && run.phase == "done");
        let took = full.and_then(|run| Some(run.finished_at?.since(run.started_at)));
        let pause = FULL.max(took.unwrap_or_default() * SHARE);
        Ok(row.and_then(|row| row.synced_at).map(|at| at.plus(pause)))
    }

    /// Begins a run, and does it at once: somebody may have to be cut off.
    async fn take_over(&mut self, hints: Hints) -> Result<(), Broken> {
        let state = self.state;
        let lease = Lease::of(&self.directory.row.id, self.holder);
        if !lease.take(state).await? {
            tokio::time::sleep(PAUSE).await;
            return Ok(());
        }
        let Some(run) = self.begin(Mode::Changes).await? else {
            lease.give_up(state).await;
            tokio::time::sleep(PAUSE).await;
            return Ok(());
        };
        let (directory, source) = (&self.directory, self.source.as_mut());
        work::held(state, &run, &lease, async || {
            read_from(state, &run, (directory, &lease), (source, Some(hints))).await?;
            let now = rows::find(&mut *state.store.read().await?, &run.id).await?;
            match now.filter(|run| run.phase == "applying") {
                Some(run) => run::drive(state, &run, &lease).await,
                None => Ok(()),
            }
        })
        .await;
        Ok(())
    }

    /// `None`: another one is under way.
    async fn begin(&mut self, mode: Mode) -> Result<Option<RunRow>, Broken> {
        let mut tx = self.state.store.begin().await?;
        let begin = Begin {
            directory: &self.directory.row.id,
            mode,
            is_trial: false,
            actor: logs::Actor {
                kind: ActorKind::System,
                id: None,
                name: "changes".to_owned(),
            },
            undoes: None,
        };
        match run::begin(&mut tx, begin, self.state.clock.now()).await {
            Ok(run) => {
                tx.commit().await?;
                Ok(Some(run))
            }
            Err(Refused::Impossible(_)) => Ok(None),
            Err(other) => Err(other.into()),
        }
    }
}

/// Whether another run may begin by itself.
fn is_over(run: &RunRow, now: Timestamp) -> bool {
    match (run.phase.as_str(), run.finished_at) {
        ("done" | "undone", _) => true,
        (_, Some(_)) if run.is_trial => true,
        (_, Some(finished)) => now >= finished.plus(UNWANTED),
        (_, None) => false,
    }
}
