//! Signing in with a passkey and nothing else, where the policy lets people in so: the key has asked for a
//! fingerprint, a face or a PIN, and so is both factors at once.
//!
//! Nobody is named beforehand, and there is one answer for all that can be wrong. The log knows which it was.

use axum::extract::State as Shared;
use axum::http::StatusCode;
use config::Timestamp;
use config::session::AuthenticationMethod;
use webauthn_rs::prelude::{AuthenticationResult, DiscoverableAuthentication, PublicKeyCredential};

use super::attempt::{self, Attempt};
use super::flow::{self, Flow};
use super::lockout::Counters;
use super::passkey::{Ask, AskTexts};
use super::password::{self, SignInPage};
use crate::hex::hex;
use crate::pages::{Answer, Failure, Form, Frame, Reader, ReturnPath, go_to};
use crate::passkeys::{self, Occasion, PasskeyError, QUESTION_LIFE, Question, RelyingParty};
use crate::sign_in_policy;
use crate::state::State;
use crate::store::credentials::{self, Account};
use crate::store::passkeys::Passkey;
use crate::store::{self, Tx, members};

const METHOD: AuthenticationMethod = AuthenticationMethod::Passkey;

/// The button, where the policy lets anybody in by it.
pub async fn ask(state: &State, reader: &Reader) -> Result<Option<Ask>, Failure> {
    let Some(party) = RelyingParty::at(state, reader) else {
        return Ok(None);
    };
    let mut read = state.store.read().await?;
    let policy = sign_in_policy::get(&mut read).await?.body;
    drop(read);
    if !policy.lets_passkeys_alone() {
        return Ok(None);
    }
    let (options, asked) = party.ask_anybody()?;
    let question = Question::new(asked, state.clock.now(), QUESTION_LIFE);
    let whose = hex(&reader.csrf.hash());
    let question = question.seal(&state.sealer, occasion(&whose))?;
    let ask = Ask::using(reader.language, "/sign-in/passkey", (options, question));
    Ok(Some(Ask {
        text: AskTexts::of(reader.language).alone,
        ..ask
    }))
}

/// The browser in which the page was shown.
fn occasion(whose: &str) -> Occasion<'_> {
    Occasion {
        step: "alone",
        whose,
    }
}

/// `POST /sign-in/passkey`
pub async fn submit(Shared(state): Shared<State>, reader: Reader, form: Form) -> Answer {
    attempt::refuse_spent_address(&state, &reader).await?;
    let to = ReturnPath::or_root(form.get("to"));
    let whose = hex(&reader.csrf.hash());
    let (question, now) = (form.get("question"), state.clock.now());
    if passkeys::is_expired(&state.sealer, occasion(&whose), question, now) {
        return Ok(go_to(&format!("/sign-in?to={}", to.encoded())));
    }
    let brought = Brought::read(&state, &form, occasion(&whose));
    let owner = match &brought {
        Ok(brought) => brought.owner(&state).await?,
        Err(_) => None,
    };
    let attempt = if let Some((account, _)) = &owner {
        Attempt::at_account(&state, &reader, account, METHOD).await?
    } else {
        let counters = Counters::of_codes(&reader);
        Attempt::count(&state, &reader, counters, (None, ""), METHOD).await?
    };
    let proven = match (brought, &owner) {
        (Ok(brought), Some(owner)) if attempt.is_allowed() => {
            brought.hold(&state, &reader, owner).await
        }
        (Err(error), _) => Err(error),
        _ => Err(PasskeyError::Unknown),
    };
    match proven {
        Ok((mut tx, now)) => {
            attempt.succeeded(&mut tx).await?;
            let account = owner.map(|(account, _)| account).ok_or(Failure::Internal)?;
            let mut flow = Flow::begin(account.member, METHOD, now, to.as_str());
            flow.second_factor_at = Some(now);
            flow::advance(&state, &reader, tx, flow, None).await
        }
        Err(PasskeyError::Store(error)) => Err(error.into()),
        Err(error) => {
            tracing::info!(%error, "a passkey was refused");
            attempt.failed(error.reason()).await?;
            show_refused(&state, &reader, to).await
        }
    }
}

async fn show_refused(state: &State, reader: &Reader, to: ReturnPath) -> Answer {
    let page = SignInPage::new(Frame::new(state, reader), reader.language, to);
    let page = page.refusing_passkey();
    password::show(state, reader, StatusCode::UNPROCESSABLE_ENTITY, page).await
}

/// What the form brought, not yet checked.
struct Brought {
    question: Question<DiscoverableAuthentication>,
    answer: PublicKeyCredential,
}

impl Brought {
    fn read(state: &State, form: &Form, occasion: Occasion<'_>) -> Result<Self, PasskeyError> {
        let (field, now) = (form.get("question"), state.clock.now());
        Ok(Self {
            question: Question::open(&state.sealer, occasion, field, now)?,
            answer: passkeys::parse(form.get("credential"))?,
        })
    }

    /// Whose key it is said to be, if it is registered.
    async fn owner(&self, state: &State) -> Result<Option<(Account, Passkey)>, Failure> {
        let mut read = state.store.read().await?;
        let name = passkeys::name_of(self.answer.get_credential_id());
        let Some(key) = store::passkeys::find(&mut read, &name).await? else {
            return Ok(None);
        };
        let account = credentials::find(&mut read, &key.member).await?;
        Ok(account.map(|account| (account, key)))
    }

    /// Checks it, and begins the transaction in which it counts.
    async fn hold(
        self,
        state: &State,
        reader: &Reader,
        (account, key): &(Account, Passkey),
    ) -> Result<(Tx, Timestamp), PasskeyError> {
        let party = RelyingParty::at(state, reader).ok_or(PasskeyError::Over)?;
        let asked = self.question.asked.clone();
        let signed: AuthenticationResult = party.check_anybodys(&self.answer, asked, key)?;
        let now = state.clock.now();
        let mut tx = state.store.begin().await?;
        members::hold(&mut tx, &account.member).await?;
        let policy = sign_in_policy::rules_of(&mut tx, &account.member).await?;
        let present = credentials::find(&mut tx, &account.member).await?;
        if !present.is_some_and(|account| account.is_active(now)) {
            return Err(PasskeyError::Disabled);
        }
        if !policy.two_step.passkey_alone {
            return Err(PasskeyError::NotAllowed);
        }
        self.question.take_answer(&mut tx).await?;
        passkeys::note_use(&mut tx, &account.member, &signed, now).await?;
        Ok((tx, now))
    }
}
