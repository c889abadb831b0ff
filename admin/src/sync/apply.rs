//! Does what is planned, so much a transaction: each change is looked at anew, made, and noted as done
//! together, so that a run that is broken off goes on where it was.

use std::collections::HashSet;

use config::id::{DepartmentId, MemberId};

use super::departments::Place;
use super::plan::Change;
use super::run::Driven;
use super::scope::Scope;
use super::{Broken, apply_people, groups, leave, turn};
use crate::departments;
use crate::directories;
use crate::edit::Edit;
use crate::groups as local_groups;
use crate::guests;
use crate::members::{Status, account, addresses};
use crate::refused::{Refused, both};
use crate::store::directory_units as units;
use crate::store::sync_changes::{self as rows, ChangeRow};
use crate::store::sync_people;
use crate::store::{StoreError, departments as department_rows, members};

/// So many changes a transaction: nobody else writes meanwhile.
const BATCH: i64 = 1000;
/// So many of those that take a dozen statements each.
pub(super) const FEW: i64 = 100;
/// So many groups, each with all its people.
const GROUPS: usize = 10;

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
    let most = at_once(first);
    // People are made many at once; departments and groups, of which there are few, not among them.
    let same = |change: &ChangeRow| change.object == object && at_once(change) == most;
    let length = changes.iter().take_while(|change| same(change)).count();
    changes.truncate(length.min(most));
    let scope = match driven.scope.take() {
        Some(scope) => scope,
        None => Scope::of_run(&mut edit.tx, driven.directory, driven.run).await?,
    };
    let planned = changes.clone();
    match object.as_str() {
        "department" => departments_of(&mut edit, &scope, &mut changes).await?,
        "group" => {
            for change in &mut changes {
                let made = groups::apply(&mut edit, &scope, change).await;
                settled(change, made)?;
            }
        }
        _ => apply_people::apply(&mut edit, &scope, &mut changes, outcome == "held").await?,
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

/// How many like this one a transaction makes.
fn at_once(change: &ChangeRow) -> usize {
    let most = match change.object.as_str() {
        "group" => return GROUPS,
        "person" if change.turn != turn::PEOPLE => FEW,
        _ => BATCH,
    };
    usize::try_from(most).unwrap_or(GROUPS)
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
pub(super) fn settled(change: &mut ChangeRow, made: Result<(), Refused>) -> Result<(), Broken> {
    if made.is_err() && change.kind == "none" {
        "update".clone_into(&mut change.kind);
    }
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
    scope: &Scope,
    changes: &mut [ChangeRow],
) -> Result<(), Broken> {
    for change in changes {
        let made = department(edit, scope, change).await;
        settled(change, made)?;
    }
    local_groups::refresh_departments(edit).await?;
    Ok(())
}

/// Makes, moves, renames, or takes away one department.
pub(super) async fn department(
    edit: &mut Edit<'_>,
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
    // A directory that tells by itself may have told of it meanwhile.
    let is_linked = scope.departments.contains_key(&change.key);
    if change.kind == "link" {
        there.ok_or_else(removed)?;
        if !is_linked {
            units::link_department(&mut edit.tx, &scope.directory, &change.key, &id).await?;
        }
        return Ok(());
    }
    let Some(after) = &change.after else {
        return Ok(());
    };
    let place: Place = serde_json::from_str(after).map_err(StoreError::from)?;
    let fields: department_rows::Fields = place.into();
    departments::may_stand(&mut edit.tx, &id, fields.parent.as_ref()).await?;
    match there {
        None if is_linked => {}
        None => {
            department_rows::insert(&mut edit.tx, &id, &fields, now).await?;
            units::link_department(&mut edit.tx, &scope.directory, &change.key, &id).await?;
        }
        Some(row) => {
            if !department_rows::update(&mut edit.tx, &id, row.version, &fields, now).await? {
                return Err(Refused::Stale);
            }
            if row.name != fields.name || row.parent != fields.parent {
                departments::forget_people(edit, &id).await?;
            }
        }
    }
    Ok(())
}

fn removed() -> Refused {
    Refused::Impossible(both((
        "this department is no longer there",
        "该部门已不存在",
    )))
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
    let is_needed = row.members > 0
        || row.children > 0
        || directories::hanging_below(&mut edit.tx, id)
            .await?
            .is_some();
    if is_needed {
        return Ok(());
    }
    department_rows::remove(&mut edit.tx, id).await?;
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
    // First, because it alone may be refused.
    if let Some(status) = change.status {
        set_status(edit, id, status).await?;
    }
    if change.links {
        sync_people::set_source(&mut edit.tx, id, Some(&scope.name)).await?;
    }
    if let Some(fields) = &change.fields {
        let row = members::find(&mut edit.tx, id).await?;
        let row = row.ok_or(Refused::NotFound("member"))?;
        let lost = row.email.as_deref() != fields.email.as_deref()
            || row.mobile.as_deref() != fields.mobile.as_deref();
        let reached = addresses::before(edit, id).await?;
        if !members::update(&mut edit.tx, id, row.version, fields, now).await? {
            return Err(Refused::Stale);
        }
        if lost {
            addresses::changed_there(edit, &reached).await?;
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
