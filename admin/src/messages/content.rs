//! The words of each kind of message, in both languages.

use askama::Template;
use config::language::LocalText;
use config::{Language, Timestamp};
use serde::{Deserialize, Serialize};

use super::{MessageKind, guest_ends};

const HOUR_MS: i64 = 3_600_000;

/// What is said. Holds codes: it is kept sealed, and no longer than it takes to send it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Content {
    Test {
        organisation: LocalText,
    },
    OneTimeCode {
        organisation: LocalText,
        /// The person's name.
        name: String,
        /// The page that takes the code. Built from the settings.
        url: String,
        code: String,
        /// For how many hours the code works.
        hours: u64,
    },
    GuestEnds {
        organisation: LocalText,
        /// The guest's name.
        name: String,
        /// When, as it is read.
        day: String,
        /// Who answers for the guest, if anybody.
        sponsor: Option<String>,
    },
    GuestsEnd {
        organisation: LocalText,
        /// The sponsor's name.
        name: String,
        /// The soonest first.
        guests: Vec<GuestEnd>,
    },
}

/// Of which guest, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuestEnd {
    pub name: String,
    pub username: String,
    pub day: String,
}

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
    #[must_use]
    pub fn kind(&self) -> MessageKind {
        match self {
            Self::Test { .. } => MessageKind::Test,
            Self::OneTimeCode { .. } => MessageKind::OneTimeCode,
            Self::GuestEnds { .. } => MessageKind::GuestEnds,
            Self::GuestsEnd { .. } => MessageKind::GuestsEnd,
        }
    }

    fn organisation(&self, language: Language) -> &str {
        match self {
            Self::Test { organisation }
            | Self::OneTimeCode { organisation, .. }
            | Self::GuestEnds { organisation, .. }
            | Self::GuestsEnd { organisation, .. } => organisation.get(language),
        }
    }

    /// As a mail.
    ///
    /// # Errors
    /// If the page cannot be made.
    pub fn letter(&self, language: Language) -> Result<Letter, askama::Error> {
        let organisation = self.organisation(language);
        let (subject, lines) = self.lines(language);
        let (code, url) = match self {
            Self::OneTimeCode { code, url, .. } => (Some(code.as_str()), Some(url.as_str())),
            Self::Test { .. } | Self::GuestEnds { .. } | Self::GuestsEnd { .. } => (None, None),
        };
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

    /// As a short message, for services that send any text.
    #[must_use]
    pub fn short_text(&self, language: Language) -> String {
        let organisation = self.organisation(language);
        match (self, language) {
            (Self::Test { .. }, Language::En) => {
                format!("{organisation}: this is a test message. SMS works.")
            }
            (Self::Test { .. }, Language::ZhCn) => {
                format!("【{organisation}】这是一条测试短信，短信发送正常。")
            }
            (
                Self::OneTimeCode {
                    url, code, hours, ..
                },
                Language::En,
            ) => format!(
                "{organisation}: {code} is your code to set a password at {url}. \
                 It works once, within {hours} hours."
            ),
            (
                Self::OneTimeCode {
                    url, code, hours, ..
                },
                Language::ZhCn,
            ) => format!(
                "【{organisation}】设置密码的验证码：{code}，请在 {hours} 小时内打开 {url} 使用，仅一次有效。"
            ),
            (Self::GuestEnds { .. } | Self::GuestsEnd { .. }, language) => {
                guest_ends::short_text(self, organisation, language)
            }
        }
    }

    /// What stands in the variables of a template that is registered with a service, by their names and in
    /// their order: of a code `code` and `hours`, of the end of guests as [`guest_ends`] has them.
    #[must_use]
    pub fn variables(&self) -> [(&'static str, String); 2] {
        let (code, hours) = match self {
            Self::Test { .. } => ("0000-0000".to_owned(), 24),
            Self::OneTimeCode { code, hours, .. } => (code.clone(), *hours),
            Self::GuestEnds { .. } | Self::GuestsEnd { .. } => return guest_ends::variables(self),
        };
        [("code", code), ("hours", hours.to_string())]
    }

    /// What a service said, without any part of the code: it may repeat what it was sent, however that is
    /// punctuated or escaped.
    #[must_use]
    pub fn redact(&self, said: &str) -> String {
        let mut said = said.to_owned();
        let Self::OneTimeCode { code, .. } = self else {
            return said;
        };
        let code = code.to_ascii_uppercase();
        let parts = std::iter::once(code.as_str()).chain(code.split('-'));
        for part in parts.filter(|part| !part.is_empty()) {
            while let Some(at) = said.to_ascii_uppercase().find(part) {
                said.replace_range(at..at + part.len(), "…");
            }
        }
        said
    }

    /// Tells of the time that is left of what it says, as it is at `now`: in whole hours, to the nearest,
    /// and never none.
    pub fn set_time_left(&mut self, expires: Timestamp, now: Timestamp) {
        if let Self::OneTimeCode { hours, .. } = self {
            let left = expires.as_millis() - now.as_millis();
            *hours = u64::try_from((left + HOUR_MS / 2) / HOUR_MS)
                .unwrap_or_default()
                .max(1);
        }
    }

    fn lines(&self, language: Language) -> (String, Vec<String>) {
        let organisation = self.organisation(language);
        match (self, language) {
            (Self::Test { .. }, Language::En) => (
                format!("{organisation}: a test mail"),
                vec!["This is a test. Mail from Gatehouse reaches you.".to_owned()],
            ),
            (Self::Test { .. }, Language::ZhCn) => (
                format!("{organisation}：测试邮件"),
                vec!["这是一封测试邮件，邮件发送正常。".to_owned()],
            ),
            (Self::OneTimeCode { name, hours, .. }, Language::En) => (
                format!("{organisation}: your code to set a password"),
                vec![
                    format!("Dear {name},"),
                    format!(
                        "an administrator has made a code for you, with which you set your password. \
                         Open the page below and enter it. It works once, within {hours} hours."
                    ),
                    "If you did not expect this, tell your administrator, and use it for nothing."
                        .to_owned(),
                ],
            ),
            (Self::OneTimeCode { name, hours, .. }, Language::ZhCn) => (
                format!("{organisation}：设置密码的验证码"),
                vec![
                    format!("{name}，您好："),
                    format!(
                        "管理员为您生成了用于设置密码的验证码。请打开下面的页面并输入验证码，{hours} 小时内有效，仅可使用一次。"
                    ),
                    "如果您没有预期收到此邮件，请勿使用，并告知管理员。".to_owned(),
                ],
            ),
            (Self::GuestEnds { .. } | Self::GuestsEnd { .. }, language) => {
                guest_ends::lines(self, organisation, language)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn the_time_that_is_left_is_told_to_the_nearest_hour_and_never_as_none() {
        for (left, hours) in [
            (86_400_000, 24),
            (86_399_000, 24),
            (84_599_999, 23),
            (60_000, 1),
            (-1, 1),
            (-7_200_000, 1),
        ] {
            let mut late = code("Zhang");
            late.set_time_left(Timestamp(100_000 + left), Timestamp(100_000));
            let [_, (_, told)] = late.variables();
            assert_eq!(told, hours.to_string());
        }
    }

    #[test]
    fn attack_23_a_code_that_a_service_repeats_is_taken_out_however_it_is_written() {
        let unlike = Content::OneTimeCode {
            organisation: ("Example", "示例公司").into(),
            name: String::new(),
            url: String::new(),
            code: "7K2M-QRST-1A1B-2C2D".to_owned(),
            hours: 24,
        };
        for (said, kept) in [
            (
                "no route for 7K2M-QRST-1A1B-2C2D, sorry",
                "no route for …, sorry",
            ),
            ("code=7k2m%2Dqrst%2D1a1b%2D2c2d", "code=…%2D…%2D…%2D…"),
            ("短信7K2MQRST1A1B2C2D", "短信…………"),
            ("7K2M-QRST-1A", "…-…-1A"),
            ("busy", "busy"),
        ] {
            assert_eq!(unlike.redact(said), kept);
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
}
