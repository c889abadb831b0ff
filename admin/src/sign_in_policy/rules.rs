//! What the policy can say, part by part, and what it says until somebody changes it.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::messages::Channel;

/// Whether a second factor is asked for at sign-in. What an application's own rules ask for holds
/// whatever stands here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TwoStepPolicy {
    pub demand: TwoStepDemand,
    /// The second factors that may be used: at least one, none twice. Recovery codes come with the first
    /// that a person sets up.
    #[schema(min_items = 1, max_items = 4)]
    pub methods: Vec<SecondFactor>,
    /// A passkey that has asked for a fingerprint, a face or a PIN is both factors at once: whoever has one
    /// comes in without a password.
    pub passkey_alone: bool,
    /// A code to the person's verified mail address or mobile takes the place of the password. It is one factor:
    /// where a second one is asked for, no code by the same way is.
    pub code_alone: bool,
    /// Where a factor is required and a person has none: for so many days from the sign-in that first asked
    /// for it, setting one up can be put off. 0 to 90.
    #[schema(minimum = 0, maximum = 90)]
    pub grace_days: u16,
    /// For so many days a browser that the person has marked is not asked again. 0 to 90; 0: never marked.
    #[schema(minimum = 0, maximum = 90)]
    pub remember_days: u16,
    /// So many browsers of a person can be marked at once. 1 to 20.
    #[schema(minimum = 1, maximum = 20)]
    pub remember_most: u16,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TwoStepDemand {
    /// Nobody is asked, whatever they have set up.
    Off,
    /// Whoever has set a factor up is asked for it.
    #[default]
    Optional,
    /// Whoever has none must set one up.
    Required,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SecondFactor {
    /// An application that shows codes (TOTP).
    Authenticator,
    /// A passkey or a security key (WebAuthn).
    Passkey,
    /// A code by SMS to the person's mobile number.
    Sms,
    /// A code to the person's verified mail address.
    Mail,
}

impl Default for TwoStepPolicy {
    fn default() -> Self {
        Self {
            demand: TwoStepDemand::Optional,
            methods: vec![SecondFactor::Authenticator, SecondFactor::Passkey],
            passkey_alone: false,
            code_alone: false,
            grace_days: 0,
            remember_days: 0,
            remember_most: 5,
        }
    }
}

impl TwoStepPolicy {
    /// For how long setting a factor up can be put off.
    #[must_use]
    pub fn grace(&self) -> Duration {
        days(self.grace_days)
    }

    /// For how long a browser that was marked is not asked again.
    #[must_use]
    pub fn remember(&self) -> Duration {
        days(self.remember_days)
    }

    /// Whether somebody could prove what is required where messages go by these channels.
    #[must_use]
    pub fn is_open(&self, sent: &[Channel]) -> bool {
        let is_open = |method: &SecondFactor| {
            let needs_sender = matches!(method, SecondFactor::Sms | SecondFactor::Mail);
            !needs_sender || sent.iter().any(|channel| channel.factor() == *method)
        };
        self.demand != TwoStepDemand::Required || self.methods.iter().any(is_open)
    }

    /// Whether the codes that alone let people in could be sent by one of these channels.
    #[must_use]
    pub fn sends_codes_alone(&self, sent: &[Channel]) -> bool {
        !self.code_alone || !sent.is_empty()
    }

    #[must_use]
    pub fn takes(&self, factor: SecondFactor) -> bool {
        self.methods.contains(&factor)
    }
}

/// Which passwords may be chosen, and for how long they are good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PasswordPolicy {
    /// In characters, 8 to 64.
    #[schema(minimum = 8, maximum = 64)]
    pub min_length: u16,
    /// In characters, 64 to 256.
    #[schema(minimum = 64, maximum = 256)]
    pub max_length: u16,
    pub classes: CharacterClasses,
    /// Refuses what is found within 100 million guesses (zxcvbn, a score below 3).
    pub refuse_guessable: bool,
    /// Refuses those that are known from leaks. It needs the operator's list (`gatehouse breached-passwords load`)
    /// on every node: one that has none goes by the other rules, and warns.
    pub refuse_breached: bool,
    /// Refuses so many earlier ones of the person, besides the present one. 0 to 12.
    #[schema(minimum = 0, maximum = 12)]
    pub history: u16,
    /// After so many days a new one is asked for at sign-in. 0 to 3650; 0: never.
    #[schema(minimum = 0, maximum = 3650)]
    pub max_age_days: u16,
    /// So many days before, the person is told. 0 to 90, and less than `max_age_days`.
    #[schema(minimum = 0, maximum = 90)]
    pub warn_days: u16,
    /// Whoever forgot the password has a code for a new one sent to their verified mail address, or to
    /// their mobile where there is none. A second factor is asked for all the same.
    pub reset: bool,
}

/// What a password must hold, at least one of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CharacterClasses {
    #[default]
    Any,
    LettersDigits,
    UpperLowerDigits,
    UpperLowerDigitsSpecial,
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        Self {
            min_length: 10,
            max_length: 256,
            classes: CharacterClasses::Any,
            refuse_guessable: true,
            refuse_breached: false,
            history: 0,
            max_age_days: 0,
            warn_days: 14,
            reset: false,
        }
    }
}

impl PasswordPolicy {
    /// For how long a password is good, if not for ever.
    #[must_use]
    pub fn max_age(&self) -> Option<Duration> {
        (self.max_age_days > 0).then(|| days(self.max_age_days))
    }

    /// How long before its end the person is told.
    #[must_use]
    pub fn warning(&self) -> Duration {
        days(self.warn_days)
    }
}

/// How long one stays signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SessionPolicy {
    /// Ends after so many minutes without a request: 5 to 129600 (90 days), or `null` for no such limit.
    #[schema(minimum = 5, maximum = 129_600)]
    pub idle_minutes: Option<u32>,
    /// Ends so many hours after sign-in, whatever happens: 1 to 2160 (90 days).
    #[schema(minimum = 1, maximum = 2160)]
    pub absolute_hours: u32,
    /// Whether it outlives the closing of the browser.
    pub keep_after_closing: bool,
    /// A person is signed in so many times at once; who comes once more ends what was used longest ago. 0 to
    /// 100; 0: as often as they like.
    #[schema(minimum = 0, maximum = 100)]
    pub most: u16,
}

impl Default for SessionPolicy {
    fn default() -> Self {
        Self {
            idle_minutes: Some(120),
            absolute_hours: 12,
            keep_after_closing: false,
            most: 0,
        }
    }
}

/// The store learns by events who is at work; no limit is so short that they would come too late.
pub const LEAST_IDLE: Duration = Duration::from_mins(5);

impl SessionPolicy {
    #[must_use]
    pub fn idle(&self) -> Option<Duration> {
        self.idle_minutes
            .map(|minutes| Duration::from_mins(u64::from(minutes)))
    }

    #[must_use]
    pub fn absolute(&self) -> Duration {
        Duration::from_hours(u64::from(self.absolute_hours))
    }
}

/// What becomes of those who guess.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AttemptPolicy {
    /// After so many wrong passwords the account takes no more. 3 to 100.
    #[schema(minimum = 3, maximum = 100)]
    pub wrong_passwords: u16,
    /// Of those within so many minutes from the first. 1 to 1440.
    #[schema(minimum = 1, maximum = 1440)]
    pub within_minutes: u16,
    /// It opens again after so many minutes. 0 to 10080 (a week); 0: when an administrator unlocks it.
    #[schema(minimum = 0, maximum = 10_080)]
    pub locked_minutes: u32,
    /// When a captcha is asked before a password is looked at. Were it asked of some only, it would tell who has
    /// an account: of the rules for everybody and of all exceptions, the strictest holds for every name.
    pub captcha: CaptchaDemand,
}

/// When whoever signs in has to show that they are no program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "kind", deny_unknown_fields)]
pub enum CaptchaDemand {
    #[default]
    Never,
    /// After so many failures in 15 minutes at the name that was typed, or from the address: 1 to 100. A browser
    /// in which the person has signed in before is spared.
    After {
        #[schema(minimum = 1, maximum = 100)]
        failures: u16,
    },
    /// Each time.
    Always,
}

impl CaptchaDemand {
    /// How many failures are left unasked.
    pub(super) fn patience(self) -> u16 {
        match self {
            Self::Never => u16::MAX,
            Self::After { failures } => failures,
            Self::Always => 0,
        }
    }
}

impl Default for AttemptPolicy {
    fn default() -> Self {
        Self {
            wrong_passwords: 10,
            within_minutes: 15,
            locked_minutes: 15,
            captcha: CaptchaDemand::Never,
        }
    }
}

impl AttemptPolicy {
    #[must_use]
    pub fn window(&self) -> Duration {
        Duration::from_mins(u64::from(self.within_minutes))
    }

    /// For how long an account stays locked, if not until somebody unlocks it.
    #[must_use]
    pub fn lock(&self) -> Option<Duration> {
        (self.locked_minutes > 0).then(|| Duration::from_mins(u64::from(self.locked_minutes)))
    }
}

/// Of what happens to their accounts people are told by mail; of a lock and a new password by SMS where no
/// mail address is verified.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools, reason = "a switch for each")]
pub struct NoticePolicy {
    /// A sign-in with a browser that is new to the account, or from a network (the first 24 bits of an IPv4
    /// address, 48 of an IPv6 address) that was not seen in the last 90 days.
    pub new_sign_in: bool,
    /// A new password.
    pub password_changed: bool,
    /// A second factor that was added, removed or reset, and a mail address or mobile that an administrator
    /// changed; the last is told to the mail address of before.
    pub factor_changed: bool,
    /// A lock after too many wrong attempts.
    pub locked: bool,
}

fn days(days: u16) -> Duration {
    Duration::from_hours(24 * u64::from(days))
}
