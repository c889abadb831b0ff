//! The visible switch between the languages. Both planes show it, and both must be able to obey it:
//! somebody who is refused at a host is not let through to the admin plane's pages there.

use crate::return_path::{ReturnPath, encode};
use crate::{Language, cookies};

/// Chooses a language, on every host.
pub const PATH: &str = "/.gatehouse/language";

/// Seconds for which a browser remembers the choice: a year.
const REMEMBERED: u32 = 365 * 24 * 3600;

/// What somebody who followed the switch asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LanguageChoice {
    /// None if it is no language of ours: nothing is remembered then.
    pub language: Option<Language>,
    /// Where they came from.
    pub back: ReturnPath,
}

impl LanguageChoice {
    /// Reads the query of the switch.
    #[must_use]
    pub fn from_query(query: &str) -> Self {
        let value = |wanted: &str| {
            let mut pairs = url::form_urlencoded::parse(query.as_bytes());
            let found = pairs.find(|(name, _)| name == wanted);
            found.map(|(_, value)| value).unwrap_or_default()
        };
        Self {
            language: Language::from_tag(&value("to")),
            back: ReturnPath::or_root(&value("back")),
        }
    }
}

/// The address of the switch to a language, from a page with this path and query.
#[must_use]
pub fn link(to: Language, here: &str) -> String {
    format!("{PATH}?to={}&back={}", to.tag(), encode(here))
}

/// The `Set-Cookie` line that remembers a choice at the host that sends it.
#[must_use]
pub fn cookie(language: Language) -> String {
    let (name, tag) = (cookies::LANGUAGE, language.tag());
    format!("{name}={tag}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={REMEMBERED}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_says_what_is_chosen_and_where_to_go_back_to() {
        let link = link(Language::ZhCn, "/wiki?a=1&b=%2F");
        let (path, query) = link.split_once('?').unwrap();
        assert_eq!(path, PATH);
        let choice = LanguageChoice::from_query(query);
        assert_eq!(choice.language, Some(Language::ZhCn));
        assert_eq!(choice.back.as_str(), "/wiki?a=1&b=%2F");
    }

    #[test]
    fn attack_09_a_choice_leads_to_no_other_host() {
        for query in ["to=en&back=%2F%2Fevil.example", "to=en", "to=xx&back=/%5Cx"] {
            assert_eq!(LanguageChoice::from_query(query).back.as_str(), "/");
        }
        assert_eq!(LanguageChoice::from_query("to=xx").language, None);
    }
}
