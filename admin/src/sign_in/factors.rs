//! Which second factors of a person count, and which are asked for.

use crate::messages::Channel;
use crate::sign_in_policy::{SecondFactor, TwoStepDemand, TwoStepPolicy};
use crate::store::credentials::Account;

impl Account {
    #[must_use]
    pub fn has(&self, factor: SecondFactor) -> bool {
        match factor {
            SecondFactor::Authenticator => self.has_totp,
            SecondFactor::Passkey => self.passkeys > 0,
            // Nothing is set up for these: see `by_message`.
            SecondFactor::Sms | SecondFactor::Mail => false,
        }
    }

    /// What is left once a factor is taken away, of passkeys one; `None` where the policy requires a second
    /// factor, and this is the last that counts.
    #[must_use]
    pub fn without(&self, factor: SecondFactor, policy: &TwoStepPolicy) -> Option<Self> {
        let mut rest = self.clone();
        match factor {
            SecondFactor::Authenticator => rest.has_totp = false,
            SecondFactor::Passkey => rest.passkeys = (rest.passkeys - 1).max(0),
            SecondFactor::Sms | SecondFactor::Mail => {}
        }
        (suffice(&rest, policy) || !suffice(self, policy)).then_some(rest)
    }

    /// Whether anything but the password is set up.
    #[must_use]
    pub fn has_second_factor(&self) -> bool {
        self.has_totp || self.passkeys > 0
    }
}

/// Whether what the person has set up is what the policy requires.
#[must_use]
pub fn suffice(account: &Account, policy: &TwoStepPolicy) -> bool {
    let counts = |factor: &SecondFactor| account.has(*factor);
    policy.demand != TwoStepDemand::Required || policy.methods.iter().any(counts)
}

/// Whether this factor of the person's is taken as a proof: where one is required, only what the policy
/// allows; otherwise, and for whoever has nothing of that yet, whatever was set up. `by_message`: by which ways
/// a code can be sent to the person that the policy takes.
#[must_use]
pub fn is_taken(
    factor: SecondFactor,
    account: &Account,
    policy: &TwoStepPolicy,
    by_message: &[Channel],
) -> bool {
    let has_allowed = suffice(account, policy) || !by_message.is_empty();
    let is_strict = policy.demand == TwoStepDemand::Required && has_allowed;
    account.has(factor) && (!is_strict || policy.takes(factor))
}
