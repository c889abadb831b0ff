//! A message as a mail.

use askama::Template;
use config::Language;

use super::{Content, words};

/// A mail as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    pub subject: String,
    pub text: String,
    pub html: String,
}

#[derive(Template)]
#[template(path = "mail.html")]
struct Html<'a> {
    language: &'a str,
    organisation: &'a str,
    lines: &'a [String],
    code: Option<&'a str>,
    url: Option<&'a str>,
    foot: &'a str,
}

impl Content {
    /// As a mail.
    ///
    /// # Errors
    /// If the page cannot be made.
    pub fn letter(&self, language: Language) -> Result<Letter, askama::Error> {
        let organisation = self.organisation().get(language);
        let (subject, lines) = words::lines(self, language);
        let (code, url) = (self.code(), self.url());
        let foot = language.of((
            "This mail was sent by a program; nobody reads answers to it.",
            "此邮件由系统自动发送，请勿回复。",
        ));
        let html = Html {
            language: language.tag(),
            organisation,
            lines: &lines,
            code,
            url,
            foot,
        };
        let mut text = lines.join("\n\n");
        for extra in [url, code].into_iter().flatten() {
            text.push_str("\n\n    ");
            text.push_str(extra);
        }
        Ok(Letter {
            subject,
            text: format!("{text}\n\n-- \n{organisation}\n{foot}\n"),
            html: html.render()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use config::Timestamp;

    use super::*;
    use crate::messages::content::{Notice, NoticeEvent};
    use crate::places::Place;

    fn code(name: &str) -> Content {
        Content::OneTimeCode {
            organisation: ("Example", "示例公司").into(),
            name: name.to_owned(),
            url: "https://access.example.com/welcome".to_owned(),
            code: "7K2M-0000-1111-2222".to_owned(),
            hours: 24,
        }
    }

    #[test]
    fn a_letter_says_the_same_as_text_and_as_a_page_in_either_language() {
        for language in [Language::En, Language::ZhCn] {
            let letter = code("Zhang").letter(language).unwrap();
            for part in [
                &letter.text,
                &letter.html,
                &code("Zhang").short_text(language),
            ] {
                for needed in [
                    "7K2M-0000-1111-2222",
                    "https://access.example.com/welcome",
                    "24",
                ] {
                    assert!(part.contains(needed), "{needed} in {part}");
                }
            }
            let organisation = language.of(("Example", "示例公司"));
            assert!(letter.subject.starts_with(organisation));
        }
    }

    #[test]
    fn attack_24_a_name_is_text_in_a_mail_and_not_its_code() {
        let letter = code("<img src=x onerror=alert(1)>")
            .letter(Language::En)
            .unwrap();
        assert!(!letter.html.contains("<img"), "{}", letter.html);
        assert!(letter.html.contains("&#60;img") || letter.html.contains("&lt;img"));
    }

    #[test]
    fn every_notice_tells_what_happened_when_and_from_where_in_either_language() {
        for event in [
            NoticeEvent::NewSignIn,
            NoticeEvent::PasswordChanged,
            NoticeEvent::FactorAdded,
            NoticeEvent::FactorRemoved,
            NoticeEvent::FactorsReset,
            NoticeEvent::AddressChanged,
            NoticeEvent::Locked,
        ] {
            let content = Content::Notice {
                organisation: ("Example", "示例公司").into(),
                name: "Zhang".to_owned(),
                notice: Notice {
                    event,
                    at: Timestamp(0),
                    device: "Firefox, Linux".to_owned(),
                    address: "192.0.2.7".to_owned(),
                    place: Some(Place {
                        country: "CN".to_owned(),
                        country_name: ("China", "中国").into(),
                        city: ("Shanghai", "上海").into(),
                    }),
                },
            };
            let (en, zh) = (
                content.letter(Language::En).unwrap(),
                content.letter(Language::ZhCn).unwrap(),
            );
            assert_ne!(en.subject, zh.subject);
            assert!(en.text.contains("Shanghai, China"), "{}", en.text);
            assert!(zh.text.contains("中国 上海"), "{}", zh.text);
            for letter in [en, zh] {
                for needed in ["1970-01-01 00:00 UTC", "192.0.2.7", "Firefox, Linux"] {
                    assert!(letter.text.contains(needed), "{needed} in {}", letter.text);
                }
            }
        }
    }
}
