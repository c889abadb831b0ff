//! By which ways a person can be sent a code: to the mobile number, and to a mail address that was verified.

use config::session::AuthenticationMethod;

use super::factors::suffice;
use crate::messages::Channel;
use crate::messages::mail_sender::MailSender;
use crate::messages::senders;
use crate::messages::sms_sender::SmsSender;
use crate::sign_in_policy::{SecondFactor, TwoStepDemand, TwoStepPolicy};
use crate::store::credentials::Account;
use crate::store::{Connection, StoreError};

impl Channel {
    /// The second factor that a code by this way is.
    #[must_use]
    pub fn factor(self) -> SecondFactor {
        match self {
            Self::Mail => SecondFactor::Mail,
            Self::Sms => SecondFactor::Sms,
        }
    }

    /// What a code that came this way proves.
    #[must_use]
    pub fn method(self) -> AuthenticationMethod {
        match self {
            Self::Mail => AuthenticationMethod::MailCode,
            Self::Sms => AuthenticationMethod::SmsCode,
        }
    }
}

impl Account {
    #[must_use]
    pub fn address(&self, channel: Channel) -> Option<&str> {
        match channel {
            Channel::Mail => self.email.as_deref(),
            Channel::Sms => self.mobile.as_deref(),
        }
    }
}

/// By which ways the person can be reached, as far as there is a sender; mail first.
pub async fn ways(
    connection: &mut Connection,
    account: &Account,
) -> Result<Vec<Channel>, StoreError> {
    let mut ways = Vec::new();
    for channel in [Channel::Mail, Channel::Sms] {
        if account.address(channel).is_some() && is_sent(connection, channel).await? {
            ways.push(channel);
        }
    }
    Ok(ways)
}

/// Those of them that the policy takes as a second factor.
pub async fn factors(
    connection: &mut Connection,
    account: &Account,
    policy: &TwoStepPolicy,
) -> Result<Vec<Channel>, StoreError> {
    if !policy.takes(SecondFactor::Mail) && !policy.takes(SecondFactor::Sms) {
        return Ok(Vec::new());
    }
    let mut ways = ways(connection, account).await?;
    ways.retain(|channel| policy.takes(channel.factor()));
    Ok(ways)
}

/// By which channels there is a sender.
pub async fn sent(connection: &mut Connection) -> Result<Vec<Channel>, StoreError> {
    let mut sent = Vec::new();
    for channel in [Channel::Mail, Channel::Sms] {
        if is_sent(connection, channel).await? {
            sent.push(channel);
        }
    }
    Ok(sent)
}

/// Whether there is a sender for the channel.
pub async fn is_sent(connection: &mut Connection, channel: Channel) -> Result<bool, StoreError> {
    Ok(match channel {
        Channel::Mail => {
            let sender = senders::get::<MailSender>(connection).await?.body.sender;
            sender.is_some()
        }
        Channel::Sms => {
            let sender = senders::get::<SmsSender>(connection).await?.body.sender;
            sender.is_some()
        }
    })
}

/// Whether whoever has proven to own `first` could prove nothing more: a second code by the same way says no
/// more than the first did.
#[must_use]
pub fn is_dead_end(
    first: Channel,
    account: &Account,
    policy: &TwoStepPolicy,
    factors: &[Channel],
) -> bool {
    policy.demand == TwoStepDemand::Required && !suffice(account, policy) && factors == [first]
}
