//! The obligation to set up a second factor, where the sign-in policy requires one and the person has
//! none. It is met within the sign-in: without it there is no session. For a while it may be put off.

use askama::Template;
use axum::extract::State as Shared;
use axum::http::{StatusCode, header};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use config::session::AuthenticationMethod;

use super::attempt::Attempt;
use super::flow::{self, Held};
use super::passkey::Ask;
use super::totp::Seed;
use super::{Step, choose, enrol_passkey};
use crate::account::authenticator::AuthenticatorTexts;
use crate::account::recovery_codes;
use crate::pages::middleware::allow_script;
use crate::pages::text::texts;
use crate::pages::times::exact;
use crate::pages::{Answer, Failure, Form, Frame, Reader, show_with};
use crate::sign_in_policy::SecondFactor;
use crate::state::State;
use crate::store::{flows, members, second_factor_demands, totp};

texts! {
    /// The page that sets a second factor up in the middle of a sign-in.
    EnrolTexts {
        title: "启用两步验证", "Turn on two-step verification";
        lead: "您的组织要求登录时除密码外再验证一次。请现在设置。", "Your organisation asks for a second proof besides the password. Please set it up now.";
        by_authenticator: "使用身份验证器应用", "With an authenticator app";
        by_passkey: "使用通行密钥或安全密钥", "With a passkey or a security key";
        by_passkey_more: "用指纹、人脸或 PIN 码确认，无需输入验证码。", "You confirm with your fingerprint, your face or a PIN; there is no code to type.";
        wrong_passkey: "未能添加通行密钥，请重试。", "The passkey could not be added. Please try again.";
        none: "您的组织允许的方式都无法在此处设置，请联系管理员。", "None of the ways that your organisation allows can be set up here. Please ask your administrator.";
        until: "最迟须在此时间前完成：", "It can be put off until ";
        later: "以后再设置", "Do this later";
        other: "换一个账号登录", "Sign in with another account";
    }
}

#[derive(Template)]
#[template(path = "enrol.html")]
struct EnrolPage {
    frame: Frame,
    t: &'static EnrolTexts,
    steps: &'static AuthenticatorTexts,
    authenticator: Option<Shown>,
    passkey: Option<Ask>,
    /// Until when it may be put off, if it still may.
    until: Option<String>,
    error: Option<&'static str>,
}

/// The seed, to be scanned or typed.
struct Shown {
    qr: String,
    key: String,
}

const METHOD: AuthenticationMethod = AuthenticationMethod::Totp;

/// `GET /sign-in/set-up-two-step`: makes a seed, or shows the one under way.
pub async fn page(Shared(state): Shared<State>, reader: Reader) -> Answer {
    let held = flow::at(&state, &reader, Step::Enrol).await?;
    show(&state, &reader, held, None).await
}

/// The page once more, after a passkey that could not be added.
pub(super) async fn show_wrong_passkey(state: &State, reader: &Reader, held: Held) -> Answer {
    let wrong = EnrolTexts::of(reader.language).wrong_passkey;
    show(state, reader, held, Some(wrong)).await
}

/// Keeps a new seed in the flow, which stays where it is.
async fn begin(state: &State, held: &mut Held) -> Result<Seed, Failure> {
    let seed = Seed::generate();
    let sealed = seed.seal_for_flow(&state.sealer, &held.account.member);
    held.flow.enrolment = Some(STANDARD_NO_PAD.encode(sealed));
    let text = serde_json::to_string(&held.flow).map_err(Failure::internal)?;
    let mut tx = state.store.begin().await?;
    flows::update(&mut tx, &held.token, &text).await?;
    tx.commit().await?;
    Ok(seed)
}

fn under_way(state: &State, held: &Held) -> Result<Option<Seed>, Failure> {
    let Some(kept) = &held.flow.enrolment else {
        return Ok(None);
    };
    let sealed = STANDARD_NO_PAD.decode(kept).map_err(Failure::internal)?;
    let seed = Seed::open_flow(&state.sealer, &held.account.member, &sealed)?;
    Ok(Some(seed))
}

/// `POST /sign-in/set-up-two-step`: the first code puts the authenticator to use.
pub async fn submit(Shared(state): Shared<State>, reader: Reader, form: Form) -> Answer {
    let now = state.clock.now();
    let held = flow::at(&state, &reader, Step::Enrol).await?;
    if !held.rules.two_step.takes(SecondFactor::Authenticator) {
        return show(&state, &reader, held, None).await;
    }
    let Some(seed) = under_way(&state, &held)? else {
        return Err(held.flow.start_again());
    };
    let attempt = Attempt::at_account(&state, &reader, &held.account, METHOD).await?;
    let step = seed.step_of(form.get("code"), now);
    let Some(step) = step.filter(|_| attempt.is_allowed()) else {
        attempt.failed("wrong_code").await?;
        let wrong = AuthenticatorTexts::of(reader.language).wrong;
        return show(&state, &reader, held, Some(wrong)).await;
    };
    let (member, mut flow) = (&held.account.member, held.flow.clone());
    let mut tx = state.store.begin().await?;
    members::hold(&mut tx, member).await?;
    // Of several that confirm at once, one succeeds; somebody who has a factor meanwhile begins anew.
    let (account, _) = flow::standing(&mut tx, &state, &reader, &flow, Step::Enrol).await?;
    if account.has_totp || !flows::take(&mut tx, &held.token).await? {
        return Err(flow.start_again());
    }
    attempt.succeeded(&mut tx).await?;
    let kept = seed.seal(&state.sealer, member);
    totp::put_to_use(&mut tx, member, &kept, step, now).await?;
    second_factor_demands::forget(&mut tx, member).await?;
    choose::audit(&state, &reader, &mut tx, &account, "set_authenticator").await?;
    let codes = recovery_codes::renew(&state, &mut tx, &account).await?;
    flow.enrolment = None;
    flow.prove_second(METHOD, now);
    let onward = flow::advance(&state, &reader, tx, flow, None).await?;
    show_codes(&state, &reader, codes, &onward)
}

/// The page with the recovery codes, on the way to where `onward` leads.
pub(super) fn show_codes(
    state: &State,
    reader: &Reader,
    codes: Vec<String>,
    onward: &Response,
) -> Answer {
    let to = onward.headers().get(header::LOCATION);
    let to = to.and_then(|to| to.to_str().ok()).unwrap_or("/").to_owned();
    let mut response = recovery_codes::page(Frame::new(state, reader), reader, codes, to)?;
    for cookie in onward.headers().get_all(header::SET_COOKIE) {
        response
            .headers_mut()
            .append(header::SET_COOKIE, cookie.clone());
    }
    Ok(response)
}

/// `POST /sign-in/set-up-two-step/later`
pub async fn put_off(Shared(state): Shared<State>, reader: Reader, _: Form) -> Answer {
    let held = flow::at(&state, &reader, Step::Enrol).await?;
    if may_wait_until(&state, &held).await?.is_none() {
        return show(&state, &reader, held, None).await;
    }
    let Held {
        mut flow, token, ..
    } = held;
    flow.is_enrolment_put_off = true;
    let tx = state.store.begin().await?;
    flow::advance(&state, &reader, tx, flow, Some(token)).await
}

/// Until when the policy lets the person wait, if they may wait at all.
async fn may_wait_until(state: &State, held: &Held) -> Result<Option<config::Timestamp>, Failure> {
    let now = state.clock.now();
    let grace = held.rules.two_step.grace();
    if grace.is_zero() {
        return Ok(None);
    }
    let mut read = state.store.read().await?;
    // Noted when the sign-in came to this step; where that is gone, nothing lets the person wait.
    let since = second_factor_demands::find(&mut read, &held.account.member).await?;
    let until = since.map(|since| since.plus(grace));
    Ok(until.filter(|until| now < *until))
}

async fn show(
    state: &State,
    reader: &Reader,
    mut held: Held,
    error: Option<&'static str>,
) -> Answer {
    let frame = Frame::new(state, reader);
    let authenticator = authenticator(state, &frame, &mut held).await?;
    let until = may_wait_until(state, &held).await?;
    let page = EnrolPage {
        t: EnrolTexts::of(reader.language),
        steps: AuthenticatorTexts::of(reader.language),
        authenticator,
        passkey: enrol_passkey::ask(state, reader, &held).await?,
        until: until.map(exact),
        error,
        frame,
    };
    let status = match error {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let mut response = show_with(status, &page)?;
    if page.passkey.is_some() {
        allow_script(&mut response);
    }
    Ok(response)
}

async fn authenticator(
    state: &State,
    frame: &Frame,
    held: &mut Held,
) -> Result<Option<Shown>, Failure> {
    if !held.rules.two_step.takes(SecondFactor::Authenticator) {
        return Ok(None);
    }
    let seed = match under_way(state, held)? {
        Some(seed) => seed,
        None => begin(state, held).await?,
    };
    Ok(Some(Shown {
        qr: seed.qr(&frame.organisation, &held.account.username)?,
        key: seed.key(),
    }))
}
