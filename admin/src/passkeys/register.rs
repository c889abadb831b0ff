//! Registering a key, wherever that is done: among the settings of an account, and within a sign-in whose
//! policy asks for a second factor.

use config::Language;
use config::id::MemberId;
use config::invisible::hides;
use serde_json::json;
use unicode_normalization::UnicodeNormalization as _;
use webauthn_rs::prelude::RegisterPublicKeyCredential;

use super::{
    CredentialID, Key, Occasion, Options, PasskeyError, PasskeyRegistration, QUESTION_LIFE,
    Question, RelyingParty, Value, name_of, parse, read, user_handle,
};
use crate::account::recovery_codes;
use crate::pages::{Failure, Form, Reader};
use crate::sign_in::choose;
use crate::state::State;
use crate::store::credentials::Account;
use crate::store::passkeys::{self, Passkey};
use crate::store::{Connection, Tx};

impl Passkey {
    /// As the audit log tells of it.
    #[must_use]
    pub fn told(&self) -> Value {
        json!({"id": self.id, "name": self.name})
    }
}

/// A person has no more of them.
pub const MOST: usize = 20;
const MOST_CHARS: usize = 60;

/// What the page needs: the options for the browser, and the sealed question.
pub async fn ask(
    connection: &mut Connection,
    state: &State,
    party: &RelyingParty,
    account: &Account,
    occasion: Occasion<'_>,
) -> Result<(Options, String), Failure> {
    let present = passkeys::of(connection, &account.member).await?;
    let present = present.iter().map(|key| Ok(read(key)?.cred_id().clone()));
    let present = present.collect::<Result<Vec<CredentialID>, Failure>>()?;
    let (options, asked) = party.ask_for_new(account, present)?;
    let question = Question::new(asked, state.clock.now(), QUESTION_LIFE);
    Ok((options, question.seal(&state.sealer, occasion)?))
}

impl RelyingParty {
    fn ask_for_new(
        &self,
        account: &Account,
        present: Vec<CredentialID>,
    ) -> Result<(Options, PasskeyRegistration), Failure> {
        let (username, name) = (&account.username, &account.display_name);
        let handle = user_handle(&account.member);
        let asked = self
            .0
            .start_passkey_registration(handle, username, name, Some(present));
        let (options, asked) = asked.map_err(Failure::internal)?;
        let mut options = serde_json::to_value(&options.public_key).map_err(Failure::internal)?;
        // A key that keeps the person's name itself can be used alone; one that has no room still does as a
        // second factor.
        options["authenticatorSelection"]["residentKey"] = Value::from("preferred");
        Ok((options.to_string(), asked))
    }
}

/// A key whose registration holds.
pub struct Registered {
    question: Question<PasskeyRegistration>,
    key: Key,
}

/// Checks what the form brought.
///
/// # Errors
/// Why it does not hold.
pub fn check(
    state: &State,
    party: &RelyingParty,
    form: &Form,
    occasion: Occasion<'_>,
) -> Result<Registered, PasskeyError> {
    let (field, now) = (form.get("question"), state.clock.now());
    let question = Question::<PasskeyRegistration>::open(&state.sealer, occasion, field, now)?;
    let answer: RegisterPublicKeyCredential = parse(form.get("credential"))?;
    let key = party
        .0
        .finish_passkey_registration(&answer, &question.asked)?;
    Ok(Registered { question, key })
}

impl Registered {
    /// Keeps the key in `tx`.
    ///
    /// # Errors
    /// If the question was answered before, or the key is registered already.
    pub async fn keep(
        &self,
        state: &State,
        tx: &mut Tx,
        member: &MemberId,
        name: String,
    ) -> Result<Passkey, PasskeyError> {
        self.question.take_answer(tx).await?;
        let passkey = Passkey {
            id: uuid::Uuid::now_v7().to_string(),
            member: member.clone(),
            credential_id: name_of(self.key.cred_id()),
            name,
            credential: serde_json::to_string(&self.key).map_err(|_| PasskeyError::Unreadable)?,
            sign_count: 0,
            created_at: state.clock.now(),
            last_used_at: None,
        };
        if passkeys::insert(tx, &passkey).await? {
            Ok(passkey)
        } else {
            Err(PasskeyError::Over)
        }
    }
}

/// A key that is the person's now.
pub struct Added {
    /// The recovery codes that come with the first second factor, to be shown once.
    pub codes: Option<Vec<String>>,
}

/// Adds the key to the person's in `tx`, and takes note of it. `None` if it does not hold.
///
/// # Errors
/// If the store is away.
pub async fn add(
    state: &State,
    reader: &Reader,
    tx: &mut Tx,
    (account, name): (&Account, &str),
    registered: &Registered,
) -> Result<Option<Added>, Failure> {
    let member = &account.member;
    let name = self::name(name, reader);
    let key = match registered.keep(state, tx, member, name).await {
        Ok(key) => key,
        Err(PasskeyError::Store(error)) => return Err(error.into()),
        Err(_) => return Ok(None),
    };
    let after = Some(key.told());
    choose::audit_of(state, reader, tx, account, "add_passkey", (None, after)).await?;
    let codes = if account.has_second_factor() {
        None
    } else {
        Some(recovery_codes::renew(state, tx, account).await?)
    };
    Ok(Some(Added { codes }))
}

/// What the owner calls the key; where they said nothing, the device tells it apart.
#[must_use]
pub fn name(typed: &str, reader: &Reader) -> String {
    let typed: String = typed.trim().nfc().filter(|c| !hides(*c)).collect();
    let typed: String = typed.trim().chars().take(MOST_CHARS).collect();
    if !typed.is_empty() {
        return typed;
    }
    let word = match reader.language {
        Language::ZhCn => "通行密钥",
        Language::En => "Passkey",
    };
    match reader.device() {
        device if device.is_empty() => word.to_owned(),
        device => format!("{word} ({device})"),
    }
}
