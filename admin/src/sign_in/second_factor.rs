//! The second factor: a code of the authenticator, or a recovery code in its place.

use askama::Template;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use config::Language;
use config::id::MemberId;
use config::session::AuthenticationMethod;

use super::attempt::Attempt;
use super::flow::{self, Held};
use super::{Step, by_message, has_factor, message_factor, recovery_codes, totp};
use crate::pages::text::texts;
use crate::pages::{Answer, Failure, Form, Frame, Reader, go_to, show_with};
use crate::sign_in_policy;
use crate::state::State;
use crate::store::credentials::Account;
use crate::store::{self, StoreError, Tx, members};

texts! {
    /// The pages that ask for the second factor.
    SecondFactorTexts {
        title: "两步验证", "Two-step verification";
        lead: "请输入身份验证器应用中显示的 6 位数字。", "Enter the 6 digits that your authenticator app shows.";
        code: "验证码", "Code";
        recovery_title: "使用恢复码", "Use a recovery code";
        recovery_lead: "请输入您保存的一个恢复码。每个恢复码只能使用一次。", "Enter one of the recovery codes that you saved. Each works once.";
        recovery_code: "恢复码", "Recovery code";
        submit: "验证", "Verify";
        wrong: "验证码不正确或已使用过，或者尝试次数过多。请等下一个验证码出现后再试。", "The code is wrong or was used before, or there were too many attempts. Wait for the next code and try again.";
        recovery_wrong: "恢复码不正确或已使用过，或者尝试次数过多。", "The recovery code is wrong or was used before, or there were too many attempts.";
        to_recovery: "无法使用身份验证器？使用恢复码", "No authenticator at hand? Use a recovery code";
        to_code: "改用身份验证器", "Use the authenticator instead";
        to_message: "通过短信或邮件接收验证码", "Have a code sent by SMS or mail";
        other: "换一个账号登录", "Sign in with another account";
    }
}

#[derive(Template)]
#[template(path = "second_factor.html")]
struct SecondFactorPage {
    frame: Frame,
    t: &'static SecondFactorTexts,
    by_recovery_code: bool,
    /// Where a code by SMS or mail is to be had.
    by_message: Option<&'static str>,
    /// What the box says that spares this browser the question; `None` where there is none.
    trust: Option<String>,
    error: Option<&'static str>,
}

/// `GET /sign-in/two-step`
pub async fn page(Shared(state): Shared<State>, reader: Reader) -> Answer {
    let held = flow::at(&state, &reader, Step::SecondFactor).await?;
    if !held.account.has_totp {
        return Ok(go_to(message_factor::sign_in_path()));
    }
    let method = AuthenticationMethod::Totp;
    show(&state, &reader, &held, method, false).await
}

/// `GET /sign-in/recovery-code`
pub async fn recovery_page(Shared(state): Shared<State>, reader: Reader) -> Answer {
    let held = flow::at(&state, &reader, Step::SecondFactor).await?;
    let method = AuthenticationMethod::RecoveryCode;
    show(&state, &reader, &held, method, false).await
}

/// `POST /sign-in/two-step`
pub async fn submit(Shared(state): Shared<State>, reader: Reader, form: Form) -> Answer {
    prove(&state, &reader, &form, AuthenticationMethod::Totp).await
}

/// `POST /sign-in/recovery-code`
pub async fn submit_recovery(Shared(state): Shared<State>, reader: Reader, form: Form) -> Answer {
    prove(&state, &reader, &form, AuthenticationMethod::RecoveryCode).await
}

async fn show(
    state: &State,
    reader: &Reader,
    held: &Held,
    method: AuthenticationMethod,
    failed: bool,
) -> Answer {
    let t = SecondFactorTexts::of(reader.language);
    let by_recovery_code = method == AuthenticationMethod::RecoveryCode;
    let wrong = if by_recovery_code {
        t.recovery_wrong
    } else {
        t.wrong
    };
    let page = SecondFactorPage {
        frame: Frame::new(state, reader),
        t,
        by_recovery_code,
        by_message: (!message_factor::ways(state, held).await?.is_empty())
            .then(message_factor::sign_in_path),
        trust: trust_text(reader.language, held.rules.two_step.remember_days),
        error: failed.then_some(wrong),
    };
    let status = if failed {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    show_with(status, &page)
}

pub(super) fn trust_text(language: Language, days: u16) -> Option<String> {
    (days > 0).then(|| match (language, days) {
        (Language::ZhCn, _) => format!("{days} 天内在此浏览器上不再要求验证"),
        (Language::En, 1) => "Do not ask again in this browser for a day".to_owned(),
        (Language::En, _) => format!("Do not ask again in this browser for {days} days"),
    })
}

async fn prove(
    state: &State,
    reader: &Reader,
    form: &Form,
    method: AuthenticationMethod,
) -> Answer {
    let held = flow::at(state, reader, Step::SecondFactor).await?;
    let Some(tx) = check(state, reader, &held.account, form.get("code"), method).await? else {
        return show(state, reader, &held, method, true).await;
    };
    let Held {
        mut flow, token, ..
    } = held;
    flow.prove_second(method, state.clock.now());
    flow.is_browser_to_be_trusted = form.get("trust") == "yes";
    flow::advance(state, reader, tx, flow, Some(token)).await
}

/// Whether the person has a second factor that is asked for.
pub async fn is_asked(state: &State, account: &Account) -> Result<bool, StoreError> {
    let mut read = state.store.read().await?;
    let policy = sign_in_policy::rules_of(&mut read, &account.member).await?;
    let policy = policy.two_step;
    let by_message = by_message::factors(&mut read, account, &policy).await?;
    Ok(has_factor(account, policy.demand, &by_message))
}

/// Checks a code against the counters, the clock and its earlier uses. If it is right, the
/// transaction in which it was used up is given back, uncommitted; otherwise the failure has been
/// recorded.
pub async fn check(
    state: &State,
    reader: &Reader,
    account: &Account,
    code: &str,
    method: AuthenticationMethod,
) -> Result<Option<Tx>, Failure> {
    let attempt = Attempt::at_account(state, reader, account, method).await?;
    if attempt.is_allowed()
        && let Some(mut tx) = use_up(state, account, code, method).await?
    {
        attempt.succeeded(&mut tx).await?;
        return Ok(Some(tx));
    }
    attempt.failed("wrong_code").await?;
    Ok(None)
}

async fn use_up(
    state: &State,
    account: &Account,
    code: &str,
    method: AuthenticationMethod,
) -> Result<Option<Tx>, Failure> {
    let (now, member) = (state.clock.now(), &account.member);
    let mut tx = state.store.begin().await?;
    members::hold(&mut tx, member).await?;
    let is_right = match method {
        AuthenticationMethod::RecoveryCode => {
            recovery_codes::check(&mut tx, member, code, now).await?
        }
        _ => totp::check(&mut tx, &state.sealer, member, code, now).await?,
    };
    Ok(is_right.then_some(tx))
}

/// Takes the second factor away, and with it what was proven by it: no sign-in satisfies a rule that
/// asks for one any more, and those under way begin anew. Gateways are told by the caller.
pub async fn forget(tx: &mut Tx, member: &MemberId) -> Result<(), StoreError> {
    members::hold(tx, member).await?;
    store::totp::remove(tx, member).await?;
    store::known_devices::distrust(tx, member).await?;
    store::sign_ins::forget_second_factor(tx, member).await?;
    store::flows::forget_member(tx, member).await
}
