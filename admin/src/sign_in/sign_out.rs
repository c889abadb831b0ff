//! Signing out: the whole sign-in ends, at the access host and at every application host. The host of
//! operators has sign-ins of its own; neither ends with the other, and the page says so.

use askama::Template;
use axum::extract::State as Shared;
use axum::response::Response;
use config::session::Revocation;
use config::{Session, cookies};
use url::Url;

use super::directory_page::{Doing, lead};
use super::directory_sign_out;
use super::record::{Happening, record};
use crate::directories::provider::Onward;
use crate::logs::SignInKind;
use crate::pages::cookies::clear;
use crate::pages::text::texts;
use crate::pages::{Answer, Failure, Form, Frame, Reader, go_to, show};
use crate::state::State;
use crate::store::changes::{Change, announce};
use crate::store::{Connection, StoreError, session_facts, sign_ins};

texts! {
    /// The page that asks before signing out, and the one after.
    SignOutTexts {
        title: "退出登录", "Sign out";
        lead: "您将退出此浏览器中的所有应用。", "You will be signed out of all applications in this browser.";
        apart: "管理员专用域名上的登录不受影响，需在该域名上另行退出。", "A sign-in at the operators' own host goes on: sign out there as well.";
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
    /// What does not end with it, if the person may have that.
    apart: Option<&'static str>,
    action: &'static str,
    is_done: bool,
}

/// `GET /sign-out` and `GET /.gatehouse/sign-out`: asks first.
pub async fn page(Shared(state): Shared<State>, reader: Reader) -> Answer {
    let session = match state.settings.admin {
        Some(_) => session(&state, &reader, &mut *state.store.read().await?).await?,
        None => None,
    };
    let apart = goes_on_apart(&state, &reader, session.as_ref());
    show_page(&state, &reader, apart, false)
}

fn show_page(state: &State, reader: &Reader, apart: bool, is_done: bool) -> Answer {
    let is_own = state.settings.is_own_host(&reader.visitor.host);
    let t = SignOutTexts::of(reader.language);
    let page = SignOutPage {
        frame: Frame::new(state, reader),
        t,
        lead: match (is_done, state.settings.is_admin_host(&reader.visitor.host)) {
            (true, _) => t.done_lead,
            (false, true) => t.lead_console,
            (false, false) => t.lead,
        },
        apart: apart.then_some(t.apart),
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
    let session = end(&state, &reader).await?;
    let farewell = farewell(&state, &reader, session.as_ref());
    let way_out = way_out(&state, session.as_ref(), farewell).await?;
    Ok(without_session(go_to(
        way_out.as_deref().unwrap_or(farewell),
    )))
}

/// `POST /.gatehouse/sign-out`, at an application host.
pub async fn submit_at_application(
    Shared(state): Shared<State>,
    reader: Reader,
    _: Form,
) -> Answer {
    let session = end(&state, &reader).await?;
    let apart = goes_on_apart(&state, &reader, session.as_ref());
    let farewell = farewell(&state, &reader, session.as_ref());
    if let Some(way_out) = way_out(&state, session.as_ref(), farewell).await? {
        let access = state.settings.origin_of(state.settings.access.host());
        let there = Url::parse(&format!("{access}{way_out}")).map_err(Failure::internal)?;
        let page = lead(&state, &reader, Doing::SigningOut, &Onward::To(there))?;
        return Ok(without_session(page));
    }
    Ok(without_session(show_page(&state, &reader, apart, true)?))
}

/// The page that tells the directory by which the person came, where that wants to know; `farewell` is where the
/// browser ends.
async fn way_out(
    state: &State,
    session: Option<&Session>,
    farewell: &str,
) -> Result<Option<String>, Failure> {
    let Some(session) = session else {
        return Ok(None);
    };
    let mut read = state.store.read().await?;
    directory_sign_out::way_out(state, &mut read, &session.sign_in, farewell).await
}

/// Whether the person may be signed in at a host of operators, too, which is not this one.
fn goes_on_apart(state: &State, reader: &Reader, session: Option<&Session>) -> bool {
    state.settings.admin.is_some()
        && !state.settings.is_admin_host(&reader.visitor.host)
        && session.is_some_and(|session| session.principal.administers)
}

/// The page to which signing out leads, with what it is to say there.
pub fn farewell(state: &State, reader: &Reader, session: Option<&Session>) -> &'static str {
    if goes_on_apart(state, reader, session) {
        "/sign-in?after=signed-out-apart"
    } else if state.settings.is_admin_host(&reader.visitor.host) {
        "/sign-in?after=signed-out-console"
    } else {
        "/sign-in?after=signed-out"
    }
}

async fn session(
    state: &State,
    reader: &Reader,
    connection: &mut Connection,
) -> Result<Option<Session>, StoreError> {
    let Some(token) = reader.token(cookies::SESSION) else {
        return Ok(None);
    };
    let (host, now) = (&reader.visitor.host, state.clock.now());
    session_facts::find(connection, &token.hash(), host, now).await
}

/// Ends the sign-in that the browser's session belongs to, whichever host it is of; gives the session.
async fn end(state: &State, reader: &Reader) -> Result<Option<Session>, Failure> {
    if reader.token(cookies::SESSION).is_none() {
        return Ok(None);
    }
    let mut tx = state.store.begin().await?;
    let found = session(state, reader, &mut tx).await?;
    if let Some(session) = &found {
        end_sign_in(reader, &mut tx, session, state.clock.now()).await?;
    }
    tx.commit().await?;
    Ok(found)
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
        risk: &[],
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use config::settings::AdminHost;

    use crate::router;
    use crate::store::testing::on_both_engines;
    use crate::testing::{ACCESS, House, PASSWORD};

    const ADMIN: &str = "admin.example.com";
    const APART: &str = "sign out there as well";

    #[tokio::test]
    async fn only_who_administers_is_told_that_the_sign_in_of_operators_goes_on() {
        on_both_engines(async |store| {
            let mut house = House::new(store).await;
            let mut settings = (*house.state.settings).clone();
            settings.admin = Some(AdminHost {
                url: format!("https://{ADMIN}").parse().unwrap(),
                also_at_access_host: false,
            });
            house.state.settings = Arc::new(settings);
            house.router = router::router(&house.state);
            for (name, administers) in [("olga", true), ("alice", false)] {
                let mut browser = house.browser();
                browser.sign_in(name, PASSWORD).await;
                let asked = browser.get(ACCESS, "/sign-out").await;
                assert_eq!(asked.body.contains(APART), administers, "{name}");
                let out = browser.post(ACCESS, "/sign-out", &[]).await;
                let told = browser.get(ACCESS, out.location()).await;
                assert_eq!(told.body.contains(APART), administers, "{name}");
                assert!(told.body.contains("You have been signed out."), "{name}");
            }
            let mut stranger = house.browser();
            let asked = stranger.get(ACCESS, "/sign-out").await;
            assert!(!asked.body.contains(APART));
        })
        .await;
    }
}
