//! Puts a new password in force, and everything else that the old one opened out of it.

use config::id::SignInId;
use config::session::Revocation;
use serde_json::Value;

use super::notices::{self, Happened};
use super::strength::{self, Weakness};
use crate::logs::{Actor, ActorKind, AuditEntry, AuditResult, Target, record_audit};
use crate::messages::outbox;
use crate::pages::{Failure, Reader};
use crate::passwords::{Standing, Verdict};
use crate::sign_in_policy::{self, PasswordPolicy};
use crate::state::State;
use crate::store::changes::{Change, announce};
use crate::store::credentials::Account;
use crate::store::{
    Tx, credentials, earlier_passwords, flows, known_devices, members, one_time_links, sign_ins,
};

/// Checks a new password of the person, typed twice.
///
/// # Errors
/// The first weakness found.
pub async fn check(
    state: &State,
    policy: &PasswordPolicy,
    account: &Account,
    password: &str,
    repeated: &str,
) -> Result<(), Weakness> {
    let snapshot = state.snapshot();
    let organisation = snapshot.map(|snapshot| snapshot.brand.organisation.clone());
    let organisation = organisation.unwrap_or_default();
    let names = [
        account.username.as_str(),
        account.display_name.as_str(),
        organisation.en.as_str(),
        organisation.zh_cn.as_str(),
    ];
    strength::check(policy, password, repeated, &names)?;
    refuse_breached(state, policy, password).await
}

/// Refuses a password that is known from a leak, where the policy says so. Where this node has no list, it is
/// taken: see [`crate::breached`].
///
/// # Errors
/// [`Weakness::Breached`]
pub async fn refuse_breached(
    state: &State,
    policy: &PasswordPolicy,
    password: &str,
) -> Result<(), Weakness> {
    if !policy.refuse_breached {
        return Ok(());
    }
    match state.breached.holds(password).await {
        Ok(true) => Err(Weakness::Breached),
        Ok(false) => Ok(()),
        Err(error) => {
            tracing::warn!(%error, "a new password is not looked up among breached ones");
            state.store.metrics().passwords_not_looked_up.inc();
            Ok(())
        }
    }
}

/// Whether the password is the one that is to be replaced, or one that the person had before, as far as the
/// policy looks back. Only for whoever has proven to be that person: it tells of their passwords.
pub async fn had(
    state: &State,
    policy: &PasswordPolicy,
    account: &Account,
    password: &str,
) -> Result<Option<Weakness>, Failure> {
    let is_present = async |stored: Option<String>| match stored {
        Some(_) => {
            let verdict = state.passwords.verify(Standing::Known, password, stored);
            verdict.await.map(|verdict| verdict != Verdict::Wrong)
        }
        None => Ok(false),
    };
    if is_present(account.password_hash.clone()).await? {
        return Ok(Some(Weakness::Unchanged));
    }
    let mut read = state.store.read().await?;
    let earlier = earlier_passwords::of(&mut read, &account.member, policy.history).await?;
    drop(read);
    for hash in earlier {
        if is_present(Some(hash)).await? {
            return Ok(Some(Weakness::UsedBefore));
        }
    }
    Ok(None)
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
    let policy = sign_in_policy::rules_of(tx, member).await?.password;
    earlier_passwords::keep_present(tx, member, policy.history, now).await?;
    credentials::set_password(tx, member, hash, now).await?;
    end_what_it_opened(state, reader, tx, account, keep).await
}

/// All other sign-ins of a person whose password is another one from now on.
pub async fn end_what_it_opened(
    state: &State,
    reader: &Reader,
    tx: &mut Tx,
    account: &Account,
    keep: Option<&SignInId>,
) -> Result<(), Failure> {
    let now = state.clock.now();
    let member = &account.member;
    known_devices::distrust(tx, member).await?;
    one_time_links::forget_member(tx, member).await?;
    let why = (
        "it was withdrawn: the member has set a password",
        "已撤回，该成员已设置密码",
    );
    outbox::withdraw_codes(tx, member, why, now).await?;
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

/// Records what a person did to their own account, and has them told of it.
pub async fn audit(
    state: &State,
    reader: &Reader,
    tx: &mut Tx,
    account: &Account,
    action: &'static str,
) -> Result<(), Failure> {
    audit_of(state, reader, tx, account, action, (None, None)).await
}

/// The same of one thing among several: how it was, and is.
pub async fn audit_of(
    state: &State,
    reader: &Reader,
    tx: &mut Tx,
    account: &Account,
    action: &'static str,
    (before, after): (Option<Value>, Option<Value>),
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
        before,
        after,
    };
    let now = state.clock.now();
    record_audit(tx, now, &entry).await?;
    if let Some(event) = notices::of_action(action) {
        let happened = Happened::at(reader, Some(&account.member), event, now);
        happened.queue(tx).await?;
    }
    Ok(())
}
