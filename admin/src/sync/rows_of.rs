//! What is to be done, as it is written down.

use config::id::MemberId;
use serde::Serialize;

use super::departments::{self, Change as DepartmentChange};
use super::people::{Held, Planned};
use super::scope::Scope;
use super::turn;
use crate::directories::entry::TheirPerson;
use crate::refused::both;
use crate::store::StoreError;
use crate::store::department_lists::MAX_DEPTH;
use crate::store::sync_changes::ChangeRow;

fn json<T: Serialize>(thing: &T) -> Result<String, StoreError> {
    Ok(serde_json::to_string(thing)?)
}

pub fn department(planned: &departments::Planned) -> ChangeRow {
    let place = |place: &departments::Place| serde_json::to_string(place).ok();
    let (kind, before, after) = match &planned.change {
        DepartmentChange::Create(after) => ("create", None, place(after)),
        DepartmentChange::Link => ("link", None, None),
        DepartmentChange::Update { before, after } => ("update", place(before), place(after)),
        DepartmentChange::Remove(before) => ("remove", place(before), None),
        DepartmentChange::Unfit(_) => ("create", None, None),
    };
    let unfit = match &planned.change {
        DepartmentChange::Unfit(why) => serde_json::to_string(why).ok(),
        _ => None,
    };
    let turn = match &planned.change {
        DepartmentChange::Remove(_) => turn::GONE_DEPARTMENTS + MAX_DEPTH - planned.depth,
        _ => turn::DEPARTMENTS + planned.depth,
    };
    ChangeRow {
        turn,
        object: "department".to_owned(),
        kind: kind.to_owned(),
        key: planned.key.clone(),
        object_id: Some(planned.id.as_str().to_owned()).filter(|id| !id.is_empty()),
        name: planned.name.clone(),
        before,
        after,
        outcome: if unfit.is_some() { "failed" } else { "planned" }.to_owned(),
        reason: unfit,
        ..ChangeRow::default()
    }
}

pub fn person(scope: &Scope, planned: &Planned) -> Result<ChangeRow, StoreError> {
    let (kind, reason) = match &planned.verdict {
        Ok(change) if change.is_nothing() => ("none", None),
        Ok(change) => (change.kind(), None),
        Err(Held::Conflict(conflict)) => ("conflict", Some(json(&conflict.why)?)),
        Err(Held::Unfit(why)) => ("unfit", Some(json(why)?)),
    };
    // Whoever is new has their id from now on, so that a run that is taken up again makes nobody twice.
    let id = match &planned.ours {
        Some(ours) => ours.id.clone(),
        None => MemberId::generate(),
    };
    Ok(ChangeRow {
        turn: turn::PEOPLE,
        object: "person".to_owned(),
        kind: kind.to_owned(),
        key: planned.theirs.key.clone(),
        object_id: Some(id.as_str().to_owned()),
        name: planned.theirs.display_name.clone(),
        entry: Some(json(&planned.theirs)?),
        before: planned.before(scope).as_ref().map(json).transpose()?,
        after: planned.after(scope).as_ref().map(json).transpose()?,
        outcome: "planned".to_owned(),
        reason,
        ..ChangeRow::default()
    })
}

pub fn twice(theirs: &TheirPerson) -> ChangeRow {
    let why = both((
        "the directory listed this entry twice: the first was taken",
        "目录重复返回了该条目，以第一次为准",
    ));
    ChangeRow {
        turn: turn::PEOPLE,
        object: "person".to_owned(),
        kind: "unfit".to_owned(),
        key: theirs.key.clone(),
        name: theirs.display_name.clone(),
        outcome: "failed".to_owned(),
        reason: serde_json::to_string(&why).ok(),
        ..ChangeRow::default()
    }
}
