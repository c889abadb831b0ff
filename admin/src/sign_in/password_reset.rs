//! Sends a code for a new password to whoever forgot theirs, after the page that asked for it was answered:
//! it says the same, as quickly, whether there is such an account or not.

use std::net::IpAddr;

use config::snapshot::Brand;
use config::{Language, Timestamp};
use serde::{Deserialize, Serialize};

use super::by_message;
use super::identify::by_any_name;
use super::lockout::RESETS_OF_ACCOUNT;
use super::one_time_links::{self, RESET_LIFE};
use crate::appearance;
use crate::logs::{SignInEntry, SignInKind, record_sign_in};
use crate::messages::{Channel, Content, Message, outbox};
use crate::refused::Refused;
use crate::sign_in_policy::{self, Rules};
use crate::state::State;
use crate::store::credentials::Account;
use crate::store::one_time_links::{self as links, Purpose};
use crate::store::{Connection, StoreError, Tx, credentials, lockouts, members};

/// Somebody asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ResetRequest {
    /// A username, a mail address or a mobile number, as it was typed, bounded.
    pub typed: String,
    /// Of the page.
    pub language: Language,
    pub at: Timestamp,
    pub address: IpAddr,
    pub user_agent: String,
    pub device: String,
    pub request_id: String,
}

/// Sends the code, or none, and tells of it in the sign-in log.
pub async fn answer(state: &State, tx: &mut Tx, request: &ResetRequest) -> Result<(), StoreError> {
    let now = state.clock.now();
    let account = by_any_name(tx, &request.typed).await?;
    let reason = match &account {
        None => Some("unknown_account"),
        Some(_) if now.since(request.at) > RESET_LIFE => Some("too_late"),
        Some(account) => send(state, tx, request, account).await?,
    };
    let username = account.as_ref().map(|account| account.username.clone());
    let entry = SignInEntry {
        kind: SignInKind::ResetRequested,
        username: username.unwrap_or_else(|| request.typed.clone()),
        member: account.map(|account| account.member),
        method: None,
        reason,
        client_address: request.address,
        place: state.places.place(request.address),
        user_agent: request.user_agent.clone(),
        device: request.device.clone(),
        risk: Vec::new(),
        sign_in: None,
        request_id: request.request_id.clone(),
    };
    record_sign_in(tx, now, &entry).await?;
    Ok(())
}

/// The reason why no code was sent, if none was.
async fn send(
    state: &State,
    tx: &mut Tx,
    request: &ResetRequest,
    account: &Account,
) -> Result<Option<&'static str>, StoreError> {
    members::hold(tx, &account.member).await?;
    // As it is now: an address that was taken from the person meanwhile gets no code.
    let Some(account) = &credentials::find(tx, &account.member).await? else {
        return Ok(Some("unknown_account"));
    };
    let (now, limit) = (state.clock.now(), RESETS_OF_ACCOUNT);
    if !account.is_active(now) {
        return Ok(Some(account.why_not_active()));
    }
    if account.is_password_elsewhere {
        return Ok(Some("password_elsewhere"));
    }
    let rules = sign_in_policy::rules_of(tx, &account.member).await?;
    if !rules.password.reset {
        return Ok(Some("reset_not_allowed"));
    }
    let subject = format!("account:{}:reset", account.member);
    if lockouts::count(tx, &subject, limit, now).await? > limit.most {
        return Ok(Some("too_many_attempts"));
    }
    let Some(channel) = way(tx, account, &rules).await? else {
        return Ok(Some("no_way_to_send"));
    };
    send_by(state, tx, request, account, channel).await
}

async fn send_by(
    state: &State,
    tx: &mut Tx,
    request: &ResetRequest,
    account: &Account,
    channel: Channel,
) -> Result<Option<&'static str>, StoreError> {
    let (access, now) = (&state.settings.access, state.clock.now());
    let origin = access.origin_of(access.host());
    let purpose = Purpose::Reset(account.member.clone(), channel);
    let link = one_time_links::make(&origin, &purpose, now);
    let message = Message {
        channel,
        recipient: account.address(channel).unwrap_or_default().to_owned(),
        member: Some(account.member.clone()),
        language: request.language,
        content: Content::PasswordReset {
            organisation: appearance::get::<Brand>(tx).await?.body.organisation,
            name: account.display_name.clone(),
            url: link.url.clone(),
            code: link.code.clone(),
            minutes: RESET_LIFE.as_secs() / 60,
        },
    };
    // Only a code that goes out takes the place of the one before.
    match outbox::queue(tx, &state.sealer, message, link.expires_at, now).await {
        Ok(_) => {}
        Err(Refused::Store(error)) => return Err(error),
        Err(_) => return Ok(Some("too_many_messages")),
    }
    for earlier in [Channel::Mail, Channel::Sms] {
        let purpose = Purpose::Reset(account.member.clone(), earlier);
        links::forget(tx, &purpose).await?;
    }
    one_time_links::keep(tx, &purpose, &link, now).await?;
    Ok(None)
}

/// By which way the code goes: one that leaves a second factor to prove where that is required.
async fn way(
    connection: &mut Connection,
    account: &Account,
    rules: &Rules,
) -> Result<Option<Channel>, StoreError> {
    let factors = by_message::factors(connection, account, &rules.two_step).await?;
    let ways = by_message::ways(connection, account).await?;
    let mut open = ways.into_iter();
    Ok(open.find(|way| !by_message::is_dead_end(*way, account, &rules.two_step, &factors)))
}
