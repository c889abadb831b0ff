//! Takes back what a run did to a group: whoever went in goes out, and whoever went out comes back.

use std::collections::HashSet;

use config::id::{GroupId, MemberId};

use super::groups::{Moved, Shown, move_people};
use super::undo::{read, since};
use crate::edit::Edit;
use crate::name_key::name_key;
use crate::refused::{Refused, both};
use crate::store::groups::{self as rows, Fields, GroupRow};
use crate::store::sync_changes::ChangeRow;
use crate::store::sync_people;

/// One that the run made stays, empty, as one stays that a directory names no more.
pub(super) async fn group(edit: &mut Edit<'_>, change: &ChangeRow) -> Result<(), Refused> {
    let id = change.object_id.as_deref().map(GroupId::from);
    let id = id.ok_or_else(since)?;
    let row = rows::find(&mut edit.tx, &id).await?.ok_or_else(since)?;
    let moved: Moved = read(change.moved.as_deref())?.ok_or_else(not_known)?;
    let there = rows::member_ids(&mut edit.tx, &id).await?;
    let there: HashSet<MemberId> = there.into_iter().collect();
    let left = sync_people::rows(&mut edit.tx, &moved.removed).await?;
    let left = left.into_iter().map(|row| row.id);
    let entering: Vec<MemberId> = left.filter(|id| !there.contains(id)).collect();
    let leaving = moved.added.into_iter().filter(|id| there.contains(id));
    let leaving: Vec<MemberId> = leaving.collect();
    move_people(edit, &id, &entering, &leaving).await?;
    name_back(edit, &id, row, change).await
}

/// The name that it had, unless it has yet another one by now, or another group has that.
async fn name_back(
    edit: &mut Edit<'_>,
    id: &GroupId,
    row: GroupRow,
    change: &ChangeRow,
) -> Result<(), Refused> {
    let before: Option<Shown> = read(change.before.as_deref())?;
    let after: Option<Shown> = read(change.after.as_deref())?;
    let (Some(before), Some(after)) = (before, after) else {
        return Ok(());
    };
    let key = name_key(&before.name);
    let is_same = before.name == after.name || row.name != after.name;
    if is_same
        || rows::find_by_key(&mut edit.tx, &key)
            .await?
            .is_some_and(|holder| holder != *id)
    {
        return Ok(());
    }
    let fields = Fields {
        name: before.name,
        name_key: key,
        description: row.description,
        rule: row.rule,
        for_guests: row.for_guests,
        ip_lists: row.ip_lists,
    };
    if rows::update(&mut edit.tx, id, row.version, &fields, edit.now).await? {
        Ok(())
    } else {
        Err(Refused::Stale)
    }
}

fn not_known() -> Refused {
    Refused::Impossible(both((
        "this was done before it was kept who went in and out",
        "执行该次同步时尚未记录成员变动，无法撤销",
    )))
}
