//! `/sign-in/forgot`: where whoever forgot the password asks for a code with which to set a new one.
//!
//! There is one answer whatever was typed, in text, status and time: the page only writes down that somebody
//! asked. What becomes of it is found out later, in [`super::password_reset`].

use askama::Template;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use serde::Deserialize;

use super::attempt;
use super::by_message;
use super::captcha_due;
use super::identify::bounded;
use super::lockout::{Counters, Guess, Turn};
use super::password_reset::ResetRequest;
use crate::captcha::{self, Kind, Puzzle, Shown};
use crate::messages::Channel;
use crate::messages::jobs::{self, Job};
use crate::pages::text::texts;
use crate::pages::{Answer, Failure, Form, Frame, Query, Reader, ReturnPath, go_to, show_with};
use crate::sign_in_policy;
use crate::state::State;
use crate::store::{Connection, StoreError};

texts! {
    /// The page for whoever forgot the password.
    ForgotTexts {
        title: "重设密码", "Choose a new password";
        lead: "请输入您的用户名、邮箱或手机号。如果账号存在，我们会把验证码发送到该账号登记的邮箱或手机。", "Enter your username, mail address or mobile number. If there is such an account, a code goes to its mail address or mobile.";
        name: "用户名、邮箱或手机号", "Username, mail address or mobile number";
        submit: "发送验证码", "Send a code";
        back: "返回登录", "Back to sign-in";
    }
}

#[derive(Template)]
#[template(path = "forgot_password.html")]
struct ForgotPage<'a> {
    frame: Frame,
    t: &'static ForgotTexts,
    to: ReturnPath,
    typed: &'a str,
    error: Option<&'static str>,
    captcha: Option<Puzzle>,
}

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    to: String,
}

/// Whether a code can be asked for: the policy lets somebody, and there is a way to send it.
pub async fn is_offered(connection: &mut Connection) -> Result<bool, StoreError> {
    if !sign_in_policy::get(connection).await?.body.lets_reset() {
        return Ok(false);
    }
    Ok(by_message::is_sent(connection, Channel::Mail).await?
        || by_message::is_sent(connection, Channel::Sms).await?)
}

/// `GET /sign-in/forgot`
pub async fn page(
    Shared(state): Shared<State>,
    reader: Reader,
    Query(asked): Query<Asked>,
) -> Answer {
    expect_offer(&state).await?;
    let page = ForgotPage {
        frame: Frame::new(&state, &reader),
        t: ForgotTexts::of(reader.language),
        to: ReturnPath::or_root(&asked.to),
        typed: "",
        error: None,
        captcha: captcha_due::offer(&state, &reader, None, Kind::Picture).await?,
    };
    show_with(StatusCode::OK, &page)
}

/// `POST /sign-in/forgot`
pub async fn submit(Shared(state): Shared<State>, reader: Reader, form: Form) -> Answer {
    expect_offer(&state).await?;
    attempt::refuse_spent_address(&state, &reader).await?;
    let now = state.clock.now();
    let to = ReturnPath::or_root(form.get("to"));
    let counters = Counters::of_resets(&reader);
    let mut read = state.store.read().await?;
    if counters.is_spent(&mut read, Guess::Password, now).await? {
        return Err(Failure::TooManyAttempts);
    }
    drop(read);
    let typed = bounded(form.get("username"));
    if captcha::is_other_wanted(&form) {
        return ask_again(&state, &reader, &form, &typed, None).await;
    }
    if captcha_due::is_due(&state, &reader, None).await?
        && !captcha::is_answered(&state, &reader, &form).await?
    {
        attempt::captcha_failed(&state, &reader, (None, &typed)).await?;
        let error = captcha::refusal(&form, reader.language);
        return ask_again(&state, &reader, &form, &typed, Some(error)).await;
    }
    let job = Job::PasswordReset(ResetRequest {
        typed,
        language: reader.language,
        at: now,
        address: reader.visitor.client_address,
        user_agent: reader.user_agent.clone(),
        device: reader.device(),
        request_id: reader.visitor.request_id.clone(),
    });
    let mut tx = state.store.begin().await?;
    let turn = counters.take(&mut tx, Guess::Password, now).await?;
    if turn == Turn::Allowed {
        jobs::queue(&mut tx, &job, now).await?;
    }
    tx.commit().await?;
    if turn != Turn::Allowed {
        return Err(Failure::TooManyAttempts);
    }
    Ok(go_to(&format!("/welcome?after=reset&to={}", to.encoded())))
}

/// The page once more, with another puzzle.
async fn ask_again(
    state: &State,
    reader: &Reader,
    form: &Form,
    typed: &str,
    error: Option<&'static str>,
) -> Answer {
    let page = ForgotPage {
        frame: Frame::new(state, reader),
        t: ForgotTexts::of(reader.language),
        to: ReturnPath::or_root(form.get("to")),
        typed,
        error,
        captcha: Some(captcha::puzzle(state, reader, Kind::chosen(form)).await?),
    };
    let status = match error {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    show_with(status, &page)
}

async fn expect_offer(state: &State) -> Result<(), Failure> {
    let mut read = state.store.read().await?;
    if is_offered(&mut read).await? {
        Ok(())
    } else {
        Err(Failure::NotFound)
    }
}
