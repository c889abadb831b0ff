//! How many guesses anybody has.
//!
//! One counter for each account, whatever spelling or name was typed, and one for each source
//! address; both counted in the store before the guess is checked, so that parallel guesses are
//! counted too. A browser in which the person has signed in before has a counter of its own instead:
//! guesses from elsewhere do not lock the person out, and colleagues behind one address do not
//! either. Guesses at the second factor are counted apart, since whoever makes them knows the
//! password and could otherwise reset the count with it.

use std::net::IpAddr;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use config::id::MemberId;
use config::{Timestamp, cookies};
use sha2::{Digest, Sha256};

use crate::pages::Reader;
use crate::store::{Connection, StoreError, Tx, known_devices, lockouts};

/// Guesses are counted for so long from the first one.
pub const WINDOW: Duration = Duration::from_mins(15);
/// Guesses at one account (or from one known browser at it) in a window.
pub const PER_ACCOUNT: i64 = 10;
/// Guesses at one person's second factor in a window.
pub const PER_SECOND_FACTOR: i64 = 5;
/// Guesses from one address, at whatever accounts, in a window.
pub const PER_ADDRESS: i64 = 60;
/// A browser that was not used for so long is no longer known.
pub(crate) const DEVICE_LIFE: Duration = Duration::from_hours(180 * 24);

/// The counters on which an attempt weighs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counters {
    who: String,
    /// `None` in a known browser, whose own counter is enough.
    address: Option<String>,
}

/// What is being guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guess {
    Password,
    SecondFactor,
}

impl Counters {
    /// For an account that exists.
    pub async fn of_member(
        connection: &mut Connection,
        reader: &Reader,
        member: &MemberId,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        if let Some(device) = reader.token(cookies::DEVICE) {
            let device = device.hash();
            let since = now.minus(DEVICE_LIFE);
            if known_devices::knows(connection, &device, member, since).await? {
                return Ok(Self {
                    who: format!("device:{member}:{}", URL_SAFE_NO_PAD.encode(device)),
                    address: None,
                });
            }
        }
        Ok(Self {
            who: format!("account:{member}"),
            address: Some(address_subject(reader.visitor.client_address)),
        })
    }

    /// For a name that nobody has. It is counted like any other, so that the answers are alike.
    #[must_use]
    pub fn of_nobody(reader: &Reader, key: &str) -> Self {
        let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(key.as_bytes()));
        Self {
            who: format!("account:?{hash}"),
            address: Some(address_subject(reader.visitor.client_address)),
        }
    }

    /// For guesses at what belongs to nobody in particular, such as a one-time code.
    #[must_use]
    pub fn of_address(reader: &Reader) -> Self {
        let address = address_subject(reader.visitor.client_address);
        Self {
            who: format!("{address}:code"),
            address: None,
        }
    }

    /// Counts an attempt before it is checked. `false` if it may not be made.
    pub async fn take(
        &self,
        tx: &mut Tx,
        guess: Guess,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let since = now.minus(WINDOW);
        let tried = lockouts::count(tx, &self.who(guess), now, since).await?;
        let mut allowed = tried <= guess.limit();
        if let Some(address) = &self.address {
            let from_there = lockouts::count(tx, address, now, since).await?;
            allowed &= from_there <= PER_ADDRESS;
        }
        Ok(allowed)
    }

    /// The attempt was right: the account's count begins anew, the address gets this one back.
    /// (Its whole count is not forgotten, or an attacker's own account would reset it.)
    pub async fn succeed(&self, tx: &mut Tx, guess: Guess) -> Result<(), StoreError> {
        lockouts::clear(tx, &self.who(guess)).await?;
        if let Some(address) = &self.address {
            lockouts::refund(tx, address).await?;
        }
        Ok(())
    }

    fn who(&self, guess: Guess) -> String {
        match guess {
            Guess::Password => self.who.clone(),
            Guess::SecondFactor => format!("{}:second", self.who),
        }
    }
}

/// Lets a person try again at once, as an administrator decides.
pub async fn unlock(tx: &mut Tx, member: &MemberId) -> Result<(), StoreError> {
    lockouts::clear(tx, &format!("account:{member}")).await?;
    lockouts::clear(tx, &format!("account:{member}:second")).await?;
    // The person's own browsers have counters of their own.
    lockouts::clear_all(tx, &format!("device:{member}:")).await
}

impl Guess {
    fn limit(self) -> i64 {
        match self {
            Self::Password => PER_ACCOUNT,
            Self::SecondFactor => PER_SECOND_FACTOR,
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::on_both_engines;

    fn counters(who: &str) -> Counters {
        Counters {
            who: who.into(),
            address: Some("address:192.0.2.1".into()),
        }
    }

    #[tokio::test]
    async fn attack_17_guesses_sent_at_once_are_all_counted() {
        on_both_engines(async |store| {
            let tasks: Vec<_> = (0..30)
                .map(|_| {
                    let store = store.store.clone();
                    tokio::spawn(async move {
                        let mut tx = store.begin().await.unwrap();
                        let allowed = counters("account:m1")
                            .take(&mut tx, Guess::Password, Timestamp(1_000_000_000))
                            .await
                            .unwrap();
                        tx.commit().await.unwrap();
                        allowed
                    })
                })
                .collect();
            let mut allowed = 0;
            for task in tasks {
                allowed += i64::from(task.await.unwrap());
            }
            assert_eq!(allowed, PER_ACCOUNT);
        })
        .await;
    }

    #[tokio::test]
    async fn a_window_ends_and_success_begins_it_anew() {
        on_both_engines(async |store| {
            let start = Timestamp(1_000_000_000);
            let one = counters("account:m1");
            let mut tx = store.begin().await.unwrap();
            for _ in 0..PER_ACCOUNT {
                assert!(one.take(&mut tx, Guess::Password, start).await.unwrap());
            }
            assert!(!one.take(&mut tx, Guess::Password, start).await.unwrap());
            assert!(one.take(&mut tx, Guess::SecondFactor, start).await.unwrap());
            let later = start.plus(WINDOW);
            assert!(one.take(&mut tx, Guess::Password, later).await.unwrap());
            one.succeed(&mut tx, Guess::Password).await.unwrap();
            for _ in 0..PER_ACCOUNT {
                assert!(one.take(&mut tx, Guess::Password, later).await.unwrap());
            }
        })
        .await;
    }

    #[tokio::test]
    async fn attack_17_one_address_cannot_try_every_account() {
        on_both_engines(async |store| {
            let now = Timestamp(1_000_000_000);
            let mut tx = store.begin().await.unwrap();
            for n in 0..PER_ADDRESS {
                let each = counters(&format!("account:m{n}"));
                assert!(each.take(&mut tx, Guess::Password, now).await.unwrap());
            }
            let next = counters("account:another");
            assert!(!next.take(&mut tx, Guess::Password, now).await.unwrap());
        })
        .await;
    }

    #[tokio::test]
    async fn an_administrator_unlocks_the_persons_own_browsers_too() {
        on_both_engines(async |store| {
            let now = Timestamp(1_000_000_000);
            let mut tx = store.begin().await.unwrap();
            for who in ["account:m1", "device:m1:abc", "device:m12:abc"] {
                for _ in 0..PER_ACCOUNT {
                    let guess = Guess::Password;
                    assert!(counters(who).take(&mut tx, guess, now).await.unwrap());
                }
            }
            unlock(&mut tx, &"m1".into()).await.unwrap();
            for (who, open) in [
                ("account:m1", true),
                ("device:m1:abc", true),
                ("device:m12:abc", false),
            ] {
                let taken = counters(who).take(&mut tx, Guess::Password, now).await;
                assert_eq!(taken.unwrap(), open, "{who}");
            }
        })
        .await;
    }

    #[test]
    fn a_source_is_an_ipv4_address_or_an_ipv6_network() {
        let of = |text: &str| address_subject(text.parse().unwrap());
        assert_eq!(of("192.0.2.1"), of("::ffff:192.0.2.1"));
        assert_eq!(of("2001:db8::1"), of("2001:db8::2:3"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
    }
}
