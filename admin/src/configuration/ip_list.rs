//! An IP list in a file: what it is, and its entries where the file has any. One without `entries`
//! keeps those that it has, which some other program may bring every day.

use std::collections::HashMap;

use config::snapshot::{AddressRange, IpEntry};
use serde_json::{Value, json};

use super::document::{Document, shaped};
use super::{FieldChange, Kind};
use crate::authz::{Action, Permit, Resource};
use crate::ip_lists::{self, IpListDraft, Upload};
use crate::refused::{Invalid, Refused};
use crate::state::State;
use crate::store::ip_lists::IpListRow;
use crate::store::managed::MarkRow;
use crate::store::{Connection, StoreError, ip_entries};

/// At most so many entries are shown of what a change adds or takes away.
const SHOWN: usize = 20;

/// What a file says.
///
/// # Errors
/// All entries that are wrong, or what else is.
pub fn read(document: &Document) -> Result<(IpListDraft, Option<Vec<IpEntry>>), Vec<Invalid>> {
    let mut body = document.body.clone();
    let mut wrong = Vec::new();
    let mut entries = None;
    match body.remove("entries") {
        None | Some(Value::Null) => {}
        Some(Value::Array(items)) => {
            let mut read = Vec::with_capacity(items.len());
            for (at, item) in items.into_iter().enumerate() {
                match entry(item) {
                    Ok(entry) => read.push(entry),
                    Err(invalid) => wrong.push(within(at, invalid)),
                }
            }
            entries = Some(ip_lists::once(read));
        }
        Some(_) => wrong.push(Invalid::new(
            "entries",
            ("these are no entries", "条目格式不正确"),
            ("a list", "列表"),
        )),
    }
    match shaped(body) {
        Ok(draft) if wrong.is_empty() => return Ok((draft, entries)),
        Ok(_) => {}
        Err(invalid) => wrong.push(invalid),
    }
    Err(wrong)
}

/// An address alone, or one with a note.
fn entry(item: Value) -> Result<IpEntry, Invalid> {
    let fields = match item {
        Value::Object(fields) => fields,
        alone => serde_json::Map::from_iter([("range".to_owned(), alone)]),
    };
    shaped(fields)
}

fn within(at: usize, invalid: Invalid) -> Invalid {
    Invalid {
        field: format!("entries.{at}.{}", invalid.field),
        ..invalid
    }
}

/// The list that the document is about.
pub async fn existing(
    connection: &mut Connection,
    marks: &[MarkRow],
    document: &Document,
) -> Result<Option<IpListRow>, StoreError> {
    use crate::store::ip_lists;
    let key = document.key();
    let mark = marks
        .iter()
        .find(|m| m.kind == Kind::IpList.name() && m.key == key);
    if let Some(mark) = mark
        && let Some(row) = ip_lists::find(connection, &mark.object_id.as_str().into()).await?
    {
        return Ok(Some(row));
    }
    ip_lists::find_by_key(connection, &key).await
}

/// How the entries differ from those in force at that revision.
pub async fn difference(
    connection: &mut Connection,
    revision: &str,
    wanted: &[IpEntry],
) -> Result<Option<FieldChange>, StoreError> {
    let mut new: HashMap<AddressRange, &IpEntry> =
        wanted.iter().map(|entry| (entry.range, entry)).collect();
    let (mut gone, mut count, mut place) = (Vec::new(), 0_usize, 0);
    loop {
        let page = ip_entries::page(connection, revision, place, ip_entries::CHUNK).await?;
        let Some(last) = page.last() else { break };
        place = last.place;
        count += page.len();
        for row in page {
            if new
                .get(&row.entry.range)
                .is_some_and(|entry| **entry == row.entry)
            {
                new.remove(&row.entry.range);
            } else {
                gone.push(row.entry);
            }
        }
    }
    if gone.is_empty() && new.is_empty() {
        return Ok(None);
    }
    let added: Vec<&IpEntry> = wanted
        .iter()
        .filter(|e| new.contains_key(&e.range))
        .collect();
    let shown = |entries: &[&IpEntry]| -> Vec<Value> {
        entries
            .iter()
            .take(SHOWN)
            .map(|entry| json!(entry))
            .collect()
    };
    let gone: Vec<&IpEntry> = gone.iter().collect();
    Ok(Some(FieldChange {
        field: "entries".to_owned(),
        before: json!({"count": count, "removed": gone.len(), "first": shown(&gone)}),
        after: json!({"count": wanted.len(), "added": added.len(), "first": shown(&added)}),
    }))
}

/// Entries that were put together, by the key of their list: a revision, and how many there are.
pub type Prepared = HashMap<String, (String, i64)>;

/// Puts the entries together that will come into force, before the one transaction in which all
/// happens: there may be many of them, and other writers want their turn.
pub async fn prepare(
    state: &State,
    permit: &Permit,
    documents: &[Document],
) -> Result<Prepared, Refused> {
    let mut prepared = Prepared::new();
    for document in documents.iter().filter(|d| d.kind == Kind::IpList) {
        let Ok((_, Some(entries))) = read(document) else {
            continue;
        };
        let differs = {
            let mut connection = state.store.read().await?;
            let marks = crate::store::managed::all(&mut connection).await?;
            let row = existing(&mut connection, &marks, document).await?;
            let revision = row.map(|row| row.revision).unwrap_or_default();
            difference(&mut connection, &revision, &entries).await?
        };
        if differs.is_some() {
            permit.also_everywhere(Resource::IpLists, Action::Change)?;
            let made = ip_lists::put_together(state, "", &entries, Upload::Replace).await?;
            prepared.insert(document.key(), made);
        }
    }
    Ok(prepared)
}
