//! The second factor: a code of the authenticator, a passkey, or a recovery code in their place.

use askama::Template;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use config::Language;
use config::id::MemberId;
use config::session::AuthenticationMethod;

use super::attempt::Attempt;
use super::flow::{self, Held};
use super::passkey::{self, Ask};
use super::{Step, by_message, has_factor, message_factor, recovery_codes, totp};
use crate::hex::hex;
use crate::pages::middleware::allow_script;
use crate::pages::text::texts;
use crate::pages::{Answer, Failure, Form, Frame, Reader, go_to, show_with};
use crate::passkeys::Occasion;
use crate::sign_in_policy::{self, SecondFactor};
use crate::state::State;
use crate::store::credentials::Account;
use crate::store::{self, StoreError, Tx, members};

texts! {
    /// The pages that ask for the second factor.
    SecondFactorTexts {
        title: "两步验证", "Two-step verification";
        lead: "请输入身份验证器应用中显示的 6 位数字。", "Enter the 6 digits that your authenticator app shows.";
        lead_both: "请输入身份验证器应用中显示的 6 位数字，或使用通行密钥。", "Enter the 6 digits that your authenticator app shows, or use a passkey.";
        lead_passkey: "请使用您的通行密钥或安全密钥。", "Use your passkey or your security key.";
        elsewhere: "您的通行密钥不能在此地址使用，请使用恢复码。", "Your passkey does not work at this address. Please use a recovery code.";
        code: "验证码", "Code";
        recovery_title: "使用恢复码", "Use a recovery code";
        recovery_lead: "请输入您保存的一个恢复码。每个恢复码只能使用一次。", "Enter one of the recovery codes that you saved. Each works once.";
        recovery_code: "恢复码", "Recovery code";
        submit: "验证", "Verify";
        wrong: "验证码不正确或已使用过，或者尝试次数过多。请等下一个验证码出现后再试。", "The code is wrong or was used before, or there were too many attempts. Wait for the next code and try again.";
        recovery_wrong: "恢复码不正确或已使用过，或者尝试次数过多。", "The recovery code is wrong or was used before, or there were too many attempts.";
        wrong_passkey: "通行密钥未通过验证，或者尝试次数过多。请重试，或改用其他方式。", "The passkey was not accepted, or there were too many attempts. Try again, or take another way.";
        to_recovery: "无法使用身份验证器？使用恢复码", "No authenticator at hand? Use a recovery code";
        to_recovery_from_passkey: "无法使用通行密钥？使用恢复码", "No passkey at hand? Use a recovery code";
        to_code: "改用其他方式", "Use another way instead";
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
    by_code: bool,
    passkey: Option<Ask>,
    /// What the box says that spares this browser the question; `None` where there is none.
    trust: Option<String>,
    error: Option<&'static str>,
}

/// `GET /sign-in/two-step`
pub async fn page(Shared(state): Shared<State>, reader: Reader) -> Answer {
    let held = flow::at(&state, &reader, Step::SecondFactor).await?;
    if !held.account.has_second_factor() {
        return Ok(go_to(message_factor::sign_in_path()));
    }
    let passkey = ask(&state, &reader, &held).await?;
    show(&state, &reader, &held, Way::Factors(passkey), None)
}

/// `GET /sign-in/recovery-code`
pub async fn recovery_page(Shared(state): Shared<State>, reader: Reader) -> Answer {
    let held = flow::at(&state, &reader, Step::SecondFactor).await?;
    show(&state, &reader, &held, Way::RecoveryCode, None)
}

/// `POST /sign-in/two-step`
pub async fn submit(Shared(state): Shared<State>, reader: Reader, form: Form) -> Answer {
    prove(&state, &reader, &form, AuthenticationMethod::Totp).await
}

/// `POST /sign-in/recovery-code`
pub async fn submit_recovery(Shared(state): Shared<State>, reader: Reader, form: Form) -> Answer {
    prove(&state, &reader, &form, AuthenticationMethod::RecoveryCode).await
}

/// What the page asks for.
enum Way {
    Factors(Option<Ask>),
    RecoveryCode,
}

/// The button for a passkey, where the person has one that counts.
async fn ask(state: &State, reader: &Reader, held: &Held) -> Result<Option<Ask>, Failure> {
    if !held.takes(SecondFactor::Passkey) {
        return Ok(None);
    }
    let whose = hex(&held.token);
    let occasion = Occasion {
        step: passkey::TWO_STEP,
        whose: &whose,
    };
    let asked = passkey::ask(state, reader, &held.account, occasion).await?;
    let to = "/sign-in/two-step/passkey";
    Ok(asked.map(|asked| Ask {
        is_main: !held.takes(SecondFactor::Authenticator),
        ..Ask::using(reader.language, to, asked)
    }))
}

/// The page once more, after a passkey that does not hold.
pub async fn show_refused(state: &State, reader: &Reader, held: &Held) -> Answer {
    let passkey = ask(state, reader, held).await?;
    let wrong = SecondFactorTexts::of(reader.language).wrong_passkey;
    show(state, reader, held, Way::Factors(passkey), Some(wrong))
}

fn show(
    state: &State,
    reader: &Reader,
    held: &Held,
    way: Way,
    error: Option<&'static str>,
) -> Answer {
    let policy = &held.rules.two_step;
    let (by_recovery_code, passkey) = match way {
        Way::Factors(passkey) => (false, passkey),
        Way::RecoveryCode => (true, None),
    };
    let is_scripted = passkey.is_some();
    let page = SecondFactorPage {
        frame: Frame::new(state, reader),
        t: SecondFactorTexts::of(reader.language),
        by_recovery_code,
        by_message: (!message_factor::ways(held).is_empty()).then(message_factor::sign_in_path),
        by_code: held.takes(SecondFactor::Authenticator),
        passkey,
        trust: trust_text(reader.language, policy.remember_days),
        error,
    };
    let status = match error {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let mut response = show_with(status, &page)?;
    if is_scripted {
        allow_script(&mut response);
    }
    Ok(response)
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
    let is_taken =
        method == AuthenticationMethod::RecoveryCode || held.takes(SecondFactor::Authenticator);
    let proven = if is_taken {
        check(state, reader, &held.account, form.get("code"), method).await?
    } else {
        None
    };
    let Some(tx) = proven else {
        return show_wrong(state, reader, &held, method).await;
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

async fn show_wrong(
    state: &State,
    reader: &Reader,
    held: &Held,
    method: AuthenticationMethod,
) -> Answer {
    let t = SecondFactorTexts::of(reader.language);
    if method == AuthenticationMethod::RecoveryCode {
        let error = Some(t.recovery_wrong);
        return show(state, reader, held, Way::RecoveryCode, error);
    }
    let way = Way::Factors(ask(state, reader, held).await?);
    show(state, reader, held, way, Some(t.wrong))
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

/// Takes all second factors away, and with them what was proven by them. Gateways are told by the caller.
pub async fn forget(tx: &mut Tx, member: &MemberId) -> Result<(), StoreError> {
    members::hold(tx, member).await?;
    store::totp::remove(tx, member).await?;
    store::passkeys::remove_all(tx, member).await?;
    store::recovery_codes::forget(tx, member).await?;
    disprove(tx, member).await
}

/// What was proven by a factor that is no more counts no longer: no sign-in satisfies a rule that asks for
/// one, and those under way begin anew. Gateways are told by the caller.
pub async fn disprove(tx: &mut Tx, member: &MemberId) -> Result<(), StoreError> {
    store::known_devices::distrust(tx, member).await?;
    store::sign_ins::forget_second_factor(tx, member).await?;
    store::flows::forget_member(tx, member).await
}
