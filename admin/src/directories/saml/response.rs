//! Whether a response of an identity provider counts, and what it says (SAML Core §2 and §3, Profiles §4.1.4).
//!
//! Pure but for signatures: everything it is held to is an argument. Each refusal is a word for the log.

use std::time::Duration;

use config::Timestamp;
use openssl::pkey::{PKey, Private};
use roxmltree::{Document, Node};

use super::assertion::{Said, from_assertion};
use super::names::{ASSERTION, ENTITY_FORMAT, PROTOCOL, SUCCESS};
use super::{encryption, signature, time};
use crate::directories::xml;

/// Clocks may differ by so much.
pub const SKEW: Duration = Duration::from_mins(2);
/// What was said longer ago is not brought back by whom it was said of.
const LIFE: Duration = Duration::from_mins(15);

/// What a response is held to.
pub struct Expected<'a> {
    /// As the provider is called.
    pub issuer: &'a str,
    pub certificates: &'a [Vec<u8>],
    /// As we are called.
    pub audience: &'a str,
    /// Where it was to be brought.
    pub recipient: &'a str,
    /// What was asked; `None`: nothing was.
    pub request: Option<&'a str>,
    pub keys: &'a [PKey<Private>],
    pub now: Timestamp,
}

/// Why there is nothing said that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The provider let nobody in: its status, and what it says of it.
    Status(String),
    Untrusted(&'static str),
}

impl From<&'static str> for Refusal {
    fn from(reason: &'static str) -> Self {
        Self::Untrusted(reason)
    }
}

/// Checks a response.
///
/// # Errors
/// What does not hold.
pub fn check(text: &str, expected: &Expected<'_>) -> Result<Said, Refusal> {
    let document = xml::parse(text)?;
    let response = document.root_element();
    if !response.has_tag_name((PROTOCOL, "Response")) {
        return Err("no_response".into());
    }
    check_head(response, expected)?;
    check_status(response)?;
    let (holder, kind) = assertion_in(response)?;
    let mut places = vec![response];
    places.extend((kind == Kind::Plain).then_some(holder));
    signature::check_places(&document, &places)?;
    let is_whole_signed = signature::of(response)?.is_some();
    let is_part_signed = kind == Kind::Plain && signature::of(holder)?.is_some();
    if !is_whole_signed && !is_part_signed && kind == Kind::Plain {
        return Err("not_signed".into());
    }
    if !is_whole_signed && !is_part_signed {
        return from_encrypted(holder, false, expected);
    }
    let signed = signature::verified(text, expected.certificates)?;
    let signed = xml::parse(&signed)?;
    let root = signed.root_element();
    if !is_whole_signed {
        return same(root, holder).and_then(|()| from_assertion(root, expected));
    }
    same(root, response)?;
    check_head(root, expected)?;
    check_status(root)?;
    if root.attribute("Destination").is_none() {
        return Err("response_destination".into());
    }
    match assertion_in(root)? {
        (assertion, Kind::Plain) => from_assertion(assertion, expected),
        (encrypted, Kind::Encrypted) => from_encrypted(encrypted, true, expected),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    Encrypted,
}

/// What was signed is what we looked at.
fn same(signed: Node<'_, '_>, looked_at: Node<'_, '_>) -> Result<(), Refusal> {
    let is_same = signed.tag_name() == looked_at.tag_name()
        && signed.attribute("ID") == looked_at.attribute("ID");
    is_same
        .then_some(())
        .ok_or_else(|| "signature_of_something_else".into())
}

/// The only assertion. Several could be of several people.
fn assertion_in<'a, 'i>(response: Node<'a, 'i>) -> Result<(Node<'a, 'i>, Kind), Refusal> {
    let mut plain = xml::children(response, ASSERTION, "Assertion");
    let mut encrypted = xml::children(response, ASSERTION, "EncryptedAssertion");
    let found = (plain.next(), encrypted.next());
    if plain.next().is_some() || encrypted.next().is_some() {
        return Err("several_assertions".into());
    }
    match found {
        (Some(one), None) => Ok((one, Kind::Plain)),
        (None, Some(one)) => Ok((one, Kind::Encrypted)),
        (Some(_), Some(_)) => Err("several_assertions".into()),
        (None, None) => Err("no_assertion".into()),
    }
}

fn check_head(response: Node<'_, '_>, expected: &Expected<'_>) -> Result<(), Refusal> {
    if response.attribute("Version") != Some("2.0") {
        return Err("response_version".into());
    }
    let destination = response.attribute("Destination");
    if destination.is_some_and(|to| to != expected.recipient) {
        return Err("response_destination".into());
    }
    if response.attribute("InResponseTo") != expected.request {
        return Err("response_to_another_request".into());
    }
    let said_at = response.attribute("IssueInstant").and_then(time);
    check_recent(said_at, expected.now)?;
    let mut issuers = xml::children(response, ASSERTION, "Issuer");
    match (issuers.next(), issuers.next()) {
        (None, None) => Ok(()),
        (Some(issuer), None) => check_issuer(issuer, expected.issuer),
        _ => Err("issuer".into()),
    }
}

pub(super) fn check_recent(issued: Option<Timestamp>, now: Timestamp) -> Result<(), Refusal> {
    let issued = issued.ok_or("issue_instant")?;
    if issued > now.plus(SKEW) || issued.plus(LIFE).plus(SKEW) <= now {
        return Err("issue_instant".into());
    }
    Ok(())
}

pub(super) fn check_issuer(issuer: Node<'_, '_>, expected: &str) -> Result<(), Refusal> {
    let is_entity = issuer
        .attribute("Format")
        .is_none_or(|format| format == ENTITY_FORMAT);
    if !is_entity || xml::text_of(issuer).as_deref() != Some(expected) {
        return Err("issuer".into());
    }
    Ok(())
}

fn check_status(response: Node<'_, '_>) -> Result<(), Refusal> {
    let status = xml::only(response, PROTOCOL, "Status").ok_or("no_status")?;
    let code = xml::only(status, PROTOCOL, "StatusCode").ok_or("no_status")?;
    if code.attribute("Value") == Some(SUCCESS) {
        return Ok(());
    }
    let inner = xml::only(code, PROTOCOL, "StatusCode").unwrap_or(code);
    let message = xml::only(status, PROTOCOL, "StatusMessage").and_then(xml::text_of);
    let last = |uri: &str| uri.rsplit(':').next().unwrap_or_default().to_owned();
    let words = [
        Some(last(inner.attribute("Value").unwrap_or_default())),
        message,
    ];
    let said = words.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let shown = said.chars().filter(|c| !c.is_control()).take(200);
    Err(Refusal::Status(shown.collect()))
}

/// What was encrypted is looked at as a document of its own, in which the same prefixes mean the same.
fn from_encrypted(
    encrypted: Node<'_, '_>,
    is_signed: bool,
    expected: &Expected<'_>,
) -> Result<Said, Refusal> {
    let opened = encryption::opened(encrypted, expected.keys)?;
    let prefixes: String = encrypted
        .namespaces()
        .filter(|one| one.name() != Some("xml"))
        .map(|one| match one.name() {
            Some(prefix) => format!(" xmlns:{prefix}=\"{}\"", escaped(one.uri())),
            None => format!(" xmlns=\"{}\"", escaped(one.uri())),
        })
        .collect();
    let text = format!(
        "<opened{prefixes}>{}</opened>",
        xml::without_declaration(&opened)
    );
    // How what was changed on its way comes out wrong is not told apart: that would tell of what it holds.
    let document = xml::parse(&text).map_err(|_| encryption::FAILED)?;
    let assertion = only_assertion(&document).ok_or(encryption::FAILED)?;
    signature::check_places(&document, &[assertion])?;
    if signature::of(assertion)?.is_none() {
        return if is_signed {
            from_assertion(assertion, expected)
        } else {
            Err("not_signed".into())
        };
    }
    let signed = signature::verified(&text, expected.certificates)?;
    let signed = xml::parse(&signed)?;
    same(signed.root_element(), assertion)?;
    from_assertion(signed.root_element(), expected)
}

fn only_assertion<'a, 'i>(opened: &'a Document<'i>) -> Option<Node<'a, 'i>> {
    let mut inside = opened.root_element().children().filter(Node::is_element);
    match (inside.next(), inside.next()) {
        (Some(one), None) if one.has_tag_name((ASSERTION, "Assertion")) => Some(one),
        _ => None,
    }
}

pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
