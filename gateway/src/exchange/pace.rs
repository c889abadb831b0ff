//! How slowly a request's body may come (slowloris; RFC 9110 §15.5.9).
//!
//! A client that never falls silent could hold an exchange open for ever with a byte now and then.
//! So a body has to come at a rate: after a time of grace, each second must be paid for with so many
//! bytes, as in Apache's `mod_reqtimeout`. Whatever came faster is credit, so that an upload that
//! waits for its application is not taken for a slow one.
//!
//! The rate is asked for until the application begins to answer: from then on the two are talking,
//! and how fast is their affair; the longest silence is asked for to the end of the body. gRPC, whose
//! streams are slow by design and may be answered only at their end, is left alone altogether where
//! the application's pool speaks HTTP/2; so is what follows an upgrade.
//!
//! Over HTTP/1.1 pingora waits for a body no longer than it is told before each read, and the client
//! gets 408. Over HTTP/2 it waits for ever: there the exchange is cut, which resets the stream. That
//! clock runs on while an application takes in nothing, so that an upload over HTTP/2 to one that
//! stalls for longer than the longest silence ends as well.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use config::clock::Stopwatch;
use config::settings::Limits;
use config::snapshot::Protocol;
use http::StatusCode;
use http::header::{CONTENT_TYPE, EXPECT};
use pingora::http::RequestHeader;
use pingora::proxy::Session;

use crate::passage::Passage;
use crate::path::denial::Denial;
use crate::rulebook::RoutedApplication;

/// The pace of one body.
#[derive(Debug)]
pub struct Pace {
    since: Stopwatch,
    grace: Duration,
    /// Bytes a second; 0: none is asked for.
    rate: u64,
    silence: Duration,
    received: AtomicU64,
    /// Milliseconds from the beginning until the last byte.
    heard_at: AtomicU64,
    /// Milliseconds from the beginning until the client may send.
    asked_at: AtomicU64,
    answered: AtomicBool,
    complete: AtomicBool,
}

/// The client waits to be told that it may send.
const NOT_ASKED: u64 = u64::MAX;

impl Pace {
    fn new(limits: &Limits, waits: bool) -> Self {
        Self {
            since: Stopwatch::start(),
            grace: limits.body_grace,
            rate: limits.body_rate,
            silence: limits.body_timeout,
            received: AtomicU64::new(0),
            heard_at: AtomicU64::new(0),
            asked_at: AtomicU64::new(if waits { NOT_ASKED } else { 0 }),
            answered: AtomicBool::new(false),
            complete: AtomicBool::new(false),
        }
    }

    fn heard(&self, bytes: u64) {
        self.received.fetch_add(bytes, Ordering::AcqRel);
        self.heard_at.store(self.now(), Ordering::Release);
        self.may_send();
    }

    fn may_send(&self) {
        let (waiting, now) = (NOT_ASKED, self.now());
        let _ = self
            .asked_at
            .compare_exchange(waiting, now, Ordering::AcqRel, Ordering::Acquire);
    }

    fn now(&self) -> u64 {
        u64::try_from(self.since.elapsed().as_millis()).unwrap_or(NOT_ASKED - 1)
    }

    /// How long the client may let us wait from now on; zero if that has passed, `None` if nothing
    /// more is expected of it.
    #[must_use]
    pub fn left(&self) -> Option<Duration> {
        if self.complete.load(Ordering::Acquire) {
            return None;
        }
        let heard_at = Duration::from_millis(self.heard_at.load(Ordering::Acquire));
        let silent_until = heard_at.saturating_add(self.silence);
        let until = silent_until.min(self.paid_until());
        Some(until.saturating_sub(self.since.elapsed()))
    }

    /// Until when what has come is enough.
    fn paid_until(&self) -> Duration {
        let asked_at = self.asked_at.load(Ordering::Acquire);
        if self.rate == 0 || asked_at == NOT_ASKED || self.answered.load(Ordering::Acquire) {
            return Duration::MAX;
        }
        let bytes = self.received.load(Ordering::Acquire);
        let paid = Duration::from_millis(bytes.saturating_mul(1000) / self.rate);
        Duration::from_millis(asked_at)
            .saturating_add(self.grace)
            .saturating_add(paid)
    }
}

/// Begins to measure, if the request has a body. `routed`: where it goes, unless to our own pages.
pub(crate) fn begin(
    session: &mut Session,
    passage: &mut Passage,
    limits: &Limits,
    routed: Option<&RoutedApplication>,
) {
    if session.is_body_empty() {
        return;
    }
    let head = session.req_header();
    if session.is_http2() && routed.is_some_and(|routed| is_grpc(head, routed)) {
        return;
    }
    let waits = head.headers.contains_key(EXPECT);
    let pace = Arc::new(Pace::new(limits, waits));
    if session.is_http2() {
        passage.cut.keep(&pace);
    } else {
        session.set_read_timeout(pace.left());
    }
    passage.pace = Some(pace);
}

/// Takes note of bytes of the body.
///
/// # Errors
/// [`Denial::BodyTooSlow`].
pub(crate) fn arrived(
    session: &mut Session,
    passage: &Passage,
    bytes: usize,
) -> Result<(), Denial> {
    let Some(pace) = &passage.pace else {
        return Ok(());
    };
    pace.heard(bytes as u64);
    let left = pace.left();
    if left.is_some_and(|left| left.is_zero()) {
        end(passage);
        return Err(Denial::BodyTooSlow);
    }
    session.set_read_timeout(left);
    Ok(())
}

/// Nothing more is expected of the client.
pub(crate) fn end(passage: &Passage) {
    if let Some(pace) = &passage.pace {
        pace.complete.store(true, Ordering::Release);
    }
}

/// A response head has come, which may be one of several (RFC 9110 §15.2).
pub(crate) fn answered(session: &mut Session, passage: &Passage, status: StatusCode) {
    if status == StatusCode::SWITCHING_PROTOCOLS {
        session.set_read_timeout(None);
    }
    let Some(pace) = &passage.pace else {
        return;
    };
    if status == StatusCode::CONTINUE {
        pace.may_send();
    } else if !status.is_informational() {
        pace.answered.store(true, Ordering::Release);
    }
}

/// Whether pingora waited in vain for the body.
pub(crate) fn was_missed(error: &pingora::Error) -> bool {
    *error.esource() == pingora::ErrorSource::Downstream
        && *error.etype() == pingora::ErrorType::ReadTimedout
}

fn is_grpc(head: &RequestHeader, routed: &RoutedApplication) -> bool {
    routed.application.pool.protocol != Protocol::Http1
        && head
            .headers
            .get(CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace(rate: u64, waits: bool) -> Pace {
        let limits = Limits {
            body_rate: rate,
            body_grace: Duration::from_secs(20),
            body_timeout: Duration::from_mins(1),
            ..Limits::default()
        };
        Pace::new(&limits, waits)
    }

    fn left_in_seconds(pace: &Pace) -> Option<u64> {
        // Rounded: a moment has passed.
        let half = Duration::from_millis(500);
        pace.left().map(|left| (left + half).as_secs())
    }

    #[test]
    fn each_second_after_the_grace_is_paid_for_with_bytes() {
        let pace = pace(500, false);
        assert_eq!(left_in_seconds(&pace), Some(20));
        pace.heard(5_000);
        assert_eq!(left_in_seconds(&pace), Some(30));
    }

    #[test]
    fn no_credit_is_large_enough_to_be_silent_for_long() {
        let pace = pace(500, false);
        pace.heard(1 << 30);
        assert_eq!(left_in_seconds(&pace), Some(60));
        pace.answered.store(true, Ordering::Release);
        assert_eq!(left_in_seconds(&pace), Some(60));
    }

    #[test]
    fn nothing_more_is_expected_once_the_body_is_complete() {
        let pace = pace(500, false);
        pace.complete.store(true, Ordering::Release);
        assert_eq!(pace.left(), None);
    }

    #[test]
    fn without_a_rate_or_after_the_answer_only_silence_counts() {
        assert_eq!(left_in_seconds(&pace(0, false)), Some(60));
        let answered = pace(500, false);
        answered.answered.store(true, Ordering::Release);
        assert_eq!(left_in_seconds(&answered), Some(60));
    }

    #[test]
    fn whoever_waits_to_be_asked_for_the_body_has_its_grace_from_then_on() {
        let pace = pace(500, true);
        assert_eq!(left_in_seconds(&pace), Some(60));
        pace.heard(0);
        assert_eq!(left_in_seconds(&pace), Some(20));
    }
}
