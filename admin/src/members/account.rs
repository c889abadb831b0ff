//! Whether a person may sign in at all, and what they are signed in on.

use config::Role;
use config::id::{MemberId, SignInId};

use super::credentials::withdraw_codes;
use super::{Member, Status, find, reach};
use crate::authz::Holding;
use crate::edit::{Edit, shown, target};
use crate::guests;
use crate::refused::{Refused, both};
use crate::store::members as rows;
use crate::store::{directory_people, flows, holds, role_holdings, sign_ins};

/// Why a code for the person is not sent.
pub const NO_SIGN_IN: (&str, &str) = (
    "it was withdrawn: the member can no longer sign in",
    "已撤回，该成员已无法登录",
);

/// Lets the person sign in, or ends every sign-in and lets them no longer.
pub async fn set_status(
    mut edit: Edit<'_>,
    id: &MemberId,
    status: Status,
) -> Result<Member, Refused> {
    if status != Status::Active {
        // So that of two owners who disable each other at once one stays.
        holds::roles(&mut edit.tx).await?;
    }
    // So that nobody is invited by, or in the place of, somebody whose status just changes.
    holds::guests(&mut edit.tx).await?;
    let before = find(&mut edit.tx, id).await?;
    reach::may_touch(&mut edit, &before).await?;
    let action = match status {
        Status::Active => "enable",
        Status::Disabled => "disable",
        Status::Left => "leave",
    };
    if status != before.status {
        guests::status_changes(&mut edit, id, before.kind, status).await?;
    }
    rows::set_status(&mut edit.tx, id, status.as_str(), edit.now).await?;
    // What is decided by hand no directory takes back.
    directory_people::forget_shut(&mut edit.tx, id).await?;
    if status != Status::Active {
        keep_an_owner(&mut edit, &before).await?;
        shut_out(&mut edit, id, status.as_str()).await?;
    }
    edit.forget(id);
    let after = find(&mut edit.tx, id).await?;
    let target = target("member", id.as_str(), &after.username);
    edit.commit(action, target, shown(&before), shown(&after))
        .await?;
    Ok(after)
}

/// Ends all that the person has open or was about to open.
pub async fn shut_out(edit: &mut Edit<'_>, id: &MemberId, why: &str) -> Result<(), Refused> {
    end_sign_ins(edit, id, why).await?;
    withdraw_codes(edit, id, NO_SIGN_IN).await?;
    edit.forget(id);
    Ok(())
}

/// Removes a person who can no longer sign in. What they did stays in the logs.
pub async fn remove(mut edit: Edit<'_>, id: &MemberId) -> Result<(), Refused> {
    let before = find(&mut edit.tx, id).await?;
    reach::may_touch(&mut edit, &before).await?;
    if before.status == Status::Active {
        return Err(Refused::Impossible(both((
            "the member is active: disable the account first",
            "该成员仍处于启用状态，请先停用账号",
        ))));
    }
    withdraw_codes(&mut edit, id, NO_SIGN_IN).await?;
    rows::remove(&mut edit.tx, id).await?;
    edit.forget(id);
    let target = target("member", id.as_str(), &before.username);
    edit.commit("delete", target, shown(&before), None).await
}

/// Without an owner nobody could ever make another one.
pub(super) async fn keep_an_owner(edit: &mut Edit<'_>, before: &Member) -> Result<(), Refused> {
    let mut held = before.roles.iter().filter_map(Holding::built_in);
    let was_owner = held.any(|role| role == Role::Owner) && before.status == Status::Active;
    if was_owner && role_holdings::count_owners(&mut edit.tx).await? == 0 {
        return Err(Refused::Impossible(both((
            "this is the last owner who can sign in: make another member an owner first",
            "这是最后一位可登录的所有者，请先将其他成员设为所有者",
        ))));
    }
    Ok(())
}

/// Ends one sign-in of the person on every host.
pub async fn end_sign_in(
    mut edit: Edit<'_>,
    id: &MemberId,
    sign_in: &SignInId,
) -> Result<(), Refused> {
    let member = find(&mut edit.tx, id).await?;
    reach::may_touch(&mut edit, &member).await?;
    if !sign_ins::end(&mut edit.tx, sign_in, id, "administrator", edit.now).await? {
        return Err(Refused::NotFound("sign-in"));
    }
    edit.ended(sign_in.clone());
    let target = target("sign_in", sign_in.as_str(), &member.username);
    edit.commit("revoke", target, None, None).await
}

/// Signs the person out everywhere.
pub async fn end_all(mut edit: Edit<'_>, id: &MemberId) -> Result<(), Refused> {
    let member = find(&mut edit.tx, id).await?;
    reach::may_touch(&mut edit, &member).await?;
    end_sign_ins(&mut edit, id, "administrator").await?;
    edit.forget(id);
    let target = target("member", id.as_str(), &member.username);
    edit.commit("revoke_sign_ins", target, None, None).await
}

/// Ends every sign-in of the person, those that have only begun among them.
pub(super) async fn end_sign_ins(
    edit: &mut Edit<'_>,
    id: &MemberId,
    reason: &str,
) -> Result<(), Refused> {
    rows::hold(&mut edit.tx, id).await?;
    flows::forget_member(&mut edit.tx, id).await?;
    for sign_in in sign_ins::open_of(&mut edit.tx, id, edit.now).await? {
        sign_ins::end(&mut edit.tx, &sign_in, id, reason, edit.now).await?;
        edit.ended(sign_in);
    }
    Ok(())
}
