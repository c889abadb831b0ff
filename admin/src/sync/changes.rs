//! What a directory says that it has changed: looked at entry by entry, and written down as a run over
//! everything would. Nobody is taken for gone because they were not named: only who was asked for by key, and
//! is not there.

use std::collections::{HashMap, HashSet};

use super::Broken;
use super::read::{Reading, ignored};
use super::safety::Effect;
use super::scope::Scope;
use super::wanted::facts;
use crate::directories::Whole;
use crate::directories::entry::TheirPerson;
use crate::directories::source::{Hints, OrganisationSource};
use crate::state::State;
use crate::store::StoreError;
use crate::store::directory_people::{self as links, Known};
use crate::store::directory_units as units;

/// So many links are looked through at a time.
const PAGE: i64 = 10_000;

/// What has come of the hints.
pub(super) enum Found {
    /// Departments or groups are touched: everything is to be listed.
    Everything,
    /// Nothing is otherwise than here.
    Nothing,
    People(Changed),
}

/// People who are otherwise than here.
pub(super) struct Changed {
    pub people: Vec<TheirPerson>,
    /// Who was asked for, and is no more.
    pub gone: Vec<Known>,
}

/// Looks at what is hinted at.
pub(super) async fn look(
    state: &State,
    directory: &Whole,
    source: &mut dyn OrganisationSource,
    hints: &Hints,
) -> Result<Found, Broken> {
    if hints.keys.is_empty() && hints.present.is_none() {
        return Ok(Found::Nothing);
    }
    let id = &directory.row.id;
    let mut read = state.store.read().await?;
    let scope = Scope::of(&mut read, directory).await?;
    let groups = units::groups(&mut read, id).await?;
    drop(read);
    let groups: HashSet<&str> = groups.iter().map(|group| group.key.as_str()).collect();
    let is_structure =
        |key: &String| scope.departments.contains_key(key) || groups.contains(key.as_str());
    if hints.keys.iter().any(is_structure) {
        return Ok(Found::Everything);
    }
    let mut keys: Vec<String> = hints.keys.clone();
    if let Some(present) = &hints.present {
        // A group that is gone stays here, without anybody in it: it is missing from then on.
        if scope.departments.keys().any(|key| !present.contains(key)) {
            return Ok(Found::Everything);
        }
        keys.extend(missing(state, directory, present).await?);
    }
    keys.sort_unstable();
    keys.dedup();
    let again = source.again(&keys).await?;
    if again.touches_structure {
        return Ok(Found::Everything);
    }
    let people = again.people.into_iter().map(TheirPerson::storable);
    let changed = compared(state, directory, &scope, (&keys, people.collect())).await?;
    Ok(if changed.people.is_empty() && changed.gone.is_empty() {
        Found::Nothing
    } else {
        Found::People(changed)
    })
}

/// Whoever is linked, and is not among those that the directory still has.
async fn missing(
    state: &State,
    directory: &Whole,
    present: &HashSet<String>,
) -> Result<Vec<String>, StoreError> {
    let mut missing = Vec::new();
    let mut after = String::new();
    loop {
        let mut read = state.store.read().await?;
        let page = links::page(&mut read, &directory.row.id, &after, PAGE).await?;
        drop(read);
        let Some(last) = page.last() else {
            return Ok(missing);
        };
        after.clone_from(&last.key);
        let absent = page
            .into_iter()
            .filter(|one| !one.was_gone && !present.contains(&one.key));
        missing.extend(absent.map(|one| one.key));
    }
}

/// Who is otherwise than they were when they were last taken over.
async fn compared(
    state: &State,
    directory: &Whole,
    scope: &Scope,
    (keys, mut people): (&[String], Vec<TheirPerson>),
) -> Result<Changed, StoreError> {
    let mut read = state.store.read().await?;
    let known = links::known(&mut read, &directory.row.id, keys).await?;
    let ignored = ignored(&mut read, directory).await?;
    drop(read);
    let mut known: HashMap<String, Known> = known
        .into_iter()
        .map(|one| (one.key.clone(), one))
        .collect();
    people.retain(|theirs| match known.remove(&theirs.key) {
        Some(one) => one.was_gone || one.facts != Some(facts(theirs, &scope.departments)),
        // Nobody is made here who could not sign in.
        None => theirs.is_enabled && !ignored.contains(&theirs.key),
    });
    let gone = known.into_values().filter(|one| !one.was_gone);
    Ok(Changed {
        people,
        gone: gone.collect(),
    })
}

/// Writes down what is to be done about them.
pub(super) async fn read(
    reading: &mut Reading<'_>,
    directory: &Whole,
    changed: Changed,
) -> Result<Effect, Broken> {
    let (state, id) = (reading.state, &directory.row.id);
    let mut read = state.store.read().await?;
    let scope = Scope::of(&mut read, directory).await?;
    let open = links::count_active(&mut read, id).await?;
    drop(read);
    let named = changed.people.len() + changed.gone.len();
    let named = i64::try_from(named).unwrap_or(i64::MAX);
    (reading.counts.listed, reading.counts.known) = (named, named);
    let mut effect = Effect {
        // Whoever was not named is there as before.
        listed: named.max(1),
        open,
        ..Effect::default()
    };
    reading.lately(directory, &mut effect).await?;
    let people = reading.plan(&scope, changed.people, &mut effect).await?;
    reading.write(people).await?;
    reading.gone(changed.gone, &mut effect).await?;
    Ok(effect)
}
