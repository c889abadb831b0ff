//! Sends a code with which somebody signs in without a password, after the page that asked for it was answered:
//! it says the same, as quickly, whether anything is sent or not.

use std::net::IpAddr;

use config::{Language, Timestamp};
use serde::{Deserialize, Serialize};

use super::by_message;
use super::identify::by_any_name;
use super::lockout::{self, CODES_OF_ACCOUNT, DEVICE_LIFE};
use super::message_code::{self, LIFE, NotSent, Order, Whose};
use crate::hex::hex;
use crate::logs::{SignInEntry, SignInKind, record_sign_in};
use crate::messages::Channel;
use crate::messages::ceilings::Asker;
use crate::name_key::name_key;
use crate::sign_in_policy::{self, Rules};
use crate::state::State;
use crate::store::credentials::Account;
use crate::store::{Connection, StoreError, Tx, credentials, known_devices, lockouts, members};
use crate::tokens::TokenHash;

/// Somebody asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CodeRequest {
    /// A username, a mail address or a mobile number, as it was typed, bounded.
    pub typed: String,
    /// For the browser that holds this token.
    pub token: TokenHash,
    /// By which the browser is known, if anybody has signed in with it.
    pub known_as: Option<TokenHash>,
    /// Of the page.
    pub language: Language,
    pub at: Timestamp,
    pub address: IpAddr,
    pub user_agent: String,
    pub device: String,
    pub request_id: String,
}

/// Sends the code, or none, and tells of it in the sign-in log.
pub async fn answer(state: &State, tx: &mut Tx, request: &CodeRequest) -> Result<(), StoreError> {
    let now = state.clock.now();
    let account = by_any_name(tx, &request.typed).await?;
    let sent = match &account {
        None => Err("unknown_account"),
        Some(_) if now.since(request.at) > LIFE => Err("too_late"),
        Some(account) => send(state, tx, request, account).await?,
    };
    let username = account.as_ref().map(|account| account.username.clone());
    let entry = SignInEntry {
        kind: SignInKind::CodeRequested,
        username: username.unwrap_or_else(|| request.typed.clone()),
        member: account.map(|account| account.member),
        method: sent.ok().map(Channel::method),
        reason: sent.err(),
        client_address: request.address,
        user_agent: request.user_agent.clone(),
        device: request.device.clone(),
        place: state.places.place(request.address),
        sign_in: None,
        request_id: request.request_id.clone(),
        risk: Vec::new(),
    };
    record_sign_in(tx, now, &entry).await?;
    Ok(())
}

/// By which way the code was sent, or why none was.
async fn send(
    state: &State,
    tx: &mut Tx,
    request: &CodeRequest,
    account: &Account,
) -> Result<Result<Channel, &'static str>, StoreError> {
    members::hold(tx, &account.member).await?;
    let Some(account) = &credentials::find(tx, &account.member).await? else {
        return Ok(Err("unknown_account"));
    };
    let (now, limit) = (state.clock.now(), CODES_OF_ACCOUNT);
    if !account.is_active(now) {
        return Ok(Err(account.why_not_active()));
    }
    let rules = sign_in_policy::rules_of(tx, &account.member).await?;
    if !rules.two_step.code_alone {
        return Ok(Err("code_not_allowed"));
    }
    let (asker, subject) = asker(tx, request, account, now).await?;
    let is_locked = asker == Asker::Stranger
        && lockout::is_locked(tx, &account.member, &rules.attempts, now).await?;
    if is_locked || lockouts::count(tx, &subject, limit, now).await? > limit.most {
        return Ok(Err("too_many_attempts"));
    }
    let Some(channel) = way(tx, account, &rules, &request.typed).await? else {
        return Ok(Err("no_way_to_send"));
    };
    let order = Order {
        member: &account.member,
        channel,
        whose: &Whose::request(&request.token),
        language: request.language,
        is_alone: true,
        asker,
    };
    let sent = message_code::send_in(state, tx, &order).await?;
    Ok(sent.map(|()| channel).map_err(|why| match why {
        NotSent::TooSoon | NotSent::TooMany => "too_many_messages",
    }))
}

/// Who asks, and where that is counted. A browser in which the person has signed in before is no stranger's: what
/// others ask for elsewhere takes no code from it.
async fn asker(
    connection: &mut Connection,
    request: &CodeRequest,
    account: &Account,
    now: Timestamp,
) -> Result<(Asker, String), StoreError> {
    let member = &account.member;
    if let Some(device) = &request.known_as
        && known_devices::knows(connection, device, member, now.minus(DEVICE_LIFE)).await?
    {
        let subject = format!("device:{member}:{}:sign-in-code", hex(device));
        return Ok((Asker::Known, subject));
    }
    Ok((Asker::Stranger, format!("account:{member}:sign-in-code")))
}

/// By which way the code goes: the one that was typed, if it is any.
async fn way(
    connection: &mut Connection,
    account: &Account,
    rules: &Rules,
    typed: &str,
) -> Result<Option<Channel>, StoreError> {
    let ways = ways(connection, account, rules).await?;
    // Whoever was found by neither of these typed their mobile number.
    let is_mobile = !typed.contains('@') && name_key(typed) != name_key(&account.username);
    if is_mobile && ways.contains(&Channel::Sms) {
        return Ok(Some(Channel::Sms));
    }
    Ok(ways.first().copied())
}

/// By which ways the person comes in by a code. Whoever has a password, and where a second factor is required
/// could prove nothing after a code by some way, comes in by the password instead.
pub async fn ways(
    connection: &mut Connection,
    account: &Account,
    rules: &Rules,
) -> Result<Vec<Channel>, StoreError> {
    let policy = &rules.two_step;
    if !policy.code_alone {
        return Ok(Vec::new());
    }
    let mut ways = by_message::ways(connection, account).await?;
    if account.has_password() {
        let factors = by_message::factors(connection, account, policy).await?;
        ways.retain(|way| !by_message::is_dead_end(*way, account, policy, &factors));
    }
    Ok(ways)
}
