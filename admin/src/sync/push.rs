//! What a directory tells by itself, of one person or group ([`super::push_groups`]): planned and made as a run would, at once. What
//! it tells within an hour is one run in the records, which can be taken back as any other.
//!
//! More people who can no longer sign in than a run may shut out ([`super::safety`]) wait for a person: what
//! tells of them is refused, and written down in a run that waits ([`super::held`]).

use std::time::Duration;

use config::id::DirectoryId;
use config::language::LocalText;

use super::managers::{self, Told};
use super::people::{self, Held, Planned};
use super::plan::Change;
use super::rows_of;
use super::safety::{self, Effect};
use super::scope::Scope;
use super::{Broken, apply, apply_people, departments, push_record, read, turn};
use crate::authz::Permit;
use crate::directories::entry::{TheirDepartment, TheirPerson};
use crate::directories::{self, Whole};
use crate::edit::{Edit, target};
use crate::members::Status;
use crate::refused::{Refused, both};
use crate::state::State;
use crate::store::sync_changes::ChangeRow;
use crate::store::{
    Connection, StoreError, directory_people as links, holds, scim_users, sync_conflicts,
};

/// For so long back those who were shut out are counted.
pub(super) const WINDOW: Duration = Duration::from_hours(1);

/// Why what was told is not taken over.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    #[error(transparent)]
    Refused(#[from] Refused),
    /// There cannot be such a person here.
    #[error("{}", .0.en)]
    Unfit(LocalText),
    /// Too many could no longer sign in: somebody has to decide.
    #[error("{}", .why.en)]
    Halted {
        why: LocalText,
        change: Box<ChangeRow>,
    },
}

impl From<StoreError> for PushError {
    fn from(error: StoreError) -> Self {
        Self::Refused(error.into())
    }
}

impl From<Broken> for PushError {
    fn from(broken: Broken) -> Self {
        Self::Refused(match broken {
            Broken::Refused(refused) => refused,
            Broken::Store(error) => error.into(),
            Broken::Source(error) => Refused::Impossible(error.why),
            Broken::Lost => Refused::Stale,
        })
    }
}

/// One thing that is told, in one transaction.
pub struct Push<'a> {
    pub edit: Edit<'a>,
    pub directory: Whole,
    pub(super) scope: Scope,
    /// What is to be recorded.
    pub(super) made: Vec<ChangeRow>,
}

impl<'a> Push<'a> {
    /// Nobody else changes what this changes until it is done.
    pub async fn begin(
        state: &'a State,
        permit: &'a Permit,
        directory: &DirectoryId,
    ) -> Result<Self, Refused> {
        let mut edit = Edit::begin(state, permit).await?;
        holds::roles(&mut edit.tx).await?;
        holds::departments(&mut edit.tx).await?;
        holds::group_rules(&mut edit.tx).await?;
        holds::guests(&mut edit.tx).await?;
        holds::directories(&mut edit.tx).await?;
        let directory = directories::whole(&mut edit.tx, directory).await?;
        Ok(Self {
            scope: Scope::of(&mut edit.tx, &directory).await?,
            directory,
            edit,
            made: Vec::new(),
        })
    }

    /// Takes over what is said of a person. While the directory is off it is only kept.
    pub async fn person(
        &mut self,
        theirs: TheirPerson,
        department: Option<TheirDepartment>,
    ) -> Result<(), PushError> {
        let id = self.directory.row.id.clone();
        if !self.directory.is_enabled() {
            return super::wanted::wanted(&theirs, &self.scope.departments)
                .map(|_| ())
                .map_err(PushError::Unfit);
        }
        let linked = links::of_keys(&mut self.edit.tx, &id, &[&theirs.key]).await?;
        if linked.is_empty() && self.is_left_alone(&theirs).await? {
            return Ok(());
        }
        if let Some(department) = department.filter(|_| theirs.is_enabled) {
            self.department(&department).await?;
        }
        let told = Told::of_person(&theirs);
        let planned = people::plan(&mut self.edit.tx, &self.scope, vec![theirs]).await?;
        for one in planned {
            self.planned(&one).await?;
        }
        self.manager(&told).await
    }

    /// Takes over to whom a person reports, once they are here.
    async fn manager(&mut self, told: &Told) -> Result<(), PushError> {
        let (tx, told) = (&mut self.edit.tx, std::slice::from_ref(told));
        let mut rows = managers::plan(tx, &self.scope, told).await?;
        rows.retain(|row| row.kind != "none");
        managers::apply(&mut self.edit, &self.scope, &mut rows).await?;
        self.made.extend(rows);
        Ok(())
    }

    /// Whether an entry that is nobody here stays so: an administrator has decided that, or it could not sign
    /// in, so that linking it would do nothing but shut somebody out.
    async fn is_left_alone(&mut self, theirs: &TheirPerson) -> Result<bool, PushError> {
        if !theirs.is_enabled {
            super::wanted::wanted(theirs, &self.scope.departments).map_err(PushError::Unfit)?;
            return Ok(true);
        }
        let id = &self.scope.directory;
        let ignored = sync_conflicts::ignored(&mut self.edit.tx, id).await?;
        Ok(ignored.contains(&theirs.key))
    }

    async fn planned(&mut self, planned: &Planned) -> Result<(), PushError> {
        let row = rows_of::person(&self.scope, planned)?;
        match &planned.verdict {
            Err(Held::Unfit(why)) => return Err(PushError::Unfit(why.clone())),
            // Nobody is made here who could not sign in.
            Ok(change) if planned.ours.is_none() && change.is_nothing() => return Ok(()),
            _ => {}
        }
        // Whatever else is done along, and by whatever word the record calls it.
        let shuts =
            matches!(&planned.verdict, Ok(change) if change.status == Some(Status::Disabled));
        if shuts {
            self.may_shut(&row).await?;
        }
        let comes =
            matches!(&planned.verdict, Ok(Change { creates, links, .. }) if *creates || *links);
        let key = row.key.clone();
        self.make(row, shuts).await?;
        if comes {
            self.fill_groups_of(&key).await?;
        }
        Ok(())
    }

    /// Somebody is told of no more.
    pub async fn leaver(&mut self, key: &str) -> Result<(), PushError> {
        if !self.directory.is_enabled() {
            return Ok(());
        }
        sync_conflicts::remove(&mut self.edit.tx, &self.directory.row.id, key).await?;
        let linked = links::of_keys(&mut self.edit.tx, &self.scope.directory, &[key]).await?;
        let Some((_, member, _)) = linked.into_iter().next() else {
            return Ok(());
        };
        let known = people::people(
            &mut self.edit.tx,
            &self.scope,
            std::slice::from_ref(&member),
        )
        .await?;
        let ours = known.get(&member);
        let is_active = ours.is_some_and(|ours| ours.status == Status::Active);
        let row = ChangeRow {
            turn: turn::LEAVERS,
            object: "person".to_owned(),
            kind: if is_active { "disable" } else { "none" }.to_owned(),
            name: ours.map_or_else(|| key.to_owned(), |ours| ours.fields.display_name.clone()),
            key: key.to_owned(),
            object_id: Some(member.as_str().to_owned()),
            outcome: "planned".to_owned(),
            ..ChangeRow::default()
        };
        if is_active {
            self.may_shut(&row).await?;
        }
        self.make(row, is_active).await
    }

    /// Whether one more may be shut out without a person's word.
    async fn may_shut(&mut self, row: &ChangeRow) -> Result<(), PushError> {
        let (id, now) = (&self.scope.directory, self.edit.now);
        let since = now.minus(WINDOW);
        let before = scim_users::count_shut(&mut self.edit.tx, id, since).await?;
        let open = links::count_active(&mut self.edit.tx, id).await?;
        let effect = Effect {
            listed: 1,
            open,
            shut: 1,
            shut_lately: before,
            ..Effect::default()
        };
        let threshold = self.directory.organisation.threshold;
        if safety::verdict(effect, threshold).is_none() {
            return Ok(());
        }
        Err(PushError::Halted {
            why: safety::within_an_hour(effect, threshold),
            change: Box::new(row.clone()),
        })
    }

    /// Makes a change of a person, and keeps it for the record.
    async fn make(&mut self, row: ChangeRow, shuts: bool) -> Result<(), PushError> {
        let mut rows = [row];
        apply_people::apply(&mut self.edit, &self.scope, &mut rows, true).await?;
        let [row] = rows;
        if row.outcome == "failed" && row.kind != "conflict" {
            return Err(PushError::Refused(Refused::Impossible(why(&row))));
        }
        if shuts && row.outcome == "done" && row.kind != "none" {
            let (id, now) = (&self.scope.directory, self.edit.now);
            scim_users::set_shut(&mut self.edit.tx, id, &row.key, now).await?;
        }
        // Whoever leaves is told of where they are shut out.
        if row.outcome == "done" && row.turn == turn::PEOPLE {
            push_record::audit(&mut self.edit, "member", &row).await?;
        }
        self.made.push(row);
        Ok(())
    }

    /// Makes a department that is told of for the first time.
    async fn department(&mut self, theirs: &TheirDepartment) -> Result<(), PushError> {
        if self.scope.departments.contains_key(&theirs.key) {
            return Ok(());
        }
        let ours = read::ours(&mut self.edit.tx, &self.directory).await?;
        let (planned, _) = departments::plan(std::slice::from_ref(theirs), &ours);
        for one in planned.iter().filter(|one| one.key == theirs.key) {
            let mut row = rows_of::department(one);
            if row.outcome == "planned" {
                let made = apply::department(&mut self.edit, &self.scope, &row).await;
                apply::settled(&mut row, made)?;
            }
            self.made.push(row);
        }
        crate::groups::refresh_departments(&mut self.edit).await?;
        self.scope = Scope::of(&mut self.edit.tx, &self.directory).await?;
        Ok(())
    }

    /// What is written is read again within the same transaction.
    pub fn connection(&mut self) -> &mut Connection {
        &mut self.edit.tx
    }

    /// Makes all of it lasting, with its record.
    pub async fn commit(mut self) -> Result<(), PushError> {
        push_record::record(&mut self.edit, &self.directory, self.made).await?;
        Ok(self.edit.finish().await?)
    }
}

fn why(row: &ChangeRow) -> LocalText {
    let told = row.reason.as_deref();
    told.and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_else(|| both(("it cannot be made", "无法执行")))
}

/// What the audit log calls a thing of the record.
pub(super) fn target_of(kind: &'static str, row: &ChangeRow) -> crate::logs::Target {
    target(
        kind,
        row.object_id.as_deref().unwrap_or_default(),
        &row.name,
    )
}
