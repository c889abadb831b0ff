//! What we say to people by mail and SMS: codes, invitations, what happened to their accounts, and a word
//! to try a sender out.
//!
//! A message is written into the outbox in the transaction of whatever caused it, sealed, and sent by
//! whichever node comes first ([`outbox`]). The senders are set in the console ([`senders`]): one for
//! mail, one for SMS. Each service is a file of its own and knows nothing of the outbox.

pub mod aliyun;
pub mod ceilings;
pub mod content;
pub mod deliver;
pub mod directory_trouble;
mod guest_ends;
pub mod http;
pub mod jobs;
pub mod letter;
pub mod mail_sender;
pub mod outbox;
pub mod senders;
pub mod sms_sender;
pub mod smtp;
pub mod tencent;
pub mod twilio;
pub mod webhook;
pub mod words;

#[cfg(test)]
pub mod testing;
#[cfg(test)]
mod tests;

use config::Language;
use config::id::MemberId;
use config::language::LocalText;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use content::Content;

/// By which way a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    Mail,
    Sms,
}

impl Channel {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Sms => "sms",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Mail, Self::Sms]
            .into_iter()
            .find(|channel| channel.as_str() == name)
    }
}

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MessageKind {
    /// Somebody tries the sender out.
    Test,
    /// A code from an administrator, with which the person sets a password.
    OneTimeCode,
    /// As that, for somebody who comes in for the first time.
    Invitation,
    /// A code for a new password, which the person asked for.
    PasswordReset,
    /// A code as the second factor.
    SignInCode,
    /// What happened to the account.
    Notice,
    /// To a guest, whose time comes to its end. A registered text has the variables `name` and `day`.
    GuestEnds,
    /// To whoever answers for guests whose time comes to its end: `count`, and the `day` of the first.
    GuestsEnd,
    /// To administrators, when a run over a directory has failed or waits for them, or something by which the
    /// directory knows us ends. A registered text has the variable `directory`.
    DirectoryTrouble,
}

impl MessageKind {
    /// Those that let somebody in.
    pub const CODES: [Self; 4] = [
        Self::OneTimeCode,
        Self::Invitation,
        Self::PasswordReset,
        Self::SignInCode,
    ];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::OneTimeCode => "one_time_code",
            Self::Invitation => "invitation",
            Self::PasswordReset => "password_reset",
            Self::SignInCode => "sign_in_code",
            Self::Notice => "notice",
            Self::GuestEnds => "guest_ends",
            Self::GuestsEnd => "guests_end",
            Self::DirectoryTrouble => "directory_trouble",
        }
    }
}

/// A message to one person.
#[derive(Clone, Debug)]
pub struct Message {
    pub channel: Channel,
    /// A mail address, or a telephone number with `+` and the country code.
    pub recipient: String,
    pub member: Option<MemberId>,
    pub language: Language,
    pub content: Content,
}

/// The service took it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// What the service calls it.
    pub reference: Option<String>,
    /// One sentence, from the service's own answer.
    pub finding: LocalText,
}

impl Taken {
    /// As it may be kept: a service may have repeated what it was sent.
    fn redacted(self, content: &Content) -> Self {
        Self {
            reference: self.reference.map(|text| content.redact(&text)),
            finding: redacted(&self.finding, content),
        }
    }
}

fn redacted(said: &LocalText, content: &Content) -> LocalText {
    let texts = (content.redact(&said.en), content.redact(&said.zh_cn));
    (texts.0.as_str(), texts.1.as_str()).into()
}

/// The service did not take it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .why.en)]
pub struct NotTaken {
    /// Whether trying again is of no use.
    pub is_final: bool,
    /// One sentence.
    pub why: LocalText,
}

impl NotTaken {
    /// It may go better later. In English, then in Chinese.
    #[must_use]
    pub fn for_now(why: (&str, &str)) -> Self {
        Self {
            is_final: false,
            why: why.into(),
        }
    }

    /// As [`Taken::redacted`].
    fn redacted(self, content: &Content) -> Self {
        Self {
            why: redacted(&self.why, content),
            ..self
        }
    }

    /// It will never go.
    #[must_use]
    pub fn for_good(why: (&str, &str)) -> Self {
        Self {
            is_final: true,
            why: why.into(),
        }
    }
}
