//! `/welcome`: where a new member, or one who forgot the password, comes in with a one-time code.
//! The code is a first factor like a password: whoever has a second one is asked for it.

use askama::Template;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use config::Language;
use config::session::AuthenticationMethod;
use config::snapshot::SignInMethod;
use serde::Deserialize;

use super::attempt::Attempt;
use super::flow::{self, Flow};
use super::methods::{self, Offered, Visit};
use super::recovery_codes::hash;
use crate::messages::outbox;
use crate::pages::text::texts;
use crate::pages::{Answer, Failure, Form, Frame, Query, Reader, ReturnPath, show_with};
use crate::sign_in_policy;
use crate::state::State;
use crate::store::credentials::Account;
use crate::store::one_time_links::{self, Purpose};
use crate::store::{Tx, credentials, members};

texts! {
    /// The page that takes a one-time code.
    WelcomeTexts {
        title: "欢迎", "Welcome";
        lead: "请输入您收到的一次性验证码，然后设置密码。", "Enter the one-time code that you were given, then choose a password.";
        sent: "如果账号存在且可以重设密码，验证码已发送到其邮箱或手机，30 分钟内有效。", "If there is such an account, and it may choose a new password, a code is on its way to its mail address or mobile. It works for 30 minutes.";
        code: "一次性验证码", "One-time code";
        submit: "继续", "Continue";
        wrong: "验证码不正确、已使用或已过期，或者尝试次数过多。请重新获取验证码。", "The code is wrong, was used or has expired, or there were too many attempts. Ask for a new one.";
        sign_in: "登录", "Sign in";
    }
}

#[derive(Template)]
#[template(path = "welcome.html")]
pub(super) struct WelcomePage {
    frame: Frame,
    t: &'static WelcomeTexts,
    title: String,
    lead: String,
    to: ReturnPath,
    error: Option<&'static str>,
    note: Option<&'static str>,
    offered: Offered,
}

impl WelcomePage {
    /// Nothing was typed yet.
    pub(super) fn new(frame: Frame, language: Language, to: ReturnPath) -> Self {
        let t = WelcomeTexts::of(language);
        Self {
            t,
            title: t.title.to_owned(),
            lead: t.lead.to_owned(),
            offered: Offered::default(),
            frame,
            to,
            error: None,
            note: None,
        }
    }

    /// With the other ways in. In the place of the sign-in page it says what that says.
    pub(super) fn offering(mut self, offered: Offered) -> Self {
        if offered.first == Some(SignInMethod::OneTimeCode) {
            let own = |text: &str, usual: &str| {
                let text = Some(text).filter(|text| !text.is_empty());
                text.unwrap_or(usual).to_owned()
            };
            self.title = own(&self.frame.sign_in_title, self.t.sign_in);
            self.lead = own(&self.frame.welcome, self.t.lead);
        }
        Self { offered, ..self }
    }

    pub(super) fn telling(self, note: Option<&'static str>) -> Self {
        Self { note, ..self }
    }
}

#[derive(Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    to: String,
    /// `reset`: a code was asked for just now.
    #[serde(default)]
    after: String,
}

/// `GET /welcome`
pub async fn page(
    Shared(state): Shared<State>,
    reader: Reader,
    Query(asked): Query<Asked>,
) -> Answer {
    let to = ReturnPath::or_root(&asked.to);
    let page = shown(&state, &reader, to).await?;
    let note = (asked.after == "reset").then_some(page.t.sent);
    show_with(StatusCode::OK, &page.telling(note))
}

async fn shown(state: &State, reader: &Reader, to: ReturnPath) -> Result<WelcomePage, Failure> {
    let frame = Frame::new(state, reader);
    let mut read = state.store.read().await?;
    let (named, asked) = (&frame.sign_in_methods, Some(&SignInMethod::OneTimeCode));
    let offered = methods::offered(&mut read, named, asked, Visit::of(state, reader, &to)).await?;
    Ok(WelcomePage::new(frame, reader.language, to).offering(offered))
}

/// `POST /welcome`
pub async fn submit(Shared(state): Shared<State>, reader: Reader, form: Form) -> Answer {
    let now = state.clock.now();
    let to = ReturnPath::or_root(form.get("to"));
    let attempt = Attempt::at_code(&state, &reader).await?;
    let Some((mut tx, account, method)) = redeem(&state, form.get("code")).await? else {
        attempt.failed("wrong_code").await?;
        let page = shown(&state, &reader, to).await?;
        let error = Some(page.t.wrong);
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return show_with(status, &WelcomePage { error, ..page });
    };
    attempt.succeeded(&mut tx).await?;
    // The code stands for a new password: the old one, if there was one, is to be replaced.
    credentials::demand_change(&mut tx, &account.member, now).await?;
    let flow = Flow::begin(account.member, method, now, to.as_str());
    flow::advance(&state, &reader, tx, flow, None).await
}

/// Uses the code up; gives the account that it is for, what it proves, and the transaction in which it was
/// used.
async fn redeem(
    state: &State,
    typed: &str,
) -> Result<Option<(Tx, Account, AuthenticationMethod)>, Failure> {
    let now = state.clock.now();
    let Some(hash) = hash(typed) else {
        return Ok(None);
    };
    let mut tx = state.store.begin().await?;
    let found = one_time_links::find(&mut tx, &hash, now).await?;
    let (member, method, asked_by) = match found {
        Some(Purpose::Password(member)) => (member, AuthenticationMethod::OneTimeLink, None),
        // Whoever reads what is sent there owns the mailbox or the mobile, and no more than that.
        Some(Purpose::PasswordBy(member, channel)) => (member, channel.method(), None),
        Some(Purpose::Reset(member, channel)) => (member, channel.method(), Some(channel)),
        Some(Purpose::SetUp) | None => return Ok(None),
    };
    members::hold(&mut tx, &member).await?;
    if !one_time_links::use_up(&mut tx, &hash, now).await? {
        return Ok(None);
    }
    let why = (
        "it was withdrawn: the code was used",
        "已撤回，验证码已被使用",
    );
    outbox::withdraw_codes(&mut tx, &member, why, now).await?;
    let account = credentials::find(&mut tx, &member).await?;
    let Some(account) = account.filter(|account| account.is_active(now)) else {
        return Ok(None);
    };
    let Some(channel) = asked_by else {
        return Ok(Some((tx, account, method)));
    };
    let rules = sign_in_policy::rules_of(&mut tx, &member).await?;
    let is_allowed = rules.password.reset && account.address(channel).is_some();
    Ok(is_allowed.then_some((tx, account, method)))
}
