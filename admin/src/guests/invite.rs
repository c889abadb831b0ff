//! Inviting guests: one, or many at once, all of them or none.

use config::id::MemberId;

use super::{Guest, GuestDraft, change, draft, find, invitor, quota};
use crate::authz::{Action, Resource};
use crate::edit::{Edit, shown, target};
use crate::members;
use crate::refused::{Invalid, Refused};
use crate::store::holds;

/// So many at once.
pub const MOST: usize = 100;

/// # Errors
/// All that is wrong: of one guest by its field, of several by `guests.0.username`.
pub async fn invite(mut edit: Edit<'_>, drafts: &[GuestDraft]) -> Result<Vec<Guest>, Refused> {
    if !(1..=MOST).contains(&drafts.len()) {
        return Err(how_many(drafts.len()).into());
    }
    holds::group_rules(&mut edit.tx).await?;
    quota::take(&mut edit, drafts.len()).await?;
    let now = edit.now;
    let wrong = match drafts {
        // The store tells of one whose name is taken.
        [only] => only.problems(&mut edit.tx, None, now).await?,
        several => draft::problems_of_all(&mut edit.tx, several, now).await?,
    };
    if !wrong.is_empty() {
        return Err(Refused::Invalid(wrong));
    }
    let own = invitor(&mut edit).await?;
    let mut made = Vec::with_capacity(drafts.len());
    for draft in drafts {
        made.push(add(&mut edit, draft, own.as_ref()).await?);
    }
    edit.finish().await?;
    Ok(made)
}

async fn add(
    edit: &mut Edit<'_>,
    draft: &GuestDraft,
    own: Option<&MemberId>,
) -> Result<Guest, Refused> {
    if draft.sponsor.is_some() && draft.sponsor.as_ref() != own {
        edit.permit().also(Resource::Guests, Action::Change)?;
    }
    let id = members::add(edit, &draft.profile(None)).await?.id;
    change::settle(edit, &id, draft).await?;
    let guest = find(&mut edit.tx, &id, edit.now).await?;
    let target = target("guest", id.as_str(), &guest.username);
    edit.note("create", target, None, shown(&guest)).await?;
    Ok(guest)
}

fn how_many(count: usize) -> Invalid {
    Invalid::new(
        "guests",
        (
            &format!("{count} guests are not invited at once"),
            &format!("一次不能邀请 {count} 位访客"),
        ),
        (
            &format!("1 to {MOST} guests"),
            &format!("1 到 {MOST} 位访客"),
        ),
    )
}
