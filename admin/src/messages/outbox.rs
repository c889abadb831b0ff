//! The outbox: a message is put there in the transaction of whatever caused it, and goes from there to the
//! sender of its channel, at least once. Whoever of the nodes comes first sends it; if it dies on the way,
//! another sends it again.

use std::time::Duration;

use config::id::MemberId;
use config::{Language, Timestamp};
use futures::future::join_all;

use super::ceilings::Asker;
use super::deliver::{Delivery, deliver};
use super::mail_sender::MailSender;
use super::senders::{self, Sender};
use super::sms_sender::{SmsSender, e164};
use super::{Channel, Content, Message, MessageKind, NotTaken, Taken};
use crate::refused::{Refused, both};
use crate::sealed::{Place, Sealer};
use crate::state::State;
use crate::store::messages::{self as rows, MessageRow};
use crate::store::{StoreError, Tx};

const EVERY: Duration = Duration::from_secs(1);
/// So many of each channel are sent at once. No channel takes another's: a service that hangs holds up
/// nothing but its own.
const AT_ONCE: usize = 2;
/// Longer than any attempt takes.
const CLAIM: Duration = Duration::from_mins(2);
/// How long after an attempt the next one comes; the last of these from then on.
const PAUSES: [Duration; 6] = [
    Duration::from_secs(10),
    Duration::from_secs(30),
    Duration::from_mins(2),
    Duration::from_mins(10),
    Duration::from_mins(30),
    Duration::from_hours(1),
];

/// Puts a message into the outbox; it is sent after the commit, and not after `expires`. Returns its id.
///
/// # Errors
/// [`Refused::Impossible`] if there is no sender for it, or if so many have gone out already.
pub async fn queue(
    tx: &mut Tx,
    sealer: &Sealer,
    message: Message,
    expires: Timestamp,
    now: Timestamp,
) -> Result<String, Refused> {
    queue_for(tx, sealer, (message, Asker::Known), expires, now).await
}

/// As [`queue`], of a message that this asker has brought about.
///
/// # Errors
/// As [`queue`].
pub async fn queue_for(
    tx: &mut Tx,
    sealer: &Sealer,
    (message, asker): (Message, Asker),
    expires: Timestamp,
    now: Timestamp,
) -> Result<String, Refused> {
    let Admitted(message) = admit(tx, message, asker, now).await?;
    let row = row(&message, "waiting", expires, now);
    let content = seal(sealer, &row.id, &message.content)?;
    rows::insert(tx, &row, Some(content)).await?;
    Ok(row.id)
}

/// A message that is within the ceilings, and counted.
pub struct Admitted(Message);

/// Sends a message at once and tells what came of it, for somebody who tries a sender out.
///
/// # Errors
/// If the outcome cannot be kept.
pub async fn send_now(
    state: &State,
    Admitted(message): &Admitted,
) -> Result<Result<Taken, NotTaken>, StoreError> {
    let now = state.clock.now();
    let mut row = row(message, "failed", now, now);
    let outcome = deliver(state, &delivery(&row.id, message, now)).await;
    row.attempts = 1;
    row.done_at = Some(state.clock.now());
    match &outcome {
        Ok(taken) => {
            "sent".clone_into(&mut row.state);
            row.reference.clone_from(&taken.reference);
            row.finding = Some(taken.finding.clone());
        }
        Err(not_taken) => row.finding = Some(not_taken.why.clone()),
    }
    let mut tx = state.store.begin().await?;
    rows::insert(&mut tx, &row, None).await?;
    tx.commit().await?;
    Ok(outcome)
}

/// Codes that wait for the person are not sent any more.
pub async fn withdraw_codes(
    tx: &mut Tx,
    member: &MemberId,
    why: (&str, &str),
    now: Timestamp,
) -> Result<(), StoreError> {
    for kind in MessageKind::CODES {
        rows::withdraw(tx, member, kind.as_str(), &why.into(), now).await?;
    }
    Ok(())
}

/// Counts the message, whose recipient is then written as that is counted.
///
/// # Errors
/// As [`queue`].
pub async fn admit(
    tx: &mut Tx,
    mut message: Message,
    asker: Asker,
    now: Timestamp,
) -> Result<Admitted, Refused> {
    let channel = message.channel;
    let ceilings = match channel {
        Channel::Mail => {
            let sender = senders::get::<MailSender>(tx).await?.body.sender;
            sender.map(|sender| sender.ceilings())
        }
        Channel::Sms => {
            let sender = senders::get::<SmsSender>(tx).await?.body.sender;
            let code = sender.as_ref().map(|sender| sender.country_code.as_str());
            message.recipient = e164(&message.recipient, code.unwrap_or_default());
            sender.map(|sender| sender.ceilings())
        }
    };
    let Some(ceilings) = ceilings else {
        return Err(Refused::Impossible(both(match channel {
            Channel::Mail => (
                "no mail sender is set: an administrator sets it under Messages",
                "尚未配置邮件发送，请管理员在“消息发送”中配置",
            ),
            Channel::Sms => (
                "no SMS sender is set: an administrator sets it under Messages",
                "尚未配置短信发送，请管理员在“消息发送”中配置",
            ),
        })));
    };
    let what = (channel, message.content.kind(), asker);
    ceilings.take(tx, what, &message.recipient, now).await?;
    Ok(Admitted(message))
}

fn row(message: &Message, state: &str, expires: Timestamp, now: Timestamp) -> MessageRow {
    MessageRow {
        id: uuid::Uuid::now_v7().to_string(),
        created_at: now,
        channel: message.channel.as_str().to_owned(),
        recipient: message.recipient.clone(),
        member: message.member.clone(),
        kind: message.content.kind().as_str().to_owned(),
        language: message.language.tag().to_owned(),
        state: state.to_owned(),
        attempts: 0,
        next_at: now,
        expires_at: expires,
        done_at: None,
        reference: None,
        finding: None,
    }
}

fn delivery<'a>(id: &'a str, message: &'a Message, now: Timestamp) -> Delivery<'a> {
    Delivery {
        id,
        channel: message.channel,
        recipient: &message.recipient,
        language: message.language,
        content: &message.content,
        now,
    }
}

/// Sends until it is dropped.
pub async fn run(state: &State) {
    let each = [Channel::Mail, Channel::Sms].repeat(AT_ONCE);
    join_all(each.into_iter().map(|channel| work(state, channel))).await;
}

async fn work(state: &State, channel: Channel) {
    loop {
        match send_one(state, channel).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "messages have to wait"),
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Sends the message of this channel that has waited longest; `false` if none is due.
pub async fn send_one(state: &State, channel: Channel) -> Result<bool, StoreError> {
    let now = state.clock.now();
    if !rows::is_due(&mut *state.store.read().await?, channel.as_str(), now).await? {
        return Ok(false);
    }
    let mut tx = state.store.begin().await?;
    let claimed = rows::claim(&mut tx, channel.as_str(), now, now.plus(CLAIM)).await?;
    tx.commit().await?;
    let Some((row, sealed)) = claimed else {
        return Ok(true);
    };
    let outcome = if row.expires_at <= now {
        Err(NotTaken::for_good((
            "it could not be sent in time",
            "未能在有效期内发送",
        )))
    } else {
        attempt(state, channel, (&row, &sealed), now).await
    };
    let mut tx = state.store.begin().await?;
    note(&mut tx, &row, outcome, state.clock.now()).await?;
    tx.commit().await?;
    Ok(true)
}

async fn attempt(
    state: &State,
    channel: Channel,
    (row, sealed): (&MessageRow, &[u8]),
    now: Timestamp,
) -> Result<Taken, NotTaken> {
    let mut content = open(&state.sealer, &row.id, sealed).ok_or_else(|| {
        NotTaken::for_good(("what it says cannot be unsealed", "无法解密消息内容"))
    })?;
    content.set_time_left(row.expires_at, now);
    let delivery = Delivery {
        id: &row.id,
        channel,
        recipient: &row.recipient,
        language: Language::from_tag(&row.language).unwrap_or_default(),
        content: &content,
        now,
    };
    deliver(state, &delivery).await
}

async fn note(
    tx: &mut Tx,
    row: &MessageRow,
    outcome: Result<Taken, NotTaken>,
    now: Timestamp,
) -> Result<(), StoreError> {
    match outcome {
        Ok(taken) => {
            let told = (taken.reference.as_deref(), &taken.finding);
            rows::end(tx, &row.id, "sent", told, now).await
        }
        Err(not_taken) => {
            let tried = usize::try_from(row.attempts - 1).unwrap_or_default();
            let next = now.plus(PAUSES[tried.min(PAUSES.len() - 1)]);
            tracing::warn!(
                id = row.id,
                channel = row.channel,
                why = not_taken.why.en,
                "a message was not taken"
            );
            if not_taken.is_final || next >= row.expires_at {
                rows::end(tx, &row.id, "failed", (None, &not_taken.why), now).await
            } else {
                rows::put_off(tx, &row.id, &not_taken.why, next).await
            }
        }
    }
}

fn place(id: &str) -> Place<'_> {
    Place {
        table: "messages",
        column: "content",
        row: id,
    }
}

fn seal(sealer: &Sealer, id: &str, content: &Content) -> Result<Vec<u8>, StoreError> {
    let text = zeroize::Zeroizing::new(serde_json::to_vec(content)?);
    Ok(sealer.seal(place(id), &text))
}

pub(super) fn open(sealer: &Sealer, id: &str, content: &[u8]) -> Option<Content> {
    let text = sealer.open(place(id), content).ok()?;
    serde_json::from_slice(&text).ok()
}
