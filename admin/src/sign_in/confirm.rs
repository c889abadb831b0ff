//! Proving once more who one is while signed in: before changing one's own locks, and where an
//! application asks for a second factor, or a fresher one.

use askama::Template;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use config::session::AuthenticationMethod;
use serde::Deserialize;

use super::attempt::Attempt;
use super::directory_confirm;
use super::directory_password;
use super::finish::onward;
use super::methods::Offer;
use super::passkey::{self, Ask};
use super::person::{Person, carry};
use super::record::{Happening, record};
use super::{by_message, factors, message_factor, second_factor};
use crate::logs::SignInKind;
use crate::messages::Channel;
use crate::pages::middleware::allow_script;
use crate::pages::text::texts;
use crate::pages::{Answer, Failure, Form, Frame, Query, Reader, ReturnPath, go_to, show_with};
use crate::passkeys::{self, Occasion};
use crate::passwords::{Standing, Verdict};
use crate::sign_in_policy::{self, SecondFactor, TwoStepPolicy};
use crate::state::State;
use crate::store::credentials::Account;
use crate::store::{StoreError, Tx, credentials, members};

texts! {
    /// The page that asks for a proof once more.
    ConfirmTexts {
        title: "确认是您本人", "Confirm that it is you";
        lead_password: "为了您的账号安全，请再次输入密码。", "To keep your account safe, please enter your password again.";
        lead_code: "请输入身份验证器应用中显示的 6 位数字，或一个恢复码。", "Enter the 6 digits that your authenticator app shows, or a recovery code.";
        lead_passkey: "为了您的账号安全，请使用通行密钥。", "To keep your account safe, please use your passkey.";
        by_recovery_code: "使用恢复码", "Use a recovery code";
        recovery_code: "恢复码", "Recovery code";
        password: "密码", "Password";
        code: "验证码或恢复码", "Code or recovery code";
        submit: "确认", "Confirm";
        wrong: "输入不正确，或者尝试次数过多。请稍后再试。", "That is wrong, or there were too many attempts. Please try again later.";
        lead_directory: "为了您的账号安全，请在登录时使用的页面再次验证身份。", "To keep your account safe, please prove who you are once more where you sign in.";
        not_there: "对方登录页面未能确认是您本人，请重试。", "The other sign-in page did not confirm that it is you. Please try again.";
        to_message: "通过短信或邮件接收验证码", "Have a code sent by SMS or mail";
        cancel: "取消", "Cancel";
    }
}

#[derive(Template)]
#[template(path = "confirm.html")]
struct ConfirmPage<'a> {
    frame: Frame,
    t: &'static ConfirmTexts,
    username: &'a str,
    by_code: bool,
    /// Where a code by SMS or mail is to be had.
    by_message: Option<String>,
    by_authenticator: bool,
    passkey: Option<Ask>,
    /// The pages elsewhere that are asked, where nothing is kept here that could be.
    directories: Vec<Offer>,
    to: ReturnPath,
    error: Option<&'static str>,
}

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    pub(super) to: String,
}

/// Where to confirm, and to come back from there.
#[must_use]
pub fn path(to: &str) -> String {
    format!(
        "/sign-in/confirm?to={}",
        crate::pages::return_path::encode(to)
    )
}

/// `GET /sign-in/confirm`
pub async fn page(
    Shared(state): Shared<State>,
    reader: Reader,
    person: Person,
    Query(asked): Query<Asked>,
) -> Answer {
    let account = account_of(&state, &person).await?;
    let to = ReturnPath::or_root(&asked.to);
    if !account.has_second_factor() && second_factor::is_asked(&state, &account).await? {
        return Ok(go_to(&message_factor::confirm_path(to.as_str())));
    }
    show(&state, &reader, &person, &account, to, None).await
}

/// `POST /sign-in/confirm`
pub async fn submit(
    Shared(state): Shared<State>,
    reader: Reader,
    person: Person,
    form: Form,
) -> Answer {
    let account = account_of(&state, &person).await?;
    let to = ReturnPath::or_root(form.get("to"));
    let proven = if account.has_second_factor() {
        by_code(&state, &reader, &account, form.get("code")).await?
    } else {
        let proven = by_password(&state, &reader, &account, form.get("password")).await?;
        proven.map(|tx| (tx, AuthenticationMethod::Password))
    };
    step_up(&state, &reader, &person, &account, to, proven).await
}

/// `POST /sign-in/confirm/passkey`
pub async fn submit_passkey(
    Shared(state): Shared<State>,
    reader: Reader,
    person: Person,
    form: Form,
) -> Answer {
    let account = account_of(&state, &person).await?;
    let to = ReturnPath::or_root(form.get("to"));
    let (question, now) = (form.get("question"), state.clock.now());
    if passkeys::is_expired(&state.sealer, occasion(&person), question, now) {
        return Ok(go_to(&path(to.as_str())));
    }
    let counting = Counting::of(&state, &account).await?;
    let proven = if counting.takes(SecondFactor::Passkey, &account) {
        passkey::check(&state, &reader, &account, &form, occasion(&person)).await?
    } else {
        None
    };
    let proven = proven.map(|tx| (tx, AuthenticationMethod::Passkey));
    step_up(&state, &reader, &person, &account, to, proven).await
}

fn occasion(person: &Person) -> Occasion<'_> {
    Occasion {
        step: "confirm",
        whose: person.0.sign_in.as_str(),
    }
}

/// Notes what was proven, if anything was, and goes on.
pub(super) async fn step_up(
    state: &State,
    reader: &Reader,
    person: &Person,
    account: &Account,
    to: ReturnPath,
    proven: Option<(Tx, AuthenticationMethod)>,
) -> Answer {
    let Some((mut tx, method)) = proven else {
        let wrong = ConfirmTexts::of(reader.language).wrong;
        return show(state, reader, person, account, to, Some(wrong)).await;
    };
    let token = person.strengthen(state, reader, &mut tx, method).await?;
    note(&mut tx, (state, reader), (person, account), method).await?;
    tx.commit().await?;
    let mut response = onward(&to);
    carry(&mut response, &token);
    Ok(response)
}

/// Writes down in the log that the person has proven who they are.
pub(super) async fn note(
    tx: &mut Tx,
    (state, reader): (&State, &Reader),
    (person, account): (&Person, &Account),
    method: AuthenticationMethod,
) -> Result<(), StoreError> {
    let happening = Happening {
        kind: SignInKind::SteppedUp,
        member: Some(&account.member),
        username: &account.username,
        method: Some(method),
        reason: None,
        risk: &[],
        sign_in: Some(&person.0.sign_in),
    };
    record(tx, reader, state.clock.now(), happening).await
}

/// The account of whoever is signed in.
pub async fn account_of(state: &State, person: &Person) -> Result<Account, Failure> {
    let mut read = state.store.read().await?;
    credentials::find(&mut read, &person.0.principal.id)
        .await?
        .ok_or(Failure::Expired)
}

/// As at sign-in, what the policy does not take proves nothing.
struct Counting {
    policy: TwoStepPolicy,
    by_message: Vec<Channel>,
}

impl Counting {
    async fn of(state: &State, account: &Account) -> Result<Self, Failure> {
        let mut read = state.store.read().await?;
        let rules = sign_in_policy::rules_of(&mut read, &account.member).await?;
        let policy = rules.two_step;
        Ok(Self {
            by_message: by_message::factors(&mut read, account, &policy).await?,
            policy,
        })
    }

    fn takes(&self, factor: SecondFactor, account: &Account) -> bool {
        factors::is_taken(factor, account, &self.policy, &self.by_message)
    }
}

async fn by_code(
    state: &State,
    reader: &Reader,
    account: &Account,
    code: &str,
) -> Result<Option<(Tx, AuthenticationMethod)>, Failure> {
    // Six digits are a code of the authenticator; anything else may be a recovery code.
    let digits = code.chars().filter(|c| !c.is_whitespace()).count();
    let method = if digits <= 6 {
        AuthenticationMethod::Totp
    } else {
        AuthenticationMethod::RecoveryCode
    };
    if method == AuthenticationMethod::Totp
        && !Counting::of(state, account)
            .await?
            .takes(SecondFactor::Authenticator, account)
    {
        return Ok(None);
    }
    let proven = second_factor::check(state, reader, account, code, method).await?;
    Ok(proven.map(|tx| (tx, method)))
}

/// Checks the password of somebody who is signed in. If it is right, a transaction is given back in
/// which it stays so; otherwise the failure has been recorded.
pub async fn by_password(
    state: &State,
    reader: &Reader,
    account: &Account,
    password: &str,
) -> Result<Option<Tx>, Failure> {
    let attempt = Attempt::at_account(state, reader, account, AuthenticationMethod::Password);
    let attempt = attempt.await?;
    if account.is_password_elsewhere {
        return directory_password::confirm(state, &attempt, account, password).await;
    }
    let stored = account.password_hash.as_deref();
    if let Some(stored) = stored.filter(|_| attempt.is_allowed())
        && attempt
            .check(Standing::Known, password, Some(stored))
            .await?
            != Verdict::Wrong
        && let Some(mut tx) = hold_password(state, account, stored).await?
    {
        attempt.succeeded(&mut tx).await?;
        return Ok(Some(tx));
    }
    attempt.failed("wrong_password").await?;
    Ok(None)
}

/// A transaction in which the password is still the one that was checked; `None` if it was changed
/// meanwhile.
pub async fn hold_password(
    state: &State,
    account: &Account,
    stored: &str,
) -> Result<Option<Tx>, Failure> {
    let mut tx = state.store.begin().await?;
    members::hold(&mut tx, &account.member).await?;
    let is_held = credentials::hold_password(&mut tx, &account.member, stored, stored).await?;
    Ok(is_held.then_some(tx))
}

pub(super) async fn show(
    state: &State,
    reader: &Reader,
    person: &Person,
    account: &Account,
    to: ReturnPath,
    error: Option<&'static str>,
) -> Answer {
    let t = ConfirmTexts::of(reader.language);
    let counting = Counting::of(state, account).await?;
    let by_authenticator = counting.takes(SecondFactor::Authenticator, account);
    let asked = if counting.takes(SecondFactor::Passkey, account) {
        passkey::ask(state, reader, account, occasion(person)).await?
    } else {
        None
    };
    let passkey = asked.map(|asked| Ask {
        is_main: !by_authenticator,
        ..Ask::using(reader.language, "/sign-in/confirm/passkey", asked)
    });
    let is_scripted = passkey.is_some();
    let page = ConfirmPage {
        frame: Frame::new(state, reader).for_person(&person.0.principal),
        t,
        username: &account.username,
        by_message: (account.has_second_factor() && !counting.by_message.is_empty())
            .then(|| message_factor::confirm_path(to.as_str())),
        by_code: account.has_second_factor(),
        by_authenticator,
        passkey,
        directories: directory_confirm::offers(state, reader, account, &to).await?,
        error,
        to,
    };
    let status = if error.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let mut response = show_with(status, &page)?;
    if is_scripted {
        allow_script(&mut response);
    }
    Ok(response)
}
