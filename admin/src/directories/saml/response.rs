//! Whether a response of an identity provider counts, and what it says (SAML Core §2 and §3, Profiles §4.1.4).
//!
//! Pure but for signatures: everything it is held to is an argument. Each refusal is a word for the log.

use std::collections::HashMap;
use std::time::Duration;

use config::Timestamp;
use openssl::pkey::{PKey, Private};
use roxmltree::{Document, Node};
use serde::{Deserialize, Serialize};

use super::names::{ASSERTION, BEARER, ENTITY_FORMAT, PROTOCOL, SUCCESS};
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

/// By which name the provider knows somebody, to be repeated to it as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameId {
    pub value: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_qualifier: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sp_name_qualifier: Option<String>,
}

/// What an assertion says, once all of it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub id: String,
    /// Until when it would count.
    pub until: Timestamp,
    pub name: NameId,
    pub session: Option<String>,
    /// How the person has proven who they are.
    pub context: Option<String>,
    pub attributes: HashMap<String, Vec<String>>,
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
    let issued = response.attribute("IssueInstant").and_then(time);
    check_recent(issued, expected.now)?;
    let mut issuers = xml::children(response, ASSERTION, "Issuer");
    match (issuers.next(), issuers.next()) {
        (None, None) => Ok(()),
        (Some(issuer), None) => check_issuer(issuer, expected.issuer),
        _ => Err("issuer".into()),
    }
}

fn check_recent(issued: Option<Timestamp>, now: Timestamp) -> Result<(), Refusal> {
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
        without_declaration(&opened)
    );
    let document = xml::parse(&text)?;
    let assertion = only_assertion(&document)?;
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

fn only_assertion<'a, 'i>(opened: &'a Document<'i>) -> Result<Node<'a, 'i>, Refusal> {
    let mut inside = opened.root_element().children().filter(Node::is_element);
    match (inside.next(), inside.next()) {
        (Some(one), None) if one.has_tag_name((ASSERTION, "Assertion")) => Ok(one),
        _ => Err("no_assertion".into()),
    }
}

fn without_declaration(text: &str) -> &str {
    let text = text.trim_start_matches('\u{feff}').trim();
    match text.strip_prefix("<?xml") {
        Some(rest) => rest.split_once("?>").map_or(text, |(_, rest)| rest),
        None => text,
    }
}

pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// Of an assertion whose bytes were signed.
fn from_assertion(assertion: Node<'_, '_>, expected: &Expected<'_>) -> Result<Said, Refusal> {
    if assertion.attribute("Version") != Some("2.0") {
        return Err("assertion_version".into());
    }
    let id = assertion.attribute("ID").filter(|id| !id.is_empty());
    check_recent(
        assertion.attribute("IssueInstant").and_then(time),
        expected.now,
    )?;
    let issuer = xml::only(assertion, ASSERTION, "Issuer").ok_or("issuer")?;
    check_issuer(issuer, expected.issuer)?;
    let subject = xml::only(assertion, ASSERTION, "Subject").ok_or("no_subject")?;
    let until = confirmed_until(subject, expected)?;
    check_conditions(assertion, expected)?;
    let (session, context) = authentication(assertion, expected.now)?;
    Ok(Said {
        id: id.ok_or("no_assertion")?.to_owned(),
        until: until.plus(SKEW),
        name: name_id(subject).ok_or("no_name_id")?,
        session,
        context,
        attributes: attributes(assertion),
    })
}

pub(super) fn name_id(of: Node<'_, '_>) -> Option<NameId> {
    let node = xml::only(of, ASSERTION, "NameID")?;
    let attribute = |name| node.attribute(name).map(str::to_owned);
    Some(NameId {
        value: xml::text_of(node).filter(|text| (1..=255).contains(&text.len()))?,
        format: attribute("Format"),
        name_qualifier: attribute("NameQualifier"),
        sp_name_qualifier: attribute("SPNameQualifier"),
    })
}

/// Until when whoever brings the assertion is taken for whom it is of: of one confirmation that holds.
fn confirmed_until(subject: Node<'_, '_>, expected: &Expected<'_>) -> Result<Timestamp, Refusal> {
    let mut why = "no_bearer_confirmation";
    for confirmation in xml::children(subject, ASSERTION, "SubjectConfirmation") {
        if confirmation.attribute("Method") != Some(BEARER) {
            continue;
        }
        let data = xml::only(confirmation, ASSERTION, "SubjectConfirmationData");
        match data
            .ok_or("no_bearer_confirmation")
            .and_then(|data| bearer(data, expected))
        {
            Ok(until) => return Ok(until),
            Err(reason) => why = reason,
        }
    }
    Err(why.into())
}

fn bearer(data: Node<'_, '_>, expected: &Expected<'_>) -> Result<Timestamp, &'static str> {
    if data.attribute("Recipient") != Some(expected.recipient) {
        return Err("recipient");
    }
    if data.attribute("InResponseTo") != expected.request {
        return Err("assertion_for_another_request");
    }
    let until = data
        .attribute("NotOnOrAfter")
        .and_then(time)
        .ok_or("assertion_expired")?;
    if expected.now >= until.plus(SKEW) {
        return Err("assertion_expired");
    }
    check_begun(data, expected.now)?;
    Ok(until)
}

fn check_begun(of: Node<'_, '_>, now: Timestamp) -> Result<(), &'static str> {
    match of.attribute("NotBefore") {
        None => Ok(()),
        Some(text) if time(text).is_some_and(|from| now.plus(SKEW) >= from) => Ok(()),
        Some(_) => Err("assertion_not_yet"),
    }
}

/// Core §2.5: a condition that is not understood may not be passed over.
fn check_conditions(assertion: Node<'_, '_>, expected: &Expected<'_>) -> Result<(), Refusal> {
    let conditions = xml::only(assertion, ASSERTION, "Conditions").ok_or("audience")?;
    check_begun(conditions, expected.now)?;
    if let Some(text) = conditions.attribute("NotOnOrAfter") {
        let until = time(text).ok_or("assertion_expired")?;
        if expected.now >= until.plus(SKEW) {
            return Err("assertion_expired".into());
        }
    }
    let mut is_for_us = false;
    for condition in conditions.children().filter(Node::is_element) {
        match condition.tag_name().name() {
            "AudienceRestriction" => {
                let mut audiences = xml::children(condition, ASSERTION, "Audience");
                if !audiences.any(|one| xml::text_of(one).as_deref() == Some(expected.audience)) {
                    return Err("audience".into());
                }
                is_for_us = true;
            }
            "OneTimeUse" | "ProxyRestriction" => {}
            _ => return Err("condition_unknown".into()),
        }
    }
    is_for_us.then_some(()).ok_or_else(|| "audience".into())
}

type Authentication = (Option<String>, Option<String>);

/// What the provider calls its session, and how the person has proven who they are.
fn authentication(assertion: Node<'_, '_>, now: Timestamp) -> Result<Authentication, Refusal> {
    let statement = xml::children(assertion, ASSERTION, "AuthnStatement").next();
    let statement = statement.ok_or("no_authentication")?;
    if let Some(text) = statement.attribute("SessionNotOnOrAfter")
        && time(text).is_none_or(|until| now >= until.plus(SKEW))
    {
        return Err("session_over".into());
    }
    let context = xml::only(statement, ASSERTION, "AuthnContext")
        .and_then(|context| xml::only(context, ASSERTION, "AuthnContextClassRef"))
        .and_then(xml::text_of);
    Ok((
        statement.attribute("SessionIndex").map(str::to_owned),
        context,
    ))
}

/// By `Name`, and by `FriendlyName` where no other is called so.
fn attributes(assertion: Node<'_, '_>) -> HashMap<String, Vec<String>> {
    let mut found: HashMap<String, Vec<String>> = HashMap::new();
    let mut friendly: Vec<(String, Vec<String>)> = Vec::new();
    for statement in xml::children(assertion, ASSERTION, "AttributeStatement") {
        for one in xml::children(statement, ASSERTION, "Attribute") {
            let values: Vec<_> = xml::children(one, ASSERTION, "AttributeValue")
                .filter_map(xml::text_of)
                .collect();
            let name = one.attribute("Name").unwrap_or_default().to_owned();
            found.entry(name).or_default().extend(values.clone());
            if let Some(name) = one.attribute("FriendlyName") {
                friendly.push((name.to_owned(), values));
            }
        }
    }
    for (name, values) in friendly {
        found.entry(name).or_insert(values);
    }
    found
}
