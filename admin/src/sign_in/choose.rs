//! Puts a new password in force, and everything else that the old one opened out of it.

use config::id::SignInId;
use config::session::Revocation;

use crate::logs::{Actor, ActorKind, AuditEntry, AuditResult, Target, record_audit};
use crate::messages::{MessageKind, outbox};
use crate::pages::{Failure, Reader};
use crate::passwords::{Standing, Verdict};
use crate::state::State;
use crate::store::changes::{Change, announce};
use crate::store::credentials::Account;
use crate::store::{Tx, credentials, flows, members, one_time_links, sign_ins};

/// Whether the password is the one that is to be replaced.
pub async fn is_unchanged(
    state: &State,
    account: &Account,
    password: &str,
) -> Result<bool, Failure> {
    let Some(stored) = account.password_hash.clone() else {
        return Ok(false);
    };
    Ok(state
        .passwords
        .verify(Standing::Known, password, Some(stored))
        .await?
        != Verdict::Wrong)
}

/// Sets the password in `tx`: all other sign-ins of the person end, those that had only begun among
/// them, and one-time codes that are out for them no longer work.
pub async fn set(
    state: &State,
    reader: &Reader,
    tx: &mut Tx,
    account: &Account,
    hash: &str,
    keep: Option<&SignInId>,
) -> Result<(), Failure> {
    let now = state.clock.now();
    let member = &account.member;
    members::hold(tx, member).await?;
    credentials::set_password(tx, member, hash, now).await?;
    one_time_links::forget(tx, &one_time_links::Purpose::Password(member.clone())).await?;
    let why = (
        "it was withdrawn: the member has set a password",
        "已撤回，该成员已设置密码",
    );
    outbox::withdraw(tx, member, MessageKind::OneTimeCode, why, now).await?;
    flows::forget_member(tx, member).await?;
    audit(state, reader, tx, account, "change_password").await?;
    for other in sign_ins::open_of(tx, member, now).await? {
        if keep != Some(&other)
            && sign_ins::end(tx, &other, member, "password_changed", now).await?
        {
            announce(tx, Change::Revoked(Revocation::SignIn(other)), now).await?;
        }
    }
    Ok(())
}

/// Records what a person did to their own account.
pub async fn audit(
    state: &State,
    reader: &Reader,
    tx: &mut Tx,
    account: &Account,
    action: &'static str,
) -> Result<(), Failure> {
    let entry = AuditEntry {
        actor: Actor {
            kind: ActorKind::Member,
            id: Some(account.member.to_string()),
            name: account.username.clone(),
        },
        client_address: Some(reader.visitor.client_address),
        request_id: Some(reader.visitor.request_id.clone()),
        action,
        target: Target {
            kind: "member",
            id: Some(account.member.to_string()),
            name: account.username.clone(),
        },
        result: AuditResult::Done,
        before: None,
        after: None,
    };
    record_audit(tx, state.clock.now(), &entry).await?;
    Ok(())
}
