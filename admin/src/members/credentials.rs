//! What an administrator may do about a person's credentials: never see or choose them.

use config::id::MemberId;
use config::settings::AccessHost;

use super::{Member, Status, account, find, reach};
use crate::authz::Forbidden;
use crate::edit::{Edit, target};
use crate::refused::{Refused, both};
use crate::sign_in::one_time_links::{self, OneTimeLink};
use crate::sign_in::{lockout, second_factor};
use crate::store::one_time_links::Purpose;
use crate::store::{self, known_devices, members};

/// A fresh one-time link for the person, in the place of every earlier one.
///
/// An administrator who makes one may not know, or not say, that somebody else has the password. So
/// it ends at once with all that it opened, rather than when the link is used, unless it is to be kept.
pub async fn one_time_link(
    mut edit: Edit<'_>,
    access: &AccessHost,
    id: &MemberId,
    keep_password: bool,
) -> Result<OneTimeLink, Refused> {
    let member = within_reach(&mut edit, id).await?;
    if member.status != Status::Active {
        return Err(Refused::Impossible(both((
            "the member cannot sign in: enable the account first",
            "该成员无法登录，请先启用账号",
        ))));
    }
    members::hold(&mut edit.tx, id).await?;
    let purpose = Purpose::Password(id.clone());
    let link = one_time_links::issue(&mut edit.tx, access, &purpose, edit.now).await?;
    let was_reset = !keep_password && end_password(&mut edit, id).await?;
    let action = if was_reset {
        "reset_password"
    } else {
        "make_one_time_link"
    };
    let target = target("member", id.as_str(), &member.username);
    edit.commit(action, target, None, None).await?;
    Ok(link)
}

/// Ends the password with every sign-in. `false` if there was none.
async fn end_password(edit: &mut Edit<'_>, id: &MemberId) -> Result<bool, Refused> {
    let had_one = store::credentials::forget_password(&mut edit.tx, id).await?;
    known_devices::forget_member(&mut edit.tx, id).await?;
    account::end_sign_ins(edit, id, "password_reset").await?;
    edit.forget(id);
    Ok(had_one)
}

/// Takes the authenticator and the recovery codes away: the person enrols anew. Whoever holds the
/// lost device is signed out.
pub async fn reset_second_factor(mut edit: Edit<'_>, id: &MemberId) -> Result<(), Refused> {
    let member = within_reach(&mut edit, id).await?;
    second_factor::forget(&mut edit.tx, id).await?;
    known_devices::forget_member(&mut edit.tx, id).await?;
    account::end_sign_ins(&mut edit, id, "second_factor_reset").await?;
    edit.forget(id);
    let target = target("member", id.as_str(), &member.username);
    edit.commit("reset_second_factor", target, None, None).await
}

/// Lets the person try again at once after too many failures.
pub async fn unlock(mut edit: Edit<'_>, id: &MemberId) -> Result<(), Refused> {
    let member = within_reach(&mut edit, id).await?;
    lockout::unlock(&mut edit.tx, id).await?;
    let target = target("member", id.as_str(), &member.username);
    edit.commit("unlock", target, None, None).await
}

/// Nobody's own: whoever holds a session, or a token, of somebody else's could otherwise make the
/// account theirs without the proof that the account page asks for.
async fn within_reach(edit: &mut Edit<'_>, id: &MemberId) -> Result<Member, Refused> {
    if edit.permit().actor().member() == Some(id) {
        return Err(Forbidden::Own.into());
    }
    let member = find(&mut edit.tx, id).await?;
    reach::may_touch(edit, &member).await?;
    Ok(member)
}
