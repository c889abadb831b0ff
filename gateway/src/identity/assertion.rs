//! The signed identity: `X-Gatehouse-Assertion`, a JWT (RFC 7519) signed with ES256.
//!
//! Its audience is the one application that it is sent to, so that no application can use it at
//! another. It lives for five minutes; each session keeps the one that it had made, so that most
//! requests copy a reference.

use std::time::Duration;

use arc_swap::ArcSwapOption;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use config::id::ApplicationId;
use config::session::AuthenticationMethod;
use config::settings::AccessHost;
use config::snapshot::SigningKey;
use config::{Problem, Timestamp};
use http::HeaderValue;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject;
use serde::Serialize;

use super::fields;
use crate::sessions::SessionEntry;

/// From `iat` to `exp`.
const LIFE: Duration = Duration::from_mins(5);
/// How long one is sent: what an application receives is good for at least a minute.
const SENT_FOR: Duration = Duration::from_mins(4);

/// Signs assertions with the snapshot's current key.
pub struct Signer {
    key: EcdsaKeyPair,
    random: SystemRandom,
    kid: Box<str>,
    /// The JOSE header, encoded, with the dot that follows it.
    header: String,
}

/// The assertions that one session had made, one for each application that it has been used at.
#[derive(Default)]
pub struct AssertionSlot(ArcSwapOption<Vec<Cached>>);

#[derive(Clone)]
struct Cached {
    application: ApplicationId,
    kid: Box<str>,
    send_until: Timestamp,
    value: HeaderValue,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: String,
    aud: &'a str,
    sub: &'a str,
    /// RFC 9068 has no claim for a session; OpenID Connect names it so.
    sid: &'a str,
    iat: i64,
    exp: i64,
    auth_time: i64,
    amr: Vec<&'static str>,
    kind: &'static str,
    preferred_username: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    employee_number: Option<&'a str>,
    groups: Vec<&'a str>,
    departments: Vec<&'a str>,
}

impl Signer {
    /// # Errors
    /// If the key is no P-256 key in PKCS #8.
    pub fn new(key: &SigningKey) -> Result<Self, Problem> {
        let refused = |what: String| Problem {
            source: format!("signing key {}", key.kid),
            key: "private_pem".into(),
            what: what.into(),
            allowed: "an ES256 key (P-256) in PKCS #8 with its public key, in PEM".into(),
        };
        let der = PrivatePkcs8KeyDer::from_pem_slice(key.private_pem.as_bytes())
            .map_err(|e| refused(format!("not readable as PEM: {e}")))?;
        let random = SystemRandom::new();
        let pair = EcdsaKeyPair::from_pkcs8(
            &ECDSA_P256_SHA256_FIXED_SIGNING,
            der.secret_pkcs8_der(),
            &random,
        )
        .map_err(|e| refused(format!("not a key for ES256: {e}")))?;
        let header = serde_json::json!({"alg": "ES256", "typ": "JWT", "kid": key.kid});
        Ok(Self {
            key: pair,
            random,
            kid: key.kid.as_str().into(),
            header: format!("{}.", URL_SAFE_NO_PAD.encode(header.to_string())),
        })
    }

    /// The assertion of this session for this application, made anew shortly before the last one
    /// expires and when the key has changed.
    ///
    /// `None` if it cannot be signed, which is logged. No header is sent then: an application that
    /// relies on it refuses the request.
    pub fn assertion(
        &self,
        entry: &SessionEntry,
        application: &ApplicationId,
        access: &AccessHost,
        now: Timestamp,
    ) -> Option<HeaderValue> {
        let cached = entry.assertions.0.load();
        let found = cached.as_ref().and_then(|all| {
            all.iter()
                .find(|c| c.application == *application && c.kid == self.kid)
                .filter(|c| now <= c.send_until)
        });
        if let Some(found) = found {
            return Some(found.value.clone());
        }
        let made = Cached {
            application: application.clone(),
            kid: self.kid.clone(),
            send_until: now.plus(SENT_FOR),
            value: self.sign(entry, application, access, now)?,
        };
        let value = made.value.clone();
        entry.assertions.put(&made, now);
        Some(value)
    }

    fn sign(
        &self,
        entry: &SessionEntry,
        application: &ApplicationId,
        access: &AccessHost,
        now: Timestamp,
    ) -> Option<HeaderValue> {
        let claims = claims(entry, application, access, now);
        let mut token = self.header.clone();
        match serde_json::to_vec(&claims) {
            Ok(claims) => URL_SAFE_NO_PAD.encode_string(claims, &mut token),
            Err(error) => {
                tracing::error!(%error, "an identity cannot be written down");
                return None;
            }
        }
        let Ok(signature) = self.key.sign(&self.random, token.as_bytes()) else {
            tracing::error!(kid = %self.kid, "an identity cannot be signed");
            return None;
        };
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        let mut value = HeaderValue::try_from(token).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

impl AssertionSlot {
    fn put(&self, made: &Cached, now: Timestamp) {
        self.0.rcu(|old| {
            let others = old.iter().flat_map(|all| all.iter());
            let mut all: Vec<Cached> = others
                .filter(|c| c.application != made.application && now <= c.send_until)
                .cloned()
                .collect();
            all.push(made.clone());
            Some(std::sync::Arc::new(all))
        });
    }
}

fn claims<'a>(
    entry: &'a SessionEntry,
    application: &'a ApplicationId,
    access: &AccessHost,
    now: Timestamp,
) -> Claims<'a> {
    let session = &entry.session;
    let principal = &session.principal;
    Claims {
        iss: access.url.origin().ascii_serialization(),
        aud: application.as_str(),
        sub: principal.id.as_str(),
        sid: session.id.as_str(),
        iat: now.as_seconds(),
        exp: now.plus(LIFE).as_seconds(),
        auth_time: session.authenticated_at.as_seconds(),
        amr: methods(&session.methods, session.second_factor_at.is_some()),
        kind: fields::kind(principal.kind),
        preferred_username: &principal.username,
        name: &principal.display_name,
        email: principal.email.as_deref(),
        employee_number: principal.employee_number.as_deref(),
        groups: principal.groups.iter().map(|g| g.name.as_str()).collect(),
        departments: principal
            .departments
            .iter()
            .map(|d| d.name.as_str())
            .collect(),
    }
}

/// RFC 8176 where it has a word for it.
fn methods(used: &[AuthenticationMethod], two_step: bool) -> Vec<&'static str> {
    let mut amr: Vec<&str> = used
        .iter()
        .map(|method| match method {
            AuthenticationMethod::Password => "pwd",
            AuthenticationMethod::Totp => "otp",
            AuthenticationMethod::RecoveryCode => "recovery_code",
            AuthenticationMethod::SmsCode => "sms",
            AuthenticationMethod::MailCode => "mail_code",
            AuthenticationMethod::Passkey => "passkey",
            // No word of RFC 8176; others say it so.
            AuthenticationMethod::Directory => "fed",
            AuthenticationMethod::OneTimeLink => "one_time_link",
        })
        .collect();
    if two_step {
        amr.push("mfa");
    }
    amr
}

#[cfg(test)]
pub(crate) mod tests;
