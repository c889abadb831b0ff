//! Makes of people what a run has planned: those who are new many at once, the others one by one.

use std::collections::HashMap;

use config::id::{DirectoryId, MemberId};

use super::apply::{change_person, settled};
use super::people::{self, Held, Planned};
use super::plan::Change;
use super::scope::Scope;
use super::shown::Shown;
use super::{Broken, conflicts, leave, pushed, turn};
use crate::directories::entry::TheirPerson;
use crate::edit::Edit;
use crate::groups as local_groups;
use crate::name_key::name_key;
use crate::refused::Refused;
use crate::store::directory_people::{self as links, Facts, Link};
use crate::store::sync_changes::ChangeRow;
use crate::store::sync_people::{self, NewPerson};
use crate::store::{StoreError, directory_names, sync_conflicts};

/// For more people than this, the rules of groups are looked at for everybody.
const SINGLY: usize = 20;

/// Plans these people anew, as they are by now, and makes of them what comes of it.
pub(super) async fn apply(
    edit: &mut Edit<'_>,
    scope: &Scope,
    changes: &mut [ChangeRow],
    is_last_try: bool,
) -> Result<(), Broken> {
    let mut listed = Vec::with_capacity(changes.len());
    let mut at: HashMap<String, usize> = HashMap::with_capacity(changes.len());
    let mut touched = Vec::new();
    let left = pushed::renew(&mut edit.tx, scope, changes, edit.now).await?;
    for (index, change) in changes.iter_mut().enumerate() {
        if !left.contains(&index) {
            continue;
        }
        if change.turn == turn::PEOPLE {
            let entry = change.entry.as_deref().unwrap_or_default();
            let theirs: TheirPerson = serde_json::from_str(entry).map_err(StoreError::from)?;
            at.insert(theirs.key.clone(), index);
            listed.push(theirs);
        } else {
            let left = leave::leave(edit, scope, change).await;
            settled(change, left)?;
            touched.extend(change.object_id.as_deref().map(MemberId::from));
        }
    }
    let planned = people::plan(&mut edit.tx, scope, listed).await?;
    let mut new = Vec::new();
    for one in &planned {
        let change = &mut changes[at[&one.theirs.key]];
        give_id(one, change);
        new.extend(new_person(one, change));
        touched.extend(person(edit, scope, one, change, is_last_try).await?);
    }
    // Behind the others, who may have given up the names that these are to have.
    sync_people::insert(&mut edit.tx, &new, &scope.name, edit.now).await?;
    touched.extend(new.into_iter().map(|person| person.id));
    refresh_groups(edit, &touched).await?;
    link(edit, scope, &planned, changes).await
}

/// Notes what was taken over of those who are as the directory says.
async fn link(
    edit: &mut Edit<'_>,
    scope: &Scope,
    planned: &[Planned],
    changes: &[ChangeRow],
) -> Result<(), Broken> {
    let done = changes.iter().filter(|change| change.outcome == "done");
    let keyed: HashMap<&str, &ChangeRow> =
        done.map(|change| (change.key.as_str(), change)).collect();
    let settled: Vec<(&Planned, MemberId, &Change)> = planned
        .iter()
        .filter_map(|one| {
            let id = keyed.get(one.theirs.key.as_str())?.object_id.as_deref()?;
            let change = one.verdict.as_ref().ok()?;
            let is_here = one.ours.is_some() || change.creates;
            is_here.then(|| (one, id.into(), change))
        })
        .collect();
    let links: Vec<Link<'_>> = settled
        .iter()
        .map(|(one, member, change)| Link {
            key: &one.theirs.key,
            member,
            facts: if change.withholds {
                Facts::default()
            } else {
                one.facts
            },
            is_shut: change.is_shut,
        })
        .collect();
    links::settle(&mut edit.tx, &scope.directory, &links, edit.now).await?;
    let ids: Vec<MemberId> = settled.iter().map(|(_, id, _)| id.clone()).collect();
    sync_people::claim(&mut edit.tx, &ids, &scope.name).await?;
    let people = settled.iter().map(|(one, ..)| &one.theirs);
    Ok(sign_in_names(edit, &scope.directory, people).await?)
}

/// Notes by what else these people sign in, where any does.
pub(super) async fn sign_in_names(
    edit: &mut Edit<'_>,
    directory: &DirectoryId,
    people: impl Iterator<Item = &TheirPerson>,
) -> Result<(), StoreError> {
    let keys = |person: &TheirPerson| {
        let names = person.sign_in_names.iter();
        names.map(|name| name_key(name)).collect::<Vec<_>>()
    };
    let names: Vec<(&str, Vec<String>)> = people
        .map(|person| (person.key.as_str(), keys(person)))
        .collect();
    if names.iter().all(|(_, names)| names.is_empty()) {
        return Ok(());
    }
    directory_names::set(&mut edit.tx, directory, &names).await
}

/// The rules of groups look at what has changed of these people.
async fn refresh_groups(edit: &mut Edit<'_>, touched: &[MemberId]) -> Result<(), Refused> {
    if touched.len() > SINGLY {
        return local_groups::refresh_all(edit).await;
    }
    for member in touched {
        local_groups::refresh_member(edit, member).await?;
    }
    Ok(())
}

/// Whom the row named by their id when it was planned, and who is to be made anew, is somebody else.
fn give_id(planned: &Planned, row: &mut ChangeRow) {
    let creates = matches!(&planned.verdict, Ok(change) if change.creates);
    if creates && row.before.is_some() {
        row.object_id = Some(MemberId::generate().as_str().to_owned());
    }
}

fn new_person(planned: &Planned, row: &ChangeRow) -> Option<NewPerson> {
    let change = planned
        .verdict
        .as_ref()
        .ok()
        .filter(|change| change.creates)?;
    Some(NewPerson {
        id: row.object_id.as_deref()?.into(),
        fields: change.fields.clone()?,
        is_email_verified: change.vouches == Some(true),
        departments: change.departments.clone()?,
    })
}

/// Makes of one person what is to be made of them, and notes it. Whom it touched.
async fn person(
    edit: &mut Edit<'_>,
    scope: &Scope,
    planned: &Planned,
    row: &mut ChangeRow,
    is_last_try: bool,
) -> Result<Option<MemberId>, Broken> {
    let change = match &planned.verdict {
        Ok(change) => change,
        Err(held) => {
            hold(edit, scope, planned, held, row, is_last_try).await?;
            return Ok(None);
        }
    };
    change.kind().clone_into(&mut row.kind);
    if change.is_nothing() {
        "none".clone_into(&mut row.kind);
    }
    let json = |shown: Option<Shown>| shown.and_then(|shown| serde_json::to_string(&shown).ok());
    row.before = json(planned.before(scope));
    row.after = json(planned.after(scope));
    sync_conflicts::remove(&mut edit.tx, &scope.directory, &planned.theirs.key).await?;
    let Some(ours) = &planned.ours else {
        if change.is_nothing() {
            // Nobody was made, so that there is nobody to be linked.
            row.object_id = None;
        }
        settled(row, Ok(()))?;
        return Ok(None);
    };
    row.object_id = Some(ours.id.as_str().to_owned());
    if change.is_nothing() {
        settled(row, Ok(()))?;
        return Ok(None);
    }
    let made = change_person(edit, scope, &ours.id, change).await;
    settled(row, made)?;
    Ok(Some(ours.id.clone()))
}

/// A conflict waits for an administrator; at the first try, for what else this run changes.
async fn hold(
    edit: &mut Edit<'_>,
    scope: &Scope,
    planned: &Planned,
    held: &Held,
    row: &mut ChangeRow,
    is_last_try: bool,
) -> Result<(), Broken> {
    let (kind, why) = match held {
        Held::Conflict(conflict) => ("conflict", &conflict.why),
        Held::Unfit(why) => ("unfit", why),
    };
    kind.clone_into(&mut row.kind);
    row.after = None;
    row.reason = Some(serde_json::to_string(why).map_err(StoreError::from)?);
    if !is_last_try {
        "held".clone_into(&mut row.outcome);
        return Ok(());
    }
    "failed".clone_into(&mut row.outcome);
    if let Held::Conflict(conflict) = held {
        conflicts::queue(edit, scope, &planned.theirs, conflict).await?;
    }
    Ok(())
}
