//! How our own pages look: whose gate this is.

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::clock::Timestamp;
use crate::language::{Language, LocalText};
use crate::snapshot::{Colour, SignInMethod};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Brand {
    /// The organisation's name, as a person who signs in knows it.
    pub organisation: LocalText,
    /// `#rrggbb`.
    pub colour: String,
    /// Whom to turn to when access is refused: a name, a mail address, a number.
    pub contact: LocalText,
    /// Where help is found, linked at the foot of every page: an `https://` or a `mailto:` address, or
    /// nothing.
    #[schema(max_length = 500)]
    pub help_link: String,
    /// The heading of the sign-in page, at most 100 characters; "Sign in" where it is empty.
    pub sign_in_title: LocalText,
    /// What stands below that heading, at most 500 characters; our own words where it is empty.
    pub welcome: LocalText,
    pub copyright: Copyright,
    /// The ways in that the sign-in page offers, in their order: at least one, none twice. The page opens
    /// with the first. The pages of directories that are not named come after those that are; one that is
    /// named and not there any more is left out.
    #[schema(min_items = 1, max_items = 100)]
    pub sign_in_methods: Vec<SignInMethod>,
}

/// The copyright line at the foot of every page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Copyright {
    pub shown: bool,
    /// At most 100 characters; the year and the organisation's name where it is empty.
    pub text: LocalText,
}

impl Default for Brand {
    fn default() -> Self {
        Self {
            organisation: LocalText {
                zh_cn: "Gatehouse".into(),
                en: "Gatehouse".into(),
            },
            colour: "#1f5eff".into(),
            contact: LocalText::default(),
            help_link: String::new(),
            sign_in_title: LocalText::default(),
            welcome: LocalText::default(),
            copyright: Copyright::default(),
            sign_in_methods: vec![SignInMethod::Password, SignInMethod::OneTimeCode],
        }
    }
}

impl Brand {
    /// The link to help, if there is one that a page may carry.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        is_help_link(&self.help_link).then_some(self.help_link.as_str())
    }

    /// The copyright line of a page that is made at `now`, if one is shown. The year is that of UTC.
    #[must_use]
    pub fn copyright(&self, language: Language, now: Timestamp) -> Option<String> {
        if !self.copyright.shown {
            return None;
        }
        let own = self.copyright.text.get(language).trim();
        if !own.is_empty() {
            return Some(own.to_owned());
        }
        let organisation = self.organisation.get(language);
        let at = jiff::Timestamp::from_millisecond(now.as_millis()).ok()?;
        let year = TimeZone::UTC.to_datetime(at).year();
        Some(format!("© {year} {organisation}"))
    }
}

/// Whether a page may link there: a link of another scheme could run a script.
#[must_use]
pub fn is_help_link(written: &str) -> bool {
    let odd = |c: char| c.is_whitespace() || c.is_control();
    let Ok(url) = Url::parse(written) else {
        return false;
    };
    let plain = !written.contains(odd) && url.username().is_empty() && url.password().is_none();
    match url.scheme() {
        "https" => plain && url.has_host(),
        "mailto" => plain && url.path().contains('@'),
        _ => false,
    }
}

/// The first letter of a name, as a mark.
#[must_use]
pub fn initial(name: &str) -> String {
    name.chars()
        .find(|c| c.is_alphanumeric())
        .map_or_else(|| "·".to_owned(), |c| c.to_uppercase().collect())
}

/// The icon of our pages as an address that is its content (RFC 2397): a gate in the brand's colour.
/// At the host of an application every address of another kind is the application's.
#[must_use]
pub fn icon(colour: Colour) -> String {
    let (ground, arch) = (colour.digits(), &colour.text()[1..]);
    format!(
        "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect \
         width='32' height='32' rx='8' fill='%23{ground}'/%3E%3Cpath d='M8 24V14a8 8 0 0 1 16 0v10h-4.5V14\
         a3.5 3.5 0 0 0-7 0v10z' fill='%23{arch}'/%3E%3C/svg%3E"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-12-31 23:59:59 UTC
    const EVE: Timestamp = Timestamp(1_798_761_599_000);

    fn branded() -> Brand {
        Brand {
            organisation: ("Example Ltd", "示例公司").into(),
            ..Brand::default()
        }
    }

    #[test]
    fn the_copyright_line_is_off_until_it_is_asked_for() {
        assert_eq!(branded().copyright(Language::En, EVE), None);
    }

    #[test]
    fn the_copyright_line_is_the_year_and_the_name_unless_it_has_a_text() {
        let mut brand = branded();
        brand.copyright.shown = true;
        let line = |brand: &Brand, language, at| brand.copyright(language, at).unwrap();
        assert_eq!(line(&brand, Language::En, EVE), "© 2026 Example Ltd");
        let next = Timestamp(EVE.0 + 1000);
        assert_eq!(line(&brand, Language::ZhCn, next), "© 2027 示例公司");
        brand.copyright.text.en = "All rights reserved".into();
        assert_eq!(line(&brand, Language::En, EVE), "All rights reserved");
    }

    #[test]
    fn attack_24_help_is_linked_only_where_a_link_runs_no_script() {
        for good in ["https://help.example.com/a?b=1", "mailto:it@example.com"] {
            assert!(is_help_link(good), "{good}");
        }
        for bad in [
            "",
            "javascript:alert(1)",
            "data:text/html,x",
            "http://help.example.com",
            "//help.example.com",
            "https://",
            "https://name:secret@help.example.com",
            "https://help.example.com/\n",
            " https://help.example.com",
            "mailto:",
        ] {
            assert!(!is_help_link(bad), "{bad}");
            let brand = Brand {
                help_link: bad.into(),
                ..Brand::default()
            };
            assert_eq!(brand.help(), None);
        }
    }
}
