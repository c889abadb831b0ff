//! How many guesses anybody has.
//!
//! One counter for each account, whatever spelling or name was typed, and one for each source
//! address; both counted in the store before the guess is checked, so that parallel guesses are
//! counted too. A browser in which the person has signed in before has a counter of its own instead:
//! guesses from elsewhere do not lock the person out, and colleagues behind one address do not
//! either. Guesses at the second factor are counted apart, since whoever makes them knows the
//! password and could otherwise reset the count with it.
//!
//! What is over its limit is refused in two ways, so that neither tells who has an account:
//!
//! - A **source** (an address, or a known browser) is refused at once and is told so: nothing is
//!   hashed or written for it any more, and for an address nobody is looked up. The answer depends on what that source did and on
//!   nothing else, so it says nothing of the account that was named; and a source that is spent weighs
//!   on no account's counter.
//! - An **account** is refused like a wrong guess, in text, status and time: its password is not
//!   checked, but a hash is made all the same. Were the refusal quicker, whoever has spent the guesses
//!   at `alice` would learn from `alice@example.com` that both are one account, and from a lock that
//!   ends early that somebody has signed in. Names that nobody has are locked in the same way.

mod nobodys;

use std::cmp::Ordering;
use std::net::IpAddr;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use config::id::MemberId;
use config::{Timestamp, cookies};
use sha2::{Digest, Sha256};

use super::captcha_due::NameCounter;
pub use super::guess::Guess;
use crate::pages::Reader;
use crate::sign_in_policy::{AttemptPolicy, CaptchaDemand};
use crate::store::lockouts::{self, Limit};
use crate::store::{Connection, StoreError, Tx, known_devices};

/// For so long guesses are counted, and refused after too many, where the sign-in policy does not say.
pub const WINDOW: Duration = Duration::from_mins(15);
/// Guesses at one person's second factor.
pub const SECOND_FACTOR: Limit = Limit {
    most: 5,
    window: WINDOW,
    lock: Some(WINDOW),
};
/// Guesses from one address, at whatever accounts.
pub const ADDRESS: Limit = Limit {
    most: 60,
    window: WINDOW,
    lock: Some(WINDOW),
};
/// Codes for a new password that are sent to one person.
pub const RESETS_OF_ACCOUNT: Limit = Limit {
    most: 3,
    window: Duration::from_hours(1),
    lock: Some(Duration::from_hours(1)),
};
/// Codes to sign in with that are sent to one person: to a browser in which they have signed in before, and to
/// all others together.
pub const CODES_OF_ACCOUNT: Limit = Limit {
    most: 5,
    window: Duration::from_hours(1),
    lock: Some(Duration::from_hours(1)),
};
/// A browser that was not used for so long is no longer known.
pub(crate) const DEVICE_LIFE: Duration = Duration::from_hours(180 * 24);

/// The counters on which an attempt weighs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counters {
    source: Source,
    /// `None` in a known browser, whose own counter is enough.
    account: Option<String>,
    /// Of passwords: what the sign-in policy says for the person.
    limit: Limit,
    /// Of a name that was typed: what has a captcha asked.
    name: Option<NameCounter>,
}

/// Where guesses come from.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Source {
    /// An address behind which many people may be.
    Shared(String),
    /// A known browser of one person, or an address as far as one-time codes are concerned.
    Own(String),
}

/// Whether a guess that was counted may be checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    Allowed,
    /// As that, and the last: if it is wrong, too, the account takes no more.
    Last,
    /// To be refused like a wrong guess, and at the same cost.
    AccountSpent,
    /// To be refused at once.
    SourceSpent,
}

impl Counters {
    /// For an account that exists.
    pub async fn of_member(
        connection: &mut Connection,
        reader: &Reader,
        member: &MemberId,
        policy: &AttemptPolicy,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let limit = limit_of(policy);
        if let Some(device) = reader.token(cookies::DEVICE) {
            let device = device.hash();
            let since = now.minus(DEVICE_LIFE);
            if known_devices::knows(connection, &device, member, since).await? {
                let device = URL_SAFE_NO_PAD.encode(device);
                return Ok(Self {
                    source: Source::Own(format!("device:{member}:{device}")),
                    account: None,
                    limit,
                    name: None,
                });
            }
        }
        Ok(Self {
            account: Some(format!("account:{member}")),
            limit,
            ..Self::of_stranger(reader)
        })
    }

    /// For a name that nobody has. It is looked up and counted like any other, so that the answers are
    /// alike.
    pub async fn of_nobody(
        connection: &mut Connection,
        reader: &Reader,
        key: &str,
        policy: &AttemptPolicy,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(key.as_bytes()));
        let nobody = MemberId::from(format!("?{hash}"));
        Self::of_member(connection, reader, &nobody, policy, now).await
    }

    /// For whoever has not named anybody yet, in a browser that nobody has signed in with.
    #[must_use]
    pub fn of_stranger(reader: &Reader) -> Self {
        Self {
            source: Source::Shared(address_subject(reader.visitor.client_address)),
            account: None,
            limit: ADDRESS,
            name: None,
        }
    }

    /// Takes one attempt of the source back.
    pub async fn refund(&self, tx: &mut Tx, guess: Guess) -> Result<(), StoreError> {
        lockouts::refund(tx, &self.source(guess).0).await
    }

    /// With failures counted at the name, too, where a captcha is asked after some. A known browser is spared.
    #[must_use]
    pub fn with_name(self, name_key: &str, demand: CaptchaDemand) -> Self {
        let name = NameCounter::new(name_key, demand).filter(|_| !self.is_known_browser());
        Self { name, ..self }
    }

    #[must_use]
    pub fn of_name(&self) -> Option<&NameCounter> {
        self.name.as_ref()
    }

    /// How many guesses of the source count.
    pub async fn counted(
        &self,
        connection: &mut Connection,
        guess: Guess,
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        let (subject, limit) = self.source(guess);
        lockouts::counted(connection, &subject, limit, now).await
    }

    /// How many guesses count at the account: of a known browser those made in it.
    pub async fn at_account(
        &self,
        connection: &mut Connection,
        guess: Guess,
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        let Some(account) = self.account(guess) else {
            return self.counted(connection, guess, now).await;
        };
        lockouts::counted(connection, &account, self.limit(guess), now).await
    }

    /// Whether the source went over its limit before.
    pub async fn is_spent(
        &self,
        connection: &mut Connection,
        guess: Guess,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (_, limit) = self.source(guess);
        Ok(self.counted(connection, guess, now).await? > limit.most)
    }

    /// Counts an attempt before it is checked: at its source first, since one that is spent may not
    /// lock accounts.
    pub async fn take(
        &self,
        tx: &mut Tx,
        guess: Guess,
        now: Timestamp,
    ) -> Result<Turn, StoreError> {
        let (subject, limit) = self.source(guess);
        if lockouts::count(tx, &subject, limit, now).await? > limit.most {
            return Ok(Turn::SourceSpent);
        }
        if let Some(name) = &self.name {
            name.count(tx, now).await?;
        }
        let Some(account) = self.account(guess) else {
            return Ok(Turn::Allowed);
        };
        let limit = self.limit(guess);
        let counted = lockouts::count(tx, &account, limit, now).await?;
        Ok(match counted.cmp(&limit.most) {
            Ordering::Less => Turn::Allowed,
            Ordering::Equal => Turn::Last,
            Ordering::Greater => Turn::AccountSpent,
        })
    }

    /// The attempt was right: the account's count begins anew, the address gets this one back.
    /// (Its whole count is not forgotten, or an attacker's own account would reset it.)
    pub async fn succeed(&self, tx: &mut Tx, guess: Guess) -> Result<(), StoreError> {
        let (subject, _) = self.source(guess);
        match self.source {
            Source::Shared(_) => lockouts::refund(tx, &subject).await?,
            Source::Own(_) => lockouts::clear(tx, &subject).await?,
        }
        if let Some(name) = &self.name {
            name.refund(tx).await?;
        }
        match self.account(guess) {
            Some(account) => lockouts::clear(tx, &account).await,
            None => Ok(()),
        }
    }

    /// The attempt was not checked after all: it weighs on nobody. At an account that took no more
    /// (`was_allowed` is not set) it was not counted.
    pub async fn take_back(
        &self,
        tx: &mut Tx,
        guess: Guess,
        was_allowed: bool,
    ) -> Result<(), StoreError> {
        lockouts::refund(tx, &self.source(guess).0).await?;
        if let Some(name) = &self.name {
            name.refund(tx).await?;
        }
        match self.account(guess).filter(|_| was_allowed) {
            Some(account) => lockouts::refund(tx, &account).await,
            None => Ok(()),
        }
    }

    /// Whether the guesses come from a browser in which the person has signed in before.
    #[must_use]
    pub fn is_known_browser(&self) -> bool {
        matches!(self.source, Source::Own(_))
    }

    fn source(&self, guess: Guess) -> (String, Limit) {
        match &self.source {
            Source::Shared(address) => (address.clone(), ADDRESS),
            Source::Own(subject) => (guess.apart(subject), self.limit(guess)),
        }
    }

    fn limit(&self, guess: Guess) -> Limit {
        match guess {
            Guess::Password => self.limit,
            Guess::SecondFactor => SECOND_FACTOR,
        }
    }

    fn account(&self, guess: Guess) -> Option<String> {
        self.account.as_deref().map(|subject| guess.apart(subject))
    }
}

/// Lets a person try again at once, as an administrator decides.
pub async fn unlock(tx: &mut Tx, member: &MemberId) -> Result<(), StoreError> {
    lockouts::clear(tx, &format!("account:{member}")).await?;
    lockouts::clear(tx, &format!("account:{member}:second")).await?;
    // The person's own browsers have counters of their own.
    lockouts::clear_all(tx, &format!("device:{member}:")).await
}

/// Whether the account takes no guesses just now, wherever they come from.
pub async fn is_locked(
    connection: &mut Connection,
    member: &MemberId,
    policy: &AttemptPolicy,
    now: Timestamp,
) -> Result<bool, StoreError> {
    for (guess, limit) in [
        (Guess::Password, limit_of(policy)),
        (Guess::SecondFactor, SECOND_FACTOR),
    ] {
        let subject = guess.apart(&format!("account:{member}"));
        if lockouts::counted(connection, &subject, limit, now).await? >= limit.most {
            return Ok(true);
        }
    }
    Ok(false)
}

fn limit_of(policy: &AttemptPolicy) -> Limit {
    Limit {
        most: i64::from(policy.wrong_passwords),
        window: policy.window(),
        lock: policy.lock(),
    }
}

/// An IPv6 customer has at least a /64: those are one source.
fn address_subject(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => format!("address:{v4}"),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("address:{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

/// Guesses at one account under the policy of an organisation that has set none.
#[cfg(test)]
pub const PER_ACCOUNT: i64 = 10;

#[cfg(test)]
mod tests;
