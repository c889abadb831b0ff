//! What a directory tells by itself of groups. What would take more people out of one than a run may waits for
//! a person: what was told is kept as it was told, and taken over once somebody agrees.
//!
//! Who is put into groups is not counted: providers fill them bit by bit.

use super::groups::{self, Moved};
use super::push::{Push, PushError};
use super::safety::{self, Effect};
use super::{apply, held, push_record};
use crate::directories::entry::TheirGroup;
use crate::directories::scim::their_group;
use crate::name_key::name_key;
use crate::store::directory_units::{self as units, LinkedGroup};
use crate::store::sync_changes::ChangeRow;
use crate::store::{StoreError, directory_people as links, groups as rows, scim_groups};
use config::language::LocalText;

impl Push<'_> {
    /// Takes over what is said of a group.
    pub async fn group(&mut self, theirs: &TheirGroup) -> Result<(), PushError> {
        if !self.directory.is_enabled() {
            return Ok(());
        }
        let id = &self.scope.directory;
        let linked = units::groups(&mut self.edit.tx, id).await?;
        let mut known = linked.iter().find(|one| one.key == theirs.key).cloned();
        if known.is_none() {
            known = self.told_anew(theirs, linked).await?;
        }
        let row = groups::row(theirs, known.as_ref()).map_err(StoreError::from)?;
        self.take_over(row, known.as_ref(), Some(theirs)).await
    }

    /// A group is told of no more.
    pub async fn group_gone(&mut self, key: &str) -> Result<(), PushError> {
        if !self.directory.is_enabled() {
            return Ok(());
        }
        let linked = units::groups(&mut self.edit.tx, &self.scope.directory).await?;
        let Some(known) = linked.iter().find(|one| one.key == key) else {
            return Ok(());
        };
        let row = groups::gone_row(known);
        self.take_over(row, Some(known), None).await
    }

    async fn take_over(
        &mut self,
        mut row: ChangeRow,
        known: Option<&LinkedGroup>,
        theirs: Option<&TheirGroup>,
    ) -> Result<(), PushError> {
        if let Some(known) = known
            && let Some(why) = self.too_many_leave(known, theirs).await?
        {
            return Ok(held::hold_group(&mut self.edit, &self.directory, row, &why).await?);
        }
        groups::apply(&mut self.edit, &self.scope, &mut row).await?;
        "done".clone_into(&mut row.outcome);
        // Who moved is written down; everybody in it need not be, each time somebody comes or goes.
        row.entry = None;
        push_record::audit(&mut self.edit, "group", &row).await?;
        self.made.push(row);
        Ok(())
    }

    /// Why a person has to agree to what would be taken out of a group.
    async fn too_many_leave(
        &mut self,
        known: &LinkedGroup,
        theirs: Option<&TheirGroup>,
    ) -> Result<Option<LocalText>, StoreError> {
        let threshold = self.directory.organisation.threshold;
        let open = links::count_active(&mut self.edit.tx, &self.scope.directory).await?;
        let effect = |leaving: usize| Effect {
            listed: 1,
            open,
            leaving: super::read::count(leaving),
            ..Effect::default()
        };
        let there = rows::member_ids(&mut self.edit.tx, &known.id).await?;
        let all = effect(there.len());
        let Some(theirs) = theirs.filter(|_| safety::verdict(all, threshold).is_some()) else {
            return Ok(safety::out_of_a_group(all, threshold));
        };
        let moved = Moved::of(&mut self.edit.tx, &self.scope, there, theirs).await?;
        let effect = effect(moved.removed.len());
        Ok(safety::out_of_a_group(effect, threshold))
    }

    /// A group that was told of before under another key, and has the same name, is the same.
    async fn told_anew(
        &mut self,
        theirs: &TheirGroup,
        linked: Vec<LinkedGroup>,
    ) -> Result<Option<LinkedGroup>, StoreError> {
        let (id, wanted) = (&self.scope.directory, name_key(&theirs.name));
        let same = linked.into_iter().find(|one| name_key(&one.name) == wanted);
        let Some(same) = same else { return Ok(None) };
        let is_told = scim_groups::find(&mut self.edit.tx, id, &same.key).await?;
        if is_told.is_some() {
            return Ok(None);
        }
        held::forget_group(&mut self.edit.tx, id, &same.key).await?;
        units::relink_group(&mut self.edit.tx, id, (&same.key, &theirs.key)).await?;
        Ok(Some(LinkedGroup {
            key: theirs.key.clone(),
            ..same
        }))
    }

    /// Somebody who was told to be in groups before they were anybody here is put into them. A group that cannot
    /// be made keeps nobody out.
    pub(super) async fn fill_groups_of(&mut self, user: &str) -> Result<(), PushError> {
        let id = self.scope.directory.clone();
        for (_, group, _) in scim_groups::of_users(&mut self.edit.tx, &id, &[user]).await? {
            let Some(row) = scim_groups::find(&mut self.edit.tx, &id, &group).await? else {
                continue;
            };
            let theirs = their_group(&mut self.edit.tx, &id, row).await?;
            match self.group(&theirs).await {
                Err(PushError::Refused(refused)) => {
                    let mut row = groups::row(&theirs, None).map_err(StoreError::from)?;
                    row.entry = None;
                    apply::settled(&mut row, Err(refused))?;
                    self.made.push(row);
                }
                made => made?,
            }
        }
        Ok(())
    }
}
