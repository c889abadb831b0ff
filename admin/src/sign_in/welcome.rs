//! `/welcome`: where a new member, or one who forgot the password, comes in with a one-time code.
//! The code is a first factor like a password: whoever has a second one is asked for it.

use askama::Template;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use config::session::AuthenticationMethod;

use super::flow::{self, Flow};
use super::lockout::{Counters, Guess};
use super::record::{Happening, record};
use super::recovery_codes::hash;
use crate::logs::SignInKind;
use crate::pages::text::texts;
use crate::pages::{Answer, Failure, Form, Frame, Reader, show_with};
use crate::state::State;
use crate::store::credentials::Account;
use crate::store::one_time_links::{self, Purpose};
use crate::store::{Tx, credentials};

texts! {
    /// The page that takes a one-time code.
    WelcomeTexts {
        title: "欢迎", "Welcome";
        lead: "请输入管理员给您的一次性验证码，然后设置密码。", "Enter the one-time code that your administrator gave you, then choose a password.";
        code: "一次性验证码", "One-time code";
        submit: "继续", "Continue";
        wrong: "验证码不正确、已使用或已过期，或者尝试次数过多。请向管理员索取新的验证码。", "The code is wrong, was used or has expired, or there were too many attempts. Ask your administrator for a new one.";
        to_sign_in: "已有密码？去登录", "Already have a password? Sign in";
    }
}

#[derive(Template)]
#[template(path = "welcome.html")]
struct WelcomePage {
    frame: Frame,
    t: &'static WelcomeTexts,
    error: Option<&'static str>,
}

/// `GET /welcome`
pub async fn page(Shared(state): Shared<State>, reader: Reader) -> Answer {
    show(&state, &reader, false)
}

/// `POST /welcome`
pub async fn submit(Shared(state): Shared<State>, reader: Reader, form: Form) -> Answer {
    let now = state.clock.now();
    let mut tx = state.store.begin().await?;
    let counters = Counters::of_address(&reader);
    let may_guess = counters.take(&mut tx, Guess::Password, now).await?;
    tx.commit().await?;
    let mut tx = state.store.begin().await?;
    let account = if may_guess {
        redeem(&state, &mut tx, form.get("code")).await?
    } else {
        None
    };
    let method = AuthenticationMethod::OneTimeLink;
    if let Some(account) = account {
        counters.succeed(&mut tx, Guess::Password).await?;
        // The code stands for a new password: the old one, if there was one, is to be replaced.
        credentials::demand_change(&mut tx, &account.member, now).await?;
        let flow = Flow::begin(account.member, method, now, "/");
        return flow::advance(&state, &reader, tx, flow, None).await;
    }
    let happening = Happening {
        kind: SignInKind::Failed,
        member: None,
        username: "",
        method: Some(method),
        reason: Some(if may_guess {
            "wrong_code"
        } else {
            "too_many_attempts"
        }),
        sign_in: None,
    };
    record(&mut tx, &reader, now, happening).await?;
    tx.commit().await?;
    show(&state, &reader, true)
}

/// Uses the code up; gives the account that it is for.
async fn redeem(state: &State, tx: &mut Tx, typed: &str) -> Result<Option<Account>, Failure> {
    let now = state.clock.now();
    let Some(hash) = hash(typed) else {
        return Ok(None);
    };
    let Some(Purpose::Password(member)) = one_time_links::find(tx, &hash, now).await? else {
        return Ok(None);
    };
    if !one_time_links::use_up(tx, &hash, now).await? {
        return Ok(None);
    }
    let account = credentials::find(tx, &member).await?;
    Ok(account.filter(|account| account.is_active))
}

fn show(state: &State, reader: &Reader, failed: bool) -> Answer {
    let t = WelcomeTexts::of(reader.language);
    let page = WelcomePage {
        frame: Frame::new(state, reader),
        t,
        error: failed.then_some(t.wrong),
    };
    let status = if failed {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    show_with(status, &page)
}
