//! What a provider tells of sessions of its own that are over (OpenID Connect Back-Channel Logout 1.0 §2.6).
//!
//! It is signed as ID tokens are, and must not be mistaken for one, nor one for it: it names the event, and has no
//! nonce.

use std::time::Duration;

use config::Timestamp;
use serde_json::Value;

use super::token::{Claims, Parties, check_parties, header, is_between, signed, text};

/// A token counts no longer after it was made: so long is kept that it was used.
const LIFE: Duration = Duration::from_mins(10);
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// Which sessions are over: of a name, of a person, or both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Over {
    pub session: Option<String>,
    pub subject: Option<String>,
    /// What the provider calls the token, which counts once.
    pub id: String,
    /// Until when it would count.
    pub until: Timestamp,
}

/// What it says, once all of it holds.
///
/// # Errors
/// What does not hold.
pub fn verified(
    token: &str,
    keys: &[jsonwebtoken::jwk::Jwk],
    (parties, now): (Parties<'_>, Timestamp),
) -> Result<Over, &'static str> {
    check_type(token)?;
    let claims = signed(token, keys)?;
    check_parties(&claims, parties)?;
    let until = until(&claims, now)?;
    let event = claims.get("events").and_then(|events| events.get(EVENT));
    if !event.is_some_and(Value::is_object) {
        return Err("logout_token_event");
    }
    if claims.contains_key("nonce") {
        return Err("logout_token_nonce");
    }
    let (session, subject) = (said(&claims, "sid")?, said(&claims, "sub")?);
    if session.is_none() && subject.is_none() {
        return Err("logout_token_of_nobody");
    }
    let id = said(&claims, "jti")?.ok_or("logout_token_id")?;
    Ok(Over {
        session,
        subject,
        id,
        until,
    })
}

/// Many providers say no type, or only that it is a token; another kind of token is none.
fn check_type(token: &str) -> Result<(), &'static str> {
    let kind = header(token).ok_or("id_token_malformed")?.typ;
    let kind = kind.map(|kind| kind.to_ascii_lowercase());
    match kind
        .as_deref()
        .map(|kind| kind.trim_start_matches("application/"))
    {
        None | Some("logout+jwt" | "jwt") => Ok(()),
        Some(_) => Err("logout_token_type"),
    }
}

/// Drafts of the protocol knew no `exp`: then it counts as long as it is new.
fn until(claims: &Claims, now: Timestamp) -> Result<Timestamp, &'static str> {
    if !is_between(claims.get("iat"), (now.minus(LIFE), now)) {
        return Err("logout_token_not_now");
    }
    let later = now.plus(Duration::from_hours(24 * 366));
    match claims.get("exp") {
        Some(until) if !is_between(Some(until), (now, later)) => Err("logout_token_expired"),
        // Longer than any that was made up to now, by a clock ahead of ours, would count.
        _ => Ok(now.plus(LIFE * 2)),
    }
}

/// What is said there, if anything; what is no name is refused.
fn said(claims: &Claims, name: &str) -> Result<Option<String>, &'static str> {
    let fits = |text: &&str| (1..=255).contains(&text.len());
    match claims.get(name) {
        None => Ok(None),
        Some(_) => match text(claims, name).filter(fits) {
            Some(text) => Ok(Some(text.to_owned())),
            None => Err("logout_token_names"),
        },
    }
}
