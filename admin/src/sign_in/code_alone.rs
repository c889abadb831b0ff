//! Signing in with a code in the place of the password, where the policy lets people in so: one page takes a
//! name, the next takes the code that was sent to the mailbox or the mobile of whoever has that name.
//!
//! Both answer the same, in text, status and work, whatever was typed. The first only writes down that somebody
//! asked; what becomes of it is found out later, in [`super::code_request`]. The second writes as much for a code
//! that never was as for a wrong one. The code is good in the browser that asked for it, and is one factor: what
//! comes after it is decided as after a password.

use askama::Template;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use config::id::MemberId;
use config::{Timestamp, cookies};
use serde::Deserialize;

use super::attempt::{self, Attempt};
use super::by_message;
use super::captcha_due;
use super::code_request::CodeRequest;
use super::flow::{self, Flow};
use super::identify::bounded;
use super::lockout::{Counters, Guess, Turn};
use super::message_code::{self, LIFE, MOST_GUESSES, Whose};
use crate::captcha::{self, Kind, Puzzle, Shown};
use crate::messages::Channel;
use crate::messages::jobs::{self, Job};
use crate::name_key::name_key;
use crate::pages::cookies::{Keep, set};
use crate::pages::text::texts;
use crate::pages::{Answer, Failure, Form, Frame, Query, Reader, ReturnPath, go_to, show_with};
use crate::sign_in_policy;
use crate::state::State;
use crate::store::credentials::Account;
use crate::store::lockouts::{self, Limit};
use crate::store::{Connection, StoreError, Tx, credentials, members};
use crate::tokens::{Token, TokenHash};

texts! {
    /// The pages for whoever signs in by a code.
    CodeAloneTexts {
        title: "用验证码登录", "Sign in by a code";
        lead: "请输入您的用户名、邮箱或手机号。如果该账号可以用验证码登录，我们会把验证码发送到其登记的邮箱或手机。", "Enter your username, mail address or mobile number. If there is such an account, and it may sign in by a code, one goes to its mail address or mobile.";
        name: "用户名、邮箱或手机号", "Username, mail address or mobile number";
        submit: "发送验证码", "Send a code";
        back: "用密码登录", "Use your password instead";
        sent: "如果该账号存在且可以用验证码登录，6 位验证码已发送，5 分钟内有效。请在此浏览器中输入。", "If there is such an account, and it may sign in by a code, one of 6 digits is on its way. It works for 5 minutes, in this browser.";
        code: "验证码", "Code";
        enter: "登录", "Sign in";
        again: "没有收到？重新发送", "Nothing came? Have another one sent";
        wrong: "验证码不正确、已使用或已过期，或者尝试次数过多。", "The code is wrong, was used or has expired, or there were too many attempts.";
    }
}

#[derive(Template)]
#[template(path = "code_alone.html")]
struct CodeAlonePage<'a> {
    frame: Frame,
    t: &'static CodeAloneTexts,
    to: ReturnPath,
    /// Whether the code is asked for, and not the name.
    is_asked: bool,
    typed: &'a str,
    error: Option<&'static str>,
    captcha: Option<Puzzle>,
}

impl CodeAlonePage<'_> {
    /// Nothing was typed yet.
    fn new(state: &State, reader: &Reader, to: ReturnPath) -> Self {
        Self {
            frame: Frame::new(state, reader),
            t: CodeAloneTexts::of(reader.language),
            to,
            is_asked: false,
            typed: "",
            error: None,
            captcha: None,
        }
    }
}

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    to: String,
}

/// Whether a code can be asked for: the policy lets somebody in by one, and there is a way to send it.
pub async fn is_offered(connection: &mut Connection) -> Result<bool, StoreError> {
    if !sign_in_policy::get(connection)
        .await?
        .body
        .lets_codes_alone()
    {
        return Ok(false);
    }
    Ok(!by_message::sent(connection).await?.is_empty())
}

async fn expect_offer(state: &State) -> Result<(), Failure> {
    let mut read = state.store.read().await?;
    if is_offered(&mut read).await? {
        Ok(())
    } else {
        Err(Failure::NotFound)
    }
}

/// `GET /sign-in/code`
pub async fn page(
    Shared(state): Shared<State>,
    reader: Reader,
    Query(asked): Query<Asked>,
) -> Answer {
    expect_offer(&state).await?;
    let page = CodeAlonePage {
        captcha: captcha_due::offer(&state, &reader, None, Kind::Picture).await?,
        ..CodeAlonePage::new(&state, &reader, ReturnPath::or_root(&asked.to))
    };
    show_with(StatusCode::OK, &page)
}

/// `POST /sign-in/code`
pub async fn submit(Shared(state): Shared<State>, reader: Reader, form: Form) -> Answer {
    expect_offer(&state).await?;
    attempt::refuse_spent_address(&state, &reader).await?;
    let now = state.clock.now();
    let typed = bounded(form.get("username"));
    let mut read = state.store.read().await?;
    if { Counters::of_code_requests(&reader) }
        .is_spent(&mut read, Guess::Password, now)
        .await?
    {
        return Err(Failure::TooManyAttempts);
    }
    let demand = sign_in_policy::get(&mut read).await?.body.captcha();
    drop(read);
    // Nobody is looked up: a name counts as that of a stranger, whoever has it.
    let named = Counters::of_stranger(&reader).with_name(&name_key(&typed), demand);
    if captcha::is_other_wanted(&form) {
        return ask_again(&state, &reader, &form, &typed, None).await;
    }
    if captcha_due::is_due(&state, &reader, Some(&named)).await?
        && !captcha::is_answered(&state, &reader, &form).await?
    {
        attempt::captcha_failed(&state, &reader, (None, &typed)).await?;
        let error = captcha::refusal(&form, reader.language);
        return ask_again(&state, &reader, &form, &typed, Some(error)).await;
    }
    let token = Token::generate();
    let request = request(&state, &reader, typed, token.hash());
    write_down(&state, &reader, &named, request).await?;
    let to = ReturnPath::or_root(form.get("to"));
    let mut response = go_to(&format!("/sign-in/code/enter?to={}", to.encoded()));
    set(
        &mut response,
        cookies::SIGN_IN,
        token.as_text(),
        Keep::ForNow,
    );
    Ok(response)
}

fn request(state: &State, reader: &Reader, typed: String, token: TokenHash) -> CodeRequest {
    CodeRequest {
        typed,
        token,
        known_as: reader.token(cookies::DEVICE).map(|device| device.hash()),
        language: reader.language,
        at: state.clock.now(),
        address: reader.visitor.client_address,
        user_agent: reader.user_agent.clone(),
        device: reader.device(),
        request_id: reader.visitor.request_id.clone(),
    }
}

/// Each request counts where it comes from, and at the name: after some a captcha is asked.
async fn write_down(
    state: &State,
    reader: &Reader,
    named: &Counters,
    request: CodeRequest,
) -> Result<(), Failure> {
    let now = state.clock.now();
    let mut tx = state.store.begin().await?;
    let requests = Counters::of_code_requests(reader);
    let turn = requests.take(&mut tx, Guess::Password, now).await?;
    if turn == Turn::Allowed {
        if let Some(name) = named.of_name() {
            name.count(&mut tx, now).await?;
        }
        jobs::queue(&mut tx, &Job::SignInCode(request), now).await?;
    }
    tx.commit().await?;
    if turn == Turn::Allowed {
        Ok(())
    } else {
        Err(Failure::TooManyAttempts)
    }
}

/// The page once more, with another puzzle.
async fn ask_again(
    state: &State,
    reader: &Reader,
    form: &Form,
    typed: &str,
    error: Option<&'static str>,
) -> Answer {
    let to = ReturnPath::or_root(form.get("to"));
    let page = CodeAlonePage {
        typed,
        error,
        captcha: Some(captcha::puzzle(state, reader, Kind::chosen(form)).await?),
        ..CodeAlonePage::new(state, reader, to)
    };
    let status = match error {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    show_with(status, &page)
}

/// `GET /sign-in/code/enter`
pub async fn entry_page(
    Shared(state): Shared<State>,
    reader: Reader,
    Query(asked): Query<Asked>,
) -> Answer {
    expect_offer(&state).await?;
    let page = CodeAlonePage {
        is_asked: true,
        ..CodeAlonePage::new(&state, &reader, ReturnPath::or_root(&asked.to))
    };
    show_with(StatusCode::OK, &page)
}

/// `POST /sign-in/code/enter`
pub async fn enter(Shared(state): Shared<State>, reader: Reader, form: Form) -> Answer {
    expect_offer(&state).await?;
    attempt::refuse_spent_address(&state, &reader).await?;
    let (now, to) = (state.clock.now(), ReturnPath::or_root(form.get("to")));
    let Some(token) = reader.token(cookies::SIGN_IN) else {
        return Ok(go_to(&format!("/sign-in/code?to={}", to.encoded())));
    };
    let whose = Whose::request(&token.hash());
    let (addressee, counters) = find(&state, &reader, &whose).await?;
    let (who, method) = match &addressee {
        Some((account, channel)) => (
            (Some(&account.member), account.username.as_str()),
            Some(channel.method()),
        ),
        None => ((None, ""), None),
    };
    let what = (method, Guess::Password);
    let attempt = Attempt::count_as(&state, &reader, counters, who, what).await?;
    let proven = if attempt.is_allowed() {
        check(&state, addressee.as_ref(), &whose, form.get("code")).await?
    } else {
        Err("wrong_code")
    };
    match proven {
        Ok((mut tx, member, channel)) => {
            let failures = attempt.others(&mut tx).await?;
            attempt.succeeded(&mut tx).await?;
            let requests = Counters::of_code_requests(&reader);
            requests.refund(&mut tx, Guess::Password).await?;
            let mut flow = Flow::begin_by_code(member, channel, now, to.as_str());
            flow.failures = failures;
            flow::advance(&state, &reader, tx, flow, None).await
        }
        Err(reason) => {
            attempt.failed(reason).await?;
            let page = CodeAlonePage {
                is_asked: true,
                error: Some(CodeAloneTexts::of(reader.language).wrong),
                ..CodeAlonePage::new(&state, &reader, to)
            };
            show_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

/// To whom the code went, if any did, and on which counters a guess weighs: as one at a password does.
async fn find(
    state: &State,
    reader: &Reader,
    whose: &Whose,
) -> Result<(Option<(Account, Channel)>, Counters), Failure> {
    let now = state.clock.now();
    let mut read = state.store.read().await?;
    if let Some((member, channel)) = message_code::addressee(&mut read, whose, now).await?
        && let Some(account) = credentials::find(&mut read, &member).await?
    {
        let policy = sign_in_policy::rules_of(&mut read, &member).await?.attempts;
        let counters = Counters::of_member(&mut read, reader, &member, &policy, now).await?;
        return Ok((Some((account, channel)), counters));
    }
    let policy = sign_in_policy::rules_of_nobody(&mut read).await?.attempts;
    let counters = Counters::of_nobody(&mut read, reader, whose.as_str(), &policy, now).await?;
    Ok((None, counters))
}

/// Checks the code. If it is right, gives the transaction in which it was used up, whose it was and by which way
/// it came; otherwise the reason for the log. Of a code that never was as much is written.
async fn check(
    state: &State,
    addressee: Option<&(Account, Channel)>,
    whose: &Whose,
    typed: &str,
) -> Result<Result<(Tx, MemberId, Channel), &'static str>, Failure> {
    let now = state.clock.now();
    let mut tx = state.store.begin().await?;
    let limit = Limit {
        most: MOST_GUESSES,
        window: LIFE,
        lock: Some(LIFE),
    };
    let guesses = lockouts::count(&mut tx, whose.as_str(), limit, now).await?;
    let Some((account, channel)) = addressee.filter(|_| guesses <= limit.most) else {
        tx.commit().await?;
        return Ok(Err("wrong_code"));
    };
    let (member, at) = (&account.member, (*channel, whose));
    members::hold(&mut tx, member).await?;
    let reason = if message_code::use_up(&state.sealer, &mut tx, at, typed, now).await? {
        why_not(&mut tx, member, *channel, now).await?
    } else {
        Some("wrong_code")
    };
    match reason {
        None => Ok(Ok((tx, member.clone(), *channel))),
        Some(reason) => {
            // So that the guess counts.
            tx.commit().await?;
            Ok(Err(reason))
        }
    }
}

/// Why a right code lets its person in no more: what has changed since it was sent.
async fn why_not(
    tx: &mut Tx,
    member: &MemberId,
    channel: Channel,
    now: Timestamp,
) -> Result<Option<&'static str>, StoreError> {
    let Some(account) = credentials::find(tx, member).await? else {
        return Ok(Some("unknown_account"));
    };
    if !account.is_active(now) {
        return Ok(Some(account.why_not_active()));
    }
    let rules = sign_in_policy::rules_of(tx, member).await?;
    let is_allowed = rules.two_step.code_alone && account.address(channel).is_some();
    Ok((!is_allowed).then_some("code_not_allowed"))
}
