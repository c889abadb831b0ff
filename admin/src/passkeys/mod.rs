//! Passkeys and security keys (WebAuthn): what an authenticator is asked, and whether its answer holds.
//!
//! The name that keys are bound to is that of the access host, without its port: a key that was registered
//! there works there, and at the host of operators where that lies below it. User verification (a
//! fingerprint, a face, a PIN) is always required, so each key is worth both factors.

pub mod register;
#[cfg(test)]
pub mod testing;

pub use crate::question::{Occasion, Question, is_expired};

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use config::id::MemberId;
use config::{Settings, Timestamp};
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;
use webauthn_rs::prelude::{
    AuthenticationResult, CredentialID, DiscoverableAuthentication, DiscoverableKey,
    Passkey as Key, PasskeyAuthentication, PasskeyRegistration, PublicKeyCredential, Url, Webauthn,
    WebauthnBuilder, WebauthnError,
};

use crate::pages::{Failure, Reader};
use crate::question::QuestionError;
use crate::state::State;
use crate::store::credentials::Account;
use crate::store::passkeys::{self, Passkey};
use crate::store::{Connection, StoreError, Tx};

/// Long enough to fetch a key, or a telephone.
pub const QUESTION_LIFE: Duration = Duration::from_mins(10);

/// Why an answer does not hold.
#[derive(Debug, thiserror::Error)]
pub enum PasskeyError {
    #[error("the browser sent no answer that can be read")]
    Unreadable,
    #[error("the question is over, was asked elsewhere, or was answered before")]
    Over,
    #[error("no such passkey is registered for this person")]
    Unknown,
    #[error("the account is disabled")]
    Disabled,
    #[error("the signature counter went back: there may be a copy of the key")]
    CountedBack,
    #[error("the authenticator has not verified its user")]
    NotVerified,
    #[error("the sign-in policy does not let the person in by a passkey alone")]
    NotAllowed,
    #[error("the answer does not hold: {0}")]
    Wrong(WebauthnError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl PasskeyError {
    /// As it stands in the sign-in log.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Unreadable | Self::Over | Self::Wrong(_) | Self::Store(_) => "wrong_passkey",
            Self::Unknown => "unknown_passkey",
            Self::Disabled => "account_disabled",
            Self::CountedBack => "passkey_counted_back",
            Self::NotVerified => "passkey_not_verified",
            Self::NotAllowed => "passkey_not_allowed",
        }
    }
}

impl From<QuestionError> for PasskeyError {
    fn from(error: QuestionError) -> Self {
        match error {
            QuestionError::Over => Self::Over,
            QuestionError::Store(error) => Self::Store(error),
        }
    }
}

impl From<WebauthnError> for PasskeyError {
    fn from(error: WebauthnError) -> Self {
        match error {
            WebauthnError::CredentialPossibleCompromise => Self::CountedBack,
            WebauthnError::UserNotVerified => Self::NotVerified,
            WebauthnError::CredentialNotFound => Self::Unknown,
            other => Self::Wrong(other),
        }
    }
}

/// What the browser is to ask the authenticator, as JSON.
pub type Options = String;

/// We, as authenticators know us.
pub struct RelyingParty(Webauthn);

fn is_within(host: &str, name: &str) -> bool {
    host.strip_suffix(name)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Whether operators can use passkeys at a host at which they administer.
#[must_use]
pub fn reach_operators(settings: &Settings) -> bool {
    settings.admin.as_ref().is_none_or(|admin| {
        admin.also_at_access_host || is_within(admin.host(), settings.access.host())
    })
}

impl RelyingParty {
    /// `None` at a host where browsers let no key of ours be used.
    #[must_use]
    pub fn at(state: &State, reader: &Reader) -> Option<Self> {
        let name = state.settings.access.host();
        let here = &reader.visitor.host;
        if !is_within(here, name) {
            return None;
        }
        let origin = Url::parse(&state.settings.origin_of(here)).ok()?;
        let brand = state.snapshot().map(|snapshot| snapshot.brand.clone());
        let brand = brand.unwrap_or_default();
        let organisation = brand.organisation.get(reader.language);
        let builder = WebauthnBuilder::new(name, &origin).ok()?;
        builder.rp_name(organisation).build().ok().map(Self)
    }

    /// Asks for one of these keys.
    fn ask(&self, keys: &[Passkey]) -> Result<(Options, PasskeyAuthentication), Failure> {
        let keys = keys.iter().map(read).collect::<Result<Vec<Key>, _>>()?;
        let asked = self.0.start_passkey_authentication(&keys);
        let (options, asked) = asked.map_err(Failure::internal)?;
        let options = serde_json::to_string(&options.public_key).map_err(Failure::internal)?;
        Ok((options, asked))
    }

    /// Asks for any key of ours that the authenticator has.
    pub fn ask_anybody(&self) -> Result<(Options, DiscoverableAuthentication), Failure> {
        let asked = self.0.start_discoverable_authentication();
        let (options, asked) = asked.map_err(Failure::internal)?;
        let options = serde_json::to_string(&options.public_key).map_err(Failure::internal)?;
        Ok((options, asked))
    }

    /// Checks the answer of somebody who is known.
    pub fn check(
        &self,
        answer: &str,
        asked: &PasskeyAuthentication,
    ) -> Result<AuthenticationResult, PasskeyError> {
        let answer: PublicKeyCredential = parse(answer)?;
        Ok(self.0.finish_passkey_authentication(&answer, asked)?)
    }

    /// Checks the answer of somebody who says who they are by the key alone.
    pub fn check_anybodys(
        &self,
        answer: &PublicKeyCredential,
        asked: DiscoverableAuthentication,
        key: &Passkey,
    ) -> Result<AuthenticationResult, PasskeyError> {
        let named = answer.get_user_unique_id();
        if named.is_none_or(|named| named != user_handle(&key.member).as_bytes()) {
            return Err(PasskeyError::Unknown);
        }
        let key: Key = serde_json::from_str(&key.credential).map_err(|_| PasskeyError::Unknown)?;
        let key = DiscoverableKey::from(key);
        let done = self
            .0
            .finish_discoverable_authentication_v2(answer, asked, key);
        Ok(done?)
    }
}

/// Notes in `tx` that the person's key has signed.
///
/// # Errors
/// [`PasskeyError::Unknown`] if the key was taken away meanwhile; [`PasskeyError::CountedBack`] if another
/// answer of it has come before.
pub async fn note_use(
    tx: &mut Tx,
    member: &MemberId,
    signed: &AuthenticationResult,
    now: Timestamp,
) -> Result<(), PasskeyError> {
    let kept = passkeys::find(tx, &name_of(signed.cred_id())).await?;
    let kept = kept.filter(|kept| kept.member == *member);
    let kept = kept.ok_or(PasskeyError::Unknown)?;
    let mut key: Key = serde_json::from_str(&kept.credential).map_err(|_| PasskeyError::Unknown)?;
    key.update_credential(signed);
    let text = serde_json::to_string(&key).map_err(|_| PasskeyError::Unknown)?;
    let count = i64::from(signed.counter());
    if passkeys::note_use(tx, &kept.id, &text, count, now).await? {
        Ok(())
    } else {
        Err(PasskeyError::CountedBack)
    }
}

/// Reads what a browser sent.
pub fn parse<T: DeserializeOwned>(answer: &str) -> Result<T, PasskeyError> {
    serde_json::from_str(answer).map_err(|_| PasskeyError::Unreadable)
}

/// As the store names a key.
#[must_use]
pub fn name_of(credential_id: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(credential_id)
}

fn read(kept: &Passkey) -> Result<Key, Failure> {
    serde_json::from_str(&kept.credential).map_err(Failure::internal)
}

/// What stands for the person in the authenticator: always the same, and nothing that tells who it is.
fn user_handle(member: &MemberId) -> Uuid {
    let digest = Sha256::new()
        .chain_update("gatehouse passkey owner ")
        .chain_update(member.as_str())
        .finalize();
    let mut handle = [0; 16];
    handle.copy_from_slice(&digest[..16]);
    Uuid::from_bytes(handle)
}

/// The options for the browser and the sealed question; `None` where the person has no key.
pub async fn ask(
    connection: &mut Connection,
    state: &State,
    party: &RelyingParty,
    account: &Account,
    occasion: Occasion<'_>,
) -> Result<Option<(Options, String)>, Failure> {
    let keys = passkeys::of(connection, &account.member).await?;
    if keys.is_empty() {
        return Ok(None);
    }
    let (options, asked) = party.ask(&keys)?;
    let question = Question::new(asked, state.clock.now(), QUESTION_LIFE);
    Ok(Some((options, question.seal(&state.sealer, occasion)?)))
}

#[cfg(test)]
mod account_tests;
#[cfg(test)]
mod tests;
