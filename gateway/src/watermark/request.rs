//! Which requests may bring a page that is to be marked, and what is asked of the upstream then.

use http::header::{ACCEPT, ACCEPT_ENCODING, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, RANGE};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use pingora::{ErrorType, OrErr};

use super::codec::Coding;

const DESTINATION: HeaderName = HeaderName::from_static("sec-fetch-dest");
const REQUESTED_WITH: HeaderName = HeaderName::from_static("x-requested-with");

/// Whether a browser will show the answer as a page of its own. What a script fetches is not marked:
/// it goes into a page that is, and may be a piece of HTML that a script tag would spoil.
pub fn shows_a_page(method: &Method, headers: &HeaderMap) -> bool {
    if ![Method::GET, Method::POST, Method::HEAD].contains(method) {
        return false;
    }
    if let Some(destination) = headers.get(DESTINATION) {
        return [&b"document"[..], b"iframe", b"frame", b"embed", b"object"]
            .contains(&destination.as_bytes());
    }
    // A browser that does not say.
    !headers.contains_key(REQUESTED_WITH) && accepts_html(headers)
}

fn accepts_html(headers: &HeaderMap) -> bool {
    headers.get_all(ACCEPT).iter().any(|value| {
        value
            .as_bytes()
            .windows(b"text/html".len())
            .any(|window| window.eq_ignore_ascii_case(b"text/html"))
    })
}

/// Asks for the whole page, whatever the browser has of it already, in a coding that can be read.
///
/// A part of a page cannot be marked, and "not modified" would have the browser show what it keeps:
/// a page from before marks were asked for, or with another person's mark.
///
/// # Errors
/// If the codings that are left cannot be the value of a header.
pub fn ask_for_all(headers: &mut HeaderMap) -> pingora::Result<()> {
    for name in [RANGE, IF_RANGE, IF_NONE_MATCH, IF_MODIFIED_SINCE] {
        headers.remove(&name);
    }
    if headers.contains_key(ACCEPT_ENCODING) {
        let readable = HeaderValue::try_from(readable(headers));
        let readable = readable.or_err(ErrorType::InvalidHTTPHeader, "codings")?;
        headers.insert(ACCEPT_ENCODING, readable);
    }
    Ok(())
}

/// What the client accepts of what we can read.
fn readable(headers: &HeaderMap) -> String {
    let accepted: Vec<&str> = headers
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .filter(|item| {
            let coding = item.split(';').next().unwrap_or_default().trim();
            Coding::from_token(coding).is_some()
        })
        .collect();
    if accepted.is_empty() {
        "identity".into()
    } else {
        accepted.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(fields: &[(&str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            let name: HeaderName = name.parse().unwrap();
            headers.append(name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn pages_are_told_from_what_scripts_fetch() {
        for (method, headers, shows) in [
            ("GET", &[("Sec-Fetch-Dest", "document")][..], true),
            ("POST", &[("Sec-Fetch-Dest", "iframe")], true),
            (
                "GET",
                &[("Sec-Fetch-Dest", "empty"), ("Accept", "text/html")],
                false,
            ),
            ("GET", &[("Sec-Fetch-Dest", "image")], false),
            (
                "GET",
                &[("Accept", "Text/HTML,application/xhtml+xml")],
                true,
            ),
            ("HEAD", &[("Accept", "text/html")], true),
            (
                "GET",
                &[
                    ("Accept", "text/html"),
                    ("X-Requested-With", "XMLHttpRequest"),
                ],
                false,
            ),
            ("GET", &[("Accept", "application/json")], false),
            ("PUT", &[("Accept", "text/html")], false),
            ("GET", &[], false),
        ] {
            assert_eq!(
                shows_a_page(&method.parse().unwrap(), &fields(headers)),
                shows,
                "{method} {headers:?}"
            );
        }
    }

    #[test]
    fn attack_26_no_part_and_no_condition_is_passed_on() {
        let mut headers = fields(&[
            ("Range", "bytes=0-99"),
            ("If-Range", "\"x\""),
            ("If-None-Match", "\"x\""),
            ("If-Modified-Since", "Tue, 24 Nov 2026 00:00:00 GMT"),
            ("If-Match", "\"kept\""),
            ("Accept-Encoding", "gzip;q=0.8, br, dcb, *"),
        ]);
        ask_for_all(&mut headers).unwrap();
        let left: Vec<&str> = headers.keys().map(HeaderName::as_str).collect();
        assert_eq!(left.len(), 2, "{left:?}");
        assert_eq!(headers[ACCEPT_ENCODING], "gzip;q=0.8, br");
    }

    #[test]
    fn codings_that_cannot_be_read_are_not_asked_for() {
        let mut headers = fields(&[("Accept-Encoding", "dcz, compress")]);
        ask_for_all(&mut headers).unwrap();
        assert_eq!(headers[ACCEPT_ENCODING], "identity");
    }
}
