//! What is being guessed: passwords and second factors are counted apart.

use config::session::AuthenticationMethod;

/// What is being guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guess {
    Password,
    SecondFactor,
}

impl Guess {
    /// What a method takes.
    #[must_use]
    pub fn of(method: AuthenticationMethod) -> Self {
        match method {
            AuthenticationMethod::Password
            | AuthenticationMethod::Directory
            | AuthenticationMethod::OneTimeLink => Self::Password,
            AuthenticationMethod::Totp
            | AuthenticationMethod::RecoveryCode
            | AuthenticationMethod::Passkey
            | AuthenticationMethod::SmsCode
            | AuthenticationMethod::MailCode => Self::SecondFactor,
        }
    }

    /// The subject under which such guesses are counted.
    pub(super) fn apart(self, subject: &str) -> String {
        match self {
            Self::Password => subject.to_owned(),
            Self::SecondFactor => format!("{subject}:second"),
        }
    }
}
