//! Single logout (CAS Protocol 3.0 §2.3.3): the server tells which ticket it is that is over. Nobody signs that, so
//! it counts only for a ticket that we took, which nobody knows but the server and the browser that brought it.

use crate::directories::xml;

const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";

/// The ticket whose session is over.
///
/// # Errors
/// A word for the log if that cannot be told.
pub fn ended(request: &str) -> Result<String, &'static str> {
    let document = xml::parse(request)?;
    let root = document.root_element();
    if !root.has_tag_name((PROTOCOL, "LogoutRequest")) {
        return Err("no_logout_request");
    }
    let session = xml::only(root, PROTOCOL, "SessionIndex").and_then(xml::text_of);
    session
        .filter(|ticket| (1..=256).contains(&ticket.len()))
        .ok_or("no_logout_request")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attack_15_only_one_ticket_is_read_of_a_request_without_a_document_type() {
        let request = |inner: &str| {
            format!("<samlp:LogoutRequest xmlns:samlp=\"{PROTOCOL}\">{inner}</samlp:LogoutRequest>")
        };
        let one = "<samlp:SessionIndex>ST-1</samlp:SessionIndex>";
        assert_eq!(ended(&request(one)).as_deref(), Ok("ST-1"));
        for (odd, reason) in [
            (request(""), "no_logout_request"),
            (request(&one.repeat(2)), "no_logout_request"),
            (
                request(one).replace("LogoutRequest", "Response"),
                "no_logout_request",
            ),
            (
                format!(
                    "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>{}",
                    request(one)
                ),
                "xml_with_document_type",
            ),
        ] {
            assert_eq!(ended(&odd), Err(reason), "{odd}");
        }
    }
}
