//! Whether an ID token was signed by the provider, for us, for this sign-in, and just now (OpenID Connect
//! Core §3.1.3.7).
//!
//! Only public-key signatures count. `none` proves nothing; HS256 and its like would make whoever knows the
//! client's secret a signer, and a public key a secret (attack: HS/RS confusion).

use std::str::FromStr as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use config::Timestamp;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde::Deserialize;
use serde_json::{Map, Value};

pub type Claims = Map<String, Value>;

/// A clock may be off by so much, in seconds.
const SKEW: f64 = 60.0;
/// Shorter moduli of RSA can be factored, in bytes.
const LEAST_MODULUS: usize = 256;

/// By whom and for whom it must be.
#[derive(Clone, Copy, Debug)]
pub struct Parties<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
}

/// What it must say.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    pub parties: Parties<'a>,
    pub nonce: &'a str,
    /// Since when the person must have proven to the provider who they are, where that is asked.
    pub proven_since: Option<Timestamp>,
    pub now: Timestamp,
}

/// It was signed by a key that is not among those that are known.
pub const UNKNOWN_KEY: &str = "id_token_key_unknown";

#[derive(Deserialize)]
pub(super) struct Header {
    alg: String,
    #[serde(default)]
    pub(super) typ: Option<String>,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    crit: Option<Value>,
}

/// What it says, once all of it holds.
///
/// # Errors
/// What does not hold.
pub fn verified(token: &str, keys: &[Jwk], expected: Expected<'_>) -> Result<Claims, &'static str> {
    let claims = signed(token, keys)?;
    check_parties(&claims, expected.parties)?;
    check_times(&claims, expected.now)?;
    if text(&claims, "nonce") != Some(expected.nonce) {
        return Err("id_token_nonce");
    }
    if let Some(since) = expected.proven_since {
        check_proven(&claims, since, expected.now)?;
    }
    let subject = text(&claims, "sub").unwrap_or_default();
    if !(1..=255).contains(&subject.len()) {
        return Err("id_token_subject");
    }
    Ok(claims)
}

#[must_use]
pub fn text<'a>(claims: &'a Claims, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str)
}

pub(super) fn header(token: &str) -> Option<Header> {
    let part = token.split('.').next()?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

pub(super) fn signed(token: &str, keys: &[Jwk]) -> Result<Claims, &'static str> {
    let header = header(token).ok_or("id_token_malformed")?;
    if header.crit.is_some() {
        return Err("id_token_malformed");
    }
    let algorithm = Algorithm::from_str(&header.alg).map_err(|_| "id_token_algorithm")?;
    let mut candidates = keys
        .iter()
        .filter(|key| header.kid.is_none() || key.common.key_id == header.kid)
        .peekable();
    if candidates.peek().is_none() {
        return Err(UNKNOWN_KEY);
    }
    let mut candidates = candidates.filter(|key| signs(key, algorithm)).peekable();
    if candidates.peek().is_none() {
        return Err("id_token_algorithm");
    }
    let mut rules = Validation::new(algorithm);
    // What it says is checked below, against our clock.
    rules.validate_exp = false;
    rules.validate_aud = false;
    rules.required_spec_claims.clear();
    let found = candidates.find_map(|key| {
        let key = DecodingKey::from_jwk(key).ok()?;
        decode::<Claims>(token, &key, &rules).ok()
    });
    match found {
        Some(token) => Ok(token.claims),
        // A key without a name may be a new one.
        None if header.kid.is_none() => Err(UNKNOWN_KEY),
        None => Err("id_token_signature"),
    }
}

/// Whether a key is one for signatures of that kind, and for no others.
fn signs(key: &Jwk, algorithm: Algorithm) -> bool {
    use Algorithm::{ES256, ES384, EdDSA, PS256, PS384, PS512, RS256, RS384, RS512};
    let fits = match &key.algorithm {
        AlgorithmParameters::RSA(rsa) => {
            matches!(algorithm, RS256 | RS384 | RS512 | PS256 | PS384 | PS512)
                && URL_SAFE_NO_PAD
                    .decode(&rsa.n)
                    .is_ok_and(|n| n.len() >= LEAST_MODULUS)
        }
        AlgorithmParameters::EllipticCurve(point) => matches!(
            (algorithm, &point.curve),
            (ES256, EllipticCurve::P256) | (ES384, EllipticCurve::P384)
        ),
        AlgorithmParameters::OctetKeyPair(point) => {
            algorithm == EdDSA && point.curve == EllipticCurve::Ed25519
        }
        _ => false,
    };
    let common = &key.common;
    let is_for_it = common
        .key_algorithm
        .is_none_or(|named| named == KeyAlgorithm::from(algorithm));
    let is_for_signatures = common
        .public_key_use
        .as_ref()
        .is_none_or(|of| *of == PublicKeyUse::Signature);
    fits && is_for_it && is_for_signatures
}

pub(super) fn check_parties(claims: &Claims, expected: Parties<'_>) -> Result<(), &'static str> {
    if text(claims, "iss") != Some(expected.issuer) {
        return Err("id_token_issuer");
    }
    let (is_ours, is_shared) = match claims.get("aud") {
        Some(Value::String(one)) => (one == expected.client_id, false),
        Some(Value::Array(all)) => (
            all.iter().any(|one| one == expected.client_id),
            all.len() > 1,
        ),
        _ => (false, false),
    };
    if !is_ours {
        return Err("id_token_audience");
    }
    match claims.get("azp") {
        Some(azp) if azp != expected.client_id => Err("id_token_azp"),
        None if is_shared => Err("id_token_azp"),
        _ => Ok(()),
    }
}

/// Core §3.1.2.1: whoever asks for a recent proof is told when it was given.
fn check_proven(claims: &Claims, since: Timestamp, now: Timestamp) -> Result<(), &'static str> {
    let is_within = is_between(claims.get("auth_time"), (since, now));
    is_within.then_some(()).ok_or("id_token_auth_time")
}

/// Whether it is a time that lies there, as far as clocks agree.
pub(super) fn is_between(time: Option<&Value>, (from, to): (Timestamp, Timestamp)) -> bool {
    let time = time.and_then(Value::as_f64);
    time.is_some_and(|at| seconds(from) - SKEW <= at && at <= seconds(to) + SKEW)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "exact for longer than clocks run"
)]
fn seconds(at: Timestamp) -> f64 {
    at.0 as f64 / 1000.0
}

fn check_times(claims: &Claims, now: Timestamp) -> Result<(), &'static str> {
    let now = seconds(now);
    let time = |name: &str| claims.get(name).map(Value::as_f64);
    match time("exp") {
        Some(Some(until)) if now < until + SKEW => {}
        _ => return Err("id_token_expired"),
    }
    match time("iat") {
        Some(Some(at)) if at <= now + SKEW => {}
        _ => return Err("id_token_not_yet"),
    }
    match time("nbf") {
        None => Ok(()),
        Some(Some(from)) if from <= now + SKEW => Ok(()),
        Some(_) => Err("id_token_not_yet"),
    }
}
