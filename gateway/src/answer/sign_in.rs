//! Which denials lead to sign-in, and where that begins.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use pingora::http::RequestHeader;

use crate::answer::audience::Audience;
use crate::path::denial::Denial;

/// RFC 3986 §2.3: what never needs an escape. The slash is left too, so that addresses stay legible.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// Longer return paths are not worth carrying through sign-in: it ends at the start page then.
const LONGEST_RETURN: usize = 4096;

/// Where a person is sent who only has to sign in, or to prove a second factor. Nothing but a GET
/// is sent there: the body of another request would be lost without a word.
pub fn first(denial: &Denial, audience: Audience, request: &RequestHeader) -> Option<String> {
    let reads = matches!(request.method, http::Method::GET | http::Method::HEAD);
    if !reads || audience == Audience::Program {
        return None;
    }
    start(denial, request)
}

/// Where the sign-in begins that would turn this denial into a grant, if one would.
pub fn start(denial: &Denial, request: &RequestHeader) -> Option<String> {
    let step = match denial {
        Denial::SignInRequired | Denial::SessionEnded => "",
        Denial::TwoStepRequired | Denial::TwoStepStale => "&step=two",
        _ => return None,
    };
    let asked = request
        .uri
        .path_and_query()
        .map_or("/", |path| path.as_str());
    let target = if asked.len() > LONGEST_RETURN {
        "/"
    } else {
        asked
    };
    Some(format!(
        "/.gatehouse/start?return={}{step}",
        utf8_percent_encode(target, ESCAPED)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use config::Language;

    fn get(path: &str) -> RequestHeader {
        RequestHeader::build("GET", path.as_bytes(), None).unwrap()
    }

    #[test]
    fn a_person_is_led_to_sign_in_and_back_to_what_they_asked_for() {
        let person = Audience::Person(Language::En);
        let asked = get("/wiki/a?x=1&y=%2F");
        assert_eq!(
            first(&Denial::SignInRequired, person, &asked).as_deref(),
            Some("/.gatehouse/start?return=/wiki/a%3Fx%3D1%26y%3D%252F")
        );
        assert_eq!(
            first(&Denial::TwoStepStale, person, &get("/")).as_deref(),
            Some("/.gatehouse/start?return=/&step=two")
        );
    }

    #[test]
    fn a_program_a_form_and_a_forbidden_page_are_led_nowhere() {
        let person = Audience::Person(Language::En);
        let post = RequestHeader::build("POST", b"/", None).unwrap();
        assert!(first(&Denial::SignInRequired, person, &post).is_none());
        assert!(
            start(&Denial::SignInRequired, &post).is_some(),
            "but is told where it begins"
        );
        assert!(first(&Denial::SignInRequired, Audience::Program, &get("/")).is_none());
        assert!(first(&Denial::NoRuleAllows, person, &get("/")).is_none());
    }
}
