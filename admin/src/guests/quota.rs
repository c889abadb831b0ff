//! How many guests may come in. Those who are suspended or whose time is over take no place; whoever comes
//! in again takes one. Places are taken one transaction at a time, on whichever node.

use config::Timestamp;
use config::id::MemberId;
use serde::Serialize;
use utoipa::ToSchema;

use super::settings::{self, GuestSettings, WhenSponsorLeaves};
use super::{Guest, GuestState, SuspendedBecause, find};
use crate::edit::Edit;
use crate::refused::{Refused, both};
use crate::store::guests as rows;
use crate::store::{Connection, StoreError, holds};

/// How many places there are for guests, and how many are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct GuestQuota {
    /// Members that may sign in.
    pub members: i64,
    pub allowed: i64,
    pub taken: i64,
}

impl GuestQuota {
    fn of(settings: &GuestSettings, (members, taken): (i64, i64)) -> Self {
        let hundreds = (members.saturating_add(99) / 100).max(1);
        let share = hundreds.saturating_mul(settings.per_hundred.into());
        Self {
            members,
            allowed: share.saturating_add(settings.extra.into()),
            taken,
        }
    }
}

pub async fn get(connection: &mut Connection, now: Timestamp) -> Result<GuestQuota, StoreError> {
    let settings = settings::get(connection).await?.body;
    let counts = rows::count(connection, now).await?;
    Ok(GuestQuota::of(&settings, counts))
}

/// Holds the guests and looks whether so many more may come in.
///
/// # Errors
/// [`Refused::Impossible`] if they may not.
pub async fn take(edit: &mut Edit<'_>, places: usize) -> Result<(), Refused> {
    holds::guests(&mut edit.tx).await?;
    let quota = get(&mut edit.tx, edit.now).await?;
    let places = i64::try_from(places).unwrap_or(i64::MAX);
    if quota.taken.saturating_add(places) <= quota.allowed {
        return Ok(());
    }
    let GuestQuota { allowed, taken, .. } = quota;
    Err(Refused::Impossible(both((
        &format!(
            "{taken} of {allowed} places for guests are taken: suspend some, or raise the number in \
             the settings of guests"
        ),
        &format!(
            "访客名额共 {allowed} 个，已使用 {taken} 个，名额不足：请停用部分访客，或在访客设置中提高名额"
        ),
    ))))
}

/// A suspended guest comes in again.
pub(super) async fn resume(edit: &mut Edit<'_>, id: &MemberId) -> Result<(), Refused> {
    let guest = find(&mut edit.tx, id, edit.now).await?;
    if guest.state != GuestState::Suspended {
        return Ok(());
    }
    if is_forsaken(edit, &guest).await? {
        return Err(Refused::Impossible(both((
            "nobody answers for this guest any more: give them another sponsor first",
            "该访客的邀请人已停用或离职，请先更换邀请人",
        ))));
    }
    if guest.expires_at.is_none_or(|end| edit.now < end) {
        take(edit, 1).await?;
    }
    Ok(rows::set_suspended(&mut edit.tx, id, None).await?)
}

/// Whether who answered for the guest no longer can, and guests do not come in without.
async fn is_forsaken(edit: &mut Edit<'_>, guest: &Guest) -> Result<bool, StoreError> {
    let sponsor_left = guest.suspended_because == Some(SuspendedBecause::SponsorLeft);
    match &guest.sponsor {
        Some(sponsor) if sponsor.is_active => Ok(false),
        Some(_) if !sponsor_left => {
            let settings = settings::get(&mut edit.tx).await?.body;
            Ok(settings.when_sponsor_leaves == WhenSponsorLeaves::Suspend)
        }
        _ => Ok(sponsor_left),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_ten_places_for_each_hundred_members_that_is_begun() {
        let settings = GuestSettings::default();
        for (members, allowed) in [(0, 10), (1, 10), (100, 10), (101, 20), (1000, 100)] {
            let quota = GuestQuota::of(&settings, (members, 0));
            assert_eq!(quota.allowed, allowed, "{members}");
        }
        let raised = GuestSettings {
            per_hundred: 0,
            extra: 7,
            ..settings
        };
        assert_eq!(GuestQuota::of(&raised, (500, 0)).allowed, 7);
    }
}
