//! Takes back what a run did, from the last change to the first, as far as nothing newer touched the same
//! person or thing since.

use config::id::{DepartmentId, MemberId, RunId};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::apply::{FEW, change_person};
use super::people;
use super::plan::{Change, Ours};
use super::run::Driven;
use super::scope::Scope;
use super::shown::{Shown, shown_of};
use super::{Broken, departments, turn, undo_groups};
use crate::departments as local_departments;
use crate::directories;
use crate::edit::{Edit, shown, target};
use crate::members::{self as local_members, Status, credentials};
use crate::name_key::name_key;
use crate::refused::{Refused, both};
use crate::store::credentials::{self as accounts, Account};
use crate::store::directory_people as links;
use crate::store::directory_units as units;
use crate::store::members::Fields;
use crate::store::sync_changes::{self as rows, ChangeRow};
use crate::store::sync_people::{self, Match};
use crate::store::{
    Connection, StoreError, departments as department_rows, guests, members, role_holdings,
    sign_ins,
};

pub(super) async fn undo(driven: &mut Driven<'_>, run: &RunId) -> Result<(), Broken> {
    while some(driven, run).await? {}
    Ok(())
}

async fn some(driven: &mut Driven<'_>, run: &RunId) -> Result<bool, Broken> {
    let mut edit = driven.begin().await?;
    let changes = rows::last_done(&mut edit.tx, run, FEW).await?;
    if changes.is_empty() {
        return Ok(false);
    }
    let scope = Scope::of(&mut edit.tx, driven.directory).await?;
    let mut left = changes;
    while !left.is_empty() {
        let before = left.len();
        let mut behind = Vec::new();
        for change in left {
            // Whoever has by now what somebody else had before may be about to give it back.
            if wants_what_is_taken(&mut edit.tx, &change).await? {
                behind.push(change);
                continue;
            }
            take_back(&mut edit, driven, (run, &scope), change).await?;
        }
        if behind.len() == before {
            for change in behind.drain(..) {
                take_back(&mut edit, driven, (run, &scope), change).await?;
            }
        }
        left = behind;
    }
    crate::groups::refresh_all(&mut edit).await?;
    driven.note_counts(&mut edit.tx).await?;
    edit.finish().await?;
    Ok(true)
}

async fn take_back(
    edit: &mut Edit<'_>,
    driven: &mut Driven<'_>,
    (run, scope): (&RunId, &Scope),
    change: ChangeRow,
) -> Result<(), Broken> {
    let done = match change.object.as_str() {
        "person" => person(edit, scope, &change).await,
        "department" => department(edit, scope, &change).await,
        _ => undo_groups::group(edit, &change).await,
    };
    note(edit, driven, run, change, done).await
}

/// Notes it with the run that is taken back, and with the one that does so.
async fn note(
    edit: &mut Edit<'_>,
    driven: &mut Driven<'_>,
    run: &RunId,
    mut change: ChangeRow,
    done: Result<(), Refused>,
) -> Result<(), Broken> {
    let why = match done {
        Ok(()) => None,
        Err(Refused::Store(error)) => return Err(error.into()),
        Err(Refused::Impossible(why)) => Some(why),
        Err(other) => Some(both((&other.to_string(), &other.to_string()))),
    };
    let is_back = why.is_none();
    let reason = why.map(|why| serde_json::to_string(&why)).transpose();
    let reason = reason.map_err(StoreError::from)?;
    driven.counts.planned += 1;
    let taken_back = ChangeRow {
        seq: driven.counts.planned,
        outcome: if is_back { "done" } else { "failed" }.to_owned(),
        before: change.after.clone(),
        after: change.before.clone(),
        reason: reason.clone(),
        kind: if is_back {
            "undo"
        } else {
            change.kind.as_str()
        }
        .to_owned(),
        ..change.clone()
    };
    rows::insert(&mut edit.tx, driven.run, &[taken_back]).await?;
    let outcome = if is_back { "taken_back" } else { "kept" };
    outcome.clone_into(&mut change.outcome);
    change.reason = reason;
    rows::settle(&mut edit.tx, run, &change).await?;
    driven.counts.done += i64::from(is_back);
    driven.counts.failed += i64::from(!is_back);
    Ok(())
}

/// What the record says something was, or became.
pub(super) fn read<T: DeserializeOwned>(text: Option<&str>) -> Result<Option<T>, StoreError> {
    Ok(text.map(serde_json::from_str).transpose()?)
}

pub(super) fn since() -> Refused {
    Refused::Impossible(both((
        "it was changed since: it stays as it is",
        "之后已有更改，保持现状",
    )))
}

/// Whether another account has a name or an address that the person had before.
async fn wants_what_is_taken(
    connection: &mut Connection,
    change: &ChangeRow,
) -> Result<bool, StoreError> {
    let (Some(id), Some(before)) = (&change.object_id, &change.before) else {
        return Ok(false);
    };
    if change.turn != turn::PEOPLE {
        return Ok(false);
    }
    let before: Shown = serde_json::from_str(before)?;
    let username = name_key(&before.username);
    let holders = sync_people::fitting(connection, Match::Username, &[&username]).await?;
    let mut others: Vec<MemberId> = holders.into_iter().map(|(_, holder)| holder).collect();
    if let Some(email) = before.email.as_deref().map(name_key) {
        others.extend(members::holder_of(connection, &email).await?);
    }
    Ok(others.iter().any(|other| other.as_str() != id))
}

async fn person(edit: &mut Edit<'_>, scope: &Scope, change: &ChangeRow) -> Result<(), Refused> {
    let Some(id) = change.object_id.as_deref().map(MemberId::from) else {
        return Ok(());
    };
    let found = people::people(&mut edit.tx, scope, std::slice::from_ref(&id)).await?;
    let Some(ours) = found.get(&id) else {
        return Err(since());
    };
    if change.turn != turn::PEOPLE {
        return let_in_again(edit, scope, change, ours).await;
    }
    if wants_what_is_taken(&mut edit.tx, change).await? {
        return Err(Refused::Impossible(both((
            "another account has the username or the mail address by now",
            "用户名或邮箱现已被另一账号使用",
        ))));
    }
    let after: Option<Shown> = read(change.after.as_deref())?;
    if after.as_ref() != Some(&shown_of(scope, ours)) {
        return Err(since());
    }
    let before: Option<Shown> = read(change.before.as_deref())?;
    let Some(before) = before else {
        return forget(edit, scope, change, &id).await;
    };
    let mut was = differences(&before, ours);
    if was.status == Some(Status::Active) && !is_shut(edit, scope, change, &id).await? {
        return Err(since());
    }
    if let Some(departments) = was.departments.take() {
        was.departments = Some(those_left(edit, departments).await?);
    }
    change_person(edit, scope, &id, &was).await?;
    if !before.email_verified {
        members::set_email_verified(&mut edit.tx, &id, None).await?;
    }
    match (change.kind.as_str(), before.status) {
        ("link", _) => {
            links::unlink(&mut edit.tx, &scope.directory, &change.key).await?;
            sync_people::set_source(&mut edit.tx, &id, None).await?;
        }
        (_, Status::Active) => {
            links::set_back(&mut edit.tx, &scope.directory, &change.key).await?;
        }
        _ => {}
    }
    Ok(())
}

/// Whether they are shut out on the directory's word, which nobody has changed since.
async fn is_shut(
    edit: &mut Edit<'_>,
    scope: &Scope,
    change: &ChangeRow,
    id: &MemberId,
) -> Result<bool, StoreError> {
    let links = links::of_keys(&mut edit.tx, &scope.directory, &[&change.key]).await?;
    let mut theirs = links.iter().filter(|(_, member, _)| member == id);
    Ok(theirs.any(|(.., is_shut)| *is_shut))
}

/// The departments that are still there.
async fn those_left(
    edit: &mut Edit<'_>,
    departments: Vec<DepartmentId>,
) -> Result<Vec<DepartmentId>, StoreError> {
    let mut left = Vec::with_capacity(departments.len());
    for id in departments {
        if department_rows::find(&mut edit.tx, &id).await?.is_some() {
            left.push(id);
        }
    }
    Ok(left)
}

/// Somebody who had left, or was no part of the directory.
/// Of somebody as they were left.
#[derive(Deserialize)]
struct Version {
    version: i64,
}

async fn let_in_again(
    edit: &mut Edit<'_>,
    scope: &Scope,
    change: &ChangeRow,
    ours: &Ours,
) -> Result<(), Refused> {
    let before = local_members::find(&mut edit.tx, &ours.id).await?;
    let is_as_left = if change.turn == turn::LEAVERS {
        is_shut(edit, scope, change, &ours.id).await?
    } else {
        let left: Option<Version> = read(change.after.as_deref())?;
        left.is_some_and(|left| left.version == before.version)
    };
    if ours.status != Status::Disabled || !is_as_left {
        return Err(since());
    }
    super::apply::set_status(edit, &ours.id, Status::Active).await?;
    edit.forget(&ours.id);
    links::set_back(&mut edit.tx, &scope.directory, &change.key).await?;
    let after = local_members::find(&mut edit.tx, &ours.id).await?;
    let target = target("member", ours.id.as_str(), &before.username);
    edit.note("enable", target, shown(&before), shown(&after))
        .await
}

/// Somebody whom the run made is removed, unless they have come in meanwhile, or have got something to lose.
async fn forget(
    edit: &mut Edit<'_>,
    scope: &Scope,
    change: &ChangeRow,
    id: &MemberId,
) -> Result<(), Refused> {
    if is_settled(&mut edit.tx, id).await? {
        return Err(since());
    }
    let before = local_members::find(&mut edit.tx, id).await?;
    let why = (
        "it was withdrawn: the member was removed",
        "已撤回，该成员已被移除",
    );
    credentials::end_codes(edit, id, why).await?;
    links::unlink(&mut edit.tx, &scope.directory, &change.key).await?;
    members::remove(&mut edit.tx, id).await?;
    edit.forget(id);
    let target = target("member", id.as_str(), &before.username);
    edit.note("delete", target, shown(&before), None).await
}

/// Whether the person has come in, can come in by something of their own, holds a role or answers for a guest.
async fn is_settled(connection: &mut Connection, id: &MemberId) -> Result<bool, StoreError> {
    let account = accounts::find(connection, id).await?;
    let has_own = |account: Account| account.password_hash.is_some() || account.has_second_factor();
    Ok(account.is_some_and(has_own)
        || sign_ins::has_any(connection, id).await?
        || !role_holdings::of_member(connection, id).await?.is_empty()
        || !guests::sponsored_by(connection, id).await?.is_empty())
}

/// What makes of somebody what they were.
fn differences(before: &Shown, ours: &Ours) -> Change {
    let fields = Fields {
        kind: ours.fields.kind,
        username_key: crate::name_key::name_key(&before.username),
        username: before.username.clone(),
        display_name: before.display_name.clone(),
        email_key: before.email.as_deref().map(crate::name_key::name_key),
        email: before.email.clone(),
        mobile: before.mobile.clone(),
        employee_number: before.employee_number.clone(),
    };
    let departments: Vec<DepartmentId> = before
        .departments
        .iter()
        .map(|one| one.id.clone())
        .collect();
    Change {
        fields: (fields != ours.fields).then_some(fields),
        departments: (departments != ours.departments).then_some(departments),
        status: (before.status != ours.status).then_some(before.status),
        vouches: (before.email_verified && !ours.is_email_verified).then_some(true),
        ..Change::default()
    }
}

async fn department(edit: &mut Edit<'_>, scope: &Scope, change: &ChangeRow) -> Result<(), Refused> {
    let Some(id) = change.object_id.as_deref().map(DepartmentId::from) else {
        return Ok(());
    };
    let there = department_rows::find(&mut edit.tx, &id).await?;
    let before: Option<departments::Place> = read(change.before.as_deref())?;
    let (after, now) = (read(change.after.as_deref())?, edit.now);
    match (change.kind.as_str(), there) {
        ("create", Some(row)) if row.members == 0 && row.children == 0 => {
            if directories::hanging_below(&mut edit.tx, &id)
                .await?
                .is_some()
            {
                return Err(since());
            }
            department_rows::remove(&mut edit.tx, &id).await?;
        }
        ("update", Some(row)) => {
            let is = departments::Place {
                name: row.name,
                parent: row.parent,
                position: row.position,
            };
            let before = before.filter(|_| after == Some(is)).ok_or_else(since)?;
            local_departments::may_stand(&mut edit.tx, &id, before.parent.as_ref()).await?;
            let fields = before.into();
            if !department_rows::update(&mut edit.tx, &id, row.version, &fields, now).await? {
                return Err(since());
            }
            local_departments::forget_people(edit, &id).await?;
        }
        ("remove", None) => {
            let before = before.ok_or_else(since)?;
            local_departments::may_stand(&mut edit.tx, &id, before.parent.as_ref()).await?;
            let directory = &scope.directory;
            if units::is_department_linked(&mut edit.tx, directory, &change.key).await? {
                return Err(since());
            }
            department_rows::insert(&mut edit.tx, &id, &before.into(), now).await?;
            units::link_department(&mut edit.tx, directory, &change.key, &id).await?;
        }
        ("link", Some(_)) => {
            units::unlink_department(&mut edit.tx, &scope.directory, &change.key).await?;
        }
        _ => return Err(since()),
    }
    Ok(())
}
