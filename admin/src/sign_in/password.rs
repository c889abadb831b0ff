//! The first factor that everybody has: a name and a password, on one page.
//!
//! There is one answer for all that can be wrong, in text, status and time: no such account, a
//! wrong password, a disabled account, too many guesses at it. The log knows which it was.

use askama::Template;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use config::Language;
use config::id::MemberId;
use config::session::AuthenticationMethod;
use config::snapshot::SignInMethod;
use serde::Deserialize;

use super::attempt::{self, Attempt};
use super::captcha_due;
use super::code_alone;
use super::directory;
use super::directory_new_password::{DirectoryPasswordTexts, New};
use super::directory_password::{self, NotIn};
use super::flow::{self, Flow};
use super::forgot_password;
use super::identify::{Candidate, identify};
use super::methods::{self, Offer};
use super::new_password::NewPasswordTexts;
use super::passkey::Ask;
use super::passkey_alone;
use super::person::Person;
use super::welcome::WelcomePage;
use crate::captcha::{self, Kind, Puzzle, Shown};
use crate::directories::Whole;
use crate::pages::middleware::allow_script;
use crate::pages::text::texts;
use crate::pages::{Answer, Failure, Form, Frame, Query, Reader, ReturnPath, go_to, show_with};
use crate::passwords::Verdict;
use crate::state::State;
use crate::store::{Tx, credentials, members};

texts! {
    /// The sign-in page.
    SignInTexts {
        title: "登录", "Sign in";
        lead: "使用您的账号登录", "Use your account to continue";
        name: "用户名或邮箱", "Username or email";
        password: "密码", "Password";
        submit: "登录", "Sign in";
        wrong: "无法登录。用户名或密码不正确，或者尝试次数过多，请稍后再试。", "You could not be signed in. The username or password is wrong, or there were too many attempts. Please try again later.";
        wrong_passkey: "无法使用通行密钥登录。请重试，或使用密码登录。", "The passkey did not sign you in. Try again, or use your password.";
        signed_out: "您已退出登录。", "You have been signed out.";
        by_code: "用验证码登录", "Use a code instead";
        forgot: "忘记密码？", "Forgot your password?";
        signed_out_apart: "您已退出登录。管理员专用域名上的登录不受影响，需在该域名上另行退出。", "You have been signed out. A sign-in at the operators' own host goes on: sign out there as well.";
        signed_out_console: "您已退出管理控制台，应用的登录不受影响。", "You have been signed out of the console. Applications stay signed in.";
        directory_away: "暂时无法连接企业目录来核对密码，请稍后再试。", "The directory that checks your password cannot be reached. Please try again in a moment.";
        directory_locked: "目录中的账号已被锁定或停用，请联系目录管理员。", "Your account is locked or disabled in the directory. Ask whoever looks after it.";
        directory_unknown: "目录认可了您的密码，但这里还没有您的账号。请联系管理员。", "The directory knows you, but there is no account for you here yet. Ask an administrator.";
        directory_expired: "目录中的账号已到期，请联系目录管理员。", "Your account in the directory has come to its end. Ask whoever looks after it.";
        over: "登录已超时或已在别处完成，请重新登录。", "That sign-in took too long, or was finished elsewhere. Please sign in again.";
    }
}

impl SignInTexts {
    fn of_directory(language: Language, why: NotIn) -> &'static str {
        let (t, directory) = (Self::of(language), DirectoryPasswordTexts::of(language));
        match why {
            NotIn::Wrong => t.wrong,
            NotIn::Away => t.directory_away,
            NotIn::Locked => t.directory_locked,
            NotIn::Unknown => t.directory_unknown,
            NotIn::Expired => t.directory_expired,
            NotIn::PasswordOver => directory.over_elsewhere,
            NotIn::ChangePassword(None) => directory.over,
            NotIn::ChangePassword(Some(why)) => why.told(language),
        }
    }
}

#[derive(Template)]
#[template(path = "sign_in.html")]
pub(super) struct SignInPage<'a> {
    frame: Frame,
    t: &'static SignInTexts,
    to: ReturnPath,
    typed: &'a str,
    error: Option<&'static str>,
    note: Option<&'static str>,
    others: Vec<Offer>,
    /// The directories that have a sign-in page of their own.
    directories: Vec<Offer>,
    captcha: Option<Puzzle>,
    /// Whether a code to sign in with can be asked for.
    by_code: bool,
    /// Whether a code for a new password can be asked for.
    may_reset: bool,
    /// Where the policy lets people in by a passkey alone.
    passkey: Option<Ask>,
    /// Where a directory asks for a new password first.
    renewal: Option<Renewal>,
}

/// The fields for a new password.
struct Renewal {
    passwords: &'static NewPasswordTexts,
    rule: &'static str,
}

impl Renewal {
    fn of(language: Language) -> Self {
        Self {
            passwords: NewPasswordTexts::of(language),
            rule: DirectoryPasswordTexts::of(language).rule,
        }
    }
}

impl SignInPage<'_> {
    /// Nothing was typed yet.
    pub(super) fn new(frame: Frame, language: Language, to: ReturnPath) -> Self {
        let methods = &frame.sign_in_methods;
        let others = methods::others(methods, SignInMethod::Password, &to, language);
        Self {
            t: SignInTexts::of(language),
            frame,
            to,
            typed: "",
            error: None,
            note: None,
            others,
            directories: Vec::new(),
            captcha: None,
            by_code: false,
            may_reset: false,
            passkey: None,
            renewal: None,
        }
    }

    /// A passkey did not let anybody in.
    pub(super) fn refusing_passkey(self) -> Self {
        Self {
            error: Some(self.t.wrong_passkey),
            ..self
        }
    }
}

#[derive(Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    to: String,
    /// What just happened, to be told: `signed-out`, and what that did not end, or a sign-in that is `over`.
    #[serde(default)]
    after: String,
    /// `password` for this way in whatever comes first.
    #[serde(default)]
    with: String,
}

/// `GET /sign-in`
pub async fn page(
    Shared(state): Shared<State>,
    reader: Reader,
    Query(asked): Query<Asked>,
) -> Answer {
    let to = ReturnPath::or_root(&asked.to);
    if Person::find(&state, &reader).await?.is_some() {
        return Ok(super::finish::onward(&to));
    }
    if crate::set_up::is_ahead(&state, &reader).await? {
        return Ok(go_to("/set-up"));
    }
    let t = SignInTexts::of(reader.language);
    let note = match asked.after.as_str() {
        "signed-out" => Some(t.signed_out),
        "signed-out-apart" => Some(t.signed_out_apart),
        "signed-out-console" => Some(t.signed_out_console),
        "over" => Some(t.over),
        _ => None,
    };
    let frame = Frame::new(&state, &reader);
    if asked.with != "password" && methods::first(&frame.sign_in_methods) != SignInMethod::Password
    {
        let page = WelcomePage::new(frame, reader.language, to);
        return show_with(StatusCode::OK, &page.telling(note));
    }
    let page = SignInPage::new(frame, reader.language, to);
    show(&state, &reader, StatusCode::OK, SignInPage { note, ..page }).await
}

/// The page, with what the policy offers on it.
pub(super) async fn show(
    state: &State,
    reader: &Reader,
    status: StatusCode,
    page: SignInPage<'_>,
) -> Answer {
    let mut read = state.store.read().await?;
    let may_reset = forgot_password::is_offered(&mut read).await?;
    let by_code = code_alone::is_offered(&mut read).await?;
    drop(read);
    let captcha = match page.captcha {
        None => captcha_due::offer(state, reader, None, Kind::Picture).await?,
        asked => asked,
    };
    let directories = directory::offers(state, reader.language, &page.to).await?;
    let passkey = passkey_alone::ask(state, reader).await?;
    let is_scripted = passkey.is_some();
    let page = SignInPage {
        directories,
        captcha,
        by_code,
        may_reset,
        passkey,
        ..page
    };
    let mut response = show_with(status, &page)?;
    if is_scripted {
        allow_script(&mut response);
    }
    Ok(response)
}

/// `POST /sign-in`
pub async fn submit(Shared(state): Shared<State>, reader: Reader, form: Form) -> Answer {
    let now = state.clock.now();
    let to = ReturnPath::or_root(form.get("to"));
    let method = AuthenticationMethod::Password;
    attempt::refuse_spent_address(&state, &reader).await?;
    let mut read = state.store.read().await?;
    let candidate = identify(&mut read, &reader, form.get("username"), now).await?;
    drop(read);
    if captcha::is_other_wanted(&form) {
        return ask_again(&state, &reader, &form, &candidate, None).await;
    }
    let counters = candidate.counters.clone();
    if captcha_due::is_due(&state, &reader, Some(&counters)).await?
        && !captcha::is_answered(&state, &reader, &form).await?
    {
        attempt::captcha_failed(&state, &reader, candidate.whose()).await?;
        let error = captcha::refusal(&form, reader.language);
        return ask_again(&state, &reader, &form, &candidate, Some(error)).await;
    }
    let attempt = Attempt::count(&state, &reader, counters, candidate.whose(), method).await?;
    let directories = directory_password::asked(&state, &candidate).await?;
    if !directories.is_empty() {
        let asked = (&candidate, &attempt, directories);
        return submit_elsewhere(&state, &reader, &form, asked).await;
    }
    let proven = match check(&state, &attempt, &candidate, form.get("password")).await? {
        Ok(hash) => hold(&state, &attempt, &candidate, &hash).await?,
        Err(reason) => Err(reason),
    };
    match proven {
        Ok((tx, member, failures)) => {
            let mut flow = Flow::begin(member, method, now, to.as_str());
            flow.failures = failures;
            flow::advance(&state, &reader, tx, flow, None).await
        }
        Err(reason) => {
            attempt.failed(reason).await?;
            let error = SignInTexts::of(reader.language).wrong;
            ask_again(&state, &reader, &form, &candidate, Some(error)).await
        }
    }
}

/// The password is kept by directories.
async fn submit_elsewhere(
    state: &State,
    reader: &Reader,
    form: &Form,
    (candidate, attempt, directories): (&Candidate, &Attempt<'_>, Vec<Whole>),
) -> Answer {
    let tried = directory_password::Tried {
        candidate,
        attempt,
        password: form.get("password"),
        new: New::typed(form),
        to: &ReturnPath::or_root(form.get("to")),
    };
    match directory_password::submit(state, reader, directories, tried).await? {
        Ok(response) => Ok(response),
        Err(why) => {
            let error = SignInTexts::of_directory(reader.language, why);
            let renewal = matches!(why, NotIn::ChangePassword(_));
            let renewal = renewal.then(|| Renewal::of(reader.language));
            show_again(state, reader, form, candidate, (Some(error), renewal)).await
        }
    }
}

/// The page once more, for the name that was typed.
async fn ask_again(
    state: &State,
    reader: &Reader,
    form: &Form,
    candidate: &Candidate,
    error: Option<&'static str>,
) -> Answer {
    // What was asked for before is asked for again.
    let renewal = New::typed(form).map(|_| Renewal::of(reader.language));
    show_again(state, reader, form, candidate, (error, renewal)).await
}

async fn show_again(
    state: &State,
    reader: &Reader,
    form: &Form,
    candidate: &Candidate,
    (error, renewal): (Option<&'static str>, Option<Renewal>),
) -> Answer {
    let (kind, counters) = (Kind::chosen(form), Some(&candidate.counters));
    let captcha = if captcha::is_other_wanted(form) {
        Some(captcha::puzzle(state, reader, kind).await?)
    } else {
        captcha_due::offer(state, reader, counters, kind).await?
    };
    let status = match error {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let to = ReturnPath::or_root(form.get("to"));
    let page = SignInPage {
        typed: &candidate.typed,
        error,
        captcha,
        renewal,
        ..SignInPage::new(Frame::new(state, reader), reader.language, to)
    };
    show(state, reader, status, page).await
}

/// Begins the transaction in which the proven password counts; says how many wrong ones came before. Checking took its time: a password
/// that was changed meanwhile opens nothing any more.
async fn hold(
    state: &State,
    attempt: &Attempt<'_>,
    candidate: &Candidate,
    hash: &str,
) -> Result<Result<(Tx, MemberId, i64), &'static str>, Failure> {
    let account = candidate.account.as_ref().ok_or(Failure::Internal)?;
    let stored = account.password_hash.as_deref().unwrap_or_default();
    let mut tx = state.store.begin().await?;
    members::hold(&mut tx, &account.member).await?;
    if !credentials::hold_password(&mut tx, &account.member, stored, hash).await? {
        return Ok(Err("wrong_password"));
    }
    let failures = attempt.others(&mut tx).await?;
    attempt.succeeded(&mut tx).await?;
    Ok(Ok((tx, account.member.clone(), failures)))
}

/// Checks the password, at the same cost whatever is wrong. `Ok` holds its hash at the present cost;
/// `Err` the reason for the log.
async fn check(
    state: &State,
    attempt: &Attempt<'_>,
    candidate: &Candidate,
    password: &str,
) -> Result<Result<String, &'static str>, Failure> {
    let now = state.clock.now();
    let account = candidate.account.as_ref().filter(|a| a.is_active(now));
    let stored = account
        .filter(|_| attempt.is_allowed())
        .and_then(|account| account.password_hash.clone());
    let standing = attempt.standing();
    let verdict = state.passwords.verify(standing, password, stored.clone());
    let verdict = verdict.await?;
    Ok(match verdict {
        Verdict::Right => Ok(stored.unwrap_or_default()),
        Verdict::RightButOutdated => Ok(state.passwords.hash(password).await?),
        Verdict::Wrong => Err(match &candidate.account {
            None => "unknown_account",
            Some(account) if !account.is_active(now) => account.why_not_active(),
            Some(account) if account.password_hash.is_none() => "no_password_set",
            Some(_) => "wrong_password",
        }),
    })
}
