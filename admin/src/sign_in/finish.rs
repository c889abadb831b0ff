//! The last step: the only maker of a sign-in and of its session at the own host that was asked: the
//! access host, or that of operators.

use axum::response::Response;
use config::cookies;
use config::id::{SessionId, SignInId};
use config::session::Revocation;

use super::flow::{self, Flow};
use super::record::{Happening, record};
use crate::logs::SignInKind;
use crate::pages::cookies::{Keep, set};
use crate::pages::{Answer, Reader, ReturnPath, go_to};
use crate::state::State;
use crate::store::changes::{Change, announce};
use crate::store::credentials::Account;
use crate::store::sign_ins::SignIn;
use crate::store::{Tx, known_devices, session_facts, sessions, sign_ins};
use crate::tokens::Token;

const DEVICE_COOKIE_SECONDS: u32 = 180 * 24 * 3600;

/// Signs the person in and commits. Whatever session this browser held before ends with it.
pub async fn finish(
    state: &State,
    reader: &Reader,
    mut tx: Tx,
    flow: &Flow,
    account: &Account,
) -> Answer {
    let now = state.clock.now();
    let sign_in = new_sign_in(state, reader, flow);
    sign_ins::insert(&mut tx, &sign_in).await?;
    let token = Token::generate();
    let host = &reader.visitor.host;
    let session = SessionId::generate();
    sessions::insert(&mut tx, &session, &sign_in.id, host, &token.hash(), now).await?;
    let device = reader
        .token(cookies::DEVICE)
        .unwrap_or_else(Token::generate);
    known_devices::remember(&mut tx, &device.hash(), &account.member, now).await?;
    record(
        &mut tx,
        reader,
        now,
        Happening {
            kind: SignInKind::SignedIn,
            member: Some(&account.member),
            username: &account.username,
            method: flow.methods.last().copied(),
            reason: None,
            sign_in: Some(&sign_in.id),
        },
    )
    .await?;
    end_former(state, reader, &mut tx).await?;
    tx.commit().await?;
    let mut response = onward(&flow.to());
    set(
        &mut response,
        cookies::SESSION,
        token.as_text(),
        Keep::ForNow,
    );
    let keep = Keep::Seconds(DEVICE_COOKIE_SECONDS);
    set(&mut response, cookies::DEVICE, device.as_text(), keep);
    flow::forget(&mut response);
    Ok(response)
}

fn new_sign_in(state: &State, reader: &Reader, flow: &Flow) -> SignIn {
    let now = state.clock.now();
    let limits = &state.settings.sessions;
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
        expires_at: now.plus(limits.absolute),
        idle_limit_ms: i64::try_from(limits.idle.as_millis()).ok(),
    }
}

/// The sign-in that the browser's present cookie belongs to is over.
async fn end_former(
    state: &State,
    reader: &Reader,
    tx: &mut Tx,
) -> Result<(), crate::store::StoreError> {
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
