//! What a CAS server answers to a ticket (CAS Protocol 3.0 §2.5 and §2.6). What can be read in two ways is not
//! read: a server that does not escape what people write of themselves says nothing of them.

use std::collections::HashMap;

use roxmltree::Node;

use super::settings::CasSettings;
use crate::directories::entry::TheirPerson;
use crate::directories::sign_in::Asserted;
use crate::directories::xml;

pub const NAMESPACE: &str = "http://www.yale.edu/tp/cas";

/// What the server says.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer {
    Valid(Known),
    /// Its code, and what it says of it.
    Refused(String, String),
}

/// Whom it knows.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Known {
    pub user: String,
    pub attributes: HashMap<String, Vec<String>>,
}

/// # Errors
/// A word for the log if it is no such answer.
pub fn read(text: &str) -> Result<Answer, &'static str> {
    let document = xml::parse(text)?;
    let root = document.root_element();
    let mut said = root.children().filter(Node::is_element);
    let (Some(said), None) = (said.next(), said.next()) else {
        return Err("answer_ambiguous");
    };
    if !root.has_tag_name((NAMESPACE, "serviceResponse")) {
        return Err("answer_of_no_cas_server");
    }
    if said.has_tag_name((NAMESPACE, "authenticationFailure")) {
        let code = said.attribute("code").unwrap_or_default().to_owned();
        return Ok(Answer::Refused(
            code,
            xml::text_of(said).unwrap_or_default(),
        ));
    }
    if !said.has_tag_name((NAMESPACE, "authenticationSuccess")) {
        return Err("answer_of_no_cas_server");
    }
    if xml::children(said, NAMESPACE, "proxies").next().is_some() {
        return Err("ticket_of_a_proxy");
    }
    let user = xml::only(said, NAMESPACE, "user").and_then(xml::text_of);
    Ok(Answer::Valid(Known {
        user: user.ok_or("answer_ambiguous")?,
        attributes: attributes(said)?,
    }))
}

fn attributes(said: Node<'_, '_>) -> Result<HashMap<String, Vec<String>>, &'static str> {
    let mut found: HashMap<String, Vec<String>> = HashMap::new();
    if xml::children(said, NAMESPACE, "attributes")
        .next()
        .is_none()
    {
        return Ok(found);
    }
    let all = xml::only(said, NAMESPACE, "attributes").ok_or("answer_ambiguous")?;
    for one in all.children().filter(Node::is_element) {
        // What holds more than text is none that we could use.
        if let Some(text) = xml::text_of(one) {
            let name = one.tag_name().name().to_owned();
            found.entry(name).or_default().push(text);
        }
    }
    Ok(found)
}

/// The person, and how they have proven who they are.
///
/// # Errors
/// If it cannot be told who it is.
pub fn asserted(
    settings: &CasSettings,
    known: &Known,
    ticket: &str,
) -> Result<Asserted, &'static str> {
    let names = &settings.attributes;
    let all = |name: &str| known.attributes.get(name).map_or(&[][..], Vec::as_slice);
    // Who somebody is stands there once.
    let only = |name: &str| match (name, all(name)) {
        ("", _) => Some(known.user.clone()),
        (_, [one]) => Some(one.clone()),
        _ => None,
    };
    let first = |name: &str| all(name).iter().find(|one| !one.is_empty()).cloned();
    let key = only(&names.key).filter(|key| (1..=255).contains(&key.len()));
    let username = only(&names.username).filter(|name| !name.is_empty());
    let username = username.ok_or("username_attribute_missing")?;
    let display_name = names.display_name.iter().find_map(|name| first(name));
    let second = &settings.second_factor;
    let has_second_factor = all(&second.attribute)
        .iter()
        .any(|value| second.values.contains(value));
    Ok(Asserted {
        // It says nothing of how it knows: whether it is believed is the administrator's word.
        is_email_verified: true,
        has_second_factor,
        session: Some(ticket.to_owned()),
        subject: None,
        repeated: None,
        once: None,
        renewal: None,
        person: TheirPerson {
            key: key.ok_or("key_attribute_missing")?,
            display_name: display_name.unwrap_or_else(|| username.clone()),
            username,
            email: first(&names.email),
            mobile: first(&names.mobile),
            employee_number: first(&names.employee_number),
            is_enabled: true,
            ..TheirPerson::default()
        },
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer(inner: &str) -> String {
        format!(
            "<cas:serviceResponse xmlns:cas='{NAMESPACE}'>\
             <cas:authenticationSuccess>{inner}</cas:authenticationSuccess></cas:serviceResponse>"
        )
    }

    fn settings() -> CasSettings {
        serde_json::from_value(json!({
            "url": "https://sso.example.com",
            "attributes": {"key": "uid", "username": "uid", "display_name": ["cn"]},
            "second_factor": {"attribute": "authnContextClass", "values": ["mfa-duo"]},
        }))
        .unwrap()
    }

    fn of(inner: &str) -> Result<Asserted, &'static str> {
        match read(&answer(inner))? {
            Answer::Valid(known) => asserted(&settings(), &known, "ST-1"),
            Answer::Refused(..) => Err("refused"),
        }
    }

    #[test]
    fn a_repeated_attribute_is_a_list_and_a_second_factor_counts_by_the_values_that_were_chosen() {
        let with = |class: &str| {
            of(&format!(
                "<cas:user>wang</cas:user><cas:attributes><cas:uid>7</cas:uid><cas:cn>Wang</cas:cn>\
                 <cas:authnContextClass>pwd</cas:authnContextClass>\
                 <cas:authnContextClass>{class}</cas:authnContextClass></cas:attributes>"
            ))
            .unwrap()
        };
        assert!(with("mfa-duo").has_second_factor);
        assert!(!with("mfa").has_second_factor);
        assert_eq!(with("mfa").person.key, "7");
    }

    #[test]
    fn attack_15_xml_that_was_injected_into_an_attribute_makes_nobody_of_somebody_else() {
        let user = "<cas:user>eve</cas:user>";
        let uid = "<cas:uid>eve</cas:uid>";
        for (injected, reason) in [
            // Closed and opened again by a name that was not escaped.
            (
                format!(
                    "{user}<cas:attributes>{uid}<cas:cn>x</cas:cn><cas:uid>boss</cas:uid>\
                         </cas:attributes>"
                ),
                "username_attribute_missing",
            ),
            (
                format!(
                    "{user}<cas:attributes><cas:cn>x</cas:cn></cas:attributes>\
                         <cas:user>boss</cas:user><cas:attributes>{uid}</cas:attributes>"
                ),
                "answer_ambiguous",
            ),
            (
                format!(
                    "{user}</cas:authenticationSuccess><cas:authenticationSuccess>\
                         <cas:user>boss</cas:user>"
                ),
                "answer_ambiguous",
            ),
            (
                format!(
                    "{user}<cas:attributes>{uid}</cas:attributes><cas:attributes>\
                         <cas:uid>boss</cas:uid></cas:attributes>"
                ),
                "answer_ambiguous",
            ),
            (
                "<cas:user>boss<!-- -->.eve</cas:user>".to_owned(),
                "answer_ambiguous",
            ),
            (
                format!("{user}<cas:proxies><cas:proxy>https://evil</cas:proxy></cas:proxies>"),
                "ticket_of_a_proxy",
            ),
        ] {
            assert_eq!(of(&injected), Err(reason), "{injected}");
        }
    }

    #[test]
    fn attack_15_what_is_no_answer_of_a_cas_server_lets_nobody_in() {
        for (text, reason) in [
            ("yes\nwang\n".to_owned(), "xml_malformed"),
            (
                answer("").replace("yale", "evil"),
                "answer_of_no_cas_server",
            ),
            (
                answer("").replace("serviceResponse", "x"),
                "answer_of_no_cas_server",
            ),
            (answer(""), "answer_ambiguous"),
            (
                format!("<!DOCTYPE x>{}", answer("")),
                "xml_with_document_type",
            ),
        ] {
            assert_eq!(read(&text), Err(reason), "{text}");
        }
    }
}
