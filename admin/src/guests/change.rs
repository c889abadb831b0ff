//! Changing what is known of a guest: their name, their end, their group, and who answers for them.

use config::Timestamp;
use config::id::MemberId;

use super::{Guest, GuestDraft, GuestState, SuspendedBecause, find, may_change, quota};
use crate::authz::{Forbidden, Permit};
use crate::edit::{Edit, shown, target};
use crate::members::{self, reach};
use crate::refused::{Expected, Refused};
use crate::store::guests as rows;
use crate::store::{Connection, holds};

/// # Errors
/// If the caller neither answers for the guest nor may change guests where this one is.
pub async fn may_manage(edit: &mut Edit<'_>, id: &MemberId) -> Result<Guest, Refused> {
    let guest = find(&mut edit.tx, id, edit.now).await?;
    if !guest.is_answered_for_by(edit.permit()) {
        may_change(edit, id).await?;
    }
    Ok(guest)
}

/// Whoever lets a guest in again, or removes them. Guests are held from here on.
///
/// # Errors
/// As [`may_manage`], and if an administrator has suspended the guest and the caller is none.
pub async fn may_release(edit: &mut Edit<'_>, id: &MemberId) -> Result<(), Refused> {
    holds::guests(&mut edit.tx).await?;
    let guest = may_manage(edit, id).await?;
    if guest.suspended_because == Some(SuspendedBecause::ByHand) {
        may_change(edit, id).await?;
    }
    Ok(())
}

/// The guest, for whoever may see them where they are.
pub async fn read(
    connection: &mut Connection,
    permit: &Permit,
    id: &MemberId,
    now: Timestamp,
) -> Result<Guest, Refused> {
    let guest = find(connection, id, now).await?;
    if !reach::sees(connection, permit.reach(), id).await? {
        return Err(Forbidden::Confined.into());
    }
    Ok(guest)
}

pub async fn update(
    mut edit: Edit<'_>,
    id: &MemberId,
    expected: Expected,
    draft: &GuestDraft,
) -> Result<Guest, Refused> {
    holds::group_rules(&mut edit.tx).await?;
    holds::guests(&mut edit.tx).await?;
    let before = may_manage(&mut edit, id).await?;
    expected.check(before.version)?;
    let now = edit.now;
    let wrong = draft.problems(&mut edit.tx, Some(&before), now).await?;
    if !wrong.is_empty() {
        return Err(Refused::Invalid(wrong));
    }
    let known = before.sponsor.as_ref().map(|sponsor| &sponsor.id);
    if draft.sponsor.is_some() && draft.sponsor.as_ref() != known {
        may_change(&mut edit, id).await?;
    }
    let goes_on = draft.expires_at.is_some() && draft.expires_at != before.expires_at;
    if before.state == GuestState::Expired && goes_on {
        quota::take(&mut edit, 1).await?;
    }
    let member = members::find(&mut edit.tx, id).await?;
    let profile = draft.profile(Some(&member));
    members::change(&mut edit, id, expected, &profile).await?;
    settle(&mut edit, id, draft).await?;
    let after = find(&mut edit.tx, id, edit.now).await?;
    let target = target("guest", id.as_str(), &after.username);
    edit.commit("update", target, shown(&before), shown(&after))
        .await?;
    Ok(after)
}

/// Writes what is kept of guests alone.
pub(super) async fn settle(
    edit: &mut Edit<'_>,
    id: &MemberId,
    draft: &GuestDraft,
) -> Result<(), Refused> {
    if let Some(end) = draft.expires_at {
        rows::set_end(&mut edit.tx, id, end).await?;
    }
    if let Some(sponsor) = &draft.sponsor {
        rows::set_sponsor(&mut edit.tx, id, sponsor).await?;
    }
    let group = draft.guest_group.as_ref();
    Ok(rows::move_to(&mut edit.tx, id, group, edit.now).await?)
}
