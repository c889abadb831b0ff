//! Who may change what vouches for people: whoever says to which server a directory belongs, or how it is
//! believed, could have it say that they are anybody who is linked to it.

use super::{DirectoryDraft, Whole};
use crate::edit::Edit;
use crate::members::{self, reach};
use crate::refused::Refused;
use crate::store::directory_people;

/// # Errors
/// If it is changed how people are vouched for, or that they are at all, and one of them holds a role that is not the caller's to govern.
pub(super) async fn may_change(
    edit: &mut Edit<'_>,
    before: &Whole,
    draft: &DirectoryDraft,
) -> Result<(), Refused> {
    let lets_in = draft.enabled && draft.used_for.sign_in();
    let let_in = before.is_enabled() && before.used_for().sign_in();
    let vouches_as_before = draft.source == before.source && draft.sign_in == before.sign_in;
    if vouches_as_before && (let_in || !lets_in) {
        return Ok(());
    }
    for id in directory_people::holders_of_roles(&mut edit.tx, &before.row.id).await? {
        let member = members::find(&mut edit.tx, &id).await?;
        reach::may_touch(edit, &member).await?;
    }
    Ok(())
}
