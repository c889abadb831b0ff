//! A passkey as the second factor: at sign-in, and where one proves once more who one is.

use axum::extract::State as Shared;
use config::Language;
use config::session::AuthenticationMethod;
use webauthn_rs::prelude::{AuthenticationResult, PasskeyAuthentication};

use super::attempt::Attempt;
use super::flow::{self, Held};
use super::{Step, second_factor};
use crate::hex::hex;
use crate::pages::text::texts;
use crate::pages::{Answer, Failure, Form, Reader, go_to};
use crate::passkeys::{self, Occasion, PasskeyError, Question, RelyingParty};
use crate::sign_in_policy::SecondFactor;
use crate::state::State;
use crate::store::credentials::Account;
use crate::store::{Tx, members};

texts! {
    /// What stands around the button that asks for a passkey.
    AskTexts {
        using: "使用通行密钥", "Use a passkey";
        adding: "添加通行密钥", "Add a passkey";
        alone: "使用通行密钥登录", "Sign in with a passkey";
        missing: "此浏览器无法使用通行密钥：它不支持，或已停用 JavaScript。", "Passkeys cannot be used in this browser: it does not know them, or JavaScript is switched off.";
        failed: "没有用到通行密钥：操作已取消或超时，或者此设备没有合适的通行密钥。请重试，或改用其他方式。", "No passkey was used: it was cancelled, took too long, or there is none that fits on this device. Try again, or take another way.";
        known: "此设备上的通行密钥已经添加过了。", "The passkey of this device was added already.";
    }
}

/// The button that asks for a passkey, within a form that takes the answer.
pub struct Ask {
    pub t: &'static AskTexts,
    /// `create` or `get`.
    pub act: &'static str,
    pub text: &'static str,
    /// Where the form is sent with it.
    pub to: &'static str,
    /// What the browser is to ask the authenticator, as JSON.
    pub options: String,
    /// What was asked, sealed.
    pub question: String,
    /// Whether there is no other way on the page.
    pub is_main: bool,
}

impl Ask {
    /// For one of the keys that are there.
    #[must_use]
    pub fn using(language: Language, to: &'static str, asked: (String, String)) -> Self {
        let t = AskTexts::of(language);
        let (options, question) = asked;
        Self {
            t,
            act: "get",
            text: t.using,
            to,
            options,
            question,
            is_main: false,
        }
    }

    /// For a new one.
    #[must_use]
    pub fn adding(language: Language, to: &'static str, asked: (String, String)) -> Self {
        let t = AskTexts::of(language);
        Self {
            act: "create",
            text: t.adding,
            is_main: true,
            ..Self::using(language, to, asked)
        }
    }
}

/// The options for the browser and the sealed question; `None` where the person has no passkey, or none
/// works at this host.
pub async fn ask(
    state: &State,
    reader: &Reader,
    account: &Account,
    occasion: Occasion<'_>,
) -> Result<Option<(String, String)>, Failure> {
    let Some(party) = RelyingParty::at(state, reader) else {
        return Ok(None);
    };
    let mut read = state.store.read().await?;
    passkeys::ask(&mut read, state, &party, account, occasion).await
}

/// Checks the answer that a form brought. If it holds, the transaction in which it was used up is given
/// back, uncommitted; otherwise the failure has been recorded.
pub async fn check(
    state: &State,
    reader: &Reader,
    account: &Account,
    form: &Form,
    occasion: Occasion<'_>,
) -> Result<Option<Tx>, Failure> {
    let method = AuthenticationMethod::Passkey;
    let attempt = Attempt::at_account(state, reader, account, method).await?;
    if !attempt.is_allowed() {
        attempt.failed("wrong_passkey").await?;
        return Ok(None);
    }
    match use_up(state, reader, account, form, occasion).await {
        Ok(mut tx) => {
            attempt.succeeded(&mut tx).await?;
            Ok(Some(tx))
        }
        Err(PasskeyError::Store(error)) => Err(error.into()),
        Err(error) => {
            tracing::info!(%error, "a passkey was refused");
            attempt.failed(error.reason()).await?;
            Ok(None)
        }
    }
}

async fn use_up(
    state: &State,
    reader: &Reader,
    account: &Account,
    form: &Form,
    occasion: Occasion<'_>,
) -> Result<Tx, PasskeyError> {
    let party = RelyingParty::at(state, reader).ok_or(PasskeyError::Over)?;
    let (field, now) = (form.get("question"), state.clock.now());
    let question = Question::<PasskeyAuthentication>::open(&state.sealer, occasion, field, now)?;
    let signed = party.check(form.get("credential"), &question.asked)?;
    let mut tx = state.store.begin().await?;
    take(&mut tx, account, &question, &signed, state).await?;
    Ok(tx)
}

async fn take(
    tx: &mut Tx,
    account: &Account,
    question: &Question<PasskeyAuthentication>,
    signed: &AuthenticationResult,
    state: &State,
) -> Result<(), PasskeyError> {
    members::hold(tx, &account.member).await?;
    question.take_answer(tx).await?;
    passkeys::note_use(tx, &account.member, signed, state.clock.now()).await
}

/// What a sign-in under way is asked.
pub const TWO_STEP: &str = "two-step";

/// `POST /sign-in/two-step/passkey`
pub async fn submit(Shared(state): Shared<State>, reader: Reader, form: Form) -> Answer {
    let held = flow::at(&state, &reader, Step::SecondFactor).await?;
    let whose = hex(&held.token);
    let occasion = Occasion {
        step: TWO_STEP,
        whose: &whose,
    };
    let question = form.get("question");
    if passkeys::is_expired(&state.sealer, occasion, question, state.clock.now()) {
        return Ok(go_to(Step::SecondFactor.path()));
    }
    let proven = if held.takes(SecondFactor::Passkey) {
        check(&state, &reader, &held.account, &form, occasion).await?
    } else {
        None
    };
    let Some(tx) = proven else {
        return second_factor::show_refused(&state, &reader, &held).await;
    };
    let Held {
        mut flow, token, ..
    } = held;
    flow.prove_second(AuthenticationMethod::Passkey, state.clock.now());
    flow.is_browser_to_be_trusted = form.get("trust") == "yes";
    flow::advance(&state, &reader, tx, flow, Some(token)).await
}
