//! The code flow with PKCE and a nonce: sends the browser to the provider, and exchanges the code that it
//! brings back for what the provider says.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use config::id::DirectoryId;
use config::settings::Outbound;
use config::{Clock, Timestamp};
use futures::future::BoxFuture;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use url::Url;
use url::form_urlencoded::{Serializer, byte_serialize};
use zeroize::Zeroizing;

use super::http::{get, post};
use super::issuers::{Issuer, Issuers};
use super::logout::{self, Over};
use super::person;
use super::settings::{ClientAuthentication, OidcSettings, Prompt};
use super::token::{Claims, Expected, Parties, UNKNOWN_KEY, text, verified};
use crate::directories::provider::{Brought, Onward, ProviderError, SignInProvider, Start};
use crate::directories::sign_in::Asserted;
use crate::sealed::Sealer;

pub struct OidcProvider {
    pub id: DirectoryId,
    pub sealer: Sealer,
    pub issuers: Issuers,
    pub outbound: Outbound,
    pub clock: Clock,
    pub settings: OidcSettings,
    pub secret: Zeroizing<String>,
}

/// What the code was exchanged for.
struct Tokens {
    id: String,
    access: Option<String>,
    refresh: Option<String>,
}

impl SignInProvider for OidcProvider {
    fn start<'a>(&'a self, start: Start<'a>) -> BoxFuture<'a, Result<Onward, ProviderError>> {
        Box::pin(async move {
            let now = self.clock.now();
            let issuer = self
                .issuers
                .known(&self.outbound, &self.settings, now)
                .await?;
            Ok(Onward::To(self.address(&issuer, &start)))
        })
    }

    fn finish<'a>(
        &'a self,
        brought: Brought<'a>,
    ) -> BoxFuture<'a, Result<Asserted, ProviderError>> {
        Box::pin(async move {
            let now = brought.now;
            let issuer = self
                .issuers
                .known(&self.outbound, &self.settings, now)
                .await?;
            let code = code(&issuer, &brought)?;
            let tokens = self.exchange(&issuer, code, &brought).await?;
            let mut claims = self.claims(&issuer, &tokens.id, &brought).await?;
            if person::is_incomplete(&self.settings, &claims) {
                let access = tokens.access.as_deref();
                let more = self.userinfo(&issuer, access, &claims).await?;
                person::fill(&mut claims, more);
            }
            let mut asserted =
                person::asserted(&self.settings, &claims).map_err(ProviderError::Untrusted)?;
            asserted.repeated = self.kept(&tokens.id);
            asserted.renewal = self.renewal(tokens.refresh.as_deref(), now);
            Ok(asserted)
        })
    }
}

/// The code, if it came from the provider to which the browser was sent (RFC 9207).
fn code<'a>(issuer: &Issuer, brought: &Brought<'a>) -> Result<&'a str, ProviderError> {
    let metadata = &issuer.metadata;
    match brought.parameters.get("iss") {
        Some(iss) if *iss != metadata.issuer => {
            return Err(ProviderError::Untrusted("answer_of_another_issuer"));
        }
        None if metadata.authorization_response_iss_parameter_supported => {
            return Err(ProviderError::Untrusted("answer_without_issuer"));
        }
        _ => {}
    }
    if let Some(error) = brought.parameters.get("error") {
        return Err(ProviderError::Refused(error_code(Some(error))));
    }
    let code = brought.parameters.get("code").map(String::as_str);
    code.filter(|code| !code.is_empty())
        .ok_or(ProviderError::Untrusted("answer_without_code"))
}

/// A code of RFC 6749 §5.2; what is none is not repeated.
pub(super) fn error_code(text: Option<&str>) -> String {
    let is_code = |text: &&str| {
        (1..=64).contains(&text.len())
            && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    text.filter(is_code).unwrap_or("unknown").to_owned()
}

impl OidcProvider {
    fn address(&self, issuer: &Issuer, start: &Start<'_>) -> Url {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&start.secrets.verifier));
        let settings = &self.settings;
        let mut address = issuer.metadata.authorization_endpoint.clone();
        let mut query = address.query_pairs_mut();
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", &settings.client_id)
            .append_pair("redirect_uri", start.callback.as_str())
            .append_pair("scope", &settings.scopes.join(" "))
            .append_pair("state", start.state)
            .append_pair("nonce", &start.secrets.nonce)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        let mut prompt = settings.prompt.clone();
        if start.afresh && !prompt.contains(&Prompt::Login) {
            prompt.push(Prompt::Login);
        }
        if !prompt.is_empty() {
            let prompt: Vec<_> = prompt.iter().map(|one| one.as_str()).collect();
            query.append_pair("prompt", &prompt.join(" "));
        }
        let max_age = if start.afresh {
            Some(0)
        } else {
            settings.max_age
        };
        if let Some(seconds) = max_age {
            query.append_pair("max_age", &seconds.to_string());
        }
        if !settings.acr_values.is_empty() {
            query.append_pair("acr_values", &settings.acr_values.join(" "));
        }
        if let Some(mail) = start.hint {
            query.append_pair("login_hint", mail);
        }
        drop(query);
        address
    }

    /// The form that exchanges a code, and the header that says who we are.
    fn form(&self, code: &str, brought: &Brought<'_>) -> (String, Option<String>) {
        let mut form = Serializer::new(String::new());
        form.append_pair("grant_type", "authorization_code")
            .append_pair("code", code)
            .append_pair("redirect_uri", brought.callback.as_str())
            .append_pair("code_verifier", &brought.secrets.verifier);
        self.authenticated(form)
    }

    /// A form with which we say who we are, or the header that does.
    pub(super) fn authenticated(
        &self,
        mut form: Serializer<'_, String>,
    ) -> (String, Option<String>) {
        if self.settings.authentication == ClientAuthentication::SecretBasic {
            return (form.finish(), Some(self.basic()));
        }
        form.append_pair("client_id", &self.settings.client_id);
        if self.settings.authentication == ClientAuthentication::SecretPost {
            form.append_pair("client_secret", &self.secret);
        }
        (form.finish(), None)
    }

    async fn exchange(
        &self,
        issuer: &Issuer,
        code: &str,
        brought: &Brought<'_>,
    ) -> Result<Tokens, ProviderError> {
        let (form, authorization) = self.form(code, brought);
        let ask = (&issuer.metadata.token_endpoint, form, authorization);
        let answered = post(&self.outbound, &self.settings, ask).await?;
        let said = |name: &str| answered.json.get(name).and_then(Value::as_str);
        if answered.status != 200 {
            return Err(match said("error") {
                Some("invalid_grant") => ProviderError::Untrusted("code_refused"),
                error => ProviderError::Away(format!(
                    "the code was answered with {} {}",
                    answered.status,
                    error_code(error)
                )),
            });
        }
        Ok(Tokens {
            id: said("id_token")
                .ok_or(ProviderError::Untrusted("id_token_missing"))?
                .to_owned(),
            access: said("access_token").map(str::to_owned),
            refresh: said("refresh_token").map(str::to_owned),
        })
    }

    /// RFC 6749 §2.3.1: both parts are encoded as in a form first.
    fn basic(&self) -> String {
        let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        let both = format!(
            "{}:{}",
            encoded(&self.settings.client_id),
            encoded(&self.secret)
        );
        format!("Basic {}", STANDARD.encode(both))
    }

    /// What the ID token says. A key that is not known may be a new one: then the provider is asked once more.
    async fn claims(
        &self,
        issuer: &Issuer,
        token: &str,
        brought: &Brought<'_>,
    ) -> Result<Claims, ProviderError> {
        let now: Timestamp = brought.now;
        let expected = Expected {
            parties: self.parties(),
            nonce: &brought.secrets.nonce,
            proven_since: self.proven_since(brought),
            now,
        };
        let claims = match verified(token, &issuer.keys, expected) {
            Err(UNKNOWN_KEY) => {
                let issuer = self
                    .issuers
                    .renewed(&self.outbound, &self.settings, now)
                    .await?;
                verified(token, &issuer.keys, expected)
            }
            other => other,
        };
        claims.map_err(ProviderError::Untrusted)
    }

    fn parties(&self) -> Parties<'_> {
        Parties {
            issuer: &self.settings.issuer,
            client_id: &self.settings.client_id,
        }
    }

    /// Which sessions are over, by a token that the provider has sent.
    ///
    /// # Errors
    /// If it does not count, or the provider's keys are not known.
    pub async fn ended(&self, token: &str) -> Result<Over, ProviderError> {
        let now = self.clock.now();
        let known = self.issuers.known(&self.outbound, &self.settings, now);
        let over = logout::verified(token, &known.await?.keys, (self.parties(), now));
        let over = match over {
            Err(UNKNOWN_KEY) => {
                let renewed = self.issuers.renewed(&self.outbound, &self.settings, now);
                logout::verified(token, &renewed.await?.keys, (self.parties(), now))
            }
            other => other,
        };
        over.map_err(ProviderError::Untrusted)
    }

    /// Since when the person must have proven who they are: whoever was sent to do it anew, since then.
    fn proven_since(&self, brought: &Brought<'_>) -> Option<Timestamp> {
        let age = self.settings.max_age;
        let young = age.map(|age| brought.now.minus(Duration::from_secs(age.into())));
        brought.since.max(young)
    }

    /// What else the provider says, of the same person (OpenID Connect Core §5.3.2).
    async fn userinfo(
        &self,
        issuer: &Issuer,
        access_token: Option<&str>,
        claims: &Claims,
    ) -> Result<Claims, ProviderError> {
        let (Some(address), Some(token)) = (&issuer.metadata.userinfo_endpoint, access_token)
        else {
            return Ok(Claims::new());
        };
        let answered = get(&self.outbound, &self.settings, (address, Some(token))).await?;
        let Value::Object(more) = answered.json else {
            return Err(ProviderError::Away(format!(
                "userinfo was answered with {} and no JSON",
                answered.status
            )));
        };
        if answered.status != 200 {
            let status = answered.status;
            return Err(ProviderError::Away(format!(
                "userinfo was answered with {status}"
            )));
        }
        if text(&more, "sub").is_none() || text(&more, "sub") != text(claims, "sub") {
            return Err(ProviderError::Untrusted("userinfo_of_somebody_else"));
        }
        Ok(more)
    }
}
