//! Compares files with what is there, and makes it so. To compare is to apply without the last step:
//! what would be refused is refused then, too.

use std::collections::HashMap;

use config::id::ApplicationId;

use super::document::{self, Document};
use super::ip_list::{self, Prepared};
use super::kinds::{self, Wanted};
use super::mistakes::{nothing, taken, told};
use super::{FieldChange, File, Item, Kind, Plan, Step, compare, keys, marks};
use crate::applications::check::Unfit;
use crate::authz::{Action, Forbidden, Permit, Resource};
use crate::edit::Edit;
use crate::ip_lists::{self, guard};
use crate::refused::{Invalid, Refused};
use crate::state::State;
use crate::store::managed::{self, MarkRow};
use crate::store::{self, StoreError, holds, ip_entries};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Tells what would be done.
    Diff,
    Apply,
}

/// Whoever reads files against the store learns what stands there.
pub fn may_read(permit: &Permit) -> Result<(), Forbidden> {
    for kind in Kind::ALL {
        permit.also_everywhere(kind.resource(), Action::Read)?;
    }
    permit.also_everywhere(Resource::Departments, Action::Read)?;
    permit.also_everywhere(Resource::Members, Action::Read)
}

/// Goes through the files. What is marked and in none of them goes too if `prune` says so.
///
/// # Errors
/// [`Refused::Invalid`] with all that is wrong in the files, each by file and line.
pub async fn run(
    state: &State,
    permit: &Permit,
    files: &[File],
    prune: bool,
    mode: Mode,
) -> Result<Plan, Refused> {
    may_read(permit)?;
    let documents = document::read(files).map_err(told)?;
    if documents.is_empty() {
        return Err(nothing().into());
    }
    let prepared = match mode {
        Mode::Apply => ip_list::prepare(state, permit, &documents).await?,
        Mode::Diff => Prepared::new(),
    };
    let edit = Edit::begin(state, permit).await?;
    let mut run = Run::begin(edit, mode, prepared).await?;
    for kind in Kind::ALL {
        for document in documents.iter().filter(|d| d.kind == kind) {
            run.take(document).await?;
        }
    }
    run.left_out(&documents, prune).await?;
    run.finish().await
}

struct Run<'a> {
    edit: Edit<'a>,
    mode: Mode,
    marks: Vec<MarkRow>,
    /// Applications by their keys.
    applications: HashMap<String, ApplicationId>,
    prepared: Prepared,
    plan: Plan,
    wrong: Vec<Invalid>,
    /// Whose object is which.
    settled: Vec<Settled<'a>>,
    /// Whether all that is written here is held.
    holds: bool,
}

struct Settled<'a> {
    document: &'a Document,
    id: String,
    unchanged: bool,
}

impl<'a> Run<'a> {
    async fn begin(mut edit: Edit<'a>, mode: Mode, prepared: Prepared) -> Result<Self, Refused> {
        if mode == Mode::Apply {
            hold(&mut edit).await?;
        }
        let marks = managed::all(&mut edit.tx).await?;
        let rows = store::applications::all(&mut edit.tx).await?;
        let applications = keys::of(&rows, &marks).into_iter();
        Ok(Self {
            applications: applications.map(|(id, key)| (key, id)).collect(),
            edit,
            mode,
            marks,
            prepared,
            plan: Plan::default(),
            wrong: Vec::new(),
            settled: Vec::new(),
            holds: mode == Mode::Apply,
        })
    }

    /// A comparison takes hold of nothing before it finds a difference. On PostgreSQL it waits for nobody
    /// until then, and keeps nobody waiting; on SQLite, where one writes at a time, it has its turn as
    /// whoever writes has.
    async fn hold(&mut self) -> Result<(), StoreError> {
        if !self.holds {
            hold(&mut self.edit).await?;
            self.holds = true;
        }
        Ok(())
    }

    /// Deals with one document; mistakes in it are gathered.
    async fn take(&mut self, document: &'a Document) -> Result<(), Refused> {
        match self.settle(document).await {
            Ok(()) => Ok(()),
            Err(Refused::Invalid(wrong)) => {
                self.wrong.extend(wrong.into_iter().map(|w| document.at(w)));
                Ok(())
            }
            // The transaction may be of no more use.
            Err(Refused::Taken { field }) => {
                self.wrong.push(document.at(taken(&field)));
                Err(told(std::mem::take(&mut self.wrong)))
            }
            Err(other) => Err(other),
        }
    }

    async fn settle(&mut self, document: &'a Document) -> Result<(), Refused> {
        let found = self.existing(document).await?;
        let drifted = match self.mark_of(document) {
            Some(mark) => marks::drifted(&mut self.edit.tx, document.kind, &mark).await?,
            None => false,
        };
        let wanted = kinds::wanted(&mut self.edit.tx, document, found.as_deref()).await?;
        let mut changes = self
            .changes(document.kind, found.as_deref(), &wanted)
            .await?;
        let entries = self.entries(&wanted, found.as_deref()).await?;
        let unchanged = found.is_some() && changes.is_empty() && entries.is_none();
        let id = match &found {
            Some(id) if unchanged => id.clone(),
            found => {
                let what = (!changes.is_empty(), entries.is_some());
                self.write(document, wanted, found.clone(), what).await?
            }
        };
        changes.extend(entries);
        if unchanged {
            self.plan.unchanged += 1;
        } else {
            let action = match &found {
                Some(_) => Step::Change,
                None => Step::Create,
            };
            self.plan.items.push(Item {
                action,
                kind: document.kind,
                name: document.name.clone(),
                id: found.filter(|id| !id.is_empty()),
                place: Some(document.place()),
                drifted,
                changes,
            });
        }
        self.settled.push(Settled {
            document,
            id,
            unchanged,
        });
        Ok(())
    }

    /// How the object changes, entries of a list apart.
    async fn changes(
        &mut self,
        kind: Kind,
        id: Option<&str>,
        wanted: &Wanted,
    ) -> Result<Vec<FieldChange>, StoreError> {
        let before = match id {
            Some(id) => kinds::current(&mut self.edit.tx, kind, id).await?,
            None => None,
        };
        let after = wanted.portable(&mut self.edit.tx).await?;
        let before = before.unwrap_or_else(|| serde_json::json!({}));
        Ok(compare::fields(&before, &after))
    }

    /// The id of the object that the document is about; empty for what there is one of.
    async fn existing(&mut self, document: &Document) -> Result<Option<String>, StoreError> {
        let tx = &mut self.edit.tx;
        Ok(match document.kind {
            Kind::SignInPolicy | Kind::Brand | Kind::Watermark => Some(String::new()),
            Kind::Application => {
                let id = self.applications.get(&document.name);
                id.map(ToString::to_string)
            }
            Kind::IpList => {
                let row = ip_list::existing(tx, &self.marks, document).await?;
                row.map(|row| row.id.to_string())
            }
            Kind::Group => {
                if let Some(mark) = self.mark_of(document)
                    && let Some(row) =
                        store::groups::find(&mut self.edit.tx, &mark.object_id.as_str().into())
                            .await?
                {
                    return Ok(Some(row.id.to_string()));
                }
                let id = store::groups::find_by_key(&mut self.edit.tx, &document.key()).await?;
                id.map(|id| id.to_string())
            }
        })
    }

    fn mark_of(&self, document: &Document) -> Option<MarkRow> {
        let (kind, key) = (document.kind.name(), document.key());
        let mark = self.marks.iter().find(|m| m.kind == kind && m.key == key);
        mark.cloned()
    }

    /// How the entries of a list change.
    async fn entries(
        &mut self,
        wanted: &Wanted,
        id: Option<&str>,
    ) -> Result<Option<FieldChange>, Refused> {
        let Wanted::IpList(_, Some(entries)) = wanted else {
            return Ok(None);
        };
        let revision = match id {
            Some(id) => ip_lists::row(&mut self.edit.tx, &id.into()).await?.revision,
            None => String::new(),
        };
        Ok(ip_list::difference(&mut self.edit.tx, &revision, entries).await?)
    }

    /// Writes what differs: the object itself, its entries, or both.
    async fn write(
        &mut self,
        document: &Document,
        wanted: Wanted,
        id: Option<String>,
        (object, entries): (bool, bool),
    ) -> Result<String, Refused> {
        let action = match id {
            Some(_) => Action::Change,
            None => Action::Create,
        };
        self.ask(document.kind, action)?;
        self.hold().await?;
        let list = match &wanted {
            Wanted::IpList(_, entries) => Some(entries.clone()),
            _ => None,
        };
        let id = match id {
            Some(id) if !object => id,
            id => wanted.write(&mut self.edit, id.as_deref()).await?,
        };
        if let Some(wanted) = list {
            kinds::lets_somebody_in(&mut self.edit.tx, &id, wanted.as_deref()).await?;
            if entries && self.mode == Mode::Apply {
                let made = self.prepared.get(&document.key()).ok_or(Refused::Stale)?;
                let made = (made.0.as_str(), made.1);
                let row = ip_lists::row(&mut self.edit.tx, &id.as_str().into()).await?;
                ip_lists::put_in_force(&mut self.edit, "replace_entries", &row, made).await?;
                ip_entries::give_up(&mut self.edit.tx, &row.revision).await?;
            }
        }
        Ok(id)
    }

    /// Whoever only compares changes nothing.
    fn ask(&self, kind: Kind, action: Action) -> Result<(), Forbidden> {
        match self.mode {
            Mode::Diff => Ok(()),
            Mode::Apply => self.edit.permit().also_everywhere(kind.resource(), action),
        }
    }

    /// What is marked and in no file, the last first.
    async fn left_out(&mut self, documents: &[Document], prune: bool) -> Result<(), Refused> {
        for kind in Kind::ALL.into_iter().rev() {
            let of_kind = self.marks.iter().filter(|mark| mark.kind == kind.name());
            let left: Vec<MarkRow> = of_kind
                .filter(|mark| {
                    let same = |d: &Document| d.kind == kind && d.key() == mark.key;
                    !documents.iter().any(same)
                })
                .cloned()
                .collect();
            for mark in left {
                self.leave(kind, &mark, prune).await?;
            }
        }
        Ok(())
    }

    async fn leave(&mut self, kind: Kind, mark: &MarkRow, prune: bool) -> Result<(), Refused> {
        let kept = marks::as_kept(&mut self.edit.tx, kind, &mark.object_id).await?;
        if prune {
            self.hold().await?;
            managed::remove(&mut self.edit.tx, kind.name(), &mark.key).await?;
            if kept.is_some() {
                self.ask(kind, kinds::removal(kind))?;
                kinds::remove(&mut self.edit, kind, &mark.object_id).await?;
            }
        }
        if kept.is_some() {
            self.plan.items.push(Item {
                action: if prune { Step::Remove } else { Step::Keep },
                kind,
                name: marks::name(mark),
                id: Some(mark.object_id.clone()).filter(|id| !id.is_empty()),
                place: None,
                drifted: kept.as_ref() != Some(&mark.applied),
                changes: Vec::new(),
            });
        }
        Ok(())
    }

    async fn finish(mut self) -> Result<Plan, Refused> {
        if self.wrong.is_empty() {
            for unfit in self.edit.unfit().await? {
                let wrong = self.placed(unfit);
                self.wrong.push(wrong);
            }
        }
        if !self.wrong.is_empty() {
            return Err(told(self.wrong));
        }
        self.mark().await?;
        if self.mode == Mode::Apply && self.plan.items.iter().any(|item| item.kind == Kind::IpList)
        {
            guard::check(&mut self.edit).await?;
        }
        if self.mode == Mode::Apply {
            self.edit.finish().await?;
        }
        Ok(self.plan)
    }

    fn placed(&self, unfit: Unfit) -> Invalid {
        let id = unfit.application.as_ref().map_or("", ApplicationId::as_str);
        let settled = self.settled.iter();
        let mut same = settled.filter(|s| s.document.kind.name() == unfit.kind && s.id == id);
        match same.next() {
            Some(settled) => settled.document.at(unfit.told(true)),
            None => unfit.told(false),
        }
    }

    /// Marks what the files hold, as it stands now; whoever only compares learns how much that is.
    async fn mark(&mut self) -> Result<(), StoreError> {
        for settled in &self.settled {
            let (kind, key) = (settled.document.kind, settled.document.key());
            let kept = marks::as_kept(&mut self.edit.tx, kind, &settled.id).await?;
            let row = MarkRow {
                kind: kind.name().to_owned(),
                key,
                object_id: settled.id.clone(),
                applied: kept.unwrap_or_default(),
                applied_at: self.edit.now,
            };
            let same = |mark: &&MarkRow| {
                (&mark.kind, &mark.key, &mark.object_id, &mark.applied)
                    == (&row.kind, &row.key, &row.object_id, &row.applied)
            };
            if self.marks.iter().find(same).is_none() {
                if self.mode == Mode::Apply {
                    managed::put(&mut self.edit.tx, &row).await?;
                }
                self.plan.marked += usize::from(settled.unchanged);
            }
        }
        Ok(())
    }
}

/// Both at once and in their order, whatever is then written first.
async fn hold(edit: &mut Edit<'_>) -> Result<(), StoreError> {
    holds::group_rules(&mut edit.tx).await?;
    holds::ip_lists(&mut edit.tx).await
}
