//! `/senders/…`: how mail and SMS go out; `/messages`: what has gone out.

use axum::Json;
use axum::extract::State as Extract;
use axum::http::{HeaderMap, StatusCode};
use config::id::MemberId;
use config::{Language, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::extract::within_page;
use super::{Body, IfMatch, Listing, Problem, Query, Versioned, language};
use crate::appearance;
use crate::authz::Permit;
use crate::edit::{Edit, target};
use crate::members::names;
use crate::messages::ceilings::Asker;
use crate::messages::mail_sender::MailSender;
use crate::messages::senders::{self, Draft, Sender, Setting};
use crate::messages::sms_sender::SmsSender;
use crate::messages::{Channel, Content, Message, outbox};
use crate::refused::{Expected, Invalid};
use crate::state::State;
use crate::store::members;
use crate::store::messages::{self as rows, MessageFilter, MessageRow};

/// The mail server, if one is set.
#[utoipa::path(get, path = "/senders/mail", tag = "messages", operation_id = "read_mail_sender",
    responses((status = 200, body = Setting<MailSender>)))]
pub async fn read_mail(
    Extract(state): Extract<State>,
) -> Result<Versioned<Setting<MailSender>>, Problem> {
    read(&state).await
}

/// Sets the mail server.
#[utoipa::path(put, path = "/senders/mail", tag = "messages", operation_id = "write_mail_sender",
    request_body = Draft<MailSender>, params(("If-Match" = String, Header)),
    responses((status = 200, body = Setting<MailSender>)))]
pub async fn write_mail(
    Extract(state): Extract<State>,
    permit: Permit,
    IfMatch(expected): IfMatch,
    Body(draft): Body<Draft<MailSender>>,
) -> Result<Versioned<Setting<MailSender>>, Problem> {
    write(&state, &permit, expected, draft).await
}

/// The SMS service, if one is set.
#[utoipa::path(get, path = "/senders/sms", tag = "messages", operation_id = "read_sms_sender",
    responses((status = 200, body = Setting<SmsSender>)))]
pub async fn read_sms(
    Extract(state): Extract<State>,
) -> Result<Versioned<Setting<SmsSender>>, Problem> {
    read(&state).await
}

/// Sets the SMS service.
#[utoipa::path(put, path = "/senders/sms", tag = "messages", operation_id = "write_sms_sender",
    request_body = Draft<SmsSender>, params(("If-Match" = String, Header)),
    responses((status = 200, body = Setting<SmsSender>)))]
pub async fn write_sms(
    Extract(state): Extract<State>,
    permit: Permit,
    IfMatch(expected): IfMatch,
    Body(draft): Body<Draft<SmsSender>>,
) -> Result<Versioned<Setting<SmsSender>>, Problem> {
    write(&state, &permit, expected, draft).await
}

/// Sends no mail any more, and forgets the password.
#[utoipa::path(delete, path = "/senders/mail", tag = "messages", operation_id = "remove_mail_sender",
    responses((status = 204)))]
pub async fn remove_mail(
    Extract(state): Extract<State>,
    permit: Permit,
) -> Result<StatusCode, Problem> {
    senders::remove::<MailSender>(Edit::begin(&state, &permit).await?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sends no SMS any more, and forgets the secret.
#[utoipa::path(delete, path = "/senders/sms", tag = "messages", operation_id = "remove_sms_sender",
    responses((status = 204)))]
pub async fn remove_sms(
    Extract(state): Extract<State>,
    permit: Permit,
) -> Result<StatusCode, Problem> {
    senders::remove::<SmsSender>(Edit::begin(&state, &permit).await?).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn read<S: Sender>(state: &State) -> Result<Versioned<Setting<S>>, Problem> {
    let found = senders::get::<S>(&mut *state.store.read().await?).await?;
    Ok(Versioned::ok(found.version, found.body))
}

async fn write<S: Sender>(
    state: &State,
    permit: &Permit,
    expected: Expected,
    draft: Draft<S>,
) -> Result<Versioned<Setting<S>>, Problem> {
    let edit = Edit::begin(state, permit).await?;
    let kept = senders::put(edit, &state.sealer, expected, draft).await?;
    Ok(Versioned::ok(kept.version, kept.body))
}

/// To whom a test mail goes.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailTest {
    /// A mail address.
    pub to: String,
    /// In the caller's unless told.
    #[serde(default)]
    pub language: Option<Language>,
}

/// To whom a test message goes.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SmsTest {
    /// A telephone number.
    pub to: String,
    /// In the caller's unless told.
    #[serde(default)]
    pub language: Option<Language>,
}

/// What came of a test.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SenderTestResult {
    /// Whether the service took the message. Whether it arrives is seen at its goal alone.
    pub taken: bool,
    /// One sentence, in the caller's language, with what the service answered.
    pub finding: String,
    /// What the service calls the message.
    pub reference: Option<String>,
}

/// Sends a test mail at once, and tells what the server said.
#[utoipa::path(post, path = "/senders/mail/tests", tag = "messages", operation_id = "try_mail_sender",
    request_body = MailTest, responses((status = 200, body = SenderTestResult)))]
pub async fn try_mail(
    Extract(state): Extract<State>,
    permit: Permit,
    headers: HeaderMap,
    Body(wanted): Body<MailTest>,
) -> Result<Json<SenderTestResult>, Problem> {
    let to = names::email(&wanted.to).map_err(at_to)?;
    try_out(
        &state,
        &permit,
        &headers,
        (Channel::Mail, to),
        wanted.language,
    )
    .await
}

/// Sends a test message at once, and tells what the service said.
#[utoipa::path(post, path = "/senders/sms/tests", tag = "messages", operation_id = "try_sms_sender",
    request_body = SmsTest, responses((status = 200, body = SenderTestResult)))]
pub async fn try_sms(
    Extract(state): Extract<State>,
    permit: Permit,
    headers: HeaderMap,
    Body(wanted): Body<SmsTest>,
) -> Result<Json<SenderTestResult>, Problem> {
    let to = names::mobile(&wanted.to).map_err(at_to)?;
    try_out(
        &state,
        &permit,
        &headers,
        (Channel::Sms, to),
        wanted.language,
    )
    .await
}

fn at_to(wrong: Invalid) -> Invalid {
    Invalid {
        field: "to".to_owned(),
        ..wrong
    }
}

async fn try_out(
    state: &State,
    permit: &Permit,
    headers: &HeaderMap,
    (channel, recipient): (Channel, String),
    wanted: Option<Language>,
) -> Result<Json<SenderTestResult>, Problem> {
    let callers = language::of(headers);
    let mut edit = Edit::begin(state, permit).await?;
    let brand = appearance::get::<config::snapshot::Brand>(&mut edit.tx).await?;
    let name = match channel {
        Channel::Mail => MailSender::DOCUMENT,
        Channel::Sms => SmsSender::DOCUMENT,
    };
    let message = Message {
        channel,
        recipient: recipient.clone(),
        member: None,
        language: wanted.unwrap_or(callers),
        content: Content::Test {
            organisation: brand.body.organisation,
        },
    };
    let now = edit.now;
    let admitted = outbox::admit(&mut edit.tx, message, Asker::Known, now).await?;
    edit.commit("test", target(name, "", &recipient), None, None)
        .await?;
    Ok(Json(match outbox::send_now(state, &admitted).await? {
        Ok(taken) => SenderTestResult {
            taken: true,
            finding: taken.finding.get(callers).to_owned(),
            reference: taken.reference,
        },
        Err(not_taken) => SenderTestResult {
            taken: false,
            finding: not_taken.why.get(callers).to_owned(),
            reference: None,
        },
    }))
}

/// A message that was sent, or is to be. What it says is not shown.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SentMessage {
    pub id: String,
    /// Milliseconds since 1970.
    pub created_at: Timestamp,
    pub channel: Channel,
    pub recipient: String,
    pub member: Option<MemberId>,
    /// Whether that is a guest.
    pub guest: bool,
    /// `test`, `one_time_code`, or what a newer version sends.
    pub kind: String,
    pub state: MessageState,
    /// How often it was tried.
    pub attempts: i64,
    /// When it is tried next, while it waits.
    pub next_at: Option<Timestamp>,
    pub done_at: Option<Timestamp>,
    /// What the service calls it.
    pub reference: Option<String>,
    /// What came of the last attempt, in the caller's language.
    pub finding: Option<String>,
}

/// How far a message has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MessageState {
    Waiting,
    /// The service took it.
    Sent,
    Failed,
}

impl MessageState {
    const ALL: [Self; 3] = [Self::Waiting, Self::Sent, Self::Failed];

    fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Failed => "failed",
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    channel: Option<Channel>,
    #[param(rename = "state")]
    state: Option<MessageState>,
    member: Option<String>,
    /// `next` of the page before.
    after: Option<String>,
    /// How many at most: 1 to 1000, 50 unless told.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<i64>,
}

/// What was sent to whom, newest first, for 90 days.
#[utoipa::path(get, path = "/messages", tag = "messages", operation_id = "list_messages",
    params(Which), responses((status = 200, body = Listing<SentMessage>)))]
pub async fn list(
    Extract(state): Extract<State>,
    headers: HeaderMap,
    Query(which): Query<Which>,
) -> Result<Json<Listing<SentMessage>>, Problem> {
    let language = language::of(&headers);
    let limit = within_page(which.limit)?;
    let after = which.after.as_deref().map(place).transpose()?;
    let filter = MessageFilter {
        channel: which.channel.map(|channel| channel.as_str().to_owned()),
        state: which.state.map(|state| state.as_str().to_owned()),
        member: which.member.map(MemberId::from),
    };
    let mut connection = state.store.read().await?;
    let found = rows::list(&mut connection, &filter, after, limit).await?;
    let is_full = i64::try_from(found.len()).is_ok_and(|count| count == limit);
    let last = found.last().filter(|_| is_full);
    let next = last.map(|row| format!("{}_{}", row.created_at.as_millis(), row.id));
    let members: Vec<_> = found.iter().filter_map(|row| row.member.as_ref()).collect();
    let guests = members::guests_among(&mut connection, &members).await?;
    let items = found.into_iter().filter_map(|row| {
        let guest = row.member.as_ref().is_some_and(|id| guests.contains(id));
        shown(row, guest, language)
    });
    Ok(Json(Listing {
        items: items.collect(),
        next,
    }))
}

fn place(after: &str) -> Result<(Timestamp, &str), Problem> {
    let parts = after.split_once('_');
    parts
        .and_then(|(at, id)| Some((Timestamp(at.parse().ok()?), id)))
        .ok_or_else(|| {
            Invalid::new(
                "after",
                ("this is no place in the list", "这不是有效的翻页位置"),
                ("`next` of the page before", "上一页返回的 next"),
            )
            .into()
        })
}

fn shown(row: MessageRow, guest: bool, language: Language) -> Option<SentMessage> {
    let state = MessageState::ALL
        .into_iter()
        .find(|state| state.as_str() == row.state)?;
    let waits = state == MessageState::Waiting;
    Some(SentMessage {
        id: row.id,
        created_at: row.created_at,
        channel: Channel::from_name(&row.channel)?,
        recipient: row.recipient,
        member: row.member,
        guest,
        kind: row.kind,
        state,
        attempts: row.attempts,
        next_at: waits.then_some(row.next_at),
        done_at: row.done_at,
        reference: row.reference,
        finding: row.finding.map(|finding| finding.get(language).to_owned()),
    })
}
