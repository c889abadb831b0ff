//! Lets a reader who is turned away choose the language in which they are told so.
//!
//! The pages that remember such a choice belong to the admin plane, and whoever is refused at a host
//! is not let through to them there. So the choice is obeyed here, whatever the refusal was: it tells
//! nothing and opens nothing.

use config::Language;
use config::language_choice::{LanguageChoice, PATH, cookie, link};
use pingora::http::RequestHeader;

use crate::answer::Answer;

/// The other language, by its own name, and the way to it.
pub(super) struct Switch {
    pub language: &'static str,
    pub name: &'static str,
    pub href: String,
}

impl Switch {
    /// From a page in `current` that answers `request`.
    pub(super) fn from(current: Language, request: &RequestHeader) -> Self {
        let (other, name) = match current {
            Language::ZhCn => (Language::En, "English"),
            Language::En => (Language::ZhCn, "简体中文"),
        };
        let here = request
            .uri
            .path_and_query()
            .map_or("/", |path| path.as_str());
        Self {
            language: other.tag(),
            name,
            href: link(other, here),
        }
    }
}

/// The answer to somebody who followed the switch.
pub(super) fn chosen(request: &RequestHeader) -> Option<Answer> {
    if request.method != http::Method::GET || request.uri.path() != PATH {
        return None;
    }
    let choice = LanguageChoice::from_query(request.uri.query().unwrap_or_default());
    let mut headers = vec![("Location", choice.back.as_str().to_owned())];
    headers.extend(choice.language.map(|to| ("Set-Cookie", cookie(to))));
    Some(Answer {
        status: 303,
        headers,
        body: String::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(target: &str) -> RequestHeader {
        RequestHeader::build("GET", target.as_bytes(), None).unwrap()
    }

    #[test]
    fn the_switch_on_a_page_leads_back_to_it_in_the_other_language() {
        let switch = Switch::from(Language::En, &get("/plans?year=2026"));
        assert_eq!((switch.language, switch.name), ("zh-CN", "简体中文"));
        let answer = chosen(&get(&switch.href)).unwrap();
        assert_eq!(answer.status, 303);
        assert_eq!(
            answer.headers,
            [
                ("Location", "/plans?year=2026".to_owned()),
                ("Set-Cookie", cookie(Language::ZhCn)),
            ]
        );
    }

    #[test]
    fn nothing_else_is_a_choice_of_language() {
        let post = RequestHeader::build("POST", PATH.as_bytes(), None).unwrap();
        assert!(chosen(&post).is_none());
        assert!(chosen(&get("/.gatehouse/languages?to=en")).is_none());
    }

    #[test]
    fn attack_09_the_switch_leads_to_no_other_host() {
        let answer = chosen(&get("/.gatehouse/language?to=en&back=https://evil.example")).unwrap();
        assert_eq!(answer.headers[0], ("Location", "/".to_owned()));
    }
}
