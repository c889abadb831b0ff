//! The last step: the only maker of a sign-in and of its session at the own host that was asked: the
//! access host, or that of operators.

use axum::response::Response;
use config::id::{MemberId, SessionId, SignInId};
use config::session::Revocation;
use config::{Timestamp, cookies};

use super::flow::{self, Flow};
use super::notices::Happened;
use super::record::{Happening, record};
use crate::logs::SignInKind;
use crate::messages::content::NoticeEvent;
use crate::pages::cookies::{Keep, set};
use crate::pages::{Answer, Reader, ReturnPath, go_to};
use crate::sign_in_policy::{self, Rules, SessionPolicy};
use crate::state::State;
use crate::store::changes::{Change, announce};
use crate::store::credentials::Account;
use crate::store::sign_ins::SignIn;
use crate::store::{
    StoreError, Tx, directory_sessions, known_devices, member_languages, session_facts, sessions,
    sign_ins,
};
use crate::tokens::Token;

const DEVICE_COOKIE_SECONDS: u32 = 180 * 24 * 3600;

/// Signs the person in and commits. Whatever session this browser held before ends with it.
pub async fn finish(
    state: &State,
    reader: &Reader,
    mut tx: Tx,
    flow: &Flow,
    account: &Account,
    rules: &Rules,
) -> Answer {
    let now = state.clock.now();
    let sign_in = new_sign_in(reader, flow, &rules.sessions, now);
    sign_ins::insert(&mut tx, &sign_in).await?;
    if let Some(came_by) = &flow.came_by {
        directory_sessions::insert(&mut tx, &sign_in.id, came_by).await?;
    }
    let token = Token::generate();
    let host = &reader.visitor.host;
    let session = SessionId::generate();
    sessions::insert(&mut tx, &session, &sign_in.id, host, &token.hash(), now).await?;
    let mut device = reader
        .token(cookies::DEVICE)
        .unwrap_or_else(Token::generate);
    let is_new_browser =
        known_devices::remember(&mut tx, &device.hash(), &account.member, now).await?;
    tell(&mut tx, reader, &sign_in, is_new_browser).await?;
    if flow.is_browser_to_be_trusted && rules.two_step.remember_days > 0 {
        device = trust(&mut tx, reader, &account.member, rules, now).await?;
    }
    let happening = Happening {
        kind: SignInKind::SignedIn,
        member: Some(&account.member),
        username: &account.username,
        method: flow.methods.last().copied(),
        reason: None,
        risk: &flow.risk,
        sign_in: Some(&sign_in.id),
    };
    record(&mut tx, reader, now, happening).await?;
    end_former(state, reader, &mut tx).await?;
    end_too_many(&mut tx, &account.member, &rules.sessions, now).await?;
    tx.commit().await?;
    let mut response = onward(&flow.to());
    let (kept, known) = (keep(&rules.sessions), Keep::Seconds(DEVICE_COOKIE_SECONDS));
    set(&mut response, cookies::SESSION, token.as_text(), kept);
    set(&mut response, cookies::DEVICE, device.as_text(), known);
    flow::forget(&mut response);
    Ok(response)
}

/// Has the person told of a sign-in that is unlike earlier ones.
async fn tell(
    tx: &mut Tx,
    reader: &Reader,
    sign_in: &SignIn,
    is_new_browser: bool,
) -> Result<(), StoreError> {
    let (member, at) = (&sign_in.member, sign_in.started_at);
    member_languages::remember(tx, member, reader.language, !is_new_browser).await?;
    let happened = Happened {
        sign_in: Some((sign_in.id.clone(), is_new_browser)),
        ..Happened::at(reader, Some(member), NoticeEvent::NewSignIn, at)
    };
    happened.queue(tx).await
}

/// How long a browser keeps the cookie of a session at a host of ours.
#[must_use]
pub fn keep(policy: &SessionPolicy) -> Keep {
    if policy.keep_after_closing {
        Keep::Seconds(policy.absolute_hours.saturating_mul(3600))
    } else {
        Keep::ForNow
    }
}

/// Spares the browser the second factor, under a new token: others may have seen the one that it had before,
/// on a machine that people share.
async fn trust(
    tx: &mut Tx,
    reader: &Reader,
    member: &MemberId,
    rules: &Rules,
    now: Timestamp,
) -> Result<Token, StoreError> {
    let device = Token::generate();
    known_devices::remember(tx, &device.hash(), member, now).await?;
    let until = now.plus(rules.two_step.remember());
    let most = rules.two_step.remember_most;
    let name = reader.device();
    known_devices::trust(tx, &device.hash(), member, &name, until, most).await?;
    Ok(device)
}

fn new_sign_in(reader: &Reader, flow: &Flow, policy: &SessionPolicy, now: Timestamp) -> SignIn {
    SignIn {
        id: SignInId::generate(),
        member: flow.member.clone(),
        started_at: now,
        authenticated_at: flow.first_factor_at,
        second_factor_at: flow.second_factor_at,
        methods: flow.methods.clone(),
        address: reader.visitor.client_address.to_canonical().to_string(),
        user_agent: reader.user_agent.clone(),
        device: reader.device(),
        expires_at: now.plus(policy.absolute()),
        idle_limit_ms: policy
            .idle()
            .and_then(|idle| i64::try_from(idle.as_millis()).ok()),
    }
}

/// The sign-in that the browser's present cookie belongs to is over.
async fn end_former(state: &State, reader: &Reader, tx: &mut Tx) -> Result<(), StoreError> {
    let Some(cookie) = reader.token(cookies::SESSION) else {
        return Ok(());
    };
    let now = state.clock.now();
    let host = &reader.visitor.host;
    if let Some(former) = session_facts::find(tx, &cookie.hash(), host, now).await? {
        let member = &former.principal.id;
        if sign_ins::end(tx, &former.sign_in, member, "replaced", now).await? {
            let over = Change::Revoked(Revocation::SignIn(former.sign_in));
            announce(tx, over, now).await?;
        }
    }
    Ok(())
}

/// Whoever may be signed in only so many times loses for this one what was used longest ago.
async fn end_too_many(
    tx: &mut Tx,
    member: &MemberId,
    policy: &SessionPolicy,
    now: Timestamp,
) -> Result<(), StoreError> {
    for oldest in sign_in_policy::end_oldest(tx, member, policy.most, now).await? {
        announce(tx, Change::Revoked(Revocation::SignIn(oldest)), now).await?;
    }
    Ok(())
}

/// Sends the browser where the person wanted to go.
///
/// Browsers hold the whole chain of redirects after a form to `form-action 'self'`. What leads to
/// another host therefore goes over a page of ours that moves on by itself.
#[must_use]
pub fn onward(to: &ReturnPath) -> Response {
    if to.as_str().starts_with("/sign-in/continue?") {
        return go_to(&format!("/sign-in/onward?to={}", to.encoded()));
    }
    go_to(to.as_str())
}
