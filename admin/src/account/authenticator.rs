//! Setting up an authenticator, replacing it, taking it away. All ask for a fresh proof of who one
//! is; an authenticator in use stays in use until the new one has shown its first code.

use std::time::Duration;

use askama::Template;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::Response;
use config::Timestamp;
use config::session::AuthenticationMethod;
use serde::Deserialize;

use super::{done, fresh_account, passkeys, recovery_codes, step_up};
use crate::pages::text::texts;
use crate::pages::{Answer, Failure, Form, Frame, Query, Reader, ReturnPath, go_to, show_with};
use crate::sign_in::attempt::Attempt;
use crate::sign_in::person::carry;
use crate::sign_in::totp::Seed;
use crate::sign_in::{Person, choose, confirm, second_factor};
use crate::sign_in_policy::{self, SecondFactor};
use crate::state::State;
use crate::store::credentials::Account;
use crate::store::{Connection, StoreError, members, totp};

texts! {
    /// The page that sets up an authenticator.
    AuthenticatorTexts {
        title: "设置身份验证器", "Set up your authenticator";
        needed: "您要打开的应用需要两步验证。", "The application that you are opening asks for two-step verification.";
        scan: "用身份验证器应用扫描二维码", "Scan this code with an authenticator app";
        scan_more: "例如 Microsoft Authenticator、Google Authenticator 或 1Password。", "For example Microsoft Authenticator, Google Authenticator or 1Password.";
        by_hand: "无法扫描？手动输入密钥", "Cannot scan? Type the key instead";
        key: "密钥", "Key";
        image: "身份验证器二维码", "QR code for the authenticator";
        enter: "输入应用显示的 6 位数字", "Enter the 6 digits that the app shows";
        code: "验证码", "Code";
        submit: "启用", "Turn on";
        passkey: "改用通行密钥", "Use a passkey instead";
        later: "以后再说", "Not now";
        unavailable: "您的组织不使用身份验证器。", "Your organisation does not take authenticators.";
        wrong: "验证码不正确。请检查手机时间是否准确，然后输入当前显示的验证码。", "That code is wrong. Check that the clock of your phone is right, then enter the code shown now.";
    }
}

#[derive(Template)]
#[template(path = "authenticator.html")]
struct AuthenticatorPage {
    frame: Frame,
    t: &'static AuthenticatorTexts,
    to: String,
    is_needed: bool,
    /// Whether a passkey would do as well.
    may_add_passkey: bool,
    /// What is to be scanned, and typed: `None` where the policy takes no authenticator.
    seed: Option<(String, String)>,
    error: Option<&'static str>,
}

const METHOD: AuthenticationMethod = AuthenticationMethod::Totp;
/// An enrolment that was begun earlier is not continued.
pub(crate) const ENROLMENT_LIFE: Duration = Duration::from_mins(30);

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    to: String,
}

/// `GET /account/authenticator`: makes a seed, or shows the one under way.
pub async fn page(
    Shared(state): Shared<State>,
    reader: Reader,
    person: Person,
    Query(asked): Query<Asked>,
) -> Answer {
    let account = match fresh_account(&state, &person, &reader.here).await? {
        Ok(account) => account,
        Err(prove) => return Ok(prove),
    };
    if !is_taken(&state, &account).await? {
        return show(&state, &reader, &person, None, &asked.to, false).await;
    }
    let now = state.clock.now();
    let seed = match under_way(&state, &person, now).await? {
        Some((seed, _)) => seed,
        None => begin(&state, &person, now).await?,
    };
    show(&state, &reader, &person, Some(&seed), &asked.to, false).await
}

/// Whether the policy takes authenticators.
pub async fn may_set(connection: &mut Connection, account: &Account) -> Result<bool, StoreError> {
    let rules = sign_in_policy::rules_of(connection, &account.member).await?;
    Ok(rules.two_step.takes(SecondFactor::Authenticator))
}

async fn is_taken(state: &State, account: &Account) -> Result<bool, Failure> {
    let mut read = state.store.read().await?;
    Ok(may_set(&mut read, account).await?)
}

async fn begin(state: &State, person: &Person, now: Timestamp) -> Result<Seed, Failure> {
    let seed = Seed::generate();
    let sealed = seed.seal_for_enrolment(&state.sealer, &person.0.sign_in);
    let mut tx = state.store.begin().await?;
    totp::begin_enrolment(&mut tx, &person.0.principal.id, &sealed, now).await?;
    tx.commit().await?;
    Ok(seed)
}

/// The seed of an enrolment under way, opened and as it is kept. One that another sign-in began does
/// not open here: whoever saw that seed would have the codes of the authenticator that comes of it.
async fn under_way(
    state: &State,
    person: &Person,
    now: Timestamp,
) -> Result<Option<(Seed, Vec<u8>)>, Failure> {
    let mut read = state.store.read().await?;
    let since = now.minus(ENROLMENT_LIFE);
    let sealed = totp::enrolment(&mut read, &person.0.principal.id, since).await?;
    Ok(sealed.and_then(|sealed| {
        let seed = Seed::open_enrolment(&state.sealer, &person.0.sign_in, &sealed)?;
        Some((seed, sealed))
    }))
}

/// `POST /account/authenticator`: the first code puts the authenticator to use.
pub async fn submit(
    Shared(state): Shared<State>,
    reader: Reader,
    person: Person,
    form: Form,
) -> Answer {
    let now = state.clock.now();
    let to = form.get("to");
    let account = match fresh_account(&state, &person, &back(to)).await? {
        Ok(account) => account,
        Err(prove) => return Ok(prove),
    };
    if !is_taken(&state, &account).await? {
        return Ok(go_to(&back(to)));
    }
    let Some((seed, sealed)) = under_way(&state, &person, now).await? else {
        return Ok(go_to(&back(to)));
    };
    let attempt = Attempt::at_account(&state, &reader, &account, METHOD).await?;
    let step = seed.step_of(form.get("code"), now);
    let Some(step) = step.filter(|_| attempt.is_allowed()) else {
        attempt.failed("wrong_code").await?;
        return show(&state, &reader, &person, Some(&seed), to, true).await;
    };
    let mut tx = state.store.begin().await?;
    members::hold(&mut tx, &account.member).await?;
    if !totp::take_enrolment(&mut tx, &account.member, &sealed).await? {
        return Ok(go_to(&back(to)));
    }
    attempt.succeeded(&mut tx).await?;
    let kept = seed.seal(&state.sealer, &account.member);
    // What other sign-ins proved with the one before counts no longer.
    totp::remove(&mut tx, &account.member).await?;
    second_factor::disprove(&mut tx, &account.member).await?;
    totp::put_to_use(&mut tx, &account.member, &kept, step, now).await?;
    choose::audit(&state, &reader, &mut tx, &account, "set_authenticator").await?;
    let codes = recovery_codes::renew(&state, &mut tx, &account).await?;
    let token = step_up::step_up(&state, &reader, &mut tx, &person, METHOD).await?;
    tx.commit().await?;
    let mut response = recovery_codes::show_once(&state, &reader, &person, codes, to)?;
    carry(&mut response, &token);
    Ok(response)
}

/// `POST /account/authenticator/remove`
pub async fn remove(
    Shared(state): Shared<State>,
    reader: Reader,
    person: Person,
    _: Form,
) -> Answer {
    let account = match fresh_account(&state, &person, "/account").await? {
        Ok(account) => account,
        Err(prove) => return Ok(prove),
    };
    let mut tx = state.store.begin().await?;
    let factor = SecondFactor::Authenticator;
    let Some(rest) = step_up::without(&mut tx, &person, factor).await? else {
        return Ok(go_to(super::LAST_FACTOR));
    };
    totp::remove(&mut tx, &account.member).await?;
    choose::audit(&state, &reader, &mut tx, &account, "remove_authenticator").await?;
    let token = step_up::step_down(&state, &reader, &mut tx, &person, &rest).await?;
    tx.commit().await?;
    let mut response: Response = done();
    carry(&mut response, &token);
    Ok(response)
}

fn back(to: &str) -> String {
    let to = ReturnPath::or_root(to);
    format!("/account/authenticator?to={}", to.encoded())
}

async fn show(
    state: &State,
    reader: &Reader,
    person: &Person,
    seed: Option<&Seed>,
    to: &str,
    failed: bool,
) -> Answer {
    let t = AuthenticatorTexts::of(reader.language);
    let frame = Frame::new(state, reader).for_person(&person.0.principal);
    let to = ReturnPath::parse(to).map_or_else(|| "/account".to_owned(), |to| to.to_string());
    let account = confirm::account_of(state, person).await?;
    let mut read = state.store.read().await?;
    let may_add_passkey = passkeys::may_add(&mut read, state, reader, &account).await?;
    drop(read);
    let username = &person.0.principal.username;
    let shown =
        |seed: &Seed| Ok::<_, Failure>((seed.qr(&frame.organisation, username)?, seed.key()));
    let seed = seed.map(shown).transpose()?;
    let page = AuthenticatorPage {
        may_add_passkey,
        t,
        is_needed: to.starts_with("/sign-in/continue?"),
        seed,
        error: failed.then_some(t.wrong),
        frame,
        to,
    };
    let status = if failed {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    show_with(status, &page)
}
