//! What an administrator may do about a person's credentials: never see or choose them.

use config::id::MemberId;
use config::settings::AccessHost;
use config::snapshot::Brand;
use config::{Language, Timestamp};

use super::{Member, Status, account, addresses, find, reach};
use crate::appearance;
use crate::authz::Forbidden;
use crate::edit::{Edit, target};
use crate::messages::content::NoticeEvent;
use crate::messages::{Channel, Content, Message, outbox};
use crate::refused::{Refused, both};
use crate::sign_in::notices::Happened;
use crate::sign_in::one_time_links::{self, OneTimeLink};
use crate::sign_in::{by_message, lockout, second_factor};
use crate::sign_in_policy;
use crate::state::State;
use crate::store::one_time_links::{self as links, Purpose};
use crate::store::{self, flows, known_devices, members, message_codes};

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
    let occasion = Occasion::NewPassword {
        keep: keep_password,
    };
    let (member, link, was_reset) = issue(&mut edit, access, id, occasion, None).await?;
    let action = if was_reset {
        "reset_password"
    } else {
        "make_one_time_link"
    };
    let target = target("member", id.as_str(), &member.username);
    edit.commit(action, target, None, None).await?;
    Ok(link)
}

/// How a code reaches the person.
#[derive(Clone, Copy, Debug)]
pub struct Way {
    pub channel: Channel,
    pub language: Language,
}

/// What a code is sent for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// Somebody is to set a new password; the one before is kept until then, or not.
    NewPassword { keep: bool },
    /// Somebody comes in for the first time.
    Invitation,
}

/// A code that was sent; whoever had it sent does not see it.
pub struct SentLink {
    /// The message's id.
    pub message: String,
    pub recipient: String,
    pub expires_at: Timestamp,
}

/// As [`one_time_link`], sent to the person's own mail address or mobile.
///
/// # Errors
/// [`Refused::Impossible`] if the person has none, or there is no sender.
pub async fn send_one_time_link(
    mut edit: Edit<'_>,
    state: &State,
    id: &MemberId,
    occasion: Occasion,
    way: Way,
) -> Result<SentLink, Refused> {
    let (access, by) = (&state.settings.access, Some(way.channel));
    let (member, link, was_reset) = issue(&mut edit, access, id, occasion, by).await?;
    let recipient = recipient(&member, way.channel)?;
    let expires_at = link.expires_at;
    let brand = appearance::get::<Brand>(&mut edit.tx).await?.body;
    let message = Message {
        channel: way.channel,
        recipient: recipient.clone(),
        member: Some(id.clone()),
        language: way.language,
        content: content(occasion, brand, &member, link),
    };
    let now = edit.now;
    let message = outbox::queue(&mut edit.tx, &state.sealer, message, expires_at, now).await?;
    let action = match occasion {
        Occasion::Invitation => "send_invitation",
        Occasion::NewPassword { .. } if was_reset => "send_password_reset",
        Occasion::NewPassword { .. } => "send_one_time_link",
    };
    let target = target("member", id.as_str(), &member.username);
    let told = serde_json::json!({"channel": way.channel, "recipient": recipient});
    edit.commit(action, target, None, Some(told)).await?;
    Ok(SentLink {
        message,
        recipient,
        expires_at,
    })
}

fn content(occasion: Occasion, brand: Brand, member: &Member, link: OneTimeLink) -> Content {
    let hours = one_time_links::LIFE.as_secs() / 3600;
    let (organisation, name) = (brand.organisation, member.display_name.clone());
    let OneTimeLink { url, code, .. } = link;
    match occasion {
        Occasion::Invitation => Content::Invitation {
            organisation,
            name,
            username: member.username.clone(),
            url,
            code,
            hours,
        },
        Occasion::NewPassword { .. } => Content::OneTimeCode {
            organisation,
            name,
            url,
            code,
            hours,
        },
    }
}

/// Whoever has set a password was here before.
async fn expect_newcomer(edit: &mut Edit<'_>, id: &MemberId) -> Result<(), Refused> {
    let account = store::credentials::find(&mut edit.tx, id).await?;
    match account {
        Some(account) if account.password_hash.is_some() => Err(Refused::Impossible(both((
            "the member has set a password already and needs no invitation: send a one-time code",
            "该成员已设置密码，无需邀请，可改为发送一次性验证码",
        )))),
        _ => Ok(()),
    }
}

/// Invites the person, in this language: by this channel, or by mail where there is an address and else by
/// SMS.
pub async fn invite(
    mut edit: Edit<'_>,
    state: &State,
    id: &MemberId,
    channel: Option<Channel>,
    language: Language,
) -> Result<(), Refused> {
    let member = find(&mut edit.tx, id).await?;
    let usual = match (&member.email, &member.mobile) {
        (None, Some(_)) => Channel::Sms,
        _ => Channel::Mail,
    };
    let channel = channel.unwrap_or(usual);
    let way = Way { channel, language };
    send_one_time_link(edit, state, id, Occasion::Invitation, way)
        .await
        .map(drop)
}

fn recipient(member: &Member, channel: Channel) -> Result<String, Refused> {
    let (found, none) = match channel {
        Channel::Mail => (
            &member.email,
            ("the member has no mail address", "该成员没有邮箱地址"),
        ),
        Channel::Sms => (
            &member.mobile,
            ("the member has no mobile number", "该成员没有手机号码"),
        ),
    };
    found.clone().ok_or_else(|| Refused::Impossible(both(none)))
}

/// Makes the code; says whether a password ended with it.
async fn issue(
    edit: &mut Edit<'_>,
    access: &AccessHost,
    id: &MemberId,
    occasion: Occasion,
    by: Option<Channel>,
) -> Result<(Member, OneTimeLink, bool), Refused> {
    let member = within_reach(edit, id).await?;
    if occasion == Occasion::Invitation {
        expect_newcomer(edit, id).await?;
    }
    if member.status != Status::Active {
        return Err(Refused::Impossible(both((
            "the member cannot sign in: enable the account first",
            "该成员无法登录，请先启用账号",
        ))));
    }
    let account = store::credentials::find(&mut edit.tx, id).await?;
    if !account.is_some_and(|account| account.is_active(edit.now)) {
        return Err(Refused::Impossible(both((
            "the guest's time is over: set a later end first",
            "该访客已到期，请先延长到期时间",
        ))));
    }
    // An earlier code works no more: nobody should get it after this one.
    withdraw_codes(
        edit,
        id,
        (
            "it was withdrawn: a newer code takes its place",
            "已撤回，由较新的验证码取代",
        ),
    )
    .await?;
    links::forget_member(&mut edit.tx, id).await?;
    let purpose = purpose(edit, id, by).await?;
    let origin = access.origin_of(access.host());
    let link = one_time_links::issue(&mut edit.tx, &origin, &purpose, edit.now).await?;
    let ends_password = occasion == Occasion::NewPassword { keep: false };
    let was_reset = ends_password && end_password(edit, id).await?;
    Ok((member, link, was_reset))
}

/// To somebody who was here before, a code that is sent proves no more than that they own the mailbox, or the
/// mobile. A newcomer may have nothing else.
async fn purpose(
    edit: &mut Edit<'_>,
    id: &MemberId,
    by: Option<Channel>,
) -> Result<Purpose, Refused> {
    let account = store::credentials::find(&mut edit.tx, id).await?;
    let account = account.ok_or(Refused::NotFound("member"))?;
    let Some(channel) = by else {
        return Ok(Purpose::Password(id.clone()));
    };
    if addresses::is_newcomer(&mut edit.tx, &account).await? {
        return Ok(Purpose::Password(id.clone()));
    }
    let policy = sign_in_policy::rules_of(&mut edit.tx, id).await?.two_step;
    let factors = by_message::factors(&mut edit.tx, &account, &policy).await?;
    if by_message::is_dead_end(channel, &account, &policy, &factors) {
        return Err(Refused::Impossible(both((
            "the member's only second factor is a code by the same way, which would prove nothing more: make a \
             one-time code and hand it over",
            "该成员唯一的两步验证方式与此发送途径相同，无法再证明其他内容：请生成一次性验证码并当面交给本人",
        ))));
    }
    Ok(Purpose::PasswordBy(id.clone(), channel))
}

/// A code that is out for the person works no more, nor does what it has opened so far.
pub async fn end_codes(
    edit: &mut Edit<'_>,
    id: &MemberId,
    why: (&str, &str),
) -> Result<(), Refused> {
    links::forget_member(&mut edit.tx, id).await?;
    flows::forget_member(&mut edit.tx, id).await?;
    message_codes::forget_member(&mut edit.tx, id).await?;
    withdraw_codes(edit, id, why).await
}

/// Codes that wait to be sent to the person are not sent any more.
pub(super) async fn withdraw_codes(
    edit: &mut Edit<'_>,
    id: &MemberId,
    why: (&str, &str),
) -> Result<(), Refused> {
    Ok(outbox::withdraw_codes(&mut edit.tx, id, why, edit.now).await?)
}

/// Ends the password with every sign-in. `false` if there was none.
async fn end_password(edit: &mut Edit<'_>, id: &MemberId) -> Result<bool, Refused> {
    let policy = sign_in_policy::rules_of(&mut edit.tx, id).await?.password;
    store::earlier_passwords::keep_present(&mut edit.tx, id, policy.history, edit.now).await?;
    let had_one = store::credentials::forget_password(&mut edit.tx, id).await?;
    known_devices::forget_member(&mut edit.tx, id).await?;
    account::end_sign_ins(edit, id, "password_reset").await?;
    edit.forget(id);
    Ok(had_one)
}

/// Takes the authenticator, the passkeys and the recovery codes away: the person enrols anew. Whoever holds the
/// lost device is signed out.
pub async fn reset_second_factor(mut edit: Edit<'_>, id: &MemberId) -> Result<(), Refused> {
    let member = within_reach(&mut edit, id).await?;
    second_factor::forget(&mut edit.tx, id).await?;
    known_devices::forget_member(&mut edit.tx, id).await?;
    account::end_sign_ins(&mut edit, id, "second_factor_reset").await?;
    let happened = Happened::elsewhere(id, NoticeEvent::FactorsReset, edit.now);
    happened.queue(&mut edit.tx).await?;
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
    // Whoever is just being promoted is judged by what they are then.
    members::hold(&mut edit.tx, id).await?;
    let member = find(&mut edit.tx, id).await?;
    reach::may_touch(edit, &member).await?;
    Ok(member)
}
