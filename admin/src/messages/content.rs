//! What a message says, whatever its words are.

use config::Timestamp;
use config::language::LocalText;
use serde::{Deserialize, Serialize};

use crate::places::Place;

use super::directory_trouble::{self, Trouble};
use super::{MessageKind, guest_ends};

const MINUTE_MS: i64 = 60_000;

/// What is said. Holds codes: it is kept sealed, and no longer than it takes to send it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Content {
    Test {
        organisation: LocalText,
    },
    /// An administrator had it made.
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
    /// As the last one, for somebody who comes in for the first time.
    Invitation {
        organisation: LocalText,
        name: String,
        username: String,
        url: String,
        code: String,
        hours: u64,
    },
    /// The person forgot the password.
    PasswordReset {
        organisation: LocalText,
        name: String,
        url: String,
        code: String,
        /// For how many minutes the code works.
        minutes: u64,
    },
    /// For the page that the person has open.
    SignInCode {
        organisation: LocalText,
        code: String,
        minutes: u64,
        /// It takes the place of the password.
        #[serde(default)]
        is_alone: bool,
    },
    /// Something happened to the account.
    Notice {
        organisation: LocalText,
        name: String,
        notice: Notice,
    },
    /// To a guest, whose time comes to its end.
    GuestEnds {
        organisation: LocalText,
        /// The guest's name.
        name: String,
        /// When, as it is read.
        day: String,
        /// Who answers for the guest, if anybody.
        sponsor: Option<String>,
    },
    /// To whoever answers for guests whose time comes to its end.
    GuestsEnd {
        organisation: LocalText,
        /// The sponsor's name.
        name: String,
        /// The soonest first.
        guests: Vec<GuestEnd>,
    },
    /// To an administrator: something is wrong with a directory.
    DirectoryTrouble {
        organisation: LocalText,
        /// The administrator's name.
        name: String,
        directory: String,
        trouble: Trouble,
    },
}

/// Of which guest, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuestEnd {
    pub name: String,
    pub username: String,
    pub day: String,
}

/// What happened to somebody's account, and where it came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub event: NoticeEvent,
    pub at: Timestamp,
    /// Of the browser, as a person reads it; empty where it was none of the person's.
    pub device: String,
    pub address: String,
    /// Where that is, as far as it is known.
    #[serde(default)]
    pub place: Option<Place>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeEvent {
    /// A sign-in with a browser, or from a network, that is new to the account.
    NewSignIn,
    PasswordChanged,
    FactorAdded,
    FactorRemoved,
    /// By an administrator.
    FactorsReset,
    /// The mail address or the mobile to which codes go, by an administrator. Told to the address of before.
    AddressChanged,
    Locked,
}

impl Content {
    #[must_use]
    pub fn kind(&self) -> MessageKind {
        match self {
            Self::Test { .. } => MessageKind::Test,
            Self::OneTimeCode { .. } => MessageKind::OneTimeCode,
            Self::GuestEnds { .. } => MessageKind::GuestEnds,
            Self::GuestsEnd { .. } => MessageKind::GuestsEnd,
            Self::DirectoryTrouble { .. } => MessageKind::DirectoryTrouble,
            Self::Invitation { .. } => MessageKind::Invitation,
            Self::PasswordReset { .. } => MessageKind::PasswordReset,
            Self::SignInCode { .. } => MessageKind::SignInCode,
            Self::Notice { .. } => MessageKind::Notice,
        }
    }

    pub(super) fn organisation(&self) -> &LocalText {
        match self {
            Self::Test { organisation }
            | Self::OneTimeCode { organisation, .. }
            | Self::GuestEnds { organisation, .. }
            | Self::GuestsEnd { organisation, .. }
            | Self::DirectoryTrouble { organisation, .. }
            | Self::Invitation { organisation, .. }
            | Self::PasswordReset { organisation, .. }
            | Self::SignInCode { organisation, .. }
            | Self::Notice { organisation, .. } => organisation,
        }
    }

    /// The code that it holds, if any.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::OneTimeCode { code, .. }
            | Self::Invitation { code, .. }
            | Self::PasswordReset { code, .. }
            | Self::SignInCode { code, .. } => Some(code),
            Self::Test { .. }
            | Self::Notice { .. }
            | Self::GuestEnds { .. }
            | Self::GuestsEnd { .. }
            | Self::DirectoryTrouble { .. } => None,
        }
    }

    pub(super) fn url(&self) -> Option<&str> {
        match self {
            Self::OneTimeCode { url, .. }
            | Self::Invitation { url, .. }
            | Self::PasswordReset { url, .. } => Some(url),
            Self::Test { .. }
            | Self::SignInCode { .. }
            | Self::Notice { .. }
            | Self::GuestEnds { .. }
            | Self::GuestsEnd { .. }
            | Self::DirectoryTrouble { .. } => None,
        }
    }

    /// What stands in the variables of a template of this kind that is registered with a service, by their
    /// names and in their order. Whoever tries a sender out with a template of some kind sends what such a
    /// message might hold.
    #[must_use]
    pub fn variables(&self, kind: MessageKind) -> Vec<(&'static str, String)> {
        let own = |text: Option<&str>, sample: &str| text.unwrap_or(sample).to_owned();
        match kind {
            MessageKind::Test | MessageKind::OneTimeCode | MessageKind::Invitation => {
                let hours = match self {
                    Self::OneTimeCode { hours, .. } | Self::Invitation { hours, .. } => *hours,
                    _ => 24,
                };
                let code = own(self.code(), "0000-0000");
                vec![("code", code), ("hours", hours.to_string())]
            }
            MessageKind::PasswordReset | MessageKind::SignInCode => {
                let minutes = match self {
                    Self::PasswordReset { minutes, .. } | Self::SignInCode { minutes, .. } => {
                        *minutes
                    }
                    _ => 5,
                };
                let code = own(self.code(), "000000");
                vec![("code", code), ("minutes", minutes.to_string())]
            }
            MessageKind::GuestEnds | MessageKind::GuestsEnd => guest_ends::variables(kind, self),
            MessageKind::DirectoryTrouble => directory_trouble::variables(self),
            MessageKind::Notice => Vec::new(),
        }
    }

    /// What a service said, without any part of the code: it may repeat what it was sent, however that is
    /// punctuated or escaped.
    #[must_use]
    pub fn redact(&self, said: &str) -> String {
        let mut said = said.to_owned();
        let Some(code) = self.code() else {
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

    /// Tells of the time that is left of what it says, as it is at `now`: in whole hours or minutes, to the
    /// nearest, and never none.
    pub fn set_time_left(&mut self, expires: Timestamp, now: Timestamp) {
        let left = expires.as_millis() - now.as_millis();
        let whole = |unit: i64| u64::try_from((left + unit / 2) / unit).map_or(1, |n| n.max(1));
        match self {
            Self::OneTimeCode { hours, .. } | Self::Invitation { hours, .. } => {
                *hours = whole(60 * MINUTE_MS);
            }
            Self::PasswordReset { minutes, .. } | Self::SignInCode { minutes, .. } => {
                *minutes = whole(MINUTE_MS);
            }
            Self::Test { .. }
            | Self::Notice { .. }
            | Self::GuestEnds { .. }
            | Self::GuestsEnd { .. }
            | Self::DirectoryTrouble { .. } => {}
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
            let told = late.variables(MessageKind::OneTimeCode);
            assert_eq!(told[1], ("hours", hours.to_string()));
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
}
