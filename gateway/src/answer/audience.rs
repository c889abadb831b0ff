//! Who reads the answer: a person who opens a page, or a program.

use config::{Language, cookies};
use http::header::{ACCEPT, ACCEPT_LANGUAGE, COOKIE};
use pingora::http::RequestHeader;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    Person(Language),
    Program,
}

impl Audience {
    /// A navigation is a GET or HEAD that a browser says is one (Fetch Metadata), or, from browsers
    /// that say nothing, that accepts HTML and was not sent by a script.
    #[must_use]
    pub fn of(request: &RequestHeader) -> Self {
        let reads = matches!(request.method, http::Method::GET | http::Method::HEAD);
        let navigates = match value(request, "sec-fetch-mode") {
            Some(mode) => mode == "navigate",
            None => accepts_html(request) && value(request, "x-requested-with").is_none(),
        };
        // A form that is sent is a navigation too: its reader sees a page, but is not led away.
        let form = value(request, "sec-fetch-mode") == Some("navigate");
        if (reads && navigates) || form {
            Self::Person(language(request))
        } else {
            Self::Program
        }
    }
}

fn accepts_html(request: &RequestHeader) -> bool {
    request.headers.get_all(ACCEPT).iter().any(|accept| {
        accept.to_str().is_ok_and(|types| {
            types
                .split(',')
                .filter_map(|range| range.split(';').next())
                .any(|name| name.trim().eq_ignore_ascii_case("text/html"))
        })
    })
}

/// The language chosen by hand, else the browser's.
fn language(request: &RequestHeader) -> Language {
    let chosen = request
        .headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == cookies::LANGUAGE)
        .and_then(|(_, tag)| Language::from_tag(tag));
    chosen
        .unwrap_or_else(|| Language::from_accept_language(value(request, ACCEPT_LANGUAGE.as_str())))
}

fn value<'a>(request: &'a RequestHeader, name: &str) -> Option<&'a str> {
    request.headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: &str, headers: &[(&str, &str)]) -> RequestHeader {
        let mut request = RequestHeader::build(method, b"/", None).unwrap();
        for (name, value) in headers {
            request
                .append_header((*name).to_owned(), (*value).to_owned())
                .unwrap();
        }
        request
    }

    #[test]
    fn a_browser_that_opens_a_page_is_a_person() {
        let html = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");
        let opened = request("GET", &[html, ("sec-fetch-mode", "navigate")]);
        assert_eq!(Audience::of(&opened), Audience::Person(Language::En));
        assert!(matches!(
            Audience::of(&request("HEAD", &[html])),
            Audience::Person(_)
        ));
    }

    #[test]
    fn scripts_and_tools_are_programs() {
        let html = ("accept", "text/html");
        for program in [
            request("GET", &[]),
            request("GET", &[("accept", "*/*")]),
            request("GET", &[("accept", "application/json")]),
            request("POST", &[html]),
            request("GET", &[html, ("sec-fetch-mode", "cors")]),
            request("GET", &[html, ("x-requested-with", "XMLHttpRequest")]),
        ] {
            assert_eq!(Audience::of(&program), Audience::Program, "{program:?}");
        }
    }

    #[test]
    fn the_language_chosen_by_hand_goes_before_the_browsers() {
        let chosen = request(
            "GET",
            &[
                ("accept", "text/html"),
                ("accept-language", "en"),
                ("cookie", "a=b; __Host-gatehouse-language=zh-CN"),
            ],
        );
        assert_eq!(Audience::of(&chosen), Audience::Person(Language::ZhCn));
    }
}
