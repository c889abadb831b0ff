//! Signing in, as a small state machine: identify → first factor → second factor → obligations →
//! done.
//!
//! What has been proven so far is kept in a [`flow::Flow`]; [`next`] alone decides what is asked
//! next, whichever way the person came: by password, by a one-time link, by a directory. So no
//! way in can skip the second factor. At each step the flow gets a new id in the browser's cookie,
//! and only [`finish`] makes a session.

pub mod attempt;
pub mod by_directory;
pub mod by_message;
pub mod captcha_due;
pub mod choose;
pub mod code_alone;
pub mod code_request;
pub mod confirm;
pub mod directory;
pub mod directory_confirm;
pub mod directory_logout;
pub mod directory_new_password;
pub mod directory_page;
pub mod directory_password;
mod directory_question;
pub mod directory_renewals;
pub mod directory_sign_out;
pub mod enrol;
pub mod enrol_passkey;
pub mod factors;
pub mod finish;
pub mod flow;
pub mod forgot_password;
mod guess;
pub mod guest_network;
pub mod home_realm;
pub mod identify;
pub mod lockout;
pub mod message_code;
pub mod message_factor;
pub mod methods;
pub mod network;
pub mod new_password;
pub mod notices;
pub mod oidc_logout;
pub mod one_time_links;
pub mod passkey;
pub mod passkey_alone;
pub mod password;
pub mod password_age;
mod password_check;
pub mod password_reset;
pub mod person;
pub mod record;
pub mod recovery_codes;
pub mod refused;
pub mod risk;
pub mod saml;
pub mod saml_logout;
pub mod second_factor;
pub mod sign_out;
mod silent;
pub mod strength;
pub mod totp;
pub mod welcome;

pub use person::Person;

use config::Timestamp;
use config::session::AuthenticationMethod;

use crate::messages::Channel;
use crate::sign_in_policy::{Rules, TwoStepDemand};
use crate::store::credentials::Account;
use flow::Flow;

/// What is asked of a person next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    SecondFactor,
    /// An obligation: a second factor is required, and the person has none.
    Enrol,
    /// An obligation: the password was set by somebody else, or never, or is too old.
    NewPassword,
    /// The sign-in is unusual, and there is nothing by which the person could prove it.
    Refused,
    /// The group of the guest does not let them come in from there.
    WrongNetwork,
    /// A directory has to say who the person is.
    ByDirectory,
    Done,
}

impl Step {
    /// The page of the step; the last has none.
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Self::SecondFactor => "/sign-in/two-step",
            Self::Enrol => "/sign-in/set-up-two-step",
            Self::NewPassword => "/sign-in/new-password",
            Self::Refused => "/sign-in/refused",
            Self::WrongNetwork => "/sign-in/not-from-here",
            Self::ByDirectory => "/sign-in/by-directory",
            Self::Done => "/",
        }
    }

    /// What the log says of whoever does not come in.
    #[must_use]
    pub fn refusal(self) -> Option<&'static str> {
        match self {
            Self::Refused => Some("no_second_factor"),
            Self::WrongNetwork => Some("guest_address"),
            Self::ByDirectory => Some("not_by_directory"),
            Self::SecondFactor | Self::Enrol | Self::NewPassword | Self::Done => None,
        }
    }
}

/// What counts beside what was proven and what the account has.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a thing of its own, and no state of one"
)]
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    pub rules: &'a Rules,
    /// Whether the person has this browser asked for no second factor.
    pub is_trusted_browser: bool,
    /// By which ways a code can be sent to the person that the policy takes as a second factor.
    pub by_message: &'a [Channel],
    /// Whether the person can come in by a code alone, and so without a password.
    pub comes_by_code: bool,
    /// Whether their group keeps a guest out who comes from there.
    pub is_kept_out: bool,
    /// Whether what is kept here proves nothing of them.
    pub must_come_by_directory: bool,
    pub now: Timestamp,
}

/// Whether the person has a second factor that is asked for. A mobile number or a mailbox is nothing that
/// anybody has set up as one: it counts where a factor is required.
#[must_use]
pub fn has_factor(account: &Account, demand: TwoStepDemand, by_message: &[Channel]) -> bool {
    account.has_second_factor() || (demand == TwoStepDemand::Required && !by_message.is_empty())
}

/// Whether there is anything by which the person could prove more than so far: what was set up, whether or not it
/// is asked for otherwise, or a code by a way that was not the first.
fn can_prove(flow: &Flow, account: &Account, by_message: &[Channel]) -> bool {
    let is_other = |way: &Channel| !flow.methods.contains(&way.method());
    account.has_second_factor() || by_message.iter().any(is_other)
}

/// Decides the next step. A flow exists only once a first factor was proven.
#[must_use]
pub fn next(flow: &Flow, account: &Account, circumstances: Circumstances<'_>) -> Step {
    if circumstances.is_kept_out {
        return Step::WrongNetwork;
    }
    if circumstances.must_come_by_directory && flow.came_by.is_none() {
        return Step::ByDirectory;
    }
    let rules = circumstances.rules;
    let demand = rules.two_step.demand;
    let is_unusual = !flow.risk.is_empty() && flow.second_factor_at.is_none();
    if is_unusual {
        return if can_prove(flow, account, circumstances.by_message) {
            Step::SecondFactor
        } else {
            Step::Refused
        };
    }
    if demand != TwoStepDemand::Off {
        let by_message = circumstances.by_message;
        let suffices = factors::suffice(account, &rules.two_step) || !by_message.is_empty();
        let must_enrol = !suffices && !flow.is_enrolment_put_off;
        // Whoever is to set another factor up proves the one that they have first.
        let is_spared = circumstances.is_trusted_browser && !must_enrol;
        let has_factor = has_factor(account, demand, by_message);
        if has_factor && flow.second_factor_at.is_none() && !is_spared {
            return Step::SecondFactor;
        }
        if must_enrol {
            return Step::Enrol;
        }
    }
    if needs_new_password(flow, account, circumstances) {
        return Step::NewPassword;
    }
    Step::Done
}

/// Whoever comes by a code alone has used no password: that there is none, or how old it is, is asked when one
/// is used. What an administrator has asked for is asked for all the same. Whoever is invited and can come by a
/// code from then on needs no password, either.
fn needs_new_password(flow: &Flow, account: &Account, circumstances: Circumstances<'_>) -> bool {
    // The directory keeps the password, and says when it is too old.
    if account.is_password_elsewhere || flow.came_by.is_some() {
        return false;
    }
    if account.must_change_password {
        return true;
    }
    let is_invited = flow.methods.first() == Some(&AuthenticationMethod::OneTimeLink);
    if flow.is_by_code_alone || (is_invited && circumstances.comes_by_code) {
        return false;
    }
    account.password_hash.is_none()
        || password_age::is_too_old(account, circumstances.rules, circumstances.now)
}

#[cfg(test)]
mod ad_tests;
#[cfg(test)]
mod captcha_tests;
#[cfg(test)]
mod cas_tests;
#[cfg(test)]
mod code_alone_policy_tests;
#[cfg(test)]
mod code_alone_tests;
#[cfg(test)]
mod directory_confirm_tests;
#[cfg(test)]
mod directory_password_tests;
#[cfg(test)]
mod directory_renewals_tests;
#[cfg(test)]
mod feishu_tests;
#[cfg(test)]
mod flow_tests;
#[cfg(test)]
mod guess_tests;
#[cfg(test)]
mod message_tests;
#[cfg(test)]
mod notice_tests;
#[cfg(test)]
mod odd_input_tests;
#[cfg(test)]
mod oidc_attack_tests;
#[cfg(test)]
mod oidc_logout_tests;
#[cfg(test)]
mod oidc_tests;
#[cfg(test)]
mod over_tests;
#[cfg(test)]
mod policy_tests;
#[cfg(test)]
mod reset_tests;
#[cfg(test)]
mod saml_attack_tests;
#[cfg(test)]
mod saml_claims_tests;
#[cfg(test)]
mod saml_logout_tests;
#[cfg(test)]
mod saml_tests;
#[cfg(test)]
mod saml_wrapping_tests;
#[cfg(test)]
mod second_factor_policy_tests;
#[cfg(test)]
mod session_policy_tests;
#[cfg(test)]
mod step_tests;
#[cfg(test)]
mod wecom_tests;
