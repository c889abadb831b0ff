//! Tells people what happened to their accounts, as far as the policy says so. Whatever happens is written
//! down in its own transaction; who is told, and how, is found out later.

use std::time::Duration;

use config::Timestamp;
use config::id::{MemberId, SignInId};
use config::snapshot::Brand;
use serde::{Deserialize, Serialize};

use super::by_message;
use super::network::{NETWORK_LIFE, network};
use crate::appearance;
use crate::messages::content::{Notice, NoticeEvent};
use crate::messages::jobs::{self, Job};
use crate::messages::{Channel, Content, Message, outbox};
use crate::pages::Reader;
use crate::refused::Refused;
use crate::sign_in_policy::{self, NoticePolicy};
use crate::state::State;
use crate::store::credentials::Account;
use crate::store::{Connection, StoreError, Tx, credentials, events, member_languages};

/// Nobody is told of what is older.
const LIFE: Duration = Duration::from_hours(24);

/// Something happened.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Happened {
    /// `None` of a name that nobody has: that is written down as well, so that it takes no less.
    pub member: Option<MemberId>,
    pub notice: Notice,
    /// Of a sign-in: which, and whether its browser is new to the account.
    #[serde(default)]
    pub sign_in: Option<(SignInId, bool)>,
    /// The mail address that is told, where it is not the person's of now.
    #[serde(default)]
    pub to: Option<String>,
}

impl Happened {
    /// In this browser.
    #[must_use]
    pub fn at(
        reader: &Reader,
        member: Option<&MemberId>,
        event: NoticeEvent,
        at: Timestamp,
    ) -> Self {
        Self {
            member: member.cloned(),
            notice: Notice {
                event,
                at,
                device: reader.device(),
                address: reader.visitor.client_address.to_canonical().to_string(),
                place: reader.place(),
            },
            sign_in: None,
            to: None,
        }
    }

    /// By an administrator, whose browser is not the person's business.
    #[must_use]
    pub fn elsewhere(member: &MemberId, event: NoticeEvent, at: Timestamp) -> Self {
        Self {
            member: Some(member.clone()),
            notice: Notice {
                event,
                at,
                device: String::new(),
                address: String::new(),
                place: None,
            },
            sign_in: None,
            to: None,
        }
    }

    /// Told to the mail address that the person had, if any.
    #[must_use]
    pub fn to(self, address: Option<&str>) -> Self {
        let to = address.map(str::to_owned);
        Self { to, ..self }
    }

    /// Has the person told after the commit, where the policy says so.
    pub async fn queue(self, connection: &mut Connection) -> Result<(), StoreError> {
        let policy = sign_in_policy::get(connection).await?.body.notices;
        if !is_told(&policy, self.notice.event) {
            return Ok(());
        }
        let at = self.notice.at;
        jobs::queue(connection, &Job::Notice(self), at).await
    }
}

/// What is told of what people do to their own accounts.
#[must_use]
pub fn of_action(action: &str) -> Option<NoticeEvent> {
    Some(match action {
        "change_password" => NoticeEvent::PasswordChanged,
        "set_authenticator" | "add_passkey" => NoticeEvent::FactorAdded,
        "remove_authenticator" | "remove_passkey" => NoticeEvent::FactorRemoved,
        _ => return None,
    })
}

/// Tells the person, if the policy still says so and there is a way.
pub async fn tell(state: &State, tx: &mut Tx, happened: &Happened) -> Result<(), StoreError> {
    let (notice, now) = (&happened.notice, state.clock.now());
    let Some(member) = &happened.member else {
        return Ok(());
    };
    let policy = sign_in_policy::get(tx).await?.body.notices;
    if !is_told(&policy, notice.event) || now.since(notice.at) > LIFE {
        return Ok(());
    }
    let account = credentials::find(tx, member).await?;
    let Some(account) = account.filter(|account| account.is_active(now)) else {
        return Ok(());
    };
    if let Some((sign_in, is_new_browser)) = &happened.sign_in
        && !is_new_browser
        && !is_new_network(tx, member, notice, sign_in).await?
    {
        return Ok(());
    }
    let Some((channel, recipient)) = way(tx, &account, happened).await? else {
        return Ok(());
    };
    let language = member_languages::of(tx, member).await?;
    let message = Message {
        channel,
        recipient,
        member: Some(member.clone()),
        language: language.unwrap_or_default(),
        content: Content::Notice {
            organisation: appearance::get::<Brand>(tx).await?.body.organisation,
            name: account.display_name.clone(),
            notice: notice.clone(),
        },
    };
    match outbox::queue(tx, &state.sealer, message, notice.at.plus(LIFE), now).await {
        Ok(_) => Ok(()),
        Err(Refused::Store(error)) => Err(error),
        Err(why) => {
            tracing::warn!(%why, %member, "a person is not told what happened to the account");
            Ok(())
        }
    }
}

fn is_told(policy: &NoticePolicy, event: NoticeEvent) -> bool {
    match event {
        NoticeEvent::NewSignIn => policy.new_sign_in,
        NoticeEvent::PasswordChanged => policy.password_changed,
        NoticeEvent::FactorAdded
        | NoticeEvent::FactorRemoved
        | NoticeEvent::FactorsReset
        | NoticeEvent::AddressChanged => policy.factor_changed,
        NoticeEvent::Locked => policy.locked,
    }
}

/// By mail; what cannot wait goes by SMS where there is no mail.
async fn way(
    connection: &mut Connection,
    account: &Account,
    happened: &Happened,
) -> Result<Option<(Channel, String)>, StoreError> {
    let event = happened.notice.event;
    if event == NoticeEvent::AddressChanged {
        // The address of now may be somebody else's.
        let is_sent = by_message::is_sent(connection, Channel::Mail).await?;
        let former = happened.to.clone().filter(|_| is_sent);
        return Ok(former.map(|to| (Channel::Mail, to)));
    }
    let ways = by_message::ways(connection, account).await?;
    let by_sms = matches!(event, NoticeEvent::Locked | NoticeEvent::PasswordChanged);
    let first = ways.into_iter().next();
    let first = first.filter(|channel| by_sms || *channel == Channel::Mail);
    Ok(first.and_then(|channel| Some((channel, account.address(channel)?.to_owned()))))
}

/// Whether the person has not signed in from there for long.
async fn is_new_network(
    connection: &mut Connection,
    member: &MemberId,
    notice: &Notice,
    sign_in: &SignInId,
) -> Result<bool, StoreError> {
    let span = (notice.at.minus(NETWORK_LIFE), notice.at);
    let seen = events::addresses_of(connection, member, span, Some(sign_in)).await?;
    let here = notice.address.parse().ok().map(network);
    Ok(!seen
        .into_iter()
        .any(|address| Some(network(address)) == here))
}
