//! What a directory that tells us by itself says by now: it goes on telling between the reading of a run
//! and its end, so that what a run was planned by may be old.

use std::collections::{HashMap, HashSet};

use config::Timestamp;

use super::scope::Scope;
use super::turn;
use crate::directories::entry::{TheirGroup, TheirPerson};
use crate::directories::scim::{their_group, their_person};
use crate::store::sync_changes::ChangeRow;
use crate::store::{Connection, StoreError, scim_groups, scim_users};

/// Puts what is said by now in the place of what was said; whoever came or left meanwhile has been taken
/// over when that was told, and nothing is left to be done about them. What was refused and has been agreed to
/// is told from now on, together with what is made of it. Which changes are left.
pub(super) async fn renew(
    connection: &mut Connection,
    scope: &Scope,
    changes: &mut [ChangeRow],
    at: Timestamp,
) -> Result<HashSet<usize>, StoreError> {
    let mut left: HashSet<usize> = (0..changes.len()).collect();
    if scope.told.is_none() {
        return Ok(left);
    }
    let keys: Vec<String> = changes.iter().map(|change| change.key.clone()).collect();
    let named: Vec<&str> = keys.iter().map(String::as_str).collect();
    scim_users::take_agreed(connection, &scope.directory, &named, at).await?;
    let told = people(connection, scope, &keys).await?;
    for (at, change) in changes.iter_mut().enumerate() {
        let now = told.get(&change.key);
        let is_old = match change.turn {
            turn::PEOPLE => now.is_none(),
            turn::LEAVERS => now.is_some(),
            _ => false,
        };
        if is_old {
            "none".clone_into(&mut change.kind);
            "done".clone_into(&mut change.outcome);
            left.remove(&at);
        } else if let Some(now) = now {
            change.entry = Some(serde_json::to_string(now)?);
        }
    }
    Ok(left)
}

/// People as they are told of by now; nobody of a directory that is asked.
pub(super) async fn people(
    connection: &mut Connection,
    scope: &Scope,
    keys: &[String],
) -> Result<HashMap<String, TheirPerson>, StoreError> {
    let mut told = HashMap::new();
    let Some(settings) = &scope.told else {
        return Ok(told);
    };
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    for row in scim_users::of_ids(connection, &scope.directory, &keys).await? {
        told.insert(row.id.clone(), their_person(&row, settings)?);
    }
    Ok(told)
}

/// A group as it is told of by now; `None`: it is no more.
pub(super) async fn group(
    connection: &mut Connection,
    scope: &Scope,
    planned: TheirGroup,
) -> Result<Option<TheirGroup>, StoreError> {
    if scope.told.is_none() {
        return Ok(Some(planned));
    }
    match scim_groups::find(connection, &scope.directory, &planned.key).await? {
        Some(row) => Ok(Some(their_group(connection, &scope.directory, row).await?)),
        None => Ok(None),
    }
}
