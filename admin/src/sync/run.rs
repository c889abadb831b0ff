//! A run from its beginning to its end, phase by phase, on whichever node has its lease.

use std::time::Duration;

use super::lease::Lease;
use super::safety;
use super::scope::Scope;
use super::{Broken, apply, read, undo};
use crate::authn::Actor;
use crate::authz;
use crate::directories::source::{Hints, OrganisationSource};
use crate::directories::{self, Whole};
use crate::edit::{Edit, target};
use crate::logs::{self, ActorKind, AuditEntry, AuditResult};
use crate::refused::{Refused, both};
use crate::state::State;
use crate::store::sync_runs::{self as rows, Counts, RunRow};
use crate::store::{
    StoreError, Tx, directories as directory_rows, holds, sync_changes, sync_marks,
};
use config::id::{DirectoryId, RunId};
use config::language::LocalText;

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Full,
    /// What the directory says that it has changed since the run before.
    Changes,
    /// What a directory told by itself.
    Push,
    /// Takes back what another run did.
    Undo,
}

impl Mode {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Changes => "changes",
            Self::Push => "push",
            Self::Undo => "undo",
        }
    }
}

/// What is to be begun.
pub struct Begin<'a> {
    pub directory: &'a DirectoryId,
    pub mode: Mode,
    /// Nothing is written until somebody says so.
    pub is_trial: bool,
    pub actor: logs::Actor,
    pub undoes: Option<&'a RunId>,
}

/// Begins a run; whichever node comes first does it.
///
/// # Errors
/// [`Refused::Impossible`] if another run of the directory is not over, or it is not one to be taken over.
pub async fn begin(
    tx: &mut Tx,
    begin: Begin<'_>,
    now: config::Timestamp,
) -> Result<RunRow, Refused> {
    holds::directories(tx).await?;
    let directory = directories::whole(tx, begin.directory).await?;
    if !directory.used_for().organisation() {
        return Err(Refused::Impossible(both((
            "this directory only lets people in: nothing is taken over from it",
            "该目录仅用于登录，不从中同步组织架构",
        ))));
    }
    let unfinished = rows::unfinished(tx, Some(begin.directory)).await?;
    if let Some(run) = unfinished.first() {
        return Err(Refused::Impossible(if run.phase == "waiting" {
            both((
                "a run waits for somebody to decide: let it go on, or drop it",
                "有一次同步正在等待确认，请先确认执行或放弃",
            ))
        } else {
            both(("a run of this directory is under way", "该目录正在同步中"))
        }));
    }
    let run = RunRow {
        id: RunId::generate(),
        directory: begin.directory.clone(),
        directory_name: directory.row.name.clone(),
        mode: begin.mode.as_str().to_owned(),
        is_trial: begin.is_trial,
        phase: match begin.mode {
            Mode::Full | Mode::Changes => "reading",
            Mode::Push | Mode::Undo => "applying",
        }
        .to_owned(),
        actor_kind: begin.actor.kind.as_str().to_owned(),
        actor_id: begin.actor.id.clone(),
        actor_name: begin.actor.name.clone(),
        started_at: now,
        finished_at: None,
        counts: Counts::default(),
        reason: None,
        undoes: begin.undoes.cloned(),
    };
    rows::insert(tx, &run).await?;
    Ok(run)
}

/// A run that this node works on.
pub(super) struct Driven<'a> {
    pub state: &'a State,
    pub run: &'a RunId,
    pub directory: &'a Whole,
    pub counts: Counts,
    lease: &'a Lease,
    is_undo: bool,
    /// As it was when departments were last changed.
    pub scope: Option<Scope>,
    permit: &'a authz::Permit,
}

impl<'a> Driven<'a> {
    /// Begins a transaction in which nobody else takes a step of this run, or changes what it changes.
    ///
    /// # Errors
    /// [`Broken::Lost`] if another node may be at it, or somebody has ended it.
    pub async fn begin(&mut self) -> Result<Edit<'a>, Broken> {
        let mut edit = Edit::begin(self.state, self.permit).await?;
        holds::roles(&mut edit.tx).await?;
        holds::departments(&mut edit.tx).await?;
        holds::group_rules(&mut edit.tx).await?;
        holds::guests(&mut edit.tx).await?;
        let is_ours = rows::hold(&mut edit.tx, self.run, "applying").await?
            && self.lease.is_held(&mut edit.tx, edit.now).await?;
        let run = rows::find(&mut edit.tx, self.run).await?;
        self.counts = run.filter(|_| is_ours).ok_or(Broken::Lost)?.counts;
        if !self.is_undo {
            let directory = directories::whole(&mut edit.tx, &self.directory.row.id).await?;
            is_used(&directory)?;
        }
        Ok(edit)
    }

    pub async fn note_counts(&self, tx: &mut Tx) -> Result<(), StoreError> {
        rows::set_counts(tx, self.run, self.counts).await
    }
}

/// What is not used any more is not taken over.
fn is_used(directory: &Whole) -> Result<(), Refused> {
    if directory.is_enabled() && directory.used_for().organisation() {
        return Ok(());
    }
    Err(Refused::Impossible(both((
        "the directory is not used for the organisation any more",
        "该目录已停用，或不再用于组织架构",
    ))))
}

/// Does what is to be done of the run until it is over or waits.
///
/// # Errors
/// [`Broken::Store`], where the store is away, and [`Broken::Lost`]: it is taken up again. Every other end is
/// noted.
pub async fn drive(state: &State, run: &RunRow, lease: &Lease) -> Result<(), Broken> {
    let mut read = state.store.read().await?;
    let directory = directories::whole(&mut read, &run.directory).await;
    drop(read);
    let directory = match directory {
        Ok(directory) => directory,
        Err(Refused::Store(error)) if error.is_passing() => return Err(error.into()),
        Err(Refused::Store(error)) => return refused(state, run, lease, &error).await,
        Err(_) => return failed(state, run, lease, &gone()).await,
    };
    let made = match run.phase.as_str() {
        "reading" => listed(state, run, &directory, lease).await,
        _ => applied(state, run, &directory, lease).await,
    };
    match made {
        Err(Broken::Source(error)) => failed(state, run, lease, &error.why).await,
        Err(Broken::Refused(Refused::Impossible(why))) => failed(state, run, lease, &why).await,
        Err(Broken::Refused(why)) => {
            let why = why.to_string();
            failed(state, run, lease, &both((&why, &why))).await
        }
        Err(Broken::Store(error)) if !error.is_passing() => {
            refused(state, run, lease, &error).await
        }
        other => other,
    }
}

/// What the store refuses for good is refused the next time as well: the next run plans anew.
async fn refused(
    state: &State,
    run: &RunRow,
    lease: &Lease,
    error: &StoreError,
) -> Result<(), Broken> {
    tracing::error!(%error, run = run.id.as_str(), "a run cannot go on");
    let why = both((
        &format!("what was planned cannot be written: {error}"),
        &format!("计划的更改无法写入：{error}"),
    ));
    failed(state, run, lease, &why).await
}

/// Notes that it cannot go on, unless another node may be at it by now.
async fn failed(state: &State, run: &RunRow, lease: &Lease, why: &LocalText) -> Result<(), Broken> {
    let mut read = state.store.read().await?;
    if !lease.is_held(&mut read, state.clock.now()).await? {
        return Err(Broken::Lost);
    }
    drop(read);
    end(state, run, "failed", Some(why)).await
}

fn gone() -> LocalText {
    both(("the directory was removed", "该目录已被移除"))
}

/// Reads what the directory tells, and goes on to what comes next.
async fn listed(
    state: &State,
    run: &RunRow,
    directory: &Whole,
    lease: &Lease,
) -> Result<(), Broken> {
    if !run.is_trial {
        is_used(directory)?;
    }
    let mut source = directories::open(state, directory).await?;
    read_from(state, run, (directory, lease), (source.as_mut(), None)).await
}

/// The same, from a source that is open, and has given these hints.
pub(super) async fn read_from(
    state: &State,
    run: &RunRow,
    (directory, lease): (&Whole, &Lease),
    (source, hints): (&mut dyn OrganisationSource, Option<Hints>),
) -> Result<(), Broken> {
    let changes = if run.mode == Mode::Changes.as_str() {
        read::read_changes(state, &run.id, (directory, lease), source, hints).await?
    } else {
        None
    };
    let effect = match changes {
        Some(effect) => effect,
        None => read::read(state, &run.id, (directory, lease), source).await?,
    };
    let halt = safety::verdict(effect, directory.organisation.threshold);
    let to = if run.is_trial || halt.is_some() {
        "waiting"
    } else {
        "applying"
    };
    let reason = halt
        .map(|why| serde_json::to_string(&why))
        .transpose()
        .map_err(StoreError::from)?;
    let mut tx = state.store.begin().await?;
    // Another node may have forgotten what this one read, and be reading anew.
    let moved = rows::hold(&mut tx, &run.id, "reading").await?
        && lease.is_held(&mut tx, state.clock.now()).await?
        && rows::move_on(&mut tx, &run.id, ("reading", to), reason.as_deref(), None).await?;
    tx.commit().await?;
    if moved { Ok(()) } else { Err(Broken::Lost) }
}

/// Does what is planned, and ends the run.
pub(super) async fn applied(
    state: &State,
    run: &RunRow,
    directory: &Whole,
    lease: &Lease,
) -> Result<(), Broken> {
    let permit = authz::permit_of_directory(Actor::directory(&directory.row.name));
    let mut driven = Driven {
        state,
        run: &run.id,
        directory,
        counts: Counts::default(),
        lease,
        is_undo: run.undoes.is_some(),
        scope: None,
        permit: &permit,
    };
    match &run.undoes {
        Some(undone) => undo::undo(&mut driven, undone).await?,
        None => apply::apply(&mut driven).await?,
    }
    end(state, run, "done", None).await
}

/// Notes that a run cannot go on.
pub(super) async fn panicked(state: &State, run: &RunRow) -> Result<(), Broken> {
    let why = both((
        "the run broke down: the log of the node has the details",
        "同步异常中断，详情见节点日志",
    ));
    end(state, run, "failed", Some(&why)).await
}

/// Notes the end of a run, in the audit log as well.
async fn end(
    state: &State,
    run: &RunRow,
    phase: &'static str,
    why: Option<&LocalText>,
) -> Result<(), Broken> {
    let now = state.clock.now();
    let reason = why.map(serde_json::to_string).transpose();
    let reason = reason.map_err(StoreError::from)?;
    let mut tx = state.store.begin().await?;
    let current = rows::find(&mut tx, &run.id).await?;
    let current = current.filter(|run| matches!(run.phase.as_str(), "reading" | "applying"));
    let current = current.ok_or(Broken::Lost)?;
    let ends = (current.phase.as_str(), phase);
    if !rows::move_on(&mut tx, &run.id, ends, reason.as_deref(), Some(now)).await? {
        return Err(Broken::Lost);
    }
    if phase == "done" && run.undoes.is_none() {
        sync_marks::settle(&mut tx, &run.id).await?;
        // Groups that stay as they are are many, and are read anew each time.
        sync_changes::forget_unchanged(&mut tx, &run.id).await?;
    }
    // One of changes becomes one over everything where the directory cannot tell them.
    if phase == "done" && current.mode == Mode::Full.as_str() {
        directory_rows::set_synced(&mut tx, &run.directory, now).await?;
        resume(&mut tx, &run.directory, now).await?;
    }
    if let Some(undone) = &run.undoes
        && phase == "done"
    {
        // What was taken back would be done again at once.
        directory_rows::set_next_run(&mut tx, &run.directory, None).await?;
        sync_marks::set_of_directory(&mut tx, &run.directory, None).await?;
        rows::move_on(&mut tx, undone, ("done", "undone"), None, Some(now)).await?;
    }
    logs::record_audit(&mut tx, now, &told(run, phase, current.counts, why)).await?;
    Ok(tx.commit().await?)
}

/// One that was taken back, and has been taken over again because somebody said so, goes on by itself.
async fn resume(
    tx: &mut Tx,
    directory: &DirectoryId,
    now: config::Timestamp,
) -> Result<(), StoreError> {
    let Ok(whole) = directories::whole(tx, directory).await else {
        return Ok(());
    };
    if whole.row.next_run_at.is_some() || is_used(&whole).is_err() {
        return Ok(());
    }
    let every = whole.organisation.every_minutes;
    let next = every.map(|minutes| now.plus(Duration::from_mins(u64::from(minutes))));
    directory_rows::set_next_run(tx, directory, next).await
}

/// What the audit log says of the end of a run.
pub(super) fn told(
    run: &RunRow,
    phase: &'static str,
    counts: Counts,
    why: Option<&LocalText>,
) -> AuditEntry {
    AuditEntry {
        actor: logs::Actor {
            kind: ActorKind::System,
            id: None,
            name: format!("directory {}", run.directory_name),
        },
        client_address: None,
        request_id: None,
        action: "sync",
        target: target("directory", run.directory.as_str(), &run.directory_name),
        result: if phase == "done" {
            AuditResult::Done
        } else {
            AuditResult::Failed
        },
        before: None,
        after: Some(serde_json::json!({
            "run": run.id,
            "mode": run.mode,
            "started_by": run.actor_name,
            "listed": counts.listed,
            "planned": counts.planned,
            "done": counts.done,
            "failed": counts.failed,
            "reason": why.map(|why| why.en.as_str()),
        })),
    }
}
