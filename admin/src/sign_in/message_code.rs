//! Codes of six digits, sent to a person's mobile or mailbox as a second factor, or in the place of the password.
//! A code is good for a few minutes, once, in the browser and the sign-in that asked for it; guesses at it are few.

use std::time::Duration;

use config::id::{MemberId, SignInId};
use config::session::AuthenticationMethod;
use config::snapshot::Brand;
use config::{Language, Timestamp};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::attempt::Attempt;
use crate::appearance;
use crate::hex::hex;
use crate::messages::ceilings::Asker;
use crate::messages::{Channel, Content, Message, outbox};
use crate::pages::{Failure, Reader};
use crate::refused::Refused;
use crate::sealed::{Place, Sealer};
use crate::state::State;
use crate::store::credentials::Account;
use crate::store::message_codes::{self as rows, SentCode};
use crate::store::{Connection, StoreError, Tx, credentials, members};
use crate::tokens::TokenHash;

pub const LIFE: Duration = Duration::from_mins(5);
/// A new one is sent to the person no sooner.
pub const PAUSE: Duration = Duration::from_mins(1);
pub const MOST_GUESSES: i64 = 5;

/// The sign-in for which a code is good.
pub struct Whose(String);

impl Whose {
    /// One under way, in the browser that holds this token.
    #[must_use]
    pub fn flow(token: &TokenHash) -> Self {
        Self(format!("flow:{}", hex(token)))
    }

    /// One that is to begin, in the browser that holds this token.
    #[must_use]
    pub fn request(token: &TokenHash) -> Self {
        Self(format!("request:{}", hex(token)))
    }

    #[must_use]
    pub fn sign_in(id: &SignInId) -> Self {
        Self(format!("sign_in:{id}"))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why no code was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotSent {
    TooSoon,
    /// So many messages have gone there, or none can be sent.
    TooMany,
}

/// A code that is to be sent.
pub struct Order<'a> {
    pub member: &'a MemberId,
    pub channel: Channel,
    pub whose: &'a Whose,
    pub language: Language,
    /// Whether it takes the place of the password.
    pub is_alone: bool,
    pub asker: Asker,
}

/// Sends a new code as a second factor, which takes the place of the one before.
pub async fn send(
    state: &State,
    reader: &Reader,
    account: &Account,
    channel: Channel,
    whose: &Whose,
) -> Result<Result<(), NotSent>, StoreError> {
    let order = Order {
        member: &account.member,
        channel,
        whose,
        language: reader.language,
        is_alone: false,
        asker: Asker::Known,
    };
    let mut tx = state.store.begin().await?;
    let sent = send_in(state, &mut tx, &order).await?;
    if sent.is_ok() {
        tx.commit().await?;
    }
    Ok(sent)
}

/// As [`send`], as a part of what is being done in `tx`.
pub async fn send_in(
    state: &State,
    tx: &mut Tx,
    order: &Order<'_>,
) -> Result<Result<(), NotSent>, StoreError> {
    let (now, channel, whose) = (state.clock.now(), order.channel, order.whose);
    let expires = now.plus(LIFE);
    members::hold(tx, order.member).await?;
    // As it is now: an address that was taken from the person meanwhile gets no code.
    let account = credentials::find(tx, order.member).await?;
    let Some(recipient) = account
        .as_ref()
        .and_then(|account| account.address(channel))
    else {
        return Ok(Err(NotSent::TooMany));
    };
    if rows::was_sent_since(tx, order.member, now.minus(PAUSE)).await? {
        return Ok(Err(NotSent::TooSoon));
    }
    let code = Zeroizing::new(format!("{:06}", rand::random::<u64>() % 1_000_000));
    let message = Message {
        channel,
        recipient: recipient.to_owned(),
        member: Some(order.member.clone()),
        language: order.language,
        content: Content::SignInCode {
            organisation: appearance::get::<Brand>(tx).await?.body.organisation,
            code: code.to_string(),
            minutes: LIFE.as_secs() / 60,
            is_alone: order.is_alone,
        },
    };
    match outbox::queue_for(tx, &state.sealer, (message, order.asker), expires, now).await {
        Ok(_) => {}
        Err(Refused::Store(error)) => return Err(error),
        Err(_) => return Ok(Err(NotSent::TooMany)),
    }
    let sent = SentCode {
        channel: channel.as_str().to_owned(),
        code: state.sealer.seal(place(whose), code.as_bytes()),
    };
    rows::replace(tx, &whose.0, order.member, &sent, now, expires).await?;
    Ok(Ok(()))
}

/// To whom a code went that takes the place of the password in the browser that asked for it, and by which way.
pub async fn addressee(
    connection: &mut Connection,
    whose: &Whose,
    now: Timestamp,
) -> Result<Option<(MemberId, Channel)>, StoreError> {
    let found = rows::addressee(connection, &whose.0, now).await?;
    Ok(found.and_then(|(member, channel)| Some((member, Channel::from_name(&channel)?))))
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

/// Counts a guess at the code and tells whether it is right; then it works no more. The caller commits either.
pub async fn use_up(
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
