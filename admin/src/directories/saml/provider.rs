//! Sends the browser to the identity provider, and judges what it brings back.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use config::Timestamp;
use config::id::DirectoryId;
use futures::future::BoxFuture;
use openssl::pkey::{PKey, Private};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::assertion::{NameId, Said};
use super::keys::{KeyError, Keys};
use super::messages::{Head, Own, Parcel};
use super::metadata::{Endpoint, Idp};
use super::names::SUCCESS;
use super::response::Refusal;
use super::settings::SamlSettings;
use super::{logout, messages, person, response, signature};
use crate::directories::addresses;
use crate::directories::provider::{
    Brought, Onward, ProviderError, SKEW, SignInProvider, Start, Unusable,
};
use crate::directories::sign_in::Asserted;
use crate::state::State;
use crate::turns::Turns;

/// There was no room to check it, or no thread.
const NOT_CHECKED: &str = "not_checked";

/// What nobody has judged proves nothing, and is nobody's guess.
fn untrusted(reason: &'static str) -> ProviderError {
    if reason == NOT_CHECKED {
        return ProviderError::Away("too much is being checked just now".to_owned());
    }
    ProviderError::Untrusted(reason)
}

pub struct SamlProvider {
    pub state: State,
    pub id: DirectoryId,
    pub settings: SamlSettings,
    pub secret: Zeroizing<String>,
}

impl From<KeyError> for ProviderError {
    fn from(error: KeyError) -> Self {
        Self::Away(error.to_string())
    }
}

/// What an ID may consist of, made anew.
fn new_id() -> String {
    let mut bytes = [0_u8; 24];
    rand::fill(&mut bytes);
    format!("_{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// The ID of the request of a sign-in: it comes back as `InResponseTo`.
fn request_id(nonce: &str) -> String {
    format!("_{nonce}")
}

impl SignInProvider for SamlProvider {
    fn start<'a>(&'a self, start: Start<'a>) -> BoxFuture<'a, Result<Onward, ProviderError>> {
        Box::pin(async move {
            let idp = self.known().await?;
            let endpoint = Idp::endpoint(&idp.sign_in, self.settings.binding);
            let endpoint = endpoint.ok_or_else(|| away("no address for sign-in"))?;
            let (own, id) = (self.own(), request_id(&start.secrets.nonce));
            let head = Head {
                id: &id,
                issuer: &own.entity_id,
                to: &endpoint.at,
                now: self.state.clock.now(),
            };
            let text =
                messages::authn_request(&head, (&own.callback, start.afresh), &self.settings);
            let key = if self.settings.sign_requests {
                Some(self.keys()?.signing()?)
            } else {
                None
            };
            let parcel = Parcel {
                field: "SAMLRequest",
                id: &id,
                text,
                // Opaque, and 43 bytes long: 80 may be.
                relay_state: &start.secrets.verifier,
                key: key.as_ref(),
            };
            messages::sent(&parcel, &endpoint.at, endpoint)
                .ok_or_else(|| away("the request could not be signed"))
        })
    }

    fn finish<'a>(
        &'a self,
        brought: Brought<'a>,
    ) -> BoxFuture<'a, Result<Asserted, ProviderError>> {
        Box::pin(async move {
            let message = brought.parameters.get("SAMLResponse");
            let message = message.map_or("", String::as_str);
            let request = request_id(&brought.secrets.nonce);
            let said = self.judged(message, Some(&request), brought.now).await?;
            if let Some(since) = brought.since
                && said.proven_at.is_none_or(|at| at.plus(SKEW) < since)
            {
                return Err(ProviderError::Untrusted("proven_before"));
            }
            self.asserted(said)
        })
    }
}

fn away(why: &str) -> ProviderError {
    ProviderError::Away(why.to_owned())
}

impl SamlProvider {
    /// Who somebody is whom we did not send there.
    ///
    /// # Errors
    /// If nothing is proven, or nobody may come so.
    pub async fn unsolicited(
        &self,
        message: &str,
        now: Timestamp,
    ) -> Result<Asserted, ProviderError> {
        if !self.settings.idp_initiated {
            return Err(ProviderError::Untrusted("not_for_this_sign_in"));
        }
        self.asserted(self.judged(message, None, now).await?)
    }

    async fn known(&self) -> Result<Arc<Idp>, Unusable> {
        let of = (&self.id, &self.settings);
        self.state.idps.known(&self.state, of).await
    }

    async fn renewed(&self) -> Result<Arc<Idp>, Unusable> {
        let of = (&self.id, &self.settings);
        self.state.idps.renewed(&self.state, of).await
    }

    fn keys(&self) -> Result<Keys, KeyError> {
        Keys::read(&self.secret)
    }

    fn own(&self) -> Own {
        Own {
            entity_id: addresses::metadata(&self.state, &self.id),
            callback: addresses::assertions(&self.state, &self.id),
            logout: addresses::logout(&self.state, &self.id),
        }
    }

    /// Our metadata.
    ///
    /// # Errors
    /// If our keys cannot be read.
    pub fn metadata(&self) -> Result<String, KeyError> {
        let certificates = self.keys()?.certificates();
        Ok(messages::own_metadata(
            &self.own(),
            &certificates,
            &self.settings,
        ))
    }

    /// A key that is not known may be a new one: then the provider is asked once more.
    async fn judged(
        &self,
        message: &str,
        request: Option<&str>,
        now: Timestamp,
    ) -> Result<Said, ProviderError> {
        let text = messages::decoded(message).ok_or(ProviderError::Untrusted("no_response"))?;
        let keys = self.keys()?.decrypting()?;
        let idp = self.known().await?;
        let asked = Asked {
            own: self.own(),
            text,
            request: request.map(str::to_owned),
            keys,
            now,
        };
        let asked = Arc::new(asked);
        let turns = &self.state.turns.xml;
        let said = match checked(turns, asked.clone(), idp.clone()).await {
            Err(Refusal::Untrusted(signature::UNKNOWN_KEY)) => {
                let renewed = self.renewed().await?;
                if renewed == idp {
                    return Err(ProviderError::Untrusted(signature::UNKNOWN_KEY));
                }
                checked(turns, asked, renewed).await
            }
            other => other,
        };
        said.map_err(|refusal| match refusal {
            Refusal::Status(status) => ProviderError::Refused(status),
            Refusal::Untrusted(reason) => untrusted(reason),
        })
    }

    fn asserted(&self, mut said: Said) -> Result<Asserted, ProviderError> {
        said.id = self.once(&said.id);
        person::asserted(&self.settings, said).map_err(ProviderError::Untrusted)
    }

    /// What of this provider counts once.
    fn once(&self, id: &str) -> String {
        let hash = Sha256::digest(format!("{}\n{id}", self.id));
        format!("saml-{}", URL_SAFE_NO_PAD.encode(hash))
    }

    /// The way on which the browser tells the provider that a session is over; `None`: it does not want to know.
    ///
    /// # Errors
    /// If the provider is not known.
    pub async fn sign_out(
        &self,
        name: &NameId,
        session: Option<&str>,
    ) -> Result<Option<Onward>, ProviderError> {
        let idp = self.known().await?;
        let Some(endpoint) = Idp::endpoint(&idp.logout, self.settings.binding) else {
            return Ok(None);
        };
        let (own, id) = (self.own(), new_id());
        let head = Head {
            id: &id,
            issuer: &own.entity_id,
            to: &endpoint.at,
            now: self.state.clock.now(),
        };
        let text = messages::logout_request(&head, name, session);
        Ok(self.signed((&id, text), "SAMLRequest", "", (endpoint, &endpoint.at))?)
    }

    /// What the provider tells of sessions that are over, and how that is acknowledged.
    ///
    /// # Errors
    /// If it does not count.
    pub async fn ended(&self, brought: &logout::Brought) -> Result<Ended, ProviderError> {
        let mut idp = self.known().await?;
        let mut over = self.over(brought, &idp).await;
        if over == Err(signature::UNKNOWN_KEY) {
            idp = self.renewed().await?;
            over = self.over(brought, &idp).await;
        }
        let mut over = over.map_err(untrusted)?;
        let request = std::mem::take(&mut over.id);
        over.id = self.once(&request);
        Ok(Ended { over, request, idp })
    }

    async fn over(
        &self,
        brought: &logout::Brought,
        idp: &Arc<Idp>,
    ) -> Result<logout::Over, &'static str> {
        let (own, now) = (self.own(), self.state.clock.now());
        let (brought, idp) = (brought.clone(), idp.clone());
        let check = move || {
            let expected = logout::Expected {
                issuer: &idp.entity_id,
                certificates: &idp.certificates,
                destination: &own.logout,
                now,
            };
            logout::check(&brought, &expected)
        };
        let done = self.state.turns.xml.run_if_room(check).await;
        done.ok().flatten().unwrap_or(Err(NOT_CHECKED))
    }

    /// Tells the provider that we have ended the session, too. `None`: there is no way.
    ///
    /// # Errors
    /// If our keys cannot be read.
    pub fn acknowledged(
        &self,
        ended: &Ended,
        relay_state: &str,
    ) -> Result<Option<Onward>, ProviderError> {
        let Some(endpoint) = Idp::endpoint(&ended.idp.logout, self.settings.binding) else {
            return Ok(None);
        };
        let (own, id) = (self.own(), new_id());
        let head = Head {
            id: &id,
            issuer: &own.entity_id,
            to: &endpoint.answers_at,
            now: self.state.clock.now(),
        };
        let text = messages::logout_response(&head, &ended.request, SUCCESS);
        let to = (endpoint, &endpoint.answers_at);
        Ok(self.signed((&id, text), "SAMLResponse", relay_state, to)?)
    }

    /// Of sessions nothing is said that is not signed.
    fn signed(
        &self,
        (id, text): (&str, String),
        field: &'static str,
        relay_state: &str,
        (endpoint, to): (&Endpoint, &url::Url),
    ) -> Result<Option<Onward>, KeyError> {
        let key = self.keys()?.signing()?;
        let parcel = Parcel {
            field,
            id,
            text,
            relay_state,
            key: Some(&key),
        };
        Ok(messages::sent(&parcel, to, endpoint))
    }
}

/// A session of the provider's that is over.
pub struct Ended {
    pub over: logout::Over,
    request: String,
    idp: Arc<Idp>,
}

struct Asked {
    own: Own,
    text: String,
    request: Option<String>,
    keys: Vec<PKey<Private>>,
    now: Timestamp,
}

/// Checks it where others do not wait for it, and where a panic is nobody else's.
async fn checked(turns: &Turns, asked: Arc<Asked>, idp: Arc<Idp>) -> Result<Said, Refusal> {
    let check = move || {
        let expected = response::Expected {
            issuer: &idp.entity_id,
            certificates: &idp.certificates,
            audience: &asked.own.entity_id,
            recipient: &asked.own.callback,
            request: asked.request.as_deref(),
            keys: &asked.keys,
            now: asked.now,
        };
        response::check(&asked.text, &expected)
    };
    let done = turns.run_if_room(check).await;
    done.ok()
        .flatten()
        .unwrap_or(Err(Refusal::Untrusted(NOT_CHECKED)))
}
