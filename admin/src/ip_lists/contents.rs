//! What is on a list: put on it and taken off again, whole or not at all. What comes of it is put
//! together beside the entries in force, a few at a time, and then put in force at once.

use config::id::RuleId;
use config::snapshot::{AddressRange, IpEntry};
use serde::Serialize;
use serde_json::Value;

use super::{IpList, Lockout, guard, locks_nobody_out, put_together, row, trial};
use crate::authz::Permit;
use crate::edit::{Edit, shown};
use crate::refused::{Expected, Refused};
use crate::state::State;
use crate::store::ip_entries;
use crate::store::ip_lists::{self as rows, IpListRow};

/// What becomes of the entries that the list had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upload {
    Replace,
    Append,
}

/// Puts entries into the list: all of them, or none if one is wrong.
pub async fn upload(
    state: &State,
    permit: &Permit,
    id: &RuleId,
    expected: Expected,
    entries: &[IpEntry],
    (upload, lockout): (Upload, Lockout),
) -> Result<IpList, Refused> {
    let before = to_change(state, id, expected).await?;
    let (revision, count) = put_together(state, &before.revision, entries, upload).await?;
    let action = match upload {
        Upload::Replace => "replace_entries",
        Upload::Append => "append_entries",
    };
    let edit = Edit::begin(state, permit).await?;
    let told = (action, shown(&IpList::from(before.clone())));
    finish(edit, told, &before, (&revision, count), lockout).await
}

/// What the audit log tells of a list from which an entry goes.
#[derive(Serialize)]
struct WithEntry<'a> {
    #[serde(flatten)]
    list: IpList,
    entry: &'a IpEntry,
}

/// Takes the entry of exactly this range off the list.
pub async fn remove_entry(
    state: &State,
    permit: &Permit,
    id: &RuleId,
    expected: Expected,
    (range, lockout): (AddressRange, Lockout),
) -> Result<IpList, Refused> {
    let before = to_change(state, id, expected).await?;
    let in_force = &before.revision;
    let entry = ip_entries::of_range(&mut *state.store.read().await?, in_force, range).await?;
    let entry = entry.ok_or(Refused::NotFound("entry"))?;
    let (revision, count) = put_together(state, in_force, &[], Upload::Append).await?;
    let mut edit = Edit::begin(state, permit).await?;
    ip_entries::remove(&mut edit.tx, &revision, range).await?;
    let told = WithEntry {
        list: before.clone().into(),
        entry: &entry,
    };
    let told = ("remove_entry", shown(&told));
    finish(edit, told, &before, (&revision, count - 1), lockout).await
}

async fn to_change(state: &State, id: &RuleId, expected: Expected) -> Result<IpListRow, Refused> {
    trial::none_pending(&mut *state.store.read().await?).await?;
    let before = row(&mut *state.store.read().await?, id).await?;
    expected.check(before.version)?;
    Ok(before)
}

async fn finish(
    mut edit: Edit<'_>,
    told: (&'static str, Option<Value>),
    before: &IpListRow,
    made: (&str, i64),
    lockout: Lockout,
) -> Result<IpList, Refused> {
    match swap(&mut edit, told, before, made).await {
        Ok(after) => {
            locks_nobody_out(&after)?;
            guard::check_list(&mut edit, before, lockout).await?;
            edit.finish().await?;
            Ok(after)
        }
        Err(Refused::Stale) => {
            ip_entries::give_up(&mut edit.tx, made.0).await?;
            edit.tx.commit().await?;
            Err(Refused::Stale)
        }
        Err(refused) => Err(refused),
    }
}

/// Puts entries in force that were put together, as a part of what is being changed. Those that were in
/// force are given up by whoever knows that nothing puts them back.
///
/// # Errors
/// [`Refused::Stale`] if the list was changed meanwhile: the version keeps two uploads from mixing.
/// One that took too long may have been swept away.
pub async fn put_in_force(
    edit: &mut Edit<'_>,
    action: &'static str,
    before: &IpListRow,
    made: (&str, i64),
) -> Result<IpList, Refused> {
    let told = (action, shown(&IpList::from(before.clone())));
    swap(edit, told, before, made).await
}

async fn swap(
    edit: &mut Edit<'_>,
    (action, told): (&'static str, Option<Value>),
    before: &IpListRow,
    (revision, count): (&str, i64),
) -> Result<IpList, Refused> {
    trial::hold(&mut edit.tx).await?;
    let now = edit.now;
    if !ip_entries::keep(&mut edit.tx, revision).await?
        || !rows::put_in_force(&mut edit.tx, before, (revision, count), now).await?
    {
        return Err(Refused::Stale);
    }
    super::changed(edit, action, &before.id, told).await
}
