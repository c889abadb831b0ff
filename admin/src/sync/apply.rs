//! Does what is planned, so much a transaction: each change is looked at anew, made, and noted as done
//! together, so that a run that is broken off goes on where it was.

use std::collections::{HashMap, HashSet};

use config::id::{DepartmentId, MemberId};

use super::people::{self, Held, Planned};
use super::plan::Change;
use super::run::Driven;
use super::scope::Scope;
use super::{Broken, departments, groups, leave, turn};
use crate::directories::entry::TheirPerson;
use crate::edit::Edit;
use crate::groups as local_groups;
use crate::guests;
use crate::members::{Status, account};
use crate::refused::{Refused, both};
use crate::store::directory_people::{self as links, Link};
use crate::store::directory_units as units;
use crate::store::sync_changes::{self as rows, ChangeRow};
use crate::store::sync_conflicts::{self, ConflictRow};
use crate::store::sync_people::{self, NewPerson};
use crate::store::{StoreError, department_lists, departments as department_rows, members};

/// So many changes a transaction.
pub(super) const BATCH: i64 = 1000;
/// For more people than this, the rules of groups are looked at for everybody.
const SINGLY: usize = 20;

/// Does all that is left.
pub(super) async fn apply(driven: &mut Driven<'_>) -> Result<(), Broken> {
    while some(driven, "planned").await? {}
    // What one entry had at first, another may have given up since.
    while some(driven, "held").await? {}
    Ok(())
}

/// Some of those of an outcome; whether there were any.
async fn some(driven: &mut Driven<'_>, outcome: &str) -> Result<bool, Broken> {
    let mut edit = driven.begin().await?;
    let mut changes = rows::next(&mut edit.tx, driven.run, outcome, BATCH).await?;
    let Some(first) = changes.first() else {
        return Ok(false);
    };
    let object = first.object.clone();
    // People are made many at once; departments and groups, of which there are few, not among them.
    let same = |change: &ChangeRow| change.object == object;
    let length = changes.iter().take_while(|change| same(change)).count();
    changes.truncate(length);
    let scope = match driven.scope.take() {
        Some(scope) => scope,
        None => Scope::of_run(&mut edit.tx, driven.directory, driven.run).await?,
    };
    let planned = changes.clone();
    match object.as_str() {
        "department" => departments_of(&mut edit, driven, &scope, &mut changes).await?,
        "group" => {
            for change in &mut changes {
                let made = groups::apply(&mut edit, &scope, change).await;
                settled(change, made)?;
            }
        }
        _ => people_of(&mut edit, &scope, &mut changes, outcome == "held").await?,
    }
    let altered = { changes.iter().zip(&planned) }
        .filter(|(now, planned)| !is_as_planned(now, planned))
        .map(|(now, _)| now.seq)
        .collect();
    settle(&mut edit, driven, &changes, &altered).await?;
    edit.finish().await?;
    // Which departments there are is asked again once some were made.
    driven.scope = Some(scope).filter(|_| object != "department");
    Ok(true)
}

/// Whether nothing but the outcome is to be written.
fn is_as_planned(now: &ChangeRow, planned: &ChangeRow) -> bool {
    now.outcome == "done"
        && *now
            == ChangeRow {
                outcome: now.outcome.clone(),
                ..planned.clone()
            }
}

/// Notes what became of each, and of all together.
async fn settle(
    edit: &mut Edit<'_>,
    driven: &mut Driven<'_>,
    changes: &[ChangeRow],
    altered: &HashSet<i64>,
) -> Result<(), StoreError> {
    let (as_planned, others): (Vec<&ChangeRow>, Vec<&ChangeRow>) = changes
        .iter()
        .partition(|change| change.outcome == "done" && !altered.contains(&change.seq));
    let as_planned: Vec<i64> = as_planned.iter().map(|change| change.seq).collect();
    rows::settle_as_planned(&mut edit.tx, driven.run, &as_planned).await?;
    for change in others {
        rows::settle(&mut edit.tx, driven.run, change).await?;
    }
    for change in changes {
        match change.outcome.as_str() {
            "done" => driven.counts.done += i64::from(change.kind != "none"),
            "failed" => driven.counts.failed += 1,
            _ => {}
        }
    }
    driven.note_counts(&mut edit.tx).await
}

/// What only the world can mend breaks the run off; everything else is told of the one change.
fn settled(change: &mut ChangeRow, made: Result<(), Refused>) -> Result<(), Broken> {
    let why = match made {
        Ok(()) => {
            "done".clone_into(&mut change.outcome);
            change.reason = None;
            return Ok(());
        }
        Err(Refused::Store(error)) => return Err(error.into()),
        Err(Refused::Impossible(why)) => why,
        Err(Refused::Invalid(wrong)) => both((
            &wrong
                .iter()
                .map(|one| one.what.en.as_str())
                .collect::<Vec<_>>()
                .join("; "),
            &wrong
                .iter()
                .map(|one| one.what.zh_cn.as_str())
                .collect::<Vec<_>>()
                .join("；"),
        )),
        Err(other) => both((&other.to_string(), &other.to_string())),
    };
    "failed".clone_into(&mut change.outcome);
    change.reason = serde_json::to_string(&why).ok();
    Ok(())
}

async fn departments_of(
    edit: &mut Edit<'_>,
    driven: &Driven<'_>,
    scope: &Scope,
    changes: &mut [ChangeRow],
) -> Result<(), Broken> {
    for change in changes {
        let made = department(edit, driven, scope, change).await;
        settled(change, made)?;
    }
    local_groups::refresh_departments(edit).await?;
    Ok(())
}

/// Makes, moves, renames, or takes away one department.
async fn department(
    edit: &mut Edit<'_>,
    driven: &Driven<'_>,
    scope: &Scope,
    change: &ChangeRow,
) -> Result<(), Refused> {
    let Some(id) = change.object_id.as_deref().map(DepartmentId::from) else {
        return Ok(());
    };
    let now = edit.now;
    let there = department_rows::find(&mut edit.tx, &id).await?;
    if change.kind == "remove" {
        return remove_department(edit, scope, change, &id).await;
    }
    if change.kind == "link" {
        if there.is_some() {
            units::link_department(&mut edit.tx, &driven.directory.row.id, &change.key, &id)
                .await?;
        }
        return Ok(());
    }
    let Some(after) = &change.after else {
        return Ok(());
    };
    let place: departments::Place = serde_json::from_str(after).map_err(StoreError::from)?;
    let fields = place.into();
    match there {
        None => {
            department_rows::insert(&mut edit.tx, &id, &fields, now).await?;
            units::link_department(&mut edit.tx, &driven.directory.row.id, &change.key, &id)
                .await?;
        }
        Some(row) => {
            department_rows::update(&mut edit.tx, &id, row.version, &fields, now).await?;
            if row.name != fields.name || row.parent != fields.parent {
                forget_people(edit, &id).await?;
            }
        }
    }
    Ok(())
}

async fn forget_people(edit: &mut Edit<'_>, id: &DepartmentId) -> Result<(), Refused> {
    let most = i64::try_from(crate::edit::MOST_FORGOTTEN).unwrap_or(i64::MAX);
    for member in department_lists::people_below(&mut edit.tx, id, most.saturating_add(1)).await? {
        edit.forget(&member);
    }
    Ok(())
}

/// One that still holds somebody or something that does not come from the directory stays, as one of ours.
async fn remove_department(
    edit: &mut Edit<'_>,
    scope: &Scope,
    change: &ChangeRow,
    id: &DepartmentId,
) -> Result<(), Refused> {
    let row = department_rows::find(&mut edit.tx, id).await?;
    units::unlink_department(&mut edit.tx, &scope.directory, &change.key).await?;
    let Some(row) = row else { return Ok(()) };
    if row.members > 0 || row.children > 0 {
        return Ok(());
    }
    department_rows::remove(&mut edit.tx, id).await?;
    Ok(())
}

/// Plans these people anew, as they are by now, and makes of them what comes of it.
async fn people_of(
    edit: &mut Edit<'_>,
    scope: &Scope,
    changes: &mut [ChangeRow],
    is_last_try: bool,
) -> Result<(), Broken> {
    let mut listed = Vec::with_capacity(changes.len());
    let mut at: HashMap<String, usize> = HashMap::with_capacity(changes.len());
    let mut touched = Vec::new();
    for (index, change) in changes.iter_mut().enumerate() {
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
    let new: Vec<NewPerson> = planned
        .iter()
        .filter_map(|one| new_person(one, &changes[at[&one.theirs.key]]))
        .collect();
    sync_people::insert(&mut edit.tx, &new, &scope.name, edit.now).await?;
    touched.extend(new.into_iter().map(|person| person.id));
    for one in &planned {
        let change = &mut changes[at[&one.theirs.key]];
        touched.extend(person(edit, scope, one, change, is_last_try).await?);
    }
    let keyed: HashMap<&str, &ChangeRow> = changes
        .iter()
        .map(|change| (change.key.as_str(), change))
        .collect();
    let settled: Vec<(&Planned, MemberId, bool)> = planned
        .iter()
        .filter_map(|one| {
            let change = keyed.get(one.theirs.key.as_str())?;
            let done = one
                .verdict
                .as_ref()
                .ok()
                .filter(|_| change.outcome == "done")?;
            Some((
                one,
                MemberId::from(change.object_id.as_deref()?),
                done.is_shut,
            ))
        })
        .collect();
    refresh_groups(edit, &touched).await?;
    let settled: Vec<Link<'_>> = settled
        .iter()
        .map(|(one, member, is_shut)| Link {
            key: &one.theirs.key,
            member,
            facts: one.facts,
            is_shut: *is_shut,
        })
        .collect();
    links::settle(&mut edit.tx, &scope.directory, &settled, edit.now).await?;
    Ok(())
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
    let json =
        |shown: Option<people::Shown>| shown.and_then(|shown| serde_json::to_string(&shown).ok());
    row.before = json(planned.before(scope));
    row.after = json(planned.after(scope));
    sync_conflicts::remove(&mut edit.tx, &scope.directory, &planned.theirs.key).await?;
    let Some(ours) = &planned.ours else {
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
        let conflict = ConflictRow {
            directory: scope.directory.clone(),
            key: planned.theirs.key.clone(),
            name: planned.theirs.display_name.clone(),
            entry: serde_json::to_string(&planned.theirs).map_err(StoreError::from)?,
            reason: row.reason.clone().unwrap_or_default(),
            member: conflict
                .candidate
                .clone()
                .filter(|id| !id.as_str().is_empty()),
            found_at: edit.now,
            ignored_at: None,
        };
        sync_conflicts::put(&mut edit.tx, &conflict).await?;
    }
    Ok(())
}

/// Writes what changes of somebody who is there.
pub(super) async fn change_person(
    edit: &mut Edit<'_>,
    scope: &Scope,
    id: &MemberId,
    change: &Change,
) -> Result<(), Refused> {
    let now = edit.now;
    if change.links {
        sync_people::set_source(&mut edit.tx, id, Some(&scope.name)).await?;
    }
    if let Some(fields) = &change.fields {
        let row = members::find(&mut edit.tx, id).await?;
        let row = row.ok_or(Refused::NotFound("member"))?;
        let lost = row.email.as_deref() != fields.email.as_deref()
            || row.mobile.as_deref() != fields.mobile.as_deref();
        members::update(&mut edit.tx, id, row.version, fields, now).await?;
        if lost {
            let why = (
                "it was withdrawn: the member's mail address or mobile was changed",
                "已撤回，该成员的邮箱或手机号码已更改",
            );
            crate::members::credentials::end_codes(edit, id, why).await?;
        }
    }
    if change.vouches == Some(true) {
        members::set_email_verified(&mut edit.tx, id, Some(now)).await?;
    }
    if let Some(departments) = &change.departments {
        members::set_departments(&mut edit.tx, id, departments).await?;
        members::touch(&mut edit.tx, id, now).await?;
    }
    if let Some(status) = change.status {
        set_status(edit, id, status).await?;
    }
    edit.forget(id);
    Ok(())
}

/// Lets somebody in again, or no longer.
pub(super) async fn set_status(
    edit: &mut Edit<'_>,
    id: &MemberId,
    status: Status,
) -> Result<(), Refused> {
    let before = crate::members::find(&mut edit.tx, id).await?;
    if status != Status::Active {
        leave::keep_an_owner(edit, &before).await?;
    }
    if before.status != status {
        guests::status_changes(edit, id, before.kind, status).await?;
    }
    members::set_status(&mut edit.tx, id, status.as_str(), edit.now).await?;
    if status != Status::Active {
        account::shut_out(edit, id, "directory").await?;
    }
    Ok(())
}
