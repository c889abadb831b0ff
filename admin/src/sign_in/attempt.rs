//! One guess at a secret of somebody's: counted before it is checked, told of in the log after.
//!
//! Every form that takes a secret goes through here, so that none forgets either. The check itself is
//! the form's own, in a transaction of its own: nobody waits for a hash with the store in hand.

use config::Timestamp;
use config::id::MemberId;
use config::session::AuthenticationMethod;

use super::captcha_due::is_known_to_anybody;
use super::lockout::{Counters, Guess, Turn};
use super::notices::Happened;
use super::record::{Happening, record};
use crate::logs::SignInKind;
use crate::messages::content::NoticeEvent;
use crate::pages::{Failure, Reader};
use crate::passwords::{PasswordsError, Standing, Verdict};
use crate::sign_in_policy;
use crate::state::State;
use crate::store::credentials::Account;
use crate::store::{StoreError, Tx};

/// A guess that was counted and may be answered.
pub struct Attempt<'a> {
    state: &'a State,
    reader: &'a Reader,
    counters: Counters,
    member: Option<&'a MemberId>,
    /// As it was typed where nobody was found.
    username: &'a str,
    /// What is tried, as far as that is known.
    method: Option<AuthenticationMethod>,
    guess: Guess,
    is_allowed: bool,
    /// Whether it locks the account if it is wrong.
    is_last: bool,
}

/// Refuses whoever comes from an address that is spent, before anybody is looked up. A browser that
/// anybody has signed in with has counters of its own, which are asked later.
///
/// # Errors
/// [`Failure::TooManyAttempts`]
pub async fn refuse_spent_address(state: &State, reader: &Reader) -> Result<(), Failure> {
    if is_address_spent(state, reader).await? {
        Err(Failure::TooManyAttempts)
    } else {
        Ok(())
    }
}

/// Whether whoever comes from there is refused.
pub async fn is_address_spent(state: &State, reader: &Reader) -> Result<bool, StoreError> {
    let now = state.clock.now();
    let mut read = state.store.read().await?;
    let strangers = Counters::of_stranger(reader);
    if !strangers.is_spent(&mut read, Guess::Password, now).await? {
        return Ok(false);
    }
    Ok(!is_known_to_anybody(&mut read, reader, now).await?)
}

/// A captcha was not answered, or wrongly: that weighs on the address and on no account.
///
/// # Errors
/// [`Failure::TooManyAttempts`] where the address has had its share.
pub async fn captcha_failed(
    state: &State,
    reader: &Reader,
    whose: (Option<&MemberId>, &str),
) -> Result<(), Failure> {
    let (counters, method) = (
        Counters::of_stranger(reader),
        AuthenticationMethod::Password,
    );
    let attempt = Attempt::count(state, reader, counters, whose, method).await?;
    Ok(attempt.failed("captcha_not_answered").await?)
}

impl<'a> Attempt<'a> {
    /// At a secret of an account.
    ///
    /// # Errors
    /// [`Failure::TooManyAttempts`] where the source has had its share.
    pub async fn at_account(
        state: &'a State,
        reader: &'a Reader,
        account: &'a Account,
        method: AuthenticationMethod,
    ) -> Result<Self, Failure> {
        let now = state.clock.now();
        let mut read = state.store.read().await?;
        let rules = sign_in_policy::rules_of(&mut read, &account.member).await?;
        let policy = &rules.attempts;
        let counters = Counters::of_member(&mut read, reader, &account.member, policy, now).await?;
        drop(read);
        let whose = (Some(&account.member), account.username.as_str());
        Self::count(state, reader, counters, whose, method).await
    }

    /// At a one-time code, which is nobody's until it is found.
    ///
    /// # Errors
    /// [`Failure::TooManyAttempts`] where the source has had its share.
    pub async fn at_code(state: &'a State, reader: &'a Reader) -> Result<Self, Failure> {
        let counters = Counters::of_codes(reader);
        let method = AuthenticationMethod::OneTimeLink;
        Self::count(state, reader, counters, (None, ""), method).await
    }

    /// At a secret that this method takes.
    ///
    /// # Errors
    /// As [`Attempt::count_as`].
    pub async fn count(
        state: &'a State,
        reader: &'a Reader,
        counters: Counters,
        whose: (Option<&'a MemberId>, &'a str),
        method: AuthenticationMethod,
    ) -> Result<Self, Failure> {
        let what = (Some(method), Guess::of(method));
        Self::count_as(state, reader, counters, whose, what).await
    }

    /// Counts a guess. The first one over the limit of its source is told of in the log; those that
    /// follow are neither counted nor told of, so that a flood of them writes nothing.
    ///
    /// # Errors
    /// [`Failure::TooManyAttempts`] where the source has had its share; [`Failure::Busy`] where there is
    /// no room to check a password.
    pub async fn count_as(
        state: &'a State,
        reader: &'a Reader,
        counters: Counters,
        (member, username): (Option<&'a MemberId>, &'a str),
        (method, guess): (Option<AuthenticationMethod>, Guess),
    ) -> Result<Self, Failure> {
        let now = state.clock.now();
        if method == Some(AuthenticationMethod::Password) {
            state.passwords.expect_room(standing(&counters))?;
        }
        let mut read = state.store.read().await?;
        if counters.is_spent(&mut read, guess, now).await? {
            return Err(Failure::TooManyAttempts);
        }
        drop(read);
        let mut attempt = Self {
            state,
            reader,
            counters,
            member,
            username,
            method,
            guess,
            is_allowed: false,
            is_last: false,
        };
        let mut tx = state.store.begin().await?;
        let turn = attempt.counters.take(&mut tx, guess, now).await?;
        if turn == Turn::SourceSpent {
            attempt.note(&mut tx, now, "too_many_attempts").await?;
            tx.commit().await?;
            return Err(Failure::TooManyAttempts);
        }
        tx.commit().await?;
        attempt.is_allowed = turn != Turn::AccountSpent;
        attempt.is_last = turn == Turn::Last;
        Ok(attempt)
    }

    /// Whether the guess may be checked at all. If not, it is answered like a wrong one.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.is_allowed
    }

    /// As whom the guesser waits for a hash.
    #[must_use]
    pub fn standing(&self) -> Standing {
        standing(&self.counters)
    }

    /// How many others were made at the account before the right one, or beside it, and still count.
    pub async fn others(&self, tx: &mut Tx) -> Result<i64, StoreError> {
        let (guess, now) = (self.guess, self.state.clock.now());
        Ok(self.counters.at_account(tx, guess, now).await? - 1)
    }

    /// Checks a password; without a stored hash, or where the guess is not allowed, it is wrong at the same
    /// cost.
    ///
    /// # Errors
    /// [`Failure::Busy`] where nobody could check it: then the guess is taken back, so that nobody is locked
    /// for what was never checked.
    pub async fn check(
        &self,
        standing: Standing,
        password: &str,
        stored: Option<&str>,
    ) -> Result<Verdict, Failure> {
        let stored = stored.filter(|_| self.is_allowed).map(str::to_owned);
        let checked = self.state.passwords.verify(standing, password, stored);
        match checked.await {
            Err(PasswordsError::Busy) => {
                self.take_back().await?;
                Err(Failure::Busy)
            }
            checked => Ok(checked?),
        }
    }

    /// Nobody could say whether the guess was right: it is told of, and taken back.
    pub async fn not_checked(&self, reason: &'static str) -> Result<(), StoreError> {
        let (mut tx, now) = (self.state.store.begin().await?, self.state.clock.now());
        self.note(&mut tx, now, reason).await?;
        self.counters
            .take_back(&mut tx, self.guess, self.is_allowed)
            .await?;
        tx.commit().await
    }

    async fn take_back(&self) -> Result<(), StoreError> {
        let mut tx = self.state.store.begin().await?;
        self.counters
            .take_back(&mut tx, self.guess, self.is_allowed)
            .await?;
        tx.commit().await
    }

    /// The guess was right: in `tx`, it weighs on nobody any more.
    pub async fn succeeded(&self, tx: &mut Tx) -> Result<(), StoreError> {
        self.counters.succeed(tx, self.guess).await
    }

    /// The guess was wrong, for this reason, or was not checked.
    pub async fn failed(&self, reason: &'static str) -> Result<(), StoreError> {
        let reason = if self.is_allowed {
            reason
        } else {
            "too_many_attempts"
        };
        let (mut tx, now) = (self.state.store.begin().await?, self.state.clock.now());
        self.note(&mut tx, now, reason).await?;
        if self.is_last {
            let happened = Happened::at(self.reader, self.member, NoticeEvent::Locked, now);
            happened.queue(&mut tx).await?;
        }
        tx.commit().await
    }

    async fn note(
        &self,
        tx: &mut Tx,
        now: Timestamp,
        reason: &'static str,
    ) -> Result<(), StoreError> {
        let happening = Happening {
            kind: SignInKind::Failed,
            member: self.member,
            username: self.username,
            method: self.method,
            reason: Some(reason),
            risk: &[],
            sign_in: None,
        };
        record(tx, self.reader, now, happening).await
    }
}

fn standing(counters: &Counters) -> Standing {
    if counters.is_known_browser() {
        Standing::Known
    } else {
        Standing::Stranger
    }
}
