//! Guests: people from outside, whom somebody of the organisation invites and answers for, until a day
//! that is known from the beginning.
//!
//! A guest is a member of the kind `guest`, with what is kept beside that in `store::guests`. Whoever may
//! add guests invites them and looks after their own; whoever may change guests looks after all. That a
//! guest's time is over is looked at where sessions and accounts are read (`store::session_facts`,
//! `store::credentials`), so that it needs nobody's doing; [`ends`] tells of it, and records it.

mod change;
mod draft;
pub mod ends;
mod invite;
pub mod network;
mod older_nodes;
mod quota;
mod settings;
mod sponsors;

use config::id::{GroupId, MemberId};
use config::{Named, PrincipalKind, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::authz::{Action, Forbidden, Permit, Resource};
use crate::edit::Edit;
use crate::members::{Status, reach};
use crate::refused::Refused;
use crate::store::guests as rows;
use crate::store::guests::{GuestFilter, GuestRow, SponsorRow, Terms};
use crate::store::{Connection, StoreError, members};

pub use change::{may_manage, may_release, read, update};
pub use draft::GuestDraft;
pub use invite::invite;
pub use quota::GuestQuota;
pub use quota::get as quota;
pub use settings::{GuestSettings, WhenSponsorLeaves, get as settings, put as put_settings};

/// How it stands with a guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GuestState {
    Active,
    Suspended,
    Expired,
}

/// Why a guest is suspended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SuspendedBecause {
    /// An administrator did it, and lifts it.
    ByHand,
    /// Who answers for the guest did it, and may lift it.
    BySponsor,
    /// Who answered for the guest no longer can: the guest takes another sponsor to come in again.
    SponsorLeft,
}

impl SuspendedBecause {
    fn as_str(self) -> &'static str {
        match self {
            Self::ByHand => "by_hand",
            Self::BySponsor => "by_sponsor",
            Self::SponsorLeft => "sponsor_left",
        }
    }
}

/// Who answers for a guest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Sponsor {
    pub id: MemberId,
    pub username: String,
    pub display_name: String,
    /// Whether they can sign in.
    pub is_active: bool,
}

impl From<SponsorRow> for Sponsor {
    fn from(row: SponsorRow) -> Self {
        Self {
            id: row.id,
            username: row.username,
            display_name: row.display_name,
            is_active: row.is_active,
        }
    }
}

/// A guest as the API shows them. Times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Guest {
    pub id: MemberId,
    /// Always `guest`.
    pub kind: PrincipalKind,
    pub state: GuestState,
    /// `null` unless suspended.
    pub suspended_because: Option<SuspendedBecause>,
    pub username: String,
    pub display_name: String,
    pub email: Option<String>,
    pub email_verified: bool,
    pub mobile: Option<String>,
    pub guest_group: Option<Named<GroupId>>,
    pub sponsor: Option<Sponsor>,
    pub created_at: Timestamp,
    /// Who made the account; empty for those made before this was kept.
    pub created_by: String,
    /// From then on the guest does not come in; `null` for those made before guests ended.
    pub expires_at: Option<Timestamp>,
    pub version: i64,
}

impl Guest {
    fn of(row: GuestRow, now: Timestamp) -> Self {
        let state = match row.status.as_str() {
            "active" if row.expires_at.is_some_and(|end| end <= now) => GuestState::Expired,
            "active" => GuestState::Active,
            _ => GuestState::Suspended,
        };
        let because = match row.suspended_because.as_deref() {
            Some("sponsor_left") => SuspendedBecause::SponsorLeft,
            Some("by_sponsor") => SuspendedBecause::BySponsor,
            _ => SuspendedBecause::ByHand,
        };
        Self {
            id: row.id,
            kind: PrincipalKind::Guest,
            suspended_because: (state == GuestState::Suspended).then_some(because),
            state,
            username: row.username,
            display_name: row.display_name,
            email: row.email,
            email_verified: row.email_verified,
            mobile: row.mobile,
            guest_group: row.group,
            sponsor: row.sponsor.map(Sponsor::from),
            created_at: row.created_at,
            created_by: row.created_by,
            expires_at: row.expires_at,
            version: row.version,
        }
    }

    /// Whether the caller is the sponsor, who can still be one.
    fn is_answered_for_by(&self, permit: &Permit) -> bool {
        let sponsor = self.sponsor.as_ref().filter(|one| one.is_active);
        sponsor.is_some_and(|one| permit.actor().member() == Some(&one.id))
    }
}

pub async fn find(
    connection: &mut Connection,
    id: &MemberId,
    now: Timestamp,
) -> Result<Guest, Refused> {
    let row = rows::find(connection, id).await?;
    let row = row.ok_or(Refused::NotFound("guest"))?;
    Ok(Guest::of(row, now))
}

/// In the order in which they end, with the place at which the next page begins.
pub async fn list(
    connection: &mut Connection,
    filter: &GuestFilter,
    after: Option<(i64, &str)>,
    limit: i64,
    now: Timestamp,
) -> Result<(Vec<Guest>, Option<String>), StoreError> {
    let found = rows::list(connection, filter, after, limit, now).await?;
    let full = i64::try_from(found.len()).is_ok_and(|n| n == limit);
    let next = found.last().filter(|_| full).map(|last| {
        let end = last.expires_at.map_or(i64::MAX, Timestamp::as_millis);
        format!("{end}_{}", last.id)
    });
    let guests = found.into_iter().map(|row| Guest::of(row, now));
    Ok((guests.collect(), next))
}

/// Somebody new is a guest: whoever adds them answers for them. The rules of groups are held.
///
/// # Errors
/// [`Refused::Impossible`] if no place is free.
pub async fn begin(edit: &mut Edit<'_>, id: &MemberId) -> Result<(), Refused> {
    let sponsor = invitor(edit).await?;
    enter(edit, id, sponsor).await
}

/// Somebody who is there already becomes a guest. Nobody answers for them until somebody is named: who does
/// may make the account theirs.
///
/// # Errors
/// As [`begin`], and if the caller may not change guests where this one is.
pub async fn turn(edit: &mut Edit<'_>, id: &MemberId) -> Result<(), Refused> {
    may_change(edit, id).await?;
    enter(edit, id, None).await?;
    // No guest answers for another, should this one have done so as a member.
    sponsors::turned(edit, id).await
}

/// A guest becomes a member: nobody answers for them any more, and they are in no group of guests.
///
/// # Errors
/// If the caller may not change guests where this one is.
pub async fn cease(edit: &mut Edit<'_>, id: &MemberId) -> Result<(), Refused> {
    may_change(edit, id).await?;
    Ok(rows::forget(&mut edit.tx, id).await?)
}

/// Takes a place, for as long as the settings say.
async fn enter(
    edit: &mut Edit<'_>,
    id: &MemberId,
    sponsor: Option<MemberId>,
) -> Result<(), Refused> {
    // The row of the person is there already, but no end and so no place.
    quota::take(edit, 1).await?;
    let settings = settings::get(&mut edit.tx).await?.body;
    let terms = Terms {
        sponsor,
        expires_at: edit.now.plus(settings.default_life()),
    };
    let by = edit.permit().actor().name();
    Ok(rows::insert(&mut edit.tx, id, &terms, &by).await?)
}

async fn may_change(edit: &mut Edit<'_>, id: &MemberId) -> Result<(), Refused> {
    let reach = edit.permit().also(Resource::Guests, Action::Change)?;
    if reach::sees(&mut edit.tx, &reach, id).await? {
        Ok(())
    } else {
        Err(Forbidden::Confined.into())
    }
}

/// Whoever acts, if they can answer for a guest.
async fn invitor(edit: &mut Edit<'_>) -> Result<Option<MemberId>, Refused> {
    let Some(id) = edit.permit().actor().member().cloned() else {
        return Ok(None);
    };
    let found = members::find(&mut edit.tx, &id).await?;
    let fit = found.is_some_and(|row| sponsors::can_answer(&row));
    Ok(fit.then_some(id))
}

/// The status of somebody's account changes. Guests are held; what is kept of a guest follows, and so do
/// the guests for whom the person answers.
///
/// # Errors
/// [`Refused::Impossible`] if a guest may not come in again.
pub async fn status_changes(
    edit: &mut Edit<'_>,
    id: &MemberId,
    kind: PrincipalKind,
    to: Status,
) -> Result<(), Refused> {
    match (kind, to) {
        (PrincipalKind::Guest, Status::Active) => quota::resume(edit, id).await,
        (PrincipalKind::Guest, _) => suspend(edit, id).await,
        (PrincipalKind::Member, Status::Active) => Ok(()),
        (PrincipalKind::Member, _) => sponsors::left(edit, id).await,
    }
}

async fn suspend(edit: &mut Edit<'_>, id: &MemberId) -> Result<(), Refused> {
    let guest = find(&mut edit.tx, id, edit.now).await?;
    if guest.suspended_because == Some(SuspendedBecause::SponsorLeft) {
        return Ok(());
    }
    let because = match may_change(edit, id).await {
        Err(Refused::Forbidden(_)) if guest.is_answered_for_by(edit.permit()) => {
            SuspendedBecause::BySponsor
        }
        Err(Refused::Store(error)) => return Err(error.into()),
        _ => SuspendedBecause::ByHand,
    };
    Ok(rows::set_suspended(&mut edit.tx, id, Some(because.as_str())).await?)
}

#[cfg(test)]
mod tests;
