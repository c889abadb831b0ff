//! Groups of a directory: taken over by their keys, with the people who are in them. A group that was made
//! here is never taken for one: groups let people in.

use std::collections::{HashMap, HashSet};

use config::id::{GroupId, MemberId};
use serde::{Deserialize, Serialize};

use super::read::Reading;
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
use crate::store::{StoreError, directory_people as links, members};

/// A group as the record shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Shown {
    name: String,
    people: usize,
}

/// Writes down which groups are to be looked at: who is in them is known once people are taken over.
pub(super) async fn read(
    reading: &mut Reading<'_>,
    scope: &Scope,
    source: &mut dyn OrganisationSource,
) -> Result<(), Broken> {
    let theirs = source.groups().await?;
    let mut read = reading.state.store.read().await?;
    let linked = units::groups(&mut read, &scope.directory).await?;
    drop(read);
    let linked: HashMap<&str, &LinkedGroup> =
        linked.iter().map(|one| (one.key.as_str(), one)).collect();
    let mut listed = HashSet::new();
    for theirs in theirs {
        if !listed.insert(theirs.key.clone()) {
            continue;
        }
        let known = linked.get(theirs.key.as_str()).copied();
        let row = row(&theirs, known).map_err(StoreError::from)?;
        reading.write(vec![row]).await?;
    }
    let gone = linked.values().filter(|one| !listed.contains(&one.key));
    reading
        .write(gone.map(|one| gone_row(one)).collect())
        .await?;
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
    let linked = units::groups(&mut edit.tx, &scope.directory).await?;
    let known = linked.into_iter().find(|one| one.key == theirs.key);
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
    row.object_id = Some(id.as_str().to_owned());
    if let Some(known) = known {
        let shown = Shown {
            name: known.name,
            people: before,
        };
        row.before = Some(serde_json::to_string(&shown).map_err(StoreError::from)?);
        let kind = if renamed || moved > 0 {
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
            let row = rows::find(&mut edit.tx, id).await?;
            fields.description = row.map(|row| row.description).unwrap_or_default();
            rows::update(&mut edit.tx, id, known.version, &fields, now).await?;
        }
        Some(_) => {}
    }
    Ok(())
}

/// Puts in whom the directory names, and takes out everybody else: how many were in it, and how many moved.
async fn fill(
    edit: &mut Edit<'_>,
    scope: &Scope,
    id: &GroupId,
    theirs: &TheirGroup,
) -> Result<(usize, usize), Refused> {
    let now = edit.now;
    let keys: Vec<&str> = theirs.people.iter().map(String::as_str).collect();
    let named = links::of_keys(&mut edit.tx, &scope.directory, &keys).await?;
    let named: HashSet<MemberId> = named.into_iter().map(|(_, member, _)| member).collect();
    let there = rows::member_ids(&mut edit.tx, id).await?;
    let before = there.len();
    let there: HashSet<MemberId> = there.into_iter().collect();
    let entering: Vec<MemberId> = named.difference(&there).cloned().collect();
    let leaving: Vec<MemberId> = there.difference(&named).cloned().collect();
    for member in &entering {
        rows::add_member(&mut edit.tx, id, member, now).await?;
    }
    for member in &leaving {
        rows::remove_member(&mut edit.tx, id, member).await?;
    }
    let moved: Vec<MemberId> = entering.into_iter().chain(leaving).collect();
    members::touch_each(&mut edit.tx, &moved, now).await?;
    for member in &moved {
        edit.forget(member);
    }
    Ok((before, moved.len()))
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
    for member in &there {
        rows::remove_member(&mut edit.tx, &id, member).await?;
        edit.forget(member);
    }
    members::touch_each(&mut edit.tx, &there, edit.now).await?;
    let shown = Shown {
        name: row.name.clone(),
        people: there.len(),
    };
    row.before = Some(serde_json::to_string(&shown).map_err(StoreError::from)?);
    Ok(())
}
