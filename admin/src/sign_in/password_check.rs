//! Whether a password that is kept here is right.

use config::id::MemberId;

use super::attempt::Attempt;
use super::identify::Candidate;
use crate::pages::Failure;
use crate::passwords::{PasswordsError, Verdict};
use crate::state::State;
use crate::store::{Tx, credentials, members};

/// Begins the transaction in which the proven password counts; says how many wrong ones came before. Checking took its time: a password
/// that was changed meanwhile opens nothing any more.
pub(super) async fn hold(
    state: &State,
    attempt: &Attempt<'_>,
    candidate: &Candidate,
    hash: &str,
) -> Result<Result<(Tx, MemberId, i64), &'static str>, Failure> {
    let account = candidate.account.as_ref().ok_or(Failure::Internal)?;
    let stored = account.password_hash.as_deref().unwrap_or_default();
    let mut tx = state.store.begin().await?;
    members::hold(&mut tx, &account.member).await?;
    if !credentials::hold_password(&mut tx, &account.member, stored, hash).await? {
        return Ok(Err("wrong_password"));
    }
    let failures = attempt.others(&mut tx).await?;
    attempt.succeeded(&mut tx).await?;
    Ok(Ok((tx, account.member.clone(), failures)))
}

/// Checks the password, at the same cost whatever is wrong. `Ok` holds its hash at the present cost;
/// `Err` the reason for the log.
pub(super) async fn check(
    state: &State,
    attempt: &Attempt<'_>,
    candidate: &Candidate,
    password: &str,
) -> Result<Result<String, &'static str>, Failure> {
    let now = state.clock.now();
    let account = candidate.account.as_ref().filter(|a| a.is_active(now));
    let stored = account.and_then(|account| account.password_hash.as_deref());
    let standing = attempt.standing();
    let stored_text = || stored.unwrap_or_default().to_owned();
    Ok(match attempt.check(standing, password, stored).await? {
        Verdict::Right => Ok(stored_text()),
        // Where there is no room to hash it again, the next sign-in does.
        Verdict::RightButOutdated => match state.passwords.hash(password).await {
            Err(PasswordsError::Busy) => Ok(stored_text()),
            hashed => Ok(hashed?),
        },
        Verdict::Wrong => Err(match &candidate.account {
            None => "unknown_account",
            Some(account) if !account.is_active(now) => account.why_not_active(),
            Some(account) if account.password_hash.is_none() => "no_password_set",
            Some(_) => "wrong_password",
        }),
    })
}
