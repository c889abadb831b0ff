//! What an administrator has to decide goes into a queue.

use super::plan::Conflict;
use super::scope::Scope;
use crate::directories::entry::TheirPerson;
use crate::edit::Edit;
use crate::store::StoreError;
use crate::store::sync_conflicts::{self as rows, ConflictRow};

pub(super) async fn queue(
    edit: &mut Edit<'_>,
    scope: &Scope,
    theirs: &TheirPerson,
    conflict: &Conflict,
) -> Result<(), StoreError> {
    let candidate = conflict.candidate.clone();
    let row = ConflictRow {
        directory: scope.directory.clone(),
        key: theirs.key.clone(),
        name: theirs.display_name.clone(),
        entry: serde_json::to_string(theirs)?,
        reason: serde_json::to_string(&conflict.why)?,
        // Somebody who is only about to be made has no id yet.
        member: candidate.filter(|id| !id.as_str().is_empty()),
        found_at: edit.now,
        ignored_at: None,
    };
    rows::put(&mut edit.tx, &row).await
}
