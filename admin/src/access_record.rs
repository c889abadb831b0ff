//! An access event in few bytes: as it lies in the spool and in the store.
//!
//! Every request makes one, so it is written without names and without going over it twice. The
//! first byte says which form follows. The form of today, 1, is a [`Record`] in
//! [postcard](https://postcard.jamesmunns.com/wire-format): its fields in their order, numbers as
//! varints, texts with their lengths, and ids that are UUIDs in 16 bytes.
//!
//! A form that was written once never changes, as events are kept for years: what is new in an
//! access event needs a form of its own, and the earlier ones stay readable. Form 2 is form 1 of a guest.

use std::net::IpAddr;
use std::time::Duration;

use config::access_event::{ErrorSource, ExchangeError, Outcome};
use config::{AccessEvent, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

const FORM: u8 = 1;
const FORM_OF_GUEST: u8 = 2;

#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    #[error("an access event in a form that this version does not know")]
    UnknownForm,
    #[error("an access event that cannot be written or read: {0}")]
    Form(#[from] postcard::Error),
}

/// What is recorded of an access event, borrowed from the event or from the bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record<'a> {
    #[serde(borrow)]
    pub id: Id<'a>,
    /// Milliseconds since 1970.
    pub at: i64,
    #[serde(borrow)]
    pub request_id: Id<'a>,
    peer: Option<IpAddr>,
    pub client_address: Option<IpAddr>,
    pub method: &'a str,
    pub host: &'a str,
    pub path: &'a str,
    protocol: &'a str,
    #[serde(borrow)]
    user_agent: Option<&'a str>,
    #[serde(borrow)]
    pub application: Option<Id<'a>>,
    #[serde(borrow)]
    pub principal: Option<Id<'a>>,
    #[serde(borrow)]
    pub username: Option<&'a str>,
    /// Told by the form.
    #[serde(skip)]
    guest: bool,
    #[serde(borrow)]
    pub session: Option<Id<'a>>,
    #[serde(borrow)]
    rule: Option<&'a str>,
    #[serde(borrow)]
    outcome: Ending<'a>,
    pub status: u16,
    #[serde(borrow)]
    upstream: Option<&'a str>,
    #[serde(borrow)]
    error: Option<(ErrorSource, &'a str)>,
    request_bytes: u64,
    response_bytes: u64,
    duration_us: u64,
    upstream_us: Option<u64>,
    snapshot: u64,
    watermarked: bool,
}

/// An id as our own are, or one that somebody else has given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Id<'a> {
    Uuid(uuid::Bytes),
    Text(&'a str),
}

/// [`Outcome`], without its names.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
enum Ending<'a> {
    Granted,
    Cut(&'a str),
    Denied(&'a str),
    OwnPage,
}

impl<'a> Record<'a> {
    /// Appends the record to `buffer`.
    ///
    /// # Errors
    /// None that is known; `buffer` then ends with a part of the record.
    pub fn write(&self, buffer: &mut Vec<u8>) -> Result<(), RecordError> {
        buffer.push(if self.guest { FORM_OF_GUEST } else { FORM });
        postcard::to_io(self, buffer)?;
        Ok(())
    }

    /// # Errors
    /// If `bytes` are not exactly one record in a form that is known.
    pub fn read(bytes: &'a [u8]) -> Result<Self, RecordError> {
        let (form, body) = bytes.split_first().ok_or(RecordError::UnknownForm)?;
        let guest = match *form {
            FORM => false,
            FORM_OF_GUEST => true,
            _ => return Err(RecordError::UnknownForm),
        };
        match postcard::take_from_bytes::<Self>(body)? {
            (record, []) => Ok(Self { guest, ..record }),
            _ => Err(postcard::Error::SerdeDeCustom.into()),
        }
    }

    /// When the event was made, which is when the exchange ended.
    #[must_use]
    pub fn made_at(&self) -> Timestamp {
        Timestamp(self.at).plus(Duration::from_micros(self.duration_us))
    }

    /// `granted`, `cut`, `denied` or `own_page`.
    #[must_use]
    pub fn outcome(&self) -> &'static str {
        match self.outcome {
            Ending::Granted => "granted",
            Ending::Cut(_) => "cut",
            Ending::Denied(_) => "denied",
            Ending::OwnPage => "own_page",
        }
    }

    /// The reason code of a denial or a cut.
    #[must_use]
    pub fn reason(&self) -> Option<&'a str> {
        match self.outcome {
            Ending::Cut(reason) | Ending::Denied(reason) => Some(reason),
            Ending::Granted | Ending::OwnPage => None,
        }
    }
}

impl<'a> Id<'a> {
    /// In 16 bytes if it reads the same when it is written again.
    #[must_use]
    pub fn of(text: &'a str) -> Self {
        let lower =
            |uuid: &Uuid| *text == *uuid.hyphenated().encode_lower(&mut Uuid::encode_buffer());
        match Uuid::try_parse(text).ok().filter(lower) {
            Some(uuid) => Self::Uuid(uuid.into_bytes()),
            None => Self::Text(text),
        }
    }
}

impl std::fmt::Display for Id<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Uuid(bytes) => Uuid::from_bytes_ref(bytes).fmt(f),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl<'a> From<&'a AccessEvent> for Record<'a> {
    fn from(event: &'a AccessEvent) -> Self {
        let id = |text: &'a str| Id::of(text);
        Self {
            id: id(event.id.as_str()),
            at: event.at.as_millis(),
            request_id: id(&event.request_id),
            peer: event.peer,
            client_address: event.client_address,
            method: &event.method,
            host: &event.host,
            path: &event.path,
            protocol: &event.protocol,
            user_agent: event.user_agent.as_deref(),
            application: event.application.as_ref().map(|a| id(a.as_str())),
            principal: event.principal.as_ref().map(|p| id(p.as_str())),
            username: event.username.as_deref(),
            guest: event.guest,
            session: event.session.as_ref().map(|s| id(s.as_str())),
            rule: event.rule.as_deref(),
            outcome: (&event.outcome).into(),
            status: event.status,
            upstream: event.upstream.as_deref(),
            error: event.error.as_ref().map(|e| (e.source, e.what.as_str())),
            request_bytes: event.request_bytes,
            response_bytes: event.response_bytes,
            duration_us: event.duration_us,
            upstream_us: event.upstream_us,
            snapshot: event.snapshot,
            watermarked: event.watermarked,
        }
    }
}

impl<'a> From<&'a Outcome> for Ending<'a> {
    fn from(outcome: &'a Outcome) -> Self {
        match outcome {
            Outcome::Granted => Self::Granted,
            Outcome::Cut(reason) => Self::Cut(reason),
            Outcome::Denied(reason) => Self::Denied(reason),
            Outcome::OwnPage => Self::OwnPage,
        }
    }
}

impl From<Ending<'_>> for Outcome {
    fn from(ending: Ending<'_>) -> Self {
        match ending {
            Ending::Granted => Self::Granted,
            Ending::Cut(reason) => Self::Cut(reason.to_owned()),
            Ending::Denied(reason) => Self::Denied(reason.to_owned()),
            Ending::OwnPage => Self::OwnPage,
        }
    }
}

impl From<Record<'_>> for AccessEvent {
    fn from(record: Record<'_>) -> Self {
        Self {
            id: record.id.to_string().into(),
            at: Timestamp(record.at),
            request_id: record.request_id.to_string(),
            peer: record.peer,
            client_address: record.client_address,
            method: record.method.to_owned(),
            host: record.host.to_owned(),
            path: record.path.to_owned(),
            protocol: record.protocol.to_owned(),
            user_agent: record.user_agent.map(str::to_owned),
            application: record.application.map(|id| id.to_string().into()),
            principal: record.principal.map(|id| id.to_string().into()),
            username: record.username.map(str::to_owned),
            guest: record.guest,
            session: record.session.map(|id| id.to_string().into()),
            rule: record.rule.map(str::to_owned),
            outcome: record.outcome.into(),
            status: record.status,
            upstream: record.upstream.map(str::to_owned),
            error: record.error.map(|(source, what)| ExchangeError {
                source,
                what: what.to_owned(),
            }),
            request_bytes: record.request_bytes,
            response_bytes: record.response_bytes,
            duration_us: record.duration_us,
            upstream_us: record.upstream_us,
            snapshot: record.snapshot,
            watermarked: record.watermarked,
        }
    }
}

#[cfg(test)]
mod tests;
