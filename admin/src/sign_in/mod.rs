//! Signing in, as a small state machine: identify → first factor → second factor → obligations →
//! done.
//!
//! What has been proven so far is kept in a [`flow::Flow`]; [`next`] alone decides what is asked
//! next, whichever way the person came: by password, by a one-time link, later by a directory. So no
//! way in can skip the second factor. At each step the flow gets a new id in the browser's cookie,
//! and only [`finish`] makes a session.

pub mod attempt;
pub mod choose;
pub mod confirm;
pub mod finish;
pub mod flow;
pub mod identify;
pub mod lockout;
pub mod methods;
pub mod new_password;
pub mod one_time_links;
pub mod password;
pub mod person;
pub mod record;
pub mod recovery_codes;
pub mod second_factor;
pub mod sign_out;
pub mod strength;
pub mod totp;
pub mod welcome;

pub use person::Person;

use crate::store::credentials::Account;
use flow::Flow;

/// What is asked of a person next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    SecondFactor,
    /// An obligation: the password was set by somebody else, or never.
    NewPassword,
    Done,
}

impl Step {
    /// The page of the step; the last has none.
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Self::SecondFactor => "/sign-in/two-step",
            Self::NewPassword => "/sign-in/new-password",
            Self::Done => "/",
        }
    }
}

/// Decides the next step from what was proven and what the account asks for. A flow exists only
/// once a first factor was proven.
#[must_use]
pub fn next(flow: &Flow, account: &Account) -> Step {
    if account.has_totp && flow.second_factor_at.is_none() {
        Step::SecondFactor
    } else if account.must_change_password || account.password_hash.is_none() {
        Step::NewPassword
    } else {
        Step::Done
    }
}

#[cfg(test)]
mod tests {
    use config::Timestamp;
    use config::session::AuthenticationMethod;

    use super::*;

    fn account(has_totp: bool, must_change_password: bool) -> Account {
        Account {
            member: "m".into(),
            username: "alice".into(),
            display_name: "Alice".into(),
            is_active: true,
            password_hash: Some(String::new()),
            must_change_password,
            has_totp,
        }
    }

    fn flow(method: AuthenticationMethod) -> Flow {
        Flow::begin("m".into(), method, Timestamp(0), "/")
    }

    #[test]
    fn attack_22_whichever_way_a_person_comes_the_second_factor_is_asked() {
        for method in [
            AuthenticationMethod::Password,
            AuthenticationMethod::OneTimeLink,
        ] {
            for must_change in [false, true] {
                let account = account(true, must_change);
                assert_eq!(next(&flow(method), &account), Step::SecondFactor);
            }
        }
    }

    #[test]
    fn obligations_come_after_all_factors_and_before_the_end() {
        let mut flow = flow(AuthenticationMethod::Password);
        assert_eq!(next(&flow, &account(false, true)), Step::NewPassword);
        assert_eq!(next(&flow, &account(false, false)), Step::Done);
        flow.second_factor_at = Some(Timestamp(1));
        assert_eq!(next(&flow, &account(true, true)), Step::NewPassword);
        assert_eq!(next(&flow, &account(true, false)), Step::Done);
        let without_password = Account {
            password_hash: None,
            ..account(true, false)
        };
        assert_eq!(next(&flow, &without_password), Step::NewPassword);
    }
}

#[cfg(test)]
mod flow_tests;
#[cfg(test)]
mod guess_tests;
#[cfg(test)]
mod odd_input_tests;
#[cfg(test)]
mod over_tests;
