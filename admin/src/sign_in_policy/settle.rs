//! Brings what is open in line with what the policy says of sessions: after the policy has changed, and
//! after somebody has become another as far as its exceptions go.

use config::Timestamp;
use config::id::MemberId;

use super::{PolicyAudience, SessionPolicy, SignInPolicy, belonging, get};
use crate::edit::Edit;
use crate::refused::Refused;
use crate::store::session_limits::{Limits, Whose, most_of_all, settle};
use crate::store::{StoreError, Tx, sign_ins};

impl SessionPolicy {
    pub(super) fn limits(&self) -> Limits {
        let ms = |duration: std::time::Duration| i64::try_from(duration.as_millis());
        Limits {
            absolute_ms: ms(self.absolute()).unwrap_or(i64::MAX),
            idle_ms: self.idle().map(|idle| ms(idle).unwrap_or(i64::MAX)),
        }
    }
}

/// Everybody's sessions, and how many of them.
pub(super) async fn everybody(edit: &mut Edit<'_>, policy: &SignInPolicy) -> Result<(), Refused> {
    limit_all(&mut edit.tx, policy, edit.now).await?;
    let parts = policy
        .exceptions
        .iter()
        .filter_map(|one| one.sessions.as_ref());
    let numbers = parts.chain([&policy.sessions]).map(|one| one.most);
    let Some(least) = numbers.filter(|most| *most > 0).min() else {
        edit.forget_everybody();
        return Ok(());
    };
    for member in most_of_all(&mut edit.tx, least, edit.now).await? {
        let person = belonging(&mut edit.tx, &member).await?;
        let most = usize::from(policy.of(&person).sessions.most);
        end_oldest(edit, &member, most).await?;
    }
    edit.forget_everybody();
    Ok(())
}

/// The last of all first, so that of several exceptions that fit somebody the first has the last word.
async fn limit_all(tx: &mut Tx, policy: &SignInPolicy, now: Timestamp) -> Result<(), StoreError> {
    settle(tx, Whose::Everybody, policy.sessions.limits(), now).await?;
    for exception in policy.exceptions.iter().rev() {
        let Some(sessions) = &exception.sessions else {
            continue;
        };
        for who in &exception.who {
            let whose = match who {
                PolicyAudience::Guests => Whose::Guests,
                PolicyAudience::Group(id) => Whose::Group(id),
            };
            settle(tx, whose, sessions.limits(), now).await?;
        }
    }
    Ok(())
}

/// Leaves the person the newest sign-ins; 0 leaves all.
async fn end_oldest(edit: &mut Edit<'_>, member: &MemberId, most: usize) -> Result<(), Refused> {
    let open = sign_ins::open_of(&mut edit.tx, member, edit.now).await?;
    let over = open.len().saturating_sub(most);
    for oldest in open.into_iter().take(if most == 0 { 0 } else { over }) {
        sign_ins::end(&mut edit.tx, &oldest, member, "too_many_sign_ins", edit.now).await?;
    }
    Ok(())
}

/// The sessions of people who may have become others; `None`: of everybody.
pub async fn resettle(
    tx: &mut Tx,
    members: Option<&[MemberId]>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let policy = get(tx).await?.body;
    if !policy.parts_sessions() {
        return Ok(());
    }
    let Some(members) = members else {
        return limit_all(tx, &policy, now).await;
    };
    for member in members {
        let person = belonging(tx, member).await?;
        let limits = policy.of(&person).sessions.limits();
        settle(tx, Whose::Member(member), limits, now).await?;
    }
    Ok(())
}
