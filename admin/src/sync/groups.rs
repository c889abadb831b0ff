//! Groups of a directory: taken over by their keys, with the people who are in them. A group that was made
//! here is never taken for one: groups let people in.

use std::collections::{HashMap, HashSet};

use config::id::{GroupId, MemberId};
use serde::{Deserialize, Serialize};

use super::read::{Reading, count};
use super::safety::Effect;
use super::scope::Scope;
use super::{Broken, pushed, turn};
use crate::directories::entry::TheirGroup;
use crate::directories::source::OrganisationSource;
use crate::edit::Edit;
use crate::members::names;
use crate::name_key::name_key;
use crate::refused::{Refused, both};
use crate::store::directory_units::{self as units, LinkedGroup};
use crate::store::groups as rows;
use crate::store::groups::Fields;
use crate::store::sync_changes::ChangeRow;
use crate::store::{Connection, StoreError, directory_people as links, members};

/// A group as the record shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Shown {
    pub name: String,
    pub people: usize,
}

/// Who went into a group, and out of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Moved {
    pub added: Vec<MemberId>,
    pub removed: Vec<MemberId>,
}

impl Moved {
    /// Who has to move so that those who are there become those whom the directory names.
    pub(super) async fn of(
        connection: &mut Connection,
        scope: &Scope,
        there: Vec<MemberId>,
        theirs: &TheirGroup,
    ) -> Result<Self, StoreError> {
        let keys: Vec<&str> = theirs.people.iter().map(String::as_str).collect();
        let named = links::of_keys(connection, &scope.directory, &keys).await?;
        let named: HashSet<MemberId> = named.into_iter().map(|(_, member, _)| member).collect();
        let there: HashSet<MemberId> = there.into_iter().collect();
        Ok(Self {
            added: named.difference(&there).cloned().collect(),
            removed: there.difference(&named).cloned().collect(),
        })
    }

    fn is_nobody(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }
}

/// Writes down which groups are to be looked at: who is in them is known once people are taken over.
pub(super) async fn read(
    reading: &mut Reading<'_>,
    scope: &Scope,
    source: &mut dyn OrganisationSource,
    effect: &mut Effect,
) -> Result<(), Broken> {
    let theirs = source.groups().await?;
    let mut read = reading.state.store.read().await?;
    let linked = units::groups(&mut read, &scope.directory).await?;
    drop(read);
    let (mut entering, mut leaving) = (HashSet::new(), HashSet::new());
    let is_empty = theirs.is_empty();
    let linked: HashMap<&str, &LinkedGroup> =
        linked.iter().map(|one| (one.key.as_str(), one)).collect();
    let mut listed = HashSet::new();
    for theirs in theirs.into_iter().map(TheirGroup::storable) {
        if !listed.insert(theirs.key.clone()) {
            continue;
        }
        let known = linked.get(theirs.key.as_str()).copied();
        if let Some(known) = known {
            let mut read = reading.state.store.read().await?;
            let there = rows::member_ids(&mut read, &known.id).await?;
            let moved = Moved::of(&mut read, scope, there, &theirs).await?;
            entering.extend(moved.added);
            leaving.extend(moved.removed);
        }
        let row = row(&theirs, known).map_err(StoreError::from)?;
        reading.write(vec![row]).await?;
    }
    let mut gone = Vec::new();
    for one in linked.values().filter(|one| !listed.contains(&one.key)) {
        let mut read = reading.state.store.read().await?;
        leaving.extend(rows::member_ids(&mut read, &one.id).await?);
        gone.push(gone_row(one));
    }
    reading.write(gone).await?;
    effect.entering = count(entering.len());
    effect.leaving = count(leaving.len());
    effect.no_groups = is_empty && !leaving.is_empty();
    Ok(())
}

/// One that is listed no more.
pub(super) fn gone_row(known: &LinkedGroup) -> ChangeRow {
    ChangeRow {
        kind: "remove".to_owned(),
        ..base(&known.key, &known.name, Some(&known.id))
    }
}

fn base(key: &str, name: &str, id: Option<&GroupId>) -> ChangeRow {
    ChangeRow {
        turn: turn::GROUPS,
        object: "group".to_owned(),
        key: key.to_owned(),
        object_id: id.map(|id| id.as_str().to_owned()),
        name: name.to_owned(),
        outcome: "planned".to_owned(),
        ..ChangeRow::default()
    }
}

pub(super) fn row(
    theirs: &TheirGroup,
    known: Option<&LinkedGroup>,
) -> Result<ChangeRow, serde_json::Error> {
    let kind = if known.is_some() { "none" } else { "create" };
    let after = Shown {
        name: theirs.name.clone(),
        people: theirs.people.len(),
    };
    Ok(ChangeRow {
        kind: kind.to_owned(),
        entry: Some(serde_json::to_string(theirs)?),
        after: Some(serde_json::to_string(&after)?),
        ..base(&theirs.key, &theirs.name, known.map(|one| &one.id))
    })
}

/// Makes one group as the directory says. The rules of groups are held.
///
/// # Errors
/// [`Refused::Impossible`] with what stands in the way.
pub(super) async fn apply(
    edit: &mut Edit<'_>,
    scope: &Scope,
    row: &mut ChangeRow,
) -> Result<(), Refused> {
    if row.kind == "remove" {
        return remove(edit, row).await;
    }
    let Some(entry) = &row.entry else {
        return Ok(());
    };
    let theirs: TheirGroup = serde_json::from_str(entry).map_err(StoreError::from)?;
    let Some(theirs) = pushed::group(&mut edit.tx, scope, theirs).await? else {
        "none".clone_into(&mut row.kind);
        return Ok(());
    };
    let name = names::display_name("name", &theirs.name)?;
    let known = units::group(&mut edit.tx, &scope.directory, &theirs.key).await?;
    let holder = rows::find_by_key(&mut edit.tx, &name_key(&name)).await?;
    if holder.is_some_and(|holder| known.as_ref().is_none_or(|known| known.id != holder)) {
        return Err(Refused::Impossible(both((
            &format!("a group that was made here is called “{name}”: rename one of the two"),
            &format!("已有名为“{name}”的用户组，请重命名其中之一"),
        ))));
    }
    let id = match &known {
        Some(known) => known.id.clone(),
        None => GroupId::generate(),
    };
    let renamed = known.as_ref().is_some_and(|known| known.name != name);
    write(edit, scope, &id, known.as_ref(), (&theirs.key, &name)).await?;
    let (before, moved) = fill(edit, scope, &id, &theirs).await?;
    row.moved = Some(serde_json::to_string(&moved).map_err(StoreError::from)?);
    row.object_id = Some(id.as_str().to_owned());
    if let Some(known) = known {
        let shown = Shown {
            name: known.name,
            people: before,
        };
        row.before = Some(serde_json::to_string(&shown).map_err(StoreError::from)?);
        let kind = if renamed || !moved.is_nobody() {
            "update"
        } else {
            "none"
        };
        kind.clone_into(&mut row.kind);
    }
    Ok(())
}

async fn write(
    edit: &mut Edit<'_>,
    scope: &Scope,
    id: &GroupId,
    known: Option<&LinkedGroup>,
    (key, name): (&str, &str),
) -> Result<(), Refused> {
    let now = edit.now;
    let mut fields = Fields {
        name: name.to_owned(),
        name_key: name_key(name),
        description: String::new(),
        rule: None,
        for_guests: false,
        ip_lists: None,
    };
    match known {
        None => {
            rows::insert(&mut edit.tx, id, &fields, now).await?;
            units::link_group(&mut edit.tx, &scope.directory, key, id).await?;
        }
        Some(known) if known.name != name => {
            if let Some(row) = rows::find(&mut edit.tx, id).await? {
                fields.description = row.description;
                fields.ip_lists = row.ip_lists;
            }
            if !rows::update(&mut edit.tx, id, known.version, &fields, now).await? {
                return Err(Refused::Stale);
            }
        }
        Some(_) => {}
    }
    Ok(())
}

/// Puts in whom the directory names, and takes out everybody else: how many were in it, and who moved.
async fn fill(
    edit: &mut Edit<'_>,
    scope: &Scope,
    id: &GroupId,
    theirs: &TheirGroup,
) -> Result<(usize, Moved), Refused> {
    let there = rows::member_ids(&mut edit.tx, id).await?;
    let before = there.len();
    let moved = Moved::of(&mut edit.tx, scope, there, theirs).await?;
    move_people(edit, id, &moved.added, &moved.removed).await?;
    Ok((before, moved))
}

/// Puts people into a group, and takes others out of it.
pub(super) async fn move_people(
    edit: &mut Edit<'_>,
    id: &GroupId,
    entering: &[MemberId],
    leaving: &[MemberId],
) -> Result<(), StoreError> {
    let now = edit.now;
    rows::add_members(&mut edit.tx, id, entering, now).await?;
    rows::remove_members(&mut edit.tx, id, leaving).await?;
    for moved in [entering, leaving] {
        members::touch_each(&mut edit.tx, moved, now).await?;
        for member in moved {
            edit.forget(member);
        }
    }
    Ok(())
}

/// It stays, without anybody in it, so that what names it goes on to name nobody; an administrator removes it.
async fn remove(edit: &mut Edit<'_>, row: &mut ChangeRow) -> Result<(), Refused> {
    let Some(id) = row.object_id.as_deref().map(GroupId::from) else {
        return Ok(());
    };
    let there = rows::member_ids(&mut edit.tx, &id).await?;
    if there.is_empty() {
        "none".clone_into(&mut row.kind);
        return Ok(());
    }
    move_people(edit, &id, &[], &there).await?;
    let shown = Shown {
        name: row.name.clone(),
        people: there.len(),
    };
    row.before = Some(serde_json::to_string(&shown).map_err(StoreError::from)?);
    let moved = Moved {
        added: Vec::new(),
        removed: there,
    };
    row.moved = Some(serde_json::to_string(&moved).map_err(StoreError::from)?);
    Ok(())
}
