//! Who answers for guests, and what becomes of these when nobody does any more.

use config::PrincipalKind;
use config::id::MemberId;

use super::settings::{self, WhenSponsorLeaves};
use super::{SuspendedBecause, find};
use crate::edit::{Edit, shown, target};
use crate::members::{Status, account};
use crate::refused::Refused;
use crate::store::guests as rows;
use crate::store::members::{self, MemberRow};

/// Members of the organisation who can sign in.
pub(super) fn can_answer(row: &MemberRow) -> bool {
    row.kind == PrincipalKind::Member && row.status == Status::Active.as_str()
}

/// The person is a guest from now on, and answers for nobody, whatever the settings say.
pub(super) async fn turned(edit: &mut Edit<'_>, sponsor: &MemberId) -> Result<(), Refused> {
    left(edit, sponsor).await?;
    let settings = settings::get(&mut edit.tx).await?.body;
    if settings.when_sponsor_leaves == WhenSponsorLeaves::Keep {
        rows::release(&mut edit.tx, sponsor).await?;
    }
    Ok(())
}

/// The person can no longer sign in: the guests for whom they answer are suspended, unless the settings
/// let them be. The guests are held.
pub(super) async fn left(edit: &mut Edit<'_>, sponsor: &MemberId) -> Result<(), Refused> {
    let settings = settings::get(&mut edit.tx).await?.body;
    if settings.when_sponsor_leaves == WhenSponsorLeaves::Keep {
        return Ok(());
    }
    for id in rows::sponsored_by(&mut edit.tx, sponsor).await? {
        let before = find(&mut edit.tx, &id, edit.now).await?;
        let because = SuspendedBecause::SponsorLeft.as_str();
        members::set_status(&mut edit.tx, &id, Status::Disabled.as_str(), edit.now).await?;
        rows::set_suspended(&mut edit.tx, &id, Some(because)).await?;
        account::shut_out(edit, &id, because).await?;
        let after = find(&mut edit.tx, &id, edit.now).await?;
        let target = target("guest", id.as_str(), &after.username);
        edit.note("suspend", target, shown(&before), shown(&after))
            .await?;
    }
    Ok(())
}
