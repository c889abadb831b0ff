//! What an assertion says, whose bytes were signed, and whether it was said to us, for this sign-in, just now, of
//! whoever brings it (SAML Core §2, Profiles §4.1.4).

use std::collections::HashMap;

use config::Timestamp;
use roxmltree::Node;
use serde::{Deserialize, Serialize};

use super::names::{ASSERTION, BEARER};
use super::response::{Expected, Refusal, SKEW, check_issuer, check_recent};
use super::time;
use crate::directories::xml;

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
    /// How the person has proven who they are, and when.
    pub context: Option<String>,
    pub proven_at: Option<Timestamp>,
    pub attributes: HashMap<String, Vec<String>>,
}

/// Of an assertion whose bytes were signed.
///
/// # Errors
/// What does not hold.
pub(super) fn from_assertion(
    assertion: Node<'_, '_>,
    expected: &Expected<'_>,
) -> Result<Said, Refusal> {
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
    let Authentication {
        session,
        context,
        proven_at,
    } = authentication(assertion, expected.now)?;
    Ok(Said {
        id: id.ok_or("no_assertion")?.to_owned(),
        until: until.plus(SKEW),
        name: name_id(subject).ok_or("no_name_id")?,
        session,
        context,
        proven_at,
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

/// What the provider calls its session, and how and when the person has proven who they are.
struct Authentication {
    session: Option<String>,
    context: Option<String>,
    proven_at: Option<Timestamp>,
}

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
    Ok(Authentication {
        session: statement.attribute("SessionIndex").map(str::to_owned),
        context,
        proven_at: statement.attribute("AuthnInstant").and_then(time),
    })
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
