//! When a captcha is asked.
//!
//! Failures are counted at the name that was typed, not at an account, for as long for everybody, and are not
//! forgotten when somebody signs in. So the page tells neither whether a name is anybody's, nor which names are
//! one person's, nor that somebody has signed in.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use config::{Timestamp, cookies};
use sha2::{Digest, Sha256};

use super::attempt;
use super::lockout::{Counters, DEVICE_LIFE, Guess, WINDOW};
use crate::captcha::{self, Kind, Puzzle};
use crate::pages::{Failure, Reader};
use crate::sign_in_policy::{self, CaptchaDemand};
use crate::state::State;
use crate::store::lockouts::{self, Limit};
use crate::store::{Connection, StoreError, Tx, known_devices};

/// The counter of failures at a name, where the policy has a captcha asked after some.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameCounter {
    subject: String,
    limit: Limit,
}

impl NameCounter {
    #[must_use]
    pub fn new(name_key: &str, demand: CaptchaDemand) -> Option<Self> {
        let CaptchaDemand::After { failures } = demand else {
            return None;
        };
        let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(name_key.as_bytes()));
        Some(Self {
            subject: format!("captcha:{hash}"),
            limit: Limit {
                most: i64::from(failures),
                window: WINDOW,
                lock: Some(WINDOW),
            },
        })
    }

    pub async fn count(&self, tx: &mut Tx, now: Timestamp) -> Result<(), StoreError> {
        lockouts::count(tx, &self.subject, self.limit, now).await?;
        Ok(())
    }

    pub async fn refund(&self, tx: &mut Tx) -> Result<(), StoreError> {
        lockouts::refund(tx, &self.subject).await
    }

    async fn is_full(&self, read: &mut Connection, now: Timestamp) -> Result<bool, StoreError> {
        let counted = lockouts::counted(read, &self.subject, self.limit, now).await?;
        Ok(counted >= self.limit.most)
    }
}

/// Whether whoever comes with these counters, or has named nobody yet, is asked.
pub async fn is_due(
    state: &State,
    reader: &Reader,
    counters: Option<&Counters>,
) -> Result<bool, Failure> {
    let now = state.clock.now();
    let mut read = state.store.read().await?;
    let demand = sign_in_policy::get(&mut read).await?.body.captcha();
    let CaptchaDemand::After { failures } = demand else {
        return Ok(demand == CaptchaDemand::Always);
    };
    let is_known = match counters {
        Some(counters) => counters.is_known_browser(),
        None => is_known_to_anybody(&mut read, reader, now).await?,
    };
    if is_known {
        return Ok(false);
    }
    let strangers = Counters::of_stranger(reader);
    let at_address = strangers.counted(&mut read, Guess::Password, now).await?;
    if at_address >= i64::from(failures) {
        return Ok(true);
    }
    match counters.and_then(Counters::of_name) {
        Some(name) => Ok(name.is_full(&mut read, now).await?),
        None => Ok(false),
    }
}

/// The puzzle for the page, where one is due. Nothing is drawn for an address that is spent.
pub async fn offer(
    state: &State,
    reader: &Reader,
    counters: Option<&Counters>,
    kind: Kind,
) -> Result<Option<Puzzle>, Failure> {
    if !is_due(state, reader, counters).await? {
        return Ok(None);
    }
    let kind = if attempt::is_address_spent(state, reader).await? {
        Kind::Question
    } else {
        kind
    };
    Ok(Some(captcha::puzzle(state, reader, kind).await?))
}

/// Whether anybody has signed in with this browser.
pub async fn is_known_to_anybody(
    read: &mut Connection,
    reader: &Reader,
    now: Timestamp,
) -> Result<bool, StoreError> {
    match reader.token(cookies::DEVICE) {
        Some(device) => {
            known_devices::is_anybodys(read, &device.hash(), now.minus(DEVICE_LIFE)).await
        }
        None => Ok(false),
    }
}
