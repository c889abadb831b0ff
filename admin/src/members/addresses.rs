//! Addresses to which codes go. Who reads what is sent there may be able to set the person's password, or to
//! prove a second factor: so an address of somebody who has come in before is as good as a credential, and is
//! put there only by those who may hand out credentials.

use config::id::MemberId;

use super::reach;
use crate::authz::{Action, Forbidden, Resource};
use crate::edit::Edit;
use crate::messages::Channel;
use crate::messages::content::NoticeEvent;
use crate::refused::Refused;
use crate::sign_in::notices::Happened;
use crate::store::credentials::Account;
use crate::store::{Connection, StoreError, credentials, events, role_holdings};

/// Where the person is reached, to be compared with [`may_change`] once the change is written.
pub async fn before(edit: &mut Edit<'_>, id: &MemberId) -> Result<Account, Refused> {
    let account = credentials::find(&mut edit.tx, id).await?;
    account.ok_or(Refused::NotFound("member"))
}

/// The addresses were changed, in this transaction.
///
/// # Errors
/// If somebody who has come in before would be reached elsewhere, and that is not the caller's to decide.
pub(super) async fn may_change(edit: &mut Edit<'_>, before: &Account) -> Result<(), Refused> {
    let after = self::before(edit, &before.member).await?;
    let differs = |channel| before.address(channel) != after.address(channel);
    let mut channels = [Channel::Mail, Channel::Sms].into_iter();
    if !channels.clone().any(differs) || is_newcomer(&mut edit.tx, &after).await? {
        return Ok(());
    }
    if channels.any(|channel| differs(channel) && after.address(channel).is_some()) {
        may_redirect(edit, &after.member).await?;
    }
    tell(edit, before).await
}

/// The addresses were changed, in this transaction, on a directory's word: whoever was reached there before
/// is told, if anything of theirs could be taken.
pub async fn changed_there(edit: &mut Edit<'_>, before: &Account) -> Result<(), Refused> {
    let after = self::before(edit, &before.member).await?;
    let mut channels = [Channel::Mail, Channel::Sms].into_iter();
    let differs = channels.any(|channel| before.address(channel) != after.address(channel));
    if !differs || is_newcomer(&mut edit.tx, &after).await? {
        return Ok(());
    }
    tell(edit, before).await
}

async fn tell(edit: &mut Edit<'_>, before: &Account) -> Result<(), Refused> {
    let happened = Happened::elsewhere(&before.member, NoticeEvent::AddressChanged, edit.now);
    let happened = happened.to(before.address(Channel::Mail));
    Ok(happened.queue(&mut edit.tx).await?)
}

/// Whether the person has never come in, and holds no role: nothing of theirs is to be taken.
pub(super) async fn is_newcomer(
    connection: &mut Connection,
    account: &Account,
) -> Result<bool, StoreError> {
    if account.password_hash.is_some() || account.has_second_factor() {
        return Ok(false);
    }
    let has_come_in = events::last_sign_in(connection, &account.member)
        .await?
        .is_some();
    Ok(!has_come_in
        && role_holdings::of_member(connection, &account.member)
            .await?
            .is_empty())
}

/// As for a code that is handed out: nobody's own, so that a session of somebody else's is not made to last.
async fn may_redirect(edit: &mut Edit<'_>, id: &MemberId) -> Result<(), Refused> {
    let permit = edit.permit();
    if permit.actor().member() == Some(id) {
        return Err(Forbidden::OwnAddress.into());
    }
    let reach = permit.also(Resource::Credentials, Action::Create)?;
    if reach::sees(&mut edit.tx, &reach, id).await? {
        Ok(())
    } else {
        Err(Forbidden::Confined.into())
    }
}
