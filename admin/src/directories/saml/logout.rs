//! A provider tells that a session of its own is over (SAML Core §3.7). Unlike that of CAS this is signed, and what is
//! not is refused: it names a person, whom anybody could name.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use config::Timestamp;

use super::assertion::{NameId, name_id};
use super::names::{ASSERTION, PROTOCOL};
use super::response::{SKEW, check_issuer};
use super::{messages, signature, time};
use crate::directories::xml;

const LIFE: Duration = Duration::from_mins(15);
/// No more sessions are named in one request.
const MOST: usize = 100;

/// How the browser brought it.
#[derive(Clone, Debug)]
pub enum Brought {
    /// The query of the address, as it is.
    Query(String),
    Form(String),
}

/// What it is held to.
pub struct Expected<'a> {
    pub issuer: &'a str,
    pub certificates: &'a [Vec<u8>],
    /// Where it was to be brought.
    pub destination: &'a str,
    pub now: Timestamp,
}

/// Whose session is over.
#[derive(Debug, PartialEq, Eq)]
pub struct Over {
    pub id: String,
    /// Until when it would count.
    pub until: Timestamp,
    pub name: NameId,
    /// Which of their sessions; none: all.
    pub sessions: Vec<String>,
}

/// # Errors
/// A word for the log if it does not count.
pub fn check(brought: &Brought, expected: &Expected<'_>) -> Result<Over, &'static str> {
    match brought {
        Brought::Query(query) => {
            let text = signed_in_query(query, expected.certificates)?;
            read(&text, expected)
        }
        Brought::Form(message) => {
            let text = messages::decoded(message).ok_or("no_logout_request")?;
            let document = xml::parse(&text)?;
            let root = document.root_element();
            signature::check_places(&document, &[root])?;
            signature::of(root)?.ok_or("not_signed")?;
            let signed = signature::verified(&text, expected.certificates)?;
            let id = root.attribute("ID");
            let over = read(&signed, expected)?;
            (id == Some(over.id.as_str()))
                .then_some(over)
                .ok_or("signature_of_something_else")
        }
    }
}

/// The message in a query that is signed. What is signed are the very characters of the query, in a fixed order.
fn signed_in_query(query: &str, certificates: &[Vec<u8>]) -> Result<String, &'static str> {
    let raw = |name: &str| {
        let mut found = query.split('&').filter_map(|pair| {
            let (key, value) = pair.split_once('=')?;
            (key == name).then_some(value)
        });
        let first = found.next();
        // What is there twice is read in two ways.
        if found.next().is_some() { None } else { first }
    };
    let plain = |value: &str| {
        let pair = format!("v={value}");
        url::form_urlencoded::parse(pair.as_bytes())
            .next()
            .map(|(_, value)| value.into_owned())
            .unwrap_or_default()
    };
    let message = raw("SAMLRequest").ok_or("no_logout_request")?;
    let (Some(algorithm), Some(signature)) = (raw("SigAlg"), raw("Signature")) else {
        return Err("not_signed");
    };
    let relay = raw("RelayState").map(|state| format!("&RelayState={state}"));
    let signed = format!(
        "SAMLRequest={message}{}&SigAlg={algorithm}",
        relay.unwrap_or_default()
    );
    let bytes = STANDARD
        .decode(plain(signature))
        .map_err(|_| signature::UNKNOWN_KEY)?;
    if !signature::query_holds(&signed, (&plain(algorithm), &bytes), certificates) {
        return Err(signature::UNKNOWN_KEY);
    }
    messages::inflated(&plain(message)).ok_or("no_logout_request")
}

fn read(text: &str, expected: &Expected<'_>) -> Result<Over, &'static str> {
    let document = xml::parse(text)?;
    let root = document.root_element();
    if !root.has_tag_name((PROTOCOL, "LogoutRequest")) || root.attribute("Version") != Some("2.0") {
        return Err("no_logout_request");
    }
    let issuer = xml::only(root, ASSERTION, "Issuer").ok_or("issuer")?;
    check_issuer(issuer, expected.issuer).map_err(|_| "issuer")?;
    if root.attribute("Destination") != Some(expected.destination) {
        return Err("destination");
    }
    let said_at = root
        .attribute("IssueInstant")
        .and_then(time)
        .ok_or("issue_instant")?;
    let until = match root.attribute("NotOnOrAfter") {
        Some(text) => time(text).ok_or("issue_instant")?.min(said_at.plus(LIFE)),
        None => said_at.plus(LIFE),
    };
    if said_at > expected.now.plus(SKEW) || expected.now >= until.plus(SKEW) {
        return Err("issue_instant");
    }
    let sessions = xml::children(root, PROTOCOL, "SessionIndex");
    // What is left out would stay open: more than that is refused.
    let sessions: Option<Vec<_>> = sessions.take(MOST + 1).map(xml::text_of).collect();
    let sessions = sessions.filter(|some| some.len() <= MOST);
    let id = root.attribute("ID").filter(|id| !id.is_empty());
    Ok(Over {
        id: id.ok_or("no_logout_request")?.to_owned(),
        until: until.plus(SKEW),
        name: name_id(root).ok_or("no_name_id")?,
        sessions: sessions.ok_or("no_logout_request")?,
    })
}
