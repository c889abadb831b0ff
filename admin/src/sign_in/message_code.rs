//! Codes of six digits, sent to a person's mobile or mailbox as a second factor. A code is good for a few
//! minutes, once, in the browser and the sign-in that asked for it; guesses at it are few.

use std::time::Duration;

use config::Timestamp;
use config::id::SignInId;
use config::session::AuthenticationMethod;
use config::snapshot::Brand;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::attempt::Attempt;
use crate::appearance;
use crate::hex::hex;
use crate::messages::{Channel, Content, Message, outbox};
use crate::pages::{Failure, Reader};
use crate::refused::Refused;
use crate::sealed::{Place, Sealer};
use crate::state::State;
use crate::store::credentials::Account;
use crate::store::message_codes::{self as rows, SentCode};
use crate::store::{StoreError, Tx, credentials, members};
use crate::tokens::TokenHash;

pub const LIFE: Duration = Duration::from_mins(5);
/// A new one is sent to the person no sooner.
pub const PAUSE: Duration = Duration::from_mins(1);
const MOST_GUESSES: i64 = 5;

/// The sign-in for which a code is good.
pub struct Whose(String);

impl Whose {
    /// One under way, in the browser that holds this token.
    #[must_use]
    pub fn flow(token: &TokenHash) -> Self {
        Self(format!("flow:{}", hex(token)))
    }

    #[must_use]
    pub fn sign_in(id: &SignInId) -> Self {
        Self(format!("sign_in:{id}"))
    }
}

/// Why no code was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotSent {
    TooSoon,
    /// So many messages have gone there, or none can be sent.
    TooMany,
}

/// Sends a new code, which takes the place of the one before.
pub async fn send(
    state: &State,
    reader: &Reader,
    account: &Account,
    channel: Channel,
    whose: &Whose,
) -> Result<Result<(), NotSent>, StoreError> {
    let (now, member) = (state.clock.now(), &account.member);
    let expires = now.plus(LIFE);
    let mut tx = state.store.begin().await?;
    members::hold(&mut tx, member).await?;
    // As it is now: an address that was taken from the person meanwhile gets no code.
    let account = credentials::find(&mut tx, member).await?;
    let Some(recipient) = account
        .as_ref()
        .and_then(|account| account.address(channel))
    else {
        return Ok(Err(NotSent::TooMany));
    };
    if rows::was_sent_since(&mut tx, member, now.minus(PAUSE)).await? {
        return Ok(Err(NotSent::TooSoon));
    }
    let code = Zeroizing::new(format!("{:06}", rand::random::<u64>() % 1_000_000));
    let message = Message {
        channel,
        recipient: recipient.to_owned(),
        member: Some(member.clone()),
        language: reader.language,
        content: Content::SignInCode {
            organisation: appearance::get::<Brand>(&mut tx).await?.body.organisation,
            code: code.to_string(),
            minutes: LIFE.as_secs() / 60,
        },
    };
    match outbox::queue(&mut tx, &state.sealer, message, expires, now).await {
        Ok(_) => {}
        Err(Refused::Store(error)) => return Err(error),
        Err(_) => return Ok(Err(NotSent::TooMany)),
    }
    let sent = SentCode {
        channel: channel.as_str().to_owned(),
        code: state.sealer.seal(place(whose), code.as_bytes()),
    };
    rows::replace(&mut tx, &whose.0, member, &sent, now, expires).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// By which way the code went that is good here, if there is one.
pub async fn pending(state: &State, whose: &Whose) -> Result<Option<Channel>, StoreError> {
    let mut read = state.store.read().await?;
    let found = rows::channel(&mut read, &whose.0, state.clock.now()).await?;
    Ok(found.as_deref().and_then(Channel::from_name))
}

/// Checks a code. If it is right, the transaction in which it was used up is given back, uncommitted, with
/// what it proves; otherwise the failure has been recorded.
pub async fn check(
    state: &State,
    reader: &Reader,
    account: &Account,
    (channel, whose): (Channel, &Whose),
    typed: &str,
) -> Result<Option<(Tx, AuthenticationMethod)>, Failure> {
    let method = channel.method();
    let attempt = Attempt::at_account(state, reader, account, method).await?;
    if attempt.is_allowed() {
        let mut tx = state.store.begin().await?;
        members::hold(&mut tx, &account.member).await?;
        let now = state.clock.now();
        if use_up(&state.sealer, &mut tx, (channel, whose), typed, now).await? {
            attempt.succeeded(&mut tx).await?;
            return Ok(Some((tx, method)));
        }
        // So that the guess counts.
        tx.commit().await?;
    }
    attempt.failed("wrong_code").await?;
    Ok(None)
}

async fn use_up(
    sealer: &Sealer,
    tx: &mut Tx,
    (channel, whose): (Channel, &Whose),
    typed: &str,
    now: Timestamp,
) -> Result<bool, Failure> {
    let Some(sent) = rows::guess(tx, &whose.0, MOST_GUESSES, now).await? else {
        return Ok(false);
    };
    let code = sealer
        .open(place(whose), &sent.code)
        .map_err(Failure::internal)?;
    let typed: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    let is_right: bool = code.as_slice().ct_eq(typed.as_bytes()).into();
    if !is_right || sent.channel != channel.as_str() {
        return Ok(false);
    }
    rows::use_up(tx, &whose.0, now).await?;
    Ok(true)
}

fn place(whose: &Whose) -> Place<'_> {
    Place {
        table: "message_codes",
        column: "code",
        row: &whose.0,
    }
}
