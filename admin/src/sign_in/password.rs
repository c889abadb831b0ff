//! The first factor that everybody has: a name and a password, on one page.
//!
//! There is one answer for all that can be wrong, in text, status and time: no such account, a
//! wrong password, a disabled account, too many guesses at it. The log knows which it was.

use askama::Template;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use config::Language;

use config::session::AuthenticationMethod;
use config::snapshot::SignInMethod;
use serde::Deserialize;

use super::attempt::{self, Attempt};
use super::captcha_due;
use super::code_alone;
use super::directory_new_password::{DirectoryPasswordTexts, New};
use super::directory_password::{self, NotIn};
use super::flow::{self, Flow};
use super::forgot_password;
use super::identify::{Candidate, identify};
use super::methods::{self, Offered, Visit};
use super::new_password::NewPasswordTexts;
use super::passkey::Ask;
use super::passkey_alone;
use super::password_check::{check, hold};
use super::person::Person;
use super::silent;
use super::welcome::WelcomePage;
use crate::captcha::{self, Kind, Puzzle, Shown};
use crate::directories::Whole;
use crate::pages::middleware::allow_script;
use crate::pages::text::texts;
use crate::pages::{Answer, Form, Frame, Query, Reader, ReturnPath, go_to, show_with};
use crate::state::State;

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
        wrong_or_away: "无法登录。用户名或密码不正确、尝试次数过多，或核对密码的企业目录暂时无法连接，请稍后再试。", "You could not be signed in. The username or password is wrong, there were too many attempts, or the directory that checks passwords cannot be reached. Please try again later.";
        directory_locked: "目录中的账号已被锁定或停用，请联系目录管理员。", "Your account is locked or disabled in the directory. Ask whoever looks after it.";
        directory_unknown: "目录认可了您的密码，但这里还没有您的账号。请联系管理员。", "The directory knows you, but there is no account for you here yet. Ask an administrator.";
        mail: "工作邮箱", "Work mail address";
        by_mail: "用工作邮箱登录", "Continue with your work mail";
        no_realm: "没有与该邮箱域名对应的登录方式。", "No way in belongs to the domain of this address.";
        directory_expired: "目录中的账号已到期，请联系目录管理员。", "Your account in the directory has come to its end. Ask whoever looks after it.";
        over: "登录已超时或已在别处完成，请重新登录。", "That sign-in took too long, or was finished elsewhere. Please sign in again.";
    }
}

impl SignInTexts {
    fn of_directory(language: Language, why: NotIn) -> &'static str {
        let (t, directory) = (Self::of(language), DirectoryPasswordTexts::of(language));
        match why {
            NotIn::Wrong => t.wrong_or_away,
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
    /// What was asked for in particular.
    asked: Option<SignInMethod>,
    offered: Offered,
    /// An address that belongs to no directory.
    unknown_mail: Option<&'a str>,
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

impl<'a> SignInPage<'a> {
    /// Nothing was typed yet.
    pub(super) fn new(frame: Frame, language: Language, to: ReturnPath) -> Self {
        Self {
            t: SignInTexts::of(language),
            frame,
            to,
            typed: "",
            error: None,
            note: None,
            asked: Some(SignInMethod::Password),
            offered: Offered::default(),
            unknown_mail: None,
            captcha: None,
            by_code: false,
            may_reset: false,
            passkey: None,
            renewal: None,
        }
    }

    pub(super) fn offering(self, offered: Offered) -> Self {
        Self { offered, ..self }
    }

    /// No directory has such addresses.
    pub(super) fn not_knowing(self, mail: &'a str) -> Self {
        Self {
            asked: None,
            unknown_mail: Some(mail),
            ..self
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
    /// What just happened, to be told: `signed-out`, and what that did not end, or a sign-in that is `over`
    /// or was `refused`.
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
    if asked.after.is_empty()
        && asked.with.is_empty()
        && let Some(onward) = silent::onward(&state, &reader, &to).await?
    {
        return Ok(go_to(&onward));
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
    let asked = (asked.with == "password").then_some(SignInMethod::Password);
    let page = SignInPage::new(frame, reader.language, to);
    let page = SignInPage {
        note,
        asked,
        ..page
    };
    show(&state, &reader, StatusCode::OK, page).await
}

/// The page, with what the policy offers on it.
pub(super) async fn show(
    state: &State,
    reader: &Reader,
    status: StatusCode,
    page: SignInPage<'_>,
) -> Answer {
    let mut read = state.store.read().await?;
    let (named, asked) = (&page.frame.sign_in_methods, page.asked.as_ref());
    let visit = Visit::of(state, reader, &page.to);
    let offered = methods::offered(&mut read, named, asked, visit).await?;
    if offered.form == Some(SignInMethod::OneTimeCode) {
        let welcome = WelcomePage::new(page.frame, reader.language, page.to);
        return show_with(status, &welcome.offering(offered).telling(page.note));
    }
    let may_reset = offered.takes_own && forgot_password::is_offered(&mut read).await?;
    let by_code = offered.takes_own && code_alone::is_offered(&mut read).await?;
    drop(read);
    let captcha = match page.captcha {
        None => captcha_due::offer(state, reader, None, Kind::Picture).await?,
        asked => asked,
    };
    let passkey = passkey_alone::ask(state, reader).await?;
    let is_scripted = passkey.is_some();
    let page = SignInPage {
        offered,
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
    let asked = directory_password::asked(&state, &candidate).await?;
    if !asked.is_here() {
        let asked = (&candidate, &attempt, asked.directories);
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
            let t = SignInTexts::of(reader.language);
            let error = if asked.is_any {
                t.wrong_or_away
            } else {
                t.wrong
            };
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
