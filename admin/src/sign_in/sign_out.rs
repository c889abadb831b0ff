//! Signing out: the whole sign-in ends, at the access host and at every application host. The host of
//! operators has sign-ins of its own; neither ends with the other, and the page says so.

use askama::Template;
use axum::extract::State as Shared;
use axum::response::Response;
use config::session::Revocation;
use config::{Session, cookies};

use super::record::{Happening, record};
use crate::logs::SignInKind;
use crate::pages::cookies::clear;
use crate::pages::text::texts;
use crate::pages::{Answer, Failure, Form, Frame, Reader, go_to, show};
use crate::state::State;
use crate::store::changes::{Change, announce};
use crate::store::{session_facts, sign_ins};

texts! {
    /// The page that asks before signing out, and the one after.
    SignOutTexts {
        title: "退出登录", "Sign out";
        lead: "您将退出此浏览器中的所有应用。", "You will be signed out of all applications in this browser.";
        lead_apart: "您将退出此浏览器中的所有应用。管理员专用域名上的登录不受影响，需在该域名上另行退出。", "You will be signed out of all applications in this browser. A sign-in at the operators' own host goes on: sign out there as well.";
        lead_console: "您将仅退出管理控制台，应用的登录不受影响。", "You will be signed out of the console only. Applications stay signed in.";
        submit: "退出登录", "Sign out";
        cancel: "取消", "Cancel";
        done: "您已退出登录", "You are signed out";
        done_lead: "如果这是公用设备，请同时关闭浏览器。", "On a shared device, close the browser as well.";
        again: "重新登录", "Sign in again";
    }
}

#[derive(Template)]
#[template(path = "sign_out.html")]
struct SignOutPage {
    frame: Frame,
    t: &'static SignOutTexts,
    lead: &'static str,
    action: &'static str,
    is_done: bool,
}

/// `GET /sign-out` and `GET /.gatehouse/sign-out`: asks first.
pub async fn page(Shared(state): Shared<State>, reader: Reader) -> Answer {
    show_page(&state, &reader, false)
}

fn show_page(state: &State, reader: &Reader, is_done: bool) -> Answer {
    let is_own = state.settings.is_own_host(&reader.visitor.host);
    let t = SignOutTexts::of(reader.language);
    let page = SignOutPage {
        frame: Frame::new(state, reader),
        t,
        lead: if state.settings.is_admin_host(&reader.visitor.host) {
            t.lead_console
        } else if state.settings.admin.is_some() {
            t.lead_apart
        } else {
            t.lead
        },
        action: if is_own {
            "/sign-out"
        } else {
            "/.gatehouse/sign-out"
        },
        is_done,
    };
    show(&page)
}

/// `POST /sign-out`
pub async fn submit(Shared(state): Shared<State>, reader: Reader, _: Form) -> Answer {
    end(&state, &reader).await?;
    Ok(without_session(go_to("/sign-in?after=signed-out")))
}

/// `POST /.gatehouse/sign-out`, at an application host.
pub async fn submit_at_application(
    Shared(state): Shared<State>,
    reader: Reader,
    _: Form,
) -> Answer {
    end(&state, &reader).await?;
    Ok(without_session(show_page(&state, &reader, true)?))
}

/// Ends the sign-in that the browser's session belongs to, whichever host it is of.
async fn end(state: &State, reader: &Reader) -> Result<(), Failure> {
    let Some(token) = reader.token(cookies::SESSION) else {
        return Ok(());
    };
    let now = state.clock.now();
    let mut tx = state.store.begin().await?;
    let found = session_facts::find(&mut tx, &token.hash(), &reader.visitor.host, now).await?;
    if let Some(session) = found {
        end_sign_in(reader, &mut tx, &session, now).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn end_sign_in(
    reader: &Reader,
    tx: &mut crate::store::Tx,
    session: &Session,
    now: config::Timestamp,
) -> Result<(), Failure> {
    let member = &session.principal.id;
    if !sign_ins::end(tx, &session.sign_in, member, "signed_out", now).await? {
        return Ok(());
    }
    let happening = Happening {
        kind: SignInKind::SignedOut,
        member: Some(member),
        username: &session.principal.username,
        method: None,
        reason: None,
        sign_in: Some(&session.sign_in),
    };
    record(tx, reader, now, happening).await?;
    let over = Change::Revoked(Revocation::SignIn(session.sign_in.clone()));
    announce(tx, over, now).await?;
    Ok(())
}

fn without_session(mut response: Response) -> Response {
    clear(&mut response, cookies::SESSION);
    response
}
