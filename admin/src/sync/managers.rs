//! Who heads the departments of a directory, and to whom its people report: looked at behind the people, so
//! that whoever is named is there. Who is named and is not among us is left out.

use std::collections::{HashMap, HashSet};

use config::Named;
use config::id::MemberId;
use serde::{Deserialize, Serialize};

use super::scope::Scope;
use super::undo::{read, since};
use super::{Broken, pushed, turn};
use crate::directories::entry::{TheirDepartment, TheirPerson};
use crate::edit::Edit;
use crate::refused::Refused;
use crate::store::sync_changes::ChangeRow;
use crate::store::{
    Connection, StoreError, directory_people as links, managers as rows, sync_people,
};

/// How the record calls those of a person, and those of a department.
pub(super) const OF_PERSON: &str = "person_manager";
pub(super) const OF_DEPARTMENT: &str = "department_managers";

/// Managers as the record shows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Shown {
    managers: Vec<Named<MemberId>>,
}

/// Whom the directory names for one person or department.
#[derive(Clone, Debug)]
pub(super) struct Told {
    object: &'static str,
    key: String,
    name: String,
    /// Their keys.
    managers: Vec<String>,
}

impl Told {
    pub fn of_person(theirs: &TheirPerson) -> Self {
        Self {
            object: OF_PERSON,
            key: theirs.key.clone(),
            name: theirs.display_name.clone(),
            managers: theirs.manager.iter().cloned().collect(),
        }
    }

    pub fn of_department(theirs: &TheirDepartment) -> Self {
        Self {
            object: OF_DEPARTMENT,
            key: theirs.key.clone(),
            name: theirs.name.clone(),
            managers: theirs.managers.clone(),
        }
    }

    fn of_row(row: &ChangeRow) -> Result<Self, StoreError> {
        let is_person = row.object == OF_PERSON;
        let managers: Option<Vec<String>> = read(row.entry.as_deref())?;
        Ok(Self {
            object: if is_person { OF_PERSON } else { OF_DEPARTMENT },
            key: row.key.clone(),
            name: row.name.clone(),
            managers: managers.unwrap_or_default(),
        })
    }
}

/// What there is, and what is to be.
#[derive(Clone, Debug)]
struct Planned {
    /// `None`: whose managers these are is not here yet.
    id: Option<String>,
    before: Vec<MemberId>,
    after: Vec<MemberId>,
    /// Somebody is named who is not here yet.
    waits: bool,
}

impl Planned {
    fn is_nothing(&self) -> bool {
        self.before == self.after
    }
}

/// What is to be written down about these; nothing of those that are as the directory says.
pub(super) async fn plan(
    connection: &mut Connection,
    scope: &Scope,
    told: &[Told],
) -> Result<Vec<ChangeRow>, StoreError> {
    let planned = look(connection, scope, told).await?;
    let names = names(connection, &planned).await?;
    let open = told.iter().zip(&planned).filter(|(told, one)| {
        let comes = one.id.is_none() && !told.managers.is_empty();
        comes || one.waits || !one.is_nothing()
    });
    open.map(|(told, one)| {
        let mut row = ChangeRow {
            turn: turn::MANAGERS,
            object: told.object.to_owned(),
            key: told.key.clone(),
            name: told.name.clone(),
            entry: Some(serde_json::to_string(&told.managers)?),
            outcome: "planned".to_owned(),
            ..ChangeRow::default()
        };
        describe(&mut row, one, &names)?;
        Ok(row)
    })
    .collect()
}

/// Makes those the managers whom the directory names, and notes it.
pub(super) async fn apply(
    edit: &mut Edit<'_>,
    scope: &Scope,
    changes: &mut [ChangeRow],
) -> Result<(), Broken> {
    let mut told: Vec<Told> = changes.iter().map(Told::of_row).collect::<Result<_, _>>()?;
    renew(&mut edit.tx, scope, &mut told).await?;
    let planned = look(&mut edit.tx, scope, &told).await?;
    let names = names(&mut edit.tx, &planned).await?;
    for (row, one) in changes.iter_mut().zip(&planned) {
        describe(row, one, &names)?;
        "done".clone_into(&mut row.outcome);
        if let Some(id) = one.id.as_deref().filter(|_| !one.is_nothing()) {
            write(&mut edit.tx, &row.object, id, &one.after).await?;
        }
    }
    Ok(())
}

/// Takes back what a run did, as far as those are there whom it took away.
pub(super) async fn undo(edit: &mut Edit<'_>, change: &ChangeRow) -> Result<(), Refused> {
    let id = change.object_id.as_deref().ok_or_else(since)?;
    let ids = |shown: Option<Shown>| -> Vec<MemberId> {
        let managers = shown.map_or_else(Vec::new, |shown| shown.managers);
        managers.into_iter().map(|one| one.id).collect()
    };
    let (before, after) = (
        ids(read(change.before.as_deref())?),
        ids(read(change.after.as_deref())?),
    );
    let ours = ours(&mut edit.tx, &change.object, &[id]).await?;
    if ours.get(id).map_or(&[][..], Vec::as_slice) != after {
        return Err(since());
    }
    let left = sync_people::rows(&mut edit.tx, &before).await?;
    let left: HashSet<MemberId> = left.into_iter().map(|row| row.id).collect();
    let before: Vec<MemberId> = before.into_iter().filter(|id| left.contains(id)).collect();
    Ok(write(&mut edit.tx, &change.object, id, &before).await?)
}

async fn look(
    connection: &mut Connection,
    scope: &Scope,
    told: &[Told],
) -> Result<Vec<Planned>, StoreError> {
    let people = told.iter().filter(|one| one.object == OF_PERSON);
    let keys: HashSet<&str> = { told.iter() }
        .flat_map(|one| one.managers.iter().map(String::as_str))
        .chain(people.map(|one| one.key.as_str()))
        .collect();
    let keys: Vec<&str> = keys.into_iter().collect();
    let linked = links::of_keys(connection, &scope.directory, &keys).await?;
    let linked: HashMap<String, MemberId> =
        linked.into_iter().map(|(key, id, _)| (key, id)).collect();
    let here: Vec<MemberId> = linked.values().cloned().collect();
    let elsewhere = links::from_elsewhere(connection, &scope.directory, &here).await?;
    let elsewhere: HashSet<MemberId> = elsewhere.into_iter().map(|(id, _)| id).collect();
    let id_of = |one: &Told| match one.object {
        // To whom they report says the directory from which they come.
        OF_PERSON => { linked.get(&one.key).filter(|id| !elsewhere.contains(*id)) }
            .map(|id| id.as_str().to_owned()),
        _ => { scope.departments.get(&one.key) }.map(|id| id.as_str().to_owned()),
    };
    let ids: Vec<Option<String>> = told.iter().map(id_of).collect();
    let mut ours_of: HashMap<&str, HashMap<String, Vec<MemberId>>> = HashMap::new();
    for object in [OF_PERSON, OF_DEPARTMENT] {
        let those = ids.iter().zip(told).filter(|(_, one)| one.object == object);
        let those: Vec<&str> = those.filter_map(|(id, _)| id.as_deref()).collect();
        ours_of.insert(object, ours(connection, object, &those).await?);
    }
    let planned = told.iter().zip(ids).map(|(one, id)| {
        let mut after: Vec<MemberId> = Vec::new();
        for manager in one.managers.iter().filter_map(|key| linked.get(key)) {
            // Nobody reports to themselves.
            let is_self = one.object == OF_PERSON && id.as_deref() == Some(manager.as_str());
            if !is_self && !after.contains(manager) {
                after.push(manager.clone());
            }
        }
        let known = id.as_ref().and_then(|id| ours_of[one.object].get(id));
        Planned {
            before: known.cloned().unwrap_or_default(),
            after: if id.is_some() { after } else { Vec::new() },
            waits: one.managers.iter().any(|key| !linked.contains_key(key)),
            id,
        }
    });
    Ok(planned.collect())
}

async fn ours(
    connection: &mut Connection,
    object: &str,
    ids: &[&str],
) -> Result<HashMap<String, Vec<MemberId>>, StoreError> {
    match object {
        OF_PERSON => rows::of_members(connection, ids).await,
        _ => rows::of_departments(connection, ids).await,
    }
}

async fn write(
    connection: &mut Connection,
    object: &str,
    id: &str,
    managers: &[MemberId],
) -> Result<(), StoreError> {
    match object {
        OF_PERSON => rows::set_of_member(connection, id, managers.first()).await,
        _ => rows::set_of_department(connection, id, managers).await,
    }
}

/// A directory that tells by itself may have told something else meanwhile.
async fn renew(
    connection: &mut Connection,
    scope: &Scope,
    told: &mut [Told],
) -> Result<(), StoreError> {
    let people = told.iter().filter(|one| one.object == OF_PERSON);
    let keys: Vec<String> = people.map(|one| one.key.clone()).collect();
    let now = pushed::people(connection, scope, &keys).await?;
    for one in told.iter_mut().filter(|one| one.object == OF_PERSON) {
        if let Some(now) = now.get(&one.key) {
            one.managers = now.manager.iter().cloned().collect();
        }
    }
    Ok(())
}

/// How everybody is called who is named in these.
async fn names(
    connection: &mut Connection,
    planned: &[Planned],
) -> Result<HashMap<MemberId, String>, StoreError> {
    let changed = planned.iter().filter(|one| !one.is_nothing());
    let ids = changed.flat_map(|one| one.before.iter().chain(&one.after));
    let ids: HashSet<MemberId> = ids.cloned().collect();
    let ids: Vec<MemberId> = ids.into_iter().collect();
    let found = sync_people::rows(connection, &ids).await?;
    let named = found.into_iter().map(|row| (row.id, row.display_name));
    Ok(named.collect())
}

fn describe(
    row: &mut ChangeRow,
    planned: &Planned,
    names: &HashMap<MemberId, String>,
) -> Result<(), StoreError> {
    let shown = |ids: &[MemberId]| {
        let managers = ids.iter().map(|id| Named {
            id: id.clone(),
            name: names.get(id).cloned().unwrap_or_default(),
        });
        serde_json::to_string(&Shown {
            managers: managers.collect(),
        })
    };
    row.object_id.clone_from(&planned.id);
    if planned.is_nothing() {
        "none".clone_into(&mut row.kind);
        return Ok(());
    }
    "update".clone_into(&mut row.kind);
    row.before = Some(shown(&planned.before)?);
    row.after = Some(shown(&planned.after)?);
    Ok(())
}
